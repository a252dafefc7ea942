"""Instruction tuning: a language model learns to answer prompts, by trl's supervised trainer; only the answers count for the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from registry.runner.engines.conversations import as_answer, as_prompt, read_messages
from registry.runner.engines.examples import Column, Examples
from registry.runner.engines.finetune import Work
from registry.runner.engines.finetune_causal_lm import CausalLanguageModel
from registry.runner.engines.interface import EngineError
from registry.runner.engines.rows import Row


class Instruction(CausalLanguageModel):
    """Teaches a language model to follow instructions."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("prompt", ("instruction", "question")),
        Column("completion", ("output", "response", "answer")),
        Column("context", ("input",), required=False),
    )
    other_columns: ClassVar[tuple[Column, ...]] = (Column("messages", ("conversation", "conversations"), text=False),)

    def check(self, examples: Examples) -> None:
        """Conversations end with an answer."""
        super().check(examples)
        if "messages" not in examples.columns:
            return
        for part, rows in (("training", examples.training), ("evaluation", examples.evaluation)):
            for number, row in enumerate(rows, start=1):
                place = f"{part} example {number}"
                messages = read_messages(row["messages"], place)
                if messages[-1]["role"] != "assistant" or len(messages) < 2:
                    raise EngineError("data", f"{place} does not end with a message of the assistant", "the last message is what is learnt")

    def trainer(self, work: Work, options: Callable[..., Any], make: Callable[[Any], Any]) -> Any:
        """A SFTTrainer."""
        import datasets  # type: ignore[import-untyped]
        from trl import SFTConfig, SFTTrainer  # type: ignore[attr-defined]

        datasets.disable_progress_bars()
        chat = bool(work.tokenizer.chat_template)
        if not chat:
            work.note("the tokenizer has no form for conversations: prompts and answers are written one after the other")
        work.settings["prompt_form"] = "chat-template" if chat else "plain"

        def dataset(rows: list[Row], part: str) -> Any:
            return datasets.Dataset.from_list([example(row, f"{part} example {number}", chat=chat) for number, row in enumerate(rows, start=1)])

        training = dataset(work.examples.training, "training")
        evaluation = dataset(work.examples.evaluation, "evaluation") if work.examples.evaluation else None
        trainer = make(SFTTrainer)(
            model=work.model,
            args=options(SFTConfig, max_length=work.max_length, packing=False, completion_only_loss=True),
            train_dataset=training,
            eval_dataset=evaluation,
            processing_class=work.tokenizer,
        )
        left = [kept for kept in (trainer.train_dataset, trainer.eval_dataset) if kept is not None]
        if len(trainer.train_dataset) == 0:
            raise EngineError("data", f"every prompt alone fills {work.max_length:,} tokens: no answer is left to learn", "say a larger `--max-length`")
        work.note_cut(sum(1 for part in left for ids in part["input_ids"] if len(ids) >= work.max_length))
        dropped = len(work.examples.training) + len(work.examples.evaluation) - sum(len(part) for part in left)
        if dropped:
            work.note(f"{dropped:,} examples are left out: their prompts alone fill {work.max_length:,} tokens")
        return trainer


def example(row: Row, place: str, *, chat: bool) -> dict[str, Any]:
    """One example as prompt and completion."""
    if "messages" in row:
        messages = read_messages(row["messages"], place)
        return {"prompt": as_prompt(messages[:-1], place, chat=chat), "completion": as_answer(messages[-1:], place, chat=chat)}
    prompt = f"{row['prompt']}\n\n{row['context']}" if row.get("context") else row["prompt"]
    return {"prompt": as_prompt(prompt, place, chat=chat), "completion": as_answer(row["completion"], place, chat=chat)}
