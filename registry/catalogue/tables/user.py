"""The user layer."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Count, JsonText, Words

user_group = Table(
    "user_group",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("application_id", Integer, ForeignKey("application.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("segment", Words),
    Column("countries", JsonText),
    Column("seats", Count),
    Column("source_id", Integer, ForeignKey("source.id")),
    UniqueConstraint("application_id", "name"),
)

user_count = Table(
    "user_count",
    METADATA,
    Column("user_group_id", Integer, ForeignKey("user_group.id"), nullable=False),
    Column("month", Words, nullable=False),
    Column("users", Count, nullable=False),
    PrimaryKeyConstraint("user_group_id", "month"),
)
