"""The lineage graph: in order, without circles, and walked from near to far."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import LineageError
from registry.lineage.graph import Edge, Graph, Node
from tests.lineage.build import a_graph


def plain(names: str) -> dict[str, str | tuple[str, ...] | Node]:
    """Models of these letters, all under MIT."""
    return dict.fromkeys(names, "mit")


def test_ancestors_come_first() -> None:
    graph = a_graph(plain("cab"), "c finetune b", "b finetune a")
    assert graph.order() == ["a", "b", "c"]


def test_ancestors_are_named_once_and_the_nearest_first() -> None:
    graph = a_graph(plain("abcde"), "e merge c", "e merge d", "c finetune b", "d finetune b", "b finetune a")
    assert list(graph.ancestors("e")) == ["c", "d", "b", "a"]
    assert list(graph.ancestors("a")) == []


def test_a_relation_stated_twice_is_one() -> None:
    graph = a_graph(plain("ab"), "b finetune a", "b finetune a")
    assert graph.parents["b"] == [Edge("b", "a", "finetune")]


def test_two_relations_to_one_parent_are_two() -> None:
    graph = a_graph(plain("ab"), "b finetune a", "b distilled a")
    assert [edge.relation for edge in graph.parents["b"]] == ["finetune", "distilled"]
    assert graph.order() == ["a", "b"]


@pytest.mark.parametrize("edge", ["b finetune x", "x finetune b"])
def test_a_relation_to_what_is_not_there_is_refused(edge: str) -> None:
    with pytest.raises(LineageError, match=r"`x` as its finetune|`x` names `x`") as caught:
        a_graph(plain("ab"), edge)
    assert caught.value.hint


def test_a_model_cannot_descend_from_itself() -> None:
    with pytest.raises(LineageError, match="`a` cannot descend from itself"):
        a_graph(plain("a"), "a finetune a")


@pytest.mark.parametrize(
    "edges", [("a finetune b", "b finetune a"), ("a finetune b", "b merge c", "c quantized a"), ("a finetune b", "b finetune a", "c finetune d")]
)
def test_a_circle_is_refused_and_named(edges: tuple[str, ...]) -> None:
    with pytest.raises(LineageError, match=r"runs in a circle: .*`a`.* -> ") as caught:
        a_graph(plain("abcd"), *edges)
    assert caught.value.hint == "remove one of these relations"


def test_a_lineage_thousands_deep_is_ordered() -> None:
    names = [f"m{number}" for number in range(5_000)]
    graph = Graph.of([Node(name, ("mit",)) for name in names], [Edge(child, parent, "finetune") for parent, child in pairwise(names)])
    assert graph.order() == names
    assert len(list(graph.ancestors(names[-1]))) == 4_999


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Lineages without circles of up to eight models, in any order."""
    count = draw(st.integers(1, 8))
    names = [f"m{number}" for number in range(count)]
    pairs = [(names[child], names[parent]) for child in range(count) for parent in range(child)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    relations = st.sampled_from(["finetune", "merge", "distilled", "trained-on"])
    return Graph.of([Node(name, ("mit",)) for name in draw(st.permutations(names))], [Edge(child, parent, draw(relations)) for child, parent in chosen])


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(graphs())
def test_every_model_stands_once_and_after_its_ancestors(graph: Graph) -> None:
    order = graph.order()
    assert sorted(order) == sorted(graph.nodes)
    for name in graph.nodes:
        assert all(order.index(ancestor) < order.index(name) for ancestor in graph.ancestors(name))


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(graphs())
def test_the_ancestors_of_parents_are_ancestors(graph: Graph) -> None:
    for name in graph.nodes:
        found = list(graph.ancestors(name))
        assert len(found) == len(set(found))
        assert name not in found
        parents = {edge.parent for edge in graph.parents.get(name, ())}
        assert set(found) == parents.union(*(graph.ancestors(parent) for parent in parents))
