"""Digests of folders: the same for everybody, of all that is there, and of nothing that is elsewhere."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from registry.errors import ProvenanceError
from registry.provenance import digests
from registry.provenance.digests import FoundFile, digest_file, digest_files, digest_folder, list_files, tree_digest
from registry.provenance.layout import RECORD_FILES
from registry.provenance.run import FileDigest
from tests.provenance.build import model_folder


def test_every_file_is_digested_in_the_order_of_names(tmp_path: Path) -> None:
    found = digest_folder(model_folder(tmp_path / "model"))
    assert [file.name for file in found.files] == ["config.json", "model.safetensors", "training/losses.csv"]
    weights = found.files[1]
    assert (weights.size, weights.sha256) == (700, hashlib.sha256(b"weights" * 100).hexdigest())


def test_the_digest_of_a_folder_is_that_of_the_raw_digests_of_its_files(tmp_path: Path) -> None:
    found = digest_folder(model_folder(tmp_path / "model"))
    raw = b"".join(bytes.fromhex(file.sha256) for file in found.files)
    assert found.sha256 == hashlib.sha256(raw).hexdigest()


def test_names_are_ordered_by_code_point_however_they_come() -> None:
    files = [FileDigest(name, 0, hashlib.sha256(name.encode()).hexdigest()) for name in ("ß", "Z", "a/b", "a", "é")]
    assert tree_digest(files) == tree_digest(reversed(files)) == tree_digest(sorted(files, key=lambda file: file.name))


def test_a_folder_of_another_name_has_the_same_digest(tmp_path: Path) -> None:
    assert digest_folder(model_folder(tmp_path / "one")).sha256 == digest_folder(model_folder(tmp_path / "two")).sha256


@pytest.mark.parametrize("name", RECORD_FILES)
def test_records_are_left_out(tmp_path: Path, name: str) -> None:
    folder = model_folder(tmp_path / "model")
    before = digest_folder(folder).sha256
    (folder / name).write_text("{}", encoding="utf-8")
    assert digest_folder(folder).sha256 == before


@pytest.mark.parametrize("name", ["training/provenance.json", ".hidden", "model.sig.old", "extra/model.sig"])
def test_what_merely_looks_like_a_record_is_not_left_out(tmp_path: Path, name: str) -> None:
    folder = model_folder(tmp_path / "model")
    before = digest_folder(folder).sha256
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("{}", encoding="utf-8")
    assert digest_folder(folder).sha256 != before


def test_a_link_is_refused(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (folder / "extra.json").symlink_to(tmp_path / "secret")
    with pytest.raises(ProvenanceError, match=r"`extra\.json` is a link"):
        digest_folder(folder)


def test_links_are_followed_within_bounds_and_no_further(tmp_path: Path) -> None:
    cache = tmp_path / "models--acme--base"
    (cache / "blobs").mkdir(parents=True)
    (cache / "blobs" / "1").write_bytes(b"weights")
    snapshot = cache / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").symlink_to(Path("../../blobs/1"))
    assert digest_folder(snapshot, within=cache).files[0].sha256 == hashlib.sha256(b"weights").hexdigest()
    (tmp_path / "outside").write_bytes(b"x")
    (snapshot / "out").symlink_to(tmp_path / "outside")
    with pytest.raises(ProvenanceError, match="leads out of the folder"):
        digest_folder(snapshot, within=cache)


def test_a_link_to_a_folder_is_refused_even_within_bounds(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    (folder / "again").symlink_to(folder / "training", target_is_directory=True)
    with pytest.raises(ProvenanceError, match="is no regular file"):
        digest_folder(folder, within=folder)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    os.mkfifo(folder / "pipe")
    with pytest.raises(ProvenanceError, match=r"`pipe` is no regular file"):
        digest_folder(folder)


def test_what_is_refused_can_be_listed_instead(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    (folder / "link").symlink_to("config.json")
    refused: list[tuple[str, str]] = []
    assert len(list_files(folder, refused=refused)) == 3
    assert refused == [("link", "is a link")]


def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    (folder / "a\x1b[31m").write_text("x", encoding="utf-8")
    with pytest.raises(ProvenanceError, match="cannot be shown"):
        digest_folder(folder)


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ProvenanceError, match="holds no file"):
        digest_folder(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProvenanceError, match="gone"):
        digest_folder(tmp_path / "gone")


def test_a_folder_may_not_hold_files_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "MAX_FILES", 2)
    with pytest.raises(ProvenanceError, match="more than 2 files"):
        digest_folder(model_folder(tmp_path / "model"))


def test_a_file_that_grew_since_it_was_listed_is_told(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"abcdef")
    with pytest.raises(ProvenanceError, match="changed while it was read"):
        digest_files([FoundFile("weights", tmp_path / "weights", 5)])


def test_progress_ends_at_the_whole_and_never_runs_back(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / str(number)).write_bytes(bytes([number]) * 3_000_000)
    said: list[tuple[int, int]] = []
    digest_folder(tmp_path, progress=lambda done, total: said.append((done, total)))
    assert said[-1] == (12_000_000, 12_000_000)
    assert said == sorted(said)


def test_an_interruption_stops_all_threads(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x")
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(4_000_000_000)  # a hole: it takes no room, but seconds to read

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        digest_folder(tmp_path, progress=stop)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("digest")]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_number_of_threads_changes_nothing(tmp_path: Path, threads: int) -> None:
    for number in range(7):
        (tmp_path / f"file-{number}").write_bytes(os.urandom(10_000 * number))
    assert digest_folder(tmp_path, threads=threads) == digest_folder(tmp_path, threads=3)


def test_a_single_file_may_be_called_otherwise(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(b"a,b\n")
    assert digest_file(tmp_path / "data.csv", "train.csv") == FileDigest("train.csv", 4, hashlib.sha256(b"a,b\n").hexdigest())
