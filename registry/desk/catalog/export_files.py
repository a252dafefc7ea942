"""The files of an export: one folder a table, in parts, as parquet or CSV; written aside and put in place whole."""

from __future__ import annotations

import csv
import hashlib
import importlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from registry.catalogue.queries.export import ExportColumn
from registry.errors import MissingExtraError, UsageError

SCHEMA = "licet.export/1"
"""The schema of an export's manifest."""

MANIFEST = "manifest.json"
"""The file that says what an export holds."""

FORMATS = ("parquet", "csv")
"""What tables can be written as."""

ROWS_PER_FILE = 1_000_000
"""A table with more rows has several parts, so that many readers can share the work."""

ROWS_PER_GROUP = 100_000
"""Rows of one row group of parquet: some megabytes, which a reader skips or takes as a whole."""

MAX_MANIFEST = 10_000_000
"""A larger manifest is none of ours."""

_TRUTH = {1: True, 0: False}  # SQLite has numbers for them
_TRUTH_WORDS = {1: "true", 0: "false"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Part(Protocol):
    """One file of a table while it is written."""

    rows: int
    """How many rows it has so far."""

    def write(self, columns: Sequence[Sequence[Any]]) -> None:
        """Add rows, given as columns of one length."""

    def close(self) -> None:
        """Complete the file."""


class TableFiles:
    """Writes one table as numbered parts and says what they are.

    Args:
        folder: The export's folder; the table has its own in it.
        name: The table's name.
        columns: Its columns.
        form: One of `FORMATS`.
    """

    def __init__(self, folder: Path, name: str, columns: Sequence[ExportColumn], form: str) -> None:
        self._folder = folder
        self._name = name
        self._columns = columns
        self._form = form
        self._part: Part | None = None
        self._files: list[dict[str, Any]] = []
        (folder / name).mkdir()

    def write(self, columns: Sequence[Sequence[Any]]) -> None:
        """Add rows, given as columns of one length."""
        if self._part is not None and self._part.rows >= ROWS_PER_FILE:
            self._end()
        if self._part is None:
            path = self._path()
            self._part = _ParquetPart(path, self._columns) if self._form == "parquet" else _CsvPart(path, self._columns)
        self._part.write(columns)

    def close(self) -> dict[str, Any]:
        """Complete the last part; a table without rows has one all the same, which shows its columns.

        Returns:
            What the manifest says of the table.
        """
        if self._part is None and not self._files:
            self.write([()] * len(self._columns))
        self._end()
        return {
            "rows": sum(file["rows"] for file in self._files),
            "files": self._files,
            "columns": [{"name": column.name, "type": column.kind, "says": column.says} for column in self._columns],
        }

    def _path(self) -> Path:
        return self._folder / self._name / f"part-{len(self._files):05}.{self._form}"

    def _end(self) -> None:
        if self._part is not None:
            path = self._path()
            self._part.close()
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            shown = path.relative_to(self._folder).as_posix()
            self._files.append({"path": shown, "rows": self._part.rows, "bytes": path.stat().st_size, "sha256": digest})
            self._part = None


class _ParquetPart:
    def __init__(self, path: Path, columns: Sequence[ExportColumn]) -> None:
        self._arrow = load_pyarrow()
        self._kinds = [column.kind for column in columns]
        parquet = importlib.import_module("pyarrow.parquet")
        types = {"text": self._arrow.string(), "integer": self._arrow.int64(), "number": self._arrow.float64(), "truth": self._arrow.bool_()}
        self._schema = self._arrow.schema([self._arrow.field(column.name, types[column.kind], metadata={"says": column.says}) for column in columns])
        few = [column.name for column in columns if column.few]
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd", use_dictionary=few)
        self._waiting: list[Any] = []
        self._held = 0
        self.rows = 0

    def write(self, columns: Sequence[Sequence[Any]]) -> None:
        known = [list(map(_TRUTH.get, values)) if kind == "truth" else values for values, kind in zip(columns, self._kinds, strict=True)]
        arrays = [self._arrow.array(values, type=field.type) for values, field in zip(known, self._schema, strict=True)]
        batch = self._arrow.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._waiting.append(batch)
        self._held += batch.num_rows
        self.rows += batch.num_rows
        if self._held >= ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._arrow.Table.from_batches(self._waiting, schema=self._schema), row_group_size=ROWS_PER_GROUP)
        self._waiting, self._held = [], 0

    def close(self) -> None:
        self._flush()
        self._writer.close()


class _CsvPart:
    def __init__(self, path: Path, columns: Sequence[ExportColumn]) -> None:
        self._file = path.open("x", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow([column.name for column in columns])
        self._kinds = [column.kind for column in columns]
        self.rows = 0

    def write(self, columns: Sequence[Sequence[Any]]) -> None:
        cells = [
            [_cell(value) for value in values] if kind == "text" else list(map(_TRUTH_WORDS.get, values)) if kind == "truth" else values
            for values, kind in zip(columns, self._kinds, strict=True)
        ]
        self._writer.writerows(zip(*cells, strict=True))
        self.rows += len(columns[0])

    def close(self) -> None:
        self._file.close()


def _cell(text: str | None) -> str | None:
    """A text as a cell; one that a spreadsheet would run as a formula is marked as text."""
    if text is None:
        return None
    return f"'{text}" if text.startswith(_FORMULA) else text


def load_pyarrow() -> Any:
    """The library that writes parquet.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise MissingExtraError("writing parquet", "parquet") from error


@contextmanager
def whole_folder(target: Path, *, force: bool) -> Iterator[Path]:
    """A folder to write into, which takes the target's place when all went well; otherwise the target stays as it was.

    Raises:
        UsageError: The target holds something else than an earlier export, or may not be replaced or written.
    """
    place = target.expanduser().absolute()
    if place.is_symlink():
        place = place.resolve()
    refuse_target(place, target, force=force)
    # Beside the target, because a rename is atomic within one file system only.
    draft = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        draft.mkdir()
    except OSError as error:
        raise UsageError(f"`{target}` cannot be written: {error.strerror}", "name a folder in one that exists and is yours") from error
    try:
        yield draft
        old = place.with_name(f".{place.name}.{os.getpid()}.old")
        if place.exists():
            place.rename(old)
        try:
            draft.rename(place)
        except OSError:
            if old.exists():
                old.rename(place)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def refuse_target(place: Path, shown: Path, *, force: bool) -> None:
    """Refuse a target that holds anything but an earlier export that may be replaced.

    Raises:
        UsageError: It does; nothing is ever removed that an export did not write.
    """
    if not place.exists():
        return
    if not place.is_dir():
        raise UsageError(f"`{shown}` is a file", "name a folder that is new or empty")
    try:
        held = {path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir() or path.is_symlink()}
    except OSError as error:
        raise UsageError(f"`{shown}` cannot be read: {error.strerror}", "name a folder that is yours") from error
    if not held:
        return
    known = _written(place / MANIFEST)
    if known is None:
        raise UsageError(f"`{shown}` is not empty and holds no earlier export", "name a folder that is new or empty")
    others = sorted(held - known)
    if others:
        raise UsageError(f"`{shown}` holds `{others[0][:200]}`, which no export wrote", "name a folder that is new or empty")
    if not force:
        raise UsageError(f"`{shown}` holds an earlier export", "give `--force` to replace it, or name another folder")


def _written(manifest: Path) -> set[str] | None:
    """The files that an earlier export wrote, by its manifest; None where there is no such manifest."""
    try:
        if manifest.is_symlink() or manifest.stat().st_size > MAX_MANIFEST:
            return None
        data = json.loads(manifest.read_bytes())
        if data["schema"] != SCHEMA:
            return None
        return {MANIFEST, *(str(file["path"]) for table in data["tables"].values() for file in table["files"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
