"""Findings that a model folder shows before any term is looked at; one test a code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.findings.codes import CODES
from registry.sources.folder.source import FolderSource


@dataclass(frozen=True)
class Told:
    """What an identifier says of a text."""

    license: str | None
    part: str = "license"
    score: float = 1.0
    method: str = "exact"
    rivals: tuple[tuple[str, float], ...] = ()
    link: str | None = None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text("---\nlicense: mit\nbase_model: acme/base\n---\n# A model\n", encoding="utf-8")
    return tmp_path


def codes(folder: Path, said: str | None = None) -> set[str]:
    """The codes that reading a folder notes; `said` is what every licence file is taken for."""
    source = FolderSource(folder, model="acme/model", identify=lambda text: Told(said), resolve=lambda name: name)
    list(source.records())
    found = {note.finding for note in source.notes if note.finding}
    assert found <= set(CODES)
    return found


def test_lic004_says_that_card_and_files_disagree(folder: Path) -> None:
    (folder / "LICENSE").write_text("Terms that are none of the card's. " * 30, encoding="utf-8")
    assert "LIC004" in codes(folder, "llama2")
    assert "LIC004" not in codes(folder, "mit")


def test_lic007_says_that_something_could_not_be_read(folder: Path) -> None:
    assert "LIC007" not in codes(folder)
    (folder / "README.md").write_text("---\nlicense: [mit\nbase_model: acme/base\n---\n", encoding="utf-8")
    assert "LIC007" in codes(folder)


def test_lic109_says_that_sources_contradict_each_other_on_lineage(folder: Path) -> None:
    assert "LIC109" not in codes(folder)
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "acme/other", "peft_type": "LORA"}), encoding="utf-8")
    assert "LIC109" in codes(folder)


def test_sec001_says_that_weights_run_code_when_they_are_read(folder: Path) -> None:
    assert "SEC001" not in codes(folder)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert "SEC001" in codes(folder)


def test_sec002_says_that_the_model_asks_to_run_code_of_its_own(folder: Path) -> None:
    assert "SEC002" not in codes(folder)
    (folder / "config.json").write_text(json.dumps({"auto_map": {"AutoModel": "modeling.Model"}}), encoding="utf-8")
    assert "SEC002" in codes(folder)
