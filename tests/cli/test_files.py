"""Files that users hand in and ask for."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from registry.cli.catalog import read_fields
from registry.cli.models import KEYS, flat
from registry.cli.register import DATASET_RELATIONS, RELATIONS, split_relation
from registry.cli.report import write_whole
from registry.cli.state import read_record
from registry.errors import UsageError
from registry.yaml12 import read_yaml


def test_a_record_is_read_as_yaml_1_2(tmp_path: Path) -> None:
    file = tmp_path / "host.yaml"
    file.write_text("id: x\ncountry: NO\nread_on: 2026-11-21\n", encoding="utf-8")
    assert read_record(str(file)) == {"id": "x", "country": "NO", "read_on": "2026-11-21"}


def test_a_json_file_is_yaml_too(tmp_path: Path) -> None:
    file = tmp_path / "host.json"
    file.write_text('{"id": "x", "terms": null}', encoding="utf-8")
    assert read_record(str(file)) == {"id": "x", "terms": None}


@pytest.mark.parametrize(
    ("content", "message"), [(b"- a\n", "not a mapping"), (b"a: 1\na: 2\n", "line 2"), (b"a: [1\n", "record.yaml"), (b"\xff\xfe", "cannot be read")]
)
def test_a_broken_record_is_wrong_usage_and_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "record.yaml"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_record(str(file))
    assert message in caught.value.message
    assert str(file) in caught.value.message
    assert caught.value.exit_code == 2


def test_a_record_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_record(str(tmp_path / "no.yaml"))


def test_fields_are_read_as_yaml_values() -> None:
    assert read_fields(("id=x", "seats=700", "languages=[en, no]", "license=null", "note=a=b", "read_on=2026-11-21")) == {
        "id": "x",
        "seats": 700,
        "languages": ["en", "no"],
        "license": None,
        "note": "a=b",
        "read_on": "2026-11-21",
    }
    with pytest.raises(click.UsageError, match="--set languages"):
        read_fields(("languages=[en",))


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    write_whole(file, "# one")
    write_whole(file, "# two\n")
    assert file.read_text(encoding="utf-8") == "# two\n"
    assert os.listdir(tmp_path) == ["report.md"]


def test_a_file_that_cannot_be_written_is_named_as_the_user_named_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_whole(tmp_path / "no" / "report.md", "x")
    assert str(tmp_path / "no" / "report.md") in caught.value.message
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError):
        write_whole(tmp_path / "folder", "x")
    assert os.listdir(tmp_path) == ["folder"]


@pytest.mark.parametrize(
    ("text", "name", "relation"),
    [
        ("meta-llama/Llama-2-7b-hf", "meta-llama/Llama-2-7b-hf", "finetune"),
        ("meta-llama/Llama-2-7b-hf:adapter", "meta-llama/Llama-2-7b-hf", "adapter"),
        ("a/b@abc:trained-on-outputs", "a/b@abc", "trained-on-outputs"),
        ("llama3:8b", "llama3:8b", "finetune"),
        ("llama3:8b:merge", "llama3:8b", "merge"),
    ],
)
def test_a_base_may_name_its_relation(text: str, name: str, relation: str) -> None:
    assert split_relation(text, RELATIONS) == (name, relation)


def test_a_dataset_may_carry_its_kind() -> None:
    assert split_relation("dataset:the-pile", DATASET_RELATIONS) == ("dataset:the-pile", "trained-on")
    assert split_relation("dataset:the-pile:tested-on", DATASET_RELATIONS) == ("dataset:the-pile", "tested-on")


@pytest.mark.parametrize("text", ["a/b:fintune", "a/b:Merge", "a/b:quantised"])
def test_a_misspelt_relation_is_no_part_of_a_name(text: str) -> None:
    with pytest.raises(click.UsageError, match="did you mean"):
        split_relation(text, RELATIONS)


def test_the_relations_are_those_of_the_vocabulary(root: Path) -> None:
    vocabulary = read_yaml((root / "data/vocabulary.yaml").read_text(encoding="utf-8"), "vocabulary.yaml")
    assert set(RELATIONS) | set(DATASET_RELATIONS) | {"uses"} == set(vocabulary["relations"])


def test_a_listed_model_fits_a_spreadsheet() -> None:
    row = flat({"model": "a/b", "deciding": {"term": "limit", "section": "2"}, "yes_when": None})
    assert (row["deciding_term"], row["deciding_section"]) == ("limit", "2")
    assert set(row) - set(KEYS) == {"deciding"}
    assert flat({"model": "a/b", "deciding": None})["deciding_term"] is None
