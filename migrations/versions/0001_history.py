"""History: actors, the chain of change sets, the rows they changed, and the head that writers queue at.

Text is kept in the byte order of UTF-8 on both engines. Dates are ISO text, so that a month stays a month.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

APPEND_ONLY = ("change_set", "change")
"""Tables whose rows may be added, never changed or removed."""


def _guards() -> list[str]:
    """The triggers, in the language of the engine at hand."""
    if op.get_context().dialect.name == "sqlite":
        return [
            f"CREATE TRIGGER tr_{table}_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
            for table in APPEND_ONLY
            for verb in ("UPDATE", "DELETE")
        ]
    made = ["CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$"]
    for table in APPEND_ONLY:
        made.append(f"CREATE TRIGGER tr_{table}_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION history_is_append_only()")
        made.append(f"CREATE TRIGGER tr_{table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()")
    return made


def _unguards() -> list[str]:
    """What takes the triggers away."""
    if op.get_context().dialect.name == "sqlite":
        return [f"DROP TRIGGER tr_{table}_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")]
    dropped = [f"DROP TRIGGER tr_{table}_{when} ON {table}" for table in APPEND_ONLY for when in ("change", "truncate")]
    return [*dropped, "DROP FUNCTION history_is_append_only()"]


def upgrade() -> None:
    """Make the tables and the triggers that keep history append-only."""
    op.create_table(
        "actor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", WORDS),
        sa.Column("erased_at", WORDS),
        sa.PrimaryKeyConstraint("id", name="pk_actor"),
        sa.UniqueConstraint("name", name="uq_actor_name"),
    )
    op.create_table(
        "change_set",
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", WORDS, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("prev_hash", WORDS, nullable=False),
        sa.Column("root_hash", WORDS, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("n_rows", sa.Integer(), nullable=False),
        sa.Column("rows_kept", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_change_set"),
        sa.UniqueConstraint("hash", name="uq_change_set_hash"),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name="fk_change_set_actor_id"),
    )
    op.create_table(
        "change",
        sa.Column("set_seq", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("what", WORDS, nullable=False),
        sa.Column("before", WORDS),
        sa.Column("after", WORDS),
        sa.PrimaryKeyConstraint("set_seq", "n", name="pk_change"),
        sa.ForeignKeyConstraint(["set_seq"], ["change_set.seq"], name="fk_change_set_seq", deferrable=True, initially="DEFERRED"),
    )
    op.create_index("ix_change_subject", "change", ["subject"])
    op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chain_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_chain_head_single")),
    )
    # The head has one row from the start; a chain begins with a hash of zeros.
    op.execute(sa.text("INSERT INTO chain_head (id, seq, hash) VALUES (1, 0, :hash)").bindparams(hash="0" * 64))
    for statement in _guards():
        op.execute(statement)


def downgrade() -> None:
    """Drop them again."""
    for statement in _unguards():
        op.execute(statement)
    op.drop_table("chain_head")
    op.drop_table("change")
    op.drop_table("change_set")
    op.drop_table("actor")
