"""Reads `data/vocabulary.yaml` and checks the words of licence files against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.errors import KnowledgeError
from registry.knowledge.schema import LicenseFile, TermFile, UnsettledReach
from registry.terms.conditions import Condition, ConditionError, FactTest, Measure, Place, leaves, parse_condition
from registry.terms.vocabulary import Act, Duty, Fact, Membership, Vocabulary


def build_vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary from the plain data of its file.

    Raises:
        KnowledgeError: An entry is missing or misshapen.
    """
    try:
        facts = {name: _fact(name, entry, data) for name, entry in data["facts"].items()}
        acts = {}
        for name, entry in data["acts"].items():
            ((fact, value),) = entry["from"].items()
            values = frozenset(value if isinstance(value, list) else [value])
            acts[name] = Act(name, entry["label"], fact, values, bool(entry.get("outward", False)))
        return Vocabulary(
            version=str(data["version"]),
            facts=facts,
            subjects={name: _fact(name, entry, data) for name, entry in data["subjects"].items()},
            acts=acts,
            act_groups={name: tuple(group) for name, group in data["act_groups"].items()},
            measures=data["measures"],
            fields_of_use=data["fields_of_use"],
            duties={name: Duty(name, entry["label"], entry["counts"], tuple(entry.get("unmet", ()))) for name, entry in data["duties"].items()},
            notes=frozenset(data["notes"]),
            capacities=frozenset(data["capacities"]),
            relations=frozenset(data["relations"]),
            points=data["points"],
            regions={region: {code: _membership(entry) for code, entry in members.items()} for region, members in data["regions"].items()},
            currencies={code: (float(low), float(high)) for code, (low, high) in data["currencies"].items()},
            countries=frozenset(str(data["countries"]).split()),
            wider={name: _closure(name, facts) for name in facts},
            narrower={name: tuple(other for other in facts if name in _closure(other, facts)) for name in facts},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise KnowledgeError(f"`vocabulary.yaml`: {type(error).__name__} at {error}", "compare the entry with its neighbours") from error


def _fact(name: str, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Fact:
    values = entry.get("values", ())
    if isinstance(values, str):
        values = data[values]
    return Fact(
        name=name,
        kind=entry["kind"],
        label=entry["label"],
        flag=entry.get("flag", "--fact"),
        values=frozenset(values),
        prefixes=tuple(entry.get("prefixes", ())),
        within=tuple(entry.get("within", ())),
        scoped=bool(entry.get("scoped", False)),
        series=bool(entry.get("series", False)),
        stands_in=entry.get("stands_in"),
    )


def _membership(entry: Any) -> Membership:
    if isinstance(entry, str):
        return Membership(entry)
    return Membership(entry["from"], entry.get("to"))


def _closure(name: str, facts: Mapping[str, Fact]) -> tuple[str, ...]:
    found: list[str] = []
    pending = list(facts[name].within)
    while pending:
        wider = pending.pop(0)
        if wider not in found:
            found.append(wider)
            pending.extend(facts[wider].within)
    return tuple(found)


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
                if place not in vocabulary.regions and not (len(place) == 2 and place.isupper()):
                    yield f"`{place}` is neither a region nor a country code"
        elif isinstance(leaf, Measure):
            if leaf.per not in vocabulary.measures.get(leaf.what, {}):
                yield f"`{leaf.what}` per `{leaf.per}` is not a measure of the vocabulary"
            if leaf.unit is not None and leaf.unit not in vocabulary.currencies:
                yield f"`{leaf.unit}` is not a currency of the vocabulary"
        else:
            yield from _test_problems(leaf, vocabulary)


def _test_problems(leaf: FactTest, vocabulary: Vocabulary) -> Iterator[str]:
    fact = vocabulary.subjects.get(leaf.fact.removeprefix("subject.")) if leaf.fact.startswith("subject.") else vocabulary.facts.get(leaf.fact)
    if fact is None:
        yield f"`{leaf.fact}` is not a fact of the vocabulary"
        return
    for value in leaf.values:
        if fact.kind == "boolean":
            if not isinstance(value, bool):
                yield f"`{leaf.fact}` is true or false, not `{value}`"
        elif fact.values and value not in fact.values and not any(str(value).startswith(f"{prefix}:") for prefix in fact.prefixes):
            yield f"`{leaf.fact}` has no value `{value}`"
