"""Where facts were read."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Words

source = Table(
    "source",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("reference", Words, nullable=False),
    Column("read_on", Words, nullable=False, server_default=""),
    UniqueConstraint("reference", "read_on"),
)
