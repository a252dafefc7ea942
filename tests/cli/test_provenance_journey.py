"""From a run to another house: made here, verified, done again, changed by somebody, and taken in elsewhere, all by the installed command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Licet
from tests.runner.running import json_lines
from tests.runner.tiny_models import make_encoder

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("securesystemslib")


def answer(done: Any, code: int = 0) -> dict[str, Any]:
    assert done.returncode == code, done.stderr
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


@pytest.mark.slow
def test_a_model_travels_with_its_record(licet: Licet, tmp_path: Path) -> None:
    make_encoder(tmp_path / "tiny")
    rows = [{"text": "refund my card" if number % 2 else "parcel is late", "label": str(number % 2)} for number in range(20)]
    json_lines(tmp_path / "tickets.jsonl", rows)
    flags = [
        "--base-license",
        "apache-2.0",
        "--data-license",
        "mit",
        "--task",
        "text-classification",
        "--max-steps",
        "3",
        "--batch-size",
        "4",
        "--device",
        "cpu",
    ]
    use = ["--non-commercial", "--distribution", "internal"]
    made = licet("run", "finetune", "--base", "./tiny", "--data", "tickets.jsonl", "--out", "sorter", "--name", "acme/sorter", *flags, *use, "--format", "json")
    assert made.returncode == 0, made.stderr
    inputs = ["--base", "tiny", "--dependency", "tickets=tickets.jsonl"]

    verified = answer(licet("provenance", "verify", "sorter", *inputs, "--format", "json"))
    assert (verified["verified"], verified["model"], verified["lineage"]) == (True, "acme/sorter", "equal")
    assert {each["result"] for each in verified["dependencies"] if each["kind"] != "code"} == {"same"}

    again = answer(licet("provenance", "replay", "sorter", *inputs, "--format", "json"))
    assert (again["identical"], again["differences"]) == (True, [])

    shutil.copytree(tmp_path / "sorter", tmp_path / "changed")
    weights = tmp_path / "changed" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    changed = answer(licet("provenance", "verify", "changed", "--format", "json"), 1)
    assert [(each["code"], each["file"]) for each in changed["findings"]] == [("LIC502", "model.safetensors")]

    key = answer(licet("provenance", "keys", "--format", "json"))["items"][0]
    shutil.copy(key["file"], tmp_path / "maker.pub")
    elsewhere = {name: str(tmp_path / "elsewhere" / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    take = ["register", "--from-record", "sorter", "--allow-unknown-base", *use, "--format", "json"]
    assert licet(*take, **elsewhere).returncode == 1
    assert licet("provenance", "trust", "maker.pub", "--name", "The maker", **elsewhere).returncode == 0
    taken = answer(licet(*take, **elsewhere))
    assert (taken["model"], taken["record"]["evidence"], taken["record"]["files"]) == ("acme/sorter", "attested", "verified")
    assert {each["license"] for each in taken["inherits"]} == {"apache-2.0", "mit"}
    there = answer(licet("provenance", "verify", "sorter", "--format", "json", **elsewhere))
    assert (there["verified"], there["lineage"], there["signatures"][0]["name"]) == (True, "equal", "The maker")
    refused = licet("register", "--from-record", "changed", "--allow-unknown-base", "--allow-unknown-key", **elsewhere)
    assert refused.returncode == 1
    assert "cannot be believed" in refused.stderr
