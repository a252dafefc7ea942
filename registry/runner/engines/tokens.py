"""Turns texts into tokens for a Trainer, and counts those that had to be cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_BATCH = 1_000


class Encoded:
    """Examples as tokens, in the form that a Trainer takes its data in."""

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.items[index]


def encode(
    tokenizer: Any, texts: Sequence[Any], max_length: int, pairs: Sequence[str] | None = None, *, with_words: bool = False, **options: Any
) -> tuple[list[dict[str, Any]], int]:
    """Tokens of each text, or pair of texts, cut where they are too long.

    Args:
        tokenizer: What makes them.
        texts: One text, or one list of words, for each example.
        max_length: How many tokens an example may have.
        pairs: The second texts.
        with_words: Tell of each token which word it belongs to, as `words`.
        options: More for the tokenizer.

    Returns:
        What the tokenizer gives for each, and how many were cut.
    """
    items: list[dict[str, Any]] = []
    cut = 0
    for start in range(0, len(texts), _BATCH):
        part = list(texts[start : start + _BATCH])
        second = (list(pairs[start : start + _BATCH]),) if pairs is not None else ()
        batch = tokenizer(part, *second, truncation=True, max_length=max_length, **options)
        names = list(batch.keys())
        for index in range(len(part)):
            item = {name: batch[name][index] for name in names}
            items.append({**item, "words": batch.word_ids(index)} if with_words else item)
        cut += _count_cut(tokenizer, batch, part, second, max_length, options)
    return items, cut


def _count_cut(tokenizer: Any, batch: Any, texts: list[Any], second: tuple[list[str], ...], max_length: int, options: dict[str, Any]) -> int:
    if batch.encodings is not None:
        return sum(1 for encoding in batch.encodings if encoding.overflowing)
    full = [index for index, ids in enumerate(batch["input_ids"]) if len(ids) >= max_length]  # only these can have been cut
    if not full:
        return 0
    whole = tokenizer([texts[index] for index in full], *([part[index] for index in full] for part in second), truncation=False, **options)
    return sum(1 for ids in whole["input_ids"] if len(ids) > max_length)
