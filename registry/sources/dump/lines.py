"""Dumps made of lines: JSON lines and CSV, plain or compressed by gzip. One line at a time is held, and no longer than it may be."""

from __future__ import annotations

import csv
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from registry.errors import SourceError
from registry.sources.hub.words import shown

MAX_LINE = 16_000_000
"""A line of more bytes is left out unread; a card of the Hub has at most some megabytes."""

MAX_SKIP = 256_000_000
"""So many bytes without a line end, and the file is none of lines."""

MAX_FIELD = 8_000_000
"""A cell of a CSV file holds no more characters."""

_DELIMITERS = ",\t;|"


class Row(NamedTuple):
    """One row, or why it could not be read."""

    number: int
    """Its number among the rows, from 1."""

    values: dict[str, Any] | None
    """What it says; none where it could not be read."""

    problem: str | None
    """Why it could not be read."""

    position: int
    """How many bytes of the file, as it lies on the disk, had been read when it came."""


def open_lines(path: Path) -> tuple[IO[bytes], IO[bytes]]:
    """The file as it lies on the disk, and the stream of its bytes, which is another one where it is compressed."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise SourceError(f"`{path.name}` cannot be read: {error.strerror}", "check the path and your rights to read it") from error
    if raw.peek(2)[:2] == b"\x1f\x8b":
        import gzip

        return raw, gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
    return raw, raw


def read_lines(path: Path) -> Iterator[tuple[bytes | None, int]]:
    """The lines of a file without their ends, none in place of one that is too long; beside each, how far the file is read.

    Raises:
        SourceError: The file cannot be read to its end.
    """
    raw, stream = open_lines(path)
    with raw, stream:
        count = 0
        try:
            while True:
                line = stream.readline(MAX_LINE + 1)
                if not line:
                    return
                count += 1
                if len(line) > MAX_LINE and not line.endswith(b"\n"):
                    _skip(stream, path)
                    yield None, raw.tell()
                    continue
                if count == 1 and line.startswith(b"\xef\xbb\xbf"):
                    line = line[3:]
                yield line.rstrip(b"\r\n"), raw.tell()
        except (EOFError, zlib.error) as error:
            raise SourceError(f"`{path.name}` ends or breaks inside its compressed data, after line {count:,}", "fetch the file anew") from error
        except OSError as error:
            raise SourceError(f"`{path.name}` cannot be read after line {count:,}: {error.strerror or error}", "fetch the file anew") from error


def _skip(stream: IO[bytes], path: Path) -> None:
    """Go to the end of a line that is too long, without keeping it."""
    skipped = MAX_LINE
    while True:
        part = stream.readline(MAX_LINE)
        skipped += len(part)
        if not part or part.endswith(b"\n"):
            return
        if skipped > MAX_SKIP:
            raise SourceError(f"`{path.name}` has no line end in {MAX_SKIP:,} bytes: it is no file of lines", "give JSON lines or CSV")


def json_rows(path: Path) -> Iterator[Row]:
    """The rows of a file with one JSON object a line.

    Raises:
        SourceError: The file cannot be read, or is one JSON document.
    """
    number = 0
    for line, position in read_lines(path):
        if line is not None and not line.strip():
            continue
        number += 1
        if line is None:
            yield Row(number, None, f"the line is longer than {MAX_LINE:,} bytes", position)
            continue
        if number == 1 and line.lstrip()[:1] == b"[":
            raise SourceError(f"`{path.name}` is one JSON list, not one object a line", "turn it into lines, such as with `jq -c '.[]'`")
        values, problem = _parse(line)
        yield Row(number, values, problem, position)


def _parse(line: bytes) -> tuple[dict[str, Any] | None, str | None]:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return None, f"the line is not UTF-8 at byte {error.start}"
    except json.JSONDecodeError as error:
        return None, f"the line is no JSON at character {error.colno}"
    except RecursionError:
        return None, "the line is nested too deep"
    except ValueError:  # a number of thousands of digits
        return None, "the line holds a value that cannot be read"
    return (value, None) if isinstance(value, dict) else (None, "the line is no JSON object")


def csv_header(path: Path) -> tuple[list[str], str]:
    """The columns of a CSV file, and what stands between them.

    Raises:
        SourceError: It has no readable first line.
    """
    line, _ = next(read_lines(path), (b"", 0))
    try:
        text = (line or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"the first line of `{path.name}` is not UTF-8", "save the file as UTF-8") from error
    if not text.strip() or "\0" in text:
        raise SourceError(f"`{path.name}` has no line of column names", "give a CSV file whose first line names its columns")
    delimiter = max(_DELIMITERS, key=text.count)
    return next(csv.reader([text], delimiter=delimiter)), delimiter


def csv_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file whose first line names the columns.

    Raises:
        SourceError: The file cannot be read, or a quoted cell never ends.
    """
    header, delimiter = csv_header(path)
    place = [0]

    def texts() -> Iterator[str]:
        for count, (line, position) in enumerate(read_lines(path), 1):
            place[0] = position
            if line is None:
                raise SourceError(f"`{path.name}` line {count:,} is longer than {MAX_LINE:,} bytes", "take that line out")
            # Bytes that are no UTF-8 become lone surrogates, by which their row is told.
            yield line.decode("utf-8", "surrogateescape") + "\n"

    held = csv.field_size_limit(MAX_FIELD)
    try:
        number = 0
        reader = csv.reader(texts(), delimiter=delimiter, strict=True)  # else a quote that is never closed swallows all rows behind it
        next(reader, None)
        try:
            for cells in reader:
                if not cells:
                    continue
                number += 1
                yield Row(number, *_row_of(header, cells), place[0])
        except csv.Error as error:
            why = "the file ends inside a quoted cell" if "end of data" in str(error) else shown(error)
            message = f"`{path.name}` breaks at row {number + 1:,}, which begins before line {reader.line_num:,}: {why}"
            raise SourceError(message, "a quoted cell may lack its end: mend that row") from error
    finally:
        csv.field_size_limit(held)


def _row_of(header: list[str], cells: list[str]) -> tuple[dict[str, Any] | None, str | None]:
    if len(cells) != len(header):
        return None, f"the row has {len(cells):,} cells, the header {len(header):,}"
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return None, "the row is not UTF-8"
    return {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""}, None
