"""How open a model is by the Model Openness Framework, from what the catalogue and, where it is at hand, its folder say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from registry.desk.bom.subject import gather
from registry.reports.bom.subject import BomModel, BomSubject
from registry.reports.openness import TITLES, Openness, Part, openness_class
from registry.terms.combine import license_ids

if TYPE_CHECKING:
    from registry.desk.session import Desk

_RELEASED = {"open": True, "gated": True, "partly": False, "closed": False}


def openness_of(desk: Desk, target: str, folders: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The class of one model or model folder, with what is missing for the next one and what is not known.

    Args:
        desk: The desk.
        target: The model, or `./folder`.
        folders: Folders of models, by the model's name.

    Raises:
        UnknownModelError: The target leads to nothing, or to several.
        SourceError: A folder cannot be read.
    """
    subject = gather(desk, [target], {}, folders=folders, digest=False).subject
    model = subject.models[0]
    parts = parts_of(desk, model, subject)
    found = openness_class(parts)
    return {
        "model": model.name,
        "class": found.name,
        "title": TITLES.get(found.name or ""),
        "at_most": found.at_most,
        "next": found.next,
        "missing": list(found.missing),
        "unknown": list(found.unknown),
        "parts": {name: {"released": part.released, "open_license": part.open_license, "says": part.says} for name, part in parts.items()},
        "sentence": in_words(found),
    }


def in_words(found: Openness) -> str:
    """The class in a sentence."""
    own = f"class {found.name} ({TITLES[found.name]})" if found.name else "no class"
    lacking = f"for class {found.next} it lacks {', '.join(found.missing)}" if found.missing else ""
    unknown = f"{'not' if found.missing else f'for class {found.next} not'} known: {', '.join(found.unknown)}" if found.unknown else ""
    return "; ".join(part for part in (own, lacking, unknown) if part)


def parts_of(desk: Desk, model: BomModel, subject: BomSubject) -> dict[str, Part]:
    """What is known of the parts of a model; the licence of code that nobody records is not known."""
    held = model.openness
    parts = {
        "final model parameters": Part(_RELEASED.get(held.get("weights", "")), _is_open(desk, model.licensing.concluded), "openness of the weights on record"),
        "training, validation and testing code": Part(_RELEASED.get(held.get("training code", "")), None, "openness of the training code on record"),
        "inference code": Part(_RELEASED.get(held.get("inference code", "")), None, "openness of the inference code on record"),
    }
    sets = [link.parent.removeprefix("dataset:") for link in subject.links if link.child == model.name and link.relation == "trained-on"]
    licensed = [_is_open(desk, each.licensing.concluded) for each in subject.datasets if each.name in sets]
    terms = False if False in licensed else True if licensed and all(licensed) else None
    parts["datasets"] = Part(_RELEASED.get(held.get("data", "")), terms, "openness of the data on record, and the licences of its datasets")
    if model.card is not None:
        card = _is_open(desk, model.licensing.concluded)
        parts["model card"] = Part(True, card, "the card in its folder, under the licence of the model")
        if model.card.metrics or "evaluation" in model.card.texts:
            parts["evaluation results"] = Part(True, card, "the card in its folder")
    return {name: part for name, part in parts.items() if part.released is not None or part.open_license is not None}


def _is_open(desk: Desk, licenses: tuple[str, ...]) -> bool | None:
    """Whether all of some licences are open; None where none is known."""
    types = []
    for name in licenses:
        for license in license_ids(desk.knowledge.expression_of(name)):
            known = desk.knowledge.license_of(license)
            types.append(None if known is None or known.placeholder else known.type == "open-source")
    if False in types:
        return False
    return True if types and all(types) else None
