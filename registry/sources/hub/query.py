"""What is asked of the Hub's lists, and how far an interrupted list has come."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from registry.errors import SourceError
from registry.sources.hub.words import shown

MODEL_FIELDS = (
    *("author", "baseModels", "cardData", "createdAt", "disabled", "downloads", "gated", "gguf", "lastModified", "library_name", "pipeline_tag"),
    *("private", "safetensors", "sha", "siblings", "tags"),
)
"""What is asked of a model."""

DATASET_FIELDS = ("author", "cardData", "createdAt", "disabled", "downloads", "gated", "lastModified", "private", "sha", "siblings", "tags")
"""What is asked of a dataset."""

MAX_POSITION = 100_000
"""A file with a position has no more bytes."""


@dataclass(frozen=True, slots=True)
class HubQuery:
    """A list of the Hub."""

    kind: str = "model"
    """`model` or `dataset`."""

    author: str | None = None
    """Only what this owner publishes."""

    search: str | None = None
    """Only names with these letters in them."""

    filters: tuple[str, ...] = ()
    """Only what has all of these tags."""

    limit: int | None = None
    """Only so many, those with the most downloads first."""

    @property
    def path(self) -> str:
        """Where the list is."""
        return f"/api/{self.kind}s"

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query of its first page. Lists without a limit go by age, which does not change while they are read."""
        found = [("filter", each) for each in self.filters]
        found += [(name, value) for name, value in (("author", self.author), ("search", self.search)) if value]
        found.append(("sort", "createdAt" if self.limit is None else "downloads"))
        if self.limit is not None:
            found.append(("limit", str(min(self.limit, 1_000))))
        return found + [("expand", field) for field in fields_of(self.kind)]


@dataclass(frozen=True, slots=True)
class Position:
    """How far a list has been taken in."""

    next_query: str
    """The query of the page that comes next."""

    done: int
    """How many rows came before it."""

    total: int | None = None
    """How many there are, where the Hub says so."""


def fields_of(kind: str) -> tuple[str, ...]:
    """What is asked of a row."""
    return DATASET_FIELDS if kind == "dataset" else MODEL_FIELDS


class PositionFile:
    """Keeps the position of an interrupted list. It holds what was asked and a cursor, nothing else.

    Args:
        path: The file.
        endpoint: The Hub whose cursor it is.
        query: The list; the position of another one is not taken up.
    """

    def __init__(self, path: Path, endpoint: str, query: HubQuery) -> None:
        self._path = path
        self._key = {"endpoint": endpoint, **json.loads(json.dumps(asdict(query)))}

    def read(self) -> Position | None:
        """The position that was kept for this list; none where there is none, or it cannot be read."""
        try:
            if self._path.stat().st_size > MAX_POSITION:
                return None
            data: Any = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(data, dict) or data.get("query") != self._key:
            return None
        next_query, done, total = data.get("next"), data.get("done"), data.get("total")
        if not isinstance(next_query, str) or not next_query.isprintable() or " " in next_query or not isinstance(done, int) or done < 0:
            return None
        return Position(next_query, done, total if isinstance(total, int) else None)

    def write(self, position: Position) -> None:
        """Keep a position, all of it or nothing.

        Raises:
            SourceError: The file cannot be written.
        """
        data = {"query": self._key, "next": position.next_query, "done": position.done, "total": position.total}
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(data), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise SourceError(f"`{shown(self._path.name)}` cannot be written: {error.strerror}", "make room in the cache folder") from error

    def remove(self) -> None:
        """Forget the position."""
        self._path.unlink(missing_ok=True)
