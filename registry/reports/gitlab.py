"""An audit as a code-quality report of GitLab: one JSON list, a finding an object, each known again by its fingerprint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TextIO

from registry.reports.fingerprint import fingerprint
from registry.reports.interface import still_counts

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


class GitlabReport:
    """Writes the list as it comes.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._base = ""
        self._seen: set[str] = set()
        self._encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """The opening of the list; files are told from the top of the repository, as GitLab looks for them."""
        self._base = head.get("base", "")
        self._stream.write("[")

    def add(self, finding: Mapping[str, Any]) -> bool:
        """One object; GitLab refuses a fingerprint that comes twice."""
        mark = fingerprint(finding)
        if mark in self._seen or not still_counts(finding):
            return True
        self._stream.write((",\n" if self._seen else "\n") + self._encode(_issue(finding, mark, self._base)))
        self._seen.add(mark)
        return True

    def end(self, summary: Mapping[str, Any]) -> None:
        """The end of the list."""
        self._stream.write("\n]\n")


def _issue(finding: Mapping[str, Any], mark: str, base: str) -> dict[str, Any]:
    clause = f" ({finding['license']} {finding['clause']})" if finding["clause"] else ""
    return {
        "description": f"{finding['summary']}{clause} To mend it: {finding['hint']}.",
        "check_name": finding["code"],
        "fingerprint": mark,
        "severity": _SEVERITIES.get(finding["severity"], "minor"),
        "location": {"path": f"{base}{finding['file']}" if finding["file"] else finding["subject"], "lines": {"begin": finding["line"] or 1}},
    }


class GitlabFormat:
    """Code quality of GitLab."""

    name = "gitlab"

    def open(self, stream: TextIO) -> GitlabReport:
        """A report that writes to a stream."""
        return GitlabReport(stream)
