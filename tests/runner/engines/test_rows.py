"""Reading examples from files, good and broken."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from registry.runner.engines.interface import EngineError
from registry.runner.engines.rows import read_rows

ROWS = [{"text": "good", "label": "up"}, {"text": "bad,\nvery", "label": "down"}]
CSV = 'text,label\ngood,up\n"bad,\nvery",down\n'
JSON_LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


def written(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", CSV),
        ("a.CSV", "\ufeff" + CSV),
        ("a.csv", CSV.replace("label", " label ")),
        ("a.csv", 'text;label\ngood;up\n"bad,\nvery";down\n'),
        ("a.tsv", CSV.replace("text,", "text\t").replace("good,", "good\t").replace('",', '"\t')),
        ("a.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("a.jsonl", JSON_LINES),
        ("a.ndjson", "\n" + JSON_LINES + "\n\n"),
        ("a.jsonl.gz", gzip.compress(JSON_LINES.encode(), mtime=0)),
        ("a.json", json.dumps(ROWS, indent=1)),
    ],
)
def test_every_form_gives_the_same_rows(tmp_path: Path, name: str, text: str | bytes) -> None:
    rows, evaluation = read_rows(written(tmp_path / name, text))
    assert rows.rows == ROWS
    assert rows.columns == ("text", "label")
    assert evaluation is None


def test_parquet_gives_the_same_rows(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "a.parquet")
    assert read_rows(tmp_path / "a.parquet")[0].rows == ROWS


def test_lines_are_counted_where_texts_run_over_several(tmp_path: Path) -> None:
    rows, _ = read_rows(written(tmp_path / "a.csv", CSV + "last,up\n"))
    assert [rows.place(index) for index in range(3)] == ["`a.csv` line 2", "`a.csv` line 3", "`a.csv` line 5"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "", "holds no examples"),
        ("a.csv", "text,label\n", "`a.csv` holds no examples; its columns are `text`, `label`"),
        ("a.csv", "text,text\na,b\n", "line 1 names a column twice"),
        ("a.csv", "text,label\ngood,up\nbad, very,down\n", "`a.csv` line 3 has 3 cells, the head has 2"),
        ("a.csv", 'text,label\n"good,up\n', "`a.csv` line 2: unexpected end of data"),
        ("a.csv", b"text,label\n\xff\xfe,up\n", "`a.csv` line 2 is not text in UTF-8"),
        ("a.csv.gz", b"no gzip at all", "`a.csv.gz` cannot be read"),
        ("a.csv.gz", gzip.compress(CSV.encode(), mtime=0)[:-9], "`a.csv.gz` cannot be read"),
        ("a.jsonl", "", "holds no examples"),
        ("a.jsonl", '{"text": "a"}\n{"text": \n', "`a.jsonl` line 2 is not JSON"),
        ("a.jsonl", '{"text": "a"}\n["b"]\n', "`a.jsonl` line 2 is no object"),
        ("a.jsonl", "[" * 100_000, "nested too deep"),
        ("a.json", '[{"text": "a"}, 3]', "row 2 is no object"),
        ("a.parquet", b"PAR1 and no more", "no parquet file that can be read"),
        ("a.pkl", b"\x80\x04.", "in no form that can be read here"),
        ("a.parquet.gz", b"", "in no form that can be read here"),
    ],
)
def test_broken_file_is_named_with_its_line(tmp_path: Path, name: str, text: str | bytes, words: str) -> None:
    if "parquet" in name:
        pytest.importorskip("pyarrow")
    with pytest.raises(EngineError) as caught:
        read_rows(written(tmp_path / name, text))
    assert caught.value.reason == "data"
    assert words in caught.value.message


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"`a\.csv` is not there"):
        read_rows(tmp_path / "a.csv")


def test_line_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="line 1 is longer than 16,000,000 bytes"):
        read_rows(written(tmp_path / "a.jsonl", '{"text": "' + "x" * 16_000_000 + '"}\n'))


def test_bomb_of_gzip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="holds more than 10,000 bytes"):
        read_rows(written(tmp_path / "a.jsonl.gz", gzip.compress(b'{"text": "x"}\n' * 10_000)), max_bytes=10_000)


def test_folder_tells_training_from_evaluation_by_name(tmp_path: Path) -> None:
    written(tmp_path / "data" / "train-00000.jsonl", JSON_LINES)
    written(tmp_path / "data" / "train-00001.jsonl", JSON_LINES)
    written(tmp_path / "data" / "test.csv", CSV)
    written(tmp_path / "README.md", "# a dataset")
    training, evaluation = read_rows(tmp_path)
    assert len(training.rows) == 4
    assert evaluation is not None
    assert evaluation.rows == ROWS


def test_folder_without_a_clear_training_file_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "one.csv", CSV)
    written(tmp_path / "two.csv", CSV)
    with pytest.raises(EngineError, match="2 files that could be the training data"):
        read_rows(tmp_path)


def test_folder_that_datasets_saved_keeps_the_names_of_labels(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["down", "up"])})
    part = datasets.Dataset.from_list([{"text": "good", "label": 1}, {"text": "bad", "label": 0}], features=features)
    datasets.DatasetDict({"train": part, "validation": part}).save_to_disk(str(tmp_path / "set"))
    training, evaluation = read_rows(tmp_path / "set")
    assert training.rows == [{"text": "good", "label": "up"}, {"text": "bad", "label": "down"}]
    assert evaluation is not None
    assert len(evaluation.rows) == 2
