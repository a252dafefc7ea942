"""What a form of audit report implements: it is told the head, then one finding after another, then the summary, and writes as it goes.

Nothing of an audit has to fit into memory, however many findings there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TextIO


class AuditReport(Protocol):
    """One report of an audit, in one form."""

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """Start it.

        Args:
            head: The keys of `licet.audit/1` that are known before any finding.
            counted: What the summary will hold, without what is known only when all is listed.
        """

    def add(self, finding: Mapping[str, Any]) -> bool:
        """Take one finding.

        Returns:
            Whether it has use for more.
        """

    def end(self, summary: Mapping[str, Any]) -> None:
        """Finish it."""


class AuditFormat(Protocol):
    """A form that audits can be written in."""

    name: str
    """What users call it."""

    def open(self, stream: TextIO) -> AuditReport:
        """A report that writes to a stream."""


def still_counts(finding: Mapping[str, Any]) -> bool:
    """Whether a finding was not set aside by a waiver, a mark in the code or a baseline."""
    return bool(finding.get("status", "open") == "open")
