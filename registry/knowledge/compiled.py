"""The knowledge compiled to one file, so that a command reads one JSON document and no YAML.

The compiled file lies in the cache folder under the digest of the data files it was made from. A change of any file, seen
by name, size and time, makes it anew. It holds plain data only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry import __version__
from registry.errors import KnowledgeError

PARTS = frozenset({"version", "digest", "vocabulary", "relations", "interpretations", "ordinary", "aliases", "addresses", "licenses"})
"""What a compiled file holds."""

FORMAT = 3
"""Raised when the shape of the compiled file changes."""


def load_compiled(data_dir: Path, cache_dir: Path | None) -> dict[str, Any]:
    """The compiled knowledge, from the cache where it is up to date.

    Raises:
        KnowledgeError: A data file is missing or wrong.
    """
    signature = _signature(data_dir)
    path = cache_dir / f"knowledge-{signature}.json" if cache_dir else None
    if path is not None:
        with contextlib.suppress(OSError, ValueError):
            found: Any = json.loads(path.read_bytes())
            if isinstance(found, dict) and found.get("format") == FORMAT and found.keys() >= PARTS:
                kept: dict[str, Any] = found
                return kept
    from registry.knowledge.compile import compile_knowledge  # pydantic and YAML are paid for only when a data file changed

    document = {"format": FORMAT, **compile_knowledge(data_dir)}
    if path is not None:
        _write(path, document)
    return document


def _signature(data_dir: Path) -> str:
    """Changes whenever a data file does; by name, size and time, without reading them."""
    digest = hashlib.sha256(f"{FORMAT}:{__version__}:{data_dir}".encode())
    for folder in (data_dir, data_dir / "interpretations", data_dir / "licenses", data_dir / "uses"):
        try:
            entries = sorted((entry.name, entry.stat()) for entry in os.scandir(folder) if entry.name.endswith(".yaml"))
        except OSError as error:
            raise KnowledgeError(f"the data folder `{folder}` cannot be read: {error.strerror}", "install licet again") from error
        for name, stat in entries:
            digest.update(f"{name}:{stat.st_size}:{stat.st_mtime_ns};".encode())
    return digest.hexdigest()[:20]


def _write(path: Path, document: Mapping[str, Any]) -> None:
    """Write beside the target and rename, so that a reader never sees half a file; a cache that cannot be written is no error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(document, file, separators=(",", ":"))
            os.replace(name, path)
        except OSError:
            Path(name).unlink(missing_ok=True)
        for old in path.parent.glob("knowledge-*.json"):
            if old != path:
                old.unlink(missing_ok=True)
