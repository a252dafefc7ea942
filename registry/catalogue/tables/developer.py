"""The developer layer."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Words

developer = Table(
    "developer",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False),
    Column("title", Words),
    Column("kind", Words),
    Column("country", Words),
    Column("source_id", Integer, ForeignKey("source.id")),
    UniqueConstraint("name"),
)
