"""Examples for a task: which columns it takes, which rows are used for training and which are kept apart, and a digest of both."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.rows import Row, Rows, quoted, read_rows
from registry.runner.events import Noted
from registry.runner.job import DataInput


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a task knows.

    Attributes:
        name: What the task calls it.
        others: What files call it as often; the first that is there is taken.
        required: The task cannot do without it.
        text: It holds text.
    """

    name: str
    others: tuple[str, ...] = ()
    required: bool = True
    text: bool = True


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows under the names that the task knows."""

    training: list[Row]
    evaluation: list[Row]
    columns: dict[str, str]
    """From the task's name of a column to the file's."""

    def digests(self) -> dict[str, dict[str, int | str]]:
        """Rows and digest of both parts, as `Finished.data` has them."""
        parts = {"train": self.training, "evaluation": self.evaluation}
        return {role: {"rows": len(rows), "sha256": digest(rows)} for role, rows in parts.items() if rows}


def digest(rows: Sequence[Row]) -> str:
    """SHA-256 over the rows in their order, each as JSON with sorted keys on a line of its own."""
    sum_of = hashlib.sha256()
    for row in rows:
        sum_of.update(json.dumps(row, sort_keys=True, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
        sum_of.update(b"\n")
    return sum_of.hexdigest()


def read_examples(data: DataInput, columns: Sequence[Column], tell: Tell, *, seed: int, stratify: str | None = None, others: Sequence[Column] = ()) -> Examples:
    """Read, map and split.

    Args:
        data: Where they are.
        columns: What the task knows.
        tell: Told of rows that are left out.
        seed: Which rows are kept apart follows from it.
        stratify: The column whose values are to be as frequent in both parts.
        others: What the task takes instead, where the file has all of these.

    Raises:
        EngineError: A column is missing, or nothing is left to learn from.
    """
    if not 0 <= data.evaluation_share < 1:
        raise EngineError("data", f"the share kept for evaluation is {data.evaluation_share:g}, not between 0 and 1", "such as `--evaluation-share 0.2`")
    rows, own = read_rows(data.train)
    if data.evaluation is not None:
        own, _ = read_rows(data.evaluation)
    if others and _has(rows, others, data.columns):
        columns = others
    mapping = _map_columns(rows, columns, data.columns)
    training = _take(rows, mapping, columns, tell)
    if own is not None:
        return Examples(training, _take(own, _map_columns(own, columns, data.columns), columns, tell), mapping)
    if data.evaluation_share == 0:
        tell(Noted(text="nothing is kept apart: there will be no measurement before and after"))
        return Examples(training, [], mapping)
    return Examples(*_split(training, data.evaluation_share, seed, stratify, rows.name), mapping)


def _has(rows: Rows, columns: Sequence[Column], chosen: dict[str, str]) -> bool:
    names = {column.name for column in columns}
    return set(chosen) <= names and all(
        not column.required or any(name in rows.columns for name in (chosen.get(column.name, column.name), *column.others)) for column in columns
    )


def _map_columns(rows: Rows, columns: Sequence[Column], chosen: dict[str, str]) -> dict[str, str]:
    known = {column.name for column in columns}
    for name in chosen:
        if name not in known:
            raise EngineError("data", f"this task knows no column `{name}`", f"it knows {quoted(sorted(known))}")
    mapping: dict[str, str] = {}
    for column in columns:
        if column.name in chosen:
            if chosen[column.name] not in rows.columns:
                raise EngineError(
                    "data",
                    f"`{rows.name}` has no column `{chosen[column.name]}`; it has {quoted(rows.columns)}",
                    f"name one of these: `--column {column.name}=NAME`",
                )
            mapping[column.name] = chosen[column.name]
            continue
        found = next((name for name in (column.name, *column.others) if name in rows.columns), None)
        if found is not None:
            mapping[column.name] = found
        elif column.required:
            raise EngineError(
                "data", f"`{rows.name}` has no column `{column.name}`; it has {quoted(rows.columns)}", f"say which it is: `--column {column.name}=NAME`"
            )
    return mapping


def _take(rows: Rows, mapping: dict[str, str], columns: Sequence[Column], tell: Tell) -> list[Row]:
    required = [column.name for column in columns if column.required]
    taken: list[Row] = []
    empty: list[int] = []
    for index, row in enumerate(rows.rows):
        values = {name: row.get(column) for name, column in mapping.items()}
        if any(_is_empty(values[name]) for name in required):
            empty.append(index)
        else:
            taken.append(values)
    if not taken:
        raise EngineError("data", f"`{rows.name}` holds no example with {quoted(required)} filled in", "see whether `--column` names the right columns")
    if empty:
        tell(Noted(text=f"{_count(len(empty), 'row')} without {quoted(required)} left out, the first at {rows.place(empty[0])}"))
    return taken


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or (isinstance(value, list) and not value)


def _split(rows: list[Row], share: float, seed: int, stratify: str | None, name: str) -> tuple[list[Row], list[Row]]:
    """Both parts, each in the order of the file."""
    from sklearn.model_selection import train_test_split  # type: ignore[import-untyped]

    indices = list(range(len(rows)))
    labels = [str(row[stratify]) for row in rows] if stratify else None
    alone: list[int] = []
    if labels is not None:  # a class of one example can only be learnt
        counts = Counter(labels)
        alone = [index for index in indices if counts[labels[index]] < 2]
        indices = [index for index in indices if counts[labels[index]] >= 2]
    kinds = len({labels[index] for index in indices}) if labels is not None else 1
    size = max(round(share * len(rows)), kinds)
    if len(indices) - size < max(kinds, 1):
        raise EngineError(
            "data",
            f"`{name}` holds too few examples ({len(rows)}) to keep some apart",
            "add examples, give `--evaluation-data FILE`, or say `--evaluation-share 0`",
        )
    strata = [labels[index] for index in indices] if labels is not None and kinds > 1 else None
    first, second = train_test_split(indices, test_size=size, random_state=seed, stratify=strata)
    return [rows[index] for index in sorted([*first, *alone])], [rows[index] for index in sorted(second)]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def check_texts(examples: Examples, columns: Sequence[Column]) -> None:
    """What is to be text is text; numbers and truth values become it.

    Raises:
        EngineError: Something else stands there.
    """
    for part, rows in (("training", examples.training), ("evaluation", examples.evaluation)):
        for name in (column.name for column in columns if column.text and column.name in examples.columns):
            for number, row in enumerate(rows, start=1):
                value = row.get(name)
                if isinstance(value, bool | int | float):
                    row[name] = str(value)
                elif value is not None and not isinstance(value, str):
                    kind = type(value).__name__
                    raise EngineError("data", f"`{examples.columns[name]}` of {part} example {number} is no text but a {kind}", "give each example one text")
