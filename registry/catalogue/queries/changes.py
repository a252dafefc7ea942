"""What changed between two change sets, thing by thing, in one pass over the rows of the history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.tables.history import actor, change, change_set

FETCHED = 2_000
"""Rows held at a time while the history is read."""


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One recorded change of a thing."""

    seq: int
    """The number of its change set."""

    what: str
    """Which kind of row."""

    before: dict[str, Any] | None
    """The values before; none if it is new."""

    after: dict[str, Any] | None
    """The values after; none if it is no longer held."""


@dataclass(frozen=True, slots=True)
class SetRow:
    """One change set, as far as a reader of changes asks."""

    at: str
    """When it was written, in UTC."""

    actor: str | None
    """Who wrote it; none where the name was erased."""

    kind: str
    """Why."""


def last_set(connection: Connection, *, before: str | None = None) -> int:
    """The number of the last change set, or of the last one written before a day or instant; 0 where there is none."""
    query = select(func.max(change_set.c.seq))
    if before is not None:
        query = query.where(change_set.c.at < before)
    return int(connection.execute(query).scalar() or 0)


def changed_things(connection: Connection, since: int, until: int, *, subject: str | None = None) -> Iterator[tuple[str, list[ChangedRow]]]:
    """The things that changed after one change set and up to another, by name, each with its rows in their order.

    Args:
        connection: A reading connection; other questions may be asked of it meanwhile.
        since: The number of the set after which.
        until: The number of the last set that counts.
        subject: Only this thing.
    """
    # The empty string keeps the planner off the index by subject, with which it would walk the whole history.
    thing = (change.c.subject + "").label("thing")
    query = (
        select(thing, change.c.set_seq, change.c.what, change.c.before, change.c.after)
        .where(change.c.set_seq > since, change.c.set_seq <= until)
        .order_by(thing, change.c.set_seq, change.c.n)
    )
    if subject is not None:
        query = query.where(change.c.subject == subject)
    rows = connection.execute(query, execution_options={"yield_per": FETCHED})
    for name, own in groupby(rows, key=lambda row: str(row.thing)):
        yield name, [ChangedRow(row.set_seq, row.what, _value(row.before), _value(row.after)) for row in own]


def _value(text: str | None) -> dict[str, Any] | None:
    return None if text is None else dict(json.loads(text))


def read_sets(connection: Connection, numbers: Iterable[int]) -> dict[int, SetRow]:
    """Change sets by number."""
    found: dict[int, SetRow] = {}
    query = select(change_set.c.seq, change_set.c.at, change_set.c.kind, actor.c.name).join(actor, actor.c.id == change_set.c.actor_id)
    for part in chunks(sorted(set(numbers))):
        for row in connection.execute(query.where(change_set.c.seq.in_(part)).order_by(change_set.c.seq)):
            found[row.seq] = SetRow(row.at, row.name, row.kind)
    return found
