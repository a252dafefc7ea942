"""How single values of a CycloneDX document are read: names, media, texts of licences, and what is said to be data."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from registry.sources.bom.names import Named, own_name, read_link, read_purl
from registry.sources.bom.own import name_in, properties_of
from registry.sources.hub.words import MODALITY_OF_TASK
from registry.sources.layers.values import modality_of

MOST_COMPONENTS = 200_000
"""A document with more components is read so far."""

MODEL, DATA, FILE = "machine-learning-model", "data", "file"
"""The types of components that are told apart."""

_LINKS = ("distribution", "model-card", "website", "vcs", "documentation")
_MEDIA = {"string": "text", "text": "text", "code": "code", "image": "image", "audio": "audio", "video": "video"}


def refs_of_data(document: Mapping[str, Any]) -> set[str]:
    """The references to what model cards name as data, and to what models depend on."""
    found: set[str] = set()
    models: set[str] = set()
    metadata = document.get("metadata")
    waiting = [*entries_of(document.get("components")), metadata.get("component") if isinstance(metadata, Mapping) else None]
    for _ in range(MOST_COMPONENTS):
        if not waiting:
            break
        each = waiting.pop()
        if not isinstance(each, Mapping):
            continue
        waiting += entries_of(each.get("components"))
        if each.get("type") == MODEL:
            models.add(str(each.get("bom-ref")))
            found |= {str(held["ref"]) for held in entries_of(parameters_in(each).get("datasets")) if isinstance(held, Mapping) and "ref" in held}
    for each in entries_of(document.get("dependencies")):
        if isinstance(each, Mapping) and str(each.get("ref")) in models:
            found |= {str(ref) for ref in entries_of(each.get("dependsOn"))}
    return found


def entries_of(value: object) -> list[Any]:
    """The entries of a list; none where it is none."""
    return value if isinstance(value, list) else []


def named_in(values: Mapping[str, Any]) -> Named | None:
    """The name of a component: by its package URL, by a link to the Hub that bears its name, or as it is called."""
    found = read_purl(values.get("purl"))
    if found is not None:
        return found
    own = name_in(properties_of(values))
    if own is not None:
        return Named(own)
    title = values.get("name")
    if not isinstance(title, str):
        return None
    for each in entries_of(values.get("externalReferences")):
        if isinstance(each, Mapping) and each.get("type") in _LINKS:
            found = read_link(each.get("url"), title)
            if found is not None:
                return found
    name = own_name(values.get("group"), title)
    return Named(name) if name is not None else None


def parameters_in(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters on the model card of a component; empty where it has none."""
    card = values.get("modelCard")
    held = card.get("modelParameters") if isinstance(card, Mapping) else None
    return held if isinstance(held, Mapping) else {}


def modality_in(parameters: Mapping[str, Any]) -> str | None:
    """The modality, by the task, else by what goes in and comes out."""
    task = parameters.get("task")
    if isinstance(task, str) and task in MODALITY_OF_TASK:
        return MODALITY_OF_TASK[task]
    media = []
    for key in ("inputs", "outputs"):
        formats = [str(each.get("format")).casefold() for each in entries_of(parameters.get(key)) if isinstance(each, Mapping)]
        if not formats or not all(each in _MEDIA for each in formats):
            return None
        media.append({_MEDIA[each] for each in formats})
    return modality_of(*media)


def text_digest_in(license: Mapping[str, Any]) -> str | None:
    """The digest of the licence's text, where it stands in the document."""
    text = license.get("text")
    content = text.get("content") if isinstance(text, Mapping) else None
    if not isinstance(text, Mapping) or not isinstance(content, str) or not content:
        return None
    try:
        data = base64.b64decode(content, validate=True) if text.get("encoding") == "base64" else content.encode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return hashlib.sha256(data).hexdigest()
