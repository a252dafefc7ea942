"""What can be imported in part: what was not understood becomes a note with its place, and all the rest is taken in."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from tests.cli.bad_input.refusal import Licet
from tests.cli.bad_input.test_bad_input_imports import bounded

pytestmark = pytest.mark.usefixtures("spoils")


def taken(licet: Licet, *arguments: str, **named: Any) -> Any:
    done = licet("import", *arguments, "--format", "json", **named)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def told(result: Any) -> set[tuple[str, int | None]]:
    return {(note["code"], note.get("row", note.get("line"))) for note in result["notes"]}


def test_a_row_that_nests_too_deep_costs_itself_only(here: Licet, tmp_path: Path) -> None:
    (tmp_path / "hub.jsonl").write_text('{"id": "x/deep", "tags": ' + "[" * 10_000 + "]" * 10_000 + '}\n{"id": "x/fine"}\n', encoding="utf-8")
    result = taken(here, "dump", "hub.jsonl")
    assert result["models"] == ["x/fine"]
    assert told(result) == {("unreadable", 1)}


def test_a_model_of_four_thousand_tags_and_one_of_four_thousand_bases(here: Licet, tmp_path: Path) -> None:
    rows = [
        {"id": "x/tags", "tags": [f"tag-{at}" for at in range(4_000)] + ["license:mit"]},
        {"id": "x/bases", "tags": [f"base_model:merge:y/m{at}" for at in range(4_000)]},
    ]
    (tmp_path / "hub.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = taken(here, "dump", "hub.jsonl")
    assert result["models"] == ["x/tags", "x/bases"]
    assert result["added"]["statement"] == 1
    assert result["added"]["relation"] == 1_000
    assert [(note["row"], note["message"]) for note in result["notes"]] == [(2, "`base_model` has 4,000 entries, of which 1,000 were taken")]


@pytest.mark.parametrize("closed", [True, False], ids=["long text", "front matter without end"])
def test_a_card_of_two_hundred_megabytes(licet: Licet, tmp_path: Path, closed: bool) -> None:
    with (tmp_path / "README.md").open("wb") as stream:
        stream.write(b"---\nlicense: mit\n" + (b"---\n" if closed else b""))
        stream.truncate(200_000_000)
    result = taken(licet, "card", "README.md", "--model", "x/large", preexec_fn=bounded)
    assert result["models"] == ["x/large"]
    assert result["added"].get("statement", 0) == closed
    assert any("more than 4,000,000 bytes" in note["message"] for note in result["notes"])


def test_a_card_that_is_no_utf8(here: Licet, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(b"---\nlicense: mit\nbase_model: acme/b\xe9se\n---\n")
    result = taken(here, "card", "README.md", "--model", "x/latin")
    assert result["added"]["statement"] == 1
    assert told(result) == {("card-encoding", 3), ("value-unreadable", 3)}


def test_a_card_of_aliases_that_would_fill_the_memory(licet: Licet, tmp_path: Path) -> None:
    levels = "".join(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True))
    (tmp_path / "README.md").write_text(f"---\na: &a [x, x]\n{levels}license: mit\n---\n", encoding="utf-8")
    result = taken(licet, "card", "README.md", "--model", "x/bomb", preexec_fn=bounded)
    assert {code for code, _ in told(result)} == {"front-matter-bounds"}


def test_headers_that_lie_about_their_lengths(licet: Licet, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "README.md").write_text("---\nlicense: mit\n---\n", encoding="utf-8")
    (folder / "pairs.gguf").write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60) + bytes(64))
    (folder / "key.gguf").write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + struct.pack("<Q", 2**62) + b"general.name")
    (folder / "array.gguf").write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a" + struct.pack("<IIQ", 9, 9, 2**61) + bytes(64))
    (folder / "long.safetensors").write_bytes(struct.pack("<Q", 2**63) + b"{}")
    (folder / "deep.safetensors").write_bytes(struct.pack("<Q", 20_000) + b"[" * 20_000)
    (folder / "config.json").symlink_to("/etc/passwd")
    (folder / "weights.bin").symlink_to("/dev/zero")
    result = taken(licet, "folder", "model", "--model", "x/lies", preexec_fn=bounded)
    assert result["added"]["statement"] == 1
    files = {note.get("file") for note in result["notes"]}
    assert files >= {"pairs.gguf", "key.gguf", "array.gguf", "long.safetensors", "deep.safetensors", "config.json", "weights.bin"}


def test_a_line_too_long_to_hold_costs_itself_only(licet: Licet, tmp_path: Path) -> None:
    with gzip.open(tmp_path / "hub.jsonl.gz", "wb", compresslevel=1) as stream:
        stream.write(b'{"id": "x/one"}\n{"id": "' + b"x" * 40_000_000 + b'"}\n{"id": "x/two"}\n')
    result = taken(licet, "dump", "hub.jsonl.gz", preexec_fn=bounded)
    assert result["models"] == ["x/one", "x/two"]
    assert told(result) == {("unreadable", 2)}


def test_a_name_that_a_terminal_would_obey_is_shown_harmless(here: Licet, tmp_path: Path) -> None:
    (tmp_path / "cards.yaml").write_text('- {name: "a\\e[2J", type: model, organization: "b\\u202e"}\n- {name: Fine, type: model}\n', encoding="utf-8")
    done = here("import", "ecosystem-graphs", "cards.yaml")
    assert done.returncode == 0, done.stderr
    assert not set("\x1b\u202e") & set(done.stdout + done.stderr)
