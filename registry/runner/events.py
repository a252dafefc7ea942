"""What the worker tells while it works: one event a line on its standard output, as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Started(_Event):
    """The worker has its libraries and its device."""

    event: Literal["started"] = "started"
    device: str
    device_name: str
    driver: str | None = None
    threads: int
    packages: dict[str, str]
    determinism: dict[str, bool | str]


class Stage(_Event):
    """A part of the work begins: `loading`, `preparing`, `evaluating`, `training`, `generating`, `merging`, `quantizing`, `saving`."""

    event: Literal["stage"] = "stage"
    name: str
    detail: str | None = None


class Progress(_Event):
    """How far the present stage is; the loss is the last one measured."""

    event: Literal["progress"] = "progress"
    done: int
    total: int | None = None
    unit: str = "steps"
    loss: float | None = None
    learning_rate: float | None = None


class Metrics(_Event):
    """What a measurement gave; `phase` is `before`, `during` or `after`."""

    event: Literal["metrics"] = "metrics"
    phase: Literal["before", "during", "after"]
    values: dict[str, float]


class Checkpoint(_Event):
    """A state that a later run can go on from."""

    event: Literal["checkpoint"] = "checkpoint"
    path: str
    step: int


class Noted(_Event):
    """Something that the reader should know; the work goes on."""

    event: Literal["noted"] = "noted"
    text: str


class Finished(_Event):
    """The work is done and saved.

    Attributes:
        data: Of each dataset read, by its role (`train`, `evaluation`): rows, and the digest of their content where it was taken.
        counts: `examples`, `tokens`, `steps`, `parameters_total`, `parameters_trained`, where they mean something.
        seconds: Wall time by stage.
        cpu_seconds: CPU time of the worker.
        peak_memory_bytes: The largest resident size.
        peak_device_memory_bytes: The largest allocation on an accelerator.
        settings: Every hyperparameter as it was used in the end, defaults included.
        flop: The estimate, with its formula and its source.
        losses: Step and loss, in order.
        artifacts: What was written beside the model, by role (`loss-plot`, `outputs`), relative to the out folder.
        energy_kwh: Estimated energy, where a library that estimates it is installed; `energy_source` names it.
    """

    event: Literal["finished"] = "finished"
    data: dict[str, dict[str, int | str]] = Field(default_factory=dict)
    counts: dict[str, int] = Field(default_factory=dict)
    seconds: dict[str, float] = Field(default_factory=dict)
    cpu_seconds: float = 0.0
    peak_memory_bytes: int | None = None
    peak_device_memory_bytes: int | None = None
    settings: dict[str, int | float | str | bool | list[str] | None] = Field(default_factory=dict)
    flop: float | None = None
    flop_formula: str | None = None
    losses: list[tuple[int, float]] = Field(default_factory=list)
    artifacts: dict[str, str] = Field(default_factory=dict)
    energy_kwh: float | None = None
    energy_source: str | None = None


class Failed(_Event):
    """The work cannot go on.

    Attributes:
        reason: `data`, `model`, `memory`, `diverged`, `disk`, `missing`, `unsafe`, `interrupted` or `internal`.
        extra: The optional part that is missing, where `reason` is `missing`.
        checkpoint: The last good checkpoint, where there is one.
    """

    event: Literal["failed"] = "failed"
    reason: Literal["data", "model", "memory", "diverged", "disk", "missing", "unsafe", "interrupted", "internal"]
    message: str
    hint: str | None = None
    extra: str | None = None
    checkpoint: str | None = None
    trace: str | None = None


Event = Annotated[Started | Stage | Progress | Metrics | Checkpoint | Noted | Finished | Failed, Field(discriminator="event")]
"""Any event; `event` tells which."""

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def read_event(line: str | bytes) -> Event:
    """The event that a line holds.

    Raises:
        ValueError: It holds none.
    """
    return _ADAPTER.validate_json(line)
