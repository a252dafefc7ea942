"""Many rows at once: read as plain tuples in batches, and written by the fastest way that the engine has."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any
from uuid import uuid4

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Integer, Select, Table, bindparam, cast, func, select
from sqlalchemy import any_ as any_of

BATCH = 20_000
"""So many rows are fetched at a time."""

FEW = 1_000
"""Fewer changed rows than this are sent to PostgreSQL one by one."""


def stream(connection: Connection, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as the driver gives them: no column types are applied, and no more than a batch is held."""
    for rows in batches(connection, query):
        yield from rows


def batches(connection: Connection, query: Select[Any], size: int = BATCH) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a query as `stream` has them, some at a time."""
    sql = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        cursor = raw.execute(sql)
        try:
            while rows := cursor.fetchmany(size):
                yield rows
        finally:
            cursor.close()
        return
    with raw.cursor(name=f"licet_{uuid4().hex}") as served:
        served.execute(sql)
        while rows := served.fetchmany(size):
            yield rows


def among(connection: Connection, column: ColumnElement[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """Whether a column's number is one of many: as one parameter, since engines bound how many there may be."""
    if connection.dialect.name == "sqlite":
        values = func.json_each(bindparam(None, json.dumps(sorted(ids)))).table_valued("value")
        return column.in_(select(values.c.value))
    return column == any_of(cast(bindparam(None, sorted(ids)), ARRAY(BigInteger)))


def as_rows(connection: Connection, ids: Collection[int]) -> Select[Any]:
    """Numbers as rows of one column, `id`: a planner sees how many there are, where it would guess how many rows of a table they match."""
    if connection.dialect.name == "sqlite":
        return select(func.json_each(bindparam(None, json.dumps(sorted(ids)))).table_valued("value").c.value.label("id"))
    return select(func.unnest(cast(bindparam(None, sorted(ids)), ARRAY(Integer))).column_valued("id").label("id"))


def write(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to a table: by one prepared statement on SQLite, by COPY on PostgreSQL. Values are as the driver takes them."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        raw.executemany(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608
        return
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def change(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set columns of rows that are known by their number, which stands last in each row."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        raw.executemany(f"UPDATE {table.name} SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?", rows)  # noqa: S608
        return
    given = iter(rows)
    few = list(islice(given, FEW))
    with raw.cursor() as cursor:
        if len(few) < FEW:
            cursor.executemany(f"UPDATE {table.name} SET {', '.join(f'{column} = %s' for column in columns)} WHERE id = %s", few)  # noqa: S608
            return
        # One statement a row would take the server longer than all the rest; so they are laid beside the table and joined.
        beside = f"changed_{uuid4().hex}"
        named = ", ".join(columns)
        cursor.execute(f"CREATE TEMPORARY TABLE {beside} ON COMMIT DROP AS SELECT {named}, id FROM {table.name} WITH NO DATA")  # noqa: S608
        with cursor.copy(f"COPY {beside} ({named}, id) FROM STDIN") as copy:
            for row in chain(few, given):
                copy.write_row(row)
        settings = ", ".join(f"{column} = {beside}.{column}" for column in columns)
        cursor.execute(f"UPDATE {table.name} SET {settings} FROM {beside} WHERE {table.name}.id = {beside}.id")  # noqa: S608
        cursor.execute(f"DROP TABLE {beside}")


def next_number(connection: Connection, table: Table) -> int:
    """The first number that no row of a table has."""
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1


def settle_numbers(connection: Connection, tables: Iterable[Table]) -> None:
    """Tell PostgreSQL which numbers were given out here; SQLite looks for itself."""
    if connection.dialect.name != "sqlite":
        for table in tables:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(sequence, func.greatest(next_number(connection, table) - 1, 1))))
