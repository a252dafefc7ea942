"""Counts and amounts: how many users, how much revenue, whose, and in which month.

A bare number stands for every scope and every period. A series holds only for its months (or years). Scopes nest:
a product's count is at most its licensee's, and that at most its group's, so one can settle a limit on another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SCOPES = ("product", "licensee", "group")
"""From narrow to wide: the product that uses the model, the licensee's products, the licensee and its affiliates."""

_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12}
_NUMBER = re.compile(r"^\s*([0-9][0-9_,]*(?:\.[0-9]+)?)\s*(k|m|mn|b|bn|t)?\s*([A-Za-z]{3})?\s*$", re.IGNORECASE)
_PERIOD = re.compile(r"^\d{4}(-(0[1-9]|1[0-2]))?$")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, with its currency where it is money."""

    number: float
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What is known of a count.

    Attributes:
        everywhere: One number for every scope and period.
        by_period: Scope (`*` for any) to period to number.
        by_scope: Scope to one number for every period.
    """

    everywhere: Amount | None = None
    by_period: tuple[tuple[str, tuple[tuple[str, Amount], ...]], ...] = ()
    by_scope: tuple[tuple[str, Amount], ...] = ()

    def at(self, scope: str, period: str | None) -> Amount | None:
        """The number for a scope in a period; `None` for a period asks for a number that holds in all."""
        if self.everywhere is not None:
            return self.everywhere
        for name, amount in self.by_scope:
            if name == scope:
                return amount
        if period is None:
            return None
        for name, series in self.by_period:
            if name in (scope, "*"):
                for month, amount in series:
                    if month == period:
                        return amount
        return None

    def periods(self, scope: str) -> Iterator[tuple[str, Amount]]:
        """Every period a series knows for a scope, oldest first."""
        for name, series in self.by_period:
            if name in (scope, "*"):
                yield from series


def read_amount(raw: Any, money: bool) -> Amount:
    """A number as people write it: `700M`, `1.5B`, `100k`, `700_000_000`, `2M EUR`.

    Raises:
        ValueError: It is not a number of zero or more.
    """
    if isinstance(raw, bool) or raw is None:
        raise ValueError(f"`{raw}` is not a number")
    if isinstance(raw, int | float):
        number, unit = float(raw), None
    else:
        match = _NUMBER.match(str(raw))
        if not match:
            raise ValueError(f"`{raw}` is not a number; write 700M, 1.5B, 100k or 700_000_000")
        number = float(match[1].replace("_", "").replace(",", "")) * _FACTORS[(match[2] or "").lower()]
        unit = match[3].upper() if match[3] else None
    if number < 0 or number != number or number == float("inf"):
        raise ValueError(f"`{raw}` is not a number of zero or more")
    if unit is not None and not money:
        raise ValueError(f"`{raw}`: a count has no currency")
    return Amount(int(number) if number.is_integer() else number, (unit or "USD") if money else None)


def read_count(raw: Any, money: bool, scoped: bool, series: bool) -> Count:
    """A count as it may be given: a number, a series by month, or either by scope.

    Raises:
        ValueError: It is none of these.
    """
    if not isinstance(raw, Mapping):
        return Count(everywhere=read_amount(raw, money))
    keys = [str(key) for key in raw]
    if not keys:
        raise ValueError("an empty series says nothing; leave the fact out")
    if all(_PERIOD.match(key) for key in keys):
        if not series:
            raise ValueError("this fact has no series by month")
        return Count(by_period=(("*", _series(raw, money)),))
    if not scoped or not all(key in SCOPES or (series and _PERIOD.match(key)) for key in keys):
        wrong = next((key for key in keys if key not in SCOPES and not _PERIOD.match(key)), keys[0])
        raise ValueError(f"`{wrong}` is neither a month like 2023-06 nor one of {', '.join(SCOPES)}")
    by_period: list[tuple[str, tuple[tuple[str, Amount], ...]]] = []
    by_scope: list[tuple[str, Amount]] = []
    months = {key: value for key, value in raw.items() if str(key) not in SCOPES}
    if months:
        by_period.append(("*", _series(months, money)))
    for scope in SCOPES:
        if scope in raw:
            value = raw[scope]
            if isinstance(value, Mapping):
                if not series or not value or not all(_PERIOD.match(str(key)) for key in value):
                    raise ValueError(f"`{scope}` takes a number or a series by month")
                by_period.append((scope, _series(value, money)))
            else:
                by_scope.append((scope, read_amount(value, money)))
    return Count(by_period=tuple(by_period), by_scope=tuple(by_scope))


def _series(raw: Mapping[Any, Any], money: bool) -> tuple[tuple[str, Amount], ...]:
    return tuple(sorted((str(month), read_amount(value, money)) for month, value in raw.items()))


def count_to_data(count: Count) -> Any:
    """The count as plain data, in the form `read_count` reads."""
    if count.everywhere is not None:
        return _plain(count.everywhere)
    if len(count.by_period) == 1 and count.by_period[0][0] == "*":
        return {month: _plain(amount) for month, amount in count.by_period[0][1]}
    data: dict[str, Any] = {}
    for scope, series in count.by_period:
        months = {month: _plain(amount) for month, amount in series}
        data.update(months if scope == "*" else {scope: months})
    data.update({scope: _plain(amount) for scope, amount in count.by_scope})
    return data


def _plain(amount: Amount) -> Any:
    return amount.number if amount.unit in (None, "USD") else f"{amount.number} {amount.unit}"


def month_before(period: str) -> str:
    """The calendar month before a date or month: `2023-07-18` gives `2023-06`."""
    year, month = int(period[:4]), int(period[5:7])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"
