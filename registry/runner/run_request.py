"""What a user asks a run for, read from flags and from a configuration file with the same keys."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from registry.errors import UsageError
from registry.runner.job import FinetuneTask, Hyperparameters, InferTask, Machine


def _listed(value: Any) -> Any:
    """A list that may be written as one text with commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _command(value: Any) -> Any:
    """A command that may be written as one line, quoted as in a shell."""
    return shlex.split(value) if isinstance(value, str) else value


def _is_text(given: str) -> bool:
    """Whether what is given for a file reads as a text: of several words, with nothing at its end that names a kind of file."""
    if len(given.split()) < 2:
        return False
    return "\n" in given or len(given) > MAX_PATH or not (Path(given).exists() or re.search(r"\.[A-Za-z0-9]{1,8}$", given))


MAX_PATH = 255
"""No file has a longer name."""

Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[int, Field(gt=0)]


class _Request(BaseModel):
    """What all runs share."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str | None = None
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["auto", "fp32", "fp16", "bf16"] = "auto"
    threads: Positive | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    deterministic: bool = True
    trust_remote_code: bool = False
    launcher: Annotated[tuple[str, ...], BeforeValidator(_command)] = ()
    override: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    allow_changed_base: bool = False
    base_name: str | None = None
    base_license: str | None = None

    def machine(self) -> Machine:
        """The part of the job that says on what to compute."""
        return Machine(**{field: getattr(self, field) for field in Machine.model_fields})


class _Made(_Request):
    """What runs share out of which a model comes."""

    out: Path
    license: str | None = None
    about: Path | None = None


class FinetuneRequest(_Made):
    """`licet run finetune`."""

    kind: Literal["finetune"] = "finetune"
    base: str
    data: str
    task: FinetuneTask
    method: Literal["full", "lora", "qlora"] = "full"
    evaluation_data: str | None = None
    evaluation_share: Share = 0.2
    columns: dict[str, str] = Field(default_factory=dict)
    data_name: str | None = None
    data_license: str | None = None
    resume: bool = False
    epochs: Annotated[float, Field(gt=0)] | None = None
    max_steps: Positive | None = None
    learning_rate: Annotated[float, Field(gt=0)] | None = None
    batch_size: Positive | None = None
    gradient_accumulation: Positive = 1
    max_length: Positive | None = None
    optimizer: str | None = None
    scheduler: str | None = None
    warmup_ratio: Annotated[float, Field(ge=0, le=1)] | None = None
    weight_decay: Annotated[float, Field(ge=0)] | None = None
    lora_rank: Positive | None = None
    lora_alpha: Positive | None = None
    lora_dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    lora_targets: Listed | None = None
    dpo_beta: Annotated[float, Field(gt=0)] | None = None

    def training(self) -> Hyperparameters:
        """The part of the job that says how to train."""
        return Hyperparameters(**{field: getattr(self, field) for field in Hyperparameters.model_fields})


class InferRequest(_Request):
    """`licet run infer`."""

    kind: Literal["infer"] = "infer"
    model: str
    task: InferTask
    adapter: str | None = None
    text: str | None = None
    input: Path | None = None
    column: str | None = None
    prompt_template: Path | None = None
    labels: Listed = ()
    output: Path = Path("answers.jsonl")
    batch_size: Positive = 8
    parameters: dict[str, int | float | str | bool] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _text_for_input(cls, values: Any) -> Any:
        """An input that is several words and no file is the text that is asked about."""
        given = values.get("input") if isinstance(values, dict) else None
        if not isinstance(given, str) or values.get("text") is not None or not _is_text(given):
            return values
        return {**{key: value for key, value in values.items() if key != "input"}, "text": given}


class MergeRequest(_Made):
    """`licet run merge`."""

    kind: Literal["merge"] = "merge"
    models: Annotated[tuple[str, ...], Field(min_length=2)]
    method: Literal["linear", "slerp", "ties", "adapter"] = "linear"
    weights: tuple[float, ...] = ()
    density: Annotated[float, Field(gt=0, le=1)] | None = None


class QuantizeRequest(_Made):
    """`licet run quantize`."""

    kind: Literal["quantize"] = "quantize"
    model: str
    method: Literal["dynamic-int8", "int8", "bitsandbytes-4bit", "bitsandbytes-8bit"] = "dynamic-int8"


class ConvertRequest(_Made):
    """`licet run convert`."""

    kind: Literal["convert"] = "convert"
    model: str
    file: str | None = None


Request = FinetuneRequest | InferRequest | MergeRequest | QuantizeRequest | ConvertRequest
"""What can be asked for."""

KINDS: dict[str, type[FinetuneRequest] | type[InferRequest] | type[MergeRequest] | type[QuantizeRequest] | type[ConvertRequest]] = {
    "convert": ConvertRequest,
    "finetune": FinetuneRequest,
    "infer": InferRequest,
    "merge": MergeRequest,
    "quantize": QuantizeRequest,
}
"""The form of each request by the name of its command."""


_FLAGS = {"models": "--model", "weights": "--weight", "columns": "--column", "parameters": "--param"}
"""Flags that are given several times have the name of one."""


def read_request(kind: str, flags: Mapping[str, Any], config: Mapping[str, Any] | None = None, file: str = "the configuration") -> Request:
    """The request that flags and a configuration make; flags win.

    Args:
        kind: The command.
        flags: By name of the field; None and empty values were not given.
        config: The keys of a configuration file.
        file: Its name, for messages.

    Raises:
        UsageError: A key is not known, or a value cannot be; the message names it.
    """
    form = KINDS[kind]
    known = set(form.model_fields) - {"kind"}
    for key in config or {}:
        if key.replace("-", "_") not in known:
            near = difflib.get_close_matches(key.replace("-", "_"), sorted(known), n=1, cutoff=0.5)
            hint = f"did you mean `{near[0]}`?" if near else f"it takes {', '.join(sorted(known))}"
            raise UsageError(f"`{file}`: `{key}` is no setting of `licet run {kind}`", hint)
    values = {key.replace("-", "_"): value for key, value in (config or {}).items() if value is not None}
    values.update({key: value for key, value in flags.items() if value is not None and value not in ((), {}, "")})
    try:
        return form.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = str(first["loc"][0]) if first["loc"] else kind
        flag = _FLAGS.get(field) or "--" + field.replace("_", "-")
        if first["type"] == "too_short":
            raise UsageError(f"`{flag}` is given once, and several are needed", "repeat it: two models or more") from error
        if first["type"] == "missing":
            raise UsageError(f"`{flag}` is missing", f"give it on the line, or as `{field}` in a file with `--config`") from error
        where = "" if field in flags and flags[field] not in (None, (), {}) else f" (in `{file}`)" if config else ""
        raise UsageError(f"`{flag}`{where}: {first['msg'].removeprefix('Value error, ')}", "see `licet run " + kind + " --help`") from error
