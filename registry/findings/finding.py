"""A finding: what an audit says of a subject, with the clause and who can mend it."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.findings.codes import CODES


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
    """

    code: str
    subject: str
    summary: str
    license: str | None = None
    clause: str | None = None
    confidence: str = "high"
    ancestors: tuple[str, ...] = ()
    details: tuple[str, ...] = field(default=())

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
