"""A list of numbers as something a query can join, however long it is: one parameter, one text of the statement, no temporary table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, Connection, Integer, bindparam, cast, column, func, select


def numbers(connection: Connection, values: Iterable[int]) -> Any:
    """The numbers as a subquery with the column `number`.

    Args:
        connection: The connection that the query will run on; SQLite reads a JSON list, PostgreSQL an array.
        values: The numbers.
    """
    held = sorted(set(values))
    if connection.dialect.name == "postgresql":
        rows = func.unnest(cast(bindparam(None, held, unique=True, type_=ARRAY(Integer)), ARRAY(Integer))).table_valued("number", name="given").render_derived()
        return select(rows.c.number).subquery()
    listed = func.json_each(bindparam(None, json.dumps(held), unique=True)).table_valued(column("value", Integer), name="given")
    return select(listed.c.value.label("number")).subquery()
