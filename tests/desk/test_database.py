"""The database of the catalogue: where it stands, upgraded, copied, and found out when it was tampered with."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from registry.desk import database
from registry.desk.register import register_model
from registry.errors import CatalogueError, CatalogueNewerError, CatalogueOutdatedError, UsageError
from registry.settings import Settings
from tests.desk.conftest import LLAMA, Open, digest, settings_for, silent, specification


@pytest.fixture
def settings(copied: Path, cache: Path) -> Settings:
    return settings_for(copied.parent, copied, cache)


def change(file: Path, *statements: str) -> None:
    """Change a catalogue behind its back."""
    with closing(sqlite3.connect(file)) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


def test_status_says_where_and_which_version(settings: Settings) -> None:
    status = database.status(settings)
    assert (status["schema"], status["catalogue"], status["state"], status["pending"]) == ("licet.db/1", settings.catalogue, "current", [])
    assert status["revision"] == status["wanted"]
    assert status["bytes"] == Path(settings.catalogue).stat().st_size


def test_status_makes_nothing(settings: Settings, tmp_path: Path) -> None:
    status = database.status(replace(settings, catalogue=str(tmp_path / "new" / "none.db")))
    assert (status["state"], status["revision"]) == ("missing", None)
    assert status["hint"]
    assert not (tmp_path / "new").exists()


def test_status_tells_an_empty_file_and_another_database_apart(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    assert database.status(replace(settings, catalogue=str(tmp_path / "empty.db")))["state"] == "empty"
    change(tmp_path / "other.db", "CREATE TABLE recipe (name)")
    assert database.status(replace(settings, catalogue=str(tmp_path / "other.db")))["state"] == "foreign"
    with pytest.raises(CatalogueError, match="not a catalogue"):
        database.upgrade(replace(settings, catalogue=str(tmp_path / "other.db")), silent)


def test_upgrading_what_is_current_changes_nothing(settings: Settings, desk_over: Open) -> None:
    before = digest(desk_over())
    done = database.upgrade(settings, silent)
    assert (done["before"], done["now"], done["seeded"]) == (done["now"], done["now"], False)
    assert digest(desk_over()) == before


def test_an_older_catalogue_is_refused_until_it_is_upgraded(settings: Settings) -> None:
    from registry.catalogue.engine import make_engine, read_target
    from registry.catalogue.upgrade import migrate

    target = read_target(settings.catalogue)
    Path(settings.catalogue).unlink()
    engine = make_engine(target, building=True)
    with engine.connect() as connection, connection.begin():
        migrate(connection, "0001")
    engine.dispose()
    assert database.status(settings)["state"] == "outdated"
    with pytest.raises(CatalogueOutdatedError) as caught:
        database.check(settings)
    assert "licet db upgrade" in (caught.value.hint or "")
    done = database.upgrade(settings, silent)
    assert done["before"] == "0001"
    assert done["seeded"] is True, "it was empty"
    assert database.status(settings)["state"] == "current"
    assert database.check(settings)["ok"]


def test_a_catalogue_of_a_newer_licet_is_refused_and_left_alone(settings: Settings) -> None:
    change(Path(settings.catalogue), "UPDATE alembic_version SET version_num = '9999'")
    before = Path(settings.catalogue).read_bytes()
    assert database.status(settings)["state"] == "newer"
    for ask in (
        partial(database.check, settings),
        partial(database.upgrade, settings, silent),
        partial(database.backup, settings, Path(settings.catalogue + ".copy")),
    ):
        with pytest.raises(CatalogueNewerError, match="newer licet") as caught:
            ask()
        assert "9999" in caught.value.message
        assert "upgrade licet" in (caught.value.hint or "")
    assert Path(settings.catalogue).read_bytes() == before
    assert not Path(settings.catalogue + ".copy").exists()


def test_a_backup_is_a_whole_catalogue(settings: Settings, desk_over: Open, tmp_path: Path) -> None:
    desk = desk_over()
    register_model(desk, specification("acme/support-7b", LLAMA, license="mit"), {})
    copy = tmp_path / "backups" / "one.db"
    done = database.backup(settings, copy)
    assert (done["copy"], done["bytes"]) == (str(copy), copy.stat().st_size)
    assert digest(desk_over(file=copy)) == digest(desk)
    assert [path.name for path in copy.parent.iterdir() if "copying" in path.name] == []
    register_model(desk, specification("acme/later", LLAMA, license="mit"), {})
    assert digest(desk_over(file=copy)) != digest(desk)


def test_a_backup_writes_over_nothing(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(UsageError, match="there already"):
        database.backup(settings, tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "keep me"


def test_what_is_not_there_cannot_be_copied_or_checked(settings: Settings, tmp_path: Path) -> None:
    missing = replace(settings, catalogue=str(tmp_path / "none.db"))
    for ask in (partial(database.check, missing), partial(database.backup, missing, tmp_path / "copy.db")):
        with pytest.raises(CatalogueError, match="there is no catalogue"):
            ask()
    assert not (tmp_path / "none.db").exists()
    assert not (tmp_path / "copy.db").exists()


def test_a_whole_catalogue_is_found_whole(settings: Settings, desk_over: Open) -> None:
    register_model(desk_over(), specification("acme/support-7b", LLAMA, license="mit"), {})
    report = database.check(settings)
    assert (report["schema"], report["ok"], report["problems"], report["change_sets"]) == ("licet.db/1", True, [], 2)
    assert len(report["head"]) == 64


MODEL = "SELECT id FROM model WHERE name ="
NO_GUARD = ("DROP TRIGGER tr_change_update", "DROP TRIGGER tr_change_delete", "DROP TRIGGER tr_change_set_update", "DROP TRIGGER tr_change_set_delete")


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ('UPDATE change SET after = \'{"license":"mit"}\' WHERE set_seq = 2 AND n = 2', "change set 2"),
        ("DELETE FROM change WHERE set_seq = 2 AND n = 1", "change set 2"),
        ("UPDATE change_set SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 2", "change set 2 was altered"),
        ("UPDATE change_set SET actor_id = actor_id + 1 WHERE seq = 1", "change set 1 was altered"),
        ("DELETE FROM change_set WHERE seq = 1", "change set 1 is missing"),
        ("UPDATE chain_head SET hash = 'x'", "head"),
        ("UPDATE profile SET model_count = model_count + 1 WHERE id = 1", "profile 1"),
        (f"UPDATE edge SET parent_id = ({MODEL} 'acme/support-7b') WHERE parent_id IS NOT NULL AND child_id = ({MODEL} '{LLAMA}')", "not what was recorded"),  # noqa: S608 - names of our own
        ("UPDATE statement SET model_id = 999999 WHERE model_id = 1", "not there"),
    ],
)
def test_tampering_is_found(settings: Settings, desk_over: Open, tampering: str, said: str) -> None:
    desk = desk_over()
    register_model(desk, specification("acme/support-7b", LLAMA, license="mit"), {})
    desk.close()
    change(Path(settings.catalogue), *NO_GUARD, tampering)
    report = database.check(settings)
    assert report["ok"] is False
    assert any(said in problem for problem in report["problems"]), report["problems"]


def test_the_history_defends_itself(settings: Settings, desk_over: Open) -> None:
    desk = desk_over()
    register_model(desk, specification("acme/support-7b", LLAMA, license="mit"), {})
    desk.close()
    for statement in ("UPDATE change SET after = 'x'", "DELETE FROM change", "UPDATE change_set SET kind = 'x'", "DELETE FROM change_set"):
        with pytest.raises(sqlite3.DatabaseError, match="append-only"):
            change(Path(settings.catalogue), statement)
    assert database.check(settings)["ok"]


@pytest.mark.parametrize("where", ["mysql://host/licet", "sqlite://", "sqlite:///:memory:", "", "://"])
def test_a_place_that_is_no_catalogue_is_refused(settings: Settings, where: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        database.status(replace(settings, catalogue=where))
    assert caught.value.hint


def test_a_folder_is_no_catalogue(settings: Settings, tmp_path: Path) -> None:
    for ask in (database.status, database.check):
        with pytest.raises(CatalogueError, match="it is a folder"):
            ask(replace(settings, catalogue=str(tmp_path)))


@pytest.mark.parametrize("content", [b"\x01\x02" * 5000, b"SQLite format 3\x00" + b"\xff" * 4000, b"not a database"])
def test_a_damaged_file_is_refused_and_left_alone(settings: Settings, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "damaged.db"
    file.write_bytes(content)
    broken = replace(settings, catalogue=str(file))
    for ask in (partial(database.status, broken), partial(database.check, broken), partial(database.upgrade, broken, silent)):
        with pytest.raises(CatalogueError, match="damaged") as caught:
            ask()
        assert str(file) in caught.value.message
    assert file.read_bytes() == content


def test_a_truncated_catalogue_is_found_out(settings: Settings) -> None:
    file = Path(settings.catalogue)
    size = file.stat().st_size
    with file.open("rb+") as stream:
        stream.truncate(size // 2)
    with pytest.raises(CatalogueError, match="damaged"):
        database.check(settings)
    assert file.stat().st_size == size // 2


def test_two_upgrades_of_one_file_meet(settings: Settings, tmp_path: Path) -> None:
    other = tmp_path / "again.db"
    shutil.copy(settings.catalogue, other)
    for _ in range(2):
        assert database.upgrade(replace(settings, catalogue=str(other)), silent)["seeded"] is False
