"""Taking in what is outside: a card, a model folder, the local cache of the Hub, models of the Hub itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from registry.desk.facts import today
from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.sources.dump.source import DumpSource
    from registry.sources.folder.source import FolderSource
    from registry.supplychain.record import Record

MOST_NOTES = 1000
"""How many notes of an import are given back in full; the others are counted."""

MANY_ROWS = 10_000
"""From so many rows on, the steps of an import are told."""

MOST_MODELS = 100_000
"""How many names of a dump's models are given back; the others are counted."""

SILENT_WAIT = 3.0
"""Seconds; of a shorter wait nothing is said."""

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
    from registry.sources.card.records import CardSource

    source = CardSource(path, model, read_on=today())
    return _taken_in(desk, source, lambda: source.notes)


def import_folder(desk: Desk, folder: Path, model: str | None = None) -> dict[str, Any]:
    """Take in a model folder: what its card declares and what its files show, side by side; nothing in it is loaded.

    Raises:
        SourceError: The folder cannot be read.
        UsageError: The model's name cannot be one.
        LineageError: What it says would make a model descend from itself.
    """
    source = folder_source(desk, folder, model)
    return _taken_in(desk, source, lambda: source.notes)


def folder_source(desk: Desk, folder: Path, model: str | None = None, *, digest: bool = True, read_on: str | None = None) -> FolderSource:
    """What reads a model folder, with the licences that are known here.

    Args:
        desk: The desk.
        folder: The folder.
        model: The model's name; the folder's own, if not given.
        digest: Whether every file is digested.
        read_on: The day on which it is read; today by default.
    """
    from registry.sources.folder.source import FolderSource

    resolve = partial(_resolved, desk)
    return FolderSource(folder, model=model, identify=_identifier(desk), resolve=resolve, digest=digest, read_on=read_on or today())


def import_cache(desk: Desk, folder: Path | None = None) -> dict[str, Any]:
    """Take in every model of the Hub's local cache; nothing is fetched.

    Raises:
        SourceError: There is no cache, or it cannot be read.
    """
    from registry.sources.cache import CacheSource

    source = CacheSource(folder, identify=_identifier(desk), resolve=lambda name: _resolved(desk, name), read_on=today())
    return _taken_in(desk, source, lambda: source.notes)


def import_hub(
    desk: Desk,
    names: Sequence[str],
    *,
    author: str | None = None,
    search: str | None = None,
    filters: Sequence[str] = (),
    limit: int | None = None,
    everything: bool = False,
    kind: str = "model",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Take in models (`org/name`) and datasets (`dataset:org/name`) of the Hub, or a list of either, by the Hub's own client.

    A list that is interrupted goes on where it stopped when the same is asked again.

    Args:
        desk: The desk.
        names: Models and datasets by name.
        author: A list of all that one owner publishes.
        search: A list of all whose names hold this.
        filters: A list of all that have these tags.
        limit: At most so many of the list, those with the most downloads first.
        everything: The list of all there is.
        kind: What the list is of: `model` or `dataset`.
        progress: Told how far the list has come.

    Raises:
        SourceError: The Hub cannot be read; the message says what it was asked for.
        UsageError: Nothing was asked, or the Hub may not be reached.
    """
    from registry.sources.hub.query import HubQuery
    from registry.sources.hub.source import HubSource

    if desk.settings.offline:
        raise UsageError("the Hub may not be reached: `--offline` is set", "leave it out, or use `licet import cache` for what is here already")
    is_list = everything or limit is not None or author or search or filters
    query = HubQuery(kind, author, search, tuple(filters), limit) if is_list else None
    position = desk.settings.cache_folder / "hub-position.json" if query is not None else None
    source = HubSource(names, query, position_file=position, progress=progress, wait=lambda seconds: wait_for_hub(desk, seconds))
    return _taken_in(desk, source, lambda: tuple(source.notes.kept), source.keep_position)


def wait_for_hub(desk: Desk, seconds: float) -> None:
    """Wait as the Hub asks, and say so where that is felt."""
    if seconds >= SILENT_WAIT:
        desk.progress(f"waiting {seconds:,.0f} s for the Hub")
    time.sleep(seconds)


def import_dump(desk: Desk, path: Path, *, mapping: Sequence[str] = (), kind: str | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Take in a dump of Hub metadata: parquet, JSON lines (also gzipped) or CSV, batch by batch.

    Raises:
        SourceError: The file cannot be read; what came before is whole.
        MissingExtraError: It is parquet, and what reads that is not installed.
        UsageError: A mapping says what there is not.
    """
    from registry.sources.dump.columns import read_map
    from registry.sources.dump.source import DumpSource

    source = DumpSource(path, kind=kind, mapping=read_map(mapping), progress=progress)
    return _loaded(desk, source)


def _identifier(desk: Desk) -> Any:
    from registry.desk.identify import identifier

    return identifier(desk).identify


def _resolved(desk: Desk, name: str) -> str | None:
    found = desk.knowledge.resolve(name)
    return found.license if found.reason not in ("unknown", "ambiguous", "none") else None


def _taken_in(desk: Desk, source: _Source, notes: Callable[[], Sequence[Any]], keep: Callable[[], None] | None = None) -> dict[str, Any]:
    """Write what a source yields, each record in a transaction of its own, and say what that changed."""
    models: list[str] = []
    counts: dict[str, dict[str, int]] = {"added": {}, "changed": {}, "retired": {}}
    circles: list[dict[str, Any]] = []
    for record in source.records():
        circles += _write(desk, record, counts)
        models += [model.name for model in record.models if model.recorded]
        if keep is not None:
            keep()
    if keep is not None:
        keep()
    said = [*circles, *(_note(note) for note in notes())]
    return {"schema": "licet.import/1", "models": models, **counts, "notes": said[:MOST_NOTES], "notes_in_all": len(said)}


def _write(desk: Desk, record: Record, counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    from registry.catalogue.ingest.writer import ingest
    from registry.desk.profiles import refresh_profiles
    from registry.settings import read_actor

    with desk.catalogue.writing() as connection:
        done = ingest(connection, [record], actor=read_actor(), kind="import", allow_unknown_bases=True, allow_circles=True)
        circles = refresh_profiles(connection, desk.knowledge, done.touched_models)
    for total, found in ((counts["added"], done.added), (counts["changed"], done.changed), (counts["retired"], done.retired)):
        for kind, count in found.items():
            total[kind] = total.get(kind, 0) + count
    return [_circle(names) for names in circles]


def _circle(names: Sequence[str]) -> dict[str, Any]:
    shown = " and ".join(f"`{name}`" for name in names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return {"code": "circle", "message": f"the lineage runs in a circle through {shown}", "name": names[0], "finding": "LIC108"}


def _loaded(desk: Desk, source: DumpSource) -> dict[str, Any]:
    """Write the listings of a source, all in one transaction, and say what that changed."""
    from registry.catalogue.loading.load import Load
    from registry.desk.profiles import refresh_profiles
    from registry.settings import read_actor
    from registry.sources.notes import finding_of

    listings = source.listings()
    first = next(listings, None)
    expected = source.expected(first)
    # Of what takes no second nothing is said.
    tell = desk.progress if (expected or 0) >= MANY_ROWS else lambda _message: None
    shown: list[str] = []
    models = 0
    with desk.catalogue.loading() as connection:
        kind = first.kind if first is not None else "model"
        load = Load(
            connection,
            kind,
            origin=source.name,
            said_by=source.source,
            actor=read_actor(),
            expected=expected,
            finding_of=finding_of,
            progress=tell,
        )
        with load:
            for listing in chain([first] if first is not None else [], listings):
                load.add(listing)
                if kind == "model":
                    models += len(listing)
                    shown += listing.names[: MOST_MODELS - len(shown)]
            done = load.finish()
            if done.whole or done.touched_models:
                tell("working out what binds each model")
            circles = refresh_profiles(connection, desk.knowledge, None if done.whole else done.touched_models)
        tell("writing it all down")
    said = [*(_circle(names) for names in circles), *(_note(note) for note in source.notes.kept)]
    return {
        "schema": "licet.import/1",
        "models": shown,
        "models_in_all": models,
        "added": dict(done.added),
        "changed": dict(done.changed),
        "retired": dict(done.retired),
        "notes": said[:MOST_NOTES],
        "notes_in_all": source.notes.counts.total() + len(circles),
    }


def _note(note: Any) -> dict[str, Any]:
    keys = ("code", "message", "file", "line", "row", "name", "finding")
    return {key: value for key in keys if (value := getattr(note, key, None)) is not None}
