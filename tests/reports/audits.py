"""Audits of applications as their reports are given them."""

from __future__ import annotations

from typing import Any

from registry.reports.interface import AuditReport

SUMMARY: dict[str, Any] = {
    "models": 2,
    "models_with_findings": 1,
    "by_severity": {"error": 1, "warning": 0, "note": 0},
    "by_code": [],
    "by_verdict": {"prohibited": 1, "permitted": 1},
    "by_pair": [],
    "findings": 2,
    "limit": None,
}


def a_place(**given: Any) -> dict[str, Any]:
    return {"file": "app/main.py", "line": 7, "cell": None, "kind": "load", "confidence": "certain", "revision": None, "place": "code", **given}


def a_model(**given: Any) -> dict[str, Any]:
    return {
        "model": "acme/one",
        "about": "model",
        "recorded": True,
        "verdict": "prohibited",
        "only_in_tests_or_documents": False,
        "licenses": ["acme-1.0"],
        "hosts": [],
        "yes_when": None,
        "missing_facts": [],
        "obligations": [
            {
                "license": "acme-1.0",
                "do": "display",
                "section": "3",
                "summary": "Show it.",
                "when": None,
                "wording": "Built with Acme",
                "term": "show",
                "where": ["website"],
                "from": "acme/one",
                "counts": True,
                "shown": False,
            }
        ],
        "places": [a_place()],
        "headline": "The text bars it.",
        "decides": "acme-1.0, section 2: No commerce.",
        "deciding": [
            {
                "license": "acme-1.0",
                "term": "no-commerce",
                "section": "2",
                "effect": "prohibited",
                "summary": "No commerce.",
                "path": [{"model": "acme/one"}],
                "evidence": "declared",
                "ask": None,
                "cure": None,
                "confidence": "text-read",
            }
        ],
        "binds": [
            {
                "id": "acme-1.0",
                "name": "Acme Licence",
                "type": "custom",
                "basis": "declared",
                "reach": "original",
                "from": "acme/one",
                "verdict": "prohibited",
                "texts": [{"id": "license", "dated": "2024-01-01", "digest": None}],
                "terms": "sha256:1",
            }
        ],
        **given,
    }


def a_finding(**given: Any) -> dict[str, Any]:
    return {
        "code": "LIC302",
        "severity": "error",
        "confidence": "high",
        "subject": "acme/one",
        "developer": None,
        "file": "app/main.py",
        "line": 7,
        "declared": None,
        "license": "acme-1.0",
        "clause": "2",
        "ancestors": [],
        "path": [],
        "summary": "No commerce.",
        "fixable_by": "you",
        "hint": "ask the licensor, or replace the model",
        "places": [{"file": "app/main.py", "line": 7, "cell": None}],
        "verdict": "prohibited",
        "status": "open",
        "waiver": None,
        "identity": "LIC302|acme/one|acme-1.0|2||",
        **given,
    }


OPEN_RULES: dict[str, Any] = {"interpretation": None, "minimum_evidence": None, "duties_shown": [], "severity": {}, "unresolved": "note", "fail_on": None}
"""What a policy leaves open."""


def a_head(*models: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "schema": "licet.audit/1",
        "subject": "app",
        "use": {"commercial": True},
        "assumptions": {"outputs_train": "none"},
        "interpretation": "mainstream",
        "date": "2026-11-21",
        "verdict": "prohibited",
        "references": [],
        "knowledge": {"version": "2026.11", "digest": "sha256:" + "a" * 64},
        "policy": "house",
        "policy_rules": {
            "name": "house",
            "description": "What we let through.",
            "licenses": {"allow": None, "refuse": ["gpl-3.0"]},
            **OPEN_RULES,
            "severity": {"LIC006": "ignore"},
            "waivers": [{"finding": "LIC101", "model": None, "path": None, "owner": "legal", "reason": "bought", "expires": "2027-01-01"}],
            "paths": [{"match": ["lab"], "ignore": True, "severity": {}}],
        },
        "models": list(models),
        "missing_facts": ["monthly_active_users"],
        "facts_to_state": "facts:\n  monthly_active_users: 10k\n",
        "notes": [{"code": "binary", "message": "is no text", "file": "x.py"}],
        "assurance": "3 files looked at; no network was used.",
        **given,
    }


def write(report: AuditReport, head: dict[str, Any], *findings: dict[str, Any], summary: dict[str, Any] = SUMMARY) -> None:
    report.begin(head, summary)
    for finding in findings:
        report.add(finding)
    report.end(summary)


def application() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An audit with all that a page shows."""
    free = a_model(
        model="acme/two", verdict="permitted", decides="mit: Granted.", headline="The recorded licences allow this use.", obligations=[], deciding=[]
    )
    data = a_model(
        model="dataset:acme/rows",
        about="dataset",
        verdict="undetermined",
        recorded=False,
        binds=[],
        licenses=[],
        obligations=[],
        decides=None,
        headline="Cannot say.",
    )
    findings = [
        a_finding(),
        a_finding(code="LIC310", subject="ask()", verdict=None, license=None, clause=None, severity="note", summary="`ask()` could not be followed."),
        a_finding(code="LIC101", status="waived", waiver="legal: bought (until 2027-01-01)", verdict=None),
    ]
    return a_head(a_model(), free, data), findings


def hostile(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The same with text from outside in every place."""
    place = a_place(file=text, confidence=text)
    binding = {**a_model()["binds"][0], "name": text, "from": text, "basis": text}
    duty = {**a_model()["obligations"][0], "summary": text, "wording": text, "section": text, "license": text}
    model = a_model(
        model=text, decides=text, headline=text, licenses=[text], hosts=[text], places=[place], binds=[binding], obligations=[duty, {**duty, "when": text}]
    )
    waiver = {"finding": text, "model": text, "path": text, "owner": text, "reason": text, "expires": text}
    rules = {"name": text, "description": text, "licenses": {"allow": [text], "refuse": [text]}, **OPEN_RULES, "waivers": [waiver], "paths": []}
    findings = [
        a_finding(subject=text, summary=text, hint=text, license=text, clause=text, path=[{"model": text}, {"relation": text, "model": text}]),
        a_finding(subject="b" + text, file=text, summary=text),
        a_finding(subject="c" + text, status="waived", waiver=text),
    ]
    head = a_head(model, subject=text, use={text: text}, interpretation=text, policy=text, policy_rules=rules, facts_to_state=text, assurance=text)
    return {**head, "notes": [{"code": "x", "message": text, "file": text}], "knowledge": {"version": text, "digest": text}}, findings
