"""What sources could not make sense of; and the change set that a model or dataset came with.

A bulk load keeps no history row for each model, so the model itself says since when it is known. What was there before
keeps NULL and is found in the history as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HELD = sa.text("retired_set IS NULL")
KEPT_BY = ("model", "dataset")


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer()),
        sa.Column("dataset_id", sa.Integer()),
        sa.Column("origin", WORDS, nullable=False),
        sa.Column("code", WORDS, nullable=False),
        sa.Column("finding", WORDS),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("file", WORDS),
        sa.Column("line", sa.Integer()),
        sa.Column("source_id", sa.Integer()),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("added_set", sa.Integer(), nullable=False),
        sa.Column("retired_set", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_remark"),
        sa.CheckConstraint("(model_id IS NULL) <> (dataset_id IS NULL)", name=op.f("ck_remark_one_subject")),
        sa.ForeignKeyConstraint(["added_set"], ["change_set.seq"], name="fk_remark_added_set", deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_remark_dataset_id"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_remark_model_id"),
        sa.ForeignKeyConstraint(["retired_set"], ["change_set.seq"], name="fk_remark_retired_set", deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_remark_source_id"),
    )
    op.create_index("ix_remark_dataset_id", "remark", ["dataset_id"])
    op.create_index("ix_remark_model_id", "remark", ["model_id"])
    op.create_index("uq_remark_held", "remark", ["digest"], unique=True, sqlite_where=HELD, postgresql_where=HELD)
    for table in KEPT_BY:
        # Added in place: rebuilding a table of millions of rows for a link that the program keeps anyway is not worth it.
        op.add_column(table, sa.Column("added_set", sa.Integer()))


def downgrade() -> None:
    """Drop them again."""
    for table in KEPT_BY:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("added_set")
    op.drop_table("remark")
