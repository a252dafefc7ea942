"""Small licences for tests of the terms: only what a test is about has to be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry.knowledge.store import Knowledge
from registry.terms.conditions import parse_condition
from registry.terms.facts import Use, read_use
from registry.terms.license import WEIGHTS, License, Reach, Term
from registry.terms.outcome import Outcome

ROOT = Path(__file__).parents[2]
KNOWLEDGE = Knowledge.load(ROOT / "data")
VOCABULARY = KNOWLEDGE.vocabulary
TODAY = "2026-11-21"


def a_term(kind: str, acts: str = "all", **given: Any) -> Term:
    """A term; `when` is its condition as plain data, `acts` words or groups."""
    names = frozenset(act for word in acts.split() for act in VOCABULARY.act_groups.get(word, (word,)))
    when = given.pop("when", None)
    given.setdefault("id", given.get("do") or kind)
    given.setdefault("section", "1")
    given.setdefault("summary", f"A {kind}.")
    given["binds"] = frozenset(given.pop("binds", WEIGHTS))
    return Term(kind=kind, acts=names, condition=parse_condition(when) if when else None, **given)


def a_license(*terms: Term, grant: bool = True, **given: Any) -> License:
    """A licence that grants everything, unless told otherwise, and has these terms besides."""
    given.setdefault("id", "test-license")
    given.setdefault("name", "Test License")
    given.setdefault("type", "custom")
    given["reach"] = {relation: Reach(*reach) for relation, reach in given.pop("reach", {}).items()}
    granted = (a_term("grant"),) if grant else ()
    return License(terms=(*granted, *terms), **given)


def a_use(*, assume: bool = True, strict: bool = False, **facts: Any) -> Use:
    """A use with these facts stated and the ordinary assumptions."""
    return read_use(VOCABULARY, facts, KNOWLEDGE.ordinary, today=TODAY, assume=assume, strict=strict)


def evaluate(license: License, use: Use, interpretation: str = "mainstream", **given: Any) -> Outcome:
    """The outcome of a licence for a use."""
    return KNOWLEDGE.evaluator.evaluate(license, use, KNOWLEDGE.interpretation(interpretation), **given)


def verdict(license: License, use: Use, interpretation: str = "mainstream", **given: Any) -> str:
    """The word of the outcome's verdict."""
    return evaluate(license, use, interpretation, **given).verdict.word
