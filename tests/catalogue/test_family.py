"""Families as plain rows: the same as walking link by link, on both engines, circles included."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import insert

from registry.catalogue.engine import Catalogue
from registry.catalogue.queries.family import read_claims, read_family, read_members, read_names
from registry.catalogue.queries.find_model import find_model
from registry.catalogue.queries.lineage import ancestor_ids, descendant_ids, read_ancestors, read_descendants
from registry.catalogue.tables.lineage import edge
from registry.supplychain.data import Dataset
from registry.supplychain.record import Record
from tests.catalogue.conftest import Write
from tests.factories import model, record, relation, statement

NAMES = ("a/root", "a/left", "a/right", "a/merge", "a/small", "a/lone")


def diamond() -> Record:
    """A root, two that come from it, a merge of both, a copy of the merge, and a model that has nothing to do with them."""
    links = [
        relation("a/left", "a/root"),
        relation("a/right", "a/root", "adapter"),
        relation("a/merge", "a/left", "merge"),
        relation("a/merge", "a/right", "merge"),
        relation("a/small", "a/merge", "quantized"),
        relation("a/left", "dataset:heap", "trained-on"),
    ]
    models = [model(name, downloads=10 * index) for index, name in enumerate(NAMES)]
    return record(*models, Dataset("heap"), *(statement(name) for name in NAMES), *links)


@pytest.fixture
def held(catalogue: Catalogue, write: Write) -> dict[str, int]:
    """The numbers of the models of the diamond."""
    write(diamond())
    with catalogue.reading() as connection:
        return {name: find_model(connection, name).id for name in NAMES}


def test_a_family_has_every_link_and_how_far_each_model_is(catalogue: Catalogue, held: dict[str, int]) -> None:
    names = {number: name for name, number in held.items()}
    with catalogue.reading() as connection:
        above = read_family(connection, held["a/small"], up=True)
        below = read_family(connection, held["a/root"], up=False)
        assert read_names(connection, above.distances) == {number: names[number] for number in above.distances}
    assert {names[number]: steps for number, steps in above.distances.items()} == {"a/small": 0, "a/merge": 1, "a/left": 2, "a/right": 2, "a/root": 3}
    assert {names[number]: steps for number, steps in below.distances.items()} == {"a/root": 0, "a/left": 1, "a/right": 1, "a/merge": 2, "a/small": 3}
    assert [step.dataset is not None for step in above.steps].count(True) == 1
    assert all(step.dataset is None for step in below.steps)


@pytest.mark.parametrize("depth", [1, 2, 3, 9])
def test_a_depth_counts_links(catalogue: Catalogue, held: dict[str, int], depth: int) -> None:
    with catalogue.reading() as connection:
        whole = read_family(connection, held["a/small"], up=True)
        part = read_family(connection, held["a/small"], up=True, depth=depth)
        ids = ancestor_ids(connection, [held["a/small"]], depth=depth)
    assert dict(part.distances) == {number: steps for number, steps in whole.distances.items() if steps <= depth}
    assert ids == set(part.distances)


def test_a_circle_ends_the_walk_and_every_link_is_there_once(catalogue: Catalogue, held: dict[str, int]) -> None:
    with catalogue.writing() as connection:
        connection.execute(insert(edge).values(child_id=held["a/root"], parent_id=held["a/small"], relation="distilled", grade="declared"))
    with catalogue.reading() as connection:
        above = read_family(connection, held["a/merge"], up=True)
        below = read_family(connection, held["a/merge"], up=False)
        near = read_family(connection, held["a/merge"], up=False, depth=50)
        assert ancestor_ids(connection, [held["a/merge"]]) == descendant_ids(connection, [held["a/merge"]]) == set(above.distances)
        assert len(read_ancestors(connection, held["a/merge"]).links) == 7
        assert len(read_descendants(connection, held["a/merge"], depth=50).links) == 6
    assert set(above.distances) == set(below.distances) == set(near.distances) == {held[name] for name in NAMES if name != "a/lone"}
    assert len({step.id for step in below.steps}) == len(below.steps) == len(near.steps) == 6


def test_a_link_that_is_no_longer_held_leads_nowhere(catalogue: Catalogue, write: Write, held: dict[str, int]) -> None:
    write(record(model("a/merge"), statement("a/merge")))
    with catalogue.reading() as connection:
        assert set(read_family(connection, held["a/small"], up=True).distances) == {held["a/small"], held["a/merge"]}
        assert read_claims(connection, [held["a/merge"]]) == ()


def test_members_and_claims_are_read_for_long_lists(catalogue: Catalogue, held: dict[str, int]) -> None:
    with catalogue.reading() as connection:
        members = read_members(connection, [*held.values(), *range(10_000, 60_000)], "2026-01-01")
        claims = read_claims(connection, [*held.values(), *range(10_000, 60_000)])
        assert read_names(connection, []) == {}
    assert {number: each.downloads for number, each in members.items()} == {held[name]: 10 * index for index, name in enumerate(NAMES)}
    assert len(claims) == 5
    assert all(len(claim.evidence) == 1 and not claim.evidence[0].against for claim in claims)


def test_a_long_chain_is_walked_to_its_end(catalogue: Catalogue, write: Write) -> None:
    names = [f"long/m-{index:03}" for index in range(300)]
    write(record(*(model(name) for name in names), *(relation(child, parent) for parent, child in pairwise(names))))
    with catalogue.reading() as connection:
        family = read_family(connection, find_model(connection, names[-1]).id, up=True)
    assert max(family.distances.values()) == 299
