"""Developers with how many models they made."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from registry.catalogue.queries.page import Page
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.model import model
from registry.catalogue.tables.source import source
from registry.supplychain.developer import Developer
from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class DeveloperRow:
    """A developer with how much it made."""

    developer: Developer
    """The developer."""

    model_count: int
    """How many models are recorded of it."""


def list_developers(connection: Connection, *, after: str | None = None, limit: int = 100) -> Page[DeveloperRow]:
    """Developers by name, from after a name on."""
    count = select(func.count()).where(model.c.developer_id == developer.c.id).scalar_subquery().label("model_count")
    query = select(developer, source.c.reference, source.c.read_on, count).outerjoin(source, source.c.id == developer.c.source_id)
    query = query.order_by(developer.c.name).limit(limit + 1)
    if after is not None:
        query = query.where(developer.c.name > after)
    rows = connection.execute(query).all()
    items = tuple(
        DeveloperRow(
            Developer(row.name, row.title, row.kind, row.country, Source(row.reference, row.read_on or None) if row.reference is not None else None),
            row.model_count,
        )
        for row in rows[:limit]
    )
    return Page(items, items[-1].developer.name if len(rows) > limit else None)
