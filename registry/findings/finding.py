"""A finding: what an audit says of a subject, with the clause and who can mend it."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.findings.codes import CODES
from registry.lineage.graph import Edge

NAME = "\x00"
"""Stands for the subject's name in a finding that many models share; no model can be called that."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        code: Stable code of `registry.findings.codes`.
        subject: The model, dataset or application it is about.
        summary: One sentence.
        license: The licence it comes from.
        clause: Section of that licence.
        confidence: `high` where the text was read and the lineage is declared, `medium` otherwise.
        ancestors: The models or datasets concerned.
        details: What was dropped, missing or contradicted, in single words.
        declared: The licence that is declared, where it is held against the one it comes from.
        path: The relations from the subject up to the ancestor; two findings that differ in nothing else are one.
        file: The file that shows it, where one does.
        line: The line of that file.
    """

    code: str
    subject: str
    summary: str
    license: str | None = None
    clause: str | None = None
    confidence: str = "high"
    ancestors: tuple[str, ...] = ()
    details: tuple[str, ...] = field(default=())
    declared: str | None = None
    path: tuple[Edge, ...] = field(default=(), compare=False)
    file: str | None = None
    line: int | None = None

    @property
    def severity(self) -> str:
        """Severity of the code."""
        return CODES[self.code].severity

    @property
    def fixable_by(self) -> str:
        """Who can mend it."""
        return CODES[self.code].fixable_by

    @property
    def hint(self) -> str:
        """The act that mends it."""
        return CODES[self.code].fix


def said_of(finding: Finding, name: str) -> Finding:
    """A finding that many models share, said of one of them."""
    # Written out, since `replace` looks the fields up anew each time, and this is called millions of times.
    return Finding(
        finding.code,
        name,
        finding.summary.replace(NAME, name),
        finding.license,
        finding.clause,
        finding.confidence,
        finding.ancestors,
        finding.details,
        finding.declared,
        finding.path,
        finding.file,
        finding.line,
    )
