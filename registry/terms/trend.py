"""The trend of a count: growth at a steady rate, fitted to its last periods, and when it would pass a limit.

Fitted is a straight line through the logarithms of the last twelve months or years up to the last one recorded, by least squares;
gaps are left out, not filled. A count of nothing has no logarithm, so only what follows the last such period is fitted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

PERIODS = 12
"""So many months or years before the last one are looked at, itself included."""

LEAST = 3
"""With fewer counts there is no trend."""

HORIZON = {"month": 120, "year": 10}
"""How far ahead a crossing is looked for: ten years."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Growth at a steady rate.

    Attributes:
        rate: By how much of itself the count grows from one period to the next.
        step: `month` or `year`.
        counts: How many counts it was fitted to.
        first: The first period of these.
        last: The last one, from which it is carried on.
        value: The count in the last one.
    """

    rate: float
    step: str
    counts: int
    first: str
    last: str
    value: float


def fit_trend(series: Sequence[tuple[str, float]]) -> Trend | None:
    """The trend of counts by month (`2026-05`) or year (`2025`), oldest first; None where there are too few.

    Of a series that has both, months or years, only those like the last one count.
    """
    if not series:
        return None
    last, value = series[-1]
    end = _place(last)
    like = [(_place(period), period, number) for period, number in series if len(period) == len(last)]
    near = [each for each in like if each[0] > end - PERIODS]
    empty = max((place for place, _, number in near if number <= 0), default=None)
    kept = [each for each in near if empty is None or each[0] > empty]
    if len(kept) < LEAST:
        return None
    places = [float(place - end) for place, _, _ in kept]
    logarithms = [math.log(number) for _, _, number in kept]
    middle, level = sum(places) / len(places), sum(logarithms) / len(logarithms)
    spread = sum((place - middle) ** 2 for place in places)
    slope = sum((place - middle) * (logarithm - level) for place, logarithm in zip(places, logarithms, strict=True)) / spread
    return Trend(math.expm1(slope), "month" if len(last) == 7 else "year", len(kept), kept[0][1], last, value)


def crossing(trend: Trend, limit: float, inclusive: bool) -> str | None:
    """The first period after the last recorded one in which the count would pass a limit, carried on from there; None within ten years.

    Args:
        trend: The trend.
        limit: The limit.
        inclusive: Whether reaching it is passing it.
    """
    if trend.rate <= 0 or trend.value <= 0:
        return None
    value = trend.value
    for ahead in range(1, HORIZON[trend.step] + 1):
        value *= 1 + trend.rate
        if value > limit or (inclusive and value >= limit):
            return _period(_place(trend.last) + ahead, trend.step)
    return None


def _place(period: str) -> int:
    """Months or years as consecutive numbers."""
    return int(period) if len(period) == 4 else int(period[:4]) * 12 + int(period[5:7]) - 1


def _period(place: int, step: str) -> str:
    return str(place) if step == "year" else f"{place // 12}-{place % 12 + 1:02d}"
