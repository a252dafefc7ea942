"""A licence as terms: the values that evaluation reads. Built by `registry.knowledge` from `data/licenses/`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from registry.terms.conditions import Condition

WEIGHTS = frozenset({"original", "derivative", "copy"})
"""The capacities in which a licence binds weights; what a term binds unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Text:
    """One dated text of a licence: the agreement itself, a use policy, an addendum."""

    id: str
    name: str
    dated: str | None = None
    digest: str | None = None
    source: str | None = None
    read_on: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One rule of a licence.

    Attributes:
        id: Stable word for the term within its licence.
        kind: `grant`, `bar`, `duty` or `note`.
        acts: What the term is about; empty for a note.
        section: Where in the text it stands.
        summary: What it says, in our own words.
        binds: The capacities it binds in.
        condition: When it applies; None for always.
        confidence: `text-read`, or weaker.
        ask: For a bar: the route to permission, or None where the text names none.
        text: Id of the text it stands in.
        do: For a duty: what must be done.
        rule: For a duty: the detail (a name rule, the licences a derivative may carry, ...).
        wording: Words the licence orders its users to reproduce.
        where: For a duty: where it must be done.
        must: For a duty: false where the text only encourages.
        gate: For a duty: nothing is granted until it is done.
        about: For a note: its subject.
        disputed: Points that the term depends on.
    """

    id: str
    kind: str
    acts: frozenset[str]
    section: str
    summary: str
    binds: frozenset[str] = WEIGHTS
    condition: Condition | None = None
    confidence: str = "text-read"
    ask: str | None = None
    text: str = "license"
    do: str | None = None
    rule: Any = None
    wording: str | None = None
    where: tuple[str, ...] = ()
    must: bool = True
    gate: bool = False
    about: str | None = None
    disputed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """How a licence reaches over one relation: a class, or a class that hangs on an unsettled point."""

    reach: str
    point: str | None = None
    otherwise: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class License:
    """A licence file: identity, texts, how it reaches along lineage, and its terms."""

    id: str
    name: str
    type: str
    terms: tuple[Term, ...]
    steward: str | None = None
    ask: str | None = None
    osi_approved: bool = False
    spdx: str | None = None
    family: str | None = None
    confidence: str = "text-read"
    released: str | None = None
    in_force_from: str | None = None
    in_force_to: str | None = None
    replaces: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()
    reach: dict[str, Reach] = field(default_factory=dict)
    placeholder: str | None = None
    type_reason: str | None = None
    summary: str | None = None
    composite: str | None = None
