"""A dump: Hub metadata as one file, in parquet, JSON lines or CSV, read in batches and never as a whole."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from registry.errors import SourceError, UsageError
from registry.sources.dump.columns import find_columns, kind_of
from registry.sources.dump.lines import Row, csv_header, csv_rows, json_rows, open_lines
from registry.sources.hub.rows import RowReader
from registry.sources.hub.words import shown
from registry.sources.listing import NoteBook, record_of
from registry.supplychain.listing import KINDS, Listing, RowNote
from registry.supplychain.record import Record
from registry.supplychain.source import Source

ORIGIN = "dump"
"""The origin of what dumps claim."""

REFERENCE = "the Hub's metadata, as a dump"
"""What claims are said to be read from, where the caller does not say."""

FORMATS = ("csv", "jsonl", "parquet")
"""The formats of dumps."""

BATCH_ROWS = 4_096
"""So many rows of a file of lines make one listing."""

Progress = Callable[[int, int | None], None]
"""Told how much is done, and of how much, where that is known."""


class DumpSource:
    """Reads one dump.

    Args:
        path: The file.
        kind: `model` or `dataset`; told by the columns, if not given.
        mapping: Columns by the Hub's word for what they hold, where they have other names.
        as_of: The day on which the dump was taken from the Hub, if that is known.
        reference: What its claims are said to be read from. It is part of them: give the same for every dump of one kind.
        progress: Told after every batch: rows of a parquet file, else bytes of the file, and how many there are.
    """

    def __init__(
        self,
        path: Path,
        *,
        kind: str | None = None,
        mapping: Mapping[str, str] | None = None,
        as_of: str | None = None,
        reference: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        if kind is not None and kind not in KINDS:
            raise UsageError(f"`{shown(kind)}` is no kind of row", f"it is one of {', '.join(KINDS)}")
        self._path = path
        self._kind = kind
        self._mapping = dict(mapping or {})
        self._as_of = as_of
        self._source = Source(reference or REFERENCE, as_of or datetime.now(UTC).date().isoformat())
        self._progress = progress
        self._position = 0
        self.notes = NoteBook()
        """What could not be understood, so far."""
        self.rows = 0
        """How many rows were taken in, so far."""

    @property
    def name(self) -> str:
        """The origin of its records."""
        return ORIGIN

    @property
    def source(self) -> Source:
        """What its claims are said to be read from."""
        return self._source

    @property
    def as_of(self) -> str | None:
        """The day of the dump, if that is known."""
        return self._as_of

    def expected(self, first: Listing | None) -> int | None:
        """How many rows there may be: as many as a parquet file says, else by the size of the first listing and of the file."""
        if format_of(self._path) == "parquet":
            from registry.sources.dump.parquet import open_parquet

            with open_parquet(self._path) as file:
                return int(file.metadata.num_rows)
        if first is None or not self._position:
            return None
        return len(first) if self._position >= self._path.stat().st_size else round(len(first) * self._path.stat().st_size / self._position)

    def records(self) -> Iterator[Record]:
        """One record a batch.

        Raises:
            SourceError: The file cannot be read; what came before is whole.
            MissingExtraError: It is parquet, and the library that reads that is not installed.
        """
        for listing in self.listings():
            yield record_of(listing, ORIGIN, self._source)

    def listings(self) -> Iterator[Listing]:
        """The rows in batches, lean. Raises what `records` raises."""
        form = format_of(self._path)
        for listing in self._parquet() if form == "parquet" else self._lines(form):
            self.notes.add(listing.notes)
            self.rows += len(listing)
            yield listing

    def _parquet(self) -> Iterator[Listing]:
        from registry.sources.dump.parquet import open_parquet, read_parquet

        file = open_parquet(self._path)
        with file:
            columns = find_columns(file.schema_arrow.names, self._mapping, self._path.name)
            kind = self._kind or kind_of(file.schema_arrow.names)
            for listing, done in read_parquet(self._path, file, columns, kind):
                yield listing
                self._tell(done, file.metadata.num_rows)

    def _lines(self, form: str) -> Iterator[Listing]:
        size = self._path.stat().st_size
        rows = csv_rows(self._path) if form == "csv" else json_rows(self._path)
        if form == "csv":
            find_columns(csv_header(self._path)[0], self._mapping, self._path.name)
        reader: RowReader | None = None
        listing, seen, position = Listing("model"), set[str](), 0
        early: list[RowNote] = []
        keys: list[str] = []
        for row in rows:
            if reader is None and row.values is not None:
                reader = self._reader(row.values if form == "jsonl" else dict.fromkeys(csv_header(self._path)[0]))
                listing, keys = Listing(reader.kind, notes=early), list(row.values)
            if row.values is None:
                (early if reader is None else listing.notes).append(RowNote("unreadable", row.problem or "", row.number, lost=True))
            elif reader is not None:
                self._add(reader, listing, row, seen)
            position = row.position
            if len(listing) + len(listing.notes) >= BATCH_ROWS:
                self._refuse_nameless(listing, keys)
                self._position = position
                yield listing
                self._tell(position, size)
                listing, seen = Listing(listing.kind), set()
        if reader is None and not early:
            raise SourceError(f"`{self._path.name}` has no rows", "check that it is the file you mean")
        if reader is None:
            raise SourceError(f"no row of `{self._path.name}` could be read; the first: {early[0].message}", "give parquet, CSV, or one JSON object a line")
        self._refuse_nameless(listing, keys)
        self._position = size
        yield listing
        self._tell(size, size)

    def _refuse_nameless(self, listing: Listing, columns: list[str]) -> None:
        """Refuse a file whose first rows all lack a name: it has other columns than we know."""
        if self.rows == 0 and not listing.names and listing.notes and all(note.code == "no-name" for note in listing.notes):
            find_columns(columns, {field: self._mapping[field] for field in ("id",) if field in self._mapping}, self._path.name)

    def _reader(self, first: Mapping[str, object]) -> RowReader:
        """The reader for rows like the first."""
        return RowReader(self._kind or kind_of(first), self._mapping)

    def _add(self, reader: RowReader, listing: Listing, row: Row, seen: set[str]) -> None:
        try:
            reader.add(listing, row.number, row.values or {}, seen)
        except RecursionError:
            listing.notes.append(RowNote("unreadable", "the row is nested too deep", row.number, lost=True))

    def _tell(self, done: int, total: int | None) -> None:
        if self._progress is not None:
            self._progress(done, total)


def format_of(path: Path) -> str:
    """The format of a dump, by its first bytes, and by its name where they do not tell.

    Raises:
        SourceError: It cannot be read, or is nothing of the kind.
    """
    if path.is_dir():
        raise SourceError(f"`{path.name}` is a folder, not a dump", "name one file in it")
    raw, stream = open_lines(path)
    with raw, stream:
        try:
            start = stream.read(64)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(f"`{path.name}` cannot be read: {shown(error, 100)}", "fetch the file anew") from error
    if start.startswith(b"PAR1"):
        return "parquet"
    if not start:
        raise SourceError(f"`{path.name}` is empty", "check that it is the file you mean")
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".parquet"):
        raise SourceError(f"`{path.name}` is no parquet file", "fetch the file anew")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return "jsonl"
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    if name.endswith((".csv", ".tsv", ".txt")) and b"\0" not in start:
        return "csv"
    raise SourceError(f"`{path.name}` is neither parquet nor JSON lines nor CSV", "give a file whose name ends in .parquet, .jsonl, .jsonl.gz or .csv")
