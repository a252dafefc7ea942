"""Where sources contradict each other on what a model comes from, and which links run in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.lineage.circles import circles_among

_SAID = ("declared", "detected", "attested")
"""Grades of what somebody or some file says; what a rule only infers contradicts nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One source's word on what a model comes from.

    Attributes:
        parent: The model it names.
        relation: What the child is to it.
        grade: The grade of the evidence.
        source: Who says so.
        against: It speaks against the relation.
        by_weights: It is a comparison of weights, which shows a common origin and so contradicts no other base.
    """

    parent: str
    relation: str
    grade: str
    source: str
    against: bool = False
    by_weights: bool = False


def find_contradictions(claims: Sequence[Claim]) -> dict[tuple[str, str], str]:
    """The relations of one model that its sources contradict each other on, with the contradiction in a sentence.

    Three kinds are told: a comparison of weights speaks against a base; two sources give one base different relations; what is
    declared and what files show name different bases, each one that the other does not. A base that only one side names is no
    contradiction: a card may be silent.

    Args:
        claims: All that is said of one model's bases.

    Returns:
        The sentence by parent and relation.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for each in claims:
        if each.against:
            found.setdefault((each.parent, each.relation), []).append("the weights speak against it")
    words = [each for each in claims if not each.against and each.grade in _SAID and not each.by_weights]
    by_parent: dict[str, dict[str, list[str]]] = {}
    for each in words:
        own = by_parent.setdefault(each.parent, {}).setdefault(each.source, [])
        if each.relation not in own:
            own.append(each.relation)
    for parent, by_source in by_parent.items():
        told = list(by_source.items())
        if any(set(one).isdisjoint(other) for index, (_, one) in enumerate(told) for _, other in told[index + 1 :]):
            sentence = "; ".join(f"{source} says {' and '.join(relations)}" for source, relations in told)
            for relation in dict.fromkeys(relation for _, relations in told for relation in relations):
                found.setdefault((parent, relation), []).append(sentence)
    declared = {each.parent: each for each in words if each.grade == "declared"}
    shown = {each.parent: each for each in words if each.grade == "detected"}
    only_declared, only_shown = declared.keys() - shown.keys(), shown.keys() - declared.keys()
    if only_declared and only_shown:
        sides = [(declared[parent], parent) for parent in sorted(only_declared)], [(shown[parent], parent) for parent in sorted(only_shown)]
        sentence = ", but ".join(f"{side[0][0].source} names {_named([parent for _, parent in side])}" for side in sides)
        for each in words:
            if each.parent in only_declared or each.parent in only_shown:
                own = found.setdefault((each.parent, each.relation), [])
                if sentence not in own:
                    own.append(sentence)
    return {key: "; ".join(sentences) for key, sentences in found.items()}


def _named(parents: Sequence[str]) -> str:
    shown = ", ".join(f"`{parent}`" for parent in parents[:3])
    return shown + (f" and {len(parents) - 3} more" if len(parents) > 3 else "")


def find_circles(links: Iterable[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """The links, from child to parent, that lie on a circle: each of their ends is reached from the other."""
    pairs = set(links)
    circle = circles_among(pairs)
    return frozenset((child, parent) for child, parent in pairs if child in circle and circle[child] == circle.get(parent))
