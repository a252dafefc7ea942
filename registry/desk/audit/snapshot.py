"""An audit of an application as far as two of them are compared: what was in use, under which terms, for which use, and what was found.

It is made of `licet.audit/1`, which may come from outside: whatever has not the form that is expected is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.terms.verdict import VERDICT_WORDS

MOST_TEXT = 2_000
"""Longer text is cut."""


@dataclass(frozen=True, slots=True)
class SeenModel:
    """One thing in use at the time of an audit.

    Attributes:
        name: Its name.
        verdict: What the use came to for it.
        decides: What decided, in a sentence.
        recorded: Whether the catalogue had it.
        aside: Whether it stood only in tests and documents.
        licenses: What bound it: the licence, in which capacity, and from whom.
        texts: The texts of these licences: licence and text, with date and digest.
        terms: What stands for the terms of each licence.
        revisions: The revisions that were asked for.
        hosts: Through whom it was reached.
        places: Where it was named.
    """

    name: str
    verdict: str
    decides: str | None = None
    recorded: bool = True
    aside: bool = False
    licenses: frozenset[tuple[str, str, str]] = frozenset()
    texts: Mapping[tuple[str, str], tuple[str | None, str | None]] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    revisions: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    places: frozenset[tuple[str, int]] = frozenset()

    @property
    def license_ids(self) -> tuple[str, ...]:
        """The licences that bound it."""
        return tuple(sorted({license for license, _, _ in self.licenses}))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An audit at one time.

    Attributes:
        head: What it was about: subject, date, verdict, interpretation, policy, knowledge.
        use: The facts that were stated.
        rules: The policy; None where the audit does not tell it.
        models: What was in use, by name.
        findings: What was found, as items of `licet.audit/1`.
        cut: It lists only some of its findings.
    """

    head: Mapping[str, Any]
    use: Mapping[str, Any]
    rules: Mapping[str, Any] | None
    models: Mapping[str, SeenModel]
    findings: tuple[Mapping[str, Any], ...]
    cut: bool = False


def snapshot_of(data: Mapping[str, Any]) -> Snapshot:
    """A snapshot of an audit in the form of `licet.audit/1`."""
    knowledge = _mapping(data.get("knowledge"))
    head = {
        "subject": _text(data.get("subject")),
        "date": _text(data.get("date")),
        "verdict": _text(data.get("verdict")),
        "interpretation": _text(data.get("interpretation")),
        "policy": _text(data.get("policy")),
        "knowledge": {"version": _text(knowledge.get("version")), "digest": _text(knowledge.get("digest"))},
    }
    models = {model.name: model for each in _objects(data.get("models")) if (model := _model(each)) is not None}
    findings = tuple(found for each in _objects(data.get("findings")) if (found := _finding(each)) is not None)
    summary = _mapping(data.get("summary"))
    rules = data.get("policy_rules")
    use = {str(name): value for name, value in _mapping(data.get("use")).items()}
    limit = summary.get("limit")
    return Snapshot(head, use, rules if isinstance(rules, Mapping) else None, models, findings, isinstance(limit, int) and limit <= len(findings))


def _model(data: Mapping[str, Any]) -> SeenModel | None:
    name, verdict = data.get("model"), data.get("verdict")
    if not isinstance(name, str) or verdict not in VERDICT_WORDS:
        return None
    binds = _objects(data.get("binds"))
    licenses = {(_text(each.get("id")) or "", _text(each.get("reach")) or "", _text(each.get("from")) or "") for each in binds}
    if "binds" not in data:  # an audit of before these were told
        licenses = {(str(each), "", "") for each in _list(data.get("licenses"))}
    texts = {
        (_text(each.get("id")) or "", _text(text.get("id")) or ""): (_text(text.get("dated")), _text(text.get("digest")))
        for each in binds
        for text in _objects(each.get("texts"))
    }
    terms = {_text(each.get("id")) or "": each["terms"] for each in binds if isinstance(each.get("terms"), str)}
    places = _objects(data.get("places"))
    return SeenModel(
        name[:MOST_TEXT],
        str(verdict),
        _text(data.get("decides")),
        data.get("recorded") is not False,
        data.get("only_in_tests_or_documents") is True,
        frozenset(licenses),
        texts,
        terms,
        frozenset(str(each["revision"])[:MOST_TEXT] for each in places if isinstance(each.get("revision"), str)),
        frozenset(str(each)[:MOST_TEXT] for each in _list(data.get("hosts"))),
        frozenset((str(each.get("file"))[:MOST_TEXT], _number(each.get("line"))) for each in places),
    )


def _finding(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """A finding with the keys that are compared and shown."""
    if not isinstance(data.get("code"), str) or not isinstance(data.get("subject"), str):
        return None
    words = ("code", "subject", "severity", "summary", "license", "clause", "file", "hint", "status", "waiver", "verdict", "fixable_by")
    found: dict[str, Any] = {key: _text(data.get(key)) for key in words}
    found["line"] = _number(data.get("line")) or None
    found["status"] = found["status"] or "open"
    found["severity"] = found["severity"] if found["severity"] in ("note", "warning", "error") else "note"
    ancestors = ",".join(str(each) for each in _list(data.get("ancestors")))
    said = data.get("identity")
    parts = (found["code"], found["subject"], found["license"] or "", found["clause"] or "", ancestors, found["file"] or "")
    found["identity"] = said if isinstance(said, str) else "|".join(parts)
    return found


def _text(value: Any) -> str | None:
    return value[:MOST_TEXT] if isinstance(value, str) else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else 0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> Iterable[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, Mapping)]
