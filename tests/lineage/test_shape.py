"""The shape of a lineage, against plain walks over small ones."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.lineage.circles import Links
from registry.lineage.shape import family_of, family_sizes, quantiles, shape_of

COUNT = 9
LINKS = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)).filter(lambda link: link[0] != link[1]), max_size=14)


def links_of(*links: tuple[int, int], count: int = COUNT) -> Links:
    """Links from child to parent."""
    return Links(count, array("i", (child for child, _ in links)), array("i", (parent for _, parent in links)))


def above(links: list[tuple[int, int]], start: int) -> set[int]:
    found: set[int] = set()
    pending = [start]
    while pending:
        thing = pending.pop()
        for child, parent in links:
            if child == thing and parent not in found:
                found.add(parent)
                pending.append(parent)
    return found


def longest(links: list[tuple[int, int]], start: int, seen: frozenset[int] = frozenset()) -> int:
    """The longest way up without meeting a thing twice."""
    inside = seen | {start}
    return max((1 + longest(links, parent, inside) for child, parent in links if child == start and parent not in inside), default=0)


@pytest.mark.property
@given(LINKS)
def test_ancestors_children_and_circles_are_those_of_a_plain_walk(links: list[tuple[int, int]]) -> None:
    shape = shape_of(links_of(*links))
    for thing in range(COUNT):
        assert shape.ancestors[thing] == len(above(links, thing) - {thing})
        assert shape.children[thing] == len({child for child, parent in links if parent == thing})
    assert {thing for circle in shape.circles for thing in circle} == {thing for thing in range(COUNT) if thing in above(links, thing)}


@pytest.mark.property
@given(LINKS.map(lambda links: [(max(link), min(link)) for link in links]))
def test_depth_is_the_longest_way_up_where_nothing_runs_in_a_circle(links: list[tuple[int, int]]) -> None:
    shape = shape_of(links_of(*links))
    assert list(shape.depth) == [longest(links, thing) for thing in range(COUNT)]


def test_circle_counts_as_one_thing() -> None:
    shape = shape_of(links_of((1, 0), (2, 1), (1, 2), (3, 2)))
    assert list(shape.depth)[:4] == [0, 1, 1, 2]
    assert shape.circles == ((1, 2),)


@pytest.mark.property
@given(LINKS)
def test_families_hang_together_by_any_links(links: list[tuple[int, int]]) -> None:
    both = [*links, *((parent, child) for child, parent in links)]
    families = family_of(links_of(*links))
    for thing in range(COUNT):
        assert families[thing] == min({thing} | above(both, thing))
    sizes = family_sizes(families)
    assert sizes == sorted(sizes, key=lambda each: (-each[0], each[1]))
    assert sum(size for size, _ in sizes) == len({end for link in links for end in link})


def test_quantiles_name_the_value_under_which_the_share_lies() -> None:
    assert quantiles(range(1, 101), (50, 90, 99.9)) == {"50": 51, "90": 91, "99.9": 100, "max": 100}
    assert quantiles([], (50,)) == {}
