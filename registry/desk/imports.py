"""Taking in what is outside: a card, a model folder, the local cache of the Hub, models of the Hub itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from registry.desk.facts import today
from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.supplychain.record import Record

MOST_NOTES = 1000
"""How many notes of an import are given back in full; the others are counted."""

Progress = Callable[[int, int | None], None]
"""Told how many rows are done, and of how many, where that is known."""


class _Source(Protocol):
    def records(self) -> Iterator[Record]: ...


def import_card(desk: Desk, path: Path, model: str) -> dict[str, Any]:
    """Take in one model card, which does not say which model it is about.

    Raises:
        SourceError: The file cannot be read.
        UsageError: The model's name cannot be one.
        LineageError: What it says would make a model descend from itself.
    """
    from registry.sources.card_records import CardSource

    source = CardSource(path, model, read_on=today())
    return _taken_in(desk, source, lambda: source.notes)


def import_folder(desk: Desk, folder: Path, model: str | None = None) -> dict[str, Any]:
    """Take in a model folder: what its card declares and what its files show, side by side; nothing in it is loaded.

    Raises:
        SourceError: The folder cannot be read.
        UsageError: The model's name cannot be one.
        LineageError: What it says would make a model descend from itself.
    """
    from registry.sources.folder import FolderSource

    source = FolderSource(folder, model=model, identify=_identifier(desk), resolve=lambda name: _resolved(desk, name), read_on=today())
    return _taken_in(desk, source, lambda: source.notes)


def import_cache(desk: Desk, folder: Path | None = None) -> dict[str, Any]:
    """Take in every model of the Hub's local cache; nothing is fetched.

    Raises:
        SourceError: There is no cache, or it cannot be read.
    """
    from registry.sources.cache import CacheSource

    source = CacheSource(folder, identify=_identifier(desk), resolve=lambda name: _resolved(desk, name), read_on=today())
    return _taken_in(desk, source, lambda: source.notes)


def import_hub(desk: Desk, names: Sequence[str], progress: Progress | None = None) -> dict[str, Any]:
    """Take in models (`org/name`) and datasets (`dataset:org/name`) of the Hub, by its own client.

    Raises:
        SourceError: The Hub cannot be read; the message says what it was asked for.
        UsageError: Nothing was asked, or the Hub may not be reached.
    """
    from registry.sources.hub import HubSource

    if desk.settings.offline:
        raise UsageError("the Hub may not be reached: `--offline` is set", "leave it out, or use `licet import cache` for what is here already")
    source = HubSource(names, progress=progress)
    return _taken_in(desk, source, lambda: tuple(source.notes.kept))


def _identifier(desk: Desk) -> Any:
    from registry.desk.identify import identifier

    return identifier(desk).identify


def _resolved(desk: Desk, name: str) -> str | None:
    found = desk.knowledge.resolve(name)
    return found.license if found.reason not in ("unknown", "ambiguous", "none") else None


def _taken_in(desk: Desk, source: _Source, notes: Callable[[], Sequence[Any]]) -> dict[str, Any]:
    """Write what a source yields, each record in a transaction of its own, and say what that changed."""
    from registry.catalogue.ingest.writer import ingest
    from registry.desk.profiles import refresh_profiles
    from registry.settings import read_actor

    models: list[str] = []
    added: dict[str, int] = {}
    changed: dict[str, int] = {}
    retired: dict[str, int] = {}
    for record in source.records():
        with desk.catalogue.writing() as connection:
            done = ingest(connection, [record], actor=read_actor(), kind="import", allow_unknown_bases=True)
            refresh_profiles(connection, desk.knowledge, done.touched_models)
        models += [model.name for model in record.models if model.recorded]
        for total, counts in ((added, done.added), (changed, done.changed), (retired, done.retired)):
            for kind, count in counts.items():
                total[kind] = total.get(kind, 0) + count
    said = [_note(note) for note in notes()]
    return {
        "schema": "licet.import/1",
        "models": models,
        "added": added,
        "changed": changed,
        "retired": retired,
        "notes": said[:MOST_NOTES],
        "notes_in_all": len(said),
    }


def _note(note: Any) -> dict[str, Any]:
    keys = ("code", "message", "file", "line", "row", "name", "finding")
    return {key: value for key in keys if (value := getattr(note, key, None)) is not None}
