"""Licences as the knowledge has them: list, show, compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.desk.facts import read_day, today
from registry.desk.session import Desk
from registry.knowledge.store import Knowledge
from registry.terms.conditions import FactTest, Measure, Place, leaves, with_months
from registry.terms.counts import month_before
from registry.terms.license import License, Term
from registry.terms.words import in_words

Aspect = tuple[str, str]
"""What a term is about, so that terms of two licences can be put beside each other: a kind and a subject."""


def list_licenses(desk: Desk, search: str | None = None, type: str | None = None, osi: bool = False) -> dict[str, Any]:
    """Licences by id, narrowed by a word in id, name, alias or steward, by type, or to those the OSI approved."""
    knowledge = desk.knowledge
    wanted = search.casefold() if search else None
    items = []
    for license in knowledge:
        raw = knowledge.raw(license.id)
        words = [license.id, license.name, license.steward or "", *raw.get("aliases", ())]
        if wanted is not None and not any(wanted in word.casefold() for word in words):
            continue
        if (type is not None and license.type != type) or (osi and not license.osi_approved):
            continue
        items.append(
            {
                "id": license.id,
                "name": license.name,
                "type": license.type,
                "steward": license.steward,
                "spdx": license.spdx,
                "osi_approved": license.osi_approved,
                "released": license.released,
                "confidence": license.confidence,
            }
        )
    return {"schema": "licet.licenses/1", "items": items, "knowledge": _version(knowledge)}


def show_license(desk: Desk, name: str, on: str | None = None) -> dict[str, Any]:
    """A licence with all its terms, as plain data.

    Raises:
        UnknownLicenseError: None goes by that name, or several do.
    """
    knowledge = desk.knowledge
    license = knowledge.find(name, read_day(knowledge, on, "--on") if on else today())
    raw = dict(knowledge.raw(license.id))
    disputed = {point for term in license.terms for point in term.disputed} | {reach.point for reach in license.reach.values() if reach.point}
    raw.pop("examples", None)
    return {
        "schema": "licet.license/1",
        **raw,
        "released": license.released,
        "spdx": knowledge.exported_id(license.id),
        "reach": {
            relation: reach.reach if reach.point is None else {"unsettled": reach.point, "reach": reach.reach, "else": reach.otherwise}
            for relation, reach in license.reach.items()
        },
        "terms": [_term(knowledge, license, term, data) for term, data in zip(license.terms, raw["terms"], strict=True)],
        "points": {point: knowledge.vocabulary.points[point] for point in sorted(disputed)},
        "knowledge": _version(knowledge),
    }


def _term(knowledge: Knowledge, license: License, term: Term, data: Mapping[str, Any]) -> dict[str, Any]:
    when = _when(knowledge, license, term) if term.condition is not None else None
    return {**data, "text": term.text, "confidence": term.confidence, "when": when}


def _when(knowledge: Knowledge, license: License, term: Term) -> str | None:
    """When a term applies, in words, with the month that the licence's own date fixes."""
    if term.condition is None:
        return None
    dated = license.released is not None and len(license.released) >= 7
    condition = with_months(term.condition, month_before(license.released)) if dated and license.released else term.condition
    return in_words(condition, knowledge.vocabulary)


def _version(knowledge: Knowledge) -> dict[str, str]:
    return {"version": knowledge.version, "digest": knowledge.digest}


def compare_licenses(desk: Desk, left: str, right: str) -> dict[str, Any]:
    """Two licences side by side: what both have, where they differ, what one has and the other lacks.

    Raises:
        UnknownLicenseError: A name leads to no licence, or to several.
    """
    knowledge = desk.knowledge
    one, other = knowledge.find(left, today()), knowledge.find(right, today())
    ours, theirs = aspects(one), aspects(other)
    shared = [aspect for aspect in ours if aspect in theirs]
    differences: list[dict[str, Any]] = []
    common: list[dict[str, Any]] = []
    for aspect in shared:
        row = {"about": _label(knowledge, aspect), "left": _side(knowledge, one, ours[aspect]), "right": _side(knowledge, other, theirs[aspect])}
        same = _content(knowledge, one, ours[aspect]) == _content(knowledge, other, theirs[aspect])
        (common if same else differences).append(row)
    return {
        "schema": "licet.comparison/1",
        "left": _identity(knowledge, one),
        "right": _identity(knowledge, other),
        "differences": differences,
        "common": common,
        "only_left": _lacking(knowledge, one, ours, theirs),
        "only_right": _lacking(knowledge, other, theirs, ours),
        "knowledge": _version(knowledge),
    }


def _lacking(knowledge: Knowledge, license: License, ours: Mapping[Aspect, Term], theirs: Mapping[Aspect, Term]) -> list[dict[str, Any]]:
    """The terms with an aspect that the other licence does not have, each once, with those aspects in words."""
    lacking: dict[str, tuple[Term, list[str]]] = {}
    for aspect, term in ours.items():
        if aspect not in theirs:
            lacking.setdefault(term.id, (term, []))[1].append(_label(knowledge, aspect))
    return [{**_described(knowledge, license, term), "about_words": words} for term, words in lacking.values()]


def aspects(license: License) -> dict[Aspect, Term]:
    """The terms of a licence by what they are about, in their order; a field of use or an act is an aspect of its own."""
    found: dict[Aspect, Term] = {}
    for term in license.terms:
        for aspect in _aspects_of(term):
            found.setdefault(aspect, term)
    return found


def _aspects_of(term: Term) -> list[Aspect]:
    if term.kind == "grant":
        return [("grant", act) for act in sorted(term.acts)]
    if term.kind == "note":
        return [("note", term.about or term.id)]
    if term.kind == "duty":
        scope = "on outputs" if term.binds <= {"output", "output-model"} else "must" if term.must else "should"
        return [(f"duty {scope}", term.do or term.id)]
    if term.condition is None:
        return [("bar", " ".join(sorted(term.acts)))]
    tests = list(leaves(term.condition))
    fields = sorted(str(value) for leaf in tests if isinstance(leaf, FactTest) and leaf.fact == "fields_of_use" for value in leaf.values)
    if fields:
        return [("field", field) for field in fields]
    for leaf in tests:
        if isinstance(leaf, Measure):
            return [("limit", f"{leaf.what} per {leaf.per}")]
        if isinstance(leaf, Place):
            return [("territory", leaf.of)]
    names = sorted({leaf.fact for leaf in tests if isinstance(leaf, FactTest)} - {"role"})
    return [("bar", " ".join(names) + (" teach" if term.acts == {"teach"} else ""))]


def _label(knowledge: Knowledge, aspect: Aspect) -> str:
    kind, subject = aspect
    vocabulary = knowledge.vocabulary
    if kind == "grant":
        return f"right to {vocabulary.acts[subject].label}"
    if kind.startswith("duty") and subject in vocabulary.duties:
        return f"duty to {vocabulary.duties[subject].label}" + (
            " (encouraged)" if kind.endswith("should") else " (outputs)" if kind.endswith("outputs") else ""
        )
    if kind == "field":
        return f"bars {vocabulary.fields_of_use.get(subject, subject)}"
    if kind == "note":
        return subject.replace("-", " ")
    return f"{kind}: {subject.replace('_', ' ').replace('-', ' ')}"


def _content(knowledge: Knowledge, license: License, term: Term) -> tuple[Any, ...]:
    """What makes two terms of one aspect the same: when they apply, whether there is a way out, and the words they order."""
    condition = None
    if term.condition is not None and not any(isinstance(leaf, FactTest) and leaf.fact == "fields_of_use" for leaf in leaves(term.condition)):
        condition = _when(knowledge, license, term)
    return (condition, bool(term.ask), term.wording, str(term.rule), term.acts if term.kind == "duty" else None, term.about and term.summary)


def _side(knowledge: Knowledge, license: License, term: Term) -> dict[str, Any]:
    return {"term": term.id, "section": term.section, "summary": _sentence(knowledge, license, term)}


def _sentence(knowledge: Knowledge, license: License, term: Term) -> str:
    if term.condition is not None and any(isinstance(leaf, Measure) for leaf in leaves(term.condition)):
        return _when(knowledge, license, term) or term.summary
    return f"“{term.wording}”" if term.wording else term.summary


def _described(knowledge: Knowledge, license: License, term: Term) -> dict[str, Any]:
    for data in knowledge.raw(license.id)["terms"]:
        if data["id"] == term.id:
            return _term(knowledge, license, term, data)
    return {"id": term.id, "kind": term.kind, "section": term.section, "summary": term.summary}


def _identity(knowledge: Knowledge, license: License) -> dict[str, Any]:
    return {
        "id": license.id,
        "name": license.name,
        "type": license.type,
        "steward": license.steward,
        "released": license.released,
        "spdx": knowledge.exported_id(license.id),
        "osi_approved": license.osi_approved,
    }
