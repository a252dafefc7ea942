"""Bills of materials that tests read: one of each format, valid against its schema."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

COMMIT = "a" * 40
TERMS = "You may use the model on Tuesdays."
SERIAL = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"


def cyclonedx(version: str = "1.6") -> dict[str, Any]:
    """An application that uses a fine-tuned model with its data and base."""
    model = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": "talker-chat",
        "purl": f"pkg:huggingface/acme/talker-chat@{COMMIT}",
        "licenses": [{"license": {"name": "Acme Terms", "url": "https://acme.example/terms", "text": {"content": TERMS}}}],
        "hashes": [{"alg": "SHA-256", "content": "b" * 64}],
        "pedigree": {
            "ancestors": [{"type": "machine-learning-model", "name": "talker", "purl": "pkg:huggingface/acme/talker", "licenses": [{"license": {"id": "MIT"}}]}]
        },
        "modelCard": {
            "modelParameters": {
                "task": "text-generation",
                "architectureFamily": "transformer",
                "datasets": [
                    {"ref": "words"},
                    {"type": "dataset", "name": "more words", "contents": {"url": "https://huggingface.co/datasets/acme/more-words"}},
                ],
            }
        },
    }
    adapter = {
        "type": "machine-learning-model",
        "bom-ref": "adapter",
        "group": "acme",
        "name": "talker-chat-lora",
        "supplier": {"name": "Acme"},
        "licenses": [{"expression": "Apache-2.0 OR MIT"}],
    }
    words = {
        "type": "data",
        "bom-ref": "words",
        "name": "words",
        "purl": "pkg:huggingface/datasets/acme/words",
        "licenses": [{"license": {"id": "CC-BY-NC-4.0"}}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": SERIAL,
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "app", "name": "Help Desk"}},
        "components": [model, adapter, words, {"type": "library", "name": "left-pad"}],
        "dependencies": [{"ref": "app", "dependsOn": ["model", "adapter"]}, {"ref": "adapter", "dependsOn": ["model", "words"]}],
    }


def encoded(text: str) -> str:
    """A text as the format carries it in base64."""
    return base64.b64encode(text.encode()).decode()


def spdx() -> dict[str, Any]:
    """A model with its base, data, licences and energy."""
    here = "https://acme.example/bom#"

    def element(kind: str, id: str, **values: Any) -> dict[str, Any]:
        return {"type": kind, "spdxId": here + id, "creationInfo": "_:made", **values}

    def link(number: int, kind: str, start: str, *ends: str) -> dict[str, Any]:
        return element(
            "Relationship", f"link{number}", relationshipType=kind, **{"from": here + start, "to": [end if "://" in end else here + end for end in ends]}
        )

    energy = {"type": "ai_EnergyConsumptionDescription", "ai_energyQuantity": 3.6, "ai_energyUnit": "megajoule"}
    graph = [
        {"type": "CreationInfo", "@id": "_:made", "specVersion": "3.0.1", "created": "2026-01-02T03:04:05Z", "createdBy": [here + "acme"]},
        element("Organization", "acme", name="Acme Labs"),
        element("SpdxDocument", "doc", rootElement=[here + "model"], profileConformance=["core", "ai", "dataset"]),
        element(
            "ai_AIPackage",
            "model",
            name="Talker Chat",
            originatedBy=[here + "acme"],
            releaseTime="2025-06-07T00:00:00Z",
            ai_typeOfModel=["transformer"],
            verifiedUsing=[{"type": "Hash", "algorithm": "sha256", "hashValue": "c" * 64}],
            ai_energyConsumption={"type": "ai_EnergyConsumption", "ai_trainingEnergyConsumption": [energy]},
        ),
        element("ai_AIPackage", "base", name="talker", software_packageUrl="pkg:huggingface/acme/talker"),
        element("dataset_DatasetPackage", "words", name="words", dataset_datasetType=["text"], dataset_hasSensitivePersonalInformation="yes"),
        element("dataset_DatasetPackage", "exam", name="exam", dataset_datasetType=["text"]),
        element("software_Package", "app", name="Help Desk"),
        element("simplelicensing_LicenseExpression", "mit", simplelicensing_licenseExpression="MIT"),
        element(
            "expandedlicensing_CustomLicense",
            "terms",
            name="Acme Terms",
            simplelicensing_licenseText=TERMS,
            expandedlicensing_seeAlso=["https://acme.example/terms"],
        ),
        link(1, "descendantOf", "model", "base"),
        link(2, "trainedOn", "model", "words"),
        link(3, "testedOn", "model", "exam"),
        link(4, "hasDeclaredLicense", "model", "terms"),
        link(5, "hasConcludedLicense", "model", "mit"),
        link(6, "hasDeclaredLicense", "words", "mit"),
        link(7, "dependsOn", "app", "model"),
    ]
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph}


def written(path: Path, document: Any) -> Path:
    """A document as a file."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
