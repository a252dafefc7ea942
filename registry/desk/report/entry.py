"""One model of a report: its answer under every interpretation, its lineage, its record, what to do next and when to look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from registry.desk.facts import today
from registry.desk.report.duties import duties_of
from registry.knowledge.store import Knowledge
from registry.policy.policy import Policy, Waiver
from registry.reports.report import Entry, Reading, Recheck, Step
from registry.reports.report_words import FIXERS, deciding_of, fact_words, headline_of, join, share_of
from registry.settings import read_source_date
from registry.terms.conditions import FactTest, Measure, Place, leaves
from registry.terms.license import License, Term

if TYPE_CHECKING:
    from registry.desk.session import Desk

USUAL_DAYS = 180
"""An answer that nothing moves is looked at again after so many days, because what is known of models and texts moves."""

HOSTED_DAYS = 30
"""Terms that their maker may change alone are looked at again after so many days."""

NEAR = 0.8
"""From this share of a limit on, it is looked at every month."""

MOST_DRAWN = 30
"""So many models are drawn of a lineage each way; what is left out is counted."""

MOST_CHANGES = 200
"""So many recorded changes are listed, the newest; what is left out is counted."""


def made_on() -> str:
    """The day on which a report says it was made."""
    moment = read_source_date()
    return moment.date().isoformat() if moment is not None else today()


def make_entry(desk: Desk, answer: Mapping[str, Any], raw: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> Entry:
    """The entry of a model or dataset of the catalogue.

    Args:
        desk: The desk.
        answer: The answer, as in `licet.check/1`.
        raw: The facts as given.
        others: The answer under each other interpretation that comes to another verdict.
    """
    from registry.desk.lineage import read_lineage
    from registry.desk.report.openness import openness_of
    from registry.desk.show import show_model

    name = str(answer["model"])
    is_set = name.startswith("dataset:")
    record = dict(show_model(desk, name, history=True, on=answer["date"]))
    history = record.pop("history")
    record.pop("knowledge")
    entry = bare_entry(desk.knowledge, name, "dataset" if is_set else "model", answer, others)
    return replace(
        entry,
        lineage=None if is_set else read_lineage(desk, name, limit=MOST_DRAWN, raw=raw),
        record=record,
        openness=None if is_set else openness_of(desk, name),
        overrides=tuple(_overrides(desk, name, record["license"])),
        history=tuple(history[-MOST_CHANGES:]),
    )


def _overrides(desk: Desk, name: str, license: Mapping[str, Any]) -> Iterable[str]:
    """Runs that went on against what the licences said, and claims that a recorded conclusion sets aside."""
    from registry.catalogue.queries.remarks_of import remarks_of
    from registry.desk.run.record import OVERRIDDEN

    with desk.catalogue.reading() as connection:
        for message in remarks_of(connection, name, OVERRIDDEN):
            yield f"When it was made, {message}."
    held = license["concluded"]
    if held["basis"] == "concluded":
        for claim in (*license["declared"], *license["detected"]):
            if claim["license"] not in held["licenses"]:
                source = next((each["source"] for each in held["claims"] if each["source"]), None)
                yield f"Its own claim `{claim['as_written']}` was set aside for {', '.join(held['licenses'])}{f', by {source}' if source else ''}."


def bare_entry(knowledge: Knowledge, name: str, kind: str, answer: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> Entry:
    """An entry with what the answer alone gives."""
    licenses = [license for license in (knowledge.license_of(each) for each in _licenses(knowledge, answer)) if license is not None]
    points = sorted({point for flip in answer["flips"] for point in flip["points"]} | {point for each in answer["licenses"] for point in each["points"]})
    return Entry(
        name=name,
        kind=kind,
        host=answer.get("host"),
        answer=answer,
        headline=headline_of(answer),
        decides=deciding_of(answer),
        next=tuple(next_steps(answer)),
        duties=tuple(duties_of(knowledge, answer)),
        readings=tuple(_readings(knowledge, answer, others, points)),
        points={point: knowledge.vocabulary.points[point] for point in points if point in knowledge.vocabulary.points},
        recheck=recheck_of(answer, licenses),
        unknown=tuple(_idle_facts(knowledge, answer, licenses)),
    )


def waivers_of(policy: Policy, answer: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The exceptions of a policy that are about findings of an answer; one that has expired is told and covers nothing."""
    found: dict[Waiver, dict[str, Any]] = {}
    for finding in answer["findings"]:
        for waiver in policy.waivers:
            if waiver.path is None and waiver.covers(finding["code"], finding["subject"], ()):
                said = {"code": finding["code"], "owner": waiver.owner, "reason": waiver.reason, "expires": waiver.expires}
                found.setdefault(waiver, {**said, "holds": waiver.holds(answer["date"])})
    return tuple(found.values())


def _licenses(knowledge: Knowledge, answer: Mapping[str, Any]) -> Iterable[str]:
    from registry.terms.combine import license_ids

    return dict.fromkeys(name for each in answer["licenses"] for name in license_ids(knowledge.expression_of(each["id"])))


def _readings(knowledge: Knowledge, answer: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]], points: Iterable[str]) -> Iterable[Reading]:
    for name, interpretation in knowledge.interpretations.items():
        said = others.get(name, answer)
        taken = {point: interpretation.points.get(point, interpretation.default) for point in points}
        yield Reading(name, said["verdict"], deciding_of(said), taken)


def _idle_facts(knowledge: Knowledge, answer: Mapping[str, Any], licenses: Iterable[License]) -> list[str]:
    """Facts that the licences read, that are neither stated nor assumed nor the model's own, and on which the answer does not hang."""
    read: set[str] = set()
    for license in licenses:
        for term in license.terms:
            for leaf in leaves(term.condition) if term.condition else ():
                if isinstance(leaf, FactTest):
                    read.add(leaf.fact)
                elif isinstance(leaf, Place):
                    read |= {"country"} if leaf.of == "licensee" else {"audience"} if leaf.of == "end-users" else set()
                elif isinstance(leaf, Measure):
                    fact = knowledge.vocabulary.measures.get(leaf.what, {}).get(leaf.per)
                    read |= {fact} if fact else set()
    known = {*answer["use"], *(each["fact"] for each in answer["assumptions"]), *answer["missing_facts"]}
    return sorted(fact for fact in read - known if "." not in fact)


def next_steps(answer: Mapping[str, Any]) -> Iterable[Step]:
    """What to do next, in the order in which it clears the way; duties stand as one step, since they have a list of their own."""
    seen: set[str] = set()
    for step in _steps(answer):
        if step.what not in seen:
            seen.add(step.what)
            yield step


def _steps(answer: Mapping[str, Any]) -> Iterable[Step]:
    for fact in answer["missing_facts"]:
        months = sorted({limit["month"] for limit in answer["headroom"] if limit["fact"] == fact and limit["month"] and limit["value"] is None})
        yield Step(f"State {fact_words(fact)}{f' for {join(months)}' if months else ''}: the answer hangs on it.", "you")
    refused = answer["verdict"] in ("needs-permission", "prohibited")
    for reason in answer["reasons"]:
        if refused and reason["outcome"] == "decides" and reason["effect"] in ("needs-permission", "prohibited"):
            clause = f"{reason['license']}, section {reason['section']}"
            if reason["ask"]:
                yield Step(f"Ask {reason['ask']} for permission ({clause}), or do not use it this way.", "you")
            elif reason["cure"]:
                yield Step(f"To lift what bars it: {reason['cure']} ({clause}).", "you")
            else:
                yield Step(f"Do not use it this way, or choose another model: {clause} leaves no way out.", "you")
    for term in answer["unverified"]:
        yield Step(f"Read {term['license']}, section {term['section']}: it was not read from the text.", "counsel")
    duties = [duty for duty in answer["obligations"] if duty["counts"] and not duty["when"]]
    if duties and not refused:
        yield Step("Do the one duty below before it goes out." if len(duties) == 1 else f"Do the {len(duties)} duties below before it goes out.", "you")
    open_duties = [duty for duty in answer["obligations"] if duty["counts"] and duty["when"]]
    if open_duties and not refused:
        whether = "whether the one duty below applies that hangs" if len(open_duties) == 1 else f"which of {len(open_duties)} duties below apply that hang"
        yield Step(f"See {whether} on what is not stated.", "you")
    for finding in answer["findings"]:
        if finding["severity"] == "error":
            yield Step(f"{finding['code']}: {finding['hint']}.", FIXERS.get(finding["fixable_by"], finding["fixable_by"]))
    if answer["flips"]:
        yield Step("Have counsel settle the disputed points: another reading comes to another verdict.", "counsel")


def recheck_of(answer: Mapping[str, Any], licenses: Iterable[License]) -> Recheck:
    """The first day on which the answer may have become another, with the reason; never later than half a year on.

    An answer about a day long past is looked at again from the day of the report on.
    """
    made = date.fromisoformat(max(answer["date"], made_on()))
    found = [Recheck((made + timedelta(days=USUAL_DAYS)).isoformat(), "half a year on, since records of models and readings of licences move")]
    month = _next_month(made)
    for license in licenses:
        if license.in_force_to and license.in_force_to >= made.isoformat():
            found.append(Recheck(license.in_force_to, f"{license.id} is recorded as in force until then"))
        if license.type == "commercial":
            found.append(Recheck((made + timedelta(days=HOSTED_DAYS)).isoformat(), f"{license.id} is a provider's own terms, which it may change"))
        for term in license.terms:
            if term.kind == "note" and term.about == "amendment":
                found.append(Recheck((made + timedelta(days=HOSTED_DAYS)).isoformat(), f"{license.id}, section {term.section}, speaks of being changed"))
            if _counts_anew(term) and _limit_is_near(answer, license.id, term.id):
                found.append(Recheck(month, f"the count that {license.id}, section {term.section}, limits is near its limit and counted anew every month"))
    return min(found, key=lambda each: each.on)


def _counts_anew(term: Term) -> bool:
    """Whether a term looks at a count of the present, not of one month long past."""
    tests = leaves(term.condition) if term.condition is not None else ()
    return any(isinstance(leaf, Measure) and leaf.at in ("preceding-month", "rolling", "any-time") for leaf in tests)


def _limit_is_near(answer: Mapping[str, Any], license: str, term: str) -> bool:
    shares = [share_of(limit) for limit in answer["headroom"] if limit["license"] == license and limit["term"] == term]
    return any(share is not None and share >= NEAR for share in shares)


def _next_month(day: date) -> str:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1).isoformat()
