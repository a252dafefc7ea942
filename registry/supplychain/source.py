"""Where a fact was read, and when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A public place that states a fact."""

    reference: str
    """A URL, a paper's number, or the name and date of a published table."""

    read_on: str | None = None
    """The day on which it was read."""
