"""An audit over every model of the catalogue: counted profile by profile, listed model by model, most downloaded first."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registry.catalogue.profiles import read_profiles
from registry.catalogue.queries.audit import AuditRow, audit_rows, developer_ids, developer_names, most_developers, periods_on, profiles_of_models, rows_of
from registry.desk.audit.lineage import LineageAudit
from registry.desk.audit.models import WHOLE, AuditQuestion, Listing, Progress, head, read_question, silent
from registry.desk.audit.profiles import AuditedProfile, Auditor, audit_profiles
from registry.desk.lookup import date_of_terms
from registry.desk.recorded import Recorded
from registry.errors import UsageError
from registry.findings.codes import SEVERITIES
from registry.findings.finding import Finding, said_of
from registry.findings.tally import Tally, read_wanted

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.desk.session import Desk
    from registry.reports.interface import AuditReport

SAID = 50_000
"""Progress is said after so many models."""

PART = 2000
"""Models apart from the crowd that are looked up at a time."""


@dataclass(slots=True)
class _Audit:
    """One run over the catalogue."""

    connection: Connection
    auditor: Auditor
    profiles: dict[int, AuditedProfile]
    recorded: Recorded
    periods: dict[int, int]
    developers: list[int] | None
    lineage: LineageAudit
    models: int | None
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
        taught = {number for number, each in stored.items() if any(binding.taught is not None for binding in each.profile.bindings)}
        lineage = LineageAudit(connection, auditor, on, (recorded.circles, taught))
        audit = _Audit(
            connection,
            auditor,
            profiles,
            recorded,
            periods_on(connection, on),
            developers,
            lineage,
            sum(each.model_count for each in stored.values()) if developers is None else None,
        )
        tally = _count(audit, progress)
        listing = Listing(reports, question.limit)
        counted = tally.to_data(developer_names(connection, (number for number, _, _ in tally.developers)))
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
    """Count the models of each profile; those on which more is recorded than their profile tells are counted one by one."""
    tally = Tally()
    apart = frozenset(audit.recorded.models.union(audit.periods))
    concerned = array("i", bytes(4 * (most_developers(audit.connection) + 1)))
    errors = array("i", concerned)
    for row, findings in _one_by_one(audit, sorted(apart)):
        profile = audit.profile_of(row)
        tally.add(findings, verdict=None if profile is None else profile.verdict)
        if findings and row.developer_id is not None:
            concerned[row.developer_id] += 1
            errors[row.developer_id] += any(finding.severity == SEVERITIES[-1] for finding in findings)
    # Twice the number of the profile, and one more where the name breaks a rule: what is found of all of them is the same.
    found = {2 * number + breaks: audit.auditor.with_name(profile, bool(breaks)) for number, profile in audit.profiles.items() for breaks in (0, 1)}
    size = max(found, default=0) + 1
    # Of what is found: 0 for nothing, 1 for something, 2 for an error; rows of numbers, since millions of models are looked up.
    kind = bytearray(size)
    for key, own in found.items():
        kind[key] = 2 if any(finding.severity == SEVERITIES[-1] for finding in own) else bool(own)
    counts = array("i", bytes(4 * size))
    unknown = 0
    for done, (number, maker, of_profile, name_ok) in enumerate(profiles_of_models(audit.connection, audit.developers), 1):
        if not done % SAID:
            progress("counted", done, audit.models)
        if number in apart:
            continue
        if of_profile is None:
            unknown += 1
            continue
        key = 2 * of_profile + (name_ok == 0)
        counts[key] += 1
        if kind[key] and maker is not None:
            concerned[maker] += 1
            errors[maker] += kind[key] == 2
    for key, own in found.items():
        if counts[key]:
            tally.add(own, count=counts[key], verdict=audit.profiles[key // 2].verdict)
    tally.add((), count=unknown)
    tally.rank_developers(concerned, errors)
    return tally


def _one_by_one(audit: _Audit, numbers: Sequence[int]) -> Iterator[tuple[AuditRow, list[Finding]]]:
    """The models that are counted one by one, with what is found of them."""
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
        progress("listed", done, audit.models)


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
    """What is found of the models of a part for which ancestors have to be named."""
    by_name = audit.auditor.wanted.keeps("LIC201")
    chosen = [row for row in rows if (profile := audit.profile_of(row)) is not None and (profile.derived or (row.name_breaks and by_name))]
    return audit.lineage.findings(chosen, {row.id: audit.periods.get(row.id, row.profile_id) for row in chosen})
