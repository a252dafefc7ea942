"""What an audit of an application tells: the findings about each thing in use, how grave they are by the policy, and what sets them aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.desk.answer_item import to_item as answer_to_item
from registry.desk.audit.changed_lines import Added, is_added
from registry.desk.audit.models import to_item
from registry.desk.audit.policy import used_of
from registry.desk.audit.shown import Evidence, duties_lacking, duties_of_answer
from registry.desk.audit.used import Thing
from registry.desk.audit.verdicts import verdict_findings
from registry.findings.codes import CODES
from registry.findings.finding import Finding
from registry.policy.judge import apply_waivers, breaches
from registry.policy.policy import IGNORE, Policy
from registry.scanner.reference import Reference
from registry.terms.verdict import Verdict

if TYPE_CHECKING:
    from registry.desk.session import Desk


@dataclass(slots=True)
class Told:
    """A finding with all that a report says of it.

    Attributes:
        finding: The finding.
        severity: How grave it is, by the policy.
        verdict: The verdict that it comes from, if one.
        thing: What it is about.
        references: What shows it.
        status: `open`, `waived`, `ignored`, `baseline` or `unchanged`.
        waiver: Who set it aside, and why.
    """

    finding: Finding
    severity: str
    verdict: str | None = None
    thing: Thing | None = None
    references: tuple[Reference, ...] = ()
    status: str = "open"
    waiver: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One thing in use with what the use comes to for it.

    Attributes:
        thing: The thing.
        item: The answer as an item of `licet.check/1`; None where nothing is recorded of it.
        duties: Its duties, each with whether the application's files show it to be done.
        lacking: What is owed by now and not shown.
    """

    thing: Thing
    item: Mapping[str, Any] | None
    duties: tuple[Mapping[str, Any], ...] = ()
    lacking: tuple[Finding, ...] = ()


def judge_thing(desk: Desk, thing: Thing, evidence: Evidence | None) -> Judged:
    """What the use comes to for one thing; what only stands in tests and documents is not asked to show anything."""
    if thing.answer is None:
        return Judged(thing, None)
    item = answer_to_item(desk.knowledge, thing.answer)
    shown = None if thing.aside else evidence
    duties = duties_of_answer(shown, item)
    lacking = duties_lacking(shown, item, duties, thing.name) if shown is not None else []
    return Judged(thing, item, tuple(duties), tuple(lacking))


def told_of_thing(desk: Desk, judged: Judged, policy: Policy) -> list[Told]:
    """What there is to find of one thing in use."""
    thing = judged.thing
    findings: list[tuple[Finding, str | None]] = []
    given = thing.answer
    if given is None or judged.item is None:
        summary = f"Nothing is recorded of {thing.name.removeprefix('dataset:')}, so that its terms are not known."
        findings.append((Finding("LIC309", thing.name, summary), Verdict.UNDETERMINED.word))
    else:
        findings += [(each, given.outcome.verdict.word) for each in verdict_findings(given, judged.item, thing.name)]
        findings += [(each, None) for each in given.findings]
    if _unpinned(thing):
        findings.append(
            (Finding("LIC006", thing.name, f"The revision of {thing.name.removeprefix('dataset:')} is not pinned, so that what is loaded may change."), None)
        )
    refused = breaches(policy, used_of(desk, judged, policy))
    # What a policy asks to be shown is told as such, and not a second time as what the licence asks.
    asked = [each.summary for each in refused if each.code == "POL007"]
    findings += [(each, None) for each in judged.lacking if not any(summary.endswith(each.summary) for summary in asked)]
    findings += [(each, None) for each in refused]
    told = []
    for finding, verdict in findings:
        usual = CODES[finding.code].severity
        if thing.aside:
            usual = "note"  # what only stands in tests and documents is told, and stops nobody
        severity = policy.severity_of(finding.code, usual, thing.files, thing.aside)
        if severity != IGNORE:
            told.append(Told(finding, severity, verdict if not thing.aside else None, thing, thing.references))
    return told


def _unpinned(thing: Thing) -> bool:
    loads = [each for each in thing.references if each.provider == "hub" and each.kind in ("load", "download") and each.place not in ("docs", "test")]
    return bool(loads) and all(each.revision is None for each in loads)


def told_of_unresolved(references: Iterable[Reference], policy: Policy) -> list[Told]:
    """The names that could not be followed."""
    told = []
    for each in references:
        rule = policy.rule_for(each.file)
        if each.resolved is not None or not each.is_use or policy.unresolved == IGNORE or (rule is not None and rule.ignore):
            continue
        what = f"the {each.about} that {each.library or 'the code'} is given here"
        finding = Finding("LIC310", each.name, f"{what[0].upper()}{what[1:]} could not be followed: {each.name}.", file=each.file, line=each.line)
        usual = "note" if each.place in ("test", "docs") else policy.unresolved
        severity = policy.severity_of("LIC310", usual, (each.file,))
        if severity != IGNORE:
            told.append(Told(finding, severity, None, None, (each,)))
    return told


def settle(told: list[Told], policy: Policy, on: str, known: frozenset[str], added: Added | None) -> list[Told]:
    """Set aside what a remark, a waiver or the baseline covers; tell waivers that have expired."""
    judged = apply_waivers(policy, [(each.finding, _files(each)) for each in told], on)
    waived = {id(finding): waiver for finding, waiver in judged.waived}
    for each in told:
        waiver = waived.get(id(each.finding))
        if waiver is not None:
            each.status, each.waiver = "waived", f"{waiver.owner}: {waiver.reason} (until {waiver.expires})"
        elif each.references and all(_ignores(reference, each.finding.code) for reference in each.references if reference.is_use):
            each.status = "ignored"
        elif identity(each.finding) in known:
            each.status = "baseline"
        elif added is not None and not any(is_added(added, reference.file, reference.line) for reference in each.references):
            each.status = "unchanged"
    for waiver in judged.expired:
        summary = f"The waiver of {waiver.finding} by {waiver.owner} expired on {waiver.expires}, and what it covered is still there."
        told.append(Told(Finding("POL008", waiver.model or "*", summary), policy.severity_of("POL008", "error")))
    return told


def _files(told: Told) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.file for each in told.references))


def _ignores(reference: Reference, code: str) -> bool:
    return any(word == "*" or code.startswith(word.upper()) for word in reference.ignored)


def identity(finding: Finding) -> str:
    """What makes two findings of two audits the same: not the line, which moves."""
    return "|".join((finding.code, finding.subject, finding.license or "", finding.clause or "", ",".join(finding.ancestors), finding.file or ""))


def told_to_item(told: Told) -> dict[str, Any]:
    """A finding as an item of `licet.audit/1`. Keys are only ever added."""
    first = told.thing.first if told.thing is not None else told.references[0] if told.references else None
    item = to_item(told.finding, None)
    return {
        **item,
        "severity": told.severity,
        "file": item["file"] or (first.file if first is not None else None),
        "line": item["line"] or (first.line if first is not None else None),
        "places": [{"file": each.file, "line": each.line, "cell": each.cell} for each in told.references],
        "verdict": told.verdict,
        "status": told.status,
        "waiver": told.waiver,
        "identity": identity(told.finding),
    }
