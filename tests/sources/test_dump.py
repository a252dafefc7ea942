"""Dumps made of lines: JSON lines and CSV, as they should be and as they should not."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from registry.errors import MissingExtraError, SourceError, UsageError
from registry.sources.dump.columns import read_map
from registry.sources.dump.source import DumpSource
from registry.sources.interface import Source
from registry.supplychain.listing import Listing

ROWS: list[dict[str, Any]] = [
    {
        "id": "acme/base",
        "createdAt": "2023-07-18T00:00:00.000Z",
        "downloads": 10,
        "tags": ["transformers", "license:apache-2.0", "dataset:acme/corpus"],
        "gated": "auto",
    },
    {"modelId": "acme/chat", "author": "acme", "tags": ["base_model:acme/base", "base_model:finetune:acme/base"], "pipeline_tag": "text-generation"},
    {
        "id": "else/merge",
        "created_at": "2022-03-02T23:29:04.000Z",
        "tags": ["merge", "base_model:acme/base", "base_model:acme/chat", "license:mit", "license:llama2"],
    },
    {"id": "else/q", "baseModels": {"relation": "quantized", "models": [{"_id": "1", "id": "acme/chat"}]}, "cardData": '{"license": "MIT"}'},
]


def lines(path: Path, rows: list[Any], *, packed: bool = False) -> Path:
    """A file with one row a line; bytes and texts are written as they are."""
    parts = [row if isinstance(row, bytes) else row.encode() if isinstance(row, str) else json.dumps(row).encode() for row in rows]
    data = b"\n".join(parts) + b"\n"
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def joined(source: DumpSource) -> Listing:
    """All rows of a small dump."""
    (listing,) = source.listings()
    return listing


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines_are_read(tmp_path: Path, packed: bool) -> None:
    source = DumpSource(lines(tmp_path / "models.jsonl", ROWS, packed=packed))
    assert isinstance(source, Source)
    listing = joined(source)
    assert listing.names == ["acme/base", "acme/chat", "else/merge", "else/q"]
    assert listing.licenses == [(0, "apache-2.0"), (2, "mit"), (2, "llama2"), (3, "MIT")]
    assert listing.datasets == [(0, "acme/corpus")]
    assert listing.created == ["2023-07-18", None, "2022-03-02", None]
    assert listing.modalities == [None, "text", None, None]
    assert [(each.position, each.base, each.relation, each.evidence) for each in listing.bases] == [
        (1, "acme/base", "finetune", "declared"),
        (2, "acme/base", "merge", "declared"),
        (2, "acme/chat", "merge", "declared"),
        (3, "acme/chat", "quantized", "declared"),
    ]
    assert (source.rows, source.notes.kept) == (4, [])


def test_what_is_older_than_the_hubs_clock_has_no_release_date(tmp_path: Path) -> None:
    (record,) = DumpSource(lines(tmp_path / "a.jsonl", ROWS)).records()
    assert [model.released_on for model in record.models] == ["2023-07-18", None, None, None]
    assert [model.access for model in record.models] == ["gated", None, None, None]


def test_a_newer_dump_that_says_the_same_claims_the_same(tmp_path: Path) -> None:
    first, second = (
        next(DumpSource(lines(tmp_path / name, ROWS), as_of=day).records()) for name, day in (("a.jsonl", "2024-07-01"), ("b.jsonl", "2024-08-01"))
    )
    for old, new in zip([*first.statements, *first.relations], [*second.statements, *second.relations], strict=True):
        assert old.source is not None
        assert new.source is not None
        assert (old.source.reference, old.source.read_on) == (new.source.reference, "2024-07-01")
        assert new.source.read_on == "2024-08-01"


def test_csv_is_read(tmp_path: Path) -> None:
    path = tmp_path / "models.csv"
    path.write_text(
        "\ufeffid,downloads,tags,base_model,library_name\n"
        'acme/base,12,"[""license:mit"", ""x""]",,transformers\n'
        "acme/gguf,3.0,\"['license:mit', 'gguf']\",acme/base,\n"
        'acme/lora,,"license:mit, lora","acme/base",peft\n'
        'acme/quoted,1,"line\none",,\n',
        encoding="utf-8",
    )
    listing = joined(DumpSource(path))
    assert listing.names == ["acme/base", "acme/gguf", "acme/lora", "acme/quoted"]
    assert listing.downloads == [12, 3, None, 1]
    assert listing.licenses == [(0, "mit"), (1, "mit"), (2, "mit")]
    assert [(each.position, each.relation) for each in listing.bases] == [(1, "quantized"), (2, "adapter")]
    assert listing.notes == []


def test_columns_can_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("repository\tterms\nacme/base\tmit\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"no column of `table\.tsv` is known to hold names") as caught:
        list(DumpSource(path).listings())
    assert "`repository`, `terms`" in (caught.value.hint or "")
    listing = joined(DumpSource(path, mapping=read_map(["id=repository", "license=terms"])))
    assert (listing.names, listing.licenses) == (["acme/base"], [(0, "mit")])
    with pytest.raises(SourceError, match="no column `none` for `id`"):
        list(DumpSource(path, mapping={"id": "none"}).listings())
    rows = [{"repo": "acme/base", "lic": "mit"}, {"repo": "acme/more"}]
    listing = joined(DumpSource(lines(tmp_path / "a.jsonl", rows), mapping={"id": "repo", "license": "lic"}))
    assert (listing.names, listing.licenses) == (["acme/base", "acme/more"], [(0, "mit")])


@pytest.mark.parametrize("written", ["id", "id=", "colour=x", "=x", "\x00=x"])
def test_a_wrong_mapping_is_refused(written: str) -> None:
    with pytest.raises(UsageError):
        read_map([written])


def test_rows_of_datasets_are_told(tmp_path: Path) -> None:
    rows = [{"id": "acme/d", "tags": ["license:mit", "language:en"], "source_datasets": ["original"]}]
    listing = joined(DumpSource(lines(tmp_path / "a.jsonl", rows)))
    assert (listing.kind, listing.languages) == ("dataset", [(0, "en")])
    (record,) = DumpSource(lines(tmp_path / "b.jsonl", [{"id": "squad", "tags": ["license:mit"]}]), kind="dataset").records()
    assert [each.subject for each in record.statements] == ["dataset:squad"]
    with pytest.raises(UsageError):
        DumpSource(tmp_path / "a.jsonl", kind="space")


def test_every_row_that_cannot_be_read_is_counted_with_its_number(tmp_path: Path) -> None:
    rows = [
        {"id": "acme/one"},
        "{broken",
        b'{"id": "caf\xe9"}',
        "[1, 2]",
        "[" * 10_000 + "]" * 10_000,
        '{"id": "acme/deep", "cardData": ' + "[" * 10_000 + "]" * 10_000 + "}",
        {"id": "acme/\x00nul"},
        {"id": "acme/line\nbreak"},
        {"id": "a" * 5_000},
        {"id": "acme/one@main"},
        {"id": "dataset:x"},
        {"id": {"name": "x"}},
        '{"id": "acme/long", "downloads": ' + "9" * 5_000 + "}",
        '{"id": "acme/\\ud800"}',
        {"id": "acme/two", "downloads": 1e400, "tags": "no, list", "license": ["mit\x07"]},
    ]
    source = DumpSource(lines(tmp_path / "a.jsonl", rows))
    assert joined(source).names == ["acme/one", "acme/two"]
    assert source.notes.lost == 13
    assert sorted({note.row for note in source.notes.kept if note.lost}) == list(range(2, 15))
    assert [(note.code, note.row) for note in source.notes.kept if not note.lost] == [("bad-value", 15), ("bad-value", 15)]
    assert all(note.message.isprintable() and len(note.message) < 400 for note in source.notes.kept)


def test_a_row_can_have_thousands_of_tags(tmp_path: Path) -> None:
    tags = [f"dataset:acme/d{number}" for number in range(4_046)] + ["license:mit"]
    source = DumpSource(lines(tmp_path / "a.jsonl", [{"id": "acme/many", "tags": tags}]))
    listing = joined(source)
    assert listing.licenses == [(0, "mit")]
    assert len(listing.datasets) == 1_000
    assert "4,046 entries, of which 1,000 were taken" in listing.notes[0].message


def test_bases_that_are_none_are_noted(tmp_path: Path) -> None:
    bases = ["/home/me/model", "gpt2", "acme/self", "[More Information Needed]", "https://huggingface.co/acme/base/tree/main", 7, None]
    rows = [{"id": "acme/self", "base_model": bases}]
    listing = joined(DumpSource(lines(tmp_path / "a.jsonl", rows)))
    assert [each.base for each in listing.bases] == ["openai-community/gpt2", "acme/base"]
    assert [note.code for note in listing.notes] == ["path-local", "id-legacy", "self-base", "placeholder", "id-unreadable", "id-unreadable"]


def test_a_card_and_a_tag_that_contradict_are_both_kept(tmp_path: Path) -> None:
    rows = [{"id": "a/x", "tags": ["base_model:quantized:a/b"], "cardData": {"base_model": "a/b", "base_model_relation": "finetune"}}]
    listing = joined(DumpSource(lines(tmp_path / "a.jsonl", rows)))
    assert [(each.base, each.relation) for each in listing.bases] == [("a/b", "quantized"), ("a/b", "finetune")]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.jsonl", b"", "is empty"),
        ("a.jsonl", b"\n\n \n", "has no rows"),
        ("a.jsonl", b'[{"id": "a/b"}]', "one JSON list"),
        ("a.jsonl", b"\xff\xfe{\x00", "no row of `a.jsonl` could be read"),
        ("a.json", b"{\n  " + b'"id": "a/b"\n}', "no row of `a.json` could be read"),
        ("a.jsonl", b'{"other": 1}\n', "known to hold names"),
        ("a.csv", b"\x00\x01,\n", "neither parquet nor"),
        ("a.csv", b"a,b\n1,2\n", "known to hold names"),
        ("a.csv", b'id,tags\na/b,"never ends\n' + b"x" * 9_000_000, "breaks at row 1"),
        ("a.csv", b"caf\xe9,id\n", "is not UTF-8"),
        ("a.parquet", b"PAR1", "parquet"),
        ("a.parquet", b'{"id": "a/b"}', "is no parquet file"),
        ("a.zip", b"PK\x03\x04", "neither parquet nor JSON lines nor CSV"),
        ("a.jsonl.gz", gzip.compress(b'{"id": "a/b"}\n' * 5_000, mtime=0)[:-40], "breaks inside its compressed data"),
        ("a.jsonl.gz", b"\x1f\x8b\x08\x00garbage that is no gzip at all", "cannot be read"),
    ],
)
def test_a_file_that_is_no_dump_is_named(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises((SourceError, MissingExtraError)) as caught:
        list(DumpSource(path).listings())
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.jsonl", "No such file"), (tmp_path, "is a folder")):
        with pytest.raises(SourceError, match=words):
            list(DumpSource(path).listings())


def test_rows_of_csv_with_cells_too_many_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,license\na/b,mit\na/c\na/d,mit,x\na/\xff,mit\n\na/e,mit\n")
    source = DumpSource(path)
    assert joined(source).names == ["a/b", "a/e"]
    assert [(note.row, note.message) for note in source.notes.kept] == [
        (2, "the row has 1 cells, the header 2"),
        (3, "the row has 3 cells, the header 2"),
        (4, "the row is not UTF-8"),
    ]


def test_a_line_that_is_too_long_is_left_out_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.sources.dump.lines.MAX_LINE", 1_000)
    rows: list[Any] = [{"id": "a/one"}, {"id": "a/two", "tags": ["x" * 100_000]}, {"id": "a/three"}]
    source = DumpSource(lines(tmp_path / "a.jsonl", rows))
    assert joined(source).names == ["a/one", "a/three"]
    assert [(note.row, note.message) for note in source.notes.kept] == [(2, "the line is longer than 1,000 bytes")]


def test_a_bomb_takes_neither_memory_nor_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.sources.dump.lines.MAX_LINE", 1_000_000)
    monkeypatch.setattr("registry.sources.dump.lines.MAX_SKIP", 50_000_000)
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(b'{"id": "')
        for _ in range(100):
            file.write(b"a" * 1_000_000)
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    with pytest.raises(SourceError, match="no line end in 50,000,000 bytes"):
        list(DumpSource(path).listings())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_long_dump_comes_in_batches_with_progress(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    path = lines(tmp_path / "a.jsonl", [{"id": f"acme/m{number}"} for number in range(10_000)])
    source = DumpSource(path, progress=lambda done, total: told.append((done, total)))
    batches = [len(listing) for listing in source.listings()]
    assert batches == [4_096, 4_096, 1_808]
    assert [total for _, total in told] == [path.stat().st_size] * 3
    assert told[0][0] < told[-1][0] == path.stat().st_size


def test_notes_are_all_counted_but_not_all_kept(tmp_path: Path) -> None:
    source = DumpSource(lines(tmp_path / "a.jsonl", [{"id": "a/b"}, *["{"] * 5_000]))
    assert sum(len(listing) for listing in source.listings()) == 1
    assert (source.notes.counts["unreadable"], source.notes.lost, len(source.notes.kept)) == (5_000, 5_000, 1_000)
