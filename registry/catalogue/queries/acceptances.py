"""Who accepted which terms, and when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from registry.catalogue.history import seq_known
from registry.catalogue.tables.history import actor
from registry.catalogue.tables.license import acceptance
from registry.catalogue.tables.model import model


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    """One recorded acceptance."""

    model: str
    """The model's name."""

    license: str
    """The licence that was accepted."""

    accepted_by: str | None
    """Who accepted it; none where the name was erased."""

    accepted_on: str
    """The day of acceptance."""

    terms_digest: str | None
    """Digest of the terms as they were known on that day."""


def read_acceptances(
    connection: Connection, *, model_id: int | None = None, accepted_by: str | None = None, on: str | None = None, as_known: str | None = None
) -> tuple[AcceptanceRow, ...]:
    """Acceptances in the order in which they were given.

    Args:
        connection: A reading connection.
        model_id: Only those for this model.
        accepted_by: Only those by this actor.
        on: Only those given by this date.
        as_known: Only those recorded by this date.
    """
    query = (
        select(acceptance, model.c.name.label("model"), actor.c.name.label("accepted_by"))
        .join(model, model.c.id == acceptance.c.model_id)
        .join(actor, actor.c.id == acceptance.c.actor_id)
        .order_by(acceptance.c.accepted_on, acceptance.c.id)
    )
    if model_id is not None:
        query = query.where(acceptance.c.model_id == model_id)
    if accepted_by is not None:
        query = query.where(actor.c.name == accepted_by)
    if on is not None:
        query = query.where(acceptance.c.accepted_on <= on)
    if as_known is not None:
        query = query.where(acceptance.c.added_set <= seq_known(connection, as_known))
    return tuple(AcceptanceRow(row.model, row.license, row.accepted_by, row.accepted_on, row.terms_digest or None) for row in connection.execute(query))
