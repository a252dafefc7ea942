"""What our own bills of materials say beyond their standards, so that they give back what they were made from.

Others may write the same: it is their word, and no better than declared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from registry.sources.hub.words import name_problem
from registry.supplychain.words import DATASET_RELATIONS, GRADES, MODEL_RELATIONS

PREFIX = "licet:"
"""What the names of our properties begin with."""

MAX_STATEMENT = 100_000
"""A longer statement is none of ours."""


def properties_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Our properties of a CycloneDX component, without their prefix; the first of a name counts."""
    found: dict[str, str] = {}
    held = values.get("properties")
    for each in held if isinstance(held, list) else ():
        name, value = (each.get("name"), each.get("value")) if isinstance(each, Mapping) else (None, None)
        if isinstance(name, str) and isinstance(value, str) and name.startswith(PREFIX):
            found.setdefault(name.removeprefix(PREFIX), value)
    return found


def name_in(properties: Mapping[str, str]) -> str | None:
    """The registry's name that properties give, where it can be one."""
    name = properties.get("name")
    return name if name is not None and name_problem(name, "model") is None else None


def relation_in(said: Mapping[str, Any]) -> tuple[str, str] | None:
    """The relation between models that is stated, with its evidence; none where none that is known is."""
    relation = said.get("relation")
    return (relation, evidence_in(said.get("evidence"))) if isinstance(relation, str) and relation in MODEL_RELATIONS else None


def evidence_in(word: object) -> str:
    """A grade of evidence as far as a bill can give it: what its author detected or attested is a declaration here."""
    return "inferred" if word == GRADES[0] else "declared"


def data_in(properties: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """The relations to datasets that properties state: relation, reference and evidence."""
    for name, value in properties.items():
        relation, colon, reference = name.partition(":")
        if colon and relation in DATASET_RELATIONS and reference:
            yield relation, reference, evidence_in(value)


def statement_of(annotation: Mapping[str, Any]) -> dict[str, Any] | None:
    """What an SPDX annotation states as JSON; none where it is other text."""
    text = annotation.get("statement")
    if annotation.get("contentType") != "application/json" or not isinstance(text, str) or len(text) > MAX_STATEMENT:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
