"""The schema's version: what the catalogue has, what this program wants, and the way from one to the other.

Alembic is imported only to migrate: whether that is needed is read from `alembic_version` and the migrations' file names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, inspect, text

from registry.catalogue.engine import Catalogue, Target, make_engine
from registry.catalogue.problems import explained
from registry.errors import CatalogueError, CatalogueNewerError, CatalogueOutdatedError
from registry.resources import resource_dir

State = Literal["empty", "outdated", "current", "newer", "foreign"]
"""How a database stands to this program; `foreign` is a database that holds something else."""

_FILE = re.compile(r"(\d{4})_\w+\.py")


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """The version of a catalogue's schema."""

    revision: str | None
    """The migration it is at; none if it has no schema."""

    head: str
    """The migration this program wants."""

    state: State
    """How the two compare."""

    pending: tuple[str, ...]
    """The migrations still to run, by file name without ending, in order."""


def migration_files() -> list[Path]:
    """The migrations in their order."""
    return sorted(path for path in (resource_dir("migrations") / "versions").iterdir() if _FILE.fullmatch(path.name))


def head_revision() -> str:
    """The migration that this program wants."""
    return migration_files()[-1].name[:4]


def current_revision(connection: Connection) -> str | None:
    """The migration a database is at, or none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version ORDER BY version_num DESC LIMIT 1")).scalar()
    return None if found is None else str(found)


def read_status(connection: Connection) -> SchemaStatus:
    """How a database stands to this program."""
    files = migration_files()
    head = files[-1].name[:4]
    revision = current_revision(connection)
    state: State
    if revision is None:
        state = "foreign" if inspect(connection).get_table_names() else "empty"
    elif revision == head:
        state = "current"
    else:
        known = {path.name[:4] for path in files}
        state = "outdated" if revision in known else "newer"
    pending = tuple(path.stem for path in files if revision is None or path.name[:4] > revision) if state in {"empty", "outdated"} else ()
    return SchemaStatus(revision, head, state, pending)


def refuse_foreign(status: SchemaStatus, label: str) -> None:
    """Refuse a catalogue of a newer program, or a database that is none.

    Raises:
        CatalogueNewerError: A newer licet wrote it.
        CatalogueError: It holds other tables.
    """
    if status.state == "newer":
        raise CatalogueNewerError(
            f"the catalogue `{label}` was written by a newer licet (schema {status.revision}; this one knows up to {status.head})",
            "upgrade licet with `python -m pip install --upgrade licet`, or choose another catalogue with `--db`",
        )
    if status.state == "foreign":
        raise CatalogueError(f"`{label}` is a database, but not a catalogue of licet", "choose another file or database with `--db`")


def require_current(status: SchemaStatus, label: str) -> None:
    """Refuse everything but a catalogue at this program's version.

    Raises:
        CatalogueOutdatedError: It is empty or of an older version.
    """
    refuse_foreign(status, label)
    if status.state == "empty":
        raise CatalogueOutdatedError(f"there is no catalogue in `{label}` yet", "run `licet db upgrade` to make one")
    if status.state == "outdated":
        raise CatalogueOutdatedError(f"the catalogue `{label}` is of an older version ({status.revision}; wanted {status.head})", "run `licet db upgrade`")


def migrate(connection: Connection, to: str = "head") -> None:
    """Run the migrations within the transaction of a connection whose foreign keys are off."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resource_dir("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    if to == "base":
        command.downgrade(config, to)
    else:
        command.upgrade(config, to)


def upgrade_target(target: Target) -> SchemaStatus:
    """Bring a database to this program's version in one transaction, and say what it was before.

    Raises:
        CatalogueNewerError: A newer licet wrote it.
        CatalogueError: It holds other tables, or the migration failed; it is then as it was.
    """
    engine = make_engine(target)
    engine = engine.execution_options(licet_begin="BEGIN IMMEDIATE")
    try:
        with explained(target.label), engine.connect() as connection:
            sqlite = connection.dialect.name == "sqlite"
            if sqlite:
                # Only outside a transaction does SQLite listen; batch migrations would lose rows with foreign keys on.
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(5104736)"))
                status = read_status(connection)
                refuse_foreign(status, target.label)
                if status.state != "current":
                    migrate(connection)
                    if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                        raise CatalogueError(f"upgrading `{target.label}` would break a link between its rows; it is as it was", "run `licet db check`")
            return status
    finally:
        engine.dispose()


def upgrade(catalogue: Catalogue) -> SchemaStatus:
    """Bring an open catalogue to this program's version."""
    return upgrade_target(catalogue.target)
