"""The compute layer."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Count, Figure, Words

training_run = Table(
    "training_run",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model_id", Integer, ForeignKey("model.id"), nullable=False),
    Column("origin", Words, nullable=False),
    Column("n", Integer, nullable=False),
    Column("hardware", Words),
    Column("provider", Words),
    Column("region", Words),
    Column("count", Count),
    Column("hours", Figure),
    Column("flop", Figure),
    Column("energy_kwh", Figure),
    Column("source_id", Integer, ForeignKey("source.id")),
    UniqueConstraint("model_id", "origin", "n"),
)
