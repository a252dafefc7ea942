"""Fine-tuning for text classification: one label for a text, or for a pair of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

import transformers

from registry.runner.engines.adapters import quantization
from registry.runner.engines.examples import Column, Examples
from registry.runner.engines.finetune import Finetune, Work
from registry.runner.engines.interface import EngineError
from registry.runner.engines.pretrained import load_model
from registry.runner.engines.rows import Row, quoted
from registry.runner.engines.tokens import Encoded, encode

MAX_LABELS = 10_000
"""More labels than this are no classes."""

MAX_LABELS_SHOWN = 50
"""With more labels only the figures over all of them are told."""


class TextClassification(Finetune):
    """Teaches a model to tell texts apart."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("text", ("sentence", "content", "message", "review", "body", "sentence1", "premise")),
        Column("label", ("labels", "class", "category", "intent", "topic", "sentiment", "target")),
        Column("text_pair", ("sentence2", "hypothesis"), required=False),
    )
    stratify: ClassVar[str | None] = "label"
    adapter_task: ClassVar[str | None] = "SEQ_CLS"

    def check(self, examples: Examples) -> None:
        """There are at least two classes, and evaluation knows no others."""
        super().check(examples)
        labels = {row["label"] for row in examples.training}
        if len(labels) < 2:
            raise EngineError(
                "data", f"every training example has the label {quoted(labels)}: there is nothing to tell apart", "give examples of at least two classes"
            )
        if len(labels) > MAX_LABELS:
            raise EngineError("data", f"`{examples.columns['label']}` holds {len(labels):,} different labels: it is no column of classes")
        unknown = sorted({row["label"] for row in examples.evaluation} - labels)
        if unknown:
            raise EngineError(
                "data", f"the evaluation examples have labels that no training example has: {quoted(unknown)}", "add examples of them to train on"
            )

    def load(self, work: Work) -> Any:
        """The base with a head for these labels; with its own where it has one for them."""
        labels = label_order(work, {row["label"] for row in work.examples.training})
        return load_model(
            work.job,
            transformers.AutoModelForSequenceClassification,
            work.machine,
            work.tokenizer,
            work.tell,
            num_labels=len(labels),
            id2label=dict(enumerate(labels)),
            label2id={label: number for number, label in enumerate(labels)},
            problem_type="single_label_classification",
            ignore_mismatched_sizes=True,
            **quantization(work.job, work.machine),
        )

    def trainer(self, work: Work, options: Callable[..., Any], make: Callable[[Any], Any]) -> Any:
        """A plain Trainer."""
        numbers = work.model.config.label2id
        names = [work.model.config.id2label[number] for number in range(len(numbers))]
        cut = 0

        def encoded(rows: list[Row]) -> Encoded:
            nonlocal cut
            pairs = [row["text_pair"] or "" for row in rows] if "text_pair" in work.examples.columns else None
            items, too_long = encode(work.tokenizer, [row["text"] for row in rows], work.max_length, pairs)
            cut += too_long
            return Encoded([{**item, "labels": numbers[row["label"]]} for item, row in zip(items, rows, strict=True)])

        training, evaluation = encoded(work.examples.training), encoded(work.examples.evaluation)
        work.note_cut(cut)
        return make(transformers.Trainer)(
            model=work.model,
            args=options(),
            train_dataset=training,
            eval_dataset=evaluation,
            data_collator=transformers.DataCollatorWithPadding(work.tokenizer),
            processing_class=work.tokenizer,
            compute_metrics=lambda prediction: classification_metrics(prediction.predictions, prediction.label_ids, names),
        )


def label_order(work: Work, labels: set[str]) -> list[str]:
    """The labels in the order of the model's outputs: that of the base where it knows exactly these, else sorted."""
    config, _ = transformers.PretrainedConfig.get_config_dict(str(work.job.base.folder), local_files_only=True)
    known = config.get("id2label")
    if isinstance(known, dict) and all(str(key).isdigit() for key in known):
        ordered = [str(known[key]) for key in sorted(known, key=int)]
        if set(ordered) == labels and len(ordered) == len(labels):
            return ordered
    return sorted(labels)


def classification_metrics(scores: Any, truth: Any, names: list[str]) -> dict[str, float]:
    """Accuracy, macro F1, and for each label its F1 and how many examples have it."""
    from sklearn.metrics import accuracy_score, f1_score  # type: ignore[import-untyped]

    if isinstance(scores, tuple):  # some models give more than their scores
        scores = scores[0]
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
