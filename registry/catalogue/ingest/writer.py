"""The door for everything that is written: records in, one change set out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from registry.catalogue.history import actor_id, begin_change_set, end_change_set
from registry.catalogue.ingest.bases import with_recorded_bases
from registry.catalogue.ingest.checking import check_record
from registry.catalogue.ingest.claims import write_relations, write_statements
from registry.catalogue.ingest.layers import (
    require_models,
    write_applications,
    write_datasets,
    write_developers,
    write_hostings,
    write_hosts,
    write_models,
    write_revisions,
    write_training_runs,
    write_user_groups,
)
from registry.catalogue.ingest.ledger import Ledger
from registry.catalogue.ingest.remarks import write_remarks
from registry.catalogue.ingest.revenues import write_revenues
from registry.catalogue.ingest.rows import chunks
from registry.catalogue.tables.license import acceptance
from registry.catalogue.tables.lineage import edge
from registry.supplychain.acceptance import Acceptance
from registry.supplychain.record import Record


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What writing records did."""

    change_set: int | None
    """The number of the change set; none if nothing changed."""

    hash: str | None
    """Its hash."""

    added: Mapping[str, int]
    """Rows added, by kind."""

    changed: Mapping[str, int]
    """Rows changed, by kind."""

    retired: Mapping[str, int]
    """Claims retired and rows removed, by kind."""

    touched_models: frozenset[int]
    """Models whose profile has to be computed anew, and that of all their descendants."""


def ingest(
    connection: Connection,
    records: Iterable[Record],
    *,
    actor: str,
    kind: str,
    at: datetime | None = None,
    allow_unknown_bases: bool = False,
    allow_circles: bool = False,
    keep_rows: bool = True,
) -> IngestResult:
    """Write records. Doing it again changes nothing; an error leaves everything as it was, if the transaction ends with it.

    Args:
        connection: The connection of a `Catalogue.writing()`.
        records: What to write.
        actor: Who writes it.
        kind: Why: `seed`, `register`, `accept`, `import`, ...
        at: When; now, if not given.
        allow_unknown_bases: Note a base or dataset that nobody recorded by its name, instead of refusing it.
        allow_circles: Keep what runs in a circle, as uploaders say it, instead of refusing it.
        keep_rows: False for a first bulk load, of which the history keeps only the digest.

    Raises:
        UsageError: A value is none that the catalogue keeps, or something named is not known.
        LineageError: A base is unknown, or a model would descend from itself.
    """
    given = list(records)
    for record in given:
        check_record(record)
    if allow_unknown_bases:
        given = with_recorded_bases(connection, given)
    ledger = Ledger(connection, begin_change_set(connection, by=actor, kind=kind, at=at), allow_unknown_bases, allow_circles)
    ledger.intern_sources(given)
    write_developers(ledger, (each for record in given for each in record.developers))
    write_datasets(ledger, (each for record in given for each in record.datasets))
    write_hosts(ledger, (each for record in given for each in record.hosts))
    write_models(ledger, (each for record in given for each in record.models))
    write_revisions(ledger, (each for record in given for each in record.revisions))
    write_statements(ledger, given)
    write_relations(ledger, given)
    write_remarks(ledger, given)
    write_training_runs(ledger, ((record.origin, each) for record in given for each in record.training_runs))
    write_hostings(ledger, (each for record in given for each in record.hostings))
    write_applications(ledger, (each for record in given for each in record.applications))
    write_user_groups(ledger, (each for record in given for each in record.user_groups))
    write_revenues(ledger, (each for record in given for each in record.revenues))
    _write_acceptances(ledger, [each for record in given for each in record.acceptances])
    digest = end_change_set(connection, ledger.log, keep_rows=keep_rows)
    return IngestResult(
        ledger.log.seq if digest else None,
        digest,
        {kind: count for kind, count in sorted(ledger.added.items()) if count},
        {kind: count for kind, count in sorted(ledger.changed.items()) if count},
        {kind: count for kind, count in sorted(ledger.retired.items()) if count},
        frozenset(ledger.touched | _trained_on(connection, ledger.touched_datasets)),
    )


def _write_acceptances(ledger: Ledger, given: list[Acceptance]) -> None:
    """Write acceptances; the history names who accepted by id only."""
    models = require_models(ledger, (each.model for each in given))
    for each in given:
        by = actor_id(ledger.connection, each.accepted_by)
        values = {
            "model_id": models[each.model],
            "license": each.license,
            "actor_id": by,
            "accepted_on": each.accepted_on,
            "terms_digest": each.terms_digest or "",
        }
        same = [acceptance.c[name] == value for name, value in values.items()]
        if ledger.connection.execute(select(acceptance.c.id).where(*same)).first() is not None:
            continue
        ledger.connection.execute(insert(acceptance).values(**values, added_set=ledger.log.seq))
        shown: dict[str, object] = {"license": each.license, "actor": by, "accepted_on": each.accepted_on}
        if each.terms_digest:
            shown["terms_digest"] = each.terms_digest
        ledger.log.add(each.model, "acceptance", None, shown)
        ledger.added["acceptance"] += 1


def _trained_on(connection: Connection, datasets: Iterable[int]) -> set[int]:
    """The models that used one of the datasets."""
    found: set[int] = set()
    for part in chunks(sorted(datasets)):
        query = select(edge.c.child_id).where(edge.c.dataset_id.in_(part), edge.c.grade.is_not(None)).order_by(edge.c.child_id)
        found.update(connection.execute(query).scalars())
    return found
