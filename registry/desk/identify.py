"""Which licence a text is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import SourceError

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.knowledge.fingerprint import Identifier

MAX_BYTES = 2_000_000
"""A larger file is no licence text."""


def identifier(desk: Desk) -> Identifier:
    """Tells texts apart by the fingerprints that come with the program."""
    from registry.knowledge.fingerprint import Identifier
    from registry.resources import resource_dir

    return Identifier.load(resource_dir("data"), desk.knowledge)


def identify_file(desk: Desk, path: Path) -> dict[str, Any]:
    """What a licence file is, with the score and the nearest rivals; no licence where it is not sure.

    Raises:
        SourceError: The file cannot be read, or is too large to be one.
    """
    try:
        if not path.is_file() and path.exists() and not path.is_dir():
            raise SourceError(f"`{path}` is no regular file", "name the file that holds the licence")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise SourceError(f"`{path}` is larger than {MAX_BYTES:,} bytes", "name the file that holds the licence")
        text = data.decode("utf-8", errors="replace")
    except OSError as error:
        raise SourceError(f"`{path}` cannot be read: {error.strerror}", "check the path") from error
    found = identifier(desk).identify(text)
    license = desk.knowledge.license_of(found.license) if found.license else None
    return {
        "schema": "licet.identify/1",
        "file": str(path),
        "license": found.license,
        "name": license.name if license is not None else None,
        "part": found.part,
        "score": found.score,
        "method": found.method,
        "link": found.link,
        "rivals": [{"license": name, "score": score} for name, score in found.rivals],
        "knowledge": {"version": desk.knowledge.version, "digest": desk.knowledge.digest},
    }
