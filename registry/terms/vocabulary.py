"""The closed vocabulary, as values: facts, acts, duties, measures, points, regions and currencies.

Read from `data/vocabulary.yaml` by `registry.knowledge`; everything in `terms` takes it as an argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OPEN_KINDS = frozenset({"text", "texts", "country", "countries", "month", "date", "count", "money"})
"""Kinds of fact whose values are not listed one by one."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a use: its kind, its values, how it is given and how it is asked for."""

    name: str
    kind: str
    label: str
    flag: str = "--fact"
    values: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    scoped: bool = False
    series: bool = False
    stands_in: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Something a use does: the fact and values that make it part of the use, and whether it reaches others."""

    name: str
    label: str
    fact: str
    values: frozenset[str | bool]
    outward: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """A kind of duty: whether it makes an answer one with obligations, and other words for stating it unmet."""

    name: str
    label: str
    counts: bool
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Membership:
    """The dates from and to which a country belongs to a region; ISO dates, inclusive."""

    since: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that a licence file or a use may say."""

    version: str
    facts: Mapping[str, Fact]
    subjects: Mapping[str, Fact]
    acts: Mapping[str, Act]
    act_groups: Mapping[str, tuple[str, ...]]
    measures: Mapping[str, Mapping[str, str]]
    fields_of_use: Mapping[str, str]
    duties: Mapping[str, Duty]
    notes: frozenset[str]
    capacities: frozenset[str]
    relations: frozenset[str]
    points: Mapping[str, str]
    regions: Mapping[str, Mapping[str, Membership]]
    currencies: Mapping[str, tuple[float, float]]
    countries: frozenset[str]
    wider: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    narrower: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
