"""Models of the Hub as folders: what is in the local cache, and what a folder of it is."""

from __future__ import annotations

from pathlib import Path

from registry.sources.hub.snapshot import find_snapshot, snapshot_of_folder

OLD, NEW = "a" * 40, "b" * 40


def cache(folder: Path, name: str = "acme/base", kind: str = "models", main: str = OLD) -> Path:
    """A cache as the Hub's client keeps it: each file once among the blobs, and snapshots that link to them."""
    repository = folder / f"{kind}--{name.replace('/', '--')}"
    (repository / "blobs").mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(main)
    for commit in (OLD, NEW):
        snapshot = repository / "snapshots" / commit
        snapshot.mkdir(parents=True)
        blob = repository / "blobs" / commit[:8]
        blob.write_text(f"of {commit}")
        (snapshot / "config.json").symlink_to(blob)
    return repository


def test_the_snapshot_that_main_points_to_is_taken(tmp_path: Path) -> None:
    cache(tmp_path)
    found = find_snapshot("acme/base", folder=tmp_path)
    assert found is not None
    assert found.commit == OLD
    assert (found.folder / "config.json").read_text() == f"of {OLD}"
    assert (found.folder / "config.json").resolve().is_relative_to(found.within)


def test_a_revision_is_found_by_the_beginning_of_its_commit(tmp_path: Path) -> None:
    cache(tmp_path)
    found = find_snapshot("acme/base", revision=NEW[:8], folder=tmp_path)
    assert found is not None
    assert found.commit == NEW
    assert find_snapshot("acme/base", revision="c" * 8, folder=tmp_path) is None


def test_datasets_and_models_of_one_name_are_told_apart(tmp_path: Path) -> None:
    cache(tmp_path, kind="datasets")
    assert find_snapshot("acme/base", folder=tmp_path) is None
    assert find_snapshot("acme/base", kind="dataset", folder=tmp_path) is not None


def test_where_there_is_no_cache_nothing_is_found(tmp_path: Path) -> None:
    assert find_snapshot("acme/base", folder=tmp_path / "none") is None


def test_a_folder_of_the_cache_tells_its_model_by_where_it_stands(tmp_path: Path) -> None:
    repository = cache(tmp_path, "acme/my--model")
    found = snapshot_of_folder(repository / "snapshots" / NEW)
    assert found is not None
    assert found[1].commit == NEW
    assert snapshot_of_folder(tmp_path) is None
    assert snapshot_of_folder(cache(tmp_path / "data", kind="datasets") / "snapshots" / NEW) is None
