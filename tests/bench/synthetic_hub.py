"""A synthetic Hub as parquet, in the columns that listings of the Hub have, drawn from the figures in `hub_figures`.

    python -m tests.bench.synthetic_hub OUT.parquet [--models 3000000] [--seed 1] [--datasets DATASETS.parquet]
    python -m tests.bench.synthetic_hub LATER.parquet --newer OUT.parquet [--seed 2]

Three million models, nine hundred thousand links to bases, take a minute and 1.1 GB. The same numbers and seed give the same rows
(with the same numpy). `--newer` reads such a file and writes a listing of the same Hub a month later. `--datasets` also writes the
listing of the datasets that are named, as far as they are listed at all.

Some models are there on purpose, under names of their own: `LARGEST` has 28,000 descendants (at three million models), `DEEPEST` has 189
ancestors, `MOST_TAGS` has 4,000 tags. Others are there as on the Hub: bases that name themselves, or another letter case, or an old id, or
nothing that is listed, circles, and models with several licences.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import hub_figures as figures
from tests.bench.hub_shape import LIBRARIES, LICENSES, MISSING, OLD_ID, OTHER_CASE, RELATIONS, TASKS, Ints, Shape, choose, from_quantiles, grow

LARGEST = "hearth-labs/Hearth-8B"
DEEPEST = "stackers/tower-of-merges"
MOST_TAGS = "taggers/thousandfold"

ROWS_AT_ONCE = 65_536
_SYLLABLES = [
    "an",
    "ba",
    "cor",
    "del",
    "el",
    "fin",
    "gar",
    "hol",
    "in",
    "jo",
    "kal",
    "lum",
    "mo",
    "nor",
    "os",
    "pel",
    "qui",
    "ro",
    "sen",
    "tar",
    "ul",
    "ver",
    "wis",
    "xen",
    "yor",
    "zim",
]
_WORDS = ["nova", "atlas", "ember", "delta", "sage", "orbit", "quill", "raven", "lyra", "pixel", "cedar", "onyx", "tundra", "vega", "willow", "zephyr"]
_SIZES = ["tiny", "base", "large", "1B", "3B", "7B", "8B", "13B", "70B", "xl", "v1", "v2"]
_ENDINGS = {
    "": ("", "-model", "-v2", "-instruct"),
    "adapter": ("-lora", "-adapter"),
    "finetune": ("-sft", "-chat", "-instruct", "-ft"),
    "quantized": ("-GGUF", "-AWQ", "-GPTQ", "-4bit"),
    "merge": ("-merge", "-slerp"),
}


class Writer:
    """Turns a shape into rows.

    Args:
        shape: What to write.
        seed: For what is drawn row by row.
        mark: Goes into every name, so that two Hubs have none in common.
    """

    def __init__(self, shape: Shape, seed: int, mark: str = "") -> None:
        self._arrow = importlib.import_module("pyarrow")
        self._compute = importlib.import_module("pyarrow.compute")
        self._shape = shape
        self._seed = seed
        self._mark = mark
        self._first_edge = np.searchsorted(shape.child, np.arange(len(shape.created) + 1))
        self._order = np.argsort(-shape.downloads, kind="stable")
        rng = np.random.default_rng([seed, 1])
        self._data_count = choose(list(figures.DATASETS_OF_MODEL.values()), rng, len(shape.created))
        self._data_count = np.array(list(figures.DATASETS_OF_MODEL))[self._data_count]
        self.datasets = self._dataset_names(max(8, int(self._data_count.sum() * figures.DATASET_NAMES)))
        """The names of all datasets, the most named first."""
        self.names = self._names(rng)
        """The names of all models, by number."""
        self._plain = [*figures.PLAIN_TAGS, *(f"about-{word}-{size}" for word in _WORDS for size in _SIZES)]
        texts = [*self._plain, *LIBRARIES, *TASKS, "region:us", *(f"license:{name}" for name in LICENSES)]
        self._pool = self._arrow.concat_arrays([self._arrow.array(texts, "string"), self._joined("dataset:", self.datasets)])
        self._at_library = len(self._plain)
        self._at_task = self._at_library + len(LIBRARIES)
        self._at_region = self._at_task + len(TASKS)
        self._at_license = self._at_region + 1
        self._at_dataset = self._at_license + len(LICENSES)

    def _joined(self, *parts: Any) -> Any:
        return self._compute.binary_join_element_wise(*parts, "")

    def _taken(self, texts: Any, where: Ints) -> Any:
        return self._arrow.array(list(texts), "string").take(self._arrow.array(where))

    def _numbers(self, values: Ints) -> Any:
        return self._arrow.array(values).cast("string")

    def _dataset_names(self, count: int) -> Any:
        numbers = np.arange(count)
        made = self._joined(
            self._taken(_WORDS, numbers % len(_WORDS)), self._mark, "-data/", self._taken(_SYLLABLES, numbers % 23), "-corpus-", self._numbers(numbers)
        )
        return self._arrow.concat_arrays([self._arrow.array(figures.OLD_DATASETS, "string"), made.slice(len(figures.OLD_DATASETS))])

    def _names(self, rng: np.random.Generator) -> Any:
        shape, count = self._shape, len(self._shape.created)
        first, second = shape.owner % len(_SYLLABLES), shape.owner // len(_SYLLABLES) % len(_SYLLABLES)
        endings = [ending for name in RELATIONS for ending in _ENDINGS[name]]
        starts = np.cumsum([0, *(len(_ENDINGS[name]) for name in RELATIONS)])
        ending = starts[shape.relation] + (rng.random(count) * np.diff(starts)[shape.relation]).astype(int)
        made = self._joined(
            self._taken(_SYLLABLES, first),
            self._taken(_SYLLABLES, second),
            self._numbers(shape.owner),
            f"{self._mark}/",
            self._taken([word.title() for word in _WORDS], shape.family % len(_WORDS)),
            "-",
            self._taken(_SIZES, shape.family // 7 % len(_SIZES)),
            self._taken(endings, ending),
            "-",
            self._numbers(np.arange(count)),
        )
        if self._mark:
            return made
        names = made.to_pylist()
        for number, (_, name) in enumerate(shape.legacy):
            names[number] = name
        names[int(np.flatnonzero(shape.relation == 0)[-1])] = MOST_TAGS
        names[shape.largest] = LARGEST
        if shape.deepest:
            names[shape.deepest] = DEEPEST
        return self._arrow.array(names, "string")

    def batches(self) -> Iterator[Any]:
        """All rows, most downloads first, as listings of the Hub are sorted."""
        for number, start in enumerate(range(0, len(self._order), ROWS_AT_ONCE)):
            yield self._batch(self._order[start : start + ROWS_AT_ONCE], np.random.default_rng([self._seed, 2, number]))

    def _batch(self, rows: Ints, rng: np.random.Generator) -> Any:
        arrow, shape, count = self._arrow, self._shape, len(rows)
        names = self.names.take(arrow.array(rows))
        at, bases, relations = self._bases(rows)
        data_row = np.repeat(np.arange(count), self._data_count[rows])
        size = len(self.datasets)
        data = np.minimum((3 * ((size / 3 + 1) ** rng.random(len(data_row)) - 1)).astype(int), size - 1)
        data_row, data = _distinct(data_row, data, size)
        one, two = shape.license[rows].astype(int), shape.second_license[rows].astype(int)
        license_row = np.concatenate([np.flatnonzero(one), np.flatnonzero(two)])
        license = np.concatenate([one[one > 0], two[two > 0]])
        tags = self._tags(rows, names, (at, bases, relations), (data_row, data), (license_row, license), rng)
        parameters = shape.parameters[rows]
        seconds = shape.created[rows].astype("datetime64[s]").astype("datetime64[ms]")
        return arrow.record_batch(
            {
                "id": names,
                "created_at": self._joined(arrow.array(np.datetime_as_string(seconds), "string"), "Z"),
                "downloads": arrow.array(shape.downloads[rows], "int64"),
                "likes": arrow.array(shape.likes[rows], "int64"),
                "pipeline_tag": _or_null(arrow, self._taken(TASKS, shape.task[rows]), shape.task[rows] == 0),
                "library_name": _or_null(arrow, self._taken(LIBRARIES, shape.library[rows]), shape.library[rows] == 0),
                "parameters": arrow.array(parameters, "int64", mask=parameters < 0),
                "tags": tags,
                "license": self._lists(count, license_row, np.arange(len(license)), self._taken(LICENSES, license)),
                "base_model": self._lists(count, at, np.arange(len(at)), bases),
                "dataset": self._lists(count, data_row, data, self.datasets),
            }
        )

    def _bases(self, rows: Ints) -> tuple[Ints, Any, Ints]:
        """The bases that rows name: the row of each, its name as it is written, and the relation."""
        shape, arrow = self._shape, self._arrow
        counts = self._first_edge[rows + 1] - self._first_edge[rows]
        at = np.repeat(np.arange(len(rows)), counts)
        edges = np.repeat(self._first_edge[rows], counts) + np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        form, parent = shape.form[edges], shape.parent[edges]
        plain = self.names.take(arrow.array(np.where(form == MISSING, 0, parent)))
        missing = self._joined("gone", self._numbers(parent % 997), f"{self._mark}/", self._taken(_WORDS, parent % len(_WORDS)), "-", self._numbers(parent))
        old = self._taken([each for each, _ in shape.legacy], np.where(form == OLD_ID, parent, 0))
        compute = self._compute
        written = compute.if_else(arrow.array(form == OTHER_CASE), compute.utf8_swapcase(plain), plain)
        written = compute.if_else(arrow.array(form == OLD_ID), old, written)
        return at, compute.if_else(arrow.array(form == MISSING), missing, written), shape.edge_relation[edges]

    def _tags(
        self, rows: Ints, names: Any, bases: tuple[Ints, Any, Ints], data: tuple[Ints, Ints], licenses: tuple[Ints, Ints], rng: np.random.Generator
    ) -> Any:
        arrow, shape, count = self._arrow, self._shape, len(rows)
        at, base, relation = bases
        many = from_quantiles(figures.TAGS, rng.random(count))
        if (spot := self._compute.index(names, MOST_TAGS).as_py()) >= 0:
            many[spot] = 0
        plain_row = np.repeat(np.arange(count), many)
        weights = [*figures.PLAIN_TAGS.values(), *([0.8] * (len(self._plain) - len(figures.PLAIN_TAGS)))]
        plain_row, plain = _distinct(plain_row, choose(weights, rng, len(plain_row)).astype(np.int64), len(self._plain))
        library, task = shape.library[rows].astype(int), shape.task[rows].astype(int)
        written = arrow.concat_arrays([self._joined("base_model:", base), self._joined("base_model:", self._taken(RELATIONS, relation), ":", base)])
        size = len(self._pool)
        parts = [
            (np.flatnonzero(library), self._at_library + library[library > 0]),
            (plain_row, plain),
            (np.flatnonzero(task), self._at_task + task[task > 0]),
            (data[0], self._at_dataset + data[1]),
            (np.concatenate([at, at]), size + np.arange(2 * len(at))),
            (licenses[0], self._at_license + licenses[1]),
            (np.arange(count), np.full(count, self._at_region)),
        ]
        pool = [self._pool, written]
        if spot >= 0:
            parts.insert(2, (np.full(figures.MOST_TAGS, spot), size + len(written) + np.arange(figures.MOST_TAGS)))
            pool.append(arrow.array([f"tag-{number}" for number in range(figures.MOST_TAGS)], "string"))
        where, which = (np.concatenate(each) for each in zip(*parts, strict=True))
        return self._lists(count, where, which, arrow.concat_arrays(pool))

    def _lists(self, count: int, rows: Ints, which: Ints, texts: Any) -> Any:
        """Lists of texts, one for each of so many rows."""
        order = np.argsort(rows, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))]).astype(np.int32)
        return self._arrow.ListArray.from_arrays(self._arrow.array(starts), texts.take(self._arrow.array(np.asarray(which)[order])))


def _distinct(rows: Ints, values: Ints, size: int) -> tuple[Ints, Ints]:
    """Pairs of a row and a value, each once."""
    pairs = np.unique(rows.astype(np.int64) * size + values)
    return pairs // size, pairs % size


def _or_null(arrow: Any, texts: Any, missing: Ints) -> Any:
    return importlib.import_module("pyarrow.compute").if_else(arrow.array(missing), arrow.scalar(None, "string"), texts)


def write_hub(path: Path, models: int = 3_000_000, seed: int = 1, datasets: Path | None = None) -> None:
    """Write the listing of a Hub, and that of its datasets where a second file is given."""
    writer = Writer(grow(models, seed), seed)
    write_batches(path, writer.batches())
    if datasets is not None:
        write_batches(datasets, _dataset_batches(writer, seed))


def write_batches(path: Path, batches: Iterator[Any]) -> None:
    """Write batches as parquet, a row group each."""
    parquet = importlib.import_module("pyarrow.parquet")
    first = next(batches)
    with parquet.ParquetWriter(path, first.schema, compression="zstd") as file:
        file.write_batch(first)
        for batch in batches:
            file.write_batch(batch)


def _dataset_batches(writer: Writer, seed: int) -> Iterator[Any]:
    """The datasets that models name, as far as the Hub lists them."""
    arrow, rng = importlib.import_module("pyarrow"), np.random.default_rng([seed, 3])
    listed = rng.random(len(writer.datasets)) < figures.DATASETS_LISTED
    listed[0] = False  # `imagefolder` is a way to load one
    names = writer.datasets.filter(arrow.array(listed))
    tags = list(figures.DATASET_LICENSES)
    license = [tags[number] for number in choose(list(figures.DATASET_LICENSES.values()), rng, len(names))]
    yield arrow.record_batch(
        {
            "id": names,
            "downloads": arrow.array(from_quantiles(figures.DOWNLOADS, rng.random(len(names))), "int64"),
            "license": arrow.array([[name] if name else [] for name in license], arrow.list_(arrow.string())),
            "source_datasets": arrow.array([[] for _ in license], arrow.list_(arrow.string())),
            "tags": arrow.array([[f"license:{name}"] if name else [] for name in license], arrow.list_(arrow.string())),
        }
    )


def main() -> None:
    """Write what was asked for."""
    from tests.bench.hub_later import write_later

    parser = argparse.ArgumentParser(description="Write the listing of a synthetic Hub.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--models", type=int, default=3_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--datasets", type=Path, help="write the listing of its datasets too")
    parser.add_argument("--newer", type=Path, metavar="FILE", help="write a later listing of the Hub in this file")
    given = parser.parse_args()
    if given.newer is not None:
        write_later(given.out, given.newer, given.seed)
    else:
        write_hub(given.out, given.models, given.seed, given.datasets)


if __name__ == "__main__":
    main()
