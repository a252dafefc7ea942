"""Where the random licences and uses take their chance from: whole numbers of a seed, or those that hypothesis draws and can shrink."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

Chosen = TypeVar("Chosen")


class Dice(Protocol):
    """A source of whole numbers."""

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""


class Seeded:
    """Numbers from a seed."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return self._random.randint(low, high)


class Drawn:
    """Numbers that hypothesis draws."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return self._draw(st.integers(low, high))


def one(dice: Dice, items: Sequence[Chosen]) -> Chosen:
    """One of the items."""
    return items[dice.number(0, len(items) - 1)]


def some(dice: Dice, items: Sequence[Chosen], most: int | None = None) -> list[Chosen]:
    """One or several of the items, each at most once, in their order."""
    count = dice.number(1, min(most or len(items), len(items)))
    left = list(range(len(items)))
    for _ in range(len(items) - count):
        left.pop(dice.number(0, len(left) - 1))
    return [items[at] for at in left]


def chance(dice: Dice, percent: int) -> bool:
    """True in so many of a hundred cases; the simplest case is false."""
    return dice.number(1, 100) > 100 - percent
