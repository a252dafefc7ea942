"""Whether a bill of materials keeps to its published schema, by the libraries that carry the schemas. Where it does not, it is read all the same."""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from registry.sources.notes import Note, shown

MAX_CHECKED = 8_000_000
"""A larger file is read without being checked: it would take minutes."""

MOST_PAIRS = 20_000_000
"""The schema wants the entries of most lists to differ, which is checked pair by pair: a document with more pairs is read without it."""

MOST_TOLD = 50
"""So many faults of one file are told."""

_PLAIN_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
)
_UNCHECKED = "it was not checked against its schema: install `licet[bom]`"


@contextmanager
def quick_addresses() -> Iterator[None]:
    """Let plain web addresses pass the schema's test for addresses at once, and test every other only once.

    That test parses each by a grammar, which takes some hundredths of a second. What is passed here is what the grammar takes too: a scheme,
    a host of plain letters, and a path of characters that need no escape (RFC 3986, 3.1 to 3.5).
    """
    validators: Any = importlib.import_module("jsonschema")
    checkers = validators.Draft7Validator.FORMAT_CHECKER.checkers
    usual = checkers.get("iri-reference")
    if usual is None:
        yield
        return
    test, errors = usual
    known: dict[object, bool] = {}

    def quick(instance: object) -> bool:
        if isinstance(instance, str) and _PLAIN_ADDRESS.fullmatch(instance):
            return True
        if not isinstance(instance, str):
            return bool(test(instance))
        if instance not in known:
            known[instance] = bool(test(instance))
        return known[instance]

    checkers["iri-reference"] = (quick, errors)
    try:
        yield
    finally:
        checkers["iri-reference"] = usual


def check_cyclonedx(document: Mapping[str, Any], data: bytes, file: str) -> list[Note]:
    """Where a CycloneDX document breaks the schema of its version."""
    if len(data) > MAX_CHECKED:
        return [Note("unchecked", f"it was not checked against its schema: it has more than {MAX_CHECKED:,} bytes", file=file)]
    if _pairs(document) > MOST_PAIRS:
        return [Note("unchecked", "it was not checked against its schema: its lists are too long", file=file)]
    try:
        validation: Any = importlib.import_module("cyclonedx.validation.json")
        schema: Any = importlib.import_module("cyclonedx.schema")
        from cyclonedx.exception import MissingOptionalDependencyException
    except ImportError:
        return [Note("unchecked", _UNCHECKED, file=file)]
    version = document.get("specVersion")
    known = {each.to_version(): each for each in schema.SchemaVersion if each >= schema.SchemaVersion.V1_2}  # the first with a schema for JSON
    if not isinstance(version, str) or version not in known:
        return [Note("schema", f"`specVersion` cannot be `{shown(version)}`: it was not checked against a schema", file=file)]
    try:
        with quick_addresses():
            faults = list(validation.JsonStrictValidator(known[version]).validate_str(data.decode("utf-8-sig"), all_errors=True) or ())
    except MissingOptionalDependencyException:
        return [Note("unchecked", _UNCHECKED, file=file)]
    except RecursionError:
        return [Note("schema", "it nests too deep to be checked against its schema", file=file)]
    found: list[Note] = []
    for fault in faults:
        if len(found) == MOST_TOLD:
            found.append(Note("schema", f"it breaks the schema of CycloneDX {version} in more places", file=file))
            break
        inner = getattr(fault, "data", fault)
        deepest = min(getattr(inner, "context", None) or [inner], key=lambda each: (-len(each.absolute_path), len(each.message)))
        found.append(Note("schema", f"`{shown(deepest.json_path, 120)}` breaks the schema of CycloneDX {version}: {shown(deepest.message, 160)}", file=file))
    return found


def _pairs(document: Mapping[str, Any]) -> int:
    """How many pairs of entries the lists of a document have together."""
    total = 0
    waiting: list[Any] = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            total += len(each) ** 2
        if isinstance(each, Mapping | list):
            waiting.extend(child for child in (each.values() if isinstance(each, Mapping) else each) if isinstance(child, Mapping | list))
    return total


def check_spdx(data: bytes, file: str) -> list[Note]:
    """Where an SPDX 3.0 document first breaks the model that SPDX publishes; what comes behind it is not looked at."""
    if len(data) > MAX_CHECKED:
        return [Note("unchecked", f"it was not checked against its schema: it has more than {MAX_CHECKED:,} bytes", file=file)]
    try:
        model: Any = importlib.import_module("spdx_python_model").v3_0_1
    except (ImportError, AttributeError):
        return [Note("unchecked", _UNCHECKED, file=file)]
    try:
        objects = model.SHACLObjectSet()
        model.JSONLDDeserializer().read(io.BytesIO(data), objects)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError) as error:
        return [Note("schema", f"it breaks the model of SPDX 3.0.1: {shown(error, 200)}", file=file)]
    return []
