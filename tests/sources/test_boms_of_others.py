"""Bills that other makers write: read without a fault, what cannot be kept is said, nothing is guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.sources.bom.source import BomSource
from registry.supplychain.record import Record
from tests.sources.boms_of_others import COMMIT, cdxgen, owasp, snyk, spdx_working_group, syft

KINDS = ("models", "datasets", "revisions", "statements", "relations", "applications")


def read(folder: Path, document: dict[str, Any]) -> tuple[Record, list[str]]:
    """All that a bill says as one record, and its notes."""
    file = folder / "bom.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    source = BomSource(file)
    records = list(source.records())
    whole: dict[str, Any] = {kind: tuple(each for record in records for each in getattr(record, kind)) for kind in KINDS}
    return replace(records[0], **whole), [note.message for note in source.notes if note.code != "unchecked"]


def licenses(record: Record) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for each in record.statements:
        found.setdefault(each.subject, []).append(each.raw_name)
    return found


def links(record: Record) -> set[tuple[str, str, str]]:
    return {(each.child, each.parent, each.relation) for each in record.relations}


def test_owasp_s_model_is_no_application_and_its_version_no_commit(tmp_path: Path) -> None:
    record, notes = read(tmp_path, owasp())
    assert [(each.name, each.architecture, each.modality) for each in record.models] == [("acme/duck-7b", "duck", "text")]
    assert record.applications == ()
    assert record.revisions == ()
    assert licenses(record) == {"acme/duck-7b": ["Apache-2.0"]}
    assert links(record) == {("acme/duck-7b", "dataset:acme/pond", "trained-on")}
    assert all(each.evidence == "inferred" for each in record.relations)
    assert notes == []


def test_cdxgen_s_data_is_told_by_where_its_repository_is(tmp_path: Path) -> None:
    record, notes = read(tmp_path, cdxgen())
    assert {each.name: each.recorded for each in record.models} == {"acme/duck-7b": True, "birds/goose-7b": False}
    assert [each.name for each in record.datasets] == ["acme/pond"]
    assert [each.commit for each in record.revisions] == [COMMIT]
    assert {parent for _, parent, _ in links(record)} == {"birds/goose-7b", "dataset:acme/pond"}
    assert licenses(record) == {"acme/duck-7b": ["MIT"], "dataset:acme/pond": ["other"]}
    assert notes == ["1 service is not kept"]


def test_snyk_s_agents_and_resources_are_neither_models_nor_data(tmp_path: Path) -> None:
    record, notes = read(tmp_path, snyk())
    assert {each.name: each.developer for each in record.models} == {"acme/duck-7b": "acme", "gpt-4o-mini": "OpenAI, Inc."}
    assert record.datasets == ()
    assert [(each.name, {use.model for use in each.models}) for each in record.applications] == [("Root", {"acme/duck-7b", "gpt-4o-mini"})]
    assert notes == [
        "2 components are neither model nor data, and not kept",
        "1 component is data of which nothing says that it is a data set, and not kept",
        "1 service is not kept",
    ]


def test_syft_s_weights_are_a_model_by_its_own_name(tmp_path: Path) -> None:
    record, notes = read(tmp_path, syft())
    assert [(each.name, each.architecture, each.developer) for each in record.models] == [("duck", "llama", None)]
    assert licenses(record) == {"duck": ["duck-terms"]}
    assert record.revisions == ()
    assert notes == []


@pytest.mark.parametrize(
    ("model", "data"),
    [
        ("ai_AIPackage", "dataset_DatasetPackage"),
        ("AI_AIPackage", "Dataset_DatasetPackage"),
        ("AIPackage", "DatasetPackage"),
        ("https://spdx.org/rdf/3.0.1/terms/AI/AIPackage", "https://spdx.org/rdf/3.0.1/terms/Dataset/DatasetPackage"),
    ],
)
def test_a_base_is_a_package_whose_purpose_is_a_model_and_types_are_read_however_spelt(tmp_path: Path, model: str, data: str) -> None:
    record, _ = read(tmp_path, spdx_working_group(model, data))
    assert {each.name for each in record.models} == {"acme/duck-contracts", "duck-base"}
    assert [each.name for each in record.datasets] == ["Pond-v2"]
    assert [each.size_rows for each in record.datasets] == [None], "a size in bytes is no number of rows"
    assert links(record) == {("acme/duck-contracts", "duck-base", "finetune"), ("acme/duck-contracts", "dataset:Pond-v2", "trained-on")}
    by = {(each.raw_name, "concluded" in str(each.source)) for each in record.statements}
    assert by == {("Apache-2.0", False), ("Apache-2.0", True)}


def test_a_document_of_the_next_version_is_read_and_says_that_it_breaks_this_one(tmp_path: Path) -> None:
    document = spdx_working_group(context="3.1")
    document["@graph"][4]["isoAutomationLevel"] = "partialAutomation"
    record, notes = read(tmp_path, document)
    assert {each.name for each in record.models} == {"acme/duck-contracts", "duck-base"}
    assert any("breaks the model of SPDX 3.0.1" in note for note in notes)
