"""What is said about the licence of models and datasets: all that is held, or that was held as of a change set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from registry.catalogue.history import seq_known
from registry.catalogue.ingest.rows import chunks
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.license import license_text, statement
from registry.catalogue.tables.model import model, revision
from registry.catalogue.tables.source import source
from registry.supplychain.names import split_reference
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement, statements_on


@dataclass(frozen=True, slots=True)
class HeldStatement:
    """A statement as the catalogue keeps it."""

    id: int
    """Its number."""

    subject_id: int
    """The number of the model or dataset it is about."""

    statement: LicenseStatement
    """The statement."""

    origin: str
    """Which plug it came through."""

    digest: str
    """Digest of what it says."""

    added_set: int
    """The change set that recorded it."""

    retired_set: int | None
    """The change set that retired it, if one did."""


def held_at(table_added: ColumnElement[int], table_retired: ColumnElement[int | None], seq: int | None) -> ColumnElement[bool]:
    """Whether a claim is held now, or (with a change set's number) was held just after that set."""
    if seq is None:
        return table_retired.is_(None)
    return and_(table_added <= seq, or_(table_retired.is_(None), table_retired > seq))


def _query() -> Select[tuple[object, ...]]:
    subject_model = model.c.name.label("model_name")
    return (
        select(
            statement,
            subject_model,
            dataset.c.name.label("dataset_name"),
            revision.c.commit_id,
            license_text.c.digest.label("text_digest"),
            source.c.reference,
            source.c.read_on,
        )
        .outerjoin(model, model.c.id == statement.c.model_id)
        .outerjoin(dataset, dataset.c.id == statement.c.dataset_id)
        .outerjoin(revision, revision.c.id == statement.c.revision_id)
        .outerjoin(license_text, license_text.c.id == statement.c.text_id)
        .outerjoin(source, source.c.id == statement.c.source_id)
        .order_by(statement.c.id)
    )


def _read(row: Row[tuple[object, ...]]) -> HeldStatement:
    found = row._mapping
    said = LicenseStatement(
        subject=found["model_name"] if found["model_id"] is not None else f"dataset:{found['dataset_name']}",
        basis=found["basis"],
        license=found["license"],
        raw_name=found["raw_name"],
        raw_link=found["raw_link"],
        text_digest=found["text_digest"],
        revision=found["commit_id"],
        source=Source(found["reference"], found["read_on"] or None) if found["reference"] is not None else None,
        stated_on=found["stated_on"],
        valid_from=found["valid_from"],
        valid_to=found["valid_to"],
    )
    subject = found["model_id"] if found["model_id"] is not None else found["dataset_id"]
    return HeldStatement(found["id"], subject, said, found["origin"], found["digest"], found["added_set"], found["retired_set"])


def statements_of_models(connection: Connection, ids: Iterable[int] | None, seq: int | None = None) -> dict[int, list[HeldStatement]]:
    """The statements on models, by the model's number; on all models, if none are named."""
    return _by_subject(connection, statement.c.model_id, ids, seq)


def statements_of_datasets(connection: Connection, ids: Iterable[int] | None, seq: int | None = None) -> dict[int, list[HeldStatement]]:
    """The statements on datasets, by the dataset's number; on all datasets, if none are named."""
    return _by_subject(connection, statement.c.dataset_id, ids, seq)


def _by_subject(connection: Connection, column: ColumnElement[int | None], ids: Iterable[int] | None, seq: int | None) -> dict[int, list[HeldStatement]]:
    query = _query().where(held_at(statement.c.added_set, statement.c.retired_set, seq))
    queries = [query.where(column.is_not(None))] if ids is None else [query.where(column.in_(part)) for part in chunks(sorted(set(ids)))]
    found: dict[int, list[HeldStatement]] = {}
    for each in queries:
        for row in connection.execute(each):
            held = _read(row)
            found.setdefault(held.subject_id, []).append(held)
    return found


def statements_about(connection: Connection, subject: str, *, on: str | None = None, as_known: str | None = None) -> tuple[LicenseStatement, ...]:
    """What is said about the licence of one subject.

    Args:
        connection: A reading connection.
        subject: A model's exact name, or `dataset:NAME`.
        on: The date of use: only the statements that count then (`supplychain.statement.statements_on`); all, if not given.
        as_known: The date of our knowledge; today's, if not given.
    """
    kind, name, _ = split_reference(subject)
    seq = None if as_known is None else seq_known(connection, as_known)
    column = dataset.c.name if kind == "dataset" else model.c.name
    query = _query().where(column == name, held_at(statement.c.added_set, statement.c.retired_set, seq))
    found = [_read(row).statement for row in connection.execute(query)]
    return tuple(found) if on is None else statements_on(found, on)
