"""Preference tuning by direct preference optimisation (Rafailov et al. 2023, arXiv:2305.18290), by trl's trainer: of two answers, one is preferred."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from typing import Any, ClassVar

from registry.runner.engines.conversations import as_answer, as_prompt
from registry.runner.engines.examples import Column
from registry.runner.engines.finetune import Finetune, Work
from registry.runner.engines.finetune_causal_lm import CausalLanguageModel
from registry.runner.engines.interface import EngineError
from registry.runner.engines.rows import Row
from registry.settings import process_rank


class Preference(CausalLanguageModel):
    """Teaches a language model which answers are preferred; the base itself is the reference."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("prompt", ("instruction", "question", "input"), text=False),
        Column("chosen", ("preferred", "accepted"), text=False),
        Column("rejected", ("dispreferred", "refused"), text=False),
    )
    loss_over_tokens: ClassVar[bool] = False
    uses_reference: ClassVar[bool] = True

    def trainer(self, work: Work, options: Callable[..., Any], make: Callable[[Any], Any]) -> Any:
        """A DPOTrainer."""
        import datasets  # type: ignore[import-untyped]
        from trl import DPOConfig, DPOTrainer  # type: ignore[attr-defined]

        datasets.disable_progress_bars()
        chat = bool(work.tokenizer.chat_template)
        work.settings["prompt_form"] = "chat-template" if chat else "plain"
        work.rows_per_example = 2  # the chosen answer and the rejected one

        def dataset(rows: list[Row], part: str) -> Any:
            return datasets.Dataset.from_list([_example(row, f"{part} example {number}", chat=chat) for number, row in enumerate(rows, start=1)])

        training = dataset(work.examples.training, "training")
        evaluation = dataset(work.examples.evaluation, "evaluation") if work.examples.evaluation else None
        trainer = make(DPOTrainer)(
            model=work.model,
            # An adapter that is switched off is the reference; a whole model needs a copy.
            ref_model=copy.deepcopy(work.model) if work.job.method == "full" else None,
            args=options(DPOConfig, max_length=work.max_length, beta=work.plan.dpo_beta),
            train_dataset=training,
            eval_dataset=evaluation,
            processing_class=work.tokenizer,
        )
        if len(trainer.train_dataset) == 0:
            raise EngineError("data", f"every prompt alone fills {work.max_length:,} tokens: no answer is left to learn", "say a larger `--max-length`")
        kept = [part for part in (trainer.train_dataset, trainer.eval_dataset) if part is not None]
        work.note_cut(
            sum(1 for part in kept for row in part if len(row["prompt_ids"]) + max(len(row["chosen_ids"]), len(row["rejected_ids"])) > work.max_length)
        )
        return trainer

    def measure(self, trainer: Any) -> dict[str, float]:
        """Loss, how often the preferred answer is rewarded more than the other, and by how much."""
        return {name.replace("rewards/", "reward_").replace("/", "_"): value for name, value in Finetune.measure(self, trainer).items()}

    def save(self, work: Work, trainer: Any) -> None:
        """The model alone: trl keeps an adapter for the reference beside the one that learns."""
        super().save(work, trainer)
        if process_rank() == 0:
            shutil.rmtree(work.job.out / "ref", ignore_errors=True)


def _example(row: Row, place: str, *, chat: bool) -> dict[str, Any]:
    answers = {name: as_answer(row[name], f"`{name}` of {place}", chat=chat) for name in ("chosen", "rejected")}
    return {"prompt": as_prompt(row["prompt"], f"`prompt` of {place}", chat=chat), **answers}
