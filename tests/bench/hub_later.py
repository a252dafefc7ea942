"""A listing of a synthetic Hub a month later: new and gone models, other downloads, and some other licences and bases."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import hub_figures as figures
from tests.bench.hub_shape import choose, grow
from tests.bench.synthetic_hub import ROWS_AT_ONCE, Writer, write_batches

FROM_THE_OLD = 0.95
"""Share of the links of new models that lead to models of the older listing."""


def write_later(path: Path, older: Path, seed: int = 2) -> None:
    """Write a listing of the Hub in a file as it is a month later."""
    parquet = importlib.import_module("pyarrow.parquet")
    with parquet.ParquetFile(older) as file:
        write_batches(path, _batches(file, seed))


def _batches(file: Any, seed: int) -> Iterator[Any]:
    known: list[str] = []
    for number, batch in enumerate(file.iter_batches(batch_size=ROWS_AT_ONCE)):
        if not number:
            known = batch.column("id").to_pylist()
        yield _changed(batch, known, np.random.default_rng([seed, 4, number]))
    count = max(100, int(file.metadata.num_rows * figures.CHANGES_IN_A_MONTH["rows"]))
    writer = Writer(grow(count, seed), seed, mark=f"-s{seed}")
    rng = np.random.default_rng([seed, 5])
    for batch in writer.batches():
        yield _with_rows(batch, {row: _led_to(each, known, rng) for row, each in enumerate(batch.to_pylist()) if each["base_model"]})


def _changed(batch: Any, known: list[str], rng: np.random.Generator) -> Any:
    arrow, share = importlib.import_module("pyarrow"), figures.CHANGES_IN_A_MONTH
    count = batch.num_rows
    old = batch.column("downloads").to_numpy()
    moved = rng.random(count) < share["downloads"]
    downloads = np.where(moved, np.rint(old * np.exp(rng.normal(scale=0.3, size=count))).astype(np.int64) + rng.integers(0, 2, count), old)
    drawn = rng.random((4, count))
    names = list(figures.LICENSES)
    licenses = choose(list(figures.LICENSES.values()), rng, count)
    bases = (len(known) ** rng.random(count)).astype(int) - 1
    touched = {}
    for row in np.flatnonzero((drawn[0] < share["license"]) | (drawn[1] < share["base_added"]) | (drawn[2] < share["base_gone"] / figures.DECLARES_BASE)):
        each = batch.slice(int(row), 1).to_pylist()[0]
        if drawn[0, row] < share["license"]:
            each["license"] = [names[licenses[row]]]
        if drawn[1, row] < share["base_added"] and known[bases[row]] != each["id"]:
            each["base_model"] = [*each["base_model"], known[bases[row]]]
        elif drawn[2, row] < share["base_gone"] / figures.DECLARES_BASE:
            each["base_model"] = each["base_model"][1:]
        touched[int(row)] = _tagged(each)
    batch = batch.set_column(batch.schema.get_field_index("downloads"), "downloads", arrow.array(downloads))
    for row, each in touched.items():
        each["downloads"] = int(downloads[row])
    return _with_rows(batch, touched).filter(arrow.array(drawn[3] >= share["gone"]))


def _tagged(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose tags say what its columns say."""
    relation = {name: tag.split(":")[1] for tag in row["tags"] if tag.count(":") > 1 and tag.startswith("base_model:") for name in [tag.split(":", 2)[2]]}
    plain = [tag for tag in row["tags"] if not tag.startswith(("base_model:", "license:"))]
    links = [tag for name in row["base_model"] for tag in (f"base_model:{name}", f"base_model:{relation.get(name, 'finetune')}:{name}")]
    return {**row, "tags": [*plain, *links, *(f"license:{name}" for name in row["license"])]}


def _led_to(row: dict[str, Any], known: list[str], rng: np.random.Generator) -> dict[str, Any]:
    """A new model, most of whose bases are models that were there before."""
    relations = [tag.split(":")[1] for tag in row["tags"] if tag.startswith("base_model:") and tag.count(":") > 1]
    bases = [known[int(len(known) ** rng.random()) - 1] if rng.random() < FROM_THE_OLD else name for name in row["base_model"]]
    bases = list(dict.fromkeys(bases))
    plain = [tag for tag in row["tags"] if not tag.startswith("base_model:")]
    links = [tag for name in bases for tag in (f"base_model:{name}", f"base_model:{relations[0] if relations else 'finetune'}:{name}")]
    return {**row, "base_model": bases, "tags": [*plain, *links]}


def _with_rows(batch: Any, rows: dict[int, dict[str, Any]]) -> Any:
    """A batch in which some rows are others."""
    if not rows:
        return batch
    arrow = importlib.import_module("pyarrow")
    table = arrow.Table.from_batches([batch])
    keep = np.ones(batch.num_rows, bool)
    keep[list(rows)] = False
    made = arrow.Table.from_pylist(list(rows.values()), schema=batch.schema)
    both = arrow.concat_tables([table.filter(arrow.array(keep)), made])
    place = np.concatenate([np.flatnonzero(keep), np.array(list(rows))])
    return both.take(arrow.array(np.argsort(place, kind="stable"))).combine_chunks().to_batches()[0]
