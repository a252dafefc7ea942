"""The door of a load: listings in, one change set out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from sqlalchemy import Connection, func, insert, select

from registry.catalogue.history import begin_change_set, end_change_set
from registry.catalogue.ingest.rows import chunks
from registry.catalogue.ingest.writer import IngestResult
from registry.catalogue.loading.links import Links
from registry.catalogue.loading.remarks import Remarks
from registry.catalogue.loading.state import LoadState
from registry.catalogue.loading.statements import Statements
from registry.catalogue.loading.things import Datasets, Developers, Models
from registry.catalogue.loading.things import Names as NumbersByName
from registry.catalogue.stream import settle_numbers
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.indexes import without_indexes
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.catalogue.tables.source import source
from registry.supplychain.listing import Listing, RowNote
from registry.supplychain.remark import Remark
from registry.supplychain.source import Source

FIRST_LOAD = 10_000
"""A load that may bring so many rows to a catalogue that has at most half as many is a first load: of what is new the history keeps counts and a digest."""


@dataclass(frozen=True, slots=True)
class LoadResult(IngestResult):
    """What a load did."""

    whole: bool
    """Whether every model is touched, as by a first load."""

    skipped: int
    """Rows left out because an earlier row had the same name."""


class Load:
    """Writes listings of one kind, all of one origin, within one transaction. Use it as a context: `add` each, then `finish`.

    Args:
        connection: The connection of a `Catalogue.loading()`.
        kind: `model` or `dataset`.
        origin: The origin of what the listings claim.
        said_by: Where they were read.
        actor: Who writes them.
        expected: How many rows there may be, where that is known.
        finding_of: The finding that an audit makes of a note's code, if it makes one.
        progress: Told what takes time.
        at: When it is written; now, if not given.
    """

    def __init__(
        self,
        connection: Connection,
        kind: str,
        *,
        origin: str,
        said_by: Source,
        actor: str,
        expected: int | None = None,
        finding_of: Callable[[str], str | None] = lambda _code: None,
        progress: Callable[[str], None] = lambda _message: None,
        at: datetime | None = None,
    ) -> None:
        self._kind = kind
        self._finding_of = finding_of
        self._progress = progress
        table = model if kind == "model" else dataset
        held = int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        first = expected is not None and expected >= FIRST_LOAD and expected >= 2 * held
        log = begin_change_set(connection, by=actor, kind="import", at=at)
        self._state = LoadState(connection, log, origin, said_by.reference, _source_id(connection, said_by), first)
        self._open = ExitStack()
        self._skipped = 0

    def __enter__(self) -> Load:
        """Make ready: the indexes of a first load are made again when it ends."""
        state = self._state
        self._open.enter_context(without_indexes(state.connection, self._kind, wanted=state.first))
        self._models_by_name = NumbersByName(state, model)
        self._datasets = Datasets(state)
        self._developers = Developers(state)
        self._models = Models(state, self._models_by_name, self._developers)
        names = self._models_by_name if self._kind == "model" else self._datasets.names
        self._statements = Statements(state, self._kind, names.known_before)
        self._remarks = Remarks(state, self._kind)
        self._links = Links(state, self._models_by_name) if self._kind == "model" else None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Make the indexes again, unless the transaction is given up."""
        if kind is None:
            self._progress("building the indexes") if self._state.first else None
            self._open.close()

    def add(self, listing: Listing) -> None:
        """Write one listing.

        Raises:
            UsageError: A name or text is none that the catalogue keeps.
        """
        numbers = self._models.take(listing) if self._kind == "model" else self._datasets.take(listing)
        self._skipped += numbers.count(None)
        self._statements.take(listing, numbers)
        if self._links is not None:
            self._links.take(listing, numbers)
        known = {name: number for name, number in zip(listing.names, numbers, strict=True) if number is not None} if listing.notes else {}
        self._remarks.take(self._remarks_of(listing.notes), known)

    def _remarks_of(self, notes: Iterable[RowNote]) -> Iterable[Remark]:
        prefix = "" if self._kind == "model" else "dataset:"
        for note in notes:
            finding = self._finding_of(note.code)
            if finding is not None and note.name is not None and not note.lost:
                # The number of its row is no place: a newer listing has it elsewhere.
                yield Remark(prefix + note.name, note.code, note.message, finding)

    def finish(self) -> LoadResult:
        """Resolve and write the lineage, retire what is no longer said, and end the change set."""
        state = self._state
        listed = self._is_listed
        self._statements.finish(listed)
        if self._links is not None:
            self._links.finish(self._models, self._datasets, listed, self._progress)
            self._note_circles_of_one()
        self._remarks.finish(listed)
        settle_numbers(state.connection, (model, dataset, developer, edge))
        if state.first and state.added.total():
            counts: dict[str, object] = {kind: count for kind, count in sorted(state.added.items()) if count}
            state.log.add(state.reference, "load", None, {"origin": state.origin, "kind": self._kind, "rows": counts, "sha256": state.digest})
        digest = end_change_set(state.connection, state.log)
        touched = frozenset(state.touched | self._trained_on())
        self._let_go()
        return LoadResult(
            state.log.seq if digest else None,
            digest,
            {kind: count for kind, count in sorted(state.added.items()) if count},
            {kind: count for kind, count in sorted(state.changed.items()) if count},
            {kind: count for kind, count in sorted(state.retired.items()) if count},
            touched,
            whole=state.first and bool(digest),
            skipped=self._skipped,
        )

    def _let_go(self) -> None:
        """Forget the names of millions of models: what is computed next needs the room."""
        del self._models_by_name, self._models, self._datasets, self._developers, self._statements, self._remarks, self._links

    def _is_listed(self, number: int) -> bool:
        if self._kind == "dataset":
            return number in self._datasets.listed
        return number < len(self._models.listed) and bool(self._models.listed[number])

    def _note_circles_of_one(self) -> None:
        """A model that names itself in another spelling is told apart only when names are resolved."""
        if self._links is None or not self._links.itself:
            return
        names = {number for number, _ in self._links.itself}
        known = {number: name for name, number in self._models_by_name.numbers.items() if number in names}
        finding = self._finding_of("self-base")
        remarks = [Remark(known[number], "self-base", f"it names itself as its base: `{written}`", finding) for number, written in self._links.itself]
        self._remarks.take(remarks, {name: number for number, name in known.items()})

    def _trained_on(self) -> set[int]:
        """The models that used a dataset whose licence may differ now."""
        found: set[int] = set()
        for part in chunks(sorted(self._state.touched_datasets)):
            query = select(edge.c.child_id).where(edge.c.dataset_id.in_(part), edge.c.grade.is_not(None)).order_by(edge.c.child_id)
            found.update(self._state.connection.execute(query).scalars())
        return found


def _source_id(connection: Connection, said_by: Source) -> int:
    """The number of a source, noted if need be."""
    read_on = said_by.read_on or ""
    query = select(source.c.id).where(source.c.reference == said_by.reference, source.c.read_on == read_on)
    found = connection.execute(query).scalar()
    if found is None:
        found = connection.execute(insert(source).values(reference=said_by.reference, read_on=read_on).returning(source.c.id)).scalar_one()
    return int(found)
