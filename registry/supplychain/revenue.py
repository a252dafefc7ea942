"""Revenue: what an application brings in, and what its owner earns in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.supplychain.source import Source

SCOPES = ("product", "licensee", "group")
"""Whose revenue: the application's alone, all that its owner earns, all that the owner earns with its affiliates."""

YEAR = 12
"""Months in a row that make a year's revenue."""


@dataclass(frozen=True, slots=True)
class Revenue:
    """What was earned in one month or calendar year."""

    application: str
    """The name of the application that earned it, or whose owner did."""

    scope: str
    """Whose it is: one of `SCOPES`."""

    period: str
    """The month (`2026-05`) or calendar year (`2025`)."""

    amount: float
    """How much, in the currency."""

    currency: str = "USD"
    """The currency, as ISO 4217."""

    source: Source | None = None
    """Where this was read."""


@dataclass(frozen=True, slots=True)
class Earned:
    """An amount of money."""

    amount: float
    """How much."""

    currency: str
    """Of what, as ISO 4217."""


def monthly_revenue(revenues: Iterable[Revenue]) -> dict[str, dict[str, Earned]]:
    """Revenue by scope and month, as recorded."""
    return _by_scope(each for each in revenues if len(each.period) == 7)


def annual_revenue(revenues: Iterable[Revenue]) -> dict[str, dict[str, Earned]]:
    """Revenue by scope and year: calendar years (`2025`), and the twelve months that end with a month (`2026-05`).

    A calendar year is what was recorded for it, else the sum of its months. Months in several currencies make no sum.
    """
    given = list(revenues)
    found = {scope: {**_sums(months)} for scope, months in monthly_revenue(given).items()}
    for scope, years in _by_scope(each for each in given if len(each.period) == 4).items():
        found.setdefault(scope, {}).update(years)
    return {scope: dict(sorted(found[scope].items())) for scope in SCOPES if found.get(scope)}


def _by_scope(revenues: Iterable[Revenue]) -> dict[str, dict[str, Earned]]:
    found: dict[str, dict[str, Earned]] = {}
    for each in sorted(revenues, key=lambda revenue: (SCOPES.index(revenue.scope), revenue.period)):
        found.setdefault(each.scope, {})[each.period] = Earned(each.amount, each.currency)
    return found


def _sums(months: Mapping[str, Earned]) -> dict[str, Earned]:
    """The sum of every twelve months in a row, by the last of them, and by the year where that is December."""
    found: dict[str, Earned] = {}
    for last in months:
        row = [last]
        while len(row) < YEAR:
            year, month = int(row[-1][:4]), int(row[-1][5:7])
            row.append(f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}")
        currencies = {months[each].currency for each in row if each in months}
        if all(each in months for each in row) and len(currencies) == 1:
            found[last] = Earned(sum(months[each].amount for each in row), currencies.pop())
            if last.endswith("-12"):
                found[last[:4]] = found[last]
    return found
