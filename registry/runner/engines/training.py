"""Turns the hyperparameters of a job into those of a Trainer; every value that was used in the end is on record."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch

from registry.runner.defaults import ADAPTER_LEARNING_RATE, DEFAULTS, OPTIMIZERS, SCHEDULERS
from registry.runner.engines.interface import EngineError
from registry.runner.engines.machine import Readied
from registry.runner.engines.resume import CHECKPOINTS
from registry.runner.job import FinetuneJob

MAX_LOGGED = 2_000
"""Longer runs tell the mean loss of several steps at once."""

_MAX_BATCH = 100_000


@dataclass(frozen=True, slots=True)
class Plan:
    """The hyperparameters as they are used, defaults filled in."""

    batch_size: int
    gradient_accumulation: int
    epochs: float
    max_steps: int | None
    learning_rate: float
    optimizer: str
    scheduler: str
    warmup_ratio: float
    weight_decay: float
    max_grad_norm: float
    seed: int
    adam_beta1: float = 0.9
    adam_beta2: float = 0.999
    adam_epsilon: float = 1e-8
    lora_rank: int | None = None
    lora_alpha: int | None = None
    lora_dropout: float | None = None
    lora_targets: list[str] | None = None
    dpo_beta: float | None = None

    def settings(self) -> dict[str, int | float | str | bool | list[str] | None]:
        """By name, without what was not used."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def steps(self, examples: int, processes: int) -> int:
        """How many steps a training takes."""
        if self.max_steps is not None:
            return self.max_steps
        batches = math.ceil(math.ceil(examples / processes) / self.batch_size)
        return max(1, math.ceil(self.epochs * max(1, math.ceil(batches / self.gradient_accumulation))))


def plan_training(job: FinetuneJob, examples: int) -> Plan:
    """The plan for a job.

    Raises:
        EngineError: A value cannot be used.
    """
    from registry.runner.engines.adapters import DROPOUT, RANK

    asked, defaults = job.training, DEFAULTS[job.task]
    adapter = job.method != "full"
    rank = asked.lora_rank or RANK
    plan = Plan(
        batch_size=asked.batch_size if asked.batch_size is not None else defaults.batch_size,
        gradient_accumulation=asked.gradient_accumulation,
        epochs=asked.epochs if asked.epochs is not None else defaults.epochs,
        max_steps=asked.max_steps,
        learning_rate=asked.learning_rate if asked.learning_rate is not None else ADAPTER_LEARNING_RATE if adapter else defaults.learning_rate,
        optimizer=asked.optimizer or "adamw",
        scheduler=asked.scheduler or "linear",
        warmup_ratio=asked.warmup_ratio or 0.0,
        weight_decay=asked.weight_decay or 0.0,
        max_grad_norm=1.0,
        seed=job.machine.seed,
        lora_rank=rank if adapter else None,
        lora_alpha=(asked.lora_alpha or 2 * rank) if adapter else None,
        lora_dropout=(DROPOUT if asked.lora_dropout is None else asked.lora_dropout) if adapter else None,
        lora_targets=list(asked.lora_targets) if adapter and asked.lora_targets else None,
        dpo_beta=(0.1 if asked.dpo_beta is None else asked.dpo_beta) if job.task == "dpo" else None,
    )
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    """Raises on values that no training can use."""
    wrong = [
        ("batch size", plan.batch_size, 1 <= plan.batch_size <= _MAX_BATCH),
        ("gradient accumulation", plan.gradient_accumulation, plan.gradient_accumulation >= 1),
        ("number of epochs", plan.epochs, math.isfinite(plan.epochs) and plan.epochs > 0),
        ("number of steps", plan.max_steps, plan.max_steps is None or plan.max_steps >= 1),
        ("learning rate", plan.learning_rate, math.isfinite(plan.learning_rate) and plan.learning_rate > 0),
        ("warm-up ratio", plan.warmup_ratio, 0 <= plan.warmup_ratio < 1),
        ("weight decay", plan.weight_decay, math.isfinite(plan.weight_decay) and plan.weight_decay >= 0),
        ("rank of the adapter", plan.lora_rank, plan.lora_rank is None or 1 <= plan.lora_rank <= _MAX_BATCH),
        ("dropout of the adapter", plan.lora_dropout, plan.lora_dropout is None or 0 <= plan.lora_dropout < 1),
        ("beta of DPO", plan.dpo_beta, plan.dpo_beta is None or (math.isfinite(plan.dpo_beta) and plan.dpo_beta > 0)),
    ]
    for name, value, right in wrong:
        if not right:
            raise EngineError("data", f"the {name} cannot be {value}", "leave it out for the default, or name another")
    if plan.optimizer not in OPTIMIZERS:
        raise EngineError("data", f"`{plan.optimizer}` is no optimizer that is known here", f"it is one of {', '.join(OPTIMIZERS)}")
    if plan.scheduler not in SCHEDULERS:
        raise EngineError("data", f"`{plan.scheduler}` is no schedule that is known here", f"it is one of {', '.join(SCHEDULERS)}")


def training_arguments(job: FinetuneJob, plan: Plan, machine: Readied, kind: Any, examples: int, **more: Any) -> Any:
    """The arguments of a Trainer.

    Args:
        job: Where to write.
        plan: The hyperparameters.
        machine: What to compute on.
        kind: The class of arguments.
        examples: How many there are to train on.
        more: What a task adds.
    """
    arguments = kind(
        output_dir=str(job.out / CHECKPOINTS),
        per_device_train_batch_size=plan.batch_size,
        per_device_eval_batch_size=plan.batch_size,
        gradient_accumulation_steps=plan.gradient_accumulation,
        num_train_epochs=plan.epochs,
        max_steps=plan.max_steps or -1,
        learning_rate=plan.learning_rate,
        lr_scheduler_type=plan.scheduler,
        weight_decay=plan.weight_decay,
        max_grad_norm=plan.max_grad_norm,
        adam_beta1=plan.adam_beta1,
        adam_beta2=plan.adam_beta2,
        adam_epsilon=plan.adam_epsilon,
        optim="adamw_torch",
        logging_strategy="steps",
        logging_nan_inf_filter=False,
        save_strategy="no",  # the watch says when
        save_total_limit=2,
        seed=plan.seed,
        data_seed=plan.seed,
        use_cpu=machine.device.type == "cpu",
        bf16=machine.precision == "bf16",
        fp16=machine.precision == "fp16",
        gradient_checkpointing=False,
        dataloader_pin_memory=machine.device.type == "cuda",
        report_to="none",
        disable_tqdm=True,
        push_to_hub=False,
        **more,
    )
    arguments._n_gpu = min(1, arguments.n_gpu)  # several devices are for several processes
    steps = plan.steps(examples, arguments.world_size)
    arguments.logging_steps = max(1, steps // MAX_LOGGED)
    arguments.warmup_steps = math.ceil(plan.warmup_ratio * steps)
    return arguments


def use_optimizer(trainer: Any, plan: Plan) -> None:
    """Give a Trainer the optimizer of the plan."""
    adam = {"lr": plan.learning_rate, "betas": (plan.adam_beta1, plan.adam_beta2), "eps": plan.adam_epsilon}
    plain = {"lr": plan.learning_rate}
    trainer.optimizer_cls_and_kwargs = {
        "adamw": (torch.optim.AdamW, adam),
        "adam": (torch.optim.Adam, adam),
        "sgd": (torch.optim.SGD, plain),
        "rmsprop": (torch.optim.RMSprop, plain),
        "adagrad": (torch.optim.Adagrad, plain),
        "adafactor": (torch.optim.Adafactor, plain),
    }[plan.optimizer]
