"""An audit over every model of the catalogue: counted profile by profile, listed model by model, most downloaded first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registry.catalogue.profiles import read_profiles
from registry.catalogue.queries.audit import AuditRow, audit_rows, developer_ids, developer_names, model_groups, periods_on, rows_of
from registry.desk.audit import WHOLE, AuditQuestion, Listing, Progress, head, read_question, silent
from registry.desk.audit_profiles import AuditedProfile, Auditor, audit_profiles
from registry.desk.lookup import date_of_terms
from registry.desk.recorded import Recorded
from registry.errors import UsageError
from registry.findings.derivation import Derivation, derivation_findings
from registry.findings.finding import Finding, said_of
from registry.findings.tally import Tally, read_wanted

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.desk.session import Desk
    from registry.reports.interface import AuditReport

PART = 2000
"""Models apart from the crowd that are looked up at a time."""


@dataclass(slots=True)
class _Audit:
    """One run over the catalogue."""

    connection: Connection
    auditor: Auditor
    on: str
    profiles: dict[int, AuditedProfile]
    recorded: Recorded
    periods: dict[int, int]
    developers: list[int] | None
    makers: dict[int, str] = field(default_factory=dict)

    def profile_of(self, row: AuditRow) -> AuditedProfile | None:
        """What is found of the profile that a model has on the date."""
        number = self.periods.get(row.id, row.profile_id)
        return None if number is None else self.profiles[number]

    def apart(self, numbers: Sequence[int]) -> dict[int, list[Finding]]:
        """What is found of models beside their profile."""
        found = self.recorded.findings(self.connection, numbers)
        return {number: [each for each in own if self.auditor.wanted.keeps(each.code)] for number, own in found.items()}


def audit_catalogue(desk: Desk, question: AuditQuestion, reports: Sequence[AuditReport], progress: Progress = silent) -> dict[str, Any]:
    """Audit every model.

    Returns:
        The summary.

    Raises:
        FactError: A fact cannot be read.
        UsageError: A filter says what there is not.
    """
    wanted = read_wanted(question.codes, question.severity)
    use, reading = read_question(desk, question)
    for fact in ("derivative_name", "published_under"):
        if fact in use.stated:
            raise UsageError(f"`{fact}` is about one derivative, not about every model", "leave it out, or ask `licet check MODEL`")
    auditor = Auditor(desk.knowledge, use, reading, wanted)
    on = date_of_terms(use)
    with desk.catalogue.reading() as connection:
        developers = _developers(connection, question.developer)
        stored = read_profiles(connection)
        profiles = audit_profiles(auditor, {number: each.profile.bindings for number, each in stored.items()})
        recorded = Recorded.read(connection, desk.knowledge, on)
        audit = _Audit(connection, auditor, on, profiles, recorded, periods_on(connection, on), developers)
        tally = _count(audit, progress)
        listing = Listing(reports, question.limit)
        counted = tally.to_data(developer_names(connection, tally.leading_developers()))
        listing.begin({**head(desk, use, reading, WHOLE, None), "developer": question.developer}, counted)
        if listing.wants_more and tally.concerned:
            _list(audit, listing, tally.concerned, progress)
        return listing.end(counted)


def _developers(connection: Connection, name: str | None) -> list[int] | None:
    if name is None:
        return None
    found = developer_ids(connection, [name])
    if not found:
        raise UsageError(f"no developer is called `{name}`", "`licet models --developer NAME` takes the same names")
    return found


def _count(audit: _Audit, progress: Progress) -> Tally:
    """Count groups of models; those on which more is recorded than their profile tells are taken out of their group and counted one by one."""
    tally = Tally()
    apart: Counter[tuple[int | None, int | None, bool]] = Counter()
    for row, findings in _one_by_one(audit):
        apart[row.developer_id, row.profile_id, row.name_breaks] += 1
        profile = audit.profile_of(row)
        tally.add(findings, developer=row.developer_id, verdict=None if profile is None else profile.verdict)
    for group in model_groups(audit.connection, audit.developers):
        count = group.count - apart[group.developer_id, group.profile_id, group.name_breaks]
        if count:
            profile = None if group.profile_id is None else audit.profiles[group.profile_id]
            found = audit.auditor.with_name(profile, group.name_breaks) if profile is not None else ()
            tally.add(found, count=count, developer=group.developer_id, verdict=None if profile is None else profile.verdict)
            progress("counted", tally.models, None)
    return tally


def _one_by_one(audit: _Audit) -> Iterator[tuple[AuditRow, list[Finding]]]:
    """The models that are counted one by one, with what is found of them."""
    numbers = sorted(audit.recorded.models.union(audit.periods))
    for start in range(0, len(numbers), PART):
        part = numbers[start : start + PART]
        beside = audit.apart(part)
        for row in rows_of(audit.connection, part).values():
            if audit.developers is None or row.developer_id in audit.developers:
                profile = audit.profile_of(row)
                found = audit.auditor.with_name(profile, row.name_breaks) if profile is not None else ()
                yield row, [*found, *beside.get(row.id, ())]


def _list(audit: _Audit, listing: Listing, concerned: int, progress: Progress) -> None:
    """Hand on the findings of one model after another, until every model that was counted is listed or no report wants more."""
    left = concerned
    done = 0
    for rows in audit_rows(audit.connection, audit.developers):
        beside = audit.apart([row.id for row in rows])
        derived = _derived(audit, rows)
        for row in rows:
            found = [*_simple(audit, row), *derived.get(row.id, ()), *beside.get(row.id, ())]
            if found:
                left -= 1
            for finding in found:
                listing.add(finding, _maker(audit, row, rows))
            if not left or not listing.wants_more:
                return
        done += len(rows)
        progress("listed", done, None)


def _maker(audit: _Audit, row: AuditRow, rows: Sequence[AuditRow]) -> str | None:
    """What the developer of a model is called; the names of a part are read together, and kept no longer than it."""
    if row.developer_id is None:
        return None
    if row.developer_id not in audit.makers:
        audit.makers = developer_names(audit.connection, [each.developer_id for each in rows if each.developer_id is not None])
    return audit.makers.get(row.developer_id)


def _simple(audit: _Audit, row: AuditRow) -> list[Finding]:
    """What is found of a model whose profile says it all."""
    profile = audit.profile_of(row)
    if profile is None or profile.derived or (row.name_breaks and audit.auditor.wanted.keeps("LIC201")):
        return []
    return [said_of(finding, row.name) for finding in profile.findings]


def _derived(audit: _Audit, rows: Sequence[AuditRow]) -> dict[int, list[Finding]]:
    """What is found of the models of a part for which ancestors have to be named, by the same rules as a single check."""
    from registry.catalogue.queries.profile_graph import profile_graph
    from registry.desk.answer import subject_of
    from registry.desk.profiles import lineage_on
    from registry.findings.derivation import Look
    from registry.lineage.trace import Tracer

    auditor = audit.auditor
    wanted = [
        row for row in rows if (profile := audit.profile_of(row)) is not None and (profile.derived or (row.name_breaks and auditor.wanted.keeps("LIC201")))
    ]
    if not wanted:
        return {}
    graph = lineage_on(profile_graph(audit.connection, [row.id for row in wanted]), auditor.knowledge, audit.on)
    ways = Tracer(auditor.knowledge.relations, auditor.knowledge.license_of).ways(graph)
    found: dict[int, list[Finding]] = {}
    for row in wanted:
        node = graph.nodes[row.name]
        subject = subject_of(node)
        look = Look(
            auditor.judge.interpretation,
            auditor.knowledge.license_of,
            auditor.knowledge.expression_of,
            lambda binding, subject=subject: auditor.judge.of_binding(binding, subject),  # type: ignore[misc]
        )
        model = Derivation(row.name, node.licenses, ways[row.name], auditor.conflicts(ways[row.name]), row.name if graph.parents.get(row.name) else None)
        found[row.id] = [finding for finding in derivation_findings(model, look) if auditor.wanted.keeps(finding.code)]
    return found
