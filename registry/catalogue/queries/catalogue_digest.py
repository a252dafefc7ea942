"""One digest of all that the catalogue holds: two catalogues with the same rows have the same."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, select

from registry.catalogue.tables.columns import canonical_json
from registry.catalogue.tables.schema import METADATA


def catalogue_digest(connection: Connection) -> str:
    """SHA-256 over every row of every table, in the order of the tables' names and primary keys, as canonical JSON."""
    state = hashlib.sha256()
    for table in sorted(METADATA.tables.values(), key=lambda each: each.name):
        state.update(f"{table.name}\n".encode())
        for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
            state.update(canonical_json(list(row)).encode())
            state.update(b"\n")
    return state.hexdigest()
