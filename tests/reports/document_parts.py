"""The parts that documents of the tests are put together from: answers, duties, findings, lineages."""

from __future__ import annotations

from typing import Any

from registry.reports.report import (
    Duty,
    Entry,
    Reading,
    Recheck,
    Report,
)
from registry.reports.report_words import deciding_of, headline_of

KNOWLEDGE = {"version": "2026.11", "digest": "sha256:0011223344556677", "age": "of this month"}
RECHECK = Recheck("2027-05-20", "half a year on")


def license(id: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "name": id.upper(),
        "type": "custom",
        "spdx": None,
        "basis": "declared",
        "reach": "original",
        "from": "acme/model",
        "points": [],
        "verdict": "permitted",
    }
    return {"id": id, **usual, **given}


def reason(license: str, summary: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "term": "limit",
        "section": "2",
        "outcome": "decides",
        "effect": "needs-permission",
        "path": [{"model": "acme/model"}],
        "evidence": "declared",
    }
    return {"license": license, **usual, "summary": summary, "cure": None, "ask": None, "confidence": "text-read", **given}


def owed(license: str, do: str, summary: str, **given: Any) -> dict[str, Any]:
    """A duty as an answer holds it."""
    usual: dict[str, Any] = {
        "term": do,
        "section": "1",
        "do": do,
        "when": None,
        "wording": None,
        "where": [],
        "rule": None,
        "counts": True,
        "from": "acme/model",
    }
    return {"license": license, **usual, "summary": summary, **given}


def duty(license: str, title: str, summary: str, **given: Any) -> Duty:
    """A duty as a report holds it."""
    usual: dict[str, Any] = {
        "section": "1",
        "trigger": "give the weights to others",
        "text": None,
        "where": (),
        "source": None,
        "counts": True,
        "must": True,
        "reached_from": "acme/model",
    }
    return Duty(license=license, title=title, summary=summary, **{**usual, **given})


def finding(code: str, summary: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "severity": "error",
        "confidence": "high",
        "subject": "acme/model",
        "license": None,
        "clause": None,
        "ancestors": [],
        "fixable_by": "developer",
    }
    return {"code": code, **usual, "summary": summary, "hint": "relicense", **given}


LIMIT = {"of": "group", "at": "once", "passed": False, "counted": None}
"""What else is said of a limit, without showing in a document."""


def limit(license: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"term": "limit", "section": "2", "fact": "monthly_active_users", "limit": 700_000_000, "comparator": ">"}
    return {"license": license, **usual, "unit": None, "value_unit": None, "month": "2023-06", "value": 1_200_000, **LIMIT, **given}


def item(**given: Any) -> dict[str, Any]:
    """An answer; whatever is not given is as empty as it can be."""
    empty: dict[str, Any] = {"model": "acme/model", "license": None, "revision": None, "verdict": "permitted", "curable": False, "interpretation": "mainstream"}
    empty |= {
        "flips": [],
        "date": "2026-11-21",
        "use": {},
        "assumptions": [],
        "missing_facts": [],
        "yes_when": None,
        "yes_when_condition": None,
        "leaning": None,
    }
    empty |= {
        "licenses": [],
        "reasons": [],
        "obligations": [],
        "headroom": [],
        "unverified": [],
        "findings": [],
        "warnings": [],
        "knowledge": {"version": "2026.11", "digest": "x"},
    }
    assert set(given) <= set(empty) | {"application", "host"}
    return empty | given


def entry(answer: dict[str, Any], **given: Any) -> Entry:
    """An entry about an answer."""
    readings = tuple(Reading(name, answer["verdict"], deciding_of(answer)) for name in ("strict", "mainstream", "permissive"))
    usual: dict[str, Any] = {"headline": headline_of(answer), "decides": deciding_of(answer), "recheck": RECHECK, "readings": readings}
    return Entry(name=answer["model"], kind="model", answer=answer, **{**usual, "host": answer.get("host"), **given})


def report(*entries: Entry, **given: Any) -> Report:
    """A report of entries."""
    usual: dict[str, Any] = {
        "title": "Licence report: acme/model",
        "kind": "model",
        "made_on": "2026-11-21",
        "made_by": "licet 0",
        "date": "2026-11-21",
        "interpretation": "mainstream",
        "use": {},
        "knowledge": KNOWLEDGE,
        "catalogue": {"head": "feed" * 4},
        "verdict": entries[0].answer["verdict"] if entries else None,
        "headline": entries[0].headline if entries else "Nothing was asked.",
        "decides": entries[0].decides if entries else "",
        "recheck": RECHECK,
    }
    return Report(entries=entries, **{**usual, **given})


def edge(child: str, parent: str, relation: str, evidence: str = "declared", **marks: Any) -> dict[str, Any]:
    source = {"grade": evidence, "source": f"huggingface.co/{child}", "read_on": "2026-11-20", "says": None, "origin": "hub", "against": False}
    return {"child": child, "parent": parent, "relation": relation, "evidence": evidence, "sources": [source], "contradicted": False} | {
        "contradiction": None,
        "circle": False,
        **marks,
    }


def node(name: str, license: str | None, kind: str = "model", **given: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "license": license, "license_type": "custom" if license else None, "verdict": "permitted", "downloads": None, **given}


def claim(license: str, **given: Any) -> dict[str, Any]:
    """What a card or a file says of a licence."""
    usual: dict[str, Any] = {"step": "id", "from": license, "as_written": license, "link": None, "text_digest": None, "stated_on": "2026-10-01"}
    return {"license": license, **usual, "source": "huggingface.co/acme/model", "read_on": "2026-11-20", "rivals": [], **given}


def said(**given: Any) -> dict[str, Any]:
    """Declared, detected and concluded, as a record holds them."""
    concluded = {"licenses": ["mit"], "basis": "detected", "step": "text", "from": "LICENSE", "reason": "its files show it", "on": "2026-11-21", "claims": []}
    return {"declared": [], "detected": [], "concluded": concluded, "inherited": [], "findings": [], **given}
