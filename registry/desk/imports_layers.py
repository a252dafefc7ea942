"""Taking in what others have gathered on the supply chain: bills of materials and tables of models, data, hosts, compute and applications.

Such a table knows things by their titles. What the catalogue has already keeps its own name, and of the facts of which it holds one of
another source none is overwritten: the table adds claims, prices and training runs, and fills in what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.facts import today
from registry.desk.imports import _taken_in

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.sources.notes import Note
    from registry.supplychain.model import Model
    from registry.supplychain.record import Record


def import_bom(desk: Desk, path: Path) -> dict[str, Any]:
    """Take in a bill of materials: CycloneDX with models in it, or SPDX 3 with its AI profile.

    Raises:
        SourceError: It cannot be read, or names no model and no data.
        LineageError: What it says would make a model descend from itself.
    """
    from registry.sources.bom.source import BomSource

    source = BomSource(path, read_on=today())
    return _layers_taken_in(desk, source, lambda: source.notes)


def import_ecosystem_graphs(desk: Desk, path: Path) -> dict[str, Any]:
    """Take in a copy of Ecosystem Graphs: its folder of YAML files, one of them, or its table as CSV.

    Raises:
        SourceError: It cannot be read, or is something else.
    """
    from registry.sources.layers.ecosystem_graphs import EcosystemGraphsSource

    source = EcosystemGraphsSource(path, known=_Known(desk), read_on=today())
    return _layers_taken_in(desk, source, lambda: source.notes)


def import_models_dev(desk: Desk, path: Path) -> dict[str, Any]:
    """Take in a copy of models.dev: its entries as JSON lines, its api.json, or a folder with its TOML files.

    Raises:
        SourceError: It cannot be read, or is something else.
    """
    from registry.sources.layers.models_dev import ModelsDevSource

    source = ModelsDevSource(path, known=_Known(desk), read_on=today())
    return _layers_taken_in(desk, source, lambda: source.notes)


def import_epoch(desk: Desk, path: Path) -> dict[str, Any]:
    """Take in Epoch AI's table of models, as CSV.

    Raises:
        SourceError: It cannot be read, or is another table.
    """
    from registry.sources.layers.epoch import EpochSource

    source = EpochSource(path, known=_Known(desk), read_on=today())
    return _layers_taken_in(desk, source, lambda: source.notes)


class _Known:
    """What the catalogue knows, asked once a name."""

    def __init__(self, desk: Desk) -> None:
        from registry.sources.layers import ecosystem_graphs, epoch, models_dev

        self._desk = desk
        self._tables = (ecosystem_graphs.REFERENCE, epoch.REFERENCE, models_dev.REFERENCE)
        self._answers: dict[tuple[str, str, str | None], str | None] = {}

    def model(self, label: str, owner: str | None) -> str | None:
        from registry.catalogue.queries.known_names import named_model

        return self._asked("model", label, owner, lambda connection: named_model(connection, label, owner, self._tables))

    def dataset(self, label: str) -> str | None:
        return self._named("dataset", label)

    def developer(self, label: str) -> str | None:
        return self._named("developer", label)

    def host(self, label: str) -> str | None:
        return self._named("host", label)

    def _named(self, kind: str, label: str) -> str | None:
        from registry.catalogue.queries.known_names import named

        return self._asked(kind, label, None, lambda connection: named(connection, kind, label, self._tables))

    def _asked(self, kind: str, label: str, owner: str | None, ask: Callable[[Any], str | None]) -> str | None:
        key = (kind, label, owner)
        if key not in self._answers:
            with self._desk.catalogue.reading() as connection:
                self._answers[key] = ask(connection)
        return self._answers[key]


class _Careful:
    """A source of which only that is taken which overwrites no fact of another source."""

    def __init__(self, desk: Desk, source: Any) -> None:
        self._desk = desk
        self._source = source
        self.notes: list[Note] = []

    def records(self) -> Iterator[Record]:
        for record in self._source.records():
            yield self._spared(record)

    def _spared(self, record: Record) -> Record:
        from registry.catalogue.queries.known_names import held_hostings, held_models, held_sources

        with self._desk.catalogue.reading() as connection:
            models = held_models(connection, (each.name for each in record.models if each.recorded))
            sources = {
                kind: held_sources(connection, kind, (each.name for each in things))
                for kind, things in (
                    ("developer", record.developers),
                    ("dataset", record.datasets),
                    ("host", record.hosts),
                    ("application", record.applications),
                )
            }
            hostings = held_hostings(connection, (each.model for each in record.hostings))
        self._note_kept(record, sources["application"])
        return replace(
            record,
            developers=_unheld(record.developers, sources["developer"]),
            datasets=_unheld(record.datasets, sources["dataset"]),
            hosts=_unheld(record.hosts, sources["host"]),
            applications=_unheld(record.applications, sources["application"]),
            hostings=tuple(each for each in record.hostings if _is_ours(each, hostings, (each.model, each.host, each.region or ""))),
            models=tuple(_filled(each, models[each.name]) if each.recorded and each.name in models else each for each in record.models),
        )

    def _note_kept(self, record: Record, held: Mapping[str, str | None]) -> None:
        """Say which applications are left as they are on record: theirs is a list of models, which cannot be filled in."""
        from registry.sources.notes import Note

        for each in record.applications:
            if not _is_ours(each, held, each.name):
                self.notes.append(Note("kept", f"`app:{each.name}` is on record from another source, and was left as it is"))


def _unheld(things: Sequence[Any], held: Mapping[str, str | None]) -> tuple[Any, ...]:
    """The things that are new, or that this source told of before."""
    return tuple(each for each in things if _is_ours(each, held, each.name))


def _is_ours(thing: Any, held: Mapping[Any, str | None], key: object) -> bool:
    """Whether nothing is held of a thing, or what was read where it is from."""
    return key not in held or (thing.source is not None and thing.source.reference == held[key])


def _filled(told: Model, held: Model) -> Model:
    """A model as it is told of, without the facts of which another source's are held."""
    if told.source == held.source or (told.source and held.source and told.source.reference == held.source.reference):
        return told
    kept: dict[str, Any] = {
        part.name: None
        for part in fields(told)
        if part.name not in ("name", "aliases", "openness", "recorded", "source", "downloads") and getattr(held, part.name) is not None
    }
    openness = replace(told.openness, **{part.name: None for part in fields(told.openness) if getattr(held.openness, part.name) is not None})
    # A model written without a developer would fall to the owner in its name.
    return replace(told, **{**kept, "developer": held.developer or told.developer}, openness=openness, source=None)


def _layers_taken_in(desk: Desk, source: Any, notes: Callable[[], Sequence[Any]]) -> dict[str, Any]:
    careful = _Careful(desk, source)
    return _taken_in(desk, careful, lambda: (*careful.notes, *notes()))
