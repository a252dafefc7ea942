"""Earlier audits, read from JSON: a baseline, or what a present audit is compared with. They are text from outside, and no shape is taken on trust."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry.errors import UsageError

MAX_BASELINE_BYTES = 200_000_000
"""A larger earlier audit is refused."""

SCHEMA = "licet.audit/1"
"""The schema of an audit."""

_HINT = "write one with `licet audit PATH -o json=FILE`"


def read_baseline(file: str | None) -> frozenset[str]:
    """The findings of an earlier audit.

    Raises:
        UsageError: It cannot be read, or is no audit.
    """
    if file is None:
        return frozenset()
    data = _read(file, f"baseline `{file}`")
    try:
        return frozenset(str(each["identity"]) for each in data["findings"])
    except (KeyError, TypeError) as error:
        raise UsageError(f"baseline `{file}` is not an audit of an application in JSON", _HINT) from error


def read_earlier(file: str) -> dict[str, Any]:
    """An earlier audit of an application, as it was written.

    Raises:
        UsageError: It cannot be read, is no such audit, or one of another schema.
    """
    data = _read(file, f"`{file}`")
    schema = data.get("schema") if isinstance(data, dict) else None
    if isinstance(schema, str) and schema != SCHEMA:
        shown = "".join(character if character.isprintable() else "?" for character in schema[:60])
        raise UsageError(f"`{file}` is `{shown}`, and what is compared is `{SCHEMA}`", _HINT)
    if schema is None or not _is_list_of_objects(data.get("findings")):
        raise UsageError(f"`{file}` is not an audit in JSON", _HINT)
    if not _is_list_of_objects(data.get("models")):
        raise UsageError(f"`{file}` is an audit of models, not of an application", _HINT)
    found: dict[str, Any] = data
    return found


def is_audit(path: Path) -> bool:
    """Whether a file is an audit that was written as JSON, by how it begins."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            return b'"licet.audit/' in stream.read(200)
    except OSError:
        return False


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


def _read(file: str, what: str) -> Any:
    try:
        path = Path(file).expanduser()
        if path.stat().st_size > MAX_BASELINE_BYTES:
            raise UsageError(f"`{file}` is larger than {MAX_BASELINE_BYTES:,} bytes", "name an audit in JSON")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{what} cannot be read: {error.strerror}", _HINT) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{what} is not an audit of an application in JSON", _HINT) from error
