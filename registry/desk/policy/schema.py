"""The JSON schemas of a policy and of a `licet.yaml`, as they are published in `data/schemas/`: what they take, the program takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from registry.desk.policy.file import MOST_WORDS, PolicyFile
from registry.desk.policy.words import FURTHER, closed_words
from registry.policy.policy import LISTS
from registry.terms.verdict import VERDICT_WORDS

if TYPE_CHECKING:
    from registry.knowledge.store import Knowledge
    from registry.terms.vocabulary import Fact, Vocabulary

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect of JSON Schema."""

_PATTERN = {"type": "string", "minLength": 1, "maxLength": 300, "pattern": r"\*"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 300}


def policy_schema(knowledge: Knowledge) -> dict[str, Any]:
    """The JSON schema of a policy: a file of its own, or what stands under `policy` in a `licet.yaml`."""
    schema = PolicyFile.model_json_schema()
    words = closed_words(knowledge)
    properties, parts = schema["properties"], schema["$defs"]
    code = {"$ref": "#/$defs/Code"}
    for kind in LISTS:
        taken = words.get(kind)
        if taken is not None:
            parts[kind] = {"anyOf": [{"enum": list(taken)}, _PATTERN]}
        names = _list_of({"$ref": f"#/$defs/{kind}"} if taken is not None else _NAME)
        choice = {"allow": names, "refuse": names}
        properties[kind] = {
            "description": properties[kind]["description"],
            "anyOf": [{"type": "object", "additionalProperties": False, "properties": choice}, {"type": "null"}],
        }
    del parts["ChoiceFile"]
    properties["duties_shown"] = {"description": properties["duties_shown"]["description"], **_list_of({"enum": list(words["duties_shown"])})}
    properties["fail_on"] = {"description": properties["fail_on"]["description"], **_list_of({"anyOf": [{"enum": [*VERDICT_WORDS, *FURTHER]}, code]})}
    parts["Code"] = {"description": "The code of a finding, or the beginning of codes.", "enum": list(words["severity"])}
    parts["WaiverFile"]["properties"]["finding"] = code
    for severity in (properties["severity"], parts["PathFile"]["properties"]["severity"]):
        severity["propertyNames"] = code
    # A key whose lines are all remarks is as good as left out.
    schema["properties"] = {name: _or_null(_plain(part)) for name, part in properties.items()}
    schema["$defs"] = {name: _plain(part) for name, part in parts.items()}
    return {
        "$schema": DIALECT,
        "$id": "urn:licet:policy:1:schema",
        "title": "A policy of licet",
        **{key: part for key, part in schema.items() if key != "title"},
    }


def config_schema(knowledge: Knowledge) -> dict[str, Any]:
    """The JSON schema of a `licet.yaml`: the facts of the use, the applications, the policy."""
    policy = policy_schema(knowledge)
    facts = _facts(knowledge.vocabulary)
    parts = {**policy.pop("$defs"), "Policy": {key: part for key, part in policy.items() if key not in ("$schema", "$id", "title")}, "Facts": facts}
    application = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "description": "What it is called; `--app` picks it."},
            "path": {"type": "string", "description": "Its folder, from where this file stands."},
            "app": {"type": "string", "minLength": 1, "description": "Its entry in the catalogue, whose facts are taken where none is stated."},
            "facts": _or_null({"$ref": "#/$defs/Facts", "description": "The facts of its use, over those that are stated for all."}),
        },
    }
    return {
        "$schema": DIALECT,
        "$id": "urn:licet:config:1:schema",
        "title": "A licet.yaml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "facts": _or_null({"$ref": "#/$defs/Facts", "description": "What is known of the use."}),
            "app": _or_null(
                {"type": "string", "minLength": 1, "description": "The application's entry in the catalogue, whose facts are taken where none is stated."}
            ),
            "interpretation": _or_null({"enum": ["strict", "mainstream", "permissive"], "description": "How unsettled points are taken."}),
            "signing_key": _or_null({"type": "string", "minLength": 1, "description": "The file of the private key that signs."}),
            "exclude": _or_null({"type": "array", "items": {"type": "string"}, "description": "What audits leave out, as in a .gitignore."}),
            "applications": _or_null({"type": "array", "items": application, "description": "Several applications in one repository."}),
            "policy": {
                "description": "What is let through: written here, or the name of a file or of a policy that travels with the program.",
                "anyOf": [{"type": "string", "minLength": 1}, {"$ref": "#/$defs/Policy"}, {"type": "null"}],
            },
        },
        "$defs": parts,
    }


def schema_text(schema: dict[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [item, {"type": "array", "items": item, "maxItems": MOST_WORDS}]}


def _or_null(part: dict[str, Any]) -> dict[str, Any]:
    given = part.get("anyOf")
    if given is not None:
        return part if {"type": "null"} in given else {**part, "anyOf": [*given, {"type": "null"}]}
    described: dict[str, Any] = {key: part[key] for key in ("description", "default") if key in part}
    return {**described, "anyOf": [{key: value for key, value in part.items() if key not in described}, {"type": "null"}]}


def _plain(part: Any) -> Any:
    """A part without the titles that repeat its key."""
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items() if not (key == "title" and isinstance(value, str))}
    return [_plain(each) for each in part] if isinstance(part, list) else part


def _facts(vocabulary: Vocabulary) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": {name: _fact(vocabulary, fact) for name, fact in vocabulary.facts.items()}}


def _fact(vocabulary: Vocabulary, fact: Fact) -> dict[str, Any]:
    """What a fact may look like; counts are written in many ways, and are read by the program alone."""
    described = {"description": fact.label}
    if fact.kind == "boolean":
        return {**described, "type": "boolean"}
    if fact.kind in ("choice", "choices"):
        word: dict[str, Any] = {"enum": sorted(fact.values)} if not fact.prefixes else {"type": "string"}
        return {**described, **({"anyOf": [word, {"type": "array", "items": word}]} if fact.kind == "choices" else word)}
    if fact.kind == "country":
        return {**described, "enum": sorted(vocabulary.countries)}
    if fact.kind == "countries":
        place = {"enum": [*sorted(vocabulary.regions), *sorted(vocabulary.countries)]}
        return {**described, "anyOf": [place, {"type": "array", "items": place}]}
    if fact.kind in ("count", "money"):
        return {**described, "type": ["integer", "number", "string", "object"]}
    if fact.kind == "texts":
        return {**described, "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    return {**described, "type": "string"}
