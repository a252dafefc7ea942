"""Which data a path stands for, and whose outputs it is made of."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from registry.desk.run.record import UsedModel, record_outputs
from registry.desk.session import Desk
from registry.errors import SourceError, UsageError
from registry.provenance.digests import digest_file
from registry.runner.run_data import find_data, makers_of

LLAMA = "meta-llama/Llama-2-7b-hf"


def record_of(file: Path, *models: str, task: str = "infer/text-generation", sha256: str | None = None) -> dict[str, Any]:
    """A record of answers, as the runner writes them."""
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "answers", "digest": {"sha256": "0" * 64}}, {"name": file.name, "digest": {"sha256": sha256 or digest_file(file).sha256}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "externalParameters": {"task": task},
                "resolvedDependencies": [{"name": name, "annotations": {"kind": "model"}} for name in models],
            }
        },
    }


def write_beside(file: Path, statement: Any) -> None:
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    file.with_name(f"{file.name}.provenance.json").write_text(
        json.dumps({"payload": payload, "payloadType": "application/vnd.in-toto+json", "signatures": [{"keyid": "", "sig": "AAAA"}]})
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "answers.jsonl"
    file.write_text('{"output": "yes"}\n')
    return file


def test_a_file_goes_by_its_own_name_unless_another_is_given(reader: Desk, file: Path) -> None:
    assert find_data(reader, str(file)).name == "answers"
    assert find_data(reader, str(file), "acme/answers").name == "acme/answers"
    assert find_data(reader, str(file)).outputs_of == ()


def test_the_record_beside_a_file_tells_whose_outputs_it_is(reader: Desk, file: Path) -> None:
    write_beside(file, record_of(file, LLAMA, "acme/adapter"))
    found = find_data(reader, str(file))
    assert found.outputs_of == (LLAMA, "acme/adapter")
    assert found.note is None


def test_a_file_that_was_changed_still_counts_as_outputs_and_that_is_said(reader: Desk, file: Path) -> None:
    write_beside(file, record_of(file, LLAMA))
    file.write_text('{"output": "no"}\n')
    found = find_data(reader, str(file))
    assert found.outputs_of == (LLAMA,)
    assert found.note is not None
    assert "was changed" in found.note


def test_a_file_is_known_by_its_digest_wherever_it_went(desk: Desk, file: Path) -> None:
    record_outputs(desk, "answers-1", f"sha256:{digest_file(file).sha256}", "sha256:0", 1, [UsedModel(LLAMA, None, f"sha256:{'0' * 64}")])
    moved = file.rename(file.with_name("training.jsonl"))
    found = find_data(desk, str(moved))
    assert (found.name, found.outputs_of) == ("answers-1", (LLAMA,))


def test_files_within_a_folder_are_known_too(desk: Desk, file: Path) -> None:
    record_outputs(desk, "answers-1", f"sha256:{digest_file(file).sha256}", "sha256:0", 1, [UsedModel(LLAMA, None, f"sha256:{'0' * 64}")])
    folder = file.parent / "set"
    folder.mkdir()
    file.rename(folder / "train.jsonl")
    (folder / "other.jsonl").write_text("{}\n")
    found = find_data(desk, str(folder))
    assert (found.name, found.outputs_of) == ("set", (LLAMA,))
    assert len(found.files) == 2


def test_a_record_of_something_else_tells_of_no_outputs(reader: Desk, file: Path) -> None:
    write_beside(file, record_of(file, LLAMA, task="finetune/causal-lm"))
    assert find_data(reader, str(file)).outputs_of == ()


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"payload": "!!"}', "[" * 50_000])
def test_a_broken_record_beside_a_file_is_passed_over(reader: Desk, file: Path, text: str) -> None:
    file.with_name(f"{file.name}.provenance.json").write_text(text)
    assert find_data(reader, str(file)).outputs_of == ()


@pytest.mark.parametrize(
    "statement",
    [
        None, [], {}, {"predicate": 1}, {"predicate": {"buildDefinition": []}}, {"predicate": {"buildDefinition": {"externalParameters": {"task": 7}}}},
    ],
)  # fmt: skip
def test_a_statement_of_another_shape_tells_of_no_outputs(statement: Any) -> None:
    assert makers_of(statement) is None


def test_hostile_names_in_a_record_are_passed_over(file: Path) -> None:
    said = record_of(file, LLAMA, "bad\x1bname", " ")
    said["predicate"]["buildDefinition"]["resolvedDependencies"] += [None, {"name": 3, "annotations": {"kind": "model"}}, {"annotations": []}]
    said["subject"] = [None, {"digest": 3}]
    assert makers_of(said) == ((LLAMA,), frozenset())


def test_data_that_is_not_there_is_told(reader: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        find_data(reader, str(tmp_path / "nowhere.csv"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no file"):
        find_data(reader, str(tmp_path / "empty"))
