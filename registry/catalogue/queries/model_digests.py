"""The models of which a state with some digest is recorded."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from registry.catalogue.tables.model import model, revision


def models_with_digest(connection: Connection, digest: str) -> tuple[str, ...]:
    """The names of models that have a revision with this digest.

    Args:
        connection: A reading connection.
        digest: As `sha256:HEX`.
    """
    query = (
        select(model.c.name, model.c.sort_key)
        .join(revision, revision.c.model_id == model.c.id)
        .where(or_(revision.c.commit_id == digest, revision.c.digest == digest))
        .distinct()
        .order_by(model.c.sort_key)
    )
    return tuple(row.name for row in connection.execute(query))
