"""The host layer."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Figure, Words

host = Table(
    "host",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False),
    Column("title", Words),
    Column("kind", Words),
    Column("country", Words),
    Column("terms", Words),
    Column("source_id", Integer, ForeignKey("source.id")),
    UniqueConstraint("name"),
)

hosting = Table(
    "hosting",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model_id", Integer, ForeignKey("model.id"), nullable=False),
    Column("host_id", Integer, ForeignKey("host.id"), nullable=False, index=True),
    Column("region", Words, nullable=False, server_default=""),
    Column("terms", Words),
    Column("price_input_usd_per_million", Figure),
    Column("price_output_usd_per_million", Figure),
    Column("price_usd", Figure),
    Column("price_unit", Words),
    Column("access", Words),
    Column("source_id", Integer, ForeignKey("source.id")),
    UniqueConstraint("model_id", "host_id", "region"),
)
