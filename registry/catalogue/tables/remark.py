"""What sources could not make sense of, kept with the model or dataset it is about."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table

from registry.catalogue.tables.columns import METADATA, Words

remark = Table(
    "remark",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model_id", Integer, ForeignKey("model.id"), index=True),
    Column("dataset_id", Integer, ForeignKey("dataset.id"), index=True),
    Column("origin", Words, nullable=False),
    Column("code", Words, nullable=False),
    # The finding that an audit makes of it; NULL where it is only worth knowing.
    Column("finding", Words),
    Column("message", Words, nullable=False),
    Column("file", Words),
    Column("line", Integer),
    Column("source_id", Integer, ForeignKey("source.id")),
    Column("digest", Words, nullable=False),
    Column("added_set", Integer, ForeignKey("change_set.seq", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("retired_set", Integer, ForeignKey("change_set.seq", deferrable=True, initially="DEFERRED")),
    CheckConstraint("(model_id IS NULL) <> (dataset_id IS NULL)", name="one_subject"),
)
