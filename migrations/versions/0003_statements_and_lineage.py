"""What is said about licences and lineage, with its evidence, and what was accepted.

Text is kept in the byte order of UTF-8 on both engines. Dates are ISO text, so that a month stays a month.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "license_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("license", WORDS, nullable=False),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("from_on", WORDS),
        sa.Column("to_on", WORDS),
        sa.PrimaryKeyConstraint("id", name="pk_license_text"),
        sa.UniqueConstraint("license", "digest", name="uq_license_text_license_digest"),
    )
    op.create_table(
        "statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer()),
        sa.Column("dataset_id", sa.Integer()),
        sa.Column("revision_id", sa.Integer()),
        sa.Column("origin", WORDS, nullable=False),
        sa.Column("basis", WORDS, nullable=False),
        sa.Column("license", WORDS),
        sa.Column("raw_name", WORDS),
        sa.Column("raw_link", WORDS),
        sa.Column("text_id", sa.Integer()),
        sa.Column("source_id", sa.Integer()),
        sa.Column("stated_on", WORDS),
        sa.Column("valid_from", WORDS),
        sa.Column("valid_to", WORDS),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("added_set", sa.Integer(), nullable=False),
        sa.Column("retired_set", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
        sa.CheckConstraint("basis IN ('declared', 'detected', 'concluded')", name=op.f("ck_statement_basis")),
        sa.CheckConstraint("(model_id IS NULL) <> (dataset_id IS NULL)", name=op.f("ck_statement_one_subject")),
        sa.ForeignKeyConstraint(["added_set"], ["change_set.seq"], name="fk_statement_added_set", deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_statement_dataset_id"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_statement_model_id"),
        sa.ForeignKeyConstraint(["retired_set"], ["change_set.seq"], name="fk_statement_retired_set", deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name="fk_statement_revision_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_statement_source_id"),
        sa.ForeignKeyConstraint(["text_id"], ["license_text.id"], name="fk_statement_text_id"),
    )
    op.create_index("ix_statement_dataset_id", "statement", ["dataset_id"])
    op.create_index("ix_statement_model_id", "statement", ["model_id"])
    op.create_index(
        "uq_statement_held", "statement", ["digest"], unique=True, sqlite_where=sa.text("retired_set IS NULL"), postgresql_where=sa.text("retired_set IS NULL")
    )
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("license", WORDS, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("accepted_on", WORDS, nullable=False),
        sa.Column("terms_digest", WORDS, nullable=False, server_default=""),
        sa.Column("added_set", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acceptance"),
        sa.UniqueConstraint("model_id", "license", "actor_id", "accepted_on", "terms_digest", name="uq_acceptance_same"),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name="fk_acceptance_actor_id"),
        sa.ForeignKeyConstraint(["added_set"], ["change_set.seq"], name="fk_acceptance_added_set", deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_acceptance_model_id"),
    )
    op.create_table(
        "edge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("dataset_id", sa.Integer()),
        sa.Column("relation", WORDS, nullable=False),
        sa.Column("grade", WORDS),
        sa.PrimaryKeyConstraint("id", name="pk_edge"),
        sa.UniqueConstraint("child_id", "dataset_id", "relation", name="uq_edge_child_id_dataset_id_relation"),
        sa.UniqueConstraint("child_id", "parent_id", "relation", name="uq_edge_child_id_parent_id_relation"),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> child_id", name=op.f("ck_edge_no_self_loop")),
        sa.CheckConstraint("(parent_id IS NULL) <> (dataset_id IS NULL)", name=op.f("ck_edge_one_parent")),
        sa.ForeignKeyConstraint(["child_id"], ["model.id"], name="fk_edge_child_id"),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_edge_dataset_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["model.id"], name="fk_edge_parent_id"),
    )
    op.create_index("ix_edge_dataset_id", "edge", ["dataset_id"])
    op.create_index("ix_edge_parent_id", "edge", ["parent_id"])
    op.create_table(
        "edge_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edge_id", sa.Integer(), nullable=False),
        sa.Column("origin", WORDS, nullable=False),
        sa.Column("source_id", sa.Integer()),
        sa.Column("grade", WORDS, nullable=False),
        sa.Column("says", WORDS),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("added_set", sa.Integer(), nullable=False),
        sa.Column("retired_set", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_edge_evidence"),
        sa.CheckConstraint("grade IN ('inferred', 'declared', 'detected', 'attested')", name=op.f("ck_edge_evidence_grade")),
        sa.ForeignKeyConstraint(["added_set"], ["change_set.seq"], name="fk_edge_evidence_added_set", deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["edge_id"], ["edge.id"], name="fk_edge_evidence_edge_id"),
        sa.ForeignKeyConstraint(["retired_set"], ["change_set.seq"], name="fk_edge_evidence_retired_set", deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_edge_evidence_source_id"),
    )
    op.create_index("ix_edge_evidence_edge_id", "edge_evidence", ["edge_id"])
    op.create_index(
        "uq_edge_evidence_held",
        "edge_evidence",
        ["digest"],
        unique=True,
        sqlite_where=sa.text("retired_set IS NULL"),
        postgresql_where=sa.text("retired_set IS NULL"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("edge_evidence")
    op.drop_table("edge")
    op.drop_table("acceptance")
    op.drop_table("statement")
    op.drop_table("license_text")
