"""An audit as annotations that GitHub's runners read off the output of a step, one a finding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TextIO

from registry.reports.interface import still_counts

MOST_SHOWN = 10
"""So many annotations of each severity GitHub shows of one step."""

MOST_TITLE = 255
"""A longer title is cut, as GitHub does."""

MOST_MESSAGE = 16_000
"""A longer message is cut: GitHub takes 64 KiB, in which a letter may be four bytes."""

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_UNSAFE = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class GithubReport:
    """Writes a line a finding.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._base = ""

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """First, where GitHub will not show all annotations, that it does not; files are told from the top of the repository, as GitHub looks for them."""
        self._base = head.get("base", "")
        many = {severity: count for severity, count in counted.get("by_severity", {}).items() if count > MOST_SHOWN}
        if many:
            counts = ", ".join(f"{count:,} {severity}s" for severity, count in many.items())
            self._stream.write(f"::notice title=licet::{counts}: GitHub shows {MOST_SHOWN} annotations of each severity. `-o sarif=FILE` holds all.\n")

    def add(self, finding: Mapping[str, Any]) -> bool:
        """One annotation of what still counts; of a finding that no file shows, without a place."""
        if not still_counts(finding):
            return True
        place = {
            "file": f"{self._base}{finding['file']}" if finding["file"] else None,
            "line": finding["line"] if finding["file"] else None,
            "title": _cut(f"{finding['code']} {finding['subject']}", MOST_TITLE),
        }
        properties = ",".join(f"{key}={_property(value)}" for key, value in place.items() if value)
        clause = f" ({finding['license']} {finding['clause']})" if finding["clause"] else ""
        message = _cut(f"{finding['summary']}{clause} To mend it: {finding['hint']}.", MOST_MESSAGE)
        self._stream.write(f"::{_COMMANDS.get(finding['severity'], 'warning')} {properties}::{_data(message)}\n")
        return True

    def end(self, summary: Mapping[str, Any]) -> None:
        """Nothing follows the last one."""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _data(text: object) -> str:
    """A message; a line break within it would end the command."""
    safe = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", str(text))
    return safe.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    """A value of a property, in which a colon or a comma would begin another."""
    return _data(value).replace(":", "%3A").replace(",", "%2C")


class GithubFormat:
    """Annotations of GitHub."""

    name = "github"

    def open(self, stream: TextIO) -> GithubReport:
        """A report that writes to a stream."""
        return GithubReport(stream)
