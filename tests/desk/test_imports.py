"""Taking in what is outside, over a real catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.desk.catalog.entries import stats
from registry.desk.imports import import_dump
from registry.desk.lineage import read_lineage
from registry.desk.session import Desk
from registry.errors import SourceError


def dump_of(path: Path, *rows: dict[str, Any]) -> Path:
    """A dump of the Hub as JSON lines."""
    path.write_text("".join(json.dumps({"downloads": 1, **row}) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_dump_is_taken_in_and_again_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    rows = [{"id": "acme/one", "tags": ["license:mit", "base_model:finetune:meta-llama/Llama-2-7b-hf"]}, {"id": "acme/__", "tags": ["license:apache-2.0"]}]
    path = dump_of(tmp_path / "dump.jsonl", *rows)
    result = import_dump(desk, path)
    assert set(result["models"]) == {"acme/one", "acme/__"}
    assert result["added"]["model"] == 2
    again = import_dump(desk, path)
    assert (again["added"], again["changed"], again["retired"]) == ({}, {}, {})
    assert {edge["relation"] for edge in read_lineage(desk, "acme/one")["edges"] if edge["child"] == "acme/one"} == {"finetune"}


def test_lic108_says_that_the_lineage_runs_in_a_circle(desk: Desk, tmp_path: Path) -> None:
    rows = [
        {"id": "acme/one", "tags": ["license:mit", "base_model:acme/two"]},
        {"id": "acme/two", "tags": ["license:mit", "base_model:acme/one"]},
        {"id": "acme/three", "tags": ["license:mit"]},
    ]
    result = import_dump(desk, dump_of(tmp_path / "dump.jsonl", *rows))
    circles = [note for note in result["notes"] if note.get("finding") == "LIC108"]
    assert len(circles) == 1
    assert "acme/one" in circles[0]["message"]
    assert "acme/two" in circles[0]["message"]
    # It is kept as the uploaders have it.
    assert read_lineage(desk, "acme/three")["edges"] == []
    assert len(read_lineage(desk, "acme/one")["edges"]) == 2


def test_progress_is_told_while_a_dump_is_read(desk: Desk, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    import_dump(desk, dump_of(tmp_path / "dump.jsonl", {"id": "acme/one", "tags": []}), progress=lambda done, total: told.append((done, total)))
    assert told
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize("content", ["", "not json\n", "[1, 2]\n"])
def test_a_dump_without_a_row_that_can_be_read_is_refused_and_loses_nothing(desk: Desk, tmp_path: Path, content: str) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_text(content, encoding="utf-8")
    before = stats(desk)["digest"]
    with pytest.raises(SourceError, match=r"dump\.jsonl"):
        import_dump(desk, path)
    assert stats(desk)["digest"] == before
