"""JSON in its one canonical form (RFC 8785), and hostile JSON read with bounds."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from registry.errors import ProvenanceError

MAX_DEPTH = 64
"""Nothing that a record says is nested deeper."""

MAX_INTEGER = 2**53 - 1
"""RFC 8785 knows no larger integer: it is the last that every reader of JSON tells from its neighbours."""


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of a value: keys sorted, no blanks, integers as integers.

    What JSON has no figure for is written as text: `NaN`, `Infinity`, and integers beyond 2^53.

    Raises:
        ProvenanceError: It holds what JSON cannot: text that is no Unicode.
    """
    import rfc8785

    try:
        return rfc8785.dumps(plain_json(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise ProvenanceError(f"a record cannot be written as canonical JSON: {error}") from error


def canonical_digest(value: Any) -> str:
    """SHA-256 over the canonical bytes of a value, in hex."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def plain_json(value: Any) -> Any:
    """The value in JSON's own kinds: mappings as objects with text keys, sequences as arrays, what is neither as text."""
    if isinstance(value, Mapping):
        return {str(key): plain_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(plain_json(each) for each in value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int) and abs(value) <= MAX_INTEGER:
        return value
    return str(value)


def read_json(data: bytes, what: str) -> Any:
    """Hostile JSON, read strictly: no key twice, no figures beyond JSON's, no bottomless nesting.

    Args:
        data: The bytes.
        what: What they are, for the message.

    Raises:
        ProvenanceError: They are no such JSON.
    """
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_no_key_twice, parse_constant=_no_constant, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise ProvenanceError(f"{what} is not UTF-8", "it was damaged, or is another kind of file") from error
    except json.JSONDecodeError as error:
        raise ProvenanceError(f"{what} line {error.lineno}: no JSON: {error.msg}", "it was cut short or damaged; get it again from where it came") from error
    except RecursionError as error:
        raise ProvenanceError(f"{what} is nested too deep", "no record looks like this; do not trust it") from error
    except ValueError as error:
        raise ProvenanceError(f"{what}: {error}", "no record looks like this; do not trust it") from error
    _refuse_depth(value, what)
    return value


def is_canonical(value: Any, data: bytes) -> bool:
    """Whether the bytes are the canonical form of the value that was read from them."""
    try:
        return canonical_json(value) == data
    except ProvenanceError:
        return False


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _integer(digits: str) -> int | float:
    value = int(digits)
    # RFC 8785 writes figures up to 1e21 without an exponent, so that large ones look like integers.
    return value if abs(value) <= MAX_INTEGER else float(digits)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"`{word}` is no figure of JSON")


def _refuse_depth(value: Any, what: str) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [each for item in level if isinstance(item, dict | list) for each in (item.values() if isinstance(item, dict) else item)]
        if not level:
            return
    raise ProvenanceError(f"{what} is nested too deep", "no record looks like this; do not trust it")
