"""Dumps in parquet, read in batches by pyarrow.

A batch is read by its columns; one whose columns have other types than the Hub's tables is read row by row instead.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from registry.errors import MissingExtraError, SourceError
from registry.sources.dump.batch import BatchColumns, fits_columns
from registry.sources.hub.rows import RowReader
from registry.sources.hub.words import shown
from registry.supplychain.listing import Listing, RowNote

BATCH_ROWS = 32_768
"""So many rows are held at once."""

_LIMITS = {"thrift_string_size_limit": 50_000_000, "thrift_container_size_limit": 1_000_000}


def open_parquet(path: Path) -> Any:
    """A parquet file, its columns read but none of its rows.

    Raises:
        MissingExtraError: The library that reads it is not installed.
        SourceError: It is no parquet file, or is broken.
    """
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingExtraError("reading parquet", "parquet") from error
    try:
        return parquet.ParquetFile(path, memory_map=False, pre_buffer=False, buffer_size=65_536, **_LIMITS)
    except (OSError, ValueError, MemoryError, importlib.import_module("pyarrow").ArrowException) as error:
        raise SourceError(f"`{path.name}` is no parquet file, or is broken: {shown(error, 120)}", "fetch the file anew") from error


def read_parquet(path: Path, file: Any, columns: Mapping[str, str], kind: str) -> Iterator[tuple[Listing, int]]:
    """The rows of a parquet file, a listing a batch; beside each, how many rows are read.

    Raises:
        SourceError: It breaks on the way; what came before is whole.
    """
    arrow = importlib.import_module("pyarrow")
    reader = RowReader(kind, columns)
    wanted = list(dict.fromkeys(columns.values()))
    first = 1
    batches = file.iter_batches(batch_size=BATCH_ROWS, columns=wanted, use_threads=False)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            listing = _read_batch(batch, columns, reader, first)
        except (OSError, ValueError, MemoryError, arrow.ArrowException) as error:
            raise SourceError(f"`{path.name}` breaks after row {first - 1:,}: {shown(error, 120)}", "fetch the file anew") from error
        first += batch.num_rows
        yield listing, first - 1


def _read_batch(batch: Any, columns: Mapping[str, str], reader: RowReader, first: int) -> Listing:
    held = {field: batch.column(batch.schema.get_field_index(column)) for field, column in columns.items()}
    if fits_columns(held):
        try:
            return BatchColumns(held, reader.kind, first).listing
        except UnicodeDecodeError:
            pass
    return _row_by_row(batch, reader, first)


def _row_by_row(batch: Any, reader: RowReader, first: int) -> Listing:
    """The slow way: every row on its own, so that one that cannot be read takes no other with it."""
    listing = Listing(reader.kind)
    seen: set[str] = set()
    for at in range(batch.num_rows):
        try:
            row = batch.slice(at, 1).to_pylist()[0]
        except UnicodeDecodeError:
            listing.notes.append(RowNote("unreadable", "the row is not UTF-8", first + at, lost=True))
            continue
        reader.add(listing, first + at, row, seen)
    return listing
