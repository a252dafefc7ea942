"""Whether anything of a kind is called so: asked of the names and patterns of a policy, so that one that meets nothing is told."""

from __future__ import annotations

from sqlalchemy import Connection, Table, func, select

from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.host import host
from registry.catalogue.tables.model import model

KINDS: dict[str, Table] = {"datasets": dataset, "developers": developer, "hosts": host, "models": model}
"""What may be asked for, by the word of a policy."""


def any_matches(connection: Connection, kind: str, pattern: str) -> bool:
    """Whether anything of a kind has a name like a pattern, in which `*` stands for any text and the case of letters for nothing.

    Args:
        connection: The catalogue.
        kind: A word of `KINDS`.
        pattern: The pattern.
    """
    table = KINDS[kind]
    escaped = pattern.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%").replace("?", "_")
    query = select(table.c.id).where(func.lower(table.c.name).like(escaped, escape="\\")).order_by(table.c.id).limit(1)
    return connection.execute(query).first() is not None


def names_of(connection: Connection, kind: str, most: int = 20_000) -> list[str]:
    """The names of a kind, so many at most: those near a misspelt one are looked for among them."""
    table = KINDS[kind]
    return list(connection.execute(select(table.c.name).order_by(table.c.name).limit(most)).scalars())
