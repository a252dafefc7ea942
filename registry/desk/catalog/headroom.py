"""How far the applications on record are from every numeric limit that binds them, and when they would pass it at the present trend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.desk.answer import Answer
from registry.desk.check import answer_application
from registry.desk.facts import read_use, resolve_named_licenses
from registry.desk.lookup import uncounted_applications
from registry.errors import UsageError
from registry.lineage.trace import Way
from registry.terms.conditions import Measure
from registry.terms.counts import Amount, Count
from registry.terms.outcome import Headroom
from registry.terms.partial import amount_in
from registry.terms.trend import HORIZON, LEAST, Trend, crossing, fit_trend
from registry.terms.verdict import Verdict
from registry.terms.words import measure_in_words, period_in_words

if TYPE_CHECKING:
    from registry.catalogue.queries.applications import ApplicationRow
    from registry.desk.session import Desk

MOST = 1_000
"""So many applications are looked at; a house with more asks about them one by one."""

SHOWN = 12
"""So many periods of a series are given back."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit on one model in use.

    Attributes:
        headroom: What the evaluator made of it.
        leaf: The measure itself.
        way: How it reaches the model.
    """

    headroom: Headroom
    leaf: Measure
    way: Way


def read_headroom(desk: Desk, application: str | None, on: str | None = None, interpretation: str | None = None) -> dict[str, Any]:
    """Every numeric limit of every model in use, `licet.headroom/1`; the limits that are passed or nearest first.

    Args:
        desk: The desk.
        application: One application; all, if None.
        on: The date of the use; today, if None.
        interpretation: Which unsettled points bind; that of the settings, if None.

    Raises:
        UsageError: No application is called that, or there are more than can be looked at.
        FactError: The date, or a fact of `licet.yaml`, cannot be read.
    """
    raw: dict[str, Any] = {"date": on} if on is not None else {}
    use = resolve_named_licenses(desk.knowledge, read_use(desk.knowledge, raw, desk.settings.facts))
    reading = desk.interpretation(interpretation)
    items: list[dict[str, Any]] = []
    without: list[str] = []
    warnings: list[str] = []
    for row in _rows(desk, application):
        name = row.application.name
        own: list[dict[str, Any]] = []
        uncounted = uncounted_applications(desk, row)
        for called, given in answer_application(desk, f"app:{name}", use, reading, frozenset(raw)):
            own += [_item(desk, called, given, limit) for limit in _limits(given)]
            question = given.question
            if question.users_of_owner and question.use.value("monthly_active_users") is not None:
                warnings.append("the users of all applications of an owner stand for those of its whole group")
                warnings += [f"app:{each} of the same owner has no users on record, so those of the owner may be more" for each in uncounted]
            if question.revenue_of_owner:
                warnings.append("the recorded revenue of an owner stands for that of its whole group")
        if not own:
            without.append(name)
        items += sorted(own, key=_order)
    return {
        "schema": "licet.headroom/1",
        "date": use.on,
        "interpretation": reading,
        "trend": f"steady growth, fitted by least squares to the logarithms of the last {SHOWN} months or years that are recorded, {LEAST} at least, and carried on from the last",
        "items": items,
        "without_limits": without,
        "warnings": list(dict.fromkeys(warnings)) if items else [],
        "knowledge": {"version": desk.knowledge.version, "digest": desk.knowledge.digest},
    }


def _rows(desk: Desk, application: str | None) -> Sequence[ApplicationRow]:
    from registry.catalogue.queries.applications import find_application, list_applications

    with desk.catalogue.reading() as connection:
        if application is not None:
            return [find_application(connection, application)]
        page = list_applications(connection, limit=MOST)
    if page.next is not None:
        raise UsageError(f"more than {MOST:,} applications are recorded", "name the one that is meant")
    return page.items


def _order(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """What is passed first, then what would be passed first, then what is nearest; settled limits last."""
    return (not item["passed"], item["settled"], item["crosses"] or "~", -(item["share"] or 0), item["model"], item["license"], item["term"], item["fact"])


def _limits(given: Answer) -> Iterator[_Limit]:
    """The limits that bind a model, each once, by its shortest way."""
    found: dict[tuple[Any, ...], _Limit] = {}
    for binding, outcome in given.by_binding.items():
        way = given.ways[binding]
        for each in outcome.headroom:
            if each.leaf is None:
                continue
            key = (each.license, each.leaf, each.period, _effect(each))
            if key not in found or len(way.path) < len(found[key].way.path):
                found[key] = _Limit(each, each.leaf, way)
    yield from found.values()


def _item(desk: Desk, application: str, given: Answer, limit: _Limit) -> dict[str, Any]:
    """One limit with what is known of it. Keys are only ever added."""
    held, leaf = limit.headroom, limit.leaf
    term = held.term
    series = _series(given, held.fact, leaf)
    settled = leaf.at == "once" or leaf.month is not None
    trend = None if settled else fit_trend([(period, _highest(desk, amount, leaf)) for period, amount in series])
    share = _highest(desk, held.value, leaf) / leaf.limit if held.value is not None and leaf.limit else None
    month = held.counted or held.period
    crosses = crossing(trend, leaf.limit, leaf.inclusive) if trend is not None and not held.passed else None
    steps: list[dict[str, str]] = [{"model": given.question.subject}]
    steps += [{"relation": edge.relation, "model": edge.parent} for edge in limit.way.path]
    return {
        "application": application,
        "model": given.question.subject,
        "host": given.question.host,
        "license": held.license,
        "term": term.id,
        "section": term.section,
        "kind": term.kind,
        "effect": _effect(held),
        "ask": term.ask,
        "summary": term.summary,
        "confidence": term.confidence,
        "fact": held.fact,
        "of": leaf.of,
        "products": leaf.products,
        "per": leaf.per,
        "at": leaf.at,
        "words": measure_in_words(leaf, desk.knowledge.vocabulary, True),
        "limit": leaf.limit,
        "comparator": ">=" if leaf.inclusive else ">",
        "unit": leaf.unit,
        "month": month,
        "tested_month": held.period,
        "value": held.value.number if held.value is not None else None,
        "value_unit": held.value.unit if held.value is not None else None,
        "assumed": held.assumed_period,
        "share": round(share, 6) if share is not None else None,
        "passed": held.passed,
        "settled": settled,
        "missing": _missing(desk, held, leaf, month),
        "series": [{"period": period, "value": amount.number, "unit": amount.unit} for period, amount in series[-SHOWN:]],
        "growth": _growth(trend),
        "crosses": crosses,
        "note": _note(held, settled, trend, series, crosses, month),
        "path": steps,
        "evidence": limit.way.evidence,
    }


def _series(given: Answer, fact: str, leaf: Measure) -> list[tuple[str, Amount]]:
    """The recorded counts that the limit would be held against, up to the date of the use."""
    use = given.question.use
    count = use.value(fact)
    if not isinstance(count, Count):
        return []
    every = [(period, amount) for period, amount in count.periods(leaf.of) if period <= use.on]
    if leaf.per == "year" and any(len(period) == 4 for period, _ in every):
        # Calendar years where the text says so, or where years are what is recorded; else the twelve months up to each month.
        years = [each for each in every if len(each[0]) == 4]
        months = [each for each in every if len(each[0]) == 7]
        return years if leaf.at == "calendar-year" or not months else months
    return every


def _highest(desk: Desk, amount: Amount | None, leaf: Measure) -> float:
    """The amount in the unit of the limit; of another currency at the rate that makes most of it."""
    return amount_in(amount, leaf.unit, desk.knowledge.vocabulary)[1] if amount is not None else 0.0


def _effect(held: Headroom) -> str:
    """What passing the limit does: a verdict, or a duty."""
    if held.term.kind != "bar":
        return str(held.term.do or held.term.kind)
    return (Verdict.NEEDS_PERMISSION if held.term.ask else Verdict.PROHIBITED).word


def _missing(desk: Desk, held: Headroom, leaf: Measure, month: str | None) -> str | None:
    """What would have to be recorded to answer the limit, or to answer it for the month that the text looks at."""
    if month == held.period and (held.value is not None or held.passed is not None):
        return None
    if held.period is None and (held.value is not None or held.passed is not None):
        return None
    label = desk.knowledge.vocabulary.facts[held.fact].label
    return f"{label} of the {leaf.of}{f' in {held.period}' if held.period else ''}"


def _growth(trend: Trend | None) -> dict[str, Any] | None:
    if trend is None:
        return None
    return {"rate": round(trend.rate, 6), "step": trend.step, "counts": trend.counts, "from": trend.first, "to": trend.last}


def _note(held: Headroom, settled: bool, trend: Trend | None, series: list[tuple[str, Amount]], crosses: str | None, month: str | None) -> str:
    """What is to be said of the limit beside its numbers."""
    held_against = f"held against {month}, the last recorded before {held.period}; " if held.period and month and month != held.period else ""
    if settled:
        when = period_in_words(held.period) if held.period else "the month before the release, which is not known"
        if held.value is None and held.passed is None:
            return f"settled by {when}, of which nothing is recorded"
        return f"settled by {when}: {'passed then' if held.passed else 'not passed then'}; what follows changes nothing"
    if held.passed:
        return f"{held_against}passed"
    if trend is None:
        few = f"{len(series)} of {LEAST} counts are recorded" if len(series) < LEAST else "too few of the last counts are near each other"
        return f"{held_against}no trend: {few}"
    if trend.rate <= 0:
        return f"{held_against}not growing"
    if crosses is None:
        return f"{held_against}not within {HORIZON['year']} years at this trend"
    return f"{held_against}at this trend from {trend.last} on"
