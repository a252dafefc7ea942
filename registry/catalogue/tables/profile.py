"""What was computed from the lineage: bindings, the profiles they make up, and which model had which profile when."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from registry.catalogue.tables.columns import METADATA, Count, JsonText, Words

binding = Table(
    "binding",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("digest", Words, nullable=False),
    Column("license", Words, nullable=False, index=True),
    Column("reach", Words, nullable=False),
    Column("taught", Words),
    Column("anchor_month", Words),
    Column("modality", Words),
    Column("points", JsonText, nullable=False),
    Column("otherwise", Words),
    UniqueConstraint("digest"),
)

profile = Table(
    "profile",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("digest", Words, nullable=False),
    Column("model_count", Count, nullable=False, server_default="0"),
    UniqueConstraint("digest"),
)

profile_member = Table(
    "profile_member",
    METADATA,
    Column("profile_id", Integer, ForeignKey("profile.id"), nullable=False),
    Column("binding_id", Integer, ForeignKey("binding.id"), nullable=False, index=True),
    PrimaryKeyConstraint("profile_id", "binding_id"),
)

profile_conflict = Table(
    "profile_conflict",
    METADATA,
    Column("profile_id", Integer, ForeignKey("profile.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("code", Words, nullable=False),
    Column("acts", JsonText, nullable=False),
    Column("licenses", JsonText, nullable=False),
    Column("summary", Words, nullable=False),
    PrimaryKeyConstraint("profile_id", "n"),
)

profile_at = Table(
    "profile_at",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model_id", Integer, ForeignKey("model.id"), nullable=False),
    Column("from_on", Words, nullable=False, server_default=""),
    Column("to_on", Words),
    Column("profile_id", Integer, ForeignKey("profile.id"), nullable=False),
    UniqueConstraint("model_id", "from_on"),
)
Index("ix_profile_at_profile", profile_at.c.profile_id)
