"""An audit as a code quality report of GitLab: a list of issues, each with a path, a line and a fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TextIO

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


class GitlabReport:
    """Writes the list as it comes.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._seen: dict[str, int] = {}

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """The beginning of the list."""
        self._stream.write("[")

    def add(self, finding: Mapping[str, Any]) -> bool:
        """One issue."""
        if finding.get("status", "open") != "open":
            return True
        identity = "|".join(str(finding[key] or "") for key in ("code", "subject", "license", "clause", "file"))
        count = self._seen.get(identity, 0)
        issue = {
            "description": f"{finding['summary']} To mend it: {finding['hint']}.",
            "check_name": finding["code"],
            # GitLab drops issues of one fingerprint, so that the second of the same kind carries its number.
            "fingerprint": hashlib.sha256(f"{identity}|{count}".encode()).hexdigest(),
            "severity": _SEVERITIES[finding["severity"]],
            "location": {"path": finding["file"] or finding["subject"], "lines": {"begin": finding["line"] or 1}},
        }
        self._stream.write((",\n" if self._seen else "\n") + json.dumps(issue, ensure_ascii=True))
        self._seen[identity] = count + 1
        return True

    def end(self, summary: Mapping[str, Any]) -> None:
        """The end of the list."""
        self._stream.write("\n]\n")


class GitlabFormat:
    """A code quality report of GitLab."""

    name = "gitlab"

    def open(self, stream: TextIO) -> GitlabReport:
        """A report that writes to a stream."""
        return GitlabReport(stream)
