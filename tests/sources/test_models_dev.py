"""models.dev: who serves which model at which price, from JSON lines, its api.json and a folder of TOML files alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.errors import SourceError
from registry.sources.layers.models_dev import ModelsDevSource
from registry.sources.layers.names import NothingKnown
from registry.supplychain.record import Record
from tests.sources.real_data import real

TEXT = {"input": ["text"], "output": ["text"]}
ENTRIES: list[dict[str, Any]] = [
    {
        "path": "models/acme/talker.toml",
        "name": "Talker",
        "open_weights": True,
        "license": "MIT",
        "release_date": "2025-02",
        "modalities": {"input": ["text", "image", "pdf"], "output": ["text"]},
        "weights": [{"label": "Hugging Face", "url": "https://huggingface.co/acme/Talker-7B"}],
    },
    {"path": "models/acme/closed.toml", "name": "Closed", "open_weights": False, "modalities": TEXT},
    {"path": "providers/cloud/provider.toml", "name": "The Cloud", "npm": "x"},
    {"path": "providers/cloud/models/talker-v1.toml", "base_model": "acme/talker", "cost": {"input": 0.5, "output": 1}},
    {"path": "providers/cloud/models/closed.toml", "name": "closed", "cost": {"input": 2, "output": "dear"}},
    {"path": "providers/cloud/models/own-thing.toml", "name": "Own Thing", "open_weights": False, "modalities": TEXT, "release_date": "2025-25-11"},
    {"path": "providers/other/models/ACME/Talker.toml", "name": "T", "cost": {"input": 3.0, "output": 4.0}},
    {"path": "providers/other/models/link.toml", "_error": "Invalid statement (at line 1, column 1)", "_raw": "../../cloud/models/talker-v1.toml"},
    {"path": "providers/other/models/broken.toml", "_error": "Invalid statement (at line 1, column 1)", "_raw": "name ="},
    {"path": "providers/cloud/models/lost.toml", "base_model": "acme/nowhere", "name": "Lost"},
]


def lines(path: Path, entries: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


def read(path: Path, **named: Any) -> tuple[list[Record], ModelsDevSource]:
    source = ModelsDevSource(path, **named)
    return list(source.records()), source


def hostings(records: list[Record]) -> dict[tuple[str, str], tuple[float | None, float | None]]:
    return {(each.model, each.host): (each.price_input_usd_per_million, each.price_output_usd_per_million) for each in records[-1].hostings}


def test_a_providers_entry_is_a_hosting_of_the_model_that_it_names(tmp_path: Path) -> None:
    records, _ = read(lines(tmp_path / "m.jsonl", ENTRIES))
    who, models, _ = records
    assert [(each.name, each.title) for each in who.hosts] == [("cloud", "The Cloud"), ("other", None)]
    talker, closed, own, lost = models.models
    assert (talker.name, talker.aliases, talker.modality, talker.openness.weights) == ("acme/Talker-7B", ("acme/talker",), "multimodal", "open")
    assert (closed.name, closed.access, own.name, own.released_on, lost.name) == ("acme/closed", "api", "cloud/own-thing", None, "cloud/lost")
    assert [(each.subject, each.raw_name) for each in models.statements] == [("acme/Talker-7B", "MIT")]
    assert hostings(records) == {
        ("acme/Talker-7B", "cloud"): (0.5, 1.0),
        ("acme/closed", "cloud"): (2.0, None),
        ("cloud/own-thing", "cloud"): (None, None),
        ("acme/Talker-7B", "other"): (3.0, 4.0),
        ("cloud/lost", "cloud"): (None, None),
    }


def test_what_is_not_understood_is_noted_with_its_file_and_line(tmp_path: Path) -> None:
    _, source = read(lines(tmp_path / "m.jsonl", ENTRIES))
    assert [(note.code, note.line) for note in source.notes] == [("unreadable", 9), ("bad-value", 5), ("bad-value", 6), ("twice", 8), ("base-unknown", 10)]
    assert {note.file for note in source.notes if note.line == 9} == {"providers/other/models/broken.toml"}


def test_the_three_forms_say_the_same(tmp_path: Path) -> None:
    served = [entry for entry in ENTRIES if entry["path"].startswith("providers/cloud")]
    provider, *models = served
    document = {"cloud": {**provider, "models": {entry["path"].split("/models/")[1][:-5]: entry for entry in models}}}
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    folder = tmp_path / "repository"
    for entry in served:
        file = folder / entry["path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        plain = {key: value for key, value in entry.items() if not isinstance(value, dict) and key != "path"}
        tables = "".join(
            f"[{key}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in value.items()) for key, value in entry.items() if isinstance(value, dict)
        )
        file.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in plain.items()) + tables, encoding="utf-8")
    (folder / "out.toml").symlink_to("/etc/hostname")
    said = [read(path)[0] for path in (lines(tmp_path / "m.jsonl", served), tmp_path / "api.json", folder)]
    shapes = [(hostings(records), sorted(each.name for each in records[1].models)) for records in said]
    assert shapes[0] == shapes[1] == shapes[2]
    assert len(shapes[0][0]) == 4


def test_what_the_catalogue_knows_keeps_its_name(tmp_path: Path) -> None:
    class Some(NothingKnown):
        def model(self, label: str, owner: str | None) -> str | None:
            return "Acme/Talker" if label == "acme/talker-x" else None

        def host(self, label: str) -> str | None:
            return "openai-api" if label == "openai-api" else None

    entries = [{"path": "providers/openai/models/acme/talker-x.toml", "name": "T"}]
    records, _ = read(lines(tmp_path / "m.jsonl", entries), known=Some())
    assert list(hostings(records)) == [("Acme/Talker", "openai-api")]


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", '{"a": 1}', "{" * 10_000, '{"path": 3}\n'])
def test_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "m.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError):
        read(file)


def test_the_real_entries_are_all_read() -> None:
    records, source = read(real("layers", "models_dev", "models_dev_2026-07.jsonl.gz"))
    assert len(records[0].hosts) == 147
    assert len(records[1].models) > 2_200
    assert len(records[2].hostings) > 5_000
    unread = [note for note in source.notes if note.code == "unreadable"]
    assert len(unread) == 31, "links to files that this copy lacks"
    assert all(note.line for note in source.notes)
