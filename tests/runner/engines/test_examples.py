"""Columns, splits and digests of examples."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from registry.runner.engines.examples import Column, Examples, digest, read_examples
from registry.runner.engines.interface import EngineError
from registry.runner.events import Event, Noted
from registry.runner.job import DataInput

COLUMNS = (Column("text", ("sentence",)), Column("label", ("class",)), Column("second", required=False))


def read(path: Path, text: str, told: list[Event] | None = None, stratify: str | None = "label", seed: int = 0, **values: Any) -> Examples:
    pytest.importorskip("sklearn")
    path = path / "set.csv"
    path.write_text(text)
    return read_examples(DataInput(name="set", train=path, **values), COLUMNS, (told if told is not None else []).append, seed=seed, stratify=stratify)


def table(rows: int, head: str = "text,label", labels: int = 4) -> str:
    return head + "\n" + "".join(f"text {number},class {number % labels}\n" for number in range(rows))


def test_columns_are_found_under_usual_names(tmp_path: Path) -> None:
    examples = read(tmp_path, table(40, "sentence,class"))
    assert examples.columns == {"text": "sentence", "label": "class"}
    assert all(row["label"] == f"class {int(row['text'].split()[1]) % 4}" for row in examples.training)


def test_missing_column_names_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        read(tmp_path, table(40, "body,label"))
    assert caught.value.message == "`set.csv` has no column `text`; it has `body`, `label`"
    assert caught.value.hint == "say which it is: `--column text=NAME`"


def test_chosen_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"`set\.csv` has no column `words`"):
        read(tmp_path, table(40), columns={"text": "words"})
    with pytest.raises(EngineError, match="this task knows no column `txet`"):
        read(tmp_path, table(40), columns={"txet": "text"})


def test_split_keeps_every_class_in_both_parts_and_no_row_twice(tmp_path: Path) -> None:
    examples = read(tmp_path, table(100), evaluation_share=0.2)
    assert Counter(row["label"] for row in examples.evaluation) == {f"class {number}": 5 for number in range(4)}
    texts = [row["text"] for row in (*examples.training, *examples.evaluation)]
    assert sorted(texts) == sorted(f"text {number}" for number in range(100))


def test_split_follows_from_the_seed(tmp_path: Path) -> None:
    first, same, other = (read(tmp_path, table(100), seed=seed).evaluation for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_class_of_one_example_is_only_learnt(tmp_path: Path) -> None:
    examples = read(tmp_path, table(40) + "rare,class 9\n")
    assert "class 9" in {row["label"] for row in examples.training}
    assert "class 9" not in {row["label"] for row in examples.evaluation}


def test_too_few_examples_to_split_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"too few examples \(4\)"):
        read(tmp_path, table(4))


def test_rows_with_empty_cells_are_left_out_and_counted(tmp_path: Path) -> None:
    told: list[Event] = []
    examples = read(tmp_path, table(40) + " ,class 1\nno label,\n", told)
    assert len(examples.training) + len(examples.evaluation) == 40
    assert [event.text for event in told if isinstance(event, Noted)] == ["2 rows without `text`, `label` left out, the first at `set.csv` line 42"]


def test_nothing_but_empty_cells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="holds no example with"):
        read(tmp_path, "text,label\n,a\nb,\n")


def test_evaluation_file_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(table(8, "sentence,class"))
    examples = read(tmp_path, table(40), evaluation=tmp_path / "other.csv")
    assert (len(examples.training), len(examples.evaluation)) == (40, 8)


def test_no_share_keeps_nothing_apart_and_says_so(tmp_path: Path) -> None:
    told: list[Event] = []
    examples = read(tmp_path, table(40), told, evaluation_share=0)
    assert (len(examples.training), len(examples.evaluation)) == (40, 0)
    assert any("nothing is kept apart" in event.text for event in told if isinstance(event, Noted))
    with pytest.raises(EngineError, match="not between 0 and 1"):
        read(tmp_path, table(40), evaluation_share=1.5)


def test_digest_changes_with_every_value_and_with_the_order() -> None:
    rows = [{"text": "a", "label": "x"}, {"text": "b", "label": "x"}]
    assert digest(rows) == digest([dict(reversed(row.items())) for row in rows])
    assert len({digest(rows), digest(rows[::-1]), digest([rows[0], {"text": "b", "label": "y"}]), digest(rows[:1])}) == 4
