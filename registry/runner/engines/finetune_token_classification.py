"""Fine-tuning for token classification: a tag for every word, such as the names in a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import transformers

from registry.runner.engines.examples import Column, Examples
from registry.runner.engines.finetune import Work
from registry.runner.engines.finetune_labels import Labels
from registry.runner.engines.interface import EngineError
from registry.runner.engines.rows import Row
from registry.runner.engines.tokens import encode

IGNORED = -100
"""What stands in place of a label where none is learnt."""

OUTSIDE = "O"
"""The tag of words that belong to no entity."""


class TokenClassification(Labels):
    """Teaches a model to tag words."""

    columns: ClassVar[tuple[Column, ...]] = (Column("tokens", ("words",), text=False), Column("tags", ("ner_tags", "labels", "pos_tags"), text=False))
    adapter_task: ClassVar[str | None] = "TOKEN_CLS"
    column: ClassVar[str] = "tags"
    word: ClassVar[str] = "word has the tag"
    whole: ClassVar[str] = "tags"
    head: ClassVar[str] = "AutoModelForTokenClassification"

    def check(self, examples: Examples) -> None:
        """Every word has a tag, there are at least two tags, and evaluation knows no others."""
        for part, rows in (("training", examples.training), ("evaluation", examples.evaluation)):
            for number, row in enumerate(rows, start=1):
                row["tokens"], row["tags"] = _words(row["tokens"]), _words(row["tags"])
                if len(row["tokens"]) != len(row["tags"]):
                    raise EngineError(
                        "data",
                        f"{part} example {number} has {len(row['tokens'])} words and {len(row['tags'])} tags",
                        "give a list of words and a list of as many tags, or both as text with blanks between",
                    )
        self.check_labels(examples)

    def load(self, work: Work) -> Any:
        """The base with a head for these tags."""
        if not work.tokenizer.is_fast:
            raise EngineError(
                "model", f"the tokenizer of `{work.job.base.name}` does not tell which token belongs to which word", "use a base with tokenizer.json"
            )
        return super().load(work)

    def labels_of(self, row: Row) -> Iterable[str]:
        """The tags of its words."""
        tags: list[str] = row["tags"]
        return tags

    def encoded(self, work: Work, rows: list[Row], numbers: dict[str, int]) -> tuple[list[dict[str, Any]], int]:
        """Words as tokens, of which the first of each carries its tag."""
        items, cut = encode(work.tokenizer, [row["tokens"] for row in rows], work.max_length, is_split_into_words=True, with_words=True)
        return [_tagged(item, [numbers[tag] for tag in row["tags"]]) for item, row in zip(items, rows, strict=True)], cut

    def collator(self, tokenizer: Any) -> Any:
        """Fills up short texts, and their tags with marks that do not count."""
        return transformers.DataCollatorForTokenClassification(tokenizer)

    def metrics(self, scores: Any, truth: Any, names: list[str]) -> dict[str, float]:
        """Accuracy, and F1 over entities."""
        return tag_metrics(scores, truth, names)


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [str(word) for word in value] if isinstance(value, list) else [str(value)]


def _tagged(item: dict[str, Any], tags: list[int]) -> dict[str, Any]:
    """The tokens of an example with the tag of each word at its first token."""
    words = item.pop("words")
    labels = [IGNORED if word is None or (place and words[place - 1] == word) else tags[word] for place, word in enumerate(words)]
    return {**item, "labels": labels}


def tag_metrics(scores: Any, truth: Any, names: list[str]) -> dict[str, float]:
    """Accuracy over words, and precision, recall and F1 over whole entities where the tags mark their beginnings."""
    guesses = scores.argmax(axis=-1)
    true_tags = [[names[label] for label in row if label != IGNORED] for row in truth]
    guessed_tags = [[names[guess] for guess, label in zip(some, row, strict=True) if label != IGNORED] for some, row in zip(guesses, truth, strict=True)]
    pairs = [(right, guess) for row, others in zip(true_tags, guessed_tags, strict=True) for right, guess in zip(row, others, strict=True)]
    values = {"accuracy": sum(right == guess for right, guess in pairs) / len(pairs) if pairs else 0.0}
    if not any(name.startswith(("B-", "I-")) for name in names):
        from sklearn.metrics import f1_score  # type: ignore[import-untyped]

        values["f1_macro"] = float(f1_score([right for right, _ in pairs], [guess for _, guess in pairs], average="macro", zero_division=0.0))
        return values
    wanted = {(number, *span) for number, tags in enumerate(true_tags) for span in entities(tags)}
    found = {(number, *span) for number, tags in enumerate(guessed_tags) for span in entities(tags)}
    both = len(wanted & found)
    precision = both / len(found) if found else 0.0
    recall = both / len(wanted) if wanted else 0.0
    values |= {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if both else 0.0,
        "entities": float(len(wanted)),
    }
    return values


def entities(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Begin, end and kind of each entity, in the reading of the CoNLL-2000 shared task: an entity begins at B, or at an I of another kind than before."""
    spans: list[tuple[int, int, str]] = []
    begin, kind = 0, ""
    for place, tag in enumerate([*tags, OUTSIDE]):
        mark, _, of = tag.partition("-")
        goes_on = mark == "I" and of == kind and kind != ""
        if not goes_on:
            if kind:
                spans.append((begin, place, kind))
            begin, kind = (place, of) if mark in ("B", "I") and of else (place, "")
    return spans
