"""Revenue of an application and of its owner, by month or calendar year: recorded, corrected, shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from registry.desk.catalog.users import ORIGIN, read_month
from registry.desk.facts import today
from registry.errors import UsageError
from registry.settings import read_actor
from registry.supplychain.record import Record
from registry.supplychain.revenue import SCOPES, Revenue, annual_revenue
from registry.supplychain.source import Source
from registry.terms.counts import Amount, read_amount

if TYPE_CHECKING:
    from registry.desk.session import Desk

MOST_MONEY = 10**14
"""No organisation earns more in a year, in US dollars."""

_YEAR = re.compile(r"\d{4}")


def record_revenue(desk: Desk, application: str, period: str, amount: str, scope: str, source: str | None = None) -> dict[str, Any]:
    """Record what an application, its owner, or the owner with its affiliates earned; a period that is given anew is corrected.

    Args:
        desk: The desk.
        application: Its name or title, with or without `app:`.
        period: A month (`2026-10`) or a calendar year that has ended (`2025`).
        amount: How much, such as `2M` (US dollars) or `1.5M EUR`.
        scope: Whose: one of `SCOPES`.
        source: Where it was read.

    Returns:
        `licet.revenue/1`.

    Raises:
        UsageError: No application is called that, it names no owner, or the amount or period cannot be.
    """
    from registry.catalogue.ingest.writer import ingest
    from registry.catalogue.queries.applications import find_application

    if scope not in SCOPES:
        raise UsageError(f"`{scope}` is not whose revenue it is", f"it is one of {', '.join(SCOPES)}")
    when, money = _read_period(period), _read_money(desk, amount)
    with desk.catalogue.writing() as connection:
        row = find_application(connection, application)
        before = next((each for each in row.revenues if (each.scope, each.period) == (scope, when)), None)
        said_by = Source(source, today()) if source else None
        revenue = Revenue(row.application.name, scope, when, float(money.number), money.unit or "USD", said_by)
        done = ingest(connection, [Record(ORIGIN, revenues=(revenue,))], actor=read_actor(), kind="revenue")
    return {
        "schema": "licet.revenue/1",
        "application": row.application.name,
        "owner": row.application.owner,
        "change_set": done.change_set,
        "items": [
            {
                "of": scope,
                "period": when,
                "amount": money.number,
                "currency": money.unit,
                "before": f"{before.amount:,.2f} {before.currency}" if before is not None else None,
            }
        ],
    }


def _read_period(text: str) -> str:
    if not _YEAR.fullmatch(text):
        try:
            return read_month(text)
        except UsageError as error:
            raise UsageError(error.message.replace("is not a month", "is neither a month nor a year").replace("its users", "it"), error.hint) from error
    if text >= today()[:4]:
        raise UsageError(f"{text} has not ended, so nobody knows its revenue", "give its months, or a year that has ended")
    return text


def _read_money(desk: Desk, text: str) -> Amount:
    try:
        money = read_amount(text, money=True)
    except ValueError as error:
        raise UsageError(f"revenue: {error}" if text.isprintable() else "revenue: not a number", "give it such as 2M, or `1.5M EUR`") from error
    currencies = desk.knowledge.vocabulary.currencies
    if money.unit is None or money.unit not in currencies:
        raise UsageError(f"revenue: `{money.unit}` is not a currency that is known here", f"give it in one of {', '.join(sorted(currencies))}")
    if money.number > MOST_MONEY * currencies[money.unit][1]:
        raise UsageError(f"revenue: `{text}` is more than any organisation earns", "give it such as 2M, or `1.5M EUR`")
    return money


def show_revenue(desk: Desk, application: str) -> dict[str, Any]:
    """The recorded revenue that a limit on an application is held against, `licet.revenue/1`; years that months add up to stand with it.

    Raises:
        UsageError: No application is called that.
    """
    from registry.catalogue.queries.applications import find_application

    with desk.catalogue.reading() as connection:
        row = find_application(connection, application)
    recorded = {(each.scope, each.period) for each in row.revenues}
    items: list[dict[str, Any]] = [
        {"of": each.scope, "period": each.period, "amount": each.amount, "currency": each.currency, "recorded": True} for each in row.revenues
    ]
    items += [
        {
            "of": scope,
            "period": period if len(period) == 4 else f"12 months to {period}",
            "amount": earned.amount,
            "currency": earned.currency,
            "recorded": False,
        }
        for scope, years in annual_revenue(row.revenues).items()
        for period, earned in years.items()
        if (scope, period) not in recorded or len(period) == 7
    ]
    items.sort(key=lambda item: (SCOPES.index(item["of"]), item["period"][-7:] if not item["recorded"] else item["period"], not item["recorded"]))
    return {"schema": "licet.revenue/1", "application": row.application.name, "owner": row.application.owner, "items": items}
