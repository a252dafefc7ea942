"""The course that every fine-tuning takes; what differs from task to task is in the file of the task."""

from __future__ import annotations

import math
import pickle
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import transformers

from registry.runner.defaults import DEFAULTS, Defaults
from registry.runner.engines.adapters import LABEL_TASKS, adapted, check_method
from registry.runner.engines.energy import EnergyMeter, energy_meter
from registry.runner.engines.examples import Column, Examples, check_texts, read_examples
from registry.runner.engines.flop import FORMULA, REFERENCE_FORMULA, count_parameters
from registry.runner.engines.interface import EngineError, Tell, deferred_interrupt
from registry.runner.engines.labels import write_labels
from registry.runner.engines.ledger import Ledger
from registry.runner.engines.log import Log
from registry.runner.engines.losses import TRAINING_FOLDER, thin_out, write_losses
from registry.runner.engines.machine import Readied, ready_machine
from registry.runner.engines.pretrained import check_base, length_limit, load_tokenizer
from registry.runner.engines.resume import CHECKPOINTS, claim_folder, last_checkpoint
from registry.runner.engines.tidy import tidy_model
from registry.runner.engines.training import Plan, plan_training, training_arguments, use_optimizer
from registry.runner.engines.watch import Tally, Watch, counting, first_broken
from registry.runner.events import Finished, Metrics, Noted
from registry.runner.job import FinetuneJob
from registry.settings import process_rank


@dataclass(slots=True)
class Work:
    """One fine-tuning under way, as its task sees it."""

    job: FinetuneJob
    tell: Tell
    machine: Readied
    defaults: Defaults
    examples: Examples
    tokenizer: Any
    plan: Plan
    model: Any = None
    max_length: int = 0
    rows_per_example: int = 1
    new_layers: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Tell the reader something."""
        self.tell(Noted(text=text))

    def note_cut(self, number: int) -> None:
        """Tell how many texts were too long, if any were."""
        if number:
            total = len(self.examples.training) + len(self.examples.evaluation)
            self.note(f"{number:,} of {total:,} examples were longer than {self.max_length:,} tokens and have been cut")


class Finetune(ABC):
    """Fine-tunes a model for one task."""

    columns: ClassVar[tuple[Column, ...]]
    """What the task knows."""

    other_columns: ClassVar[tuple[Column, ...]] = ()
    """What it takes instead, where a file has these."""

    stratify: ClassVar[str | None] = None
    """The column by whose values the examples are divided evenly."""

    adapter_task: ClassVar[str | None] = None
    """What peft calls the task."""

    has_decoder: ClassVar[bool] = False
    """The model reads one text and writes another, whose tokens count, too."""

    loss_over_tokens: ClassVar[bool] = False
    """The loss of its models is over all tokens of a step, which they are told; else it is a mean that the Trainer divides itself."""

    uses_reference: ClassVar[bool] = False
    """A second model of the same size runs beside the one that learns."""

    @abstractmethod
    def load(self, work: Work) -> Any:
        """The base as a model for the task."""

    @abstractmethod
    def trainer(self, work: Work, options: Callable[..., Any], make: Callable[[Any], Any]) -> Any:
        """The Trainer, with its data.

        Args:
            work: What it is for; `work.model` is loaded.
            options: Makes the arguments, of `TrainingArguments` or of the class it is given.
            make: Turns a class of Trainer into one that counts.
        """

    def check(self, examples: Examples) -> None:
        """Look at the examples before anything is loaded.

        Raises:
            EngineError: The task cannot be learnt from them.
        """
        check_texts(examples, (*self.columns, *self.other_columns))

    def measure(self, trainer: Any) -> dict[str, float]:
        """How well the model does on the examples that were kept apart."""
        return {name.removeprefix("eval_"): value for name, value in trainer.evaluate().items()}

    def save(self, work: Work, trainer: Any) -> None:
        """Write the model into the out folder; on every process of the run."""
        trainer.save_model(str(work.job.out))
        if work.job.method != "full" and self.adapter_task in LABEL_TASKS:
            write_labels(work.model.config, work.job.out)

    def run(self, job: FinetuneJob, tell: Tell) -> Finished:
        """Do it: load, measure, train, measure again, save."""
        log = Log(tell)
        with energy_meter() as meter:
            return self._run(job, log.tell, log, meter)

    def _run(self, job: FinetuneJob, tell: Tell, log: Log, meter: EnergyMeter) -> Finished:
        ledger = Ledger(tell)
        ledger.stage("loading", job.base.name)
        machine = ready_machine(job.machine, tell)
        check_method(job, machine)
        check_base(job, tell)
        examples = read_examples(job.data, self.columns, tell, seed=job.machine.seed, stratify=self.stratify, others=self.other_columns)
        self.check(examples)
        claim_folder(job, examples)
        plan = plan_training(job, len(examples.training))
        work = Work(job, tell, machine, DEFAULTS[job.task], examples, load_tokenizer(job), plan)
        work.model = self.load(work)
        work.max_length = length_limit(job, work.tokenizer, work.model, work.defaults.max_length, tell)
        work.model = adapted(work.model, job, self.adapter_task, work.new_layers, tell)
        sizes = count_parameters(work.model)
        ledger.stage("preparing")
        tally = Tally(decoder=self.has_decoder)
        trainer = self.trainer(
            work,
            lambda kind=transformers.TrainingArguments, **more: training_arguments(job, plan, machine, kind, **{"examples": len(examples.training), **more}),
            lambda kind: counting(kind, tally),
        )
        trainer.remove_callback(transformers.PrinterCallback)
        if not self.loss_over_tokens:  # models take the number of tokens and leave it unused, and the loss would grow with each part of a step
            trainer.model_accepts_loss_kwargs = False
        use_optimizer(trainer, plan)
        tally.rows_per_example = work.rows_per_example
        before = self._measured(trainer, ledger, "before") if examples.evaluation else None
        with deferred_interrupt() as asked:
            watch = Watch(ledger, asked, tally)
            watch.trainer = trainer
            self._train(work, trainer, ledger, watch)
            seen, tokens = tally.over_all(trainer)
            if before is not None:
                self._measured(trainer, ledger, "after")
            ledger.stage("saving")
            self.save(work, trainer)
            artifacts = self._tidy(work, watch, log) if process_rank() == 0 else {}
        energy = meter.stop()
        return ledger.finish(
            data=examples.digests(),
            counts={
                "examples": seen,
                "tokens": tokens,
                "steps": int(trainer.state.global_step),
                "parameters_total": sizes.total,
                "parameters_trained": sizes.trained,
                "processes": trainer.args.world_size,
            },
            seconds={"training": tally.seconds_before},
            settings={**plan.settings(), **work.settings, "max_length": work.max_length, "task": job.task, "method": job.method},
            flop=sizes.flop(tokens, reference=self.uses_reference),
            flop_formula=REFERENCE_FORMULA if self.uses_reference else FORMULA,
            losses=thin_out(watch.losses),
            artifacts=artifacts,
            energy_kwh=energy[0] if energy else None,
            energy_source=energy[1] if energy else None,
        )

    def _train(self, work: Work, trainer: Any, ledger: Ledger, watch: Watch) -> None:
        checkpoint = last_checkpoint(work.job)
        if work.job.resume:
            work.note(f"goes on from `{checkpoint.name}`" if checkpoint else "there is no checkpoint to go on from: it begins anew")
        if checkpoint is not None:
            watch.tally.read(checkpoint, process_rank() == 0)
        ledger.stage("training")
        transformers.set_seed(work.job.machine.seed)
        trainer.add_callback(watch)
        try:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        except pickle.UnpicklingError as error:  # only tensors and numbers are taken from one
            read = checkpoint.name if checkpoint else "the checkpoint"
            raise EngineError(
                "unsafe", f"`{read}` holds something else than numbers, and was not loaded", "remove it, and resume from the one before"
            ) from error
        trainer.remove_callback(watch)
        kept = watch.checkpoint or checkpoint
        name = str(kept) if kept else None
        if watch.diverged is None and not watch.interrupted:
            broken = first_broken(trainer.model)
            watch.diverged = f"`{broken}` is no number any more at the end" if broken else None
        if watch.diverged is not None:
            hint = f"try a lower learning rate than {work.plan.learning_rate:g}"
            if work.machine.precision == "fp16":
                hint += ", or `--precision bf16`"
            raise EngineError("diverged", f"training diverged: {watch.diverged}", hint, checkpoint=name)
        if watch.interrupted:
            raise EngineError(
                "interrupted",
                f"the run was interrupted at step {trainer.state.global_step} of {trainer.state.max_steps}",
                "go on from its checkpoint with `--resume`",
                checkpoint=name,
            )

    def _measured(self, trainer: Any, ledger: Ledger, phase: Any) -> dict[str, float]:
        ledger.stage("evaluating", phase)
        values = {name: float(value) for name, value in self.measure(trainer).items() if not name.endswith(_NOT_MEASUREMENTS) and math.isfinite(float(value))}
        ledger.tell(Metrics(phase=phase, values=values))
        return values

    def _tidy(self, work: Work, watch: Watch, log: Log) -> dict[str, str]:
        job = work.job
        tidy_model(job.out, job.base)
        artifacts = write_losses(watch.losses, job.out / TRAINING_FOLDER, f"{job.task} of {job.base.name}")
        shutil.rmtree(job.out / CHECKPOINTS, ignore_errors=True)
        return artifacts | log.write(job.out / TRAINING_FOLDER)


_NOT_MEASUREMENTS = ("runtime", "per_second", "epoch", "num_tokens", "preparation_time", "num_input_tokens_seen")
