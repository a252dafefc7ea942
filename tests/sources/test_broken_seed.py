"""Seed files that cannot be read: the error names the file, the line and the field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registry.errors import KnowledgeError, SourceError
from registry.sources.seed import SeedSource
from tests.knowledge.breaking import copy_data, mend


@pytest.fixture
def data(root: Path, tmp_path: Path) -> Path:
    """A copy of the data files, to be broken."""
    return copy_data(root, tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("developers.yaml", "kind: company", "kind: moon", "kind"),
        ("datasets.yaml", "size_rows: ", "size_rowz: ", "size_rowz"),
        ("hosts.yaml", "kind: api", "kind: garage", "kind"),
        ("applications.yaml", "commercial: true", "commercial: [", ""),
        ("models/01-ai.yaml", "parameters: ", "parameters: many #", "parameters"),
        ("models/01-ai.yaml", "relation: finetune", "relation: sibling", "relation"),
        ("models/01-ai.yaml", "modality: text", "modality: text\n    modality: image", "modality"),
    ],
)
def test_a_broken_seed_file_is_named_with_line_and_field(data: Path, name: str, old: str, new: str, said: str) -> None:
    line = mend(data / "seed" / name, old, new)
    with pytest.raises(KnowledgeError) as caught:
        list(SeedSource(data / "seed").records())
    assert name in caught.value.message
    found = re.search(r"line (\d+)", caught.value.message)
    assert found
    assert line <= int(found[1]) <= line + 3
    assert said in caught.value.message


def test_a_seed_that_is_not_there_or_noise_is_named(data: Path) -> None:
    with pytest.raises(SourceError, match="no-seed"):
        list(SeedSource(data / "no-seed").records())
    (data / "seed" / "hosts.yaml").write_bytes(b"hosts: \xff\n")
    with pytest.raises(KnowledgeError, match=r"hosts\.yaml"):
        list(SeedSource(data / "seed").records())
