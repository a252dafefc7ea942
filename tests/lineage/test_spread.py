"""Spreading finds for all models at once what tracing finds for each, circles and licences put anew included."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.lineage.bindings import Binding
from registry.lineage.circles import Links
from registry.lineage.graph import EVIDENCE, Edge, Graph, Node
from registry.lineage.spread import NO_FLOOR, Own, Spread
from registry.lineage.steps import Steps
from registry.lineage.trace import LARGE_CIRCLE, Tracer
from tests.lineage.build import RELATIONS, a_graph, book

NAMES = ("adapter", "converted", "distilled", "finetune", "merge", "quantized", "tested-on", "trained-on", "trained-on-outputs")


def spread(graph: Graph) -> tuple[dict[str, frozenset[Binding]], dict[str, int]]:
    """The bindings and the floor of every node."""
    steps = Steps(RELATIONS, book())
    own = Spread(steps, NAMES)
    names = list(graph.nodes)
    edges = [edge for each in graph.parents.values() for edge in each]
    place = {name: at for at, name in enumerate(names)}
    links = Links(len(names), [place[edge.child] for edge in edges], [place[edge.parent] for edge in edges])
    brought = []
    for node in graph.nodes.values():
        release, modality = own.what_is_read(node.licenses)
        month = node.released_on[:7] if node.released_on and release else None
        brought.append(own.own(Own(node.licenses, month, node.modality if modality else None, node.developer if node.kind == "model" else None)))
    relations, grades = [NAMES.index(edge.relation) for edge in edges], [EVIDENCE.index(edge.evidence) for edge in edges]
    sets, floors = own.run(links, brought, relations, grades)
    return {name: own.bindings(sets[at]) for name, at in place.items()}, {name: floors[at] for name, at in place.items()}


def traced(graph: Graph) -> dict[str, frozenset[Binding]]:
    return Tracer(RELATIONS, book()).profiles(graph)


@st.composite
def tangles(draw: st.DrawFn) -> Graph:
    """Lineages in which anything may come from anything else."""
    names = [f"m{number}" for number in range(draw(st.integers(1, 6)))]
    licenses = st.sampled_from(
        [("mit",), ("llama2",), ("cc-by-nc-4.0",), ("deepseek-1.0",), ("tencent-hunyuan-community-2024-12",), ("gemma", "mit"), ("unstated",)]
    )
    developers = st.sampled_from([None, "Meta", "DeepSeek"])
    nodes = [Node(name, draw(licenses), "model", draw(st.sampled_from([None, "2024-05-01"])), None, developer=draw(developers)) for name in names]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names), st.sampled_from(NAMES), st.sampled_from(EVIDENCE))
    edges = [Edge(*pair) for pair in draw(st.lists(pairs, max_size=10, unique_by=lambda pair: pair[:3])) if pair[0] != pair[1]]
    return Graph.of(nodes, edges, circles=True)


@pytest.mark.property
@settings(deadline=None, derandomize=True, max_examples=300)
@given(tangles())
def test_spreading_and_tracing_agree(graph: Graph) -> None:
    found, floors = spread(graph)
    assert found == traced(graph)
    for name, ways in Tracer(RELATIONS, book()).ways(graph).items():
        assert (floors[name] == NO_FLOOR) == all(not way.path for way in ways.values())
        assert floors[name] <= min((EVIDENCE.index(way.evidence) for way in ways.values() if way.path), default=NO_FLOOR)


def test_what_reaches_a_circle_flows_around_it_but_nothing_is_its_own_ancestor() -> None:
    nodes = {"base": "llama2", "a": "mit", "b": "gemma"}
    graph = Graph.of(a_graph(nodes).nodes.values(), [Edge("a", "base", "finetune"), Edge("a", "b", "finetune"), Edge("b", "a", "merge")], circles=True)
    found, _ = spread(graph)
    assert {(each.license, each.reach) for each in found["b"]} == {("gemma", "original"), ("mit", "derivative"), ("llama2", "derivative")}
    assert {(each.license, each.reach) for each in found["a"]} == {("mit", "original"), ("gemma", "derivative"), ("llama2", "derivative")}


def test_a_large_circle_is_worked_out_without_telling_whose_licence_comes_back() -> None:
    count = LARGE_CIRCLE + 1
    nodes = [Node(f"m{number}", ("mit",)) for number in range(count)]
    graph = Graph.of(nodes, [Edge(f"m{number}", f"m{(number + 1) % count}", "finetune") for number in range(count)], circles=True)
    found, _ = spread(graph)
    assert set(found.values()) == {frozenset({Binding("mit"), Binding("mit", "derivative")})}
    assert found == traced(graph)
