"""What is opened for one call, when, and what its first use makes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from registry.desk.session import open_desk, refuse_folder
from registry.errors import CatalogueError, CatalogueOutdatedError, UsageError
from tests.desk.conftest import LLAMA, Open, check, digest, settings_for, silent
from tests.desk.test_database import change


def test_nothing_is_opened_before_it_is_asked_for(tmp_path: Path, cache: Path) -> None:
    desk = open_desk(settings_for(tmp_path, tmp_path / "none" / "catalogue.db", cache), silent)
    assert desk.knowledge.license_of("mit") is not None
    desk.close()
    assert list(tmp_path.iterdir()) == []


def test_first_use_makes_and_seeds_the_catalogue_and_tells_so_once(tmp_path: Path, cache: Path, reader: object) -> None:
    settings = settings_for(tmp_path, tmp_path / "data" / "catalogue.db", cache, catalogue_is_default=True)
    told: list[str] = []
    with closing(open_desk(settings, told.append)) as desk:
        assert check(desk, LLAMA)["model"] == LLAMA
        assert desk.catalogue is desk.catalogue
        first = digest(desk)
    assert [line.split()[0] for line in told] == ["making", "seeding"]
    told.clear()
    with closing(open_desk(settings, told.append)) as desk:
        assert digest(desk) == first
    assert told == []
    assert {path.name for path in (tmp_path / "data").iterdir()} <= {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm"}


def test_a_closed_desk_opens_again(desk_over: Open) -> None:
    desk = desk_over()
    before = digest(desk)
    desk.close()
    desk.close()
    assert digest(desk) == before


def test_a_seed_that_is_wrong_leaves_no_catalogue(tmp_path: Path) -> None:
    """Whatever stops the filling, there is no half-made file."""
    from registry.catalogue.opening import open_catalogue

    def stop(catalogue: object) -> None:
        raise UsageError("the seed is wrong")

    with pytest.raises(UsageError):
        open_catalogue(tmp_path / "catalogue.db", fill=stop)
    assert list(tmp_path.iterdir()) == []


def test_only_the_default_catalogue_is_upgraded_unasked(copied: Path, desk_over: Open) -> None:
    change(copied, "UPDATE alembic_version SET version_num = '0002'")
    desk = desk_over()
    with pytest.raises(CatalogueOutdatedError, match="older version"):
        digest(desk)


def test_the_interpretation_is_checked(desk_over: Open) -> None:
    desk = desk_over(interpretation="strict")
    assert desk.interpretation(None) == "strict"
    assert desk.interpretation("permissive") == "permissive"
    with pytest.raises(UsageError):
        desk.interpretation("kind")


@pytest.mark.parametrize("reference", ["./a", "../a", "/a", "~/a", ".\\a", ".", ".."])
def test_a_path_is_told_from_a_name(reference: str) -> None:
    with pytest.raises(UsageError, match="folder"):
        refuse_folder(reference)


@pytest.mark.parametrize("reference", ["acme/model", "dataset:x", "app:x", "a.b", ".hidden-name"])
def test_a_name_is_told_from_a_path(reference: str) -> None:
    refuse_folder(reference)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    desk = open_desk(settings_for(tmp_path, tmp_path / "file" / "catalogue.db", cache), silent)
    with pytest.raises(CatalogueError, match=r"file/catalogue\.db"):
        digest(desk)
