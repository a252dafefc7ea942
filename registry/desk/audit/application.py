"""An audit of an application: what it uses, under which terms, whether the policy lets it through, and what must change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.audit.artifacts import artifacts_of
from registry.desk.audit.changed_lines import added_lines
from registry.desk.audit.earlier import read_baseline
from registry.desk.audit.facts import facts_to_state
from registry.desk.audit.findings import Judged, Told, judge_thing, settle, told_of_thing, told_of_unresolved, told_to_item
from registry.desk.audit.hub import HubLookup
from registry.desk.audit.models import head
from registry.desk.audit.question import settle_question
from registry.desk.audit.result import assurance, missing_facts, model_to_data, summary_of
from registry.desk.audit.shown import Evidence
from registry.desk.audit.used import Thing, reference_to_data, things_of
from registry.desk.policy.policies import policy_to_data
from registry.findings.codes import CODES, SEVERITIES
from registry.findings.tally import read_wanted
from registry.policy.policy import Policy
from registry.scanner.reference import Reference
from registry.terms.facts import Use
from registry.terms.verdict import Verdict

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.reports.interface import AuditReport


@dataclass(frozen=True, slots=True)
class ApplicationQuestion:
    """What is asked of an audit of an application.

    Attributes:
        raw: The facts of the use, as given.
        policy: A policy by file or name; that of `licet.yaml`, if None.
        application: The application of `licet.yaml` that is meant.
        baseline: An earlier audit, whose findings are not counted again.
        codes: Codes of findings, or beginnings of codes; none for all.
        severity: The least severity.
        limit: List at most so many findings.
        since: Only what was added since this revision counts.
        online: Whether the Hub may be asked about names that the catalogue does not have.
    """

    raw: Mapping[str, Any]
    policy: str | None = None
    application: str | None = None
    baseline: str | None = None
    codes: Sequence[str] = ()
    severity: str | None = None
    limit: int | None = None
    since: str | None = None
    online: bool = False


@dataclass(slots=True)
class ApplicationAudit:
    """What was found, before it is written.

    Attributes:
        head: What `licet.audit/1` begins with.
        told: The findings.
        summary: The counts.
        policy: The policy that was held against it.
        things: What is in use.
        root: What was scanned.
        judged: What is in use, with what the use comes to for it.
        use: The facts of the use.
        application: The application of `licet.yaml` that was meant.
    """

    head: dict[str, Any]
    told: list[Told]
    summary: dict[str, Any]
    policy: Policy = field(default_factory=Policy)
    things: list[Thing] = field(default_factory=list)
    root: Path = field(default_factory=Path)
    judged: list[Judged] = field(default_factory=list)
    use: Use | None = None
    application: str | None = None


def audit_application(desk: Desk, path: Path, question: ApplicationQuestion, reports: Sequence[AuditReport]) -> ApplicationAudit:
    """Scan a folder or file, judge what it uses, and write what is found to the reports.

    Raises:
        FactError: A fact cannot be read.
        UsageError: The path, policy, application or baseline cannot be read.
    """
    from registry.scanner.scan import scan

    wanted = read_wanted(question.codes, None)
    asked = settle_question(desk, path, question)
    policy, root, use = asked.policy, asked.root, asked.use
    reading = desk.interpretation(question.raw.get("interpretation") or policy.interpretation)
    known = read_baseline(question.baseline)
    added = added_lines(path, question.since) if question.since is not None else None
    found = asked.narrow(scan(path, asked.left_out))
    hub = HubLookup(desk) if question.online and not desk.settings.offline else None
    things = things_of(desk, found.references, use, reading, policy, hub)
    files, forms = artifacts_of(desk, path, [each for each in found.references if not _left_out(each, policy)], use, reading)
    things += files
    evidence = Evidence(desk, tuple(dict.fromkeys((root, path, asked.repository)))) if root.is_dir() else None
    judged = [judge_thing(desk, thing, evidence) for thing in things]
    told = [each for one in judged for each in told_of_thing(desk, one, policy)]
    told += [Told(finding, policy.severity_of(finding.code, CODES[finding.code].severity, (each.file,)), None, None, (each,)) for finding, each in forms]
    told += told_of_unresolved(found.references, policy)
    told = settle(told, policy, use.on, known, added)
    told = [each for each in told if wanted.keeps(each.finding.code) and _grave(each.severity, question.severity)]
    told.sort(key=lambda each: (each.status != "open", -SEVERITIES.index(each.severity), each.finding.code, each.finding.subject))
    verdict = max((thing.answer.outcome.verdict for thing in things if thing.answer is not None and not thing.aside), default=None)
    if any(thing.answer is None and not thing.aside for thing in things):
        verdict = max(verdict or Verdict.UNDETERMINED, Verdict.UNDETERMINED)
    models = [model_to_data(desk, one) for one in judged]
    owners = {reference: thing for thing in reversed(things) for reference in thing.references}
    start = {
        **head(desk, use, reading, question.application or str(path), verdict.word if verdict is not None else None),
        "title": question.application or path.resolve().name or str(path),
        "base": asked.place,
        "policy": policy.name,
        "policy_rules": policy_to_data(policy),
        "models": models,
        "missing_facts": missing_facts(models),
        "facts_to_state": facts_to_state(desk.knowledge.vocabulary, missing_facts(models)),
        "references": [reference_to_data(each, owners.get(each)) for each in found.references],
        "notes": [{"code": note.code, "message": note.message, "file": note.file} for note in found.notes],
        "assurance": assurance(desk, found, things, hub),
    }
    summary = summary_of(found, things, told)
    _write(reports, start, summary, told, question.limit)
    return ApplicationAudit(start, told, summary, policy, things, root, judged, use, question.application)


def _left_out(reference: Reference, policy: Policy) -> bool:
    rule = policy.rule_for(reference.file)
    return rule is not None and rule.ignore


def _grave(severity: str, least: str | None) -> bool:
    return least is None or SEVERITIES.index(severity) >= SEVERITIES.index(least)


def _write(reports: Sequence[AuditReport], start: dict[str, Any], summary: dict[str, Any], told: list[Told], limit: int | None) -> None:
    listed = told if limit is None else told[:limit]
    for report in reports:
        report.begin(start, summary)
        for each in listed:
            if not report.add(told_to_item(each)):
                break
        report.end({**summary, "findings": len(listed), "limit": limit})
