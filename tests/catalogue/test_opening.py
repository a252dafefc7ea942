"""Opening, making, upgrading and refusing catalogues."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import text

from registry.catalogue.backup import backup_catalogue
from registry.catalogue.checkup import check_catalogue
from registry.catalogue.engine import Catalogue, read_target
from registry.catalogue.ingest.writer import ingest
from registry.catalogue.opening import open_catalogue
from registry.catalogue.queries.catalogue_digest import catalogue_digest
from registry.catalogue.queries.stats import is_empty
from registry.catalogue.upgrade import migrate, migration_files, read_status, upgrade_target
from registry.errors import CatalogueError, CatalogueLockedError, CatalogueNewerError, CatalogueOutdatedError, UsageError
from tests.factories import chain, six_layers


def _digest(path: Path) -> str:
    opened = open_catalogue(path)
    with opened.reading() as connection:
        found = catalogue_digest(connection)
    opened.close()
    return found


def _fill(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        ingest(connection, [six_layers()], actor="tester", kind="seed")


def test_a_new_catalogue_is_made_filled_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "catalogue.db"
    said: list[str] = []
    open_catalogue(path, fill=_fill, progress=said.append).close()
    assert said
    assert [each.name for each in path.parent.iterdir()] == ["catalogue.db"]
    opened = open_catalogue(path)
    with opened.reading() as connection:
        assert not is_empty(connection)
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    assert check_catalogue(opened).problems == ()
    opened.close()


def test_an_empty_file_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    path.touch()
    open_catalogue(path, fill=_fill).close()
    assert path.stat().st_size > 0


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, CatalogueError("full")])
def test_an_interrupted_first_filling_leaves_nothing(tmp_path: Path, error: type[BaseException] | BaseException) -> None:
    path = tmp_path / "catalogue.db"

    def stop(catalogue: Catalogue) -> None:
        _fill(catalogue)
        raise error

    with pytest.raises((KeyboardInterrupt, RuntimeError, CatalogueError)):
        open_catalogue(path, fill=stop)
    assert list(tmp_path.iterdir()) == []
    open_catalogue(path, fill=_fill).close()


def test_a_killed_first_filling_leaves_no_catalogue_and_the_next_run_starts_clean(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    program = "import os, sys\nfrom registry.catalogue.opening import open_catalogue\nopen_catalogue(sys.argv[1], fill=lambda catalogue: os._exit(9))"
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == 9
    assert not path.exists()
    open_catalogue(path, fill=_fill).close()
    assert path.exists()


def test_whoever_finishes_first_wins(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"

    def overtaken(catalogue: Catalogue) -> None:
        open_catalogue(path, fill=_fill).close()

    opened = open_catalogue(path, fill=overtaken)
    with opened.reading() as connection:
        assert not is_empty(connection)
    opened.close()
    assert [each.name for each in tmp_path.iterdir()] == ["catalogue.db"]


def test_opening_a_current_catalogue_imports_neither_alembic_nor_the_mapper(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    open_catalogue(path, fill=_fill).close()
    program = (
        "import sys\nfrom registry.catalogue.opening import open_catalogue\nfrom registry.catalogue.queries.find_model import find_model\n"
        "from registry.catalogue.profiles import read_profile\n"
        "opened = open_catalogue(sys.argv[1])\n"
        "with opened.reading() as connection:\n    read_profile(connection, find_model(connection, 'Base 7B').id)\n"
        "assert not [name for name in sys.modules if name.startswith(('alembic', 'sqlalchemy.orm', 'pydantic'))]"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program, str(path)], check=True)


def test_a_missing_catalogue_is_an_error_where_none_is_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="there is no catalogue"):
        open_catalogue(tmp_path / "none.db", create=False)
    assert list(tmp_path.iterdir()) == []


def _stamp(path: Path, revision: str) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    raw.close()


def test_a_catalogue_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    open_catalogue(path).close()
    _stamp(path, "9999")
    before = path.read_bytes()
    for act in (lambda: open_catalogue(path, automatic_upgrade=True), lambda: upgrade_target(read_target(path))):
        with pytest.raises(CatalogueNewerError) as caught:
            act()
        assert "9999" in caught.value.message
        assert caught.value.hint
    assert path.read_bytes() == before


def _older(path: Path) -> None:
    """Make a catalogue as the first migration left it."""
    opened = open_catalogue(path)
    engine = opened.engine.execution_options(licet_begin="BEGIN IMMEDIATE")
    with engine.begin() as connection:
        from alembic import command
        from alembic.config import Config

        from registry.resources import resource_dir

        config = Config()
        config.set_main_option("script_location", str(resource_dir("migrations")))
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.execute(text("INSERT INTO actor (name) VALUES ('kept')"))
    opened.close()


def test_an_older_catalogue_is_refused_or_upgraded_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    _older(path)
    with pytest.raises(CatalogueOutdatedError, match="older version") as caught:
        open_catalogue(path)
    assert "licet db upgrade" in str(caught.value.hint)
    opened = open_catalogue(path, automatic_upgrade=True)
    with opened.reading() as connection:
        assert read_status(connection).state == "current"
        assert connection.execute(text("SELECT name FROM actor")).scalar_one() == "kept"
    opened.close()


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    _older(path)
    with sqlite3.connect(path) as raw:
        # The last migration will meet a table of that name.
        raw.execute("CREATE TABLE edge (id INTEGER)")
    raw.close()
    with pytest.raises(CatalogueError, match="already exists"):
        upgrade_target(read_target(path))
    with sqlite3.connect(path) as raw:
        tables = {row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    raw.close()
    assert "model" not in tables


def test_status_names_what_is_to_come(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    _older(path)
    before = upgrade_target(read_target(path))
    assert before.state == "outdated"
    assert before.pending == tuple(each.stem for each in migration_files()[1:])


@pytest.mark.postgres
def test_a_database_without_a_catalogue_is_made_only_when_asked(database_url: str) -> None:
    with pytest.raises(CatalogueOutdatedError, match="no catalogue"):
        open_catalogue(database_url)
    assert upgrade_target(read_target(database_url)).state == "empty"
    open_catalogue(database_url).close()


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, this is no database at all." * 50, encoding="utf-8")
    with pytest.raises(CatalogueError, match="file is not a database") as caught:
        open_catalogue(path)
    assert str(path) in caught.value.message
    assert path.read_text(encoding="utf-8").startswith("Dear")


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE bookmark (id INTEGER)")
    raw.close()
    with pytest.raises(CatalogueError, match="not a catalogue of licet"):
        open_catalogue(path, automatic_upgrade=True)


def test_a_damaged_catalogue_is_an_error_and_not_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    open_catalogue(path, fill=_fill).close()
    content = bytearray(path.read_bytes())
    content[5000:-5000] = b"\xff" * (len(content) - 10000)
    path.write_bytes(content)
    with pytest.raises(CatalogueError) as caught:
        check_catalogue(open_catalogue(path))
    assert caught.value.hint


def test_a_folder_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="it is a folder"):
        open_catalogue(tmp_path)


@pytest.mark.parametrize("where", ["mysql://root@localhost/licet", "sqlite://", "sqlite:///:memory:", "", "://", "postgresql://a@b:port/c"])
def test_a_url_that_names_no_catalogue_is_refused(where: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        open_catalogue(where)
    assert caught.value.hint


def test_a_server_that_does_not_answer_is_an_error_without_the_password() -> None:
    with pytest.raises(CatalogueError) as caught:
        open_catalogue("postgresql://me:secret@127.0.0.1:1/licet", wait_seconds=2)
    assert "secret" not in caught.value.message
    assert "cannot reach" in caught.value.message


def test_a_locked_catalogue_is_an_error_with_a_hint_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    open_catalogue(path, fill=_fill).close()
    before = _digest(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    opened = open_catalogue(path, wait_seconds=0.1)
    with pytest.raises(CatalogueLockedError) as caught, opened.writing() as connection:
        ingest(connection, [chain("acme/x")], actor="tester", kind="test")
    assert "another process" in caught.value.message
    with opened.reading() as connection:
        assert catalogue_digest(connection) == before
    opened.close()
    holder.close()
    assert _digest(path) == before


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions of files are other ones here")
def test_a_read_only_catalogue_can_be_read_and_not_written() -> None:
    folder = Path(mkdtemp())
    path = folder / "catalogue.db"
    open_catalogue(path, fill=_fill).close()
    before = _digest(path)
    path.chmod(0o444)
    folder.chmod(0o555)
    own = os.geteuid()
    try:
        if own == 0:
            os.seteuid(65534)
        opened = open_catalogue(path)
        with opened.reading() as connection:
            assert catalogue_digest(connection) == before
        with pytest.raises(CatalogueError, match="it is read-only") as caught, opened.writing() as connection:
            ingest(connection, [chain("acme/x")], actor="tester", kind="test")
        assert caught.value.hint
        opened.close()
        with pytest.raises(CatalogueError, match=r"permitted|read-only|cannot be opened"):
            open_catalogue(folder / "new.db", fill=_fill)
    finally:
        if own == 0:
            os.seteuid(own)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_full_disk_is_an_error_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    open_catalogue(path, fill=_fill).close()
    before = _digest(path)
    opened = open_catalogue(path)
    with opened.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(CatalogueError, match="disk is full"), opened.writing() as connection:
        ingest(connection, [chain(*(f"acme/model-{n}" for n in range(500)))], actor="tester", kind="test")
    opened.close()
    assert _digest(path) == before


def test_a_backup_is_a_catalogue_with_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    opened = open_catalogue(path, fill=_fill)
    copy = backup_catalogue(opened, tmp_path / "copies" / "today.db")
    with pytest.raises(UsageError, match="there already"):
        backup_catalogue(opened, copy)
    opened.close()
    assert _digest(copy) == _digest(path)
    assert [each.name for each in copy.parent.iterdir() if "copying" in each.name] == []


def test_migrating_within_a_transaction_that_is_undone_leaves_no_table(tmp_path: Path) -> None:
    from registry.catalogue.engine import make_engine

    target = read_target(tmp_path / "new.db")
    catalogue = Catalogue(target, make_engine(target))

    def migrate_and_fail() -> None:
        with catalogue.writing() as connection:
            migrate(connection)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        migrate_and_fail()
    with catalogue.reading() as connection:
        assert read_status(connection).state == "empty"
    catalogue.close()
