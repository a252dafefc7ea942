"""How Alembic reaches the database: the connection it is handed, else `-x url=URL`, else the variable LICET_DB.

Tables are altered by rebuilding them (batch mode), since SQLite cannot do otherwise, with foreign keys off meanwhile: with
them on, dropping the old table would take the rows that point at it along.
"""

import os

import sqlalchemy as sa
from alembic import context


def run(connection: sa.Connection) -> None:
    """Run the migrations on a connection, in the transaction it is in or in one of their own."""
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("target_metadata"),
        render_as_batch=True,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def own_connection() -> None:
    """Run the migrations on a connection made here, for use from the `alembic` command."""
    url = context.get_x_argument(as_dictionary=True).get("url") or os.environ.get("LICET_DB")
    if not url:
        raise SystemExit("say which database: `alembic -x url=URL ...`, or set LICET_DB")
    engine = sa.create_engine(url if "://" in url else f"sqlite:///{url}", poolclass=sa.pool.NullPool)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def _prepare(connection: object, _record: object) -> None:
            connection.isolation_level = None  # type: ignore[attr-defined]
            connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            # The driver would commit before each CREATE TABLE and leave a half-migrated file behind.
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        run(connection)


if context.is_offline_mode():
    context.configure(url=context.get_x_argument(as_dictionary=True).get("url"), literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
elif "connection" in context.config.attributes:
    run(context.config.attributes["connection"])
else:
    own_connection()
