"""The order of a lineage: ancestors first, circles together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.lineage.circles import Links


def links(count: int, *pairs: tuple[int, int]) -> Links:
    """Links of (child, parent)."""
    return Links(count, [child for child, _ in pairs], [parent for _, parent in pairs])


def above(found: Links, thing: int) -> set[int]:
    """Everything that stands above a thing, by the plainest walk."""
    seen: set[int] = set()
    pending = [thing]
    while pending:
        for parent in found.parents(pending.pop()):
            if parent not in seen:
                seen.add(parent)
                pending.append(parent)
    return seen


def test_a_circle_comes_as_one_after_its_ancestors_and_before_what_comes_from_it() -> None:
    found = links(5, (1, 0), (1, 2), (2, 3), (3, 1), (4, 3))
    assert list(found.components()) == [(1, 2, 3), (4,)]
    assert found.circles() == [(1, 2, 3)]


def test_two_circles_of_which_one_comes_from_the_other_stay_two() -> None:
    found = links(4, (0, 1), (1, 0), (2, 3), (3, 2), (2, 1))
    assert found.circles() == [(0, 1), (2, 3)]


def test_a_lineage_longer_than_the_stack_is_walked() -> None:
    count = 50_000
    chain = links(count, *((number, number - 1) for number in range(1, count)))
    assert [found[0] for found in chain.components()] == list(range(1, count))
    ring = links(count, *((number, (number - 1) % count) for number in range(count)))
    assert ring.circles() == [tuple(range(count))]


def test_a_part_keeps_the_links_of_some_things_and_what_they_come_from() -> None:
    found = links(5, (1, 0), (2, 1), (3, 2), (4, 1))
    assert found.below([2]) == {2, 3}
    part, things, kept = found.part({2, 3})
    assert things == [1, 2, 3]
    assert kept == [1, 2]
    assert [things[parent] for parent in part.parents(2)] == [2]
    assert not part.has_parents(0)


@pytest.mark.property
@given(
    st.integers(1, 9).flatmap(lambda count: st.tuples(st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=20)))
)
def test_every_thing_comes_once_with_those_it_stands_in_a_circle_with(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = drawn
    found = links(count, *((child, parent) for child, parent in pairs if child != parent))
    order = list(found.components())
    placed = [thing for component in order for thing in component]
    assert sorted(placed) == [thing for thing in range(count) if found.has_parents(thing)]
    seen = {thing for thing in range(count) if not found.has_parents(thing)}
    for component in order:
        for thing in component:
            others = {other for other in above(found, thing) if thing in above(found, other)}
            assert others | {thing} == set(component)
        seen.update(component)
        assert all(above(found, thing) <= seen for thing in component)
