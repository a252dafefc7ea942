"""What applications and their owners earned by month or year, beside their users: a licence's revenue limits are held against it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "revenue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer()),
        sa.Column("owner", WORDS),
        sa.Column("scope", WORDS, nullable=False),
        sa.Column("period", WORDS, nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("currency", WORDS, nullable=False),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_revenue"),
        sa.UniqueConstraint("application_id", "period", name="uq_revenue_application_id_period"),
        sa.UniqueConstraint("owner", "scope", "period", name="uq_revenue_owner_scope_period"),
        sa.CheckConstraint("(application_id IS NULL) <> (owner IS NULL)", name=op.f("ck_revenue_one_earner")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name="fk_revenue_application_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_revenue_source_id"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("revenue")
