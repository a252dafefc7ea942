"""Findings on what is recorded about models beside their terms: contradicting statements and sources, circles, stored remarks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registry.catalogue.queries.audit import (
    held_remarks,
    lineage_claims,
    links_between_bases,
    models_with_files_read,
    models_with_remarks,
    models_with_rival_bases,
    rows_of,
)
from registry.catalogue.queries.statements import statements_of_models
from registry.desk.profiles import resolve_statement
from registry.findings.finding import Finding
from registry.findings.recorded import LineageClaim, circle_finding, lineage_findings, remark_finding, statement_findings, without_doubles
from registry.knowledge.store import Knowledge
from registry.lineage.circles import circles_among
from registry.lineage.graph import Graph
from registry.supplychain.statement import LicenseStatement, in_force

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection

_SAYS_NOTHING = frozenset({"unresolved", "unstated", "none", "unknown"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """The models on which something is to be found beside their terms, and how to find it.

    Attributes:
        knowledge: The licences.
        on: The date on which statements count.
        files_read: Models of whose files something is detected.
        rivals: Models of which sources may name different bases or relations.
        remarked: Models of which a source noted a finding.
        circles: The models of its circle, for every model that stands in one.
    """

    knowledge: Knowledge
    on: str
    files_read: frozenset[int]
    rivals: frozenset[int]
    remarked: frozenset[int]
    circles: Mapping[int, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, connection: Connection, knowledge: Knowledge, on: str) -> Recorded:
        """Those of the whole catalogue."""
        read, rivals, remarked = (frozenset(ask(connection)) for ask in (models_with_files_read, models_with_rival_bases, models_with_remarks))
        return cls(knowledge, on, read, rivals, remarked, circles_among(links_between_bases(connection)))

    @property
    def models(self) -> frozenset[int]:
        """The numbers of all of them."""
        return self.files_read | self.rivals | self.remarked | self.circles.keys()

    def findings(self, connection: Connection, numbers: Collection[int]) -> dict[int, list[Finding]]:
        """What is found of some models; those of which nothing is found are left out."""
        names = {number: row.name for number, row in rows_of(connection, self.models.intersection(numbers)).items()}
        found: dict[int, list[Finding]] = {}
        for number, statements in statements_of_models(connection, self.files_read.intersection(names)).items():
            by_basis = _licenses_by_basis(self.knowledge, (each.statement for each in statements), self.on)
            found.setdefault(number, []).extend(statement_findings(names[number], by_basis))
        claims: dict[int, list[LineageClaim]] = {}
        for claim in lineage_claims(connection, self.rivals.intersection(names)):
            claims.setdefault(claim.model_id, []).append(LineageClaim(claim.source, claim.parent, claim.relation, claim.against))
        for number, own in claims.items():
            found.setdefault(number, []).extend(lineage_findings(names[number], own))
        inside = {number: self.circles[number] for number in names if number in self.circles}
        members = {number: row.name for number, row in rows_of(connection, {each for circle in inside.values() for each in circle}).items()}
        for number, circle in inside.items():
            found.setdefault(number, []).append(circle_finding(names[number], [members[each] for each in circle]))
        noted: dict[int, list[Finding]] = {}
        for number, remarks in held_remarks(connection, self.remarked.intersection(names)).items():
            noted[number] = [told for remark in remarks if (told := remark_finding(remark)) is not None]
        both = {number: without_doubles(found.get(number, ()), noted.get(number, ())) for number in sorted({*found, *noted})}
        return {number: own for number, own in both.items() if own}


def recorded_findings(connection: Connection, knowledge: Knowledge, number: int, on: str, lineage: Graph) -> list[Finding]:
    """What is found of one model beside its terms.

    Args:
        connection: A reading connection.
        knowledge: The licences.
        number: The model's number.
        on: The date on which statements count.
        lineage: The model with all its ancestors, among whom a circle shows.
    """
    one = frozenset({number})
    found = Recorded(knowledge, on, one, one, one).findings(connection, one).get(number, [])
    name = rows_of(connection, one)[number].name
    circle = next((names for names in lineage.components() if len(names) > 1 and name in names), None)
    return found if circle is None else [*found, circle_finding(name, circle)]


def _licenses_by_basis(knowledge: Knowledge, statements: Iterable[LicenseStatement], on: str) -> dict[str, frozenset[str]]:
    """The licences that are said on a date, by how they are known; names that lead to none contradict nothing."""
    found: dict[str, set[str]] = {}
    for statement in statements:
        if in_force(statement, on):
            license = resolve_statement(knowledge, statement, None)
            known = knowledge.license_of(license)
            if license not in _SAYS_NOTHING and not (known is not None and known.placeholder):
                found.setdefault(statement.basis, set()).update(knowledge.parts_of(license))
    return {basis: frozenset(licenses) for basis, licenses in found.items()}
