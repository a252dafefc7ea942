"""What changed between two audits as Markdown, for the comment of a merge request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from registry.reports.audit_markdown import DISCLAIMER
from registry.reports.markdown_escape import escape, table


def render_changes(changes: Mapping[str, Any]) -> str:
    """The comparison, `licet.audit-changes/1`, as Markdown."""
    return "\n".join(_lines(changes)).rstrip() + "\n"


def _lines(changes: Mapping[str, Any]) -> Iterator[str]:
    before, after, models, findings = changes["before"], changes["after"], changes["models"], changes["findings"]
    yield f"# What changed in the audit of {escape(changes['subject'] or 'an application')}"
    yield ""
    yield f"Verdict: **{escape(before['verdict'] or 'nothing in use')}** on {escape(before['date'])}, **{escape(after['verdict'] or 'nothing in use')}** on {escape(after['date'])}."
    yield ""
    for each in changes["changes"]:
        yield f"- {escape(each['text'])}"
    if changes["changes"]:
        yield ""
    moved = [each for each in models["changed"] if each["before"] != each["after"]]
    if moved:
        yield from ("## Verdicts that changed", "")
        yield from table(("model", "was", "is", "why"), [(each["model"], each["before"], each["after"], why_words(each)) for each in moved])
    for title, key in (("Came into use", "came"), ("No longer in use", "went")):
        if models[key]:
            yield from (f"## {title}", "")
            yield from table(
                ("model", "verdict", "licence"), [(each["model"], each["verdict"], ", ".join(each["licenses"]) or "not known") for each in models[key]]
            )
    other = [each for each in models["changed"] if each["before"] == each["after"] and not only_moved(each)]
    if other:
        yield from ("## The same verdict on other grounds", "")
        yield from table(("model", "verdict", "what changed"), [(each["model"], each["after"], why_words(each)) for each in other])
    for title, key in (("New findings", "new"), ("Findings that count otherwise", "changed"), ("Findings that are gone", "gone")):
        if findings[key]:
            yield from (f"## {title}", "")
            yield from table(("finding", "severity", "what", "where", "why"), [_row(each) for each in findings[key]])
    if not (moved or other or models["came"] or models["went"] or findings["new"] or findings["gone"] or findings["changed"]):
        yield from ("Nothing changed.", "")
    yield f"{findings['unchanged']:,} findings are as they were. {DISCLAIMER}"


def _row(finding: Mapping[str, Any]) -> tuple[object, ...]:
    place = f"{finding['file']}:{finding['line'] or 1}" if finding["file"] else ""
    severity = finding["severity"] if finding["status"] == "open" else f"{finding['severity']} ({finding['status']})"
    return finding["code"], severity, f"{finding['subject']}: {finding['summary']}", place, why_words(finding)


def why_words(changed: Mapping[str, Any]) -> str:
    """Why something changed, in a line."""
    return "; ".join(each["text"] for each in telling(changed)) or "not known"


def telling(changed: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What tells why: where anything else changed, not that a name stands on another line."""
    why: list[Mapping[str, Any]] = changed["why"]
    return [each for each in why if each["cause"] != "references"] or why


def only_moved(model: Mapping[str, Any]) -> bool:
    """Whether a model is only named in other places, which changes nothing."""
    why: Iterable[Mapping[str, Any]] = model["why"]
    return all(each["cause"] == "references" for each in why)
