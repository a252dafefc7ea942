"""Random uses as plain data, with numbers around the limits of a licence; every fact of them is stated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.terms.facts import Use, read_use
from registry.terms.partial import Subject
from tests.terms.plain_evaluator import Plain, month_before
from tests.terms.strategies_dice import Dice, chance, one, some
from tests.terms.strategies_words import (
    COUNTED,
    COUNTRIES,
    DATES,
    DUTIES,
    KNOWLEDGE,
    LISTED,
    NAMES,
    PLAIN,
    SCOPES,
    STEWARDS,
    TODAY,
    VALUES,
    fact_of,
    limit_of,
    measures_of,
)


def interesting_numbers(licence: Plain, fact: str) -> list[int]:
    """Numbers around every limit that the licence puts on a fact, in US dollars where it is money."""
    numbers = {0, 50, 10**10}
    for measure in measures_of(licence):
        if fact_of(measure) == fact:
            low, high = PLAIN.vocabulary["currencies"][measure.get("unit") or "USD"]
            for rate in (low, high):
                limit = int(limit_of(measure) / rate)
                numbers |= {max(0, limit - 1), limit, limit + 1}
    return sorted(numbers)


def draw_count(dice: Dice, licence: Plain, fact: str, date: str) -> Any:
    """A count: a number, a number for each scope, a series by month, or a series for each scope."""
    numbers = interesting_numbers(licence, fact)
    entry = PLAIN.vocabulary["facts"][fact]
    form = dice.number(0, 3)
    if form == 0 or (form >= 2 and not entry.get("series")):
        return one(dice, numbers)
    if form == 1:
        return dict(zip(SCOPES, sorted(one(dice, numbers) for _ in SCOPES), strict=True))
    months = {month for measure in measures_of(licence) if fact_of(measure) == fact and (month := PLAIN.tested_month(measure, licence, {"date": date}))}
    if fact.startswith("annual"):
        months = {str(int(date[:4]) - 1), date[:4], str(int(date[:4]) + 1)}
    else:
        months |= {month_before(date), date[:7], "2027-03", "2018-02"}
    if form == 2:
        return {month: one(dice, numbers) for month in sorted(months)}
    rows = {month: sorted(one(dice, numbers) for _ in SCOPES) for month in sorted(months)}
    return {scope: {month: row[at] for month, row in rows.items()} for at, scope in enumerate(SCOPES)}


def draw_fact(dice: Dice, name: str, licence: Plain, date: str) -> Any:
    """A value for a fact; the dull one is the more frequent."""
    if name in COUNTED:
        return draw_count(dice, licence, name, date)
    if name == "distribution":
        return some(dice, LISTED[name], 2)
    if name == "audience":
        return some(dice, COUNTRIES, 2)
    if name in LISTED:
        return [] if chance(dice, 60) else some(dice, LISTED[name], 2)
    if name == "outputs_train":
        return "none" if chance(dice, 60) else one(dice, VALUES[name])
    if name == "role":
        return "licensee" if chance(dice, 80) else "end-user"
    if name == "accepted":
        return one(dice, ([], ["all"], [licence["id"]], ["another-license"]))
    return one(dice, VALUES[name])


SUPPLIED = (*VALUES, *LISTED, "accepted", *COUNTED)
"""Every fact that a drawn use states, apart from those of `ALWAYS_STATED`."""


def draw_use(dice: Dice, licence: Plain, facts_read: set[str] | None = None) -> Plain:
    """A use in which every fact is stated.

    Args:
        dice: Where it comes from.
        licence: Its limits are where the numbers lie.
        facts_read: Leave out all other facts that a condition can read; None states all.
    """
    use: Plain = {"date": one(dice, DATES)}
    for name in SUPPLIED:
        if facts_read is None or name in facts_read or name in ("distribution", "modified", "outputs_train", "role", "accepted"):
            use[name] = draw_fact(dice, name, licence, use["date"])
    asked = [name for name in (licence.get("ask"), licence.get("steward"), *STEWARDS) if name]
    use["permission_from"] = [one(dice, asked).upper()] if chance(dice, 12) else []
    use["duties_unmet"] = []
    if chance(dice, 15):
        kinds = [term["do"] for term in licence.get("terms") or [] if term["kind"] == "duty"] or list(DUTIES)
        kind = one(dice, kinds)
        use["duties_unmet"] = [one(dice, [kind, *PLAIN.vocabulary["duties"][kind].get("unmet", [])])]
    if chance(dice, 25):
        use["derivative_name"] = one(dice, NAMES)
    return use


def engine_use(use: Plain) -> Use:
    """The use as the engine reads it, with nothing assumed."""
    return read_use(KNOWLEDGE.vocabulary, {name: value for name, value in use.items() if not name.startswith("subject.")}, {}, today=TODAY, assume=False)


def engine_subject(use: Plain, licence: Plain) -> Subject:
    """What a condition may read of the licensed thing; for a licence alone, the text's own date is that of the release."""
    released = licence.get("released") or next((text["dated"] for text in licence.get("texts") or [] if text.get("dated")), None)
    given: Mapping[str, Any] = {name.removeprefix("subject."): value for name, value in use.items() if name.startswith("subject.")}
    return Subject(released_on=released, **given)
