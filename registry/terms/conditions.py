"""Conditions of terms: three leaves (fact, measure, place) and three connectives.

A condition is read from plain data by `parse_condition`, in the form of `data/licenses/*.yaml`:

    all: [...]  any: [...]  not: {...}
    commercial: [true]                     the fact has one of these values
    fields_of_use: {overlaps: [military]}  the list-valued fact holds one of these
    subject.modality: [multimodal]         the same, of the licensed thing
    place: {of: licensee, in: [EU]}
    measure: {what: active-users, of: group, per: month, at: once, anchor: license-date, over: 700000000}

There is no other operator. What a condition is worth for a use is in `registry.terms.partial`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Scalar = str | bool | int | float


class ConditionError(ValueError):
    """A condition that the term language does not have; the message names the field."""


@dataclass(frozen=True, slots=True)
class FactTest:
    """The fact has one of the values, or, where it is a list, holds one of them."""

    fact: str
    values: frozenset[Scalar]


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody or something is in one of the places: ISO country codes or a region of the vocabulary."""

    of: str
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class Measure:
    """A count is over, or at least, a limit, for somebody, in a period, at a time.

    Attributes:
        what: `active-users`, `revenue`, ... of the vocabulary's `measures`.
        of: whose count: `product`, `licensee` (all its own products) or `group` (with affiliates).
        products: `all`, or `using-model`: only the products that use the model.
        per: `month`, `day`, `year` or `total`.
        at: `once` (the month before the anchor), `preceding-month`, `rolling`, `any-time`, `calendar-year`.
        anchor: `license-date` or `model-release`, for `once`.
        limit: the number in the text, in `unit`.
        inclusive: true for *at least*, false for *more than*.
        unit: ISO 4217 currency of a money limit.
        latch: once over, rights end and falling back restores nothing.
        month: the month that is tested, where the text itself or its date fixes it (`2023-06`).
    """

    what: str
    limit: float
    inclusive: bool
    of: str = "licensee"
    products: str = "all"
    per: str = "month"
    at: str = "rolling"
    anchor: str | None = None
    unit: str | None = None
    latch: bool = False
    month: str | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = FactTest | Place | Measure | AllOf | AnyOf | Not
Connective = Literal["all", "any", "not"]

MEASURE_CHOICES: Mapping[str, frozenset[str]] = {
    "of": frozenset({"product", "licensee", "group"}),
    "products": frozenset({"all", "using-model"}),
    "per": frozenset({"month", "day", "year", "total"}),
    "at": frozenset({"once", "preceding-month", "rolling", "any-time", "calendar-year"}),
    "anchor": frozenset({"license-date", "model-release"}),
}
_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
PLACE_OF = frozenset({"licensee", "end-users", "outputs"})


def parse_condition(data: Any, where: str = "if") -> Condition:
    """Read a condition from plain data.

    Args:
        data: Nested mappings and lists, as YAML gives them.
        where: The field it stands in, for messages.

    Raises:
        ConditionError: It uses a word the language does not have.
    """
    if not isinstance(data, Mapping) or not data:
        raise ConditionError(f"`{where}` must be a mapping with one condition")
    if len(data) > 1:
        return AllOf(tuple(parse_condition({key: value}, where) for key, value in data.items()))
    ((key, value),) = data.items()
    here = f"{where}.{key}"
    if key in ("all", "any"):
        if not isinstance(value, list) or not value:
            raise ConditionError(f"`{here}` must be a list of conditions")
        parts = tuple(parse_condition(part, f"{here}[{index}]") for index, part in enumerate(value))
        return AllOf(parts) if key == "all" else AnyOf(parts)
    if key == "not":
        return Not(parse_condition(value, here))
    if key == "place":
        return _parse_place(value, here)
    if key == "measure":
        return _parse_measure(value, here)
    if not isinstance(key, str):
        raise ConditionError(f"`{where}` has a key that is not a word: `{key}`")
    return FactTest(key, _parse_values(value, here))


def _parse_values(value: Any, where: str) -> frozenset[Scalar]:
    if isinstance(value, Mapping):
        if len(value) != 1 or next(iter(value)) not in ("eq", "in", "overlaps"):
            raise ConditionError(f"`{where}` takes a list, or one of eq, in, overlaps")
        ((operator, operand),) = value.items()
        value = [operand] if operator == "eq" else operand
    if not isinstance(value, list) or not value:
        raise ConditionError(f"`{where}` must list at least one value")
    for item in value:
        if not isinstance(item, str | bool | int | float):
            raise ConditionError(f"`{where}` holds a value that is neither a word, a number nor true/false")
    return frozenset(value)


def _parse_place(value: Any, where: str) -> Place:
    if not isinstance(value, Mapping) or set(value) != {"of", "in"}:
        raise ConditionError(f"`{where}` takes `of` and `in`")
    if not isinstance(value["of"], str) or value["of"] not in PLACE_OF:
        raise ConditionError(f"`{where}.of` is one of {', '.join(sorted(PLACE_OF))}")
    if not isinstance(value["in"], list) or not value["in"] or not all(isinstance(item, str) for item in value["in"]):
        raise ConditionError(f"`{where}.in` must be a list of country codes or regions")
    return Place(value["of"], frozenset(value["in"]))


def _parse_measure(value: Any, where: str) -> Measure:
    if not isinstance(value, Mapping):
        raise ConditionError(f"`{where}` must be a mapping")
    data = dict(value)
    limits = [name for name in ("over", "at_least") if name in data]
    if len(limits) != 1:
        raise ConditionError(f"`{where}` takes exactly one of `over` and `at_least`")
    inclusive = limits[0] == "at_least"
    limit = data.pop(limits[0])
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 <= limit < float("inf"):
        raise ConditionError(f"`{where}.{limits[0]}` must be a number")
    what = data.pop("what", None)
    if not isinstance(what, str):
        raise ConditionError(f"`{where}.what` must say what is counted")
    for name, choices in MEASURE_CHOICES.items():
        if name in data and (not isinstance(data[name], str) or data[name] not in choices):
            raise ConditionError(f"`{where}.{name}` is one of {', '.join(sorted(choices))}")
    unknown = set(data) - set(MEASURE_CHOICES) - {"unit", "latch", "month"}
    if unknown:
        raise ConditionError(f"`{where}` does not know `{sorted(unknown)[0]}`")
    if "month" in data and not (isinstance(data["month"], str) and _MONTH.match(data["month"])):
        raise ConditionError(f"`{where}.month` must be a month like 2023-06")
    if not isinstance(data.get("latch", False), bool) or not isinstance(data.get("unit", ""), str):
        raise ConditionError(f"`{where}` takes true or false for `latch` and a currency for `unit`")
    if data.get("at") == "once" and "anchor" not in data and "month" not in data:
        raise ConditionError(f"`{where}` is measured once: it needs an `anchor` or a `month`")
    return Measure(what=what, limit=limit, inclusive=inclusive, **data)


def to_data(condition: Condition) -> dict[str, Any]:
    """The condition as plain data, in the form `parse_condition` reads, with a stable order."""
    if isinstance(condition, AllOf):
        return {"all": [to_data(part) for part in condition.parts]}
    if isinstance(condition, AnyOf):
        return {"any": [to_data(part) for part in condition.parts]}
    if isinstance(condition, Not):
        return {"not": to_data(condition.part)}
    if isinstance(condition, Place):
        return {"place": {"of": condition.of, "in": sorted(condition.places)}}
    if isinstance(condition, Measure):
        measure: dict[str, Any] = {"what": condition.what, "of": condition.of, "products": condition.products, "per": condition.per, "at": condition.at}
        measure.update({name: value for name in ("anchor", "month", "unit") if (value := getattr(condition, name)) is not None})
        if condition.latch:
            measure["latch"] = True
        measure["at_least" if condition.inclusive else "over"] = condition.limit
        return {"measure": measure}
    return {condition.fact: sorted(condition.values, key=lambda value: (str(type(value)), str(value)))}


def with_months(condition: Condition, month: str) -> Condition:
    """The condition with the month filled in wherever it is measured once, by the licence's own date."""
    if isinstance(condition, AllOf | AnyOf):
        return type(condition)(tuple(with_months(part, month) for part in condition.parts))
    if isinstance(condition, Not):
        return Not(with_months(condition.part, month))
    if isinstance(condition, Measure) and condition.anchor == "license-date" and condition.month is None:
        return replace(condition, month=month)
    return condition


def leaves(condition: Condition) -> Iterator[FactTest | Place | Measure]:
    """Every leaf, left to right."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition
