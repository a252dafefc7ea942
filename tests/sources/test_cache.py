"""The local cache of the Hub: snapshots are links into the cache, which are followed; links out of it are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import SourceError
from registry.sources.cache import CacheSource
from registry.sources.interface import Source

OLD, NEW = "a" * 40, "b" * 40


def cached(root: Path, model: str, commit: str, files: dict[str, str], at: int) -> Path:
    """A model in a cache as the Hub's own client lays it out."""
    import os

    repository = root / f"models--{model.replace('/', '--')}"
    for folder in ("blobs", "refs", f"snapshots/{commit}"):
        (repository / folder).mkdir(parents=True, exist_ok=True)
    (repository / "refs" / "main").write_text(commit)
    for name, text in files.items():
        blob = repository / "blobs" / f"{commit[:8]}{name}"
        blob.write_text(text)
        os.utime(blob, (at, at))
        (repository / "snapshots" / commit / name).symlink_to(Path("../../blobs") / blob.name)
    return repository


def test_every_snapshot_is_read_at_its_commit(tmp_path: Path) -> None:
    card = "---\nlicense: {}\nbase_model: acme/base\n---\n"
    cached(tmp_path, "acme/child", OLD, {"README.md": card.format("mit")}, 1_000)
    repository = cached(tmp_path, "acme/child", NEW, {"README.md": card.format("apache-2.0"), "config.json": "{}"}, 2_000)
    (tmp_path / "secret").write_text("---\nlicense: wtfpl\n---\n")
    (repository / "snapshots" / NEW / "LICENSE").symlink_to(tmp_path / "secret")
    source = CacheSource(tmp_path)
    assert isinstance(source, Source)
    (record,) = source.records()
    assert record.models[0].name == "acme/child"
    assert [revision.commit for revision in record.revisions] == [OLD, NEW]
    assert [statement.raw_name for statement in record.statements] == ["apache-2.0"]
    assert [relation.parent for relation in record.relations] == ["acme/base"]
    assert ("link-outside", "acme/child: LICENSE") in [(note.code, note.file) for note in source.notes]


def test_missing_cache_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no cache"):
        list(CacheSource(tmp_path / "gone").records())


def test_damaged_cache_is_noted(tmp_path: Path) -> None:
    (tmp_path / "models--acme--broken").mkdir()
    source = CacheSource(tmp_path)
    assert list(source.records()) == []
    assert [note.code for note in source.notes] == ["cache-damaged"]
