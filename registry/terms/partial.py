"""Partial evaluation: what a condition is worth for a use. True, false, or the condition that is left over unknown facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from registry.terms.conditions import AllOf, AnyOf, Condition, FactTest, Measure, Not, Place
from registry.terms.counts import SCOPES, Amount, Count, month_before
from registry.terms.facts import Use, Value
from registry.terms.simplify import conjunction, disjunction, negation
from registry.terms.vocabulary import Vocabulary

Worth = bool | Condition
"""True, false, or the residual condition over facts that are not known."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a licence is evaluated for: facts of the model that terms may read; None for unknown."""

    modality: str | None = None
    released_on: str | None = None
    name: str | None = None
    license: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A use of a subject under one licence: everything a condition can depend on."""

    use: Use
    vocabulary: Vocabulary
    subject: Subject
    license_date: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A limit held against what is known.

    Attributes:
        fact: The fact that answers it.
        period: The month or year that is tested, where it is known.
        value: The number that was compared, where exactly one is known.
        worth: Whether the limit is passed, or the measure that remains open.
    """

    fact: str
    period: str | None
    value: Amount | None
    worth: Worth


def worth_of(condition: Condition, situation: Situation) -> Worth:
    """What the condition is worth in the situation."""
    if isinstance(condition, FactTest):
        return _test(condition, situation)
    if isinstance(condition, AllOf):
        return _all(condition.parts, situation)
    if isinstance(condition, AnyOf):
        return _any(condition.parts, situation)
    if isinstance(condition, Not):
        inner = worth_of(condition.part, situation)
        return (not inner) if isinstance(inner, bool) else negation(inner)
    if isinstance(condition, Measure):
        return measure(condition, situation).worth
    return _place(condition, situation)


def _all(parts: tuple[Condition, ...], situation: Situation) -> Worth:
    left: list[Condition] = []
    for part in parts:
        worth = worth_of(part, situation)
        if worth is False:
            return False
        if worth is not True:
            left.append(worth)
    return conjunction(left) if left else True


def _any(parts: tuple[Condition, ...], situation: Situation) -> Worth:
    left: list[Condition] = []
    for part in parts:
        worth = worth_of(part, situation)
        if worth is True:
            return True
        if worth is not False:
            left.append(worth)
    return disjunction(left) if left else False


def _test(leaf: FactTest, situation: Situation) -> Worth:
    name = leaf.fact
    value: Value | None
    if name.startswith("subject."):
        field = name[8:]
        value = getattr(situation.subject, field)
        if value is None:
            name = situation.vocabulary.subjects[field].stands_in or name
            if name != leaf.fact:
                value = situation.use.value(name)
                leaf = FactTest(name, leaf.values)
    else:
        value = situation.use.value(name)
    if value is None:
        return leaf
    if isinstance(value, frozenset):
        return not value.isdisjoint(leaf.values)
    return value in leaf.values


def _place(leaf: Place, situation: Situation) -> Worth:
    fact = "country" if leaf.of == "licensee" else "audience"
    value = situation.use.value(fact)
    if value is None:
        return leaf
    places = expand_places(situation.vocabulary, leaf.places, situation.use.on)
    if isinstance(value, frozenset):
        return not places.isdisjoint(value)
    return value in places


def expand_places(vocabulary: Vocabulary, places: frozenset[str], on: str) -> frozenset[str]:
    """Country codes of the places on a date: a region stands for those that belong to it then."""
    if places.isdisjoint(vocabulary.regions):
        return places
    codes: set[str] = set()
    for place in places:
        region = vocabulary.regions.get(place)
        if region is None:
            codes.add(place)
        else:
            codes.update(code for code, member in region.items() if member.since <= on and (member.until is None or on <= member.until))
    return frozenset(codes)


def measure(leaf: Measure, situation: Situation) -> Measured:
    """Hold a limit against what is known of the count, letting wider and narrower counts settle it where they can."""
    fact = situation.vocabulary.measures[leaf.what][leaf.per]
    period = tested_period(leaf, situation)
    look = _lookup(leaf, situation, period)
    exact = look(fact, leaf.of)
    if leaf.at == "once" and period is not None and not _says(situation.use.value(fact), leaf.of, period):
        founded = situation.use.value("founded")
        if isinstance(founded, str) and founded > period:
            exact = Amount(0, leaf.unit)  # a bare number stands for other months, but there was nobody to count before
    if exact is not None:
        worth = _passes(leaf, exact, exact, situation.vocabulary)
    else:
        worth = _passes(leaf, _bound(leaf, fact, look, situation, widest=False), _bound(leaf, fact, look, situation, widest=True), situation.vocabulary)
    if worth is None:
        return Measured(fact, period, exact, replace(leaf, month=period) if leaf.at == "once" and period else leaf)
    return Measured(fact, period, exact, worth)


def period_counted(leaf: Measure, situation: Situation, measured: Measured) -> str | None:
    """The month or year that the compared number was counted in; None for a number that stands for all of them."""
    count = situation.use.value(measured.fact)
    if measured.value is None or not isinstance(count, Count):
        return None
    months = [(period, amount) for period, amount in count.periods(leaf.of) if period <= situation.use.on]
    if any(period == measured.period for period, _ in months):
        return measured.period
    return next((period for period, amount in reversed(months) if amount == measured.value), None)


def _says(count: Value | None, scope: str, period: str) -> bool:
    """Whether a series names the period itself."""
    return isinstance(count, Count) and any(month == period for month, _ in count.periods(scope))


def tested_period(leaf: Measure, situation: Situation) -> str | None:
    """The month the text looks at, where text, licence date, model release or date of use fix it."""
    if leaf.month is not None:
        return leaf.month
    if leaf.at == "once":
        anchor = situation.license_date if leaf.anchor == "license-date" else situation.subject.released_on
        return month_before(anchor) if anchor is not None and len(anchor) >= 7 else None
    if leaf.at == "preceding-month":
        return month_before(situation.use.on)
    if leaf.at == "calendar-year":
        return str(int(situation.use.on[:4]) - 1)
    return None


def _lookup(leaf: Measure, situation: Situation, period: str | None) -> Callable[[str, str], Amount | None]:
    use = situation.use

    def look(fact: str, scope: str) -> Amount | None:
        count = use.value(fact)
        if not isinstance(count, Count):
            return None
        if leaf.at == "once" and use.strict and period != use.on[:7]:
            return next((amount for month, amount in count.periods(scope) if month == period), None)
        known = count.at(scope, period)
        if known is not None or leaf.at in ("once", "calendar-year"):
            return known
        past = [amount for month, amount in count.periods(scope) if month <= use.on]
        if not past:
            return None
        if leaf.at == "any-time":
            return max(past, key=lambda amount: amount.number)
        return past[-1]  # rolling: the latest month that is known, up to the date of use

    return look


def _bound(leaf: Measure, fact: str, look: Callable[[str, str], Amount | None], situation: Situation, *, widest: bool) -> Amount | None:
    """The tightest bound on one side: the least wider count, or the greatest narrower one."""
    at = SCOPES.index(leaf.of)
    scopes = SCOPES[at:] if widest else SCOPES[: at + 1]
    others: Mapping[str, tuple[str, ...]] = situation.vocabulary.wider if widest else situation.vocabulary.narrower
    known = [amount for name in (fact, *others.get(fact, ())) for scope in scopes if (amount := look(name, scope)) is not None]
    if not known:
        return None
    return min(known, key=lambda amount: amount.number) if widest else max(known, key=lambda amount: amount.number)


def _passes(leaf: Measure, least: Amount | None, most: Amount | None, vocabulary: Vocabulary) -> bool | None:
    if least is not None:
        low = amount_in(least, leaf.unit, vocabulary)[0]
        if low > leaf.limit or (leaf.inclusive and low >= leaf.limit):
            return True
    if most is not None:
        high = amount_in(most, leaf.unit, vocabulary)[1]
        if high < leaf.limit or (not leaf.inclusive and high <= leaf.limit):
            return False
    return None


def amount_in(amount: Amount, unit: str | None, vocabulary: Vocabulary) -> tuple[float, float]:
    """The amount in another currency as a band, lowest and highest: rates move, so only a limit outside the band is settled."""
    target, source = unit or "USD", amount.unit or unit or "USD"
    if source == target:
        return amount.number, amount.number
    low, high = vocabulary.currencies.get(source, (0.0, 0.0))
    to_low, to_high = vocabulary.currencies[target]
    if not high:
        return 0.0, float("inf")
    return amount.number / high * to_low, amount.number / low * to_high


def unknown_facts(condition: Condition, situation: Situation) -> Iterator[str]:
    """The facts a residual still asks for, left to right, each once."""
    seen: set[str] = set()
    for name in _facts_of(condition, situation):
        if name not in seen:
            seen.add(name)
            yield name


def _facts_of(condition: Condition, situation: Situation) -> Iterator[str]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _facts_of(part, situation)
    elif isinstance(condition, Not):
        yield from _facts_of(condition.part, situation)
    elif isinstance(condition, Place):
        yield "country" if condition.of == "licensee" else "audience"
    elif isinstance(condition, Measure):
        yield situation.vocabulary.measures[condition.what][condition.per]
    else:
        yield condition.fact
