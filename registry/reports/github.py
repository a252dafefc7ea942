"""An audit as commands of a GitHub workflow: each finding becomes a remark beside its line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

_WORDS = {"error": "error", "warning": "warning", "note": "notice"}


class GithubReport:
    """Writes a command a finding that is still open.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """Nothing stands before the first finding."""

    def add(self, finding: Mapping[str, Any]) -> bool:
        """One remark."""
        if finding.get("status", "open") == "open":
            places = [f"file={_property(finding['file'])}"] if finding["file"] else []
            places += [f"line={finding['line']}"] if finding["file"] and finding["line"] else []
            properties = ",".join([*places, f"title={_property(finding['code'])}"])
            self._stream.write(f"::{_WORDS[finding['severity']]} {properties}::{_text(finding['summary'])} To mend it: {_text(finding['hint'])}.\n")
        return True

    def end(self, summary: Mapping[str, Any]) -> None:
        """Nothing follows the last finding."""


def _text(value: str) -> str:
    """A text in which nothing begins a command of its own."""
    plain = "".join(character if character.isprintable() or character in "\r\n" else "?" for character in value)
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _text(value).replace(":", "%3A").replace(",", "%2C")


class GithubFormat:
    """Commands of a GitHub workflow."""

    name = "github"

    def open(self, stream: TextIO) -> GithubReport:
        """A report that writes to a stream."""
        return GithubReport(stream)
