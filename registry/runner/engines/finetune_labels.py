"""What teaching labels has in common, be they of whole texts or of single words."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import transformers

from registry.runner.engines.examples import Examples
from registry.runner.engines.finetune import Finetune, Work
from registry.runner.engines.interface import EngineError
from registry.runner.engines.pretrained import load_model
from registry.runner.engines.rows import Row, quoted
from registry.runner.engines.tokens import Encoded

MAX_LABELS = 10_000
"""More labels than this are no classes."""


class Labels(Finetune):
    """Teaches a model labels."""

    column: ClassVar[str]
    """The column that holds them."""

    word: ClassVar[str]
    """What one of them is called in messages, and what has it: `training example has the label`."""

    whole: ClassVar[str]
    """What all of a kind are called: `classes`."""

    head: ClassVar[str]
    """The class of transformers with a head for them."""

    head_options: ClassVar[dict[str, Any]] = {}
    """What else its configuration is told."""

    @abstractmethod
    def labels_of(self, row: Row) -> Iterable[str]:
        """The labels of one example."""

    @abstractmethod
    def encoded(self, work: Work, rows: list[Row], numbers: dict[str, int]) -> tuple[list[dict[str, Any]], int]:
        """Examples as tokens with the numbers of their labels, and how many of them were cut."""

    @abstractmethod
    def collator(self, tokenizer: Any) -> Any:
        """What makes batches of them."""

    @abstractmethod
    def metrics(self, scores: Any, truth: Any, names: list[str]) -> dict[str, float]:
        """How good guesses are."""

    def check_labels(self, examples: Examples) -> None:
        """There are at least two labels, not too many, and evaluation knows no others.

        Raises:
            EngineError: It is not so.
        """
        labels = self._labels(examples.training)
        one, kind = self.word.rsplit(" ", 1)[-1], self.whole
        if len(labels) < 2:
            raise EngineError("data", f"every {self.word} {quoted(labels)}: there is nothing to tell apart", f"give examples with at least two {kind}")
        if len(labels) > MAX_LABELS:
            raise EngineError(
                "data",
                f"`{examples.columns[self.column]}` holds {len(labels):,} different {one}s: it is no column of {kind}",
                f"name the one that is: `--column {self.column}=NAME`",
            )
        unknown = sorted(self._labels(examples.evaluation) - labels)
        if unknown:
            raise EngineError(
                "data", f"the evaluation examples have {one}s that no training example has: {quoted(unknown)}", "add examples of them to train on"
            )

    def load(self, work: Work) -> Any:
        """The base with a head for these labels; with its own where it has one for them."""
        labels = label_order(work, self._labels(work.examples.training))
        return load_model(
            work,
            getattr(transformers, self.head),
            num_labels=len(labels),
            id2label=dict(enumerate(labels)),
            label2id={label: number for number, label in enumerate(labels)},
            ignore_mismatched_sizes=True,
            **self.head_options,
        )

    def trainer(self, work: Work, options: Callable[..., Any], make: Callable[[Any], Any]) -> Any:
        """A plain Trainer."""
        numbers = work.model.config.label2id
        names = [work.model.config.id2label[number] for number in range(len(numbers))]
        training, long_training = self.encoded(work, work.examples.training, numbers)
        evaluation, long_evaluation = self.encoded(work, work.examples.evaluation, numbers)
        work.note_cut(long_training + long_evaluation)
        return make(transformers.Trainer)(
            model=work.model,
            args=options(),
            train_dataset=Encoded(training),
            eval_dataset=Encoded(evaluation),
            data_collator=self.collator(work.tokenizer),
            processing_class=work.tokenizer,
            compute_metrics=lambda prediction: self.metrics(
                prediction.predictions[0] if isinstance(prediction.predictions, tuple) else prediction.predictions,  # some give more than their scores
                prediction.label_ids,
                names,
            ),
        )

    def _labels(self, rows: list[Row]) -> set[str]:
        return {label for row in rows for label in self.labels_of(row)}


def label_order(work: Work, labels: set[str]) -> list[str]:
    """The labels in the order of the model's outputs: that of the base where it knows exactly these, else sorted."""
    config, _ = transformers.PretrainedConfig.get_config_dict(str(work.job.base.folder), local_files_only=True)
    known = config.get("id2label")
    if isinstance(known, dict) and all(str(key).isdigit() for key in known):
        ordered = [str(known[key]) for key in sorted(known, key=int)]
        if set(ordered) == labels and len(ordered) == len(labels):
            return ordered
    return sorted(labels)
