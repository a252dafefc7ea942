"""Reads examples from files: CSV, TSV, JSON lines (plain or gzip), JSON, parquet, and folders of these or as `datasets` saves them.

Files are hostile: sizes are bounded, nothing is executed, and every complaint names the file and the line.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.runner.engines.interface import EngineError

MAX_BYTES = 4_000_000_000
"""More text than this, unpacked, is not read into memory."""

MAX_LINE_BYTES = 16_000_000
"""A longer line is no example."""

MAX_NAMES_SHOWN = 12
"""How many column names a message lists."""

FORMATS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")
"""Endings that can be read; all but parquet with `.gz` behind them, too."""

TRAINING_NAMES = ("train",)
"""How the files of a folder that are for training begin."""

EVALUATION_NAMES = ("validation", "valid", "dev", "eval", "test")
"""How those for evaluation begin, the preferred first."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file holds.

    Attributes:
        name: The file as messages call it.
        columns: In the order of the file.
        rows: One after another.
        lines: Where each stands: line numbers, or row numbers from 1 where a file has no lines.
        unit: `line` or `row`.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[Row]
    lines: list[int]
    unit: str = "line"

    def place(self, index: int) -> str:
        """Where a row stands, for a message."""
        return f"`{self.name}` {self.unit} {self.lines[index]}"


def read_rows(path: Path, max_bytes: int = MAX_BYTES) -> tuple[Rows, Rows | None]:
    """The rows of a file or folder, and those that a folder itself keeps for evaluation.

    Args:
        path: Where they are.
        max_bytes: How much a file may hold, unpacked.

    Raises:
        EngineError: It cannot be read, or holds no row.
    """
    if path.is_dir():
        return _read_folder(path, max_bytes)
    return _read_file(path, max_bytes), None


def _read_folder(folder: Path, max_bytes: int) -> tuple[Rows, Rows | None]:
    if (folder / "dataset_info.json").is_file() or (folder / "dataset_dict.json").is_file():
        return _read_saved(folder)
    files = sorted(path for path in (*folder.glob("*"), *folder.glob("data/*")) if path.is_file() and not path.is_symlink() and _format(path))
    training = [path for path in files if path.name.lower().startswith(TRAINING_NAMES)]
    evaluation = next((found for name in EVALUATION_NAMES if (found := [path for path in files if path.name.lower().startswith(name)])), [])
    if not training:
        training = [path for path in files if path not in evaluation]
        if len(training) != 1:
            held = f"{len(training)} files that could be" if training else "no file to be"
            raise EngineError("data", f"`{folder.name}` has {held} the training data", "name one `train.csv` (or .jsonl, .parquet), or give the file itself")
    return _joined(training, max_bytes), _joined(evaluation, max_bytes) if evaluation else None


def _read_saved(folder: Path) -> tuple[Rows, Rows | None]:
    import datasets  # type: ignore[import-untyped]

    try:
        loaded = datasets.load_from_disk(str(folder))
    except Exception as error:  # Arrow raises its own kinds for each way in which a file can be broken
        raise EngineError(
            "data", f"`{folder.name}` is no dataset that can be read: {error}", "name a file, or a folder that `save_to_disk` of datasets wrote"
        ) from error
    splits = dict(loaded) if isinstance(loaded, datasets.DatasetDict) else {"train": loaded}
    if "train" not in splits:
        raise EngineError("data", f"`{folder.name}` has no split `train`; it has {quoted(splits)}", "name the file with the examples itself")
    chosen = next((name for name in EVALUATION_NAMES if name in splits), None)
    return _of_dataset(folder.name, splits["train"]), _of_dataset(f"{folder.name}/{chosen}", splits[chosen]) if chosen else None


def _of_dataset(name: str, dataset: Any) -> Rows:
    import datasets

    named = {column: feature for column, feature in dataset.features.items() if isinstance(feature, datasets.ClassLabel)}
    rows = [dict(row) for row in dataset]
    for column, feature in named.items():  # a label is known by its name, never by its place
        for row in rows:
            if isinstance(row[column], int) and 0 <= row[column] < feature.num_classes:
                row[column] = feature.int2str(row[column])
    return _filled(Rows(name, tuple(dataset.column_names), rows, list(range(1, len(rows) + 1)), "row"))


def _joined(paths: list[Path], max_bytes: int) -> Rows:
    parts = [_read_file(path, max_bytes) for path in paths]
    first = parts[0]
    for part in parts[1:]:
        if set(part.columns) != set(first.columns):
            raise EngineError(
                "data",
                f"`{part.name}` has other columns than `{first.name}`: {quoted(part.columns)} against {quoted(first.columns)}",
                "give all files of a folder the same columns",
            )
    if len(parts) == 1:
        return first
    rows = [row for part in parts for row in part.rows]
    return Rows(first.name, first.columns, rows, list(range(1, len(rows) + 1)), "row")


def _read_file(path: Path, max_bytes: int) -> Rows:
    ending = _format(path)
    if ending is None:
        raise EngineError("data", f"`{path.name}` is in no form that can be read here", f"it takes {', '.join(FORMATS)}, all but the last as .gz too")
    try:
        if not path.is_file():
            raise EngineError("data", f"`{path.name}` is not there, or no file", "check the path")
        if ending == ".parquet":
            return _filled(_read_parquet(path, max_bytes))
        with path.open("rb") as raw, gzip.open(raw) if path.name.lower().endswith(".gz") else raw as stream:
            bounded = _Bounded(stream, path.name, max_bytes)
            if ending in (".csv", ".tsv"):
                return _filled(_read_csv(path.name, bounded, "\t" if ending == ".tsv" else ","))
            return _filled(_read_json(path.name, bounded))
    except (OSError, EOFError, zlib.error) as error:
        raise EngineError("data", f"`{path.name}` cannot be read: {error}", "see whether the file is whole, and yours to read") from error
    except UnicodeDecodeError as error:
        raise EngineError("data", f"`{path.name}` is not text in UTF-8: {error.reason}", "save it as UTF-8") from error


def _format(path: Path) -> str | None:
    name = path.name.lower()
    packed = name.endswith(".gz")
    ending = Path(name.removesuffix(".gz")).suffix
    return ending if ending in FORMATS and not (packed and ending == ".parquet") else None


class _Bounded:
    """Reads lines from a stream, and refuses long lines and long files."""

    def __init__(self, stream: Any, name: str, max_bytes: int) -> None:
        self._stream = stream
        self._name = name
        self._max_bytes = max_bytes
        self._read = 0

    def lines(self) -> Iterator[str]:
        """The lines as text, their ends included."""
        number = 0
        while line := self._stream.readline(MAX_LINE_BYTES + 1):
            number += 1
            self._read += len(line)
            if len(line) > MAX_LINE_BYTES:
                raise EngineError("data", f"`{self._name}` line {number} is longer than {MAX_LINE_BYTES:,} bytes", "cut its texts into several examples")
            if self._read > self._max_bytes:
                raise EngineError("data", f"`{self._name}` holds more than {self._max_bytes:,} bytes", "give a part of it")
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise EngineError("data", f"`{self._name}` line {number} is not text in UTF-8", "save it as UTF-8") from error


def _read_csv(name: str, stream: _Bounded, delimiter: str) -> Rows:
    lines = stream.lines()
    first = next(lines, "")
    if delimiter == "," and "," not in first and ";" in first:
        delimiter = ";"

    def all_lines() -> Iterator[str]:
        yield first
        yield from lines

    csv.field_size_limit(MAX_LINE_BYTES)
    reader = csv.reader(all_lines(), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    numbers: list[int] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if len(set(header)) != len(header):
            raise EngineError("data", f"`{name}` line 1 names a column twice: {quoted(header)}", "give each column a name of its own")
        start = reader.line_num
        for cells in reader:
            number, start = start + 1, reader.line_num
            if not cells:
                continue
            if len(cells) != len(header):
                raise EngineError("data", f"`{name}` line {number} has {len(cells)} cells, the head has {len(header)}", "put quotes around texts with commas")
            rows.append(dict(zip(header, cells, strict=True)))
            numbers.append(number)
    except csv.Error as error:
        raise EngineError("data", f"`{name}` line {reader.line_num}: {error}", "close every quote that is opened") from error
    return Rows(name, tuple(header), rows, numbers)


def _read_json(name: str, stream: _Bounded) -> Rows:
    lines = stream.lines()
    first = next(lines, "")
    columns: dict[str, None] = {}
    rows: list[Row] = []
    numbers: list[int] = []

    def take(value: Any, number: int, unit: str) -> None:
        if not isinstance(value, dict):
            raise EngineError("data", f"`{name}` {unit} {number} is no object", 'each example is an object, such as {"text": "...", "label": "..."}')
        columns.update(dict.fromkeys(value))
        rows.append(value)
        numbers.append(number)

    if first.lstrip().startswith("["):  # one list of objects
        values = _parse(name, first + "".join(lines), 1)
        for index, value in enumerate(values, start=1):
            take(value, index, "row")
        return Rows(name, tuple(columns), rows, numbers, "row")
    number = 1
    line: str | None = first
    while line is not None:
        if line.strip():
            take(_parse(name, line.strip(), number), number, "line")
        line = next(lines, None)
        number += 1
    return Rows(name, tuple(columns), rows, numbers)


def _parse(name: str, text: str, number: int) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
        line = number + error.lineno - 1 if isinstance(error, json.JSONDecodeError) else number
        raise EngineError("data", f"`{name}` line {line} is not JSON: {what}", "write one whole object a line") from error


def _read_parquet(path: Path, max_bytes: int) -> Rows:
    import pyarrow  # type: ignore[import-untyped]
    import pyarrow.parquet  # type: ignore[import-untyped]

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            columns = tuple(file.schema_arrow.names)
            size = sum(file.metadata.row_group(number).total_byte_size for number in range(file.metadata.num_row_groups))
            if size > max_bytes:
                raise EngineError("data", f"`{path.name}` holds more than {max_bytes:,} bytes", "give a part of it")
            rows = [row for batch in file.iter_batches() for row in batch.to_pylist()]
    except (pyarrow.ArrowException, OSError) as error:
        raise EngineError("data", f"`{path.name}` is no parquet file that can be read: {str(error)[:200]}", "write it anew") from error
    return Rows(path.name, columns, rows, list(range(1, len(rows) + 1)), "row")


def _filled(rows: Rows) -> Rows:
    if not rows.rows:
        what = f"; its columns are {quoted(rows.columns)}" if rows.columns else ""
        raise EngineError("data", f"`{rows.name}` holds no examples{what}", "give at least one row below the names of the columns")
    return rows


def quoted(names: Any) -> str:
    """Names for a message: each in backticks, not too many, not too long."""
    shown = [f"`{str(name)[:60]}`" for name in names]
    more = f" and {len(shown) - MAX_NAMES_SHOWN} more" if len(shown) > MAX_NAMES_SHOWN else ""
    return ", ".join(shown[:MAX_NAMES_SHOWN]) + more
