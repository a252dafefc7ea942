"""The six layers: data, compute, developers and their models, hosts, applications, users.

Text is kept in the byte order of UTF-8 on both engines. Dates are ISO text, so that a month stays a month.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", WORDS, nullable=False),
        sa.Column("read_on", WORDS, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("reference", "read_on", name="uq_source_reference_read_on"),
    )
    op.create_table(
        "developer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("title", WORDS),
        sa.Column("kind", WORDS),
        sa.Column("country", WORDS),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_developer"),
        sa.UniqueConstraint("name", name="uq_developer_name"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_developer_source_id"),
    )
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("title", WORDS),
        sa.Column("size_tokens", sa.BigInteger()),
        sa.Column("size_rows", sa.BigInteger()),
        sa.Column("collection", WORDS),
        sa.Column("personal_data", WORDS),
        sa.Column("languages", WORDS),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_dataset"),
        sa.UniqueConstraint("name", name="uq_dataset_name"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_dataset_source_id"),
    )
    op.create_table(
        "host",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("title", WORDS),
        sa.Column("kind", WORDS),
        sa.Column("country", WORDS),
        sa.Column("terms", WORDS),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_host"),
        sa.UniqueConstraint("name", name="uq_host_name"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_host_source_id"),
    )
    op.create_table(
        "binding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("license", WORDS, nullable=False),
        sa.Column("reach", WORDS, nullable=False),
        sa.Column("taught", WORDS),
        sa.Column("anchor_month", WORDS),
        sa.Column("modality", WORDS),
        sa.Column("points", WORDS, nullable=False),
        sa.Column("otherwise", WORDS),
        sa.PrimaryKeyConstraint("id", name="pk_binding"),
        sa.UniqueConstraint("digest", name="uq_binding_digest"),
    )
    op.create_index("ix_binding_license", "binding", ["license"])
    op.create_table(
        "profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("model_count", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_profile"),
        sa.UniqueConstraint("digest", name="uq_profile_digest"),
    )
    op.create_table(
        "profile_member",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("binding_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("profile_id", "binding_id", name="pk_profile_member"),
        sa.ForeignKeyConstraint(["binding_id"], ["binding.id"], name="fk_profile_member_binding_id"),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_profile_member_profile_id"),
    )
    op.create_index("ix_profile_member_binding_id", "profile_member", ["binding_id"])
    op.create_table(
        "profile_conflict",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("code", WORDS, nullable=False),
        sa.Column("acts", WORDS, nullable=False),
        sa.Column("licenses", WORDS, nullable=False),
        sa.Column("summary", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("profile_id", "n", name="pk_profile_conflict"),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_profile_conflict_profile_id"),
    )
    op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("sort_key", WORDS, nullable=False),
        sa.Column("title", WORDS),
        sa.Column("developer_id", sa.Integer()),
        sa.Column("modality", WORDS),
        sa.Column("architecture", WORDS),
        sa.Column("stage", WORDS),
        sa.Column("access", WORDS),
        sa.Column("weights_openness", WORDS),
        sa.Column("training_code_openness", WORDS),
        sa.Column("inference_code_openness", WORDS),
        sa.Column("data_openness", WORDS),
        sa.Column("parameters", sa.BigInteger()),
        sa.Column("training_tokens", sa.BigInteger()),
        sa.Column("training_flop", sa.Double()),
        sa.Column("released_on", WORDS),
        sa.Column("downloads", sa.BigInteger(), nullable=False, server_default="-1"),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("profile_id", sa.Integer()),
        sa.Column("evidence_floor", WORDS),
        sa.Column("name_ok", sa.Boolean()),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_model"),
        sa.UniqueConstraint("name", name="uq_model_name"),
        sa.UniqueConstraint("sort_key", name="uq_model_sort_key"),
        sa.ForeignKeyConstraint(["developer_id"], ["developer.id"], name="fk_model_developer_id"),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_model_profile_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_model_source_id"),
    )
    op.create_index("ix_model_developer_id", "model", ["developer_id"])
    op.create_index("ix_model_by_name_only", "model", ["profile_id"], sqlite_where=sa.text("recorded = 0"), postgresql_where=sa.text("NOT recorded"))
    op.create_index("ix_model_downloads", "model", [sa.text("downloads DESC"), "sort_key"])
    op.create_index("ix_model_profile", "model", ["profile_id", sa.text("downloads DESC"), "sort_key"])
    op.create_table(
        "model_name",
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("folded", WORDS, nullable=False),
        sa.Column("owner", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("model_id", "label", name="pk_model_name"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_model_name_model_id"),
    )
    op.create_index("ix_model_name_folded", "model_name", ["folded"])
    op.create_index("ix_model_name_key", "model_name", ["key", "owner"])
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("commit_id", WORDS, nullable=False),
        sa.Column("digest", WORDS),
        sa.Column("committed_on", WORDS),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.UniqueConstraint("model_id", "commit_id", name="uq_revision_model_id_commit_id"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_revision_model_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_revision_source_id"),
    )
    op.create_table(
        "training_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("origin", WORDS, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("hardware", WORDS),
        sa.Column("provider", WORDS),
        sa.Column("region", WORDS),
        sa.Column("count", sa.BigInteger()),
        sa.Column("hours", sa.Double()),
        sa.Column("flop", sa.Double()),
        sa.Column("energy_kwh", sa.Double()),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_training_run"),
        sa.UniqueConstraint("model_id", "origin", "n", name="uq_training_run_model_id_origin_n"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_training_run_model_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_training_run_source_id"),
    )
    op.create_table(
        "hosting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("region", WORDS, nullable=False, server_default=""),
        sa.Column("terms", WORDS),
        sa.Column("price_input_usd_per_million", sa.Double()),
        sa.Column("price_output_usd_per_million", sa.Double()),
        sa.Column("price_usd", sa.Double()),
        sa.Column("price_unit", WORDS),
        sa.Column("access", WORDS),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_hosting"),
        sa.UniqueConstraint("model_id", "host_id", "region", name="uq_hosting_model_id_host_id_region"),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name="fk_hosting_host_id"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_hosting_model_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_hosting_source_id"),
    )
    op.create_index("ix_hosting_host_id", "hosting", ["host_id"])
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("title", WORDS),
        sa.Column("owner", WORDS),
        sa.Column("distribution", WORDS),
        sa.Column("countries", WORDS),
        sa.Column("commercial", sa.Boolean()),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
        sa.UniqueConstraint("name", name="uq_application_name"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_application_source_id"),
    )
    op.create_table(
        "application_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("via", WORDS, nullable=False, server_default=""),
        sa.Column("host_id", sa.Integer()),
        sa.Column("purpose", WORDS),
        sa.PrimaryKeyConstraint("id", name="pk_application_model"),
        sa.UniqueConstraint("application_id", "model_id", "via", name="uq_application_model_application_id_model_id_via"),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name="fk_application_model_application_id"),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name="fk_application_model_host_id"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_application_model_model_id"),
    )
    op.create_index("ix_application_model_model_id", "application_model", ["model_id"])
    op.create_table(
        "user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("segment", WORDS),
        sa.Column("countries", WORDS),
        sa.Column("seats", sa.BigInteger()),
        sa.Column("source_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_user_group"),
        sa.UniqueConstraint("application_id", "name", name="uq_user_group_application_id_name"),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name="fk_user_group_application_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_user_group_source_id"),
    )
    op.create_table(
        "user_count",
        sa.Column("user_group_id", sa.Integer(), nullable=False),
        sa.Column("month", WORDS, nullable=False),
        sa.Column("users", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_group_id", "month", name="pk_user_count"),
        sa.ForeignKeyConstraint(["user_group_id"], ["user_group.id"], name="fk_user_count_user_group_id"),
    )
    op.create_table(
        "profile_at",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("from_on", WORDS, nullable=False, server_default=""),
        sa.Column("to_on", WORDS),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_profile_at"),
        sa.UniqueConstraint("model_id", "from_on", name="uq_profile_at_model_id_from_on"),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_profile_at_model_id"),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_profile_at_profile_id"),
    )
    op.create_index("ix_profile_at_profile", "profile_at", ["profile_id"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("profile_at")
    op.drop_table("user_count")
    op.drop_table("user_group")
    op.drop_table("application_model")
    op.drop_table("application")
    op.drop_table("hosting")
    op.drop_table("training_run")
    op.drop_table("revision")
    op.drop_table("model_name")
    op.drop_table("model")
    op.drop_table("profile_conflict")
    op.drop_table("profile_member")
    op.drop_table("profile")
    op.drop_table("binding")
    op.drop_table("host")
    op.drop_table("dataset")
    op.drop_table("developer")
    op.drop_table("source")
