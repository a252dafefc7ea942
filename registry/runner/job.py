"""What the worker is asked to do: one job, written to its standard input as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FinetuneTask = Literal["text-classification", "token-classification", "causal-lm", "seq2seq", "embedding", "instruction", "dpo"]
"""What a model can be taught here."""

InferTask = Literal[
    "text-generation",
    "text-classification",
    "fill-mask",
    "summarization",
    "translation",
    "question-answering",
    "feature-extraction",
    "zero-shot-image-classification",
    "text-to-image",
]
"""What a model can be asked here, in the Hub's words."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelInput(_Strict):
    """A model to start from: its name in the registry, and the folder that holds its files."""

    name: str
    folder: Path
    revision: str | None = None


class DataInput(_Strict):
    """Examples to learn from or be measured on.

    Attributes:
        name: The dataset's name in the registry, or the file's own name.
        train: A file (CSV, JSON lines, parquet) or a folder that `datasets` reads.
        evaluation: The same, for evaluation; without it `evaluation_share` of the training examples is kept apart.
        columns: From the name a task knows (`text`, `label`, `prompt`, `chosen`, ...) to the column's own name.
        evaluation_share: Between 0 and 1.
    """

    name: str
    train: Path
    evaluation: Path | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    evaluation_share: float = 0.2


class Hyperparameters(_Strict):
    """How to train; None leaves a value to the task's own default."""

    epochs: float | None = None
    max_steps: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    gradient_accumulation: int = 1
    max_length: int | None = None
    optimizer: str | None = None
    scheduler: str | None = None
    warmup_ratio: float | None = None
    weight_decay: float | None = None
    lora_rank: int | None = None
    lora_alpha: int | None = None
    lora_dropout: float | None = None
    lora_targets: tuple[str, ...] | None = None
    dpo_beta: float | None = None


class Machine(_Strict):
    """On what to compute, and how exactly."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["auto", "fp32", "fp16", "bf16"] = "auto"
    threads: int | None = None
    seed: int = 0
    deterministic: bool = True
    trust_remote_code: bool = False


class FinetuneJob(_Strict):
    """Teach a model; `out` does not exist yet, or holds the checkpoints of the same job where `resume` is true."""

    kind: Literal["finetune"] = "finetune"
    task: FinetuneTask
    method: Literal["full", "lora", "qlora"] = "full"
    base: ModelInput
    data: DataInput
    out: Path
    resume: bool = False
    training: Hyperparameters = Hyperparameters()
    machine: Machine = Machine()


class InferJob(_Strict):
    """Ask a model; answers are written to `output` as JSON lines, in the order of the input."""

    kind: Literal["infer"] = "infer"
    task: InferTask
    model: ModelInput
    adapter: ModelInput | None = None
    text: str | None = None
    input: Path | None = None
    column: str | None = None
    prompt_template: Path | None = None
    labels: tuple[str, ...] = ()
    output: Path
    batch_size: int = 8
    parameters: dict[str, int | float | str | bool] = Field(default_factory=dict)
    machine: Machine = Machine()


class MergeJob(_Strict):
    """Merge the weights of two or more models of one architecture, or fold an adapter into its base."""

    kind: Literal["merge"] = "merge"
    method: Literal["linear", "slerp", "ties", "adapter"] = "linear"
    models: tuple[ModelInput, ...]
    weights: tuple[float, ...] = ()
    density: float | None = None
    out: Path
    machine: Machine = Machine()


class QuantizeJob(_Strict):
    """Store a model's weights in fewer bits; with `dynamic-int8` it also computes in them, with `int8` only its weights are stored so."""

    kind: Literal["quantize"] = "quantize"
    method: Literal["dynamic-int8", "int8", "bitsandbytes-4bit", "bitsandbytes-8bit"] = "dynamic-int8"
    model: ModelInput
    out: Path
    machine: Machine = Machine()


class ConvertJob(_Strict):
    """Bring a GGUF file into trainable safetensors weights; the relation is `converted`, and weights stay as coarse as they were."""

    kind: Literal["convert"] = "convert"
    model: ModelInput
    file: str
    out: Path
    machine: Machine = Machine()


Job = Annotated[FinetuneJob | InferJob | MergeJob | QuantizeJob | ConvertJob, Field(discriminator="kind")]
"""Any job; `kind` tells which."""
