"""What a task is trained with where nothing is said, and what to try where memory does not suffice. Needs no heavy library."""

from __future__ import annotations

from dataclasses import dataclass

from registry.runner.job import FinetuneJob, InferJob, Job


@dataclass(frozen=True, slots=True)
class Defaults:
    """The hyperparameters of a task that nobody chose."""

    batch_size: int
    learning_rate: float
    max_length: int
    epochs: float = 3.0


DEFAULTS = {
    "text-classification": Defaults(batch_size=16, learning_rate=5e-5, max_length=256),
    "token-classification": Defaults(batch_size=16, learning_rate=5e-5, max_length=256),
    "causal-lm": Defaults(batch_size=4, learning_rate=5e-5, max_length=512),
    "seq2seq": Defaults(batch_size=8, learning_rate=5e-5, max_length=256),
    "embedding": Defaults(batch_size=32, learning_rate=2e-5, max_length=128),
    "instruction": Defaults(batch_size=4, learning_rate=5e-5, max_length=1024),
    "dpo": Defaults(batch_size=2, learning_rate=1e-6, max_length=1024, epochs=1.0),
}
"""By task of `FinetuneJob`, for full fine-tuning; adapters start from `ADAPTER_LEARNING_RATE`."""

ADAPTER_LEARNING_RATE = 2e-4
"""Adapters take a higher rate than whole models: Hu et al. 2021 (LoRA), table 11 and 12."""


def batch_size(job: Job) -> int | None:
    """How many examples a job takes at once, where it takes several."""
    if isinstance(job, FinetuneJob):
        return job.training.batch_size or DEFAULTS[job.task].batch_size
    return job.batch_size if isinstance(job, InferJob) else None


def memory_hint(job: Job) -> str:
    """What to try where memory did not suffice."""
    size = batch_size(job)
    if size is not None and size > 1:
        smaller = size // 2
        gather = " --gradient-accumulation 2" if isinstance(job, FinetuneJob) and job.training.gradient_accumulation == 1 else ""
        return f"try `--batch-size {smaller}{gather}`, or shorter texts"
    if isinstance(job, FinetuneJob):
        lora = "`--method lora`, " if job.method == "full" else ""
        return f"the batch size is 1 already; try {lora}a smaller `--max-length`, or a smaller base"
    return "try a smaller model, or a machine with more memory"


OPTIMIZERS = ("adafactor", "adagrad", "adam", "adamw", "rmsprop", "sgd")
"""What a training can be driven by; `adamw` where nothing is said."""

SCHEDULERS = ("linear", "cosine", "constant", "constant_with_warmup", "polynomial", "inverse_sqrt")
"""How the learning rate can go over a training; `linear` where nothing is said."""
