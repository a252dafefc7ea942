"""An audit of an application: what it uses, under which terms, whether the policy lets it through, and what must change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.answer import to_item as answer_to_item
from registry.desk.audit import head, to_item
from registry.desk.audit_artifacts import artifacts_of
from registry.desk.audit_used import Thing, developer_of, reference_to_data, things_of, trained_on
from registry.desk.audit_verdicts import verdict_findings
from registry.desk.changed_lines import added_lines, is_added
from registry.desk.facts import read_use, resolve_named_licenses
from registry.errors import UsageError
from registry.findings.codes import CODES, SEVERITIES
from registry.findings.finding import Finding
from registry.findings.tally import read_wanted
from registry.policy.judge import Used, UsedLicense, apply_waivers, breaches
from registry.policy.policy import IGNORE, Policy
from registry.scanner.reference import Reference
from registry.terms.verdict import VERDICT_WORDS, Verdict

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.reports.interface import AuditReport
    from registry.scanner.scan import Scan

USUAL = ("prohibited", "needs-permission", "policy")
"""What ends an audit of an application with exit code 1, where neither a flag nor the policy says otherwise."""

MAX_BASELINE_BYTES = 200_000_000
"""A larger baseline is refused."""


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
    """

    raw: Mapping[str, Any]
    policy: str | None = None
    application: str | None = None
    baseline: str | None = None
    codes: Sequence[str] = ()
    severity: str | None = None
    limit: int | None = None
    since: str | None = None


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
    """

    head: dict[str, Any]
    told: list[Told]
    summary: dict[str, Any]
    policy: Policy = field(default_factory=Policy)
    things: list[Thing] = field(default_factory=list)
    root: Path = field(default_factory=Path)


def audit_application(desk: Desk, path: Path, question: ApplicationQuestion, reports: Sequence[AuditReport]) -> ApplicationAudit:
    """Scan a folder or file, judge what it uses, and write what is found to the reports.

    Raises:
        FactError: A fact cannot be read.
        UsageError: The path, policy, application or baseline cannot be read.
    """
    from registry.scanner.scan import scan

    wanted = read_wanted(question.codes, None)
    policy, facts, root, left_out = _settled(desk, path, question)
    use = resolve_named_licenses(desk.knowledge, read_use(desk.knowledge, question.raw, facts))
    reading = desk.interpretation(question.raw.get("interpretation") or policy.interpretation)
    known = _baseline(question.baseline)
    added = added_lines(root, question.since) if question.since is not None else None
    found = scan(root, left_out)
    things = things_of(desk, found.references, use, reading, policy)
    files, forms = artifacts_of(desk, root, [each for each in found.references if not _left_out(each, policy)], use, reading)
    things += files
    told = [each for thing in things for each in _of_thing(desk, thing, policy)]
    told += [Told(finding, policy.severity_of(finding.code, CODES[finding.code].severity, (each.file,)), None, None, (each,)) for finding, each in forms]
    told += _unresolved(found.references, policy)
    told = _settle(told, policy, use.on, known, added)
    told = [each for each in told if wanted.keeps(each.finding.code) and _grave(each.severity, question.severity)]
    told.sort(key=lambda each: (each.status != "open", -SEVERITIES.index(each.severity), each.finding.code, each.finding.subject))
    verdict = max((thing.answer.outcome.verdict for thing in things if thing.answer is not None and not thing.aside), default=None)
    if any(not thing.recorded and not thing.aside for thing in things):
        verdict = max(verdict or Verdict.UNDETERMINED, Verdict.UNDETERMINED)
    models = [_model(desk, thing) for thing in things]
    start = {
        **head(desk, use, reading, question.application or str(path), verdict.word if verdict is not None else None),
        "policy": policy.name,
        "models": models,
        "missing_facts": _missing(models),
        "references": [reference_to_data(each, _thing_of(each, things)) for each in found.references],
        "notes": [{"code": note.code, "message": note.message, "file": note.file} for note in found.notes],
        "assurance": _assurance(desk, found, things),
    }
    summary = _summary(found, things, told)
    _write(reports, start, summary, told, question.limit)
    return ApplicationAudit(start, told, summary, policy, things, root)


def _left_out(reference: Reference, policy: Policy) -> bool:
    rule = policy.rule_for(reference.file)
    return rule is not None and rule.ignore


def _settled(desk: Desk, path: Path, question: ApplicationQuestion) -> tuple[Policy, Mapping[str, Any], Path, tuple[str, ...]]:
    """The policy, the facts, what is scanned and what is left out."""
    from registry.desk.applications import find_application
    from registry.desk.policy import find_policy

    if not path.exists():
        raise UsageError(f"`{path}` does not exist", "name a folder or a file")
    policy = find_policy(desk, question.policy)
    facts = dict(desk.settings.facts)
    root = path
    if question.application is not None:
        chosen = find_application(desk.settings, question.application)
        root = path / chosen.path
        if not root.exists():
            raise UsageError(f"the application `{chosen.name}` stands in `{root}`, which does not exist", "mend its `path` in `licet.yaml`")
        facts.update(chosen.facts)
    exclude = desk.settings.exclude
    if exclude is not None and not (isinstance(exclude, list) and all(isinstance(each, str) for each in exclude)):
        raise UsageError(f"`{desk.settings.config_file}`: `exclude` is not a list of patterns", "write `exclude: [vendor/, data/]`")
    ignored = tuple(pattern for rule in policy.paths if rule.ignore for pattern in rule.match)
    return policy, facts, root, (*(exclude or ()), *ignored)


def _of_thing(desk: Desk, thing: Thing, policy: Policy) -> list[Told]:
    """What there is to find of one thing in use."""
    findings: list[tuple[Finding, str | None]] = []
    given = thing.answer
    if given is None:
        summary = f"Nothing is recorded of {thing.name.removeprefix('dataset:')}, so that its terms are not known."
        findings.append((Finding("LIC309", thing.name, summary), Verdict.UNDETERMINED.word))
    else:
        item = answer_to_item(desk.knowledge, given)
        findings += [(each, given.outcome.verdict.word) for each in verdict_findings(given, item, thing.name)]
        findings += [(each, None) for each in given.findings]
    if _unpinned(thing):
        findings.append(
            (Finding("LIC006", thing.name, f"The revision of {thing.name.removeprefix('dataset:')} is not pinned, so that what is loaded may change."), None)
        )
    findings += [(each, None) for each in breaches(policy, _used(desk, thing))]
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


def _used(desk: Desk, thing: Thing) -> Used:
    """The thing as far as a policy asks."""
    developer, country = developer_of(desk, thing)
    given = thing.answer
    licenses: list[UsedLicense] = []
    for binding, way in given.ways.items() if given is not None else ():
        license = desk.knowledge.license_of(binding.license)
        if license is None or not license.placeholder:
            licenses.append(UsedLicense(binding.license, license.type if license else None, license.family if license else None, way.basis))
    duties = tuple(sorted({duty.term.do for duty in given.outcome.obligations if duty.term.do})) if given is not None else ()
    plain = thing.name.removeprefix("dataset:")
    return Used(plain, thing.about, tuple(dict.fromkeys(licenses)), developer, country, thing.hosts, trained_on(given) if given is not None else (), duties)


def _unresolved(references: Iterable[Reference], policy: Policy) -> list[Told]:
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


def _settle(told: list[Told], policy: Policy, on: str, known: frozenset[str], added: dict[str, set[int]] | None) -> list[Told]:
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


def _baseline(file: str | None) -> frozenset[str]:
    """The findings of an earlier audit.

    Raises:
        UsageError: It cannot be read, or is no audit.
    """
    if file is None:
        return frozenset()
    try:
        path = Path(file)
        if path.stat().st_size > MAX_BASELINE_BYTES:
            raise UsageError(f"`{file}` is larger than {MAX_BASELINE_BYTES:,} bytes", "name an audit in JSON")
        data = json.loads(path.read_text(encoding="utf-8"))
        return frozenset(str(each["identity"]) for each in data["findings"])
    except OSError as error:
        raise UsageError(f"baseline `{file}` cannot be read: {error.strerror}", "write one with `licet audit PATH -o json=FILE`") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"baseline `{file}` is not an audit of an application in JSON", "write one with `licet audit PATH -o json=FILE`") from error


def _grave(severity: str, least: str | None) -> bool:
    return least is None or SEVERITIES.index(severity) >= SEVERITIES.index(least)


def _thing_of(reference: Reference, things: list[Thing]) -> Thing | None:
    return next((thing for thing in things if reference in thing.references), None)


def _model(desk: Desk, thing: Thing) -> dict[str, Any]:
    """One thing in use, with its verdict, duties and places."""
    item = answer_to_item(desk.knowledge, thing.answer) if thing.answer is not None else None
    return {
        "model": thing.name,
        "about": thing.about,
        "recorded": thing.recorded,
        "verdict": item["verdict"] if item is not None else Verdict.UNDETERMINED.word,
        "only_in_tests_or_documents": thing.aside,
        "licenses": list(dict.fromkeys(license["id"] for license in item["licenses"] if license["reach"] != "data")) if item is not None else [],
        "hosts": list(thing.hosts),
        "yes_when": item["yes_when"] if item is not None else None,
        "missing_facts": item["missing_facts"] if item is not None else [],
        "obligations": [{key: duty[key] for key in ("license", "do", "section", "summary", "when", "wording")} for duty in item["obligations"]]
        if item is not None
        else [],
        "places": [{"file": each.file, "line": each.line, "cell": each.cell, "kind": each.kind, "confidence": each.confidence} for each in thing.references],
    }


def _missing(models: list[dict[str, Any]]) -> list[str]:
    """The facts that decide, over all that is in use."""
    return list(dict.fromkeys(fact for model in models if not model["only_in_tests_or_documents"] for fact in model["missing_facts"]))


def _assurance(desk: Desk, found: Scan, things: list[Thing]) -> str:
    """What was and was not checked, in a sentence or two."""
    unresolved = sum(each.resolved is None and each.is_use for each in found.references)
    unknown = sum(not thing.recorded for thing in things)
    local = len({each.name for each in found.references if each.provider == "local" and each.is_use and each.kind != "artifact"})
    parts = [f"{found.files:,} files looked at, {found.read:,} of them read closely, nothing run"]
    if found.ignored:
        parts.append(f"{found.ignored:,} files or folders left out by `.gitignore` and the like")
    if found.notes:
        parts.append(f"{len(found.notes):,} could not be read or were cut short")
    if unresolved:
        parts.append(f"{unresolved:,} names could not be followed")
    if unknown:
        parts.append(f"{unknown:,} names are not recorded")
    if local:
        parts.append(f"{local:,} local paths were not traced to what they were made from")
    return f"{'; '.join(parts)}. Terms as recorded in knowledge {desk.knowledge.version}; no network was used; the licence of the application itself was not looked at."


def _summary(found: Scan, things: list[Thing], told: list[Told]) -> dict[str, Any]:
    kept = [each for each in told if each.status == "open"]
    codes = Counter(each.finding.code for each in kept)
    verdicts: Counter[str] = Counter()
    for thing in things:
        if not thing.aside:
            verdicts[thing.answer.outcome.verdict.word if thing.answer is not None else Verdict.UNDETERMINED.word] += 1
    return {
        "models": len(things),
        "models_with_findings": len({each.finding.subject for each in kept}),
        "by_severity": {severity: sum(each.severity == severity for each in kept) for severity in reversed(SEVERITIES)},
        "by_code": [{"code": code, "severity": CODES[code].severity, "title": CODES[code].title, "models": count} for code, count in sorted(codes.items())],
        "by_verdict": {word: verdicts[word] for word in reversed(VERDICT_WORDS) if verdicts[word]},
        "by_pair": [],
        "by_developer": [],
        "developers_with_findings": 0,
        "references": len(found.references),
        "files": found.files,
        "files_read": found.read,
        "set_aside": {status: sum(each.status == status for each in told) for status in ("waived", "ignored", "baseline", "unchanged")},
    }


def _write(reports: Sequence[AuditReport], start: dict[str, Any], summary: dict[str, Any], told: list[Told], limit: int | None) -> None:
    listed = told if limit is None else told[:limit]
    for report in reports:
        report.begin(start, summary)
        for each in listed:
            if not report.add(told_to_item(each)):
                break
        report.end({**summary, "findings": len(listed), "limit": limit})


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


def words_to_fail_on(audit: ApplicationAudit, given: str | None) -> tuple[str, ...]:
    """What ends the audit with exit code 1: what the flag says, else the policy, else what is usual.

    Raises:
        UsageError: A word is neither a code, a severity, a verdict nor `policy`.
    """
    from registry.desk.audit import check_words

    words = (
        tuple(word.strip() for word in given.split(",") if word.strip())
        if given is not None
        else audit.policy.fail_on
        if audit.policy.fail_on is not None
        else USUAL
    )
    words = tuple(word for word in words if word != "none")
    check_words(word for word in words if word != "policy")
    return words


def refusals(audit: ApplicationAudit, words: Iterable[str]) -> list[str]:
    """Which of these words are met by what is still open, and how often."""
    kept = [each for each in audit.told if each.status == "open"]
    met = []
    for word in words:
        if word == "policy":
            count = sum(each.finding.code.startswith("POL") and each.severity == "error" for each in kept)
        elif word in VERDICT_WORDS:
            count = len({each.finding.subject for each in kept if each.verdict == word})
        elif word in SEVERITIES:
            count = sum(SEVERITIES.index(each.severity) >= SEVERITIES.index(word) for each in kept)
        else:
            count = sum(each.finding.code.startswith(word.upper()) and each.severity != "note" for each in kept)
        if count:
            met.append(f"{word}: {count:,}")
    return met


def is_open(audit: ApplicationAudit) -> bool:
    """Whether anything in use is only allowed under conditions, or not known."""
    return any(each.status == "open" and each.finding.code in ("LIC308", "LIC309", "LIC310") for each in audit.told)
