"""The compute layer: the runs that trained a model."""

from __future__ import annotations

from dataclasses import dataclass

from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One training run of a model, with what it took."""

    model: str
    """The model that came out of it."""

    hardware: str | None = None
    """The accelerator, as its maker names it."""

    count: int | None = None
    """How many accelerators ran at once."""

    hours: float | None = None
    """How long the run took, in hours of wall time."""

    flop: float | None = None
    """Floating-point operations spent; figures beyond 1e25 are real, so never an integer."""

    energy_kwh: float | None = None
    """Energy spent, in kilowatt-hours."""

    provider: str | None = None
    """Who ran the machines."""

    region: str | None = None
    """Where they stood."""

    source: Source | None = None
    """Where this was read."""
