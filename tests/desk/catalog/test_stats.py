"""The shape of the catalogue: over the seeded one, and over one whose every figure is known."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.ingest.writer import ingest
from registry.catalogue.opening import open_catalogue
from registry.desk.catalog.stats import shape_catalogue
from registry.desk.imports import import_dump
from registry.desk.session import Desk
from registry.supplychain.remark import Remark
from tests import factories
from tests.desk.conftest import Open, silent

SAMPLE = Path(os.environ.get("LICET_SOURCE_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data") / "hub_2024-07" / "hub_list_sample_20k.jsonl.gz"


@pytest.fixture
def bare(desk_over: Open, tmp_path: Path) -> Desk:
    """A desk over a catalogue with nothing in it but what the test puts there."""
    path = tmp_path / "bare.db"
    open_catalogue(path).close()
    return desk_over(file=path)


def put(desk: Desk, *things: Any, origin: str = "dump") -> None:
    with desk.catalogue.writing() as connection:
        ingest(connection, [factories.record(*things, origin=origin)], actor="tester", kind="test", allow_unknown_bases=True, allow_circles=True)


def tagged(name: str, *tags: str) -> list[Any]:
    return [factories.model(name), *(factories.statement(name, None, raw_name=tag) for tag in tags)]


def world(desk: Desk) -> dict[str, Any]:
    """Two families, a circle, an unlisted base, a model alone; the shape of it."""
    put(
        desk,
        *tagged("a/base", "llama2"),
        *tagged("a/kept", "llama2"),
        *tagged("a/loose", "apache-2.0"),
        *tagged("a/silent"),
        *tagged("a/deep", "apache-2.0", "mit"),
        *tagged("b/one", "mit"),
        *tagged("b/two", "mit"),
        *tagged("b/alone", "My Own Licence"),
        *tagged("b/orphan"),
        factories.model("c/unlisted", recorded=False),
        factories.relation("a/kept", "a/base"),
        factories.relation("a/loose", "a/base"),
        factories.relation("a/silent", "a/base", "adapter"),
        factories.relation("a/deep", "a/loose"),
        factories.relation("a/deep", "a/base", "merge"),
        factories.relation("b/one", "b/two"),
        factories.relation("b/two", "b/one"),
        factories.relation("b/orphan", "c/unlisted"),
        Remark("b/alone", "self-base", "it names itself as its base", "LIC108"),
    )
    return shape_catalogue(desk, silent)


def test_tags_are_counted_as_they_were_written(bare: Desk) -> None:
    tags = world(bare)["tags"]
    assert {entry["tag"]: entry["models"] for entry in tags["by_tag"]} == {"llama2": 2, "apache-2.0": 2, "mit": 2, "My Own Licence": 1}
    assert (tags["models"], tags["tagged"], tags["untagged"], tags["several"], tags["different"]) == (9, 7, 2, 1, 4)
    assert tags["share_tagged"] == round(7 / 9, 4)


def test_lineage_is_counted_over_models_that_are_listed(bare: Desk) -> None:
    shape = world(bare)
    lineage = shape["lineage"]
    assert shape["relations"] == {"finetune": 6, "adapter": 1, "merge": 1}
    assert lineage["links"] == 8
    assert lineage["models_with_a_base"] == 7
    assert lineage["depths"] == {"0": 4, "1": 4, "2": 1}
    assert (lineage["families"], lineage["family_sizes"], lineage["models_alone"]) == (3, {"2": 2, "5": 1}, 1)
    assert lineage["most_children"][0] == {"model": "a/base", "children": 4}
    assert lineage["largest_families"][0] == {"model": "a/base", "models": 5}
    assert (lineage["unlisted_bases"], lineage["links_to_unlisted_bases"]) == (1, 1)
    assert lineage["circles"] == {"circles": 1, "models": 2, "named_themselves": 1}


def test_drift_says_what_becomes_of_a_tag(bare: Desk) -> None:
    drift = world(bare)["drift"]
    table = {entry["base"]: {child["tag"]: child["share"] for child in entry["children"]} for entry in drift["transitions"]}
    assert table["llama2"] == {"apache-2.0": 0.5, "llama2": 0.25, "none": 0.25}
    assert table["apache-2.0"] == {"apache-2.0": 1.0}
    assert set(table) == {"llama2", "apache-2.0", "mit"}, "a base that is not listed says nothing of its licence"
    assert (drift["links_with_both_tagged"], drift["links_with_another_tag"], drift["share_with_another_tag"]) == (6, 2, round(2 / 6, 4))


def test_outside_source_speaks_of_a_tag_before_what_comes_with_the_program(bare: Desk) -> None:
    put(bare, factories.model("a/one"), factories.statement("a/one", "llama2"), factories.model("a/two"), factories.statement("a/two", "mit"), origin="seed")
    put(bare, factories.statement("a/one", None, raw_name="other"))
    assert {entry["tag"]: entry["models"] for entry in shape_catalogue(bare, silent)["tags"]["by_tag"]} == {"other": 1, "mit": 1}


def test_catalogue_with_nothing_in_it_has_a_shape(bare: Desk) -> None:
    shape = shape_catalogue(bare, silent)
    assert shape["tags"]["share_tagged"] == 0
    assert shape["lineage"]["depths"] == {"0": 0}
    assert shape["drift"]["transitions"] == []


def test_what_is_told_meanwhile_says_what_is_done(reader: Desk) -> None:
    told: list[str] = []
    shape = shape_catalogue(reader, told.append)
    assert any("lineage" in line for line in told)
    assert sum(shape["lineage"]["depths"].values()) == shape["tags"]["models"]


@pytest.mark.slow
@pytest.mark.skipif(not SAMPLE.exists(), reason=f"needs {SAMPLE.name}; LICET_SOURCE_DATA names the folder it is in")
def test_shape_of_a_real_listing_adds_up(desk_over: Open, tmp_path: Path) -> None:
    desk = desk_over(file=tmp_path / "sample.db")
    import_dump(desk, SAMPLE)
    shape = shape_catalogue(desk, silent)
    tags, lineage = shape["tags"], shape["lineage"]
    assert sum(lineage["depths"].values()) == tags["models"] > 20_000
    assert sum(entry["models"] for entry in tags["by_tag"]) == tags["tagged"]
    assert 0.4 < tags["share_tagged"] < 0.6
    llama = next(entry for entry in shape["drift"]["transitions"] if entry["base"] == "llama2")
    assert sum(child["links"] for child in llama["children"]) == llama["links"]
