"""What the product finds to bind a model is what the rules say when they are walked plainly, model by model."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.lineage.bindings import Binding
from registry.lineage.circles import Links
from registry.lineage.graph import Edge, Graph, Node
from registry.lineage.spread import Own, Spread
from registry.lineage.steps import Steps
from registry.lineage.trace import Tracer
from tests.lineage.build import RELATIONS
from tests.lineage.plain_walk import PlainWalk
from tests.terms.build import KNOWLEDGE

MODEL_LINKS = ("finetune", "adapter", "merge", "quantized", "converted", "distilled", "trained-on-outputs")
DATA_LINKS = ("trained-on", "tested-on")
LICENSES = (
    *("mit", "llama2", "gemma", "deepseek-1.0", "cc-by-nc-4.0", "cc-by-nc-nd-4.0", "gpl-3.0", "creativeml-openrail-m", "yi-2.1"),
    *("hyperclovax-seed", "tencent-hunyuan-community-eu", "llama3.2", "llama4", "other", "unstated", "missing-ancestor", "none"),
    *("cdla-permissive-2.0", "c-uda", "apache-2.0 OR mit"),
)
"""Licences with every trait that inheritance looks at: reach of their own, open points, terms that count from a release or read a modality, authors."""

AUTHORS = ("Meta", "DeepSeek", "Tencent", None)


@st.composite
def lineages(draw: st.DrawFn) -> tuple[list[Node], list[Edge]]:
    """Models and datasets with any links between them, circles included."""
    models = [
        Node(
            f"m{n}",
            tuple(draw(st.lists(st.sampled_from(LICENSES), min_size=0 if draw(st.integers(0, 9)) == 0 else 1, max_size=2, unique=True))),
            released_on=draw(st.sampled_from([None, "2023-07", "2024-05-01"])),
            modality=draw(st.sampled_from([None, "text", "multimodal"])),
            developer=draw(st.sampled_from(AUTHORS)),
        )
        for n in range(draw(st.integers(2, 7)))
    ]
    data = [Node(f"dataset:d{n}", (draw(st.sampled_from(LICENSES)),), kind="dataset") for n in range(draw(st.integers(0, 2)))]
    forward = draw(st.booleans())
    edges: dict[tuple[str, str, str], Edge] = {}
    for _ in range(draw(st.integers(1, 12))):
        one, other = draw(st.integers(0, len(models) - 1)), draw(st.integers(0, len(models) - 1))
        if forward and other > one:
            one, other = other, one
        if one != other:
            edge = Edge(models[one].name, models[other].name, draw(st.sampled_from(MODEL_LINKS)))
            edges[(edge.child, edge.parent, edge.relation)] = edge
    ring = draw(st.sampled_from([(), (), models[:2], models[:3]]))
    for child, parent in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        edge = Edge(child.name, parent.name, draw(st.sampled_from(MODEL_LINKS)))
        edges[(edge.child, edge.parent, edge.relation)] = edge
    for each in data:
        for child in draw(st.lists(st.sampled_from(models), min_size=1, max_size=2, unique_by=lambda node: node.name)):
            relation = draw(st.sampled_from(DATA_LINKS))
            edges[(child.name, each.name, relation)] = Edge(child.name, each.name, relation)
    return [*models, *data], list(edges.values())


def spread(nodes: list[Node], edges: list[Edge]) -> dict[str, frozenset[Binding]]:
    """What the product's walk over a whole catalogue gives."""
    place = {node.name: at for at, node in enumerate(nodes)}
    names = (*MODEL_LINKS, *DATA_LINKS)
    walk = Spread(Steps(RELATIONS, KNOWLEDGE.license_of), names)
    own = []
    for node in nodes:
        release, modality = walk.what_is_read(node.licenses)
        month = node.released_on[:7] if release and node.released_on else None
        own.append(walk.own(Own(node.licenses, month, node.modality if modality else None, node.developer if node.kind == "model" else None)))
    links = Links(len(nodes), [place[edge.child] for edge in edges], [place[edge.parent] for edge in edges])
    sets, _ = walk.run(links, own, [names.index(edge.relation) for edge in edges], [1] * len(edges))
    return {node.name: walk.bindings(sets[at]) for node, at in zip(nodes, range(len(nodes)), strict=True)}


@pytest.mark.property
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lineages())
def test_both_walks_of_the_product_find_what_the_plain_walk_finds(lineage: tuple[list[Node], list[Edge]]) -> None:
    nodes, edges = lineage
    plain = PlainWalk({node.name: node for node in nodes}, edges, KNOWLEDGE.license_of)
    traced = Tracer(RELATIONS, KNOWLEDGE.license_of).profiles(Graph.of(nodes, edges, circles=True))
    at_once = spread(nodes, edges)
    for node in nodes:
        expected = plain.bindings(node.name)
        assert traced[node.name] == expected, node.name
        assert at_once[node.name] == expected, node.name


def test_a_circle_that_nothing_binds_is_followed_too() -> None:
    nodes = [Node("m0", ()), Node("m1", ())]
    edges = [Edge("m0", "m1", "finetune"), Edge("m1", "m0", "distilled")]
    assert Tracer(RELATIONS, KNOWLEDGE.license_of).profiles(Graph.of(nodes, edges, circles=True)) == {"m0": frozenset(), "m1": frozenset()}
    assert spread(nodes, edges) == {"m0": frozenset(), "m1": frozenset()}


@pytest.mark.property
def test_lineages_are_drawn_with_all_that_inheritance_looks_at() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(lineages())
    def look(lineage: tuple[list[Node], list[Edge]]) -> None:
        nodes, edges = lineage
        plain = PlainWalk({node.name: node for node in nodes}, edges, KNOWLEDGE.license_of)
        seen["drawn"] += 1
        seen.update({edge.relation for edge in edges})
        bound = {binding for node in nodes for binding in plain.bindings(node.name)}
        seen["open points"] += any(binding.points for binding in bound)
        seen["months"] += any(binding.released for binding in bound)
        seen["modalities"] += any(binding.modality for binding in bound)
        seen["families"] += any(binding.taught == "same-family" for binding in bound)
        seen["students"] += any(binding.taught == "foundation-model" for binding in bound)
        above = {node.name: {edge.parent for edge in edges if edge.child == node.name} for node in nodes}
        seen["circles"] += any(node.name in _all_above(above, node.name) for node in nodes)
        kept = [edge for edge in edges if any(plain._replaced(plain.nodes[edge.child], walker) for walker in plain._own(plain.nodes[edge.parent]))]
        seen["licensed anew"] += bool(kept)

    look()
    for what in (*MODEL_LINKS, *DATA_LINKS):
        assert seen[what] > seen["drawn"] * 0.05, what
    for what, least in (
        ("open points", 0.1),
        ("months", 0.05),
        ("modalities", 0.05),
        ("families", 0.03),
        ("students", 0.1),
        ("circles", 0.15),
        ("licensed anew", 0.02),
    ):
        assert seen[what] > seen["drawn"] * least, (what, seen)


def _all_above(above: dict[str, set[str]], name: str) -> set[str]:
    found: set[str] = set()
    pending = list(above.get(name, ()))
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            pending += above.get(each, ())
    return found


@pytest.mark.parametrize("size", [63, 64, 65, 70])
def test_in_a_large_circle_a_licence_comes_back_to_its_own_model(size: int) -> None:
    nodes = [Node(f"m{n}", ("llama2" if n == 0 else "mit",)) for n in range(size)]
    edges = [Edge(f"m{n}", f"m{(n + 1) % size}", "finetune") for n in range(size)]
    plain = PlainWalk({node.name: node for node in nodes}, edges, KNOWLEDGE.license_of)
    expected = plain.bindings("m0")
    assert (Binding("llama2", "derivative") in expected) == (size > 64)
    assert spread(nodes, edges)["m0"] == expected
    assert Tracer(RELATIONS, KNOWLEDGE.license_of).profiles(Graph.of(nodes, edges, circles=True))["m0"] == expected
