"""What is known while records are being written: the change set, the ids of names, what was touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from registry.catalogue.history import ChangeLog
from registry.catalogue.ingest.rows import Layer, Written, chunks, read_rows, write_rows
from registry.catalogue.tables.source import source
from registry.supplychain.record import Record
from registry.supplychain.source import Source


@dataclass
class Ledger:
    """The state of one ingest."""

    connection: Connection
    """The writing connection."""

    log: ChangeLog
    """The change set being written."""

    allow_unknown_bases: bool
    """Whether a base or dataset that nobody recorded is noted by name only, instead of refused."""

    allow_circles: bool = False
    """Whether models may descend from themselves by way of others: what uploaders say is kept as they say it."""

    added: Counter[str] = field(default_factory=Counter)
    """Rows added, by kind."""

    changed: Counter[str] = field(default_factory=Counter)
    """Rows changed, by kind."""

    retired: Counter[str] = field(default_factory=Counter)
    """Claims retired and rows removed, by kind."""

    touched: set[int] = field(default_factory=set)
    """Models whose profile may differ now, not counting their descendants."""

    touched_datasets: set[int] = field(default_factory=set)
    """Datasets whose licence may differ now."""

    _ids: dict[str, dict[str, int]] = field(default_factory=dict)
    _sources: dict[Source, int] = field(default_factory=dict)

    def write(self, layer: Layer, rows: dict[tuple[Any, ...], dict[str, Any]]) -> Written:
        """Write rows of a layer and count them."""
        written = write_rows(self.connection, layer, rows, self.log)
        self.added[layer.what] += len(written.added)
        self.changed[layer.what] += len(written.changed)
        if layer.key == ("name",):
            known = self._ids.setdefault(layer.table.name, {})
            known.update({key[0]: number for key, number in written.ids.items()})
        return written

    def ids(self, table: Table, names: Iterable[str]) -> dict[str, int]:
        """The ids of those names that the table knows."""
        wanted = set(names)
        known = self._ids.setdefault(table.name, {})
        missing = wanted - known.keys()
        for part in chunks(sorted(missing)):
            for row in self.connection.execute(select(table.c.id, table.c.name).where(table.c.name.in_(part)).order_by(table.c.id)):
                known[row.name] = row.id
        return {name: known[name] for name in wanted if name in known}

    def intern_sources(self, records: Iterable[Record]) -> None:
        """Make sure that every source which the records name has its row."""
        found: set[Source] = set()
        for record in records:
            _collect_sources(record, found)
        keys = {(each.reference, each.read_on or ""): each for each in found}
        known = read_rows(self.connection, source, ("reference", "read_on"), keys)
        missing = [{"reference": key[0], "read_on": key[1]} for key in sorted(keys) if key not in known]
        for part in chunks(missing, 1000):
            self.connection.execute(insert(source), part)
        if missing:
            known = read_rows(self.connection, source, ("reference", "read_on"), keys)
        self._sources.update({keys[(key[0], key[1])]: row["id"] for key, row in known.items()})

    def source_id(self, value: Source | None) -> int | None:
        """The id of an interned source."""
        return None if value is None else self._sources[value]


def _collect_sources(record: Record, found: set[Source]) -> None:
    """The sources of everything that a record holds."""
    for part in fields(record):
        held = getattr(record, part.name)
        if isinstance(held, tuple):
            found.update(each.source for each in held if getattr(each, "source", None) is not None)
