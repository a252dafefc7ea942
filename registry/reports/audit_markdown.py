"""An audit as Markdown, for the comment of a merge request or a page of a wiki."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TextIO

DISCLAIMER = "Information, not legal advice."
"""What stands under every answer."""


class AuditMarkdownReport:
    """Writes a table of what is in use, and one of what there is to find.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._any = False
        self._assurance = ""

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """The title, the verdict, and what is in use."""
        write = self._stream.write
        write(f"# Audit of {_cell(head.get('title') or head['subject'] or 'models')}\n\n")
        if head["verdict"]:
            write(f"Verdict: **{_cell(head['verdict'])}**, on {head['date']}.\n\n")
        models = head.get("models", ())
        if models:
            write("| in use | verdict | licence | where |\n|---|---|---|---|\n")
            for each in models:
                places = each["places"]
                more = f" and {len(places) - 1} more" if len(places) > 1 else ""
                place = f"{_cell(places[0]['file'])}:{places[0]['line']}{more}" if places else ""
                write(f"| {_cell(each['model'])} | {_cell(each['verdict'])} | {_cell(', '.join(each['licenses']) or 'not known')} | {place} |\n")
            write("\n")
        self._assurance = head.get("assurance", "")

    def add(self, finding: Mapping[str, Any]) -> bool:
        """One line of the second table."""
        if not self._any:
            self._stream.write("| finding | severity | what | where | to mend it |\n|---|---|---|---|---|\n")
            self._any = True
        place = f"{_cell(finding['file'])}:{finding['line'] or 1}" if finding["file"] else ""
        status = finding.get("status", "open")
        severity = finding["severity"] if status == "open" else f"{finding['severity']} ({status})"
        clause = f" ({_cell(finding['license'])} {_cell(finding['clause'])})" if finding["license"] and finding["clause"] else ""
        self._stream.write(f"| {finding['code']} | {severity} | {_cell(finding['summary'])}{clause} | {place} | {_cell(finding['hint'])} |\n")
        return True

    def end(self, summary: Mapping[str, Any]) -> None:
        """What was and was not checked."""
        if not self._any:
            self._stream.write("Nothing was found.\n")
        self._stream.write(f"\n{_cell(self._assurance)} {DISCLAIMER}\n" if self._assurance else f"\n{DISCLAIMER}\n")


def _cell(value: object) -> str:
    """A text within a table: on one line, and with no sign that Markdown or HTML obeys."""
    text = "".join(character if character.isprintable() else " " for character in str(value))
    return re.sub(r"([\\`*_{}\[\]<>|#!~])", r"\\\1", text).replace("@", "@\u200b")


class AuditMarkdownFormat:
    """Markdown."""

    name = "markdown"

    def open(self, stream: TextIO) -> AuditMarkdownReport:
        """A report that writes to a stream."""
        return AuditMarkdownReport(stream)
