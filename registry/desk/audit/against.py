"""Two audits of an application compared: what came and went, which verdicts changed and why, which findings are new, gone or still there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.audit.application import ApplicationAudit, ApplicationQuestion, audit_application
from registry.desk.audit.causes import MOST_RECHECKS, Cause, Recheck, causes_of, changed_facts, changed_knowledge, changed_policy
from registry.desk.audit.earlier import is_audit, read_earlier
from registry.desk.audit.findings import told_to_item
from registry.desk.audit.snapshot import SeenModel, Snapshot, snapshot_of
from registry.findings.codes import SEVERITIES
from registry.findings.tally import read_wanted
from registry.terms.verdict import VERDICT_WORDS

if TYPE_CHECKING:
    from registry.desk.session import Desk

SCHEMA = "licet.audit-changes/1"
"""The schema of a comparison. Keys are only ever added."""

_KNOWN = frozenset({"open", "baseline", "unchanged"})
"""Statuses under which somebody has seen a finding and nobody has excused it."""


def audit_against(desk: Desk, path: Path, question: ApplicationQuestion, earlier: str) -> tuple[dict[str, Any], ApplicationAudit | None]:
    """Audit an application, or take an audit that is there already, and compare it with an earlier one.

    Args:
        desk: The desk.
        path: The application, or an audit of it in JSON.
        question: What is asked of the audit.
        earlier: The earlier audit.

    Returns:
        The comparison, and the audit where one was made.

    Raises:
        FactError: A fact cannot be read.
        UsageError: The path, or one of the audits, cannot be read.
    """
    old = _asked(snapshot_of(read_earlier(earlier)), question)
    if is_audit(path):
        return compare(old, _asked(snapshot_of(read_earlier(str(path))), question)), None
    audit = audit_application(desk, path, replace(question, limit=None), ())
    new = snapshot_of({**audit.head, "findings": [told_to_item(each) for each in audit.told], "summary": {}})
    return compare(old, new, _recheck(desk, audit, old)), audit


def _asked(snapshot: Snapshot, question: ApplicationQuestion) -> Snapshot:
    """A snapshot with only the findings that are asked for."""
    wanted = read_wanted(question.codes, None)
    least = SEVERITIES.index(question.severity) if question.severity is not None else 0
    kept = [each for each in snapshot.findings if (not wanted.codes or each["code"] in wanted.codes) and SEVERITIES.index(each["severity"]) >= least]
    return replace(snapshot, findings=tuple(kept))


def _recheck(desk: Desk, audit: ApplicationAudit, old: Snapshot) -> Recheck:
    """Works out the verdict for a model with one fact put back to what it was, or all."""
    from registry.desk.check import answer_model
    from registry.desk.facts import read_use, resolve_named_licenses
    from registry.errors import RegistryError

    named = {thing.name for thing in audit.things if thing.recorded and thing.first.kind != "artifact"}
    now, reading = dict(audit.head["use"]), str(audit.head["interpretation"])
    left = MOST_RECHECKS

    def verdict(name: str, fact: str) -> str | None:
        nonlocal left
        if name not in named or left <= 0:
            return None
        left -= 1
        raw, taken = dict(now), reading
        for each in [fact] if fact else [*{*old.use, *now}, "interpretation", "date"]:
            if each == "interpretation":
                taken = str(old.head["interpretation"])
            elif each == "date":
                raw["date"] = old.head["date"]
            elif each in old.use:
                raw[each] = old.use[each]
            else:
                raw.pop(each, None)
        try:
            use = resolve_named_licenses(desk.knowledge, read_use(desk.knowledge, raw))
            return answer_model(desk, name, use, desk.interpretation(taken)).outcome.verdict.word
        except RegistryError:  # a fact that an older program knew, or one that somebody made up
            return None

    return verdict


def compare(old: Snapshot, new: Snapshot, recheck: Recheck | None = None) -> dict[str, Any]:
    """The comparison of two audits, as `licet.audit-changes/1`."""
    facts, knowledge, policy = changed_facts(old, new), changed_knowledge(old, new), changed_policy(old, new)
    both = [name for name in new.models if name in old.models]
    causes = {name: causes_of(old.models[name], new.models[name], facts, knowledge, recheck) for name in both}
    findings = _findings(old, new, causes, policy)
    return {
        "schema": SCHEMA,
        "subject": new.head["subject"],
        "before": dict(old.head),
        "after": dict(new.head),
        "changes": [each.to_data() for each in (*facts, *([knowledge] if knowledge is not None else []), *policy)],
        "models": {
            "came": [_model(new.models[name]) for name in new.models if name not in old.models],
            "went": [_model(old.models[name]) for name in old.models if name not in new.models],
            "changed": [_changed(old.models[name], new.models[name], causes[name]) for name in both if causes[name]],
            "same": sum(not causes[name] for name in both),
        },
        "findings": findings,
        "cut": old.cut,
        "summary": {
            "came": sum(name not in old.models for name in new.models),
            "went": sum(name not in new.models for name in old.models),
            "verdicts_changed": sum(old.models[name].verdict != new.models[name].verdict for name in both),
            "worse": sum(_rank(new.models[name].verdict) > _rank(old.models[name].verdict) for name in both),
            "new": len(findings["new"]),
            "gone": len(findings["gone"]),
            "changed": len(findings["changed"]),
            "unchanged": findings["unchanged"],
        },
    }


def _rank(verdict: str | None) -> int:
    return VERDICT_WORDS.index(verdict) if verdict in VERDICT_WORDS else -1


def _model(model: SeenModel) -> dict[str, Any]:
    return {
        "model": model.name,
        "verdict": model.verdict,
        "decides": model.decides,
        "licenses": list(model.license_ids),
        "only_in_tests_or_documents": model.aside,
    }


def _changed(old: SeenModel, new: SeenModel, causes: Iterable[Cause]) -> dict[str, Any]:
    worse = _rank(new.verdict) - _rank(old.verdict)
    return {
        "model": new.name,
        "before": old.verdict,
        "after": new.verdict,
        "direction": "worse" if worse > 0 else "better" if worse < 0 else "same",
        "decides": new.decides,
        "why": [each.to_data() for each in causes],
    }


def _findings(old: Snapshot, new: Snapshot, causes: Mapping[str, list[Cause]], policy: list[Cause]) -> dict[str, Any]:
    """Findings by what is known of them from one audit to the next; one that is there several times counts so often."""
    before: dict[str, list[Mapping[str, Any]]] = {}
    for each in old.findings:
        before.setdefault(each["identity"], []).append(each)
    come, changed, unchanged = [], [], 0
    for each in new.findings:
        known = before.get(each["identity"])
        if not known:
            come.append({**each, "why": [cause.to_data() for cause in _why(each, old, new, causes, policy)]})
            continue
        earlier = known.pop(0)
        if (earlier["status"], earlier["severity"], earlier["verdict"]) == (each["status"], each["severity"], each["verdict"]):
            unchanged += 1
            continue
        why = _why(each, old, new, causes, policy)
        states = {when: {key: one[key] for key in ("status", "severity", "verdict", "waiver")} for when, one in (("before", earlier), ("after", each))}
        changed.append({**each, **states, "worse": is_worse(states["before"], states["after"]), "why": [cause.to_data() for cause in why]})
    gone = [{**each, "why": [cause.to_data() for cause in _why(each, old, new, causes, policy)]} for left in before.values() for each in left]
    return {"new": come, "gone": gone, "changed": changed, "unchanged": unchanged}


def is_worse(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a finding that was there counts now and did not, or weighs more."""
    if after["status"] != "open":
        return False
    graver = SEVERITIES.index(after["severity"]) > SEVERITIES.index(before["severity"])
    return before["status"] not in _KNOWN or graver or _rank(after["verdict"]) > _rank(before["verdict"])


def _why(finding: Mapping[str, Any], old: Snapshot, new: Snapshot, causes: Mapping[str, list[Cause]], policy: list[Cause]) -> list[Cause]:
    """Why a finding came, went or counts otherwise."""
    names = [name for name in (finding["subject"], f"dataset:{finding['subject']}") if name in old.models or name in new.models]
    if names and names[0] not in old.models:
        return [Cause("came", "it came into use")]
    if names and names[0] not in new.models:
        return [Cause("went", "it is no longer in use")]
    if policy and (finding["code"].startswith("POL") or finding["status"] in ("waived", "open")):
        bearing = [each for each in policy if finding["code"].startswith("POL") or _bears(each, finding)]
        if bearing:
            return bearing
    own = causes.get(names[0], []) if names else []
    deciding = [each for each in own if each.cause != "references"]
    return deciding or own


def _bears(cause: Cause, finding: Mapping[str, Any]) -> bool:
    """Whether a change of the policy can be about a finding."""
    if cause.cause == "waiver":
        waiver = cause.after or cause.before
        return str(finding["code"]).startswith(str(waiver.get("finding")))
    return isinstance(cause.after, Mapping) and bool({"severity", "paths"} & set(cause.after))
