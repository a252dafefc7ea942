"""What changed, when and by whom: of one thing, or in the whole catalogue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from registry.catalogue.history import seq_known
from registry.catalogue.queries.page import Page
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.history import actor, change, change_set
from registry.catalogue.tables.model import model
from registry.supplychain.names import split_reference


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One recorded change."""

    seq: int
    """The number of its change set."""

    at: str
    """When, in UTC."""

    actor: str | None
    """Who; none where the name was erased."""

    kind: str
    """Why."""

    subject: str
    """What changed."""

    what: str
    """Which kind of row."""

    before: dict[str, Any] | None
    """The values before; none if it is new."""

    after: dict[str, Any] | None
    """The values after; none if it is no longer held."""


@dataclass(frozen=True, slots=True)
class ChangeSetRow:
    """One change set."""

    seq: int
    """Its number."""

    at: str
    """When, in UTC."""

    actor: str | None
    """Who; none where the name was erased."""

    kind: str
    """Why."""

    n_rows: int
    """How many rows it changed."""

    hash: str
    """Its hash."""

    prev_hash: str
    """The hash of the one before."""


def history_of(connection: Connection, subject: str, *, after: str | None = None, limit: int = 100) -> Page[ChangeRow]:
    """The changes of one thing, oldest first.

    Args:
        connection: A reading connection.
        subject: A model's exact name, `dataset:NAME`, `app:NAME`, `developer:NAME` or `host:NAME`.
        after: The key of the page before.
        limit: How many.
    """
    query = (
        select(change, change_set.c.at, change_set.c.kind, actor.c.name.label("actor"))
        .join(change_set, change_set.c.seq == change.c.set_seq)
        .join(actor, actor.c.id == change_set.c.actor_id)
        .where(change.c.subject == subject)
        .order_by(change.c.set_seq, change.c.n)
        .limit(limit + 1)
    )
    if after is not None:
        seq, _, n = after.partition(".")
        query = query.where((change.c.set_seq > int(seq)) | ((change.c.set_seq == int(seq)) & (change.c.n > int(n))))
    rows = connection.execute(query).all()
    items = tuple(ChangeRow(row.set_seq, row.at, row.actor, row.kind, row.subject, row.what, _value(row.before), _value(row.after)) for row in rows[:limit])
    return Page(items, f"{rows[limit - 1].set_seq}.{rows[limit - 1].n}" if len(rows) > limit else None)


def _value(text: str | None) -> dict[str, Any] | None:
    return None if text is None else dict(json.loads(text))


def change_sets(connection: Connection, *, after: int = 0, limit: int = 100) -> Page[ChangeSetRow]:
    """The change sets of the catalogue, oldest first, from after a number on."""
    query = (
        select(change_set, actor.c.name.label("actor"))
        .join(actor, actor.c.id == change_set.c.actor_id)
        .where(change_set.c.seq > after)
        .order_by(change_set.c.seq)
        .limit(limit + 1)
    )
    rows = connection.execute(query).all()
    items = tuple(ChangeSetRow(row.seq, row.at, row.actor, row.kind, row.n_rows, row.hash, row.prev_hash) for row in rows[:limit])
    return Page(items, str(items[-1].seq) if len(rows) > limit else None)


def was_known(connection: Connection, subject: str, as_known: str) -> bool:
    """Whether anything about a subject had been recorded by a date of our knowledge.

    A model or dataset says which change set it came with; for anything else, and for what is older than that, its first change tells.
    """
    kind, name, _ = split_reference(subject)
    table = {"model": model, "dataset": dataset}.get(kind)
    first = connection.execute(select(table.c.added_set).where(table.c.name == name)).scalar() if table is not None else None
    if first is None:
        first = connection.execute(select(func.min(change.c.set_seq)).where(change.c.subject == subject)).scalar()
    return first is None or int(first) <= seq_known(connection, as_known)


def load_of(connection: Connection, subject: str) -> ChangeRow | None:
    """The load that a model or dataset came with, as a row of its history; none where its own rows tell how it came.

    A load keeps one row for all that it brought, under the name of its source.
    """
    kind, name, _ = split_reference(subject)
    table = {"model": model, "dataset": dataset}.get(kind)
    seq = connection.execute(select(table.c.added_set).where(table.c.name == name)).scalar() if table is not None else None
    if seq is None or connection.execute(select(change.c.n).where(change.c.set_seq == seq, change.c.subject == subject).limit(1)).first() is not None:
        return None
    query = (
        select(change, change_set.c.at, change_set.c.kind, actor.c.name.label("actor"))
        .join(change_set, change_set.c.seq == change.c.set_seq)
        .join(actor, actor.c.id == change_set.c.actor_id)
        .where(change.c.set_seq == seq, change.c.what == "load")
        .order_by(change.c.n)
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else ChangeRow(row.set_seq, row.at, row.actor, row.kind, row.subject, row.what, _value(row.before), _value(row.after))
