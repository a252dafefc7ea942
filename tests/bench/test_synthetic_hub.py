"""The synthetic Hub is the same for the same seed, and looks like the one its figures were measured on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy")
parquet = pytest.importorskip("pyarrow.parquet")

from registry.sources.references import legacy_models  # noqa: E402
from tests.bench import hub_figures as figures  # noqa: E402
from tests.bench.hub_later import write_later  # noqa: E402
from tests.bench.synthetic_hub import DEEPEST, LARGEST, MOST_TAGS, write_hub  # noqa: E402

pytestmark = pytest.mark.slow

MODELS = 60_000


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hub") / "hub.parquet"
    write_hub(path, MODELS, seed=3)
    return path


@pytest.fixture(scope="module")
def rows(hub: Path) -> list[dict[str, Any]]:
    held = parquet.read_table(hub).to_pylist()
    assert isinstance(held, list)
    return held


def test_same_seed_gives_the_same_rows_and_another_seed_others(hub: Path, tmp_path: Path) -> None:
    write_hub(tmp_path / "again.parquet", MODELS, seed=3)
    write_hub(tmp_path / "other.parquet", MODELS, seed=4)
    first = parquet.read_table(hub)
    assert parquet.read_table(tmp_path / "again.parquet").equals(first)
    assert not parquet.read_table(tmp_path / "other.parquet").equals(first)


def test_names_are_distinct_and_every_planted_model_is_there(rows: list[dict[str, Any]]) -> None:
    names = {row["id"] for row in rows}
    assert len(rows) == len(names) == MODELS
    assert {LARGEST, DEEPEST, MOST_TAGS} <= names
    assert max(len(row["tags"]) for row in rows) > figures.MOST_TAGS


def test_shares_are_near_the_figures(rows: list[dict[str, Any]]) -> None:
    declared = [row for row in rows if row["base_model"]]
    assert len(declared) / MODELS == pytest.approx(figures.DECLARES_BASE, rel=0.08)
    relations = Counter(tag.split(":")[1] for row in declared for tag in row["tags"] if tag.startswith("base_model:") and tag.count(":") == 2)
    for relation in ("adapter", "finetune", "quantized"):
        assert relations[relation] / relations.total() == pytest.approx(figures.RELATIONS[relation], rel=0.12)
    plain = [row for row in rows if not row["base_model"]]
    assert sum(bool(row["license"]) for row in plain) / len(plain) == pytest.approx(figures.TAGGED_WITHOUT_BASE, rel=0.05)
    licenses = Counter(row["license"][0] for row in plain if row["license"])
    total = sum(figures.LICENSES.values())
    for name in ("apache-2.0", "mit", "other", "openrail"):
        assert licenses[name] / licenses.total() == pytest.approx(figures.LICENSES[name] / total, rel=0.12)
    assert sum(row["downloads"] == 0 for row in rows) / MODELS == pytest.approx(0.645, abs=0.01)
    assert sum(row["parameters"] is not None for row in rows) / MODELS == pytest.approx(figures.SIZED, rel=0.05)
    assert sum(not row["dataset"] for row in rows) / MODELS == pytest.approx(figures.DATASETS_OF_MODEL[0], abs=0.01)


def test_children_are_licensed_as_children_of_such_parents_are(rows: list[dict[str, Any]]) -> None:
    license = {row["id"]: (row["license"] or [""])[0] for row in rows}
    pairs = Counter((license[row["base_model"][0]], license[row["id"]]) for row in rows if row["base_model"] and row["base_model"][0] in license)
    for parent in ("apache-2.0", "mit", ""):
        mine = {child: count for (own, child), count in pairs.items() if own == parent}
        for child in (parent, "apache-2.0"):
            assert mine.get(child, 0) / sum(mine.values()) == pytest.approx(figures.INHERITED[parent][child], abs=0.04)


def test_links_have_the_noise_of_the_hub(rows: list[dict[str, Any]]) -> None:
    names = {row["id"] for row in rows}
    folded = {name.casefold() for name in names}
    old = legacy_models()
    edges = [(row["id"], base) for row in rows for base in row["base_model"]]
    assert sum(base.casefold() in old for _, base in edges) / len(edges) == pytest.approx(figures.LEGACY_SHARE, rel=0.15)
    assert any(child == base for child, base in edges)
    assert any(base not in names and base.casefold() in folded for _, base in edges)
    missing = [base for _, base in edges if base.casefold() not in folded and base.casefold() not in old]
    assert len(missing) / len(edges) == pytest.approx(figures.DANGLING_SHARE, rel=0.25)
    assert len(set(missing)) < len(missing)
    assert sum(len(row["license"]) > 1 for row in rows) == round(MODELS * figures.SEVERAL_LICENSES)


def test_datasets_are_listed_as_far_as_the_hub_lists_them(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    write_hub(tmp_path / "hub.parquet", MODELS, seed=3, datasets=tmp_path / "datasets.parquet")
    listed = {row["id"]: row["license"] for row in parquet.read_table(tmp_path / "datasets.parquet").to_pylist()}
    named = {name for row in rows for name in row["dataset"]}
    assert len(named & listed.keys()) / len(named) == pytest.approx(figures.DATASETS_LISTED, rel=0.1)
    assert sum(not license for license in listed.values()) / len(listed) == pytest.approx(figures.DATASET_LICENSES[""] / 100, rel=0.1)


def test_graph_has_a_large_family_a_deep_community_and_circles(rows: list[dict[str, Any]]) -> None:
    parents = {row["id"]: [base for base in row["base_model"] if base != row["id"]] for row in rows}
    deepest = _reached(parents, DEEPEST)
    assert len(deepest) == 189
    children: dict[str, list[str]] = {}
    for child, bases in parents.items():
        for base in bases:
            children.setdefault(base, []).append(child)
    expected = figures.LARGEST_FAMILY * MODELS / 3_000_000
    assert len(_reached(children, LARGEST)) == pytest.approx(expected, rel=0.35)
    circles = [name for name in parents if parents[name] and name in _reached(parents, name)]
    assert len(circles) >= sum(figures.CIRCLES)


def _reached(links: dict[str, list[str]], start: str) -> set[str]:
    """Everything that links lead to; the start only where they lead back to it."""
    seen: set[str] = set()
    pending = list(links.get(start, ()))
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending.extend(links.get(name, ()))
    return seen


def test_later_listing_is_of_the_same_hub_with_the_stated_changes(hub: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    write_later(tmp_path / "later.parquet", hub, seed=5)
    write_later(tmp_path / "again.parquet", hub, seed=5)
    table = parquet.read_table(tmp_path / "later.parquet")
    assert parquet.read_table(tmp_path / "again.parquet").equals(table)
    before, after = {row["id"]: row for row in rows}, {row["id"]: row for row in table.to_pylist()}
    share = figures.CHANGES_IN_A_MONTH
    both = before.keys() & after.keys()
    assert len(before.keys() - after.keys()) / MODELS == pytest.approx(share["gone"], rel=0.3)
    new = after.keys() - before.keys()
    assert len(new) == MODELS * share["rows"]
    assert any(base in before for name in new for base in after[name]["base_model"])
    assert sum(before[name]["license"] != after[name]["license"] for name in both) / MODELS == pytest.approx(share["license"], rel=0.4)
    more = sum(len(after[name]["base_model"]) > len(before[name]["base_model"]) for name in both)
    fewer = sum(len(after[name]["base_model"]) < len(before[name]["base_model"]) for name in both)
    assert more / MODELS == pytest.approx(share["base_added"], rel=0.4)
    assert fewer / MODELS == pytest.approx(share["base_gone"], rel=0.5)
    for name in both:
        row = after[name]
        assert [tag for tag in row["tags"] if tag.startswith("license:")] == [f"license:{each}" for each in row["license"]]
        assert {tag.split(":")[-1] for tag in row["tags"] if tag.startswith("base_model:")} == set(row["base_model"])
