"""The links of models to their bases and datasets, and the evidence for each link."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Words

edge = Table(
    "edge",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("child_id", Integer, ForeignKey("model.id"), nullable=False),
    Column("parent_id", Integer, ForeignKey("model.id"), index=True),
    Column("dataset_id", Integer, ForeignKey("dataset.id"), index=True),
    Column("relation", Words, nullable=False),
    # The best grade of the evidence that is held; NULL when none is held any more, and the link with it.
    Column("grade", Words),
    UniqueConstraint("child_id", "parent_id", "relation"),
    UniqueConstraint("child_id", "dataset_id", "relation"),
    CheckConstraint("(parent_id IS NULL) <> (dataset_id IS NULL)", name="one_parent"),
    CheckConstraint("parent_id IS NULL OR parent_id <> child_id", name="no_self_loop"),
)

edge_evidence = Table(
    "edge_evidence",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("edge_id", Integer, ForeignKey("edge.id"), nullable=False, index=True),
    Column("origin", Words, nullable=False),
    Column("source_id", Integer, ForeignKey("source.id")),
    Column("grade", Words, nullable=False),
    Column("says", Words),
    Column("digest", Words, nullable=False),
    Column("added_set", Integer, ForeignKey("change_set.seq", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("retired_set", Integer, ForeignKey("change_set.seq", deferrable=True, initially="DEFERRED")),
    CheckConstraint("grade IN ('inferred', 'declared', 'detected', 'attested')", name="grade"),
)
