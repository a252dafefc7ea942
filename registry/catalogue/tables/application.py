"""The application layer."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, JsonText, Words

application = Table(
    "application",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False),
    Column("title", Words),
    Column("owner", Words),
    Column("distribution", JsonText),
    Column("countries", JsonText),
    Column("commercial", Boolean(create_constraint=False)),
    Column("example", Boolean(create_constraint=False), nullable=False),
    Column("source_id", Integer, ForeignKey("source.id")),
    UniqueConstraint("name"),
)

application_model = Table(
    "application_model",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("application_id", Integer, ForeignKey("application.id"), nullable=False),
    Column("model_id", Integer, ForeignKey("model.id"), nullable=False, index=True),
    Column("via", Words, nullable=False, server_default=""),
    Column("host_id", Integer, ForeignKey("host.id")),
    Column("purpose", Words),
    UniqueConstraint("application_id", "model_id", "via"),
)
