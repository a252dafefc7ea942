"""An index over the few links that a house recorded of its own work, among the million that were imported."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OWN = sa.text("origin IN ('register', 'run') AND retired_set IS NULL")


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_edge_evidence_own", "edge_evidence", ["edge_id"], sqlite_where=OWN, postgresql_where=OWN)


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_edge_evidence_own", "edge_evidence")
