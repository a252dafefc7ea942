"""What applications and their owners earned: it answers the revenue limits of licences."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Figure, Words

revenue = Table(
    "revenue",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("application_id", Integer, ForeignKey("application.id")),
    Column("owner", Words),
    Column("scope", Words, nullable=False),
    Column("period", Words, nullable=False),
    Column("amount", Figure, nullable=False),
    Column("currency", Words, nullable=False),
    Column("source_id", Integer, ForeignKey("source.id")),
    UniqueConstraint("application_id", "period"),
    UniqueConstraint("owner", "scope", "period"),
    CheckConstraint("(application_id IS NULL) <> (owner IS NULL)", name="one_earner"),
)
