"""Dumps in parquet: the fast way by columns says what the slow way by rows says, and broken files are named."""

from __future__ import annotations

import json
import os
import random
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from registry.errors import MissingExtraError, SourceError
from registry.sources.card import lineage_keys
from registry.sources.dump import cards as dump_cards
from registry.sources.dump.source import DumpSource
from registry.sources.hub.rows import RowReader
from registry.supplychain.listing import Listing

CARD = {"license": "other", "license_name": "acme-terms", "base_model": ["acme/base"], "base_model_relation": "adapter", "datasets": ["acme/corpus"]}
ROWS: list[dict[str, Any]] = [
    {"id": "acme/base", "author": "acme", "tags": ["license:mit", "x"], "downloads": 5, "gated": "false", "sha": "a" * 40},
    {
        "id": "acme/lora",
        "author": "acme",
        "tags": ["license:other", "base_model:acme/base", "base_model:adapter:acme/base", "dataset:acme/corpus"],
        "cardData": json.dumps(CARD),
    },
    {"id": "acme/q", "author": None, "tags": None, "baseModels": {"models": [{"_id": "1", "id": "acme/base"}], "relation": "quantized"}, "downloads": None},
    {"id": "acme/x-GGUF", "tags": ["base_model:acme/base", "gguf"], "cardData": "{broken", "safetensors": {"total": 12}},
    {"id": "bad name\x00", "tags": ["license:mit"], "downloads": 1},
    {"id": None, "tags": ["license:mit"]},
    {"id": "acme/base", "tags": ["license:apache-2.0"]},
    {"id": "gpt2", "tags": ["license:mit\x07", "base_model:gpt2", "base_model:distilgpt2"], "downloads": 2},
]
SCHEMA = (
    ("id", "string"),
    ("author", "string"),
    ("tags", ["string"]),
    ("downloads", "int64"),
    ("gated", "string"),
    ("sha", "string"),
    ("cardData", "string"),
    ("createdAt", "timestamp"),
    ("baseModels", {"models": [{"_id": "string", "id": "string"}], "relation": "string"}),
    ("safetensors", {"total": "int64"}),
)


def kind_of(written: Any) -> Any:
    arrow = pytest.importorskip("pyarrow")
    if isinstance(written, list):
        return arrow.list_(kind_of(written[0]))
    if isinstance(written, dict):
        return arrow.struct([(name, kind_of(kind)) for name, kind in written.items()])
    return arrow.timestamp("us", "UTC") if written == "timestamp" else getattr(arrow, written)()


def write(path: Path, rows: list[dict[str, Any]], schema: Any = SCHEMA) -> Path:
    """A parquet file of rows."""
    arrow = pytest.importorskip("pyarrow")
    columns = arrow.schema([(name, kind_of(kind)) for name, kind in schema])
    pytest.importorskip("pyarrow.parquet").write_table(arrow.Table.from_pylist(rows, columns), path)
    return path


def by_rows(rows: list[dict[str, Any]], kind: str = "model") -> Listing:
    """What the slow way makes of rows."""
    listing, seen, reader = Listing(kind), set[str](), RowReader(kind)
    for number, row in enumerate(rows, 1):
        reader.add(listing, number, row, seen)
    return listing


def comparable(listing: Listing) -> list[Any]:
    columns = [listing.rows, listing.names, listing.developers, listing.downloads, listing.created, listing.modalities]
    columns += [listing.accesses, listing.revisions, listing.parameters, sorted(listing.bases), sorted(listing.datasets)]
    notes = sorted((note.row, note.code, note.message, note.lost) for note in listing.notes if note.row)
    return [*columns, sorted(listing.licenses), sorted(listing.license_links), notes]


def test_columns_say_what_rows_say(tmp_path: Path) -> None:
    (listing,) = DumpSource(write(tmp_path / "a.parquet", ROWS)).listings()
    assert comparable(listing) == comparable(by_rows(ROWS))
    assert listing.names == ["acme/base", "acme/lora", "acme/q", "acme/x-GGUF", "gpt2"]
    assert [(each.position, each.base, each.relation) for each in listing.bases] == [
        (1, "acme/base", "adapter"),
        (2, "acme/base", "quantized"),
        (3, "acme/base", "quantized"),
        (4, "openai-community/gpt2", "merge"),
        (4, "distilbert/distilgpt2", "merge"),
    ]
    assert listing.licenses == [(0, "mit"), (1, "acme-terms")]


@pytest.mark.property
def test_columns_say_what_rows_say_of_random_rows(tmp_path: Path) -> None:
    draw = random.Random(7)  # noqa: S311 - made-up rows, no secrets
    words = [
        "license:mit",
        "license:other",
        "base_model:a/b",
        "base_model:finetune:a/b",
        "base_model:c/d",
        "dataset:d/e",
        "gguf",
        "lora",
        "merge",
        "",
        "language:en",
    ]
    names = ["a/b", "c/d", "gpt2", "e/f-GPTQ", "g/h", "i/\x01", "", "j k", "l/m@n", None]
    cards = [None, "{}", json.dumps(CARD), '{"licence": "mit"}', '{"base_models": "c/d"}', "[]", '{"license_link": "https://example.org"}']
    for round_ in range(60):
        rows = [
            {
                "id": draw.choice([*names, f"x/y{number}"]),
                "tags": draw.choice([None, [], draw.choices(words, k=4)]),
                "cardData": draw.choice(cards),
                "downloads": draw.choice([None, 0, 5, -3]),
                "gated": draw.choice([None, "auto", "false"]),
            }
            for number in range(20)
        ]
        (listing,) = DumpSource(write(tmp_path / f"{round_}.parquet", rows)).listings()
        quick, slow = comparable(listing), comparable(by_rows(rows))
        # A card whose tags say the same is not opened: what it states beside them is the same, and only its notes are not told.
        assert quick[:-1] == slow[:-1]
        assert set(quick[-1]) <= set(slow[-1])
        assert {note for note in slow[-1] if note[3]} == {note for note in quick[-1] if note[3]}


@pytest.mark.property
def test_plain_rows_are_read_all_at_once_as_they_are_one_by_one(tmp_path: Path) -> None:
    """Names without fault, so that bases are read by their columns; what stands beside them is drawn from all that can matter."""
    draw = random.Random(11)  # noqa: S311 - made-up rows, no secrets
    bases = ["a/b", "x/y0", "c/d-bnb-4bit", "gpt2", "unheard-of", "A/B", "bad name/x", "[More Information Needed]", "converted:a/b"]
    plain = ["gguf", "LoRA", "merge", "4-bit", "mlx", "license:mit", "peft", "hello", None, "dataset:glue", "dataset:d/e", "dataset: odd /"]
    cards = [
        None,
        "{}",
        '{"base_model": "a/b"}',
        '{"base_model": ["a/b", "gpt2"]}',
        '{"base_model": null}',
        '{"Base_Model": "a/b"}',
        '{"base_model_relation": "adapter"}',
    ]
    cards += ['{"base_model": "a/b", "license_name": "x", "license": "other"}', '{"quantized_by": "z"}', '{"base_model": "q/r", "a": {"base_model": "s/t"}}']
    schema = (*SCHEMA[:-1], ("safetensors", {"total": "int64"}), ("library_name", "string"), ("base_model", ["string"]), ("base_model_relation", "string"))
    for round_ in range(120):
        rows = []
        for number in range(25):
            base = draw.choice(bases)
            tags = [
                *draw.choices(plain, k=3),
                *draw.choice([[], [f"base_model:{base}"], [f"base_model:{base}", f"base_model:{draw.choice(['adapter', 'finetune'])}:{base}"]]),
            ]
            tags += draw.choice([[], [], [], [f"base_model:{draw.choice(bases)}"], [f"base_model:merge:{draw.choice(bases)}"]])
            made = {"models": [{"_id": "1", "id": draw.choice([base, "a/b"])}], "relation": draw.choice(["adapter", "quantized", None])}
            rows.append(
                {
                    "id": draw.choice([f"x/y{number}", f"x/y{number}-GPTQ", f"x/y{number}-lora", f"x/y{number}.q4_0", f"x/y{number}-bnb-4bit"]),
                    "tags": draw.choice([tags, tags, tags, None]),
                    "library_name": draw.choice([None, None, "peft", "GGUF", "transformers"]),
                    "cardData": draw.choice(cards) if round_ % 3 == 1 else None,
                    "baseModels": draw.choice([None, made, {"models": [], "relation": "adapter"}]) if round_ % 3 == 2 else None,
                    "base_model": draw.choice([None, [base], ["a/b"]]) if round_ % 4 == 3 else None,
                    "base_model_relation": draw.choice([None, None, "merge"]) if round_ % 5 == 4 else None,
                    "safetensors": draw.choice([None, {"total": 7}, {"total": 0}]),
                    "gated": draw.choice([None, "auto", "false", "odd"]),
                    "author": "x",
                }
            )
        (listing,) = DumpSource(write(tmp_path / f"{round_}.parquet", rows, schema)).listings()
        quick, slow = comparable(listing), comparable(by_rows(rows))
        assert quick[:-1] == slow[:-1], round_
        assert set(quick[-1]) <= set(slow[-1])
        if round_ % 3 != 1:
            assert quick[-1] == slow[-1]


def test_datasets_and_times_are_read(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    rows = [{"id": "acme/d", "tags": ["license:mit", "language:nb"], "createdAt": datetime(2024, 2, 29, 23, 59, tzinfo=UTC), "source_datasets": "original"}]
    schema = (("id", "string"), ("tags", ["string"]), ("createdAt", "timestamp"), ("source_datasets", "string"))
    (listing,) = DumpSource(write(tmp_path / "a.parquet", rows, schema)).listings()
    assert (listing.kind, listing.created, listing.languages) == ("dataset", ["2024-02-29"], [(0, "nb")])


def test_other_types_are_read_row_by_row(tmp_path: Path) -> None:
    rows = [{"model_id": "a/b", "tags": '["license:mit"]', "downloads": 3.0}, {"model_id": "a/c", "tags": None, "downloads": 0.5}]
    schema = (("model_id", "large_string"), ("tags", "string"), ("downloads", "float64"))
    (listing,) = DumpSource(write(tmp_path / "a.parquet", rows, schema)).listings()
    assert (listing.names, listing.licenses, listing.downloads) == (["a/b", "a/c"], [(0, "mit")], [3, None])


def test_text_that_is_no_utf8_costs_its_row_only(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    values = arrow.array([b"a/b", b"a/\xff\xfe", b"a/c"], arrow.binary())
    broken = arrow.Array.from_buffers(arrow.string(), len(values), values.buffers())
    table = arrow.table({"id": broken, "tags": arrow.array([["license:mit"]] * 3)})
    pytest.importorskip("pyarrow.parquet").write_table(table, tmp_path / "a.parquet")
    source = DumpSource(tmp_path / "a.parquet")
    (listing,) = source.listings()
    assert (listing.names, listing.licenses) == (["a/b", "a/c"], [(0, "mit"), (1, "mit")])
    assert [(note.row, note.message) for note in source.notes.kept] == [(2, "the row is not UTF-8")]


def test_every_key_that_says_more_than_tags_opens_the_card() -> None:
    keys = {*lineage_keys._BASE_KEYS, *lineage_keys._RELATION_KEYS, *lineage_keys._DATASET_KEYS, *lineage_keys._LICENSE_KEYS}
    keys |= {*lineage_keys._LICENSE_NAME_KEYS, *lineage_keys._LICENSE_LINK_KEYS, "base-models", "fine_tuned_from", "license-link", "quantized_by"}
    unopened = {key for key in keys if not re.search(dump_cards.CARD_TELLS, json.dumps({key: "x"}), re.IGNORECASE)}
    assert unopened == {"license", "datasets", "base_model"} & keys  # of which the Hub makes tags


def test_progress_counts_rows(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    path = write(tmp_path / "a.parquet", [{"id": f"a/m{number}"} for number in range(80_000)])
    source = DumpSource(path, progress=lambda done, total: told.append((done, total)))
    assert sum(len(listing) for listing in source.listings()) == 80_000
    assert told == [(32_768, 80_000), (65_536, 80_000), (80_000, 80_000)]


def test_a_truncated_or_spoilt_file_is_named(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.parquet", [{"id": f"a/m{number}", "tags": ["license:mit"]} for number in range(5_000)]).read_bytes()
    path, draw = tmp_path / "a.parquet", random.Random(3)  # noqa: S311
    for cut in (4, 8, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(SourceError, match=r"`a\.parquet`"):
            list(DumpSource(path).listings())
    for _ in range(150):
        spoilt = bytearray(whole)
        for _ in range(draw.randint(1, 20)):
            spoilt[draw.randrange(4, len(spoilt))] = draw.randrange(256)
        path.write_bytes(spoilt)
        try:
            list(DumpSource(path).listings())
        except SourceError as error:
            assert "\n" not in error.message  # noqa: PT017 - most spoilt files can still be read


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1" * 10)
    with pytest.raises(MissingExtraError, match="`parquet` extra"):
        list(DumpSource(tmp_path / "a.parquet").listings())


def shared() -> Path:
    """The folder with a real snapshot of the Hub, where there is one."""
    folder = Path(os.environ.get("LICET_SOURCE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data") / "hub_2024-07"
    if not folder.is_dir():
        pytest.skip("no snapshot of the Hub is at hand")
    return folder


@pytest.mark.slow
def test_a_real_snapshot_is_read_whole() -> None:
    pytest.importorskip("pyarrow")
    source = DumpSource(shared() / "models_shared.parquet")
    bases = licensed = 0
    for listing in source.listings():
        bases += len(listing.bases)
        licensed += len({at for at, _ in listing.licenses})
    assert (source.rows, source.notes.lost) == (533_263, 0)
    assert 0.35 < licensed / source.rows < 0.40
    assert bases > 85_000


def test_real_answers_of_the_hub_are_read_whole() -> None:
    for name, rows in (("hub_list_sample_20k.jsonl.gz", 20_083), ("hub_api_model_records.jsonl.gz", 2_593)):
        source = DumpSource(shared() / name)
        assert sum(len(record.models) for record in source.records()) == rows
        assert source.notes.lost == 0


def test_a_real_list_of_datasets_is_read_whole() -> None:
    pytest.importorskip("pyarrow")
    source = DumpSource(shared() / "datasets_full.parquet")
    assert {listing.kind for listing in source.listings()} == {"dataset"}
    assert (source.rows, source.notes.lost) == (175_000, 0)
