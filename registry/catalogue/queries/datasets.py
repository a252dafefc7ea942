"""Datasets, what is said about their licences, and the models that used them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from registry.catalogue.history import seq_known
from registry.catalogue.queries.page import Page
from registry.catalogue.queries.statements import statements_of_datasets
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.catalogue.tables.source import source
from registry.errors import UsageError
from registry.supplychain.data import Dataset
from registry.supplychain.names import name_key
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """A dataset with its licence statements and how much it is used."""

    id: int
    """Its number."""

    dataset: Dataset
    """The dataset."""

    statements: tuple[LicenseStatement, ...]
    """What is said about its licence, for all dates."""

    model_count: int
    """How many models used it."""


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """A model that used a dataset."""

    model: str
    """The model's name."""

    relation: str
    """`trained-on` or `tested-on`."""

    grade: str
    """How good the evidence is."""


def _query() -> Select[Any]:
    used = select(func.count(func.distinct(edge.c.child_id))).where(edge.c.dataset_id == dataset.c.id, edge.c.grade.is_not(None))
    return (
        select(dataset, source.c.reference, source.c.read_on, used.scalar_subquery().label("model_count"))
        .outerjoin(source, source.c.id == dataset.c.source_id)
        .order_by(dataset.c.name)
    )


def _read(connection: Connection, query: Select[Any], seq: int | None = None) -> list[DatasetRow]:
    rows = connection.execute(query).all()
    said = statements_of_datasets(connection, [row.id for row in rows], seq) if rows else {}
    return [
        DatasetRow(
            row.id,
            Dataset(
                name=row.name,
                title=row.title,
                size_tokens=row.size_tokens,
                size_rows=row.size_rows,
                collection=row.collection,
                personal_data=row.personal_data,
                languages=tuple(row.languages or ()),
                source=Source(row.reference, row.read_on or None) if row.reference is not None else None,
                recorded=row.recorded,
            ),
            tuple(each.statement for each in said.get(row.id, ())),
            row.model_count,
        )
        for row in rows
    ]


def list_datasets(connection: Connection, *, after: str | None = None, limit: int = 100) -> Page[DatasetRow]:
    """Datasets by name, from after a name on."""
    query = _query().limit(limit + 1)
    if after is not None:
        query = query.where(dataset.c.name > after)
    rows = _read(connection, query)
    return Page(tuple(rows[:limit]), rows[limit - 1].dataset.name if len(rows) > limit else None)


def find_dataset(connection: Connection, name: str, *, as_known: str | None = None) -> DatasetRow:
    """One dataset by its name or title; a near spelling will do if it fits only one.

    Raises:
        UsageError: None or several fit.
    """
    plain = name.removeprefix("dataset:")
    seq = None if as_known is None else seq_known(connection, as_known)
    exact = _read(connection, _query().where(dataset.c.name == plain), seq)
    if exact:
        return exact[0]
    query = select(dataset.c.id, dataset.c.name, dataset.c.title).order_by(dataset.c.name)
    key = name_key(plain)
    fitting = [row for row in connection.execute(query) if key and key in {name_key(row.name), name_key(row.title or "")}]
    if len(fitting) == 1:
        return _read(connection, _query().where(dataset.c.id == fitting[0].id), seq)[0]
    if fitting:
        raise UsageError(f"`{plain}` can mean {len(fitting)} datasets", f"say which: {', '.join(f'`{row.name}`' for row in fitting[:3])}")
    raise UsageError(f"no dataset is called `{plain}`", "record it first")


def models_of_dataset(connection: Connection, dataset_id: int) -> tuple[DatasetUse, ...]:
    """The models that used a dataset, by name."""
    query = (
        select(model.c.name, edge.c.relation, edge.c.grade)
        .join(model, model.c.id == edge.c.child_id)
        .where(edge.c.dataset_id == dataset_id, edge.c.grade.is_not(None))
        .order_by(model.c.sort_key, edge.c.relation)
    )
    return tuple(DatasetUse(row.name, row.relation, row.grade) for row in connection.execute(query))
