"""The rows of a file, one at a time and in order: CSV, JSON lines, JSON, parquet or plain lines, read with bounds and never held as a whole.

A row that cannot be understood is a row with an error; a file that cannot be read is one error.
"""

from __future__ import annotations

import csv
import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from registry.errors import RunError
from registry.sources.notes import shown

MAX_ROW_BYTES = 4_000_000
"""A longer row, or cell, is not read."""

MAX_JSON_BYTES = 64_000_000
"""A JSON array is held as a whole, so a larger file has to be JSON lines."""

TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".txt")
"""The files whose rows are read."""

IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
"""The files that are one row with an image."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the input."""

    index: int
    """Its place, counted from 0."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """What it holds, by column."""

    error: str | None = None
    """Why it cannot be used; none where it can."""


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file.

    Raises:
        RunError: It cannot be read (`reason` is `data`).
    """
    suffix = path.suffix.lower()
    if suffix in IMAGES:
        yield Row(0, {"image": path.name})
        return
    if suffix not in TABLES:
        raise _wrong(path, "it is of no kind whose rows can be read", f"name a file that ends in one of {', '.join(TABLES)}")
    try:
        if suffix in (".csv", ".tsv"):
            yield from _read_csv(path, "\t" if suffix == ".tsv" else ",")
        elif suffix == ".parquet":
            yield from _read_parquet(path)
        elif suffix == ".txt":
            yield from _read_lines(path)
        elif suffix == ".json" and (listed := _read_list(path)) is not None:
            yield from listed
        else:
            yield from _read_json_lines(path)
    except OSError as error:
        raise _wrong(path, error.strerror or str(error), "check the path and its permissions") from error
    except UnicodeDecodeError as error:
        raise _wrong(path, f"it is not UTF-8 (byte {error.start:,} of what was read)", "save it as UTF-8") from error


def _read_csv(path: Path, delimiter: str) -> Iterator[Row]:
    previous = csv.field_size_limit(MAX_ROW_BYTES)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from _rows_of_csv(path, stream, delimiter)
    finally:
        csv.field_size_limit(previous)


def _rows_of_csv(path: Path, stream: TextIO, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    try:
        names = next(reader, None)
        if names is None:
            return
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise _wrong(path, f"it has the column `{shown(twice[0], 40)}` twice", "name each column once")
        for index, cells in enumerate(cells for cells in reader if cells):
            if len(cells) == len(names):
                yield Row(index, dict(zip(names, cells, strict=True)))
            else:
                yield Row(index, error=f"it has {len(cells)} cells, and there are {len(names)} columns")
    except csv.Error as error:
        raise _wrong(path, f"line {reader.line_num}: {shown(error, 100)}", "mend the line; text with line breaks or quotes is quoted in CSV") from error


def _read_lines(path: Path) -> Iterator[Row]:
    for index, line in enumerate(line for line in _lines(path) if not isinstance(line, bytes) or line.strip()):
        yield Row(index, error=f"it has more than {MAX_ROW_BYTES:,} bytes") if line is None else Row(index, {"text": line.decode("utf-8-sig").rstrip("\r\n")})


def _read_json_lines(path: Path) -> Iterator[Row]:
    index = 0
    for line in _lines(path):
        if line is not None and not line.strip():
            continue
        yield Row(index, error=f"it has more than {MAX_ROW_BYTES:,} bytes") if line is None else _row_of_json(index, line)
        index += 1


def _row_of_json(index: int, line: bytes) -> Row:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Row(index, error="it is not UTF-8")
    except json.JSONDecodeError as error:
        return Row(index, error=f"it is no JSON: {shown(error.msg)}")
    except (RecursionError, ValueError):
        return Row(index, error="it is nested too deep, or holds a number that is too long")
    return _row_of_value(index, value)


def _row_of_value(index: int, value: Any) -> Row:
    if isinstance(value, str):
        return Row(index, {"text": value})
    return Row(index, value) if isinstance(value, dict) else Row(index, error="it is neither an object nor a text")


def _read_list(path: Path) -> Iterator[Row] | None:
    """The entries of a JSON array; None where the file begins with anything else."""
    with path.open("rb") as stream:
        start = stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start.startswith(b"["):
            return None
        stream.seek(0)
        data = stream.read(MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        raise _wrong(path, f"it is one JSON array of more than {MAX_JSON_BYTES:,} bytes", "write one object a line, and name it `.jsonl`")
    try:
        values = json.loads(data.decode("utf-8-sig"))
    except (json.JSONDecodeError, RecursionError) as error:
        raise _wrong(path, f"it is no JSON: {shown(error, 100)}", "mend it, or write one object a line") from error
    return (_row_of_value(index, value) for index, value in enumerate(values))


def _read_parquet(path: Path) -> Iterator[Row]:
    pyarrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            batches = chain.from_iterable(batch.to_pylist() for batch in file.iter_batches(batch_size=256))
            for index, values in enumerate(batches):
                yield Row(index, values)
    except (pyarrow.ArrowException, ValueError) as error:
        raise _wrong(path, f"it is no parquet that can be read: {shown(error, 100)}", "write it anew") from error


def _lines(path: Path) -> Iterator[bytes | None]:
    """The lines of a file; None for one that is too long."""
    with path.open("rb") as stream:
        while line := stream.readline(MAX_ROW_BYTES + 1):
            if len(line) <= MAX_ROW_BYTES:
                yield line
                continue
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_ROW_BYTES)
            yield None


def _wrong(path: Path, why: str, hint: str) -> RunError:
    return RunError(f"`{shown(path, 200)}` cannot be read: {why}", hint, reason="data")
