"""History: change sets in a hash chain, the rows they changed, and the actors, whose names can be erased."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Words

actor = Table(
    "actor",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Words),
    Column("erased_at", Words),
    UniqueConstraint("name"),
)

change_set = Table(
    "change_set",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Words, nullable=False),
    Column("actor_id", Integer, ForeignKey("actor.id"), nullable=False),
    Column("kind", Words, nullable=False),
    Column("prev_hash", Words, nullable=False),
    Column("root_hash", Words, nullable=False),
    Column("hash", Words, nullable=False),
    Column("n_rows", Integer, nullable=False),
    Column("rows_kept", Boolean(create_constraint=False), nullable=False),
    UniqueConstraint("hash"),
)

change = Table(
    "change",
    METADATA,
    Column("set_seq", Integer, ForeignKey("change_set.seq", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("subject", Words, nullable=False, index=True),
    Column("what", Words, nullable=False),
    Column("before", Words),
    Column("after", Words),
    PrimaryKeyConstraint("set_seq", "n"),
)

chain_head = Table(
    "chain_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", Words, nullable=False),
    CheckConstraint("id = 1", name="single"),
)
