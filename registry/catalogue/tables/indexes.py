"""Indexes taken away for a first load of millions of rows and made again after it: sorting once is far cheaper than inserting each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Index, text

from registry.catalogue.tables.partial import INDEXES
from registry.catalogue.tables.schema import METADATA

LOADED = {"model": ("edge", "edge_evidence", "model", "model_name", "statement"), "dataset": ("statement",)}
"""The tables that a load of each kind fills with millions of rows."""

SORT_CACHE_KIB = 64 * 1024
"""How much of a SQLite file is held in memory while its indexes are made."""


def loaded_indexes(kind: str) -> list[Index]:
    """The indexes of the tables that a load fills, without those that stand for a constraint."""
    named = {index.name: index for name in LOADED[kind] for index in METADATA.tables[name].indexes}
    named.update({index.name: index for index in INDEXES if index.table is not None and index.table.name in LOADED[kind]})
    return [index for _, index in sorted(named.items(), key=lambda item: str(item[0]))]


@contextmanager
def without_indexes(connection: Connection, kind: str, *, wanted: bool) -> Iterator[None]:
    """Take the indexes away while the body runs, if that is wanted; all within the transaction, which an error takes back."""
    indexes = loaded_indexes(kind) if wanted else []
    for index in indexes:
        index.drop(connection)
    yield
    if indexes and connection.dialect.name == "postgresql":
        # It makes no index on a table whose deferred checks are still to come.
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    elif indexes:
        # It sorts within as much memory again as it may hold of the file.
        connection.execute(text(f"PRAGMA cache_size=-{SORT_CACHE_KIB}"))
    for index in indexes:
        index.create(connection)
    if indexes and connection.dialect.name == "postgresql":
        # Until it has looked, its planner takes the tables for as small as they were.
        for name in (*LOADED[kind], "profile", "profile_member"):
            connection.execute(text(f"ANALYZE {name}"))
