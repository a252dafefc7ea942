"""A bill of materials with models in it: CycloneDX ML-BOM (JSON) or SPDX 3 with its AI profile (JSON-LD), read as far as it can be understood.

What it says is its author's word: a licence that it concludes is kept as a declaration with that said beside the source, since what the
catalogue calls concluded is what its own keeper holds. The source of every claim is the file with its digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry.errors import SourceError
from registry.sources.folder.files import open_regular
from registry.sources.layers.bundle import Bundle
from registry.sources.notes import Note, shown
from registry.supplychain.record import Record
from registry.supplychain.source import Source

MAX_BYTES = 64_000_000
"""A larger file is no bill of materials of ours."""

MAX_DEPTH = 120
"""A document that nests deeper is refused."""

MAX_VALUES = 4_000_000
"""A document of more values is refused."""

FORMATS = ("CycloneDX", "SPDX 3")
"""What can be read."""

_HINT = "give CycloneDX 1.5 to 1.7 as JSON, or SPDX 3 as JSON-LD"


class BomSource:
    """Reads one bill of materials.

    Args:
        path: The file.
        read_on: The day on which it is read.
    """

    def __init__(self, path: Path, *, read_on: str | None = None) -> None:
        self._path = path
        self._read_on = read_on
        self.notes: list[Note] = []
        """What was not understood, and where the file does not keep to its schema."""
        self.format: str | None = None
        """The format and version; known once the records were read."""

    @property
    def name(self) -> str:
        """The kind of origin of its records; each bill has its own behind it."""
        return "bom"

    def records(self) -> Iterator[Record]:
        """A few records with all that is said of models, data and the application that uses them.

        Raises:
            SourceError: It cannot be read, is another format, or names no model and no data.
        """
        from registry.sources.bom.cyclonedx import CycloneDxReader
        from registry.sources.bom.schema import check_cyclonedx, check_spdx
        from registry.sources.bom.spdx import SpdxReader

        data = _read(self._path)
        document = _parse(data, self._path.name)
        form = _format_of(document, self._path.name)
        digest = hashlib.sha256(data).hexdigest()
        source = Source(f"{shown(self._path.name, 100)} sha256:{digest}", self._read_on)
        reader: CycloneDxReader | SpdxReader
        if form == FORMATS[0]:
            self.notes += check_cyclonedx(document, data, self._path.name)
            identity = document.get("serialNumber")
            reader = CycloneDxReader(document, Bundle(_origin(identity, self._path), source), self._path.name)
        else:
            self.notes += check_spdx(data, self._path.name)
            reader = SpdxReader(document, Bundle(_origin(None, self._path), source), self._path.name)
        reader.read()
        self.notes += reader.bundle.notes
        self.format = reader.format
        records = list(reader.bundle.records())
        if not records:
            why = f": {self.notes[0].message}" if self.notes else ""
            raise SourceError(f"`{shown(self._path.name)}` ({reader.format}) names no model and no data set{why}", "give a bill of materials that has some")
        yield from records


def _origin(identity: object, path: Path) -> str:
    """The origin of one bill: its serial number, which all its versions share, or the name of its file."""
    if not isinstance(identity, str) or not identity.startswith("urn:uuid:") or len(identity) > 100:
        identity = path.name
    return f"bom/{hashlib.sha256(identity.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"


def _read(path: Path) -> bytes:
    try:
        with open_regular(path.resolve(strict=True)) as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SourceError(f"`{shown(path, 200)}` cannot be read: {shown(why, 120)}", "name the file of a bill of materials") from error
    if len(data) > MAX_BYTES:
        raise SourceError(f"`{shown(path.name)}` has more than {MAX_BYTES:,} bytes", "give the part that is about models and data")
    return data


def _parse(data: bytes, name: str) -> dict[str, Any]:
    """The document, no deeper and no larger than it may be."""
    if data.lstrip()[:1] == b"<":
        raise SourceError(f"`{shown(name)}` is XML, which is not read", _HINT)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SourceError(f"`{shown(name)}` is not UTF-8 at byte {error.start}", _HINT) from error
    except json.JSONDecodeError as error:
        raise SourceError(f"`{shown(name)}` is no JSON: line {error.lineno}, column {error.colno}: {error.msg}", _HINT) from error
    except RecursionError as error:
        raise SourceError(f"`{shown(name)}` nests deeper than {MAX_DEPTH} levels", _HINT) from error
    except ValueError as error:  # a number of thousands of digits
        raise SourceError(f"`{shown(name)}` holds a value that cannot be read", _HINT) from error
    if not isinstance(document, dict):
        raise SourceError(f"`{shown(name)}` is no bill of materials: it holds no object", _HINT)
    level: list[Any] = [document]
    count = depth = 0
    while level:
        depth += 1
        count += len(level)
        if depth > MAX_DEPTH:
            raise SourceError(f"`{shown(name)}` nests deeper than {MAX_DEPTH} levels", _HINT)
        if count > MAX_VALUES:
            raise SourceError(f"`{shown(name)}` holds more than {MAX_VALUES:,} values", "give the part that is about models and data")
        level = [child for each in level if isinstance(each, dict | list) for child in (each.values() if isinstance(each, dict) else each)]
    return document


def _format_of(document: dict[str, Any], name: str) -> str:
    if document.get("bomFormat") == "CycloneDX" or "cyclonedx.org" in str(document.get("$schema", ""))[:200]:
        return FORMATS[0]
    if "spdxVersion" in document:
        raise SourceError(f"`{shown(name)}` is SPDX 2, which cannot tell models from other packages", _HINT)
    context = json.dumps(document.get("@context"))[:2_000]
    if "spdx" in context or "@graph" in document:
        return FORMATS[1]
    raise SourceError(f"`{shown(name)}` is no bill of materials that is known", _HINT)
