"""Fine-tuning for text classification: one label for a text, or for a pair of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar

import transformers

from registry.runner.engines.examples import Column, Examples
from registry.runner.engines.finetune import Work
from registry.runner.engines.finetune_labels import Labels
from registry.runner.engines.rows import Row
from registry.runner.engines.tokens import encode

MAX_LABELS_SHOWN = 50
"""With more labels only the figures over all of them are told."""


class TextClassification(Labels):
    """Teaches a model to tell texts apart."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("text", ("sentence", "content", "message", "review", "body", "sentence1", "premise")),
        Column("label", ("labels", "class", "category", "intent", "topic", "sentiment", "target")),
        Column("text_pair", ("sentence2", "hypothesis"), required=False),
    )
    stratify: ClassVar[str | None] = "label"
    adapter_task: ClassVar[str | None] = "SEQ_CLS"
    column: ClassVar[str] = "label"
    word: ClassVar[str] = "training example has the label"
    whole: ClassVar[str] = "classes"
    head: ClassVar[str] = "AutoModelForSequenceClassification"
    head_options: ClassVar[dict[str, Any]] = {"problem_type": "single_label_classification"}

    def check(self, examples: Examples) -> None:
        """There are at least two classes, and evaluation knows no others."""
        super().check(examples)
        self.check_labels(examples)

    def labels_of(self, row: Row) -> Iterable[str]:
        """The one label of a text."""
        return (row["label"],)

    def encoded(self, work: Work, rows: list[Row], numbers: dict[str, int]) -> tuple[list[dict[str, Any]], int]:
        """Texts, or pairs of them, each with the number of its label."""
        pairs = [row["text_pair"] or "" for row in rows] if "text_pair" in work.examples.columns else None
        items, cut = encode(work.tokenizer, [row["text"] for row in rows], work.max_length, pairs)
        return [{**item, "labels": numbers[row["label"]]} for item, row in zip(items, rows, strict=True)], cut

    def collator(self, tokenizer: Any) -> Any:
        """Fills up short texts."""
        return transformers.DataCollatorWithPadding(tokenizer)

    def metrics(self, scores: Any, truth: Any, names: list[str]) -> dict[str, float]:
        """Accuracy and F1."""
        return classification_metrics(scores, truth, names)


def classification_metrics(scores: Any, truth: Any, names: list[str]) -> dict[str, float]:
    """Accuracy, macro F1, and for each label its F1 and how many examples have it."""
    from sklearn.metrics import accuracy_score, f1_score  # type: ignore[import-untyped]

    guesses = scores.argmax(axis=-1)
    numbers = list(range(len(names)))
    present = sorted({int(number) for number in truth})
    values = {
        "accuracy": float(accuracy_score(truth, guesses)),
        "f1_macro": float(f1_score(truth, guesses, labels=present, average="macro", zero_division=0.0)),
    }
    if len(names) <= MAX_LABELS_SHOWN:
        each = f1_score(truth, guesses, labels=numbers, average=None, zero_division=0.0)
        counts = Counter(int(number) for number in truth)
        for number, name in enumerate(names):
            values[f"f1/{name[:60]}"] = float(each[number])
            values[f"examples/{name[:60]}"] = float(counts[number])
    return values
