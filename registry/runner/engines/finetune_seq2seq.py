"""Fine-tuning of an encoder-decoder: it reads one text and learns to write another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import transformers

from registry.runner.engines.examples import Column
from registry.runner.engines.finetune import Finetune, Work
from registry.runner.engines.finetune_causal_lm import with_perplexity
from registry.runner.engines.pretrained import load_model
from registry.runner.engines.rows import Row
from registry.runner.engines.tokens import Encoded, encode

MAX_GENERATED = 200
"""For how many of the examples kept apart an answer is written: that takes much longer than the loss."""


class SequenceToSequence(Finetune):
    """Teaches a model to translate, to sum up, or to rewrite."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("source", ("text", "input", "document", "article", "question")),
        Column("target", ("summary", "output", "translation", "highlights", "answer", "label")),
    )
    adapter_task: ClassVar[str | None] = "SEQ_2_SEQ_LM"
    has_decoder: ClassVar[bool] = True

    def load(self, work: Work) -> Any:
        """The base as it is."""
        return load_model(work, transformers.AutoModelForSeq2SeqLM)

    def trainer(self, work: Work, options: Callable[..., Any], make: Callable[[Any], Any]) -> Any:
        """A Trainer that can write answers."""
        cut = 0

        def encoded(rows: list[Row]) -> Encoded:
            nonlocal cut
            sources, long_sources = encode(work.tokenizer, [row["source"] for row in rows], work.max_length)
            targets = work.tokenizer(text_target=[row["target"] for row in rows], truncation=True, max_length=work.max_length)["input_ids"] if rows else []
            cut += long_sources
            return Encoded([{**source, "labels": target} for source, target in zip(sources, targets, strict=True)])

        training, evaluation = encoded(work.examples.training), encoded(work.examples.evaluation)
        work.note_cut(cut)
        if len(evaluation) > MAX_GENERATED:
            work.note(f"answers are written and compared for the first {MAX_GENERATED} of the {len(evaluation):,} examples kept apart")
        return make(transformers.Seq2SeqTrainer)(
            model=work.model,
            args=options(transformers.Seq2SeqTrainingArguments, generation_max_length=work.max_length),
            train_dataset=training,
            eval_dataset=evaluation,
            data_collator=transformers.DataCollatorForSeq2Seq(work.tokenizer, model=work.model),
            processing_class=work.tokenizer,
        )

    def measure(self, trainer: Any) -> dict[str, float]:
        """Loss and perplexity, and how the answers compare with the expected ones."""
        values = with_perplexity(super().measure(trainer))
        some = Encoded(trainer.eval_dataset.items[:MAX_GENERATED])
        trainer.args.predict_with_generate = True
        try:
            prediction = trainer.predict(some)
        finally:
            trainer.args.predict_with_generate = False
        words = trainer.processing_class
        answers, expected = (
            [text.strip() for text in words.batch_decode(_unmasked(ids, words.pad_token_id), skip_special_tokens=True)]
            for ids in (prediction.predictions, prediction.label_ids)
        )
        return {**values, **answer_metrics(answers, expected)}


def _unmasked(ids: Any, pad: int) -> Any:
    """Tokens without the marks of places that do not count."""
    ids = ids.copy()
    ids[ids < 0] = pad
    return ids


def answer_metrics(answers: Sequence[str], expected: Sequence[str]) -> dict[str, float]:
    """The share of answers that are exactly right, and the mean ROUGE-L (Lin 2004): the F1 of the longest common run of words, gaps allowed."""
    if not expected:
        return {}
    pairs = list(zip(answers, expected, strict=True))
    return {
        "exact_match": sum(answer == right for answer, right in pairs) / len(pairs),
        "rouge_l": sum(rouge_l(answer.split(), right.split()) for answer, right in pairs) / len(pairs),
    }


def rouge_l(answer: Sequence[str], expected: Sequence[str]) -> float:
    """ROUGE-L of one answer, between 0 and 1."""
    row = [0] * (len(expected) + 1)
    for word in answer:
        diagonal = 0
        for place, other in enumerate(expected, start=1):
            diagonal, row[place] = row[place], diagonal + 1 if word == other else max(row[place], row[place - 1])
    common = row[-1]
    return 2 * common / (len(answer) + len(expected)) if common else 0.0
