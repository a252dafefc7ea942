"""Bills as SPDX 3.0.1: valid by its schema and its shapes, with one declared and one concluded licence each, and honest about what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.knowledge.store import Knowledge
from registry.reports.bom.spdx import render_spdx
from registry.reports.bom.subject import BomModel, BomSubject
from tests.reports.bom_subjects import application_subject, full_subject, hostile_subject, licensing, texts_of
from tests.sources.real_data import real

pytest.importorskip("spdx_python_model")
GOLDEN = Path(__file__).parent / "bills"


def elements(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each for each in document["@graph"] if each["type"] == kind]


def links(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each for each in elements(document, "Relationship") if each["relationshipType"] == kind]


def named(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in document["@graph"] if each.get("name") == name and each["type"].endswith("Package"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:pyshacl")
@pytest.mark.parametrize("make", [full_subject, application_subject, hostile_subject])
def test_it_keeps_to_the_schema_and_the_shapes_of_spdx(knowledge: Knowledge, make: Any) -> None:
    jsonschema, pyshacl, rdflib = (pytest.importorskip(name) for name in ("jsonschema", "pyshacl", "rdflib"))
    standard = real("standards", "spdx-3.0.1")
    document = render_spdx(make(knowledge))
    schema = json.loads((standard / "spdx-json-schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)] == []
    context = json.loads((standard / "spdx-context.jsonld").read_text(encoding="utf-8"))
    facts = rdflib.Graph().parse(data=json.dumps({**document, **context}), format="json-ld")
    shapes = rdflib.Graph().parse(standard / "spdx-model.ttl")
    conforms, _, report = pyshacl.validate(facts, shacl_graph=shapes, ont_graph=shapes)
    assert conforms, report


def test_the_document_is_the_golden_one(knowledge: Knowledge, update_golden: bool) -> None:
    file = GOLDEN / "bom-spdx-3.0.1.json"
    text = json.dumps(render_spdx(full_subject(knowledge)), ensure_ascii=False, indent=2) + "\n"
    if update_golden:
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def test_every_package_has_one_declared_and_one_concluded_licence(knowledge: Knowledge) -> None:
    document = render_spdx(full_subject(knowledge))
    packages = [*elements(document, "ai_AIPackage"), *elements(document, "dataset_DatasetPackage")]
    for kind in ("hasDeclaredLicense", "hasConcludedLicense"):
        assert sorted(each["from"] for each in links(document, kind)) == sorted(each["spdxId"] for each in packages)
        assert all(len(each["to"]) == 1 for each in links(document, kind))
    expressions = {each["simplelicensing_licenseExpression"] for each in elements(document, "simplelicensing_LicenseExpression")}
    assert expressions == {"Apache-2.0", "LicenseRef-scancode-llama-2-license-2023", "CC-BY-4.0"}


def test_a_custom_licence_points_to_its_text_and_does_not_copy_it(knowledge: Knowledge) -> None:
    document = render_spdx(full_subject(knowledge))
    (text,) = elements(document, "simplelicensing_SimpleLicensingText")
    assert len(text["simplelicensing_licenseText"]) < 400
    assert "https://" in text["simplelicensing_licenseText"]
    expression = next(
        each for each in elements(document, "simplelicensing_LicenseExpression") if each["simplelicensing_licenseExpression"].startswith("LicenseRef-")
    )
    assert [(entry["key"], entry["value"]) for entry in expression["simplelicensing_customIdToUri"]] == [
        ("LicenseRef-scancode-llama-2-license-2023", text["spdxId"])
    ]


def test_nobody_s_licence_is_no_assertion_and_nothing_granted_is_none(knowledge: Knowledge) -> None:
    silent, bare = BomModel("a/silent"), BomModel("a/bare", licensing=licensing(knowledge, "none"))
    document = render_spdx(BomSubject(("a/silent",), (silent, bare), created="2026-11-29T00:00:00Z"))
    ends = {(each["from"], each["relationshipType"]): each["to"][0] for each in elements(document, "Relationship")}
    for kind in ("hasDeclaredLicense", "hasConcludedLicense"):
        assert "NoAssertionLicense" in ends[named(document, "a/silent")["spdxId"], kind]
        assert "NoneLicense" in ends[named(document, "a/bare")["spdxId"], kind]


def test_lineage_is_said_in_spdx_s_words_and_its_kind_beside_them(knowledge: Knowledge) -> None:
    document = render_spdx(full_subject(knowledge))
    tuned, base, letters = (named(document, name)["spdxId"] for name in ("acme/support-7b", "acme/base-7b", "acme/letters"))
    (link,) = links(document, "descendantOf")
    assert (link["from"], link["to"]) == (tuned, [base])
    assert (links(document, "trainedOn")[0]["from"], links(document, "trainedOn")[0]["to"]) == (tuned, [letters])
    stated = [json.loads(each["statement"]) for each in elements(document, "Annotation") if each["subject"] == link["spdxId"]]
    assert stated == [{"evidence": "declared", "relation": "finetune"}]
    assert any(json.loads(each["statement"]).get("verdict") == "permitted-with-obligations" for each in elements(document, "Annotation"))


def test_a_quantised_copy_is_a_variant(knowledge: Knowledge) -> None:
    held = full_subject(knowledge)
    document = render_spdx(replace(held, links=(replace(held.links[0], relation="quantized"),)))
    (link,) = links(document, "hasVariant")
    assert (link["from"], link["to"]) == (named(document, "acme/base-7b")["spdxId"], [named(document, "acme/support-7b")["spdxId"]])


def test_a_profile_that_lacks_something_is_not_claimed_and_the_bill_says_what(knowledge: Knowledge) -> None:
    lacking = render_spdx(full_subject(knowledge))
    (about,) = elements(lacking, "SpdxDocument")
    assert "ai" not in about["profileConformance"]
    assert "acme/support-7b lacks a download location" in about["comment"]
    whole = replace(full_subject(knowledge).models[1], released_on="2024-02-03")
    (about,) = elements(render_spdx(BomSubject(("acme/base-7b",), (whole,), created="2026-11-29T00:00:00Z")), "SpdxDocument")
    assert "ai" in about["profileConformance"]
    assert "lacks" not in about["comment"]


def test_a_release_known_to_the_month_says_so(knowledge: Knowledge) -> None:
    base = named(render_spdx(full_subject(knowledge)), "acme/base-7b")
    assert base["releaseTime"] == "2024-02-01T00:00:00Z"
    assert base["comment"] == "The release is known to the month: 2024-02."


def test_energy_parameters_and_figures_are_there(knowledge: Knowledge) -> None:
    tuned = named(render_spdx(full_subject(knowledge)), "acme/support-7b")
    (energy,) = tuned["ai_energyConsumption"]["ai_finetuningEnergyConsumption"]
    assert float(energy["ai_energyQuantity"]) == 0.002
    assert {each["key"]: each["value"] for each in tuned["ai_hyperparameter"]} == {"epochs": "3", "learning_rate": "2e-05"}
    assert tuned["ai_safetyRiskAssessment"] == "low"
    assert tuned["ai_autonomyType"] == tuned["ai_useSensitivePersonalInformation"] == "no"


def test_hostile_text_is_cut_and_made_plain(knowledge: Knowledge) -> None:
    texts = texts_of(render_spdx(hostile_subject(knowledge)))
    assert not any("\x1b" in text or "\u202e" in text for text in texts)
    assert max(map(len, texts)) <= 9_000


def test_the_bill_is_a_bom_of_the_kinds_that_it_was_made_from(knowledge: Knowledge) -> None:
    document = render_spdx(full_subject(knowledge))
    (bill,) = elements(document, "software_Sbom")
    assert bill["rootElement"] == [named(document, "acme/support-7b")["spdxId"]]
    assert sorted(bill["software_sbomType"]) == ["analyzed", "build"]
    (about,) = elements(document, "SpdxDocument")
    assert about["rootElement"] == [bill["spdxId"]]
    assert set(bill["element"]) < set(about["element"])
    held = full_subject(knowledge)
    (plain,) = elements(render_spdx(replace(held, runs=(), models=held.models[1:], targets=("acme/base-7b",))), "software_Sbom")
    assert "software_sbomType" not in plain


def test_every_file_of_a_model_has_its_digest(knowledge: Knowledge) -> None:
    document = render_spdx(full_subject(knowledge))
    (link,) = links(document, "contains")
    assert link["from"] == named(document, "acme/support-7b")["spdxId"]
    files = {each["spdxId"]: (each["name"], each["verifiedUsing"][0]["hashValue"]) for each in elements(document, "software_File")}
    assert sorted(files[end] for end in link["to"]) == [("README.md", "ef" * 32), ("model.safetensors", "cd" * 32)]


def test_who_makes_the_bill_is_its_creator(knowledge: Knowledge) -> None:
    document = render_spdx(replace(application_subject(knowledge), author="Acme Inc"))
    (creation,) = elements(document, "CreationInfo")
    (maker,) = (each for each in elements(document, "Organization") if each["name"] == "Acme Inc" and "comment" not in each)
    assert creation["createdBy"] == [maker["spdxId"]]
    (tool,) = elements(document, "Tool")
    assert creation["createdUsing"] == [tool["spdxId"]]
