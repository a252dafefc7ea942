"""Random uses with facts missing, and what these facts may turn out to be: no product may have more users than its group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.terms.plain_evaluator import Plain
from tests.terms.strategies_dice import Dice, chance, one, some
from tests.terms.strategies_uses import draw_count, draw_fact, draw_use, interesting_numbers
from tests.terms.strategies_words import (
    ALWAYS_STATED,
    COUNTED,
    PLAIN,
    SCOPES,
    fact_of,
    facts_read_by,
    measures_of,
)


def related(fact: str) -> set[str]:
    """The counts that are wider or narrower than a count."""
    facts = PLAIN.vocabulary["facts"]
    wider = set(facts[fact].get("within", ()))
    for name in list(wider):
        wider |= set(facts[name].get("within", ()))
    return wider | {name for name in COUNTED if fact in facts[name].get("within", ())}


def numbers_of(stated: Any, scope: str) -> dict[str, float]:
    """What is stated of a count for a scope, by month; under the empty month what holds in all."""
    if not isinstance(stated, dict):
        return {"": stated}
    if not set(stated) & set(SCOPES):
        return dict(stated)
    if scope not in stated:
        return {}
    return numbers_of(stated[scope], scope) if isinstance(stated[scope], dict) else {"": stated[scope]}


def is_possible(use: Plain) -> bool:
    """Whether no narrower count of a use is above a wider one: a product's above its group's, a day's above a month's."""
    facts = PLAIN.vocabulary["facts"]
    for narrow in COUNTED:
        for wide in (narrow, *(name for name in COUNTED if name in related(narrow) and narrow not in facts[name].get("within", ()))):
            if narrow not in use or wide not in use:
                continue
            for at, small in enumerate(SCOPES):
                for large in SCOPES[at:]:
                    for month, number in numbers_of(use[narrow], small).items():
                        for other, bound in numbers_of(use[wide], large).items():
                            if (month == other or len(month) != len(other)) and number > bound:
                                return False
    return True


def draw_possible_use(dice: Dice, licence: Plain) -> Plain:
    """A fully stated use of the facts that a licence reads, in which wider counts are not below narrower ones."""
    read = facts_read_by(licence)
    for fact in sorted(read & set(COUNTED)):
        read |= {name for name in sorted(related(fact)) if chance(dice, 30)}
    use = draw_use(dice, licence, read)
    use.pop("derivative_name", None)
    if chance(dice, 50):
        use.pop("subject.modality", None)
    for _ in range(20):
        if is_possible(use):
            return use
        for name in COUNTED:
            if name in use:
                use[name] = draw_count(dice, licence, name, use["date"])
    for name in COUNTED:
        if name in use:
            use[name] = 50
    return use


def hide_facts(dice: Dice, licence: Plain, use: Plain, percent: int = 50, kept: Sequence[str] = ()) -> Plain:
    """The use without some of its facts, and with only some scopes and months of others."""
    left: Plain = {}
    for name, value in use.items():
        if name in ALWAYS_STATED or name in kept:
            left[name] = value
        elif chance(dice, percent):
            continue
        elif name in COUNTED and isinstance(value, dict) and set(value) <= set(SCOPES) and chance(dice, 40):
            shown = some(dice, SCOPES, 2)
            left[name] = {scope: value[scope] for scope in shown}
        elif name in COUNTED and isinstance(value, dict) and not set(value) & set(SCOPES) and chance(dice, 50) and only_once(licence, name):
            month = min(value)
            left[name] = {other: number for other, number in value.items() if other != month} or value
        else:
            left[name] = value
    return left


def only_once(licence: Plain, fact: str) -> bool:
    """Whether every measure on a count, or on those that can settle it, looks at one fixed month: only then may another month be added to a series."""
    return all(measure.get("at") == "once" for measure in measures_of(licence) if fact_of(measure) in {fact, *related(fact)})


def draw_completion(dice: Dice, licence: Plain, full: Plain, partial: Plain) -> Plain:
    """The partial use with every missing fact supplied by chance; facts that are stated stay as they are.

    Args:
        dice: Where it comes from.
        licence: Its limits are where the numbers lie.
        full: One way to complete it, to fall back on where chance draws nothing possible.
        partial: The use with facts missing.
    """
    for _ in range(8):
        use = dict(partial)
        for name, value in full.items():
            if name not in partial:
                use[name] = draw_fact(dice, name, licence, full["date"])
            elif partial[name] != value:
                use[name] = _filled_in(dice, licence, name, value, partial[name])
        if is_possible(use):
            return use
    return full


def _filled_in(dice: Dice, licence: Plain, name: str, full: Plain, partial: Plain) -> Plain:
    numbers = interesting_numbers(licence, name)
    found: Plain = {}
    for key, value in full.items():
        if key in partial:
            found[key] = partial[key]
        elif isinstance(value, dict):
            found[key] = {month: one(dice, numbers) for month in value}
        else:
            found[key] = one(dice, numbers)
    return found
