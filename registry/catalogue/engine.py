"""How a catalogue is reached: its target read from a path or URL, its engine, its reading and writing transactions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, text

from registry.catalogue.problems import explained
from registry.errors import CatalogueError

__all__ = ["WAIT_SECONDS", "Catalogue", "Connection", "Target", "make_engine", "read_target"]

WAIT_SECONDS = 5.0
"""How long to wait for another writer before saying that the catalogue is locked."""

LOAD_CACHE_KIB = 256 * 1024
"""How much of a SQLite file a load may hold in memory."""

_BEGIN = "licet_begin"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a catalogue is."""

    url: URL
    """The URL that the engine takes."""

    path: Path | None
    """The file, if it is one."""

    label: str
    """How to call it in messages: the path, or the URL without its password."""


def read_target(where: str | Path) -> Target:
    """Understand a path or URL.

    Raises:
        CatalogueError: It is neither a file nor a URL of an engine that licet knows.
    """
    if isinstance(where, Path) or "://" not in where:
        path = Path(where).expanduser()
        if not str(where).strip() or "\0" in str(where):
            raise CatalogueError("the name of the catalogue is empty or holds a NUL", "name a file or a `postgresql://` URL with `--db`")
        return Target(URL.create("sqlite+pysqlite", database=str(path)), path, str(path))
    try:
        url = make_url(where)
    except (exc.ArgumentError, ValueError) as error:
        raise CatalogueError("the URL of the catalogue cannot be read", "write it as `postgresql://user@host/database` or name a file") from error
    label = url.render_as_string(hide_password=True)
    engine = url.drivername.partition("+")[0]
    if engine == "sqlite":
        if not url.database or url.database == ":memory:":
            raise CatalogueError(f"`{label}` names no file", "name a file: the catalogue has to outlive the command")
        path = Path(url.database)
        return Target(URL.create("sqlite+pysqlite", database=str(path)), path, str(path))
    if engine in {"postgresql", "postgres"}:
        return Target(url.set(drivername="postgresql+psycopg"), None, label)
    raise CatalogueError(f"`{label}` names a kind of database that licet does not know", "use a SQLite file or a `postgresql://` URL")


def _is_read_only(path: Path) -> bool:
    """Whether a file is there and it or its folder cannot be written."""
    effective = os.access in os.supports_effective_ids
    return path.exists() and not all(os.access(each, os.W_OK, effective_ids=effective) for each in (path, path.absolute().parent))


def _read_only_url(path: Path) -> URL:
    """The URL of a file that is only read. SQLite would make its side files, were it not told that nobody changes it."""
    side = path.with_name(path.name + "-wal")
    query = {"uri": "true", "mode": "ro"}
    if not (side.exists() and side.stat().st_size):
        query["immutable"] = "1"
    return URL.create("sqlite+pysqlite", database=path.absolute().as_uri(), query=query)


def make_engine(target: Target, *, wait_seconds: float = WAIT_SECONDS, building: bool = False) -> Engine:
    """Make the engine of a target; nothing is opened yet.

    Args:
        target: Where the catalogue is.
        wait_seconds: How long to wait for another writer.
        building: The file is new and nobody else sees it yet, so it need not survive a crash before it is complete.
    """
    with explained(target.label):
        if target.path is None:
            return create_engine(target.url, connect_args={"connect_timeout": max(2, round(wait_seconds))})
        read_only = not building and _is_read_only(target.path)
        url = _read_only_url(target.path) if read_only else target.url
        engine = create_engine(url, connect_args={"timeout": wait_seconds})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # The driver would otherwise commit before DDL and open transactions only at the first write.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={round(wait_seconds * 1000)}")
        connection.execute(f"PRAGMA foreign_keys={'OFF' if building else 'ON'}")
        if read_only:
            # Otherwise BEGIN IMMEDIATE would be granted, and only the first change refused.
            connection.execute("PRAGMA query_only=ON")
        if building:
            connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("PRAGMA synchronous=OFF")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Busy timeouts do not help a reader that turns writer, so writers say so at once.
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

    return engine


def make_room(raw: Any) -> None:
    """Set a SQLite connection up for a load, before its transaction begins."""
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute(f"PRAGMA cache_size=-{LOAD_CACHE_KIB}")


@dataclass(frozen=True)
class Catalogue:
    """An open catalogue. Ask within `reading()`, change within `writing()`; `close()` when done."""

    target: Target
    """Where it is."""

    engine: Engine
    """The engine behind it."""

    @property
    def label(self) -> str:
        """How to call it in messages."""
        return self.target.label

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the catalogue."""
        with explained(self.label, files=False), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is written when the body ends, nothing if it raises."""
        with explained(self.label, files=False), self.engine.connect() as connection:
            connection = connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
                yield connection

    @contextmanager
    def loading(self) -> Iterator[Connection]:
        """`writing()` for millions of rows: the engine is given room, and what the loader looks after itself is not checked row by row."""
        with explained(self.label, files=False), self.engine.connect() as connection:
            connection = connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            sqlite = connection.dialect.name == "sqlite"
            if sqlite:
                make_room(connection.connection.driver_connection)
            try:
                with connection.begin():
                    if not sqlite:
                        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
                        connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
                    yield connection
            finally:
                if sqlite:
                    connection.detach()  # its settings are for this load alone

    def close(self) -> None:
        """Let go of the file or the server."""
        self.engine.dispose()
