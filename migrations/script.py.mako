"""${message}.

Works on SQLite and PostgreSQL, names every constraint, imports nothing from `registry`, and is never edited once published.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """One step up."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """One step down."""
    ${downgrades if downgrades else "pass"}
