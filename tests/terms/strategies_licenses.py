"""Random licences as plain data: every kind of term, operator, capacity, confidence and measure of the language."""

from __future__ import annotations

from typing import Any

from registry.knowledge.schema import LicenseFile
from registry.terms.conditions import parse_condition
from registry.terms.license import WEIGHTS, License, Reach, Term
from tests.terms.plain_evaluator import Plain
from tests.terms.strategies_dice import Dice, chance, one, some
from tests.terms.strategies_words import (
    ACTS,
    CAPACITIES,
    CONFIDENCES,
    DUTIES,
    GROUPS,
    KNOWLEDGE,
    LIMITS,
    LISTED,
    MEASURES,
    PLAIN,
    POINTS,
    RELEASES,
    SCOPES,
    STEWARDS,
    VALUES,
)


def draw_measure(dice: Dice) -> Plain:
    """A measure; each of its words is drawn."""
    what, per, fact = one(dice, MEASURES)
    measure: Plain = {"what": what, "per": per, "of": one(dice, SCOPES), "products": one(dice, ("all", "using-model"))}
    series = PLAIN.vocabulary["facts"][fact].get("series")
    if fact.startswith("annual"):
        measure["at"] = one(dice, ("rolling", "any-time", "calendar-year"))
    elif series:
        measure["at"] = one(dice, ("rolling", "any-time", "preceding-month", "once"))
    else:
        measure["at"] = one(dice, ("rolling", "any-time"))
    if measure["at"] == "once":
        if chance(dice, 30):
            measure["month"] = one(dice, ("2018-06", "2017-05"))
        else:
            measure["anchor"] = one(dice, ("license-date", "model-release"))
    if PLAIN.vocabulary["facts"][fact]["kind"] == "money":
        measure["unit"] = "USD" if chance(dice, 80) else one(dice, ("EUR", "CNY", "JPY"))
    if measure["at"] == "any-time" and chance(dice, 40):
        measure["latch"] = True
    measure[one(dice, ("over", "at_least"))] = one(dice, LIMITS)
    return measure


def draw_condition(dice: Dice, depth: int = 2) -> Plain:
    """A condition: a leaf, or a connective over smaller conditions."""
    kind = dice.number(0, 9 if depth else 6)
    if kind <= 2:
        fact = one(dice, tuple(VALUES))
        values = some(dice, VALUES[fact], 2)
        form = dice.number(0, 2)
        return {fact: values} if form == 0 else {fact: {"in": values}} if form == 1 else {fact: {"eq": values[0]}}
    if kind == 3:
        fact = one(dice, tuple(LISTED))
        values = some(dice, LISTED[fact], 3)
        return {fact: {"overlaps": values}} if chance(dice, 70) else {fact: values}
    if kind == 4:
        places = some(dice, ("EU", "GB", "KR", "US", "HR"), 2)
        return {"place": {"of": one(dice, ("licensee", "end-users", "outputs")), "in": places}}
    if kind <= 6:
        return {"measure": draw_measure(dice)}
    if kind == 7:
        return {"not": draw_condition(dice, depth - 1)}
    word = "all" if kind == 8 else "any"
    return {word: [draw_condition(dice, depth - 1) for _ in range(dice.number(1, 3))]}


def draw_term(dice: Dice, kind: str, at: int) -> Plain:
    """A term of a kind."""
    term: Plain = {"id": f"{kind}-{at}", "kind": kind, "section": str(at), "summary": f"The {kind} of section {at}."}
    if kind == "note":
        term["about"] = "other"
        return term
    term["acts"] = [one(dice, GROUPS)] if chance(dice, 70) else some(dice, ACTS, 3)
    if kind == "grant" and chance(dice, 60):
        term["acts"] = ["all"]
    if chance(dice, 35):
        term["binds"] = some(dice, CAPACITIES, 3)
    if chance(dice, {"grant": 25, "bar": 90}.get(kind, 70)):
        term["if"] = draw_condition(dice)
    if chance(dice, 10):
        term["confidence"] = one(dice, CONFIDENCES)
    if chance(dice, 15):
        term["disputed"] = some(dice, POINTS, 2)
    if kind == "bar" and chance(dice, 40):
        term["ask"] = one(dice, (*STEWARDS, "Contact form"))
    if kind == "duty":
        if chance(dice, 15):
            term.update(do=one(dice, ("register", "accept")), gate=True)
        else:
            term["do"] = "name-rule" if chance(dice, 15) else one(dice, DUTIES)
            if chance(dice, 15):
                term["force"] = "should"
        if term["do"] == "name-rule":
            term["rule"] = {one(dice, ("starts_with", "contains", "not_primary")): one(dice, ("Acme", "Nova", "acme-nova"))}
    return term


def draw_reach(dice: Dice) -> Any:
    """How a licence reaches a model trained on outputs."""
    form = dice.number(0, 2)
    classes = ("output-model", "derivative", "copy", "none")
    if form == 0:
        return one(dice, classes)
    reach: Plain = {"unsettled": one(dice, POINTS)}
    if form == 2:
        reach.update({"reach": one(dice, classes), "else": one(dice, classes)})
    return reach


def draw_license(dice: Dice, at: int = 0) -> Plain:
    """A synthetic licence, in the form of a file of `data/licenses/`."""
    licence: Plain = {
        "id": f"synthetic-{at}",
        "name": f"Synthetic licence {at}",
        "type": "custom",
        "type_reason": "Drawn by chance.",
        "texts": [{"id": "license", "name": "Text", "source": "drawn"}],
    }
    if chance(dice, 70):
        licence["released"] = one(dice, RELEASES)
    else:
        licence["texts"][0]["dated"] = one(dice, RELEASES)
    if chance(dice, 60):
        licence["steward"] = one(dice, STEWARDS)
    if chance(dice, 40):
        licence["ask"] = one(dice, STEWARDS)
    if chance(dice, 10):
        licence["confidence"] = one(dice, CONFIDENCES)
    if chance(dice, 60):
        licence["reach"] = {"trained-on-outputs": draw_reach(dice)}
    if chance(dice, 4):
        licence["placeholder"] = one(dice, ("nothing-granted", "undetermined"))
    kinds = ["grant", *(one(dice, ("bar", "bar", "duty", "duty", "duty", "grant", "note")) for _ in range(dice.number(1, 5)))]
    licence["terms"] = [draw_term(dice, kind, number) for number, kind in enumerate(kinds)]
    if chance(dice, 80):
        licence["terms"].append({"id": "grant-all", "kind": "grant", "acts": ["all"], "section": "grant", "summary": "All of it."})
    return licence


def engine_license(licence: Plain) -> License:
    """The synthetic licence as the values that `registry.terms` evaluates, checked against the schema of licence files on the way."""
    file = LicenseFile.model_validate(licence)
    groups = KNOWLEDGE.vocabulary.act_groups
    terms = tuple(
        Term(
            id=term.id,
            kind=term.kind,
            acts=frozenset(act for word in term.acts for act in groups.get(word, (word,))),
            section=term.section,
            summary=term.summary,
            binds=frozenset(term.binds) if term.binds else WEIGHTS,
            condition=parse_condition(term.condition) if term.condition else None,
            confidence=term.confidence or file.confidence,
            ask=term.ask,
            do=term.do,
            rule=term.rule,
            must=term.force == "must",
            gate=term.gate,
            about=term.about,
            disputed=tuple(term.disputed),
        )
        for term in file.terms
    )
    reach = {name: Reach(value) if isinstance(value, str) else Reach(value.reach, value.unsettled, value.otherwise) for name, value in file.reach.items()}
    released = file.released or next((text.dated for text in file.texts if text.dated), None)
    return License(
        id=file.id,
        name=file.name,
        type=file.type,
        terms=terms,
        steward=file.steward,
        ask=file.ask,
        confidence=file.confidence,
        released=released,
        reach=reach,
        placeholder=file.placeholder,
    )
