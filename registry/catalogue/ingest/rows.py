"""Writing rows of a layer by their natural key: new ones added, known ones changed where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from registry.catalogue.history import ChangeLog

CHUNK = 400
"""Keys asked for at a time: below the number of parameters any engine takes."""

Value = TypeVar("Value")
Key = tuple[Any, ...]
"""The values of a row's natural key."""


def chunks(values: Iterable[Value], size: int = CHUNK) -> Iterator[list[Value]]:
    """Values in lists of at most `size`."""
    part: list[Value] = []
    for value in values:
        part.append(value)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


@dataclass(frozen=True)
class Layer:
    """How rows of one table are written."""

    table: Table
    """The table; it has an `id`."""

    key: tuple[str, ...]
    """The columns of the natural key."""

    what: str
    """How the history calls such a row."""

    subject: Callable[[Key], str]
    """What a row is about, from its key."""

    quiet: frozenset[str] = frozenset({"source_id"})
    """Columns that are kept up, but whose change is no news."""

    labels: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """For columns that point elsewhere: the names behind the ids, since ids mean nothing in a history."""


@dataclass
class Written:
    """What writing a layer did."""

    ids: dict[Key, int] = field(default_factory=dict)
    """The id of every row that was given."""

    added: set[Key] = field(default_factory=set)
    """Keys of new rows."""

    changed: dict[Key, set[str]] = field(default_factory=dict)
    """Keys of known rows that differ now, with the columns."""


def read_rows(connection: Connection, table: Table, key: tuple[str, ...], wanted: Iterable[Key]) -> dict[Key, dict[str, Any]]:
    """The rows that have one of the wanted keys."""
    keys = set(wanted)
    found: dict[Key, dict[str, Any]] = {}
    for part in chunks(sorted({each[0] for each in keys})):
        for row in connection.execute(select(table).where(table.c[key[0]].in_(part)).order_by(table.c.id)).mappings():
            own = tuple(row[column] for column in key)
            if own in keys:
                found[own] = dict(row)
    return found


def write_rows(connection: Connection, layer: Layer, rows: Mapping[Key, Mapping[str, Any]], log: ChangeLog) -> Written:
    """Write rows. A value that is not given (None) never erases one that is known.

    Args:
        connection: A writing connection.
        layer: How.
        rows: The values by natural key, without it.
        log: Where changes are noted.
    """
    written = Written()
    known = read_rows(connection, layer.table, layer.key, rows)
    new: list[dict[str, Any]] = []
    stamp = {"added_set": log.seq} if "added_set" in layer.table.c else {}
    for key, values in rows.items():
        before = known.get(key)
        if before is None:
            new.append({**dict(zip(layer.key, key, strict=True)), **values, **stamp})
            written.added.add(key)
            log.add(layer.subject(key), layer.what, None, _shown(layer, {**dict(zip(layer.key, key, strict=True)), **values}))
            continue
        written.ids[key] = before["id"]
        different = {name: value for name, value in values.items() if value is not None and value != before[name]}
        if not different:
            continue
        connection.execute(update(layer.table).where(layer.table.c.id == bindparam("row_id")).values(different), {"row_id": before["id"]})
        news = {name: value for name, value in different.items() if name not in layer.quiet}
        if news:
            written.changed[key] = set(news)
            log.add(layer.subject(key), layer.what, _shown(layer, {name: before[name] for name in news}), _shown(layer, news))
    for part in chunks(new, 1000):
        connection.execute(insert(layer.table), part)
    if new:
        for key, row in read_rows(connection, layer.table, layer.key, written.added).items():
            written.ids[key] = row["id"]
    return written


def _shown(layer: Layer, values: Mapping[str, Any]) -> dict[str, object]:
    """A row as the history shows it: names for ids, nothing for what is not known."""
    result: dict[str, object] = {}
    for name, value in values.items():
        if value is None or value == "" or name in layer.quiet or name == "sort_key":
            continue
        if name in layer.labels:
            result[name.removesuffix("_id")] = layer.labels[name].get(value)
        elif not name.endswith("_id") or name == "commit_id":
            result[name] = value
    return result
