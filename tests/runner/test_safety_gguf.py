"""GGUF files before they are converted: what they say themselves counts, not their names."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from registry.errors import RunError
from registry.runner.safety_gguf import check_gguf, whole_models


def test_a_gguf_file_is_known_by_its_header(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
    checked = check_gguf(tmp_path, "model.gguf", "acme/model")
    assert (checked.paths, checked.header.version) == ((tmp_path.resolve() / "model.gguf",), 3)


@pytest.mark.parametrize(
    ("data", "reason", "said"),
    [(b"GGUF\x03\x00", "model", "it claims 4 bytes"), (b"\x80\x04K\x01.", "unsafe", "is a pickle"), (b"PK\x03\x04rest", "unsafe", "is a pickle")],
)
def test_a_file_that_is_only_named_gguf_is_refused(tmp_path: Path, data: bytes, reason: str, said: str) -> None:
    (tmp_path / "model.gguf").write_bytes(data)
    with pytest.raises(RunError, match=said) as caught:
        check_gguf(tmp_path, "model.gguf", "acme/model")
    assert caught.value.reason == reason


def test_a_gguf_file_that_is_not_there_names_the_one_that_is(tmp_path: Path) -> None:
    (tmp_path / "other.gguf").write_bytes(b"GGUF")
    with pytest.raises(RunError) as caught:
        check_gguf(tmp_path, "../model.gguf", "acme/model")
    assert "other.gguf" in str(caught.value.hint)


def part(path: Path, number: int, count: int) -> None:
    """A part without tensors, as `llama-gguf-split` numbers it."""
    pairs = b"".join(struct.pack("<Q", len(key)) + key + struct.pack("<IH", 2, value) for key, value in ((b"split.no", number), (b"split.count", count)))
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + pairs)


def test_any_part_leads_to_all_of_them_in_order(tmp_path: Path) -> None:
    for number in range(3):
        part(tmp_path / f"m-{number + 1:05}-of-00003.gguf", number, 3)
    for number in (1, 3):
        checked = check_gguf(tmp_path, f"m-{number:05}-of-00003.gguf", "acme/model")
        assert [path.name for path in checked.paths] == [f"m-{each:05}-of-00003.gguf" for each in (1, 2, 3)]


def test_a_part_that_is_missing_or_another_than_its_name_says_is_refused(tmp_path: Path) -> None:
    part(tmp_path / "m-00001-of-00002.gguf", 0, 2)
    with pytest.raises(RunError, match=r"`m-00002-of-00002\.gguf` is not there"):
        check_gguf(tmp_path, "m-00001-of-00002.gguf", "acme/model")
    part(tmp_path / "m-00002-of-00002.gguf", 0, 2)
    with pytest.raises(RunError, match="another part than its name says"):
        check_gguf(tmp_path, "m-00001-of-00002.gguf", "acme/model")
    part(tmp_path / "renamed.gguf", 0, 2)
    with pytest.raises(RunError, match="does not say which"):
        check_gguf(tmp_path, "renamed.gguf", "acme/model")
    part(tmp_path / "n-00001-of-60000.gguf", 0, 60_000)
    with pytest.raises(RunError, match="one of 60,000 parts"):
        check_gguf(tmp_path, "n-00001-of-60000.gguf", "acme/model")


def test_a_model_in_parts_is_one_model() -> None:
    names = ["b.gguf", "m-00001-of-00002.gguf", "m-00002-of-00002.gguf", "README.md"]
    assert whole_models(names) == ["b.gguf", "m-00001-of-00002.gguf"]
