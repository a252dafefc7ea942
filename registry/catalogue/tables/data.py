"""The data layer."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Count, JsonText, Words

dataset = Table(
    "dataset",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False),
    Column("title", Words),
    Column("size_tokens", Count),
    Column("size_rows", Count),
    Column("collection", Words),
    Column("personal_data", Words),
    Column("languages", JsonText),
    Column("recorded", Boolean(create_constraint=False), nullable=False),
    Column("source_id", Integer, ForeignKey("source.id")),
    Column("added_set", Integer),
    UniqueConstraint("name"),
)
