"""Bills of materials in the shapes that other makers write them, with contents of our own."""

from __future__ import annotations

from typing import Any

COMMIT = "c" * 40
ADDRESS = "https://acme.example/bom"


def _cyclonedx(*components: dict[str, Any], spec: str = "1.6", **values: Any) -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": spec, "version": 1, "components": list(components), **values}


def owasp() -> dict[str, Any]:
    """As the AIBOM generator of OWASP has it: the model once as an application, once with its card; a version that is no commit."""
    model = {
        "bom-ref": "pkg:huggingface/acme/duck-7b@1.0",
        "type": "machine-learning-model",
        "name": "duck-7b",
        "version": "1.0",
        "purl": "pkg:huggingface/acme/duck-7b@1.0",
        "group": "acme",
        "authors": [{"name": "acme"}],
        "supplier": {"name": "acme"},
        "licenses": [{"license": {"id": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}}],
        "modelCard": {
            "modelParameters": {
                "task": "text-generation",
                "datasets": [{"type": "dataset", "name": "acme/pond", "description": "Ducks"}],
                "modelArchitecture": "duck",
            },
            "considerations": {"technicalLimitations": ["Quacks."], "ethicalConsiderations": [{"name": "None"}]},
            "properties": [{"name": "genai:aibom:modelcard:hyperparameter", "value": "{}"}],
        },
        "externalReferences": [{"type": "website", "url": "https://huggingface.co/acme/duck-7b"}],
    }
    return _cyclonedx(
        model,
        serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b70",
        metadata={
            "component": {"bom-ref": "pkg:generic/acme%2Fduck-7b@1.0", "type": "application", "name": "duck-7b", "version": "1.0"},
            "properties": [{"name": "primaryPurpose", "value": "text-generation"}],
        },
        dependencies=[{"ref": "pkg:generic/acme%2Fduck-7b@1.0", "dependsOn": ["pkg:huggingface/acme/duck-7b@1.0"]}],
    )


def cdxgen() -> dict[str, Any]:
    """As cdxgen has it: data told by where its repository is, ancestors with notes, files and services beside."""
    pond = "pkg:huggingface/acme/pond?repository_url=https%3A%2F%2Fhuggingface.co%2Fdatasets"
    model = {
        "type": "machine-learning-model",
        "bom-ref": f"pkg:huggingface/acme/duck-7b@{COMMIT}",
        "group": "acme",
        "name": "duck-7b",
        "version": COMMIT,
        "purl": f"pkg:huggingface/acme/duck-7b@{COMMIT}",
        "licenses": [{"license": {"id": "MIT"}}],
        "pedigree": {
            "ancestors": [{"type": "machine-learning-model", "group": "birds", "name": "goose-7b", "purl": "pkg:huggingface/birds/goose-7b"}],
            "notes": "base model relation: quantized",
        },
        "modelCard": {
            "modelParameters": {"task": "text-generation", "datasets": [{"ref": pond}], "inputs": [{"format": "text"}], "outputs": [{"format": "text"}]},
            "properties": [{"name": "cdx:huggingface:language", "value": "en"}],
        },
        "properties": [{"name": "cdx:ai:quantization", "value": "bnb 4-bit"}],
    }
    data = {"type": "data", "bom-ref": pond, "group": "acme", "name": "pond", "purl": pond, "licenses": [{"license": {"name": "other"}}]}
    prompt = {"type": "file", "bom-ref": "file:prompts/x.yaml", "name": "prompts/x.yaml"}
    return _cyclonedx(
        model,
        data,
        prompt,
        spec="1.7",
        services=[{"name": "openai", "endpoints": ["https://api.openai.com/v1"]}],
        dependencies=[{"ref": model["bom-ref"], "dependsOn": [pond]}, {"ref": "file:prompts/x.yaml", "dependsOn": [model["bom-ref"]]}],
    )


def snyk() -> dict[str, Any]:
    """As Snyk has it: models found in code, by the name in it; agents as applications; what a server offers as data."""

    def seen(kind: str, ref: str, name: str, **values: Any) -> dict[str, Any]:
        return {"type": kind, "bom-ref": ref, "name": name, "evidence": {"occurrences": [{"line": 8, "location": "app.py"}]}, **values}

    card = {"externalReferences": [{"type": "model-card", "url": "https://huggingface.co/acme/duck-7b"}], "publisher": "Hugging Face Inc"}
    return _cyclonedx(
        {"type": "application", "bom-ref": "application:Root", "name": "Root"},
        seen("application", "agent:create", "create"),
        seen("data", "mcp-resource:get_greeting", "get_greeting"),
        seen("machine-learning-model", "model:acme/duck-7b", "acme/duck-7b", licenses=[{"license": {"id": "BSD-3-Clause"}}], **card),
        seen("machine-learning-model", "model:gpt-4o-mini", "gpt-4o-mini", manufacturer={"name": "OpenAI, Inc."}),
        seen("library", "pkg:openai", "openai"),
        metadata={"manufacturer": {"name": "Snyk"}},
        services=[{"bom-ref": "service:x", "name": "x"}],
        dependencies=[{"ref": "application:Root", "dependsOn": ["agent:create", "model:acme/duck-7b", "model:gpt-4o-mini", "pkg:openai", "service:x"]}],
    )


def syft() -> dict[str, Any]:
    """As Syft has it: a file of weights as a model without an address, a licence that nobody knows."""
    model = {
        "type": "machine-learning-model",
        "bom-ref": "duck@1",
        "name": "duck",
        "version": "1",
        "licenses": [{"license": {"name": "duck-terms"}}],
        "modelCard": {"modelParameters": {"modelArchitecture": "llama"}},
        "properties": [{"name": "syft:package:foundBy", "value": "gguf-cataloger"}],
    }
    return _cyclonedx(model, {"type": "file", "bom-ref": "f", "name": "/models/duck.gguf", "hashes": [{"alg": "SHA-1", "content": "a" * 40}]})


def _spdx(*elements: dict[str, Any], context: str = "3.0.1") -> dict[str, Any]:
    made = {"type": "CreationInfo", "@id": "_:made", "specVersion": context, "created": "2026-01-01T00:00:00Z", "createdBy": [f"{ADDRESS}#who"]}
    who = {"type": "Person", "spdxId": f"{ADDRESS}#who", "name": "Research Team"}
    held = [{**each, "creationInfo": "_:made"} for each in (who, *elements)]
    return {"@context": f"https://spdx.org/rdf/{context}/spdx-context.jsonld", "@graph": [made, *held]}


def _link(number: int, kind: str, start: str, *ends: str) -> dict[str, Any]:
    to = [end if "://" in end else f"{ADDRESS}#{end}" for end in ends]
    return {"type": "Relationship", "spdxId": f"{ADDRESS}#link{number}", "relationshipType": kind, "from": f"{ADDRESS}#{start}", "to": to}


def spdx_working_group(model: str = "ai_AIPackage", data: str = "dataset_DatasetPackage", context: str = "3.0.1") -> dict[str, Any]:
    """As the examples of SPDX's AI working group have it: the base as a package whose purpose is a model, licences by their address."""
    here = f"{ADDRESS}#"
    return _spdx(
        {"type": "SpdxDocument", "spdxId": ADDRESS, "profileConformance": ["core", "ai", "dataset"], "rootElement": [f"{here}sbom"]},
        {"type": "software_Sbom", "spdxId": f"{here}sbom", "rootElement": [f"{here}model"], "software_sbomType": ["analyzed"]},
        {
            "type": model,
            "spdxId": f"{here}model",
            "name": "duck-contracts",
            "software_packageVersion": "1.0.0",
            "software_primaryPurpose": "model",
            "software_downloadLocation": "https://huggingface.co/acme/duck-contracts",
            "ai_typeOfModel": ["transformer"],
            "ai_hyperparameter": [{"type": "DictionaryEntry", "key": "baseModel", "value": "duck-base"}],
        },
        {
            "type": data,
            "spdxId": f"{here}data",
            "name": "Pond-v2",
            "software_primaryPurpose": "data",
            "dataset_datasetType": ["text"],
            "dataset_datasetSize": 524288000,
        },
        {
            "type": "software_Package",
            "spdxId": f"{here}base",
            "name": "duck-base",
            "software_primaryPurpose": "model",
            "software_downloadLocation": "https://huggingface.co/duck-base",
        },
        {"type": "simplelicensing_LicenseExpression", "spdxId": "https://spdx.org/licenses/Apache-2.0", "simplelicensing_licenseExpression": "Apache-2.0"},
        _link(1, "trainedOn", "model", "data"),
        _link(2, "dependsOn", "model", "base"),
        _link(3, "hasDeclaredLicense", "model", "https://spdx.org/licenses/Apache-2.0"),
        _link(4, "hasConcludedLicense", "model", "https://spdx.org/licenses/Apache-2.0"),
        context=context,
    )
