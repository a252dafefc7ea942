"""Indexes that lists of models are filtered by: modality and size beside the profile, the few developers with a title, the few models with a known computation."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SIZED, TITLED, COUNTED = "parameters IS NOT NULL", "title IS NOT NULL", "training_flop IS NOT NULL"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("ix_model_modality", "model", ["modality", "recorded", "profile_id"])
    for name, table, columns, where in (
        ("ix_model_parameters", "model", ["parameters", "recorded", "profile_id"], SIZED),
        ("ix_model_training_flop", "model", ["training_flop"], COUNTED),
        ("ix_developer_title", "developer", ["title"], TITLED),
    ):
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_developer_title", "developer")
    for name in ("ix_model_training_flop", "ix_model_parameters", "ix_model_modality"):
        op.drop_index(name, "model")
