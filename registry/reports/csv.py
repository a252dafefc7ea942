"""An audit as comma-separated values, one finding a line, with a head line."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from typing import Any, TextIO

COLUMNS = (
    "code",
    "severity",
    "confidence",
    "subject",
    "developer",
    "declared",
    "license",
    "clause",
    "ancestors",
    "path",
    "file",
    "line",
    "summary",
    "fixable_by",
    "hint",
)
"""The columns; more are only ever added at the end."""

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # some spreadsheets run the wide forms too
# Where a semicolon parts cells, what stands behind one within a text begins a cell.
_LATER = re.compile(f"(?<=;)(?=[{re.escape(''.join(_FORMULA))}])")


class CsvReport:
    """Writes a line a finding.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")

    def begin(self, head: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
        """The head line; the use and the summary have no place in a table."""
        self._writer.writerow(COLUMNS)

    def add(self, finding: Mapping[str, Any]) -> bool:
        """One line."""
        flat = {**finding, "ancestors": "; ".join(finding["ancestors"]), "path": path_in_words(finding["path"])}
        self._writer.writerow([_cell(flat.get(column)) for column in COLUMNS])
        return True

    def end(self, summary: Mapping[str, Any]) -> None:
        """Nothing follows the last line."""


def path_in_words(path: list[Mapping[str, str]]) -> str:
    """A path as one line: `child <- finetune - parent`."""
    return "".join(f" <- {step['relation']} - {step['model']}" if "relation" in step else step["model"] for step in path)


def _cell(value: object) -> object:
    """A value as a cell; text that a spreadsheet would run as a formula is marked as text."""
    if value is None or isinstance(value, int):
        return value
    text = _UNSAFE.sub(lambda match: " " if match[0] in "\n\t" else f"\\u{ord(match[0]):04x}", str(value))
    text = _LATER.sub("'", text)
    return f"'{text}" if text.startswith(_FORMULA) else text


class CsvFormat:
    """Comma-separated values."""

    name = "csv"

    def open(self, stream: TextIO) -> CsvReport:
        """A report that writes to a stream."""
        return CsvReport(stream)
