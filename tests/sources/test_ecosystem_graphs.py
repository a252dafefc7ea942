"""Ecosystem Graphs: models, data, applications and their makers, from YAML and from CSV, with a note on all that is not understood."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from registry.errors import SourceError
from registry.sources.interface import Source
from registry.sources.layers.ecosystem_graphs import EcosystemGraphsSource
from registry.sources.layers.names import NothingKnown
from registry.supplychain.record import Record
from tests.sources.real_data import real

CARDS = """- name: Talker
  type: model
  organization: Acme Labs
  nationality: UK
  access:
    explanation: weights on the site
    value: open
  created_date: 2023-03-14
  dependencies: [Base, Word Pile, Nowhere]
  license:
    value: "[[Acme Terms]](https://acme.example/terms)"
  modality: text; text
  size: 7B parameters (dense)
  training_hardware: 8 A100 GPUs
  training_time: 3 days
  model_card: https://huggingface.co/acme/talker
- name: Base
  type: model
  organization: Acme Labs
  access: closed
  license: unknown
  modality: text; image
  size: about 7B
  training_time: 320,256 GPU hours
  dependencies: []
- name: Word Pile
  type: dataset
  organization: Acme Labs
  size: 300B tokens
  license: none
  dependencies: []
- name: Talk App
  type: application
  organization: Acme Labs
  dependencies: [talker, Word Pile]
  monthly_active_users: 100M
- name: Odd
  type: gadget
- name: Talker
  type: model
  organization: Other
"""


def read(path: Path, **named: Any) -> tuple[list[Record], EcosystemGraphsSource]:
    source = EcosystemGraphsSource(path, **named)
    return list(source.records()), source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "graphs" / "assets"
    place.mkdir(parents=True)
    (place / "acme.yaml").write_text(CARDS, encoding="utf-8")
    return place.parent


def test_every_layer_of_a_card_is_read(folder: Path) -> None:
    records, source = read(folder)
    assert isinstance(source, Source)
    who, models, rest = records
    assert [(each.name, each.title, each.country) for each in who.developers] == [("acme-labs", "Acme Labs", "GB")]
    assert [(each.name, each.size_tokens) for each in who.datasets] == [("acme-labs/Word-Pile", 300 * 10**9)]
    assert [(each.subject, each.raw_name) for each in who.statements] == [("dataset:acme-labs/Word-Pile", "none")]
    talker, base = models.models
    assert (talker.name, talker.parameters, talker.access, talker.modality, talker.released_on) == ("acme/talker", 7 * 10**9, "open", "text", "2023-03-14")
    assert (base.name, base.parameters, base.access, base.modality) == ("acme-labs/Base", None, "unreleased", "image")
    assert [(each.raw_name, each.raw_link, each.basis) for each in models.statements] == [("Acme Terms", "https://acme.example/terms", "declared")]
    assert {(each.parent, each.relation, each.evidence) for each in models.relations} == {
        ("acme-labs/Base", "finetune", "inferred"),
        ("dataset:acme-labs/Word-Pile", "trained-on", "declared"),
    }
    assert [(run.hardware, run.count, run.hours) for run in rest.training_runs] == [("A100", 8, 72.0)]
    (app,) = rest.applications
    assert (app.name, app.owner, [use.model for use in app.models]) == ("acme-labs/Talk-App", "Acme Labs", ["acme/talker"])


def test_what_is_not_understood_is_noted_with_its_file_and_line(folder: Path) -> None:
    _, source = read(folder)
    notes = {(note.code, note.line) for note in source.notes}
    assert {note.file for note in source.notes} == {"acme.yaml"}
    lines = CARDS.splitlines()
    where = {line.strip(): number for number, line in enumerate(lines, 1)}
    assert notes == {
        ("dependency-unknown", where["dependencies: [Base, Word Pile, Nowhere]"]),
        ("bad-value", where["size: about 7B"]),
        ("bad-value", where["training_time: 320,256 GPU hours"]),
        ("not-kept", where["dependencies: [talker, Word Pile]"]),
        ("not-kept", where["monthly_active_users: 100M"]),
        ("bad-type", where["type: gadget"]),
        ("twice", max(number for number, line in enumerate(lines, 1) if line == "- name: Talker")),
    }


def test_a_repository_of_another_name_is_not_taken_for_the_asset(tmp_path: Path) -> None:
    """A card of a family often links to one of its members, whose licence may be another."""
    file = tmp_path / "a.yaml"
    file.write_text(
        "- {name: Talker, type: model, organization: Acme, license: MIT, model_card: 'https://huggingface.co/acme/talker-7b-chat'}\n", encoding="utf-8"
    )
    ((_, models), _) = read(file)
    assert [each.name for each in models.models] == ["acme/Talker"]


def test_what_the_catalogue_knows_keeps_its_name(folder: Path) -> None:
    class Some(NothingKnown):
        def model(self, label: str, owner: str | None) -> str | None:
            return "acme/base-7b" if (label, owner) == ("Base", "Acme Labs") else None

        def developer(self, label: str) -> str | None:
            return "acme"

    records, _ = read(folder, known=Some())
    assert [each.name for each in records[1].models] == ["acme/talker", "acme/base-7b"]
    assert {each.developer for each in records[1].models} == {"acme"}
    assert "acme/base-7b" in {each.parent for each in records[1].relations}


def test_a_file_that_cannot_be_read_is_noted_and_takes_no_other_with_it(folder: Path) -> None:
    (folder / "assets" / "broken.yaml").write_text("- name: [\n", encoding="utf-8")
    (folder / "assets" / "latin.yaml").write_bytes(b"- name: caf\xe9\n")
    (folder / "assets" / "bomb.yaml").write_text(
        "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}, *{p}]\n" for p, n in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True))
    )
    (folder / "assets" / "out.yaml").symlink_to("/etc/hostname")
    records, source = read(folder)
    assert len(records[1].models) == 2
    notes = {note.file: note.code for note in source.notes if note.file != "acme.yaml"}
    assert notes == {"broken.yaml": "unreadable", "latin.yaml": "unreadable", "bomb.yaml": "unreadable", "out.yaml": "link-out"}


@pytest.mark.parametrize("text", ["", "just: a mapping\n", "- 3\n"])
def test_a_file_without_assets_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="no asset"):
        read(file)


def test_the_table_says_what_the_cards_say(tmp_path: Path) -> None:
    table = tmp_path / "all_assets.csv.gz"
    rows = "type,name,organization,dependencies,license,size\nmodel,Talker,Acme,\"['Base']\",MIT,7B parameters\nmodel,Base,Acme,[],MIT,\nthing,X,,,,\n"
    table.write_bytes(gzip.compress(rows.encode()))
    ((_, models), source) = read(table)
    assert [(each.child, each.parent) for each in models.relations] == [("acme/Talker", "acme/Base")]
    assert [(note.code, note.row) for note in source.notes] == [("bad-type", 3)]


def test_the_real_cards_are_all_read() -> None:
    records, source = read(real("layers", "ecosystem_graphs"))
    who, models, rest = records
    assert len(models.models) + len(who.datasets) + len(rest.applications) >= 634  # of 639, five bear the name of another
    assert not [note for note in source.notes if note.code in ("unreadable", "bad-type", "no-name", "bad-name")]
    assert all(note.file and note.line for note in source.notes)
    assert len(models.relations) >= 330


def test_the_real_table_is_read() -> None:
    records, _ = read(real("layers", "ecosystem_graphs", "all_assets.csv.gz"))
    assert len(records[1].models) >= 420
