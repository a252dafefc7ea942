"""`licet import` and `licet license identify`, as a user runs them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from registry.cli.import_ import print_import
from registry.cli.output import Output

CARD = """---
license: mit
base_model: meta-llama/Llama-2-7b-hf
datasets: [acme/questions]
---
# Tuned
"""


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tuned"
    folder.mkdir()
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "mistralai/Mistral-7B-v0.1", "peft_type": "LORA"}), encoding="utf-8")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    return folder


def licet(root: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "registry", *(str(part) for part in arguments)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)


def answer(root: Path, *arguments: str | Path) -> Any:
    done = licet(root, *arguments, "--format", "json")
    assert "Traceback" not in done.stderr
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_folder_is_taken_in_with_what_it_declares_and_what_it_shows(root: Path, model_folder: Path) -> None:
    result = answer(root, "import", "folder", model_folder, "--model", "acme/tuned")
    assert result["schema"] == "licet.import/1"
    assert result["models"] == ["acme/tuned"]
    assert "LIC109" in {note.get("finding") for note in result["notes"]}, "the card and the adapter's configuration name different bases"
    edges = {(edge["parent"], edge["evidence"]) for edge in answer(root, "lineage", "acme/tuned")["edges"] if edge["child"] == "acme/tuned"}
    assert edges >= {("meta-llama/Llama-2-7b-hf", "declared"), ("mistralai/Mistral-7B-v0.1", "detected")}
    (item,) = answer(root, "check", "acme/tuned", "--commercial", "--distribution", "weights", "--mau", "1000")["items"]
    assert "LIC101" in {finding["code"] for finding in item["findings"]}


def test_taking_it_in_again_changes_nothing(root: Path, model_folder: Path) -> None:
    answer(root, "import", "folder", model_folder, "--model", "acme/tuned")
    again = answer(root, "import", "folder", model_folder, "--model", "acme/tuned")
    assert (again["added"], again["changed"], again["retired"]) == ({}, {}, {})


def test_a_card_is_taken_in_for_the_model_that_is_named(root: Path, model_folder: Path) -> None:
    done = licet(root, "import", "card", model_folder / "README.md", "--model", "acme/carded")
    assert (done.returncode, done.stdout.startswith("Took in 1 model: acme/carded.")) == (0, True)
    assert "next: `licet check acme/carded --commercial`" in done.stderr


def test_what_is_not_there_is_an_error_and_no_traceback(root: Path, tmp_path: Path) -> None:
    for arguments in (
        ("import", "folder", tmp_path / "none"),
        ("import", "card", tmp_path / "none.md", "--model", "a/b"),
        ("import", "cache", "--dir", tmp_path / "none"),
    ):
        done = licet(root, *arguments)
        assert done.returncode in (2, 4)
        assert done.stderr.splitlines()[-2].startswith("error: ")
        assert "Traceback" not in done.stderr


def test_the_hub_is_not_asked_offline(root: Path) -> None:
    done = licet(root, "--offline", "import", "hub", "acme/model")
    assert done.returncode == 2
    assert "--offline" in done.stderr


def test_a_licence_file_is_identified_and_a_story_is_not(root: Path, tmp_path: Path) -> None:
    text = tmp_path / "LICENSE"
    text.write_text("Once upon a time there was a model that nobody was allowed to ask for its terms.\n" * 20, encoding="utf-8")
    found = answer(root, "license", "identify", text)
    assert (found["schema"], found["license"]) == ("licet.identify/1", None)
    assert licet(root, "license", "identify", tmp_path / "none").returncode == 4
    assert "not sure" in licet(root, "license", "identify", text).stdout


def test_all_models_are_counted_and_a_few_named() -> None:
    result = {"models": [f"acme/m{n}" for n in range(9)], "added": {}, "changed": {}, "retired": {}, "notes": [], "notes_in_all": 0}
    stream = io.StringIO()
    print_import(Output(stream), result)
    assert stream.getvalue().startswith("Took in 9 models: acme/m0, acme/m1, acme/m2, acme/m3, acme/m4 ...")
