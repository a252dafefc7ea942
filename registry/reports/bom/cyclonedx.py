"""A bill of materials as CycloneDX 1.6 or 1.7 in JSON.

What its library writes is written by it: components, pedigrees, hashes, references, services, dependencies. The rest is put on top: model
cards, data, licences of both kinds with where their texts are, citations, how a model was made. The result is held against the strict schema.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from typing import Any

from registry.errors import MissingExtraError
from registry.reports.bom.cyclonedx_card import dataset_data, formulation, model_card
from registry.reports.bom.cyclonedx_licenses import declared_and_concluded, detected
from registry.reports.bom.cyclonedx_parts import TOOL_REF, Parts
from registry.reports.bom.licensing import Licensing
from registry.reports.bom.names import dataset_ref, model_ref
from registry.reports.bom.subject import BomSubject
from registry.reports.bom.text import cleaned, one_line
from registry.sources.bom.schema import quick_addresses
from registry.supplychain.source import Source

SPECS = ("1.6", "1.7")
"""The versions that are written, the last by default."""


def render_cyclonedx(subject: BomSubject, spec: str = SPECS[-1]) -> dict[str, Any]:
    """The bill as a CycloneDX document.

    Raises:
        MissingExtraError: The library is not installed.
    """
    try:
        from cyclonedx.model.bom import Bom
        from cyclonedx.output.json import JsonV1Dot6, JsonV1Dot7
    except ImportError as error:
        raise MissingExtraError("writing CycloneDX", "bom") from error
    parts = Parts(subject)
    bom = Bom(components=parts.components(), services=parts.services(), dependencies=parts.dependencies(), metadata=parts.metadata())
    text = (JsonV1Dot6 if spec == "1.6" else JsonV1Dot7)(bom).output_as_string()
    document: dict[str, Any] = json.loads(text)
    return cleaned(_completed(document, subject, spec, parts))  # type: ignore[no-any-return]


def _completed(document: dict[str, Any], subject: BomSubject, spec: str, parts: Parts) -> dict[str, Any]:
    """The document with what the library does not write, in an order of ours and with a number that its content gives it."""
    by_ref = {each["bom-ref"]: each for each in document.get("components", ())}
    document["components"] = [by_ref[ref] for ref in parts.order]
    at = {ref: number for number, ref in enumerate(parts.order)}
    citations: list[dict[str, Any]] = []
    for model in subject.models:
        ref = model_ref(model.name)
        component = by_ref[ref]
        place = f"/components/{at[ref]}"
        citations += _put_licenses(component, model.licensing, subject, spec, place)
        card = model_card(model, subject, parts.links.get(model.name, ()))
        if card:
            component["modelCard"] = card
            citations += _cite([f"{place}/modelCard"], model.card.cited if model.card is not None else None, subject.created)
        citations += _cite([place], model.origin, subject.created)
        for link in parts.links.get(model.name, ()):
            pointer = f"{place}/modelCard/modelParameters/datasets" if link.parent.startswith("dataset:") else f"{place}/pedigree"
            if link.parent.startswith("dataset:") and "datasets" not in card.get("modelParameters", {}):
                continue
            for cited in link.cited[:5]:
                citations += _cite([pointer], cited, subject.created, f"{link.relation} {link.parent}, {link.evidence}")
    for dataset in subject.datasets:
        ref = dataset_ref(dataset.name)
        by_ref[ref]["data"] = [dataset_data(dataset)]
        citations += _put_licenses(by_ref[ref], dataset.licensing, subject, spec, f"/components/{at[ref]}")
        citations += _cite([f"/components/{at[ref]}"], dataset.origin, subject.created)
    made = formulation(subject)
    if made:
        document["formulation"] = made
    if spec != "1.6" and citations:
        document["citations"] = _by_note(citations)
    unknown = [model_ref(each.name) for each in subject.models if not each.recorded]
    if unknown:
        document["compositions"] = [{"aggregate": "unknown", "dependencies": unknown}]
    document.pop("serialNumber", None)
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=True)
    number = uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(canonical.encode()).hexdigest())
    return {"$schema": document.pop("$schema"), "bomFormat": document.pop("bomFormat"), "specVersion": spec, "serialNumber": f"urn:uuid:{number}", **document}


def _put_licenses(component: dict[str, Any], licensing: Licensing, subject: BomSubject, spec: str, place: str) -> list[dict[str, Any]]:
    """The licences of a component; gives the citations that go with them."""
    entries = declared_and_concluded(licensing, subject.licenses, spec)
    citations: list[dict[str, Any]] = []
    if entries:
        component["licenses"] = [entry for entry, _ in entries]
    for number, (_, claim) in enumerate(entries):
        if claim is not None:
            citations += _cite([f"{place}/licenses/{number}"], claim.cited, subject.created)
        else:
            why = f"concluded{f' on {licensing.on}' if licensing.on else ''}: {licensing.reason}"
            citations += _cite([f"{place}/licenses/{number}"], Source(why), subject.created)
    shown = detected(licensing, subject.licenses, spec)
    if shown:
        component["evidence"] = {"licenses": shown}
        seen = next((claim.cited for claim in licensing.of("detected") if claim.cited is not None), None)
        citations += _cite([f"{place}/evidence/licenses"], seen, subject.created)
    return citations


def _cite(pointers: list[str], cited: Source | None, created: str, about: str | None = None) -> list[dict[str, Any]]:
    if cited is None:
        return []
    note = f"{about + ': ' if about else ''}{one_line(cited.reference, 1_000)}{f' (read {cited.read_on})' if cited.read_on else ''}"
    return [{"pointers": pointers, "timestamp": created, "attributedTo": TOOL_REF, "note": note}]


def _by_note(citations: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One citation for each note, with every field that it is about."""
    found: dict[str, dict[str, Any]] = {}
    for each in citations:
        held = found.setdefault(each["note"], {**each, "pointers": []})
        held["pointers"] += [pointer for pointer in each["pointers"] if pointer not in held["pointers"]]
    return list(found.values())


def validate_cyclonedx(text: str, spec: str) -> list[str]:
    """Where a document breaks the strict schema of its version.

    Raises:
        MissingExtraError: What checks it is not installed.
    """
    try:
        from cyclonedx.exception import MissingOptionalDependencyException
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError as error:
        raise MissingExtraError("checking CycloneDX", "bom") from error
    try:
        with quick_addresses():
            faults = list(JsonStrictValidator(SchemaVersion.V1_6 if spec == "1.6" else SchemaVersion.V1_7).validate_str(text, all_errors=True) or ())
    except MissingOptionalDependencyException as error:
        raise MissingExtraError("checking CycloneDX", "bom") from error
    found = []
    for fault in faults:
        inner: Any = getattr(fault, "data", fault)
        found.append(f"{getattr(inner, 'json_path', '$')}: {getattr(inner, 'message', inner)}"[:300])
    return found
