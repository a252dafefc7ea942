"""Interpretations: which legally unsettled points bind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SETTLEMENTS = ("free", "warn", "ask", "binds")
"""From the user's favour to its opposite: does not bind; a finding only; permission is needed; binds."""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A way to take the unsettled points: `binds`, `ask`, `warn` or `free` for each."""

    name: str
    summary: str
    points: Mapping[str, str]
    default: str = "binds"

    def settle(self, points: Iterable[str]) -> str:
        """How points that all have to bind come out together: the most favourable of them decides; no point binds."""
        words = [self.points.get(point, self.default) for point in points]
        return min(words, key=SETTLEMENTS.index) if words else "binds"
