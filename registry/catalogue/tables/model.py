"""Models, the names they are found by, and their revisions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Count, Figure, Words

UNKNOWN_DOWNLOADS = -1
"""Stands for downloads that nobody counted: the two engines sort NULL at opposite ends."""

model = Table(
    "model",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False),
    Column("sort_key", Words, nullable=False),
    Column("title", Words),
    Column("developer_id", Integer, ForeignKey("developer.id"), index=True),
    Column("modality", Words),
    Column("architecture", Words),
    Column("stage", Words),
    Column("access", Words),
    Column("weights_openness", Words),
    Column("training_code_openness", Words),
    Column("inference_code_openness", Words),
    Column("data_openness", Words),
    Column("parameters", Count),
    Column("training_tokens", Count),
    Column("training_flop", Figure),
    Column("released_on", Words),
    Column("downloads", Count, nullable=False, server_default="-1"),
    Column("recorded", Boolean(create_constraint=False), nullable=False),
    Column("profile_id", Integer, ForeignKey("profile.id")),
    Column("evidence_floor", Words),
    Column("name_ok", Boolean(create_constraint=False)),
    Column("source_id", Integer, ForeignKey("source.id")),
    # The change set it came with; NULL for what is older than the column, whose history rows tell.
    Column("added_set", Integer),
    UniqueConstraint("name"),
    UniqueConstraint("sort_key"),
)
Index("ix_model_profile", model.c.profile_id, model.c.downloads.desc(), model.c.sort_key)
Index("ix_model_downloads", model.c.downloads.desc(), model.c.sort_key)

model_name = Table(
    "model_name",
    METADATA,
    Column("model_id", Integer, ForeignKey("model.id"), nullable=False),
    Column("label", Words, nullable=False),
    Column("folded", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("key", Words, nullable=False),
    PrimaryKeyConstraint("model_id", "label"),
)
Index("ix_model_name_key", model_name.c.key, model_name.c.owner)
Index("ix_model_name_folded", model_name.c.folded)

revision = Table(
    "revision",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model_id", Integer, ForeignKey("model.id"), nullable=False),
    Column("commit_id", Words, nullable=False),
    Column("digest", Words),
    Column("committed_on", Words),
    Column("source_id", Integer, ForeignKey("source.id")),
    UniqueConstraint("model_id", "commit_id"),
)
