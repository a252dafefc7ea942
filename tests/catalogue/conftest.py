"""A catalogue for every test, migrated to head: a SQLite file, and a PostgreSQL database of its own where a server is named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from registry.catalogue.engine import Catalogue, read_target
from registry.catalogue.ingest.writer import IngestResult, ingest
from registry.catalogue.opening import open_catalogue
from registry.catalogue.upgrade import upgrade_target
from registry.supplychain.record import Record


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue file with the schema and nothing in it; copied, since making one takes longer."""
    path = tmp_path_factory.mktemp("empty") / "catalogue.db"
    open_catalogue(path).close()
    return path


@contextmanager
def _database(template: str | None = None) -> Iterator[str]:
    """A PostgreSQL database of its own, empty or copied from another."""
    server = make_url(os.environ["LICET_TEST_POSTGRES"]).set(drivername="postgresql+psycopg")
    name = f"licet_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def database_url() -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with _database() as url:
        yield url


@pytest.fixture(scope="session")
def empty_database() -> Iterator[str]:
    """The name of a PostgreSQL database with the schema and nothing in it; copied, since making one takes longer."""
    with _database() as url:
        upgrade_target(read_target(url))
        yield str(make_url(url).database)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path, empty_file: Path) -> Iterator[Catalogue]:
    """An open, empty catalogue."""
    if request.param == "sqlite":
        path = tmp_path / "catalogue.db"
        shutil.copy(empty_file, path)
        opened = open_catalogue(path)
    else:
        template = request.getfixturevalue("empty_database")
        with _database(template) as url:
            opened = open_catalogue(url)
            yield opened
            opened.close()
        return
    yield opened
    opened.close()


Write = Callable[..., IngestResult]


@pytest.fixture
def write(catalogue: Catalogue) -> Write:
    """Writes records in one transaction; `on` is the day it happens."""

    def do(*records: Record, actor: str = "tester", kind: str = "test", on: str | None = None, **options: Any) -> IngestResult:
        at = datetime.fromisoformat(on).replace(tzinfo=UTC) if on else None
        with catalogue.writing() as connection:
            return ingest(connection, records, actor=actor, kind=kind, at=at, **options)

    return do
