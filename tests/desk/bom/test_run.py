"""Bills of a folder with the record of the run that it came out of: how it was made, from what, and whether the files are those of the record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.desk.bom.bill import make_bill
from registry.desk.session import Desk
from registry.provenance.layout import RECORD_FILE
from tests.desk.provenance.test_register import BASE, made, trained

pytest.importorskip("cyclonedx")
pytest.importorskip("securesystemslib")


def bill(desk: Desk, folder: Path, form: str = "cyclonedx-json") -> dict[str, Any]:
    return dict(json.loads(make_bill(desk, [str(folder)], {}, form=form).text))


def properties(held: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in held["properties"]}


def test_a_record_tells_how_the_model_was_made_and_from_what(desk: Desk, tmp_path: Path) -> None:
    document = bill(desk, made(tmp_path / "model", None, trained()))
    tuned = document["components"][0]
    assert (tuned["group"], tuned["name"]) == ("acme", "support-7b")
    assert [each["name"] for each in tuned["pedigree"]["ancestors"]] == [BASE.rpartition("/")[2]]
    assert tuned["modelCard"]["modelParameters"]["task"] == "text-classification"
    assert tuned["modelCard"]["modelParameters"]["datasets"] == [{"ref": "dataset:tickets"}]
    figures = tuned["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert {(each["type"], each["value"], each["slice"]) for each in figures} == {("accuracy", "0.5", "before"), ("accuracy", "0.9", "after")}
    (workflow,) = document["formulation"][0]["workflows"]
    assert {each["resource"]["ref"] for each in workflow["inputs"] if "resource" in each} == {f"model:{BASE}", "dataset:tickets"}
    assert workflow["outputs"][0]["resource"] == {"ref": "model:acme/support-7b"}
    said = {each["name"]: each["value"] for entry in workflow["inputs"] for each in entry.get("parameters", ())}
    assert (said["learning_rate"], said["epochs"], said["setting seed"]) == ("1e-05", "3", "0")
    assert workflow["timeEnd"] == "2026-11-20T10:05:00Z"
    assert "the files are those of the record" in properties(workflow)["licet:signature"]
    assert [each.get("phase") or each["name"] for each in document["metadata"]["lifecycles"]] == ["build", "post-build", "catalogue"]


def test_files_that_are_not_those_of_the_record_are_said_not_to_be(desk: Desk, tmp_path: Path) -> None:
    folder = made(tmp_path / "model", None, trained())
    before = bill(desk, folder)["components"][0]["hashes"]
    (folder / "model.safetensors").write_bytes(b"other weights")
    document = bill(desk, folder)
    (workflow,) = document["formulation"][0]["workflows"]
    assert "the files are not those of the record" in properties(workflow)["licet:signature"]
    assert document["components"][0]["hashes"] != before


def test_spdx_has_the_run_as_a_build_with_what_went_in_and_what_came_out(desk: Desk, tmp_path: Path) -> None:
    pytest.importorskip("spdx_python_model")
    graph = bill(desk, made(tmp_path / "model", None, trained()), "spdx-json")["@graph"]
    (build,) = [each for each in graph if each["type"] == "build_Build"]
    named = {each["spdxId"]: each.get("name") for each in graph if "spdxId" in each}
    ends = {each["relationshipType"]: {named[end] for end in each["to"]} for each in graph if each.get("from") == build["spdxId"]}
    assert ends == {"hasInput": {BASE, "tickets"}, "hasOutput": {"acme/support-7b"}}
    assert {each["key"]: each["value"] for each in build["build_parameter"]}["learning_rate"] == "1e-05"
    assert build["build_buildStartTime"] == "2026-11-20T10:00:00Z"
    (sbom,) = [each for each in graph if each["type"] == "software_Sbom"]
    assert sorted(sbom["software_sbomType"]) == ["analyzed", "build"]


def test_the_record_itself_is_named_by_its_digest(desk: Desk, tmp_path: Path) -> None:
    folder = made(tmp_path / "model", None, trained())
    (workflow,) = bill(desk, folder)["formulation"][0]["workflows"]
    assert properties(workflow)["licet:record"].startswith(f"{RECORD_FILE} sha256:")
