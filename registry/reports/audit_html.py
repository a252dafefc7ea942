"""An audit as one HTML page that reaches for nothing and runs nothing: what is in use, what decides, what to do, what was not checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from registry import __version__
from registry.reports.html import needs_jinja, render_page
from registry.reports.interface import still_counts
from registry.reports.markdown import DISCLAIMER
from registry.reports.policy_words import rules_in_words
from registry.reports.report_words import VERDICTS, join

MOST_FINDINGS = 2_000
"""So many findings stand on a page."""

MOST_STEPS = 20
"""So many steps of what to do stand at the top."""

MOST_PLACES = 40
"""So many places of a model are named."""

TEMPLATE = "audit.html.j2"
"""The template of the page."""

_ORDER = {"error": 0, "warning": 1, "note": 2}
_COUNTED = {
    "prohibited": "barred",
    "needs-permission": "not granted",
    "undetermined": "not known",
    "conditional": "depending on facts",
    "permitted-with-obligations": "allowed with duties",
    "permitted": "allowed",
}
_UNPINNED = "LIC006"


class AuditHtmlReport:
    """Gathers an audit and writes the page at its end.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._head: Mapping[str, Any] = {}
        self._findings: list[Mapping[str, Any]] = []
        self._cut = False

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """Keep what it is about."""
        self._head = head

    def add(self, finding: Mapping[str, Any]) -> bool:
        """Keep a finding, up to a number."""
        self._cut = len(self._findings) == MOST_FINDINGS
        if not self._cut:
            self._findings.append(finding)
        return not self._cut

    def end(self, summary: Mapping[str, Any]) -> None:
        """Write the page."""
        head = self._head
        models = [_model(each, self._findings) for each in head.get("models", ())]
        named = {finding_id for each in models for finding_id in each["finding_ids"]}
        rest = [each for each in self._findings if id(each) not in named]
        values = {
            "head": head,
            "title": head.get("title") or head.get("subject") or ", ".join(head.get("subjects", ())) or "models",
            "made_by": f"licet {__version__}",
            "models": models,
            "headline": _headline(head, models, self._findings),
            "decides": _decides(models),
            "steps": _steps(self._findings)[:MOST_STEPS],
            "steps_in_all": len(_steps(self._findings)),
            "others": sorted((each for each in rest if still_counts(each)), key=_gravity),
            "aside": [each for each in self._findings if not still_counts(each)],
            "cut": self._cut,
            "summary": summary,
            "rules": rules_in_words(head["policy_rules"]) if head.get("policy_rules") else [],
            "unpinned": sum(each["code"] == _UNPINNED and still_counts(each) for each in self._findings),
            "disclaimer": DISCLAIMER,
        }
        self._stream.write(render_page(TEMPLATE, values))


def _gravity(finding: Mapping[str, Any]) -> tuple[int, str, str]:
    return _ORDER.get(finding["severity"], 9), finding["code"], finding["subject"]


def _model(model: Mapping[str, Any], findings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One thing in use with its findings, and its duties each once."""
    names = {model["model"], model["model"].removeprefix("dataset:") if model["about"] == "dataset" else model["model"]}
    own = [each for each in findings if each["subject"] in names]
    duties = {(duty["license"], duty["section"], duty["when"], duty["summary"]): duty for duty in model["obligations"]}
    return {
        **model,
        "findings": sorted((each for each in own if still_counts(each)), key=_gravity),
        "finding_ids": [id(each) for each in own if still_counts(each)],
        "duties": [duty for duty in duties.values() if duty["when"] is None],
        "later": [duty for duty in duties.values() if duty["when"] is not None],
        "shown_places": model["places"][:MOST_PLACES],
        "more_places": max(0, len(model["places"]) - MOST_PLACES),
    }


def _headline(head: Mapping[str, Any], models: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]) -> str:
    """What the audit comes to, in a sentence."""
    if "models" not in head:
        count = sum(map(still_counts, findings))
        return f"{count:,} finding{'s' if count != 1 else ''} listed." if count else "Nothing was found."
    if not models:
        return "No models or datasets were found in use."
    shipped = [each for each in models if not each["only_in_tests_or_documents"]]
    if not shipped:
        return "Models and datasets stand only in tests and documents."
    counts = {verdict: sum(each["verdict"] == verdict for each in shipped) for verdict in reversed(VERDICTS)}
    said = join([f"{count} {_COUNTED[verdict]}" for verdict, count in counts.items() if count])
    return f"Of {len(shipped)} in use: {said}."


def _decides(models: Sequence[Mapping[str, Any]]) -> str:
    """What decides for the worst that is in use."""
    shipped = [each for each in models if not each["only_in_tests_or_documents"]]
    worst = max(shipped, key=lambda each: list(VERDICTS).index(each["verdict"]), default=None)
    if worst is None:
        return ""
    return f"{worst['model'].removeprefix('dataset:')}: {worst['decides'] or worst['headline']}"


def _steps(findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What to do, each act once with all that it is about; notes only where facts are missing."""
    found: dict[tuple[int, str, str], dict[str, None]] = {}
    # What the verdict hangs on comes before what is owed for a yes.
    for each in sorted((each for each in findings if still_counts(each)), key=lambda each: (not each.get("verdict"), *_gravity(each))):
        if each["severity"] == "note" and each["code"] != "LIC308":
            continue
        key = (_ORDER.get(each["severity"], 9), each["code"], each["hint"])
        found.setdefault(key, {})[each["subject"].removeprefix("dataset:")] = None
    return [{"code": code, "hint": hint, "about": list(about)} for (_, code, hint), about in found.items()]


class AuditHtmlFormat:
    """One HTML page."""

    name = "html"

    def open(self, stream: TextIO) -> AuditHtmlReport:
        """A report that writes to a stream.

        Raises:
            MissingExtraError: Jinja is not installed.
        """
        needs_jinja("an audit as HTML")
        return AuditHtmlReport(stream)
