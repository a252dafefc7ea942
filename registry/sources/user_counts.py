"""Users of an application by month, as a table in CSV: `month,users`, and where they are told apart `country` and `group`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from registry.errors import UsageError

COLUMNS = ("month", "users", "country", "group")
"""The columns of such a table; the first two have to be there."""

MAX_BYTES = 20_000_000
"""A larger table is none of these."""

MAX_ROWS = 200_000
"""A table of more rows is none of these."""


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One row, as it is written."""

    line: int
    """Its line in the file, from 1."""

    month: str
    """The month."""

    users: str
    """The number."""

    country: str = ""
    """Countries, with spaces, commas or `+` between them; empty for all."""

    group: str = ""
    """The group; empty for all users."""


def read_user_counts(text: str, name: str) -> Iterator[CountedRow]:
    """The rows of a table in CSV, with `,` or `;` between its columns; empty lines are passed over.

    Args:
        text: The table.
        name: What it is called, for messages.

    Raises:
        UsageError: It is no such table; the message names the line.
    """
    if len(text) > MAX_BYTES:
        raise UsageError(f"`{name}` is larger than {MAX_BYTES:,} bytes", "give one line a month and group")
    if "\0" in text:
        raise UsageError(f"`{name}` holds NUL characters, so it is no table in CSV", "export it as CSV in UTF-8")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";" if ";" in first and "," not in first else ",", strict=True)
    columns: list[str] | None = None
    rows = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns([cell.strip().lower() for cell in cells], name, reader.line_num)
                continue
            rows += 1
            if rows > MAX_ROWS:
                raise UsageError(f"`{name}` has more than {MAX_ROWS:,} rows", "give one line a month and group")
            if len(cells) != len(columns):
                raise UsageError(
                    f"`{name}` line {reader.line_num}: {len(cells)} columns where the first line names {len(columns)}", "put numbers with commas in quotes"
                )
            yield CountedRow(reader.line_num, **{column: cell.strip() for column, cell in zip(columns, cells, strict=True)})
    except csv.Error as error:
        raise UsageError(f"`{name}` line {reader.line_num}: not CSV: {error}", "mend the line") from error
    if not rows:
        raise UsageError(f"`{name}` holds no counts", "write a line `month,users` and under it one line a month, such as `2026-10,12M`")


def _columns(found: list[str], name: str, line: int) -> list[str]:
    """The columns that the first line names."""
    for column in found:
        if column not in COLUMNS:
            raise UsageError(f"`{name}` line {line}: `{_shown(column)}` is not a column", f"the first line names {', '.join(COLUMNS)}")
        if found.count(column) > 1:
            raise UsageError(f"`{name}` line {line}: the column `{column}` is there twice", "leave one out")
    for column in COLUMNS[:2]:
        if column not in found:
            raise UsageError(f"`{name}` line {line}: there is no column `{column}`", f"the first line names {', '.join(COLUMNS)}")
    return found


def _shown(text: str) -> str:
    return (text if text.isprintable() else ascii(text)[1:-1])[:40]
