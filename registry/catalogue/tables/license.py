"""What is said about licences: dated texts, statements, acceptances."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Words

license_text = Table(
    "license_text",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("license", Words, nullable=False),
    Column("digest", Words, nullable=False),
    Column("from_on", Words),
    Column("to_on", Words),
    UniqueConstraint("license", "digest"),
)

statement = Table(
    "statement",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model_id", Integer, ForeignKey("model.id"), index=True),
    Column("dataset_id", Integer, ForeignKey("dataset.id"), index=True),
    Column("revision_id", Integer, ForeignKey("revision.id")),
    Column("origin", Words, nullable=False),
    Column("basis", Words, nullable=False),
    Column("license", Words),
    Column("raw_name", Words),
    Column("raw_link", Words),
    Column("text_id", Integer, ForeignKey("license_text.id")),
    Column("source_id", Integer, ForeignKey("source.id")),
    Column("stated_on", Words),
    Column("valid_from", Words),
    Column("valid_to", Words),
    Column("digest", Words, nullable=False),
    Column("added_set", Integer, ForeignKey("change_set.seq", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("retired_set", Integer, ForeignKey("change_set.seq", deferrable=True, initially="DEFERRED")),
    CheckConstraint("(model_id IS NULL) <> (dataset_id IS NULL)", name="one_subject"),
    CheckConstraint("basis IN ('declared', 'detected', 'concluded')", name="basis"),
)

acceptance = Table(
    "acceptance",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model_id", Integer, ForeignKey("model.id"), nullable=False),
    Column("license", Words, nullable=False),
    Column("actor_id", Integer, ForeignKey("actor.id"), nullable=False),
    Column("accepted_on", Words, nullable=False),
    Column("terms_digest", Words, nullable=False, server_default=""),
    Column("added_set", Integer, ForeignKey("change_set.seq", deferrable=True, initially="DEFERRED"), nullable=False),
    UniqueConstraint("model_id", "license", "actor_id", "accepted_on", "terms_digest", name="uq_acceptance_same"),
)
