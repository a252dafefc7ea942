"""Checks the words of licence files against the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator

from registry.knowledge.schema import LicenseFile, TermFile, UnsettledReach
from registry.terms.conditions import Condition, ConditionError, FactTest, Measure, Place, leaves, parse_condition
from registry.terms.vocabulary import Vocabulary


def vocabulary_problems(license: LicenseFile, vocabulary: Vocabulary) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every word of a licence file that the vocabulary does not have: the path to it and what is wrong."""
    for relation, reach in license.reach.items():
        if relation not in vocabulary.relations:
            yield ("reach", relation), f"`{relation}` is not a relation"
        if isinstance(reach, UnsettledReach) and reach.unsettled not in vocabulary.points:
            yield ("reach", relation), f"`{reach.unsettled}` is not a point of the vocabulary"
    for index, term in enumerate(license.terms):
        for path, problem in _term_problems(term, vocabulary):
            yield ("terms", index, *path), f"term `{term.id}`: {problem}"


def _term_problems(term: TermFile, vocabulary: Vocabulary) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for act in term.acts:
        if act not in vocabulary.acts and act not in vocabulary.act_groups:
            yield ("acts",), f"`{act}` is not an act"
    for capacity in term.binds or ():
        if capacity not in vocabulary.capacities:
            yield ("binds",), f"`{capacity}` is not something a term can bind"
    for point in term.disputed:
        if point not in vocabulary.points:
            yield ("disputed",), f"`{point}` is not a point of the vocabulary"
    if term.do and term.do not in vocabulary.duties:
        yield ("do",), f"`{term.do}` is not a duty"
    if term.about and term.about not in vocabulary.notes:
        yield ("about",), f"`{term.about}` is not a subject of notes"
    if term.condition is not None:
        try:
            condition = parse_condition(term.condition)
        except ConditionError as error:
            yield ("if",), str(error)
        else:
            for problem in condition_problems(condition, vocabulary):
                yield ("if",), problem


def condition_problems(condition: Condition, vocabulary: Vocabulary) -> Iterator[str]:
    """Every leaf of a condition that the vocabulary cannot answer, in words."""
    for leaf in leaves(condition):
        if isinstance(leaf, Place):
            for place in leaf.places:
                if place not in vocabulary.regions and place not in vocabulary.countries:
                    yield f"`{place}` is neither a region nor a country code"
        elif isinstance(leaf, Measure):
            if leaf.per not in vocabulary.measures.get(leaf.what, {}):
                yield f"`{leaf.what}` per `{leaf.per}` is not a measure of the vocabulary"
            fact = vocabulary.facts.get(vocabulary.measures.get(leaf.what, {}).get(leaf.per, ""))
            if leaf.unit is not None and fact is not None and fact.kind != "money":
                yield f"`{leaf.what}` is counted, not paid: it has no `unit`"
            elif leaf.unit is not None and leaf.unit not in vocabulary.currencies:
                yield f"`{leaf.unit}` is not a currency of the vocabulary"
        else:
            yield from _test_problems(leaf, vocabulary)


def _test_problems(leaf: FactTest, vocabulary: Vocabulary) -> Iterator[str]:
    fact = vocabulary.subjects.get(leaf.fact.removeprefix("subject.")) if leaf.fact.startswith("subject.") else vocabulary.facts.get(leaf.fact)
    if fact is None:
        yield f"`{leaf.fact}` is not a fact of the vocabulary"
        return
    if fact.kind in ("count", "money"):
        yield f"`{leaf.fact}` is a number: hold it against a limit with `measure`"
    for value in leaf.values:
        if fact.kind in ("country", "countries") and value not in vocabulary.countries:
            yield f"`{value}` is not a country code"
        if fact.kind == "boolean":
            if not isinstance(value, bool):
                yield f"`{leaf.fact}` is true or false, not `{value}`"
        elif fact.values and value not in fact.values and not any(str(value).startswith(f"{prefix}:") for prefix in fact.prefixes):
            yield f"`{leaf.fact}` has no value `{value}`"
