"""The cards of Ecosystem Graphs as they lie in files: one by one, each with the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml

from registry.errors import KnowledgeError, SourceError
from registry.sources.dump.lines import csv_rows
from registry.sources.layers.bundle import MAX_TABLE, Bundle
from registry.sources.layers.names import said
from registry.sources.notes import shown
from registry.yaml12 import read_yaml

MOST_FILES = 5_000
"""A folder with more files is none of these."""


class Place(NamedTuple):
    """Where a card stands."""

    file: str
    """The name of its file."""

    line: int | None = None
    """Its first line."""

    lines: Mapping[str, int] = MappingProxyType({})
    """The line of each of its keys."""

    row: int | None = None
    """Its row, in a table."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One card with its place."""

    values: Mapping[str, Any]
    """What it says, by key."""

    kind: str
    """`application`, `dataset` or `model`."""

    title: str
    """Its name."""

    place: Place
    """Where it stands."""

    def at(self, key: str) -> dict[str, Any]:
        """Where a key stands."""
        return {"file": self.place.file, "line": self.place.lines.get(key, self.place.line), "row": self.place.row}

    def text(self, key: str) -> str | None:
        """The value of a key, without its explanation."""
        value = self.values.get(key)
        return said(value.get("value") if isinstance(value, Mapping) else value)


def read_cards(path: Path, bundle: Bundle) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """Every card of a folder, of one file or of a table; what cannot be read is noted in the bundle, and the others are read.

    Raises:
        SourceError: The only file cannot be read, or the folder is another's.
    """
    if not path.is_dir():
        if path.name.lower().endswith((".yaml", ".yml")):
            yield from _yaml(path, bundle, alone=True)
        else:
            yield from _table(path, bundle)
        return
    folder = path / "assets" if (path / "assets").is_dir() else path
    files = sorted(file for pattern in ("*.yaml", "*.yml") for file in folder.glob(pattern))
    if len(files) > MOST_FILES:
        raise SourceError(f"`{path.name}` holds more than {MOST_FILES:,} files", "name the folder `assets` of Ecosystem Graphs")
    if not files:
        for table in sorted(folder.glob("*.csv*"))[:1]:
            yield from _table(table, bundle)
        return
    root = folder.resolve()
    for file in files:
        if root not in file.resolve().parents:
            bundle.note("link-out", "the file is a link out of the folder, which is not followed", file=file.name)
        else:
            yield from _yaml(file, bundle, alone=False)


def _yaml(path: Path, bundle: Bundle, *, alone: bool) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """The cards of one file; one that cannot be read is noted, and the others are read."""
    try:
        if path.stat().st_size > MAX_TABLE // 16:
            raise KnowledgeError(f"the file has more than {MAX_TABLE // 16:,} bytes", "")
        text = path.read_text(encoding="utf-8-sig")
        value = read_yaml(text, path.name)
    except OSError as error:
        if alone:
            raise SourceError(f"`{path.name}` cannot be read: {error.strerror}", "check the path") from error
        bundle.note("unreadable", f"the file cannot be read: {error.strerror}", file=path.name)
        return
    except UnicodeDecodeError as error:
        bundle.note("unreadable", f"the file is not UTF-8 at byte {error.start}", file=path.name)
        return
    except KnowledgeError as error:
        found = re.search(r" line (\d+)", error.message)
        bundle.note("unreadable", shown(error.message, 200), file=path.name, line=int(found[1]) if found else None)
        return
    if not isinstance(value, list):
        bundle.note("unreadable", "the file is no list of assets", file=path.name)
        return
    places = _places(text)
    for at, card in enumerate(value):
        line, lines = places[at] if at < len(places) else (None, {})
        if isinstance(card, Mapping):
            yield card, Place(path.name, line, lines)
        else:
            bundle.note("unreadable", "the entry is no asset", file=path.name, line=line)


def _table(path: Path, bundle: Bundle) -> Iterator[tuple[Mapping[str, Any], Place]]:
    for row in csv_rows(path):
        if row.values is None:
            bundle.note("unreadable", row.problem or "the row cannot be read", file=path.name, row=row.number)
        else:
            values = {key: value for key, value in row.values.items() if value not in (None, "")}
            yield values, Place(path.name, row=row.number)


def _places(text: str) -> list[tuple[int, dict[str, int]]]:
    """The line of every entry of a list, and of each of its keys."""
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return []
    if not isinstance(node, yaml.SequenceNode):
        return []
    return [
        (item.start_mark.line + 1, {str(key.value): key.start_mark.line + 1 for key, _ in item.value} if isinstance(item, yaml.MappingNode) else {})
        for item in node.value
    ]
