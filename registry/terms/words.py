"""Conditions in words, for people: "no more than 700M monthly active users (with affiliates) in June 2023"."""

from __future__ import annotations

from registry.terms.conditions import AllOf, AnyOf, Condition, FactTest, Measure, Not, Place
from registry.terms.vocabulary import Vocabulary

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_WHOSE = {"product": "of the product", "licensee": "of all your products", "group": "of you and your affiliates"}
_AT = {"preceding-month": "in the preceding month", "rolling": "in any month", "any-time": "at any time", "calendar-year": "in the preceding calendar year"}


def in_words(condition: Condition, vocabulary: Vocabulary) -> str:
    """A condition as a phrase that says when it holds."""
    return _words(condition, vocabulary, True)


def number_in_words(number: float) -> str:
    """A number as people say it: 700M, 1.5B, 20M, 5,000."""
    for size, letter in ((10**9, "B"), (10**6, "M")):
        if number >= size and (number / size * 100).is_integer():
            return f"{number / size:g}{letter}"
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,}"


def period_in_words(period: str) -> str:
    """A month or year: `2023-06` is June 2023."""
    return f"{_MONTHS[int(period[5:7]) - 1]} {period[:4]}" if len(period) >= 7 else period


def _words(condition: Condition, vocabulary: Vocabulary, holds: bool) -> str:
    if isinstance(condition, Not):
        return _words(condition.part, vocabulary, not holds)
    if isinstance(condition, AllOf | AnyOf):
        together = isinstance(condition, AllOf) == holds
        parts = [_words(part, vocabulary, holds) for part in condition.parts]
        if together:
            return " and ".join(f"({part})" if " or " in part else part for part in parts)
        return " or ".join(f"({part})" if " and " in part else part for part in parts)
    if isinstance(condition, Measure):
        return measure_in_words(condition, vocabulary, holds)
    if isinstance(condition, Place):
        who = "your organisation is" if condition.of == "licensee" else "your users are"
        places = ", ".join("the EU" if place == "EU" else place for place in sorted(condition.places))
        return f"{who} {'' if holds else 'not '}in {places}"
    return _test(condition, vocabulary, holds)


def measure_in_words(leaf: Measure, vocabulary: Vocabulary, passed: bool) -> str:
    """A limit: passed, or kept."""
    label = vocabulary.facts[vocabulary.measures[leaf.what][leaf.per]].label
    amount = f"{number_in_words(leaf.limit)} {leaf.unit} of" if leaf.unit else number_in_words(leaf.limit)
    if passed:
        amount = f"at least {amount}" if leaf.inclusive else f"more than {amount}"
    else:
        amount = f"fewer than {amount}" if leaf.inclusive and not leaf.unit else f"less than {amount}" if leaf.inclusive else f"no more than {amount}"
    if leaf.month is not None:
        when = f" in {period_in_words(leaf.month)}"
    elif leaf.at == "once":
        when = " in the month before the model was released" if leaf.anchor == "model-release" else " in the month before the licence's date"
    else:
        when = f" {_AT[leaf.at]}" if leaf.per != "total" and leaf.at != "rolling" else ""
    return f"{amount} {label} {_WHOSE[leaf.of]}{when}"


def _test(leaf: FactTest, vocabulary: Vocabulary, holds: bool) -> str:
    name = leaf.fact.removeprefix("subject.")
    fact = vocabulary.subjects.get(name) if leaf.fact.startswith("subject.") else vocabulary.facts.get(name)
    values = sorted(str(value) for value in leaf.values if not isinstance(value, bool))
    if name == "commercial":
        return "the use is commercial" if (True in leaf.values) == holds else "the use is not commercial"
    if name == "accepted":
        who = ", ".join(value for value in values if value != "all")
        return f"you have {'' if holds else 'not '}registered for or accepted {who}"
    if name == "role" and values == ["licensee"]:
        return "you are the licensee" if holds else "you only use somebody else's product"
    if name == "modified":
        return "the weights are changed" if (True in leaf.values) == holds else "the weights are not changed"
    if name == "distribution":
        ways = " or ".join(_WAYS.get(value, value) for value in values)
        return f"it is {'' if holds else 'not '}{ways}"
    if fact is not None and fact.kind == "boolean":
        return fact.label if (True in leaf.values) == holds else f"not so: {fact.label}"
    label = fact.label if fact is not None else name
    if name == "fields_of_use":
        listed = ", ".join(values[:6]) + (f" and {len(values) - 6} more" if len(values) > 6 else "")
        return f"the field of use is {'one of' if holds else 'none of'} {listed}"
    listed = values[0] if len(values) == 1 else f"one of {', '.join(values)}"
    return f"{label} is {'' if holds else 'not '}{listed}"


_WAYS = {
    "internal": "used inside the organisation",
    "saas": "served as an application",
    "api": "served over an API",
    "product": "shipped in a product",
    "weights": "given away as weights",
    "outputs": "used for outputs that leave the organisation",
}
