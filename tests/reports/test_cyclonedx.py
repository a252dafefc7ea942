"""Bills as CycloneDX: valid against the strict schema, with what its library lacks, and harmless whatever people write."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.knowledge.store import Knowledge
from registry.reports.bom.cyclonedx import render_cyclonedx, validate_cyclonedx
from registry.reports.bom.cyclonedx_check import schema_check
from registry.reports.bom.licensing import LicenseClaim
from registry.reports.bom.subject import BomModel, BomSubject
from registry.settings import worker_environment
from tests.reports.bom_subjects import COMMIT, DIGEST, application_subject, full_subject, hostile_subject, licensing, texts_of

pytest.importorskip("cyclonedx")
GOLDEN = Path(__file__).parent / "bills"
SPECS = ("1.6", "1.7")


def written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


def component(document: dict[str, Any], ref: str) -> dict[str, Any]:
    return next(each for each in document["components"] if each["bom-ref"] == ref)


def properties(held: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in held.get("properties", ())}


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("make", [full_subject, application_subject, hostile_subject])
def test_it_keeps_to_the_strict_schema(knowledge: Knowledge, make: Any, spec: str) -> None:
    assert validate_cyclonedx(written(render_cyclonedx(make(knowledge), spec)), spec) == []


def test_the_validator_sees_a_fault(knowledge: Knowledge) -> None:
    document = render_cyclonedx(full_subject(knowledge))
    document["components"][0]["modelCard"]["colour"] = "red"
    document["components"][1]["externalReferences"] = [{"type": "website", "url": "http://not an address"}]
    faults = validate_cyclonedx(written(document), "1.7")
    assert any("colour" in fault for fault in faults)
    assert any("externalReferences" in fault for fault in faults)


def test_the_check_in_a_process_of_its_own_says_the_same(knowledge: Knowledge) -> None:
    document = render_cyclonedx(full_subject(knowledge))
    with schema_check("1.7", worker_environment()) as check:
        assert check.faults(written(document)) == []
    document["components"][0]["colour"] = "red"
    broken = written(document)
    with schema_check("1.7", worker_environment()) as check:
        assert check.faults(broken) == validate_cyclonedx(broken, "1.7") != []


def test_a_check_whose_process_fails_is_done_here(knowledge: Knowledge) -> None:
    with schema_check("1.7", {"PYTHONPATH": "/nowhere", "PYTHONSAFEPATH": "1", "PYTHONHOME": "/nowhere"}) as check:
        assert check.faults(written(render_cyclonedx(full_subject(knowledge)))) == []


@pytest.mark.parametrize("spec", SPECS)
def test_the_document_is_the_golden_one(knowledge: Knowledge, spec: str, update_golden: bool) -> None:
    file = GOLDEN / f"bom-cyclonedx-{spec}.json"
    text = written(render_cyclonedx(full_subject(knowledge), spec)) + "\n"
    if update_golden:
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def test_the_same_subject_gives_the_same_bytes_and_another_one_another_number(knowledge: Knowledge) -> None:
    one, other = full_subject(knowledge), replace(full_subject(knowledge), date="2026-12-01")
    assert written(render_cyclonedx(one)) == written(render_cyclonedx(full_subject(knowledge)))
    assert render_cyclonedx(one)["serialNumber"] != render_cyclonedx(other)["serialNumber"]


def test_what_was_asked_about_is_the_first_component_and_the_subject(knowledge: Knowledge) -> None:
    document = render_cyclonedx(full_subject(knowledge))
    assert document["components"][0]["bom-ref"] == "model:acme/support-7b"
    assert document["metadata"]["component"]["name"] == "support-7b"
    assert {each["ref"]: each.get("dependsOn") for each in document["dependencies"]}["subject"] == ["model:acme/support-7b"]
    application = render_cyclonedx(application_subject(knowledge))
    assert application["metadata"]["component"]["type"] == "application"
    depends = {each["ref"]: set(each.get("dependsOn", ())) for each in application["dependencies"]}
    assert depends["app:help-desk"] == {"model:acme/support-7b", "model:acme/base-7b", "host:kloud"}
    assert depends["model:acme/support-7b"] == {"model:acme/base-7b", "dataset:acme/letters"}
    assert [each["name"] for each in application["services"]] == ["Kloud"]


def test_declared_detected_and_concluded_stand_apart_with_where_the_text_is(knowledge: Knowledge) -> None:
    tuned = component(render_cyclonedx(full_subject(knowledge)), "model:acme/support-7b")
    declared = [each for each in tuned["licenses"] if each.get("license", each).get("acknowledgement") == "declared"]
    concluded = [each for each in tuned["licenses"] if each.get("license", each).get("acknowledgement") == "concluded"]
    assert [each["license"]["id"] for each in declared] == ["Apache-2.0"]
    assert [each["license"]["id"] for each in concluded] == ["Apache-2.0"]
    assert [each["license"]["name"] for each in tuned["evidence"]["licenses"]] == ["LicenseRef-scancode-llama-2-license-2023"]
    base = component(render_cyclonedx(full_subject(knowledge)), "model:acme/base-7b")
    expression = next(each for each in base["licenses"] if "expression" in each)
    assert expression["acknowledgement"] == "concluded"
    assert expression["expressionDetails"][0]["licenseIdentifier"] == "LicenseRef-scancode-llama-2-license-2023"
    assert expression["expressionDetails"][0]["url"].startswith("https://")


def test_version_1_6_has_single_licences_only_where_1_7_has_expressions(knowledge: Knowledge) -> None:
    both = BomModel("acme/both", licensing=licensing(knowledge, "llama2", "apache-2.0"))
    choice = BomModel("acme/choice", licensing=licensing(knowledge, "apache-2.0 OR mit"))
    subject = BomSubject(("acme/both", "acme/choice"), (both, choice), created="2026-11-29T00:00:00Z")
    older, newer = render_cyclonedx(subject, "1.6"), render_cyclonedx(subject, "1.7")
    assert validate_cyclonedx(written(older), "1.6") == validate_cyclonedx(written(newer), "1.7") == []
    assert not any("expression" in each for part in older["components"] for each in part["licenses"])
    assert {
        each["expression"] for part in newer["components"] for each in part["licenses"] if each.get("acknowledgement") == "concluded" and "expression" in each
    } == {
        "LicenseRef-scancode-llama-2-license-2023 AND Apache-2.0",
        "Apache-2.0 OR MIT",
    }


def test_the_model_card_has_what_the_library_lacks(knowledge: Knowledge) -> None:
    card = component(render_cyclonedx(full_subject(knowledge)), "model:acme/support-7b")["modelCard"]
    assert card["modelParameters"]["task"] == "text-classification"
    assert card["modelParameters"]["datasets"] == [{"ref": "dataset:acme/letters"}]
    assert {each["type"]: each["value"] for each in card["quantitativeAnalysis"]["performanceMetrics"]} == {"eval_loss": "0.1", "accuracy": "0.97"}
    considered = card["considerations"]
    assert considered["technicalLimitations"] == ["English only."]
    (energy,) = considered["environmentalConsiderations"]["energyConsumptions"]
    assert (energy["activity"], energy["activityEnergyCost"]) == ("fine-tuning", {"value": 0.002, "unit": "kWh"})
    assert properties(card)["genai:aibom:modelcard:vocabSize"] == "30522"


def test_how_it_was_made_is_told_from_the_record_of_its_run(knowledge: Knowledge) -> None:
    (formula,) = render_cyclonedx(full_subject(knowledge))["formulation"]
    (workflow,) = formula["workflows"]
    assert {"ref": "model:acme/base-7b"} in [each.get("resource") for each in workflow["inputs"]]
    assert workflow["outputs"] == [{"type": "artifact", "resource": {"ref": "model:acme/support-7b"}}]
    assert (workflow["timeStart"], workflow["timeEnd"]) == ("2026-11-28T10:00:00Z", "2026-11-28T10:05:00Z")
    assert properties(workflow)["licet:signature"] == "not verified"


def test_every_citation_leads_to_a_field_that_is_there(knowledge: Knowledge) -> None:
    document = render_cyclonedx(full_subject(knowledge))
    assert "citations" not in render_cyclonedx(full_subject(knowledge), "1.6")
    assert sum(len(each["pointers"]) for each in document["citations"]) > 10
    for citation in document["citations"]:
        for pointer in citation["pointers"]:
            held: Any = document
            for step in pointer.split("/")[1:]:
                held = held[int(step)] if isinstance(held, list) else held[step]
            assert held


def test_identity_is_the_commit_on_the_hub_and_the_digest_of_a_folder(knowledge: Knowledge) -> None:
    document = render_cyclonedx(full_subject(knowledge))
    assert component(document, "model:acme/base-7b")["purl"] == f"pkg:huggingface/acme/base-7b@{COMMIT}"
    tuned = component(document, "model:acme/support-7b")
    assert tuned["purl"] == f"pkg:generic/acme/support-7b@{DIGEST[7:19]}?checksum=sha256:{DIGEST[7:]}"
    assert tuned["hashes"] == [{"alg": "SHA-256", "content": DIGEST[7:]}]
    assert {each["name"] for each in tuned["components"]} == {"model.safetensors", "README.md"}


def test_a_model_of_which_nothing_is_known_gets_nothing_invented(knowledge: Knowledge) -> None:
    document = render_cyclonedx(BomSubject(("gpt-x",), (BomModel("gpt-x", recorded=False),), created="2026-11-29T00:00:00Z"))
    (only,) = document["components"]
    assert set(only) == {"bom-ref", "name", "type", "properties"}
    assert document["compositions"] == [{"aggregate": "unknown", "dependencies": ["model:gpt-x"]}]
    assert validate_cyclonedx(written(document), "1.7") == []


def test_hostile_text_is_cut_and_made_plain_and_no_address_runs_anything(knowledge: Knowledge) -> None:
    document = render_cyclonedx(hostile_subject(knowledge))
    texts = texts_of(document)
    assert not any("\x1b" in text or "\u202e" in text for text in texts)
    assert max(map(len, texts)) <= 5_000
    assert not any(each["url"].startswith("javascript") for part in document["components"] for each in part.get("externalReferences", ()))


def test_a_claim_with_a_link_that_is_no_address_keeps_it_as_a_property(knowledge: Knowledge) -> None:
    claim = LicenseClaim("declared", "Acme Terms", "ftp:// acme", None, None)
    subject = BomSubject(("a/b",), (BomModel("a/b", licensing=licensing(knowledge, claims=(claim,))),), created="2026-11-29T00:00:00Z")
    (entry,) = render_cyclonedx(subject)["components"][0]["licenses"]
    assert entry["license"]["name"] == "Acme Terms"
    assert properties(entry["license"])["licet:link"] == "ftp:// acme"


def test_who_makes_the_bill_and_from_what_stands_in_its_metadata(knowledge: Knowledge) -> None:
    held = full_subject(knowledge)
    silent = render_cyclonedx(held)["metadata"]
    assert "manufacturer" not in silent
    assert [each.get("phase") or each["name"] for each in silent["lifecycles"]] == ["build", "post-build", "catalogue"]
    made = render_cyclonedx(replace(held, author="Acme GmbH", runs=(), models=held.models[:1]))
    assert made["metadata"]["manufacturer"] == {"name": "Acme GmbH"}
    assert made["metadata"]["lifecycles"] == [{"phase": "post-build"}]
    assert validate_cyclonedx(written(made), "1.7") == []


def test_a_licence_is_pointed_to_once_where_it_stands_and_not_in_the_folders_of_others(knowledge: Knowledge) -> None:
    tuned = component(render_cyclonedx(full_subject(knowledge)), "model:acme/support-7b")
    links = [each["url"] for each in tuned["externalReferences"] if each["type"] == "license"]
    assert links == ["https://ai.meta.com/llama/license/", "https://www.apache.org/licenses/LICENSE-2.0"]
