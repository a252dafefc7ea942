"""Licence files and vocabularies that cannot be read: the error names the file, the line and the field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registry.errors import KnowledgeError
from registry.knowledge.store import Knowledge
from tests.knowledge.breaking import copy_data, mend


@pytest.fixture
def data(root: Path, tmp_path: Path) -> Path:
    """A copy of the data files, to be broken."""
    return copy_data(root, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("type: open-source", "type: free", "type"),
        ("kind: grant", "kind: gift", "terms.0"),
        ("section: ", "sektion: ", "terms.0"),
        ("acts: ", "acts: [fly], was: ", "terms.0"),
        ("id: afl-3.0", "id: other-name", "id"),
        ("steward: ", "steward: [", ""),
        ("texts:", "texts: []\ntexts:", "texts"),
        ("name: ", "planet: mars\nname: ", "planet"),
    ],
)
def test_a_broken_licence_file_is_named_with_line_and_field(data: Path, old: str, new: str, field: str) -> None:
    file = min((data / "licenses").glob("*.yaml"))
    if "afl-3.0" in old:
        old, new = f"id: {file.stem}", "id: other-name"
    line = mend(file, old, new)
    with pytest.raises(KnowledgeError) as caught:
        Knowledge.load(data)
    assert f"`{file.name}`" in caught.value.message
    found = re.search(r"line (\d+)", caught.value.message)
    assert found
    assert line <= int(found[1]) <= line + 3
    assert field in caught.value.message
    assert caught.value.hint


def test_a_broken_vocabulary_is_named(data: Path) -> None:
    (data / "vocabulary.yaml").write_text("facts:\n  - {name: [\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"vocabulary\.yaml.* line 3"):
        Knowledge.load(data)


@pytest.mark.parametrize("content", [b"\xff\xfe", b""])
def test_a_licence_file_of_nothing_or_noise_is_named(data: Path, content: bytes) -> None:
    file = min((data / "licenses").glob("*.yaml"))
    file.write_bytes(content)
    with pytest.raises(KnowledgeError, match=re.escape(file.name)):
        Knowledge.load(data)
