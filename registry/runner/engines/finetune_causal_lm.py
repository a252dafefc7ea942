"""Fine-tuning of a language model on plain texts: it learns to go on with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import transformers

from registry.runner.engines.examples import Column
from registry.runner.engines.finetune import Finetune, Work
from registry.runner.engines.interface import EngineError
from registry.runner.engines.pretrained import load_model
from registry.runner.engines.rows import Row
from registry.runner.engines.tokens import Encoded


class CausalLanguageModel(Finetune):
    """Teaches a language model the texts of a field."""

    columns: ClassVar[tuple[Column, ...]] = (Column("text", ("content", "document", "body")),)
    adapter_task: ClassVar[str | None] = "CAUSAL_LM"
    loss_over_tokens: ClassVar[bool] = True

    def load(self, work: Work) -> Any:
        """The base as it is."""
        return load_model(work, transformers.AutoModelForCausalLM)

    def trainer(self, work: Work, options: Callable[..., Any], make: Callable[[Any], Any]) -> Any:
        """A plain Trainer over blocks of equal length: no text is cut off, and none wastes room."""

        def blocks(rows: list[Row], part: str) -> Encoded:
            found = [{"input_ids": block, "labels": list(block)} for block in in_blocks(_tokens(work, rows), work.max_length)]
            if rows and not found:
                raise EngineError("data", f"the {part} texts are too short: together they have fewer than two tokens", "give more or longer texts")
            return Encoded(found)

        training, evaluation = blocks(work.examples.training, "training"), blocks(work.examples.evaluation, "evaluation")
        work.note(f"the texts make {len(training):,} blocks of up to {work.max_length:,} tokens to train on, and {len(evaluation):,} for evaluation")
        return make(transformers.Trainer)(
            model=work.model,
            args=options(examples=len(training)),
            train_dataset=training,
            eval_dataset=evaluation,
            data_collator=transformers.DataCollatorForSeq2Seq(work.tokenizer),
            processing_class=work.tokenizer,
        )

    def measure(self, trainer: Any) -> dict[str, float]:
        """Loss and perplexity."""
        return with_perplexity(super().measure(trainer))


def with_perplexity(values: dict[str, float]) -> dict[str, float]:
    """The measurements with the perplexity, which is e to the loss."""
    return {**values, "perplexity": math.exp(min(values["loss"], 700.0))}


def in_blocks(tokens: Iterable[list[int]], length: int) -> list[list[int]]:
    """Texts one after the other, cut into blocks; a last block of a single token teaches nothing and is left out."""
    blocks: list[list[int]] = []
    rest: list[int] = []
    for some in tokens:
        rest.extend(some)
        while len(rest) >= length:
            blocks.append(rest[:length])
            rest = rest[length:]
    return [*blocks, rest] if len(rest) > 1 else blocks


def _tokens(work: Work, rows: list[Row]) -> Iterable[list[int]]:
    end = work.tokenizer.eos_token_id
    for start in range(0, len(rows), 1_000):
        for ids in work.tokenizer([row["text"] for row in rows[start : start + 1_000]], truncation=False, verbose=False)["input_ids"]:
            yield ids if end is None or (ids and ids[-1] == end) else [*ids, end]
