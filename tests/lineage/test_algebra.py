"""The algebra of reach along paths, and that a further ancestor never makes an answer better."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.errors import LineageError
from registry.lineage.bindings import Binding
from registry.lineage.conflicts import find_conflicts
from registry.lineage.graph import Edge, Graph, Node
from registry.lineage.judge import Judge
from registry.lineage.reach import OUTPUT_RELATIONS, WEIGHT_RELATIONS, pass_on
from registry.lineage.trace import Tracer
from registry.terms.license import WEIGHTS, Reach
from registry.terms.outcome import Outcome
from registry.terms.partial import Subject
from registry.terms.verdict import Verdict
from tests.terms.plain_evaluator import Plain
from tests.terms.strategies import INTERPRETATIONS, KNOWLEDGE, REAL, Seeded, draw_possible_use, engine_use, hide_facts, one

CLASSES = ("original", "copy", "derivative", "output-model", "data", "none")
STEPS = ("copy", "derivative", "output-model", "data", "none")
RELATIONS = KNOWLEDGE.relations
NAMES = sorted(RELATIONS.default)
# From the licence's own thing, by way of its weights, to what only its outputs or data reached.
DISTANCE = {"original": 0, "copy": 1, "derivative": 2, "output-model": 3, "data": 4, "none": 5}

along = RELATIONS.along


# --- the table ---


def test_composition_is_closed() -> None:
    assert set(RELATIONS.compose) == set(CLASSES) - {"none"}
    for reach, step in product(CLASSES, STEPS):
        assert along(reach, step) in set(CLASSES) - {"original"}


def test_composition_does_not_look_at_the_grouping() -> None:
    for first, second, third in product(CLASSES, STEPS, STEPS):
        assert along(along(first, second), third) == along(first, along(second, third)), (first, second, third)


def test_a_derivative_of_a_derivative_is_a_derivative() -> None:
    assert along("derivative", "derivative") == "derivative"
    for reach, step in product(("original", "copy", "derivative"), ("copy", "derivative")):
        assert along(reach, step) == ("copy" if reach != "derivative" and step == "copy" else "derivative")


def test_a_copy_changes_nothing_of_what_has_been_reached() -> None:
    for reach in CLASSES:
        assert along(reach, "copy") == ("copy" if reach == "original" else reach)


def test_outputs_stay_outputs_and_data_stays_data() -> None:
    for step in ("copy", "derivative", "output-model"):
        assert along("output-model", step) == "output-model"
    for step in ("copy", "derivative", "output-model", "data"):
        assert along("data", step) == "data"


def test_what_has_stopped_never_starts_again() -> None:
    for step in STEPS:
        assert along("none", step) == "none"
    for reach in CLASSES:
        assert along(reach, "none") == "none"


def test_a_step_never_brings_a_licence_nearer() -> None:
    for reach, step in product(CLASSES, STEPS):
        assert DISTANCE[along(reach, step)] >= DISTANCE[reach]
        assert DISTANCE[along(reach, step)] >= DISTANCE[step] or "data" in (reach, step)


# --- bindings along paths of relations ---


def walk(relations: list[str], own: dict[str, Reach], start: Binding | None = None) -> Binding | None:
    binding: Binding | None = start or Binding("some-license")
    for relation in relations:
        if binding is None:
            return None
        binding = pass_on(binding, relation, RELATIONS, lambda _, name: own.get(name), "foundation-model" if relation in OUTPUT_RELATIONS else None)
    return binding


reaches = st.one_of(
    st.sampled_from(STEPS).map(Reach),
    st.builds(Reach, st.sampled_from(STEPS), st.sampled_from(sorted(KNOWLEDGE.vocabulary.points)), st.sampled_from(STEPS)),
)
tables = st.dictionaries(st.sampled_from(NAMES), reaches, max_size=4)
paths = st.lists(st.sampled_from(NAMES), min_size=0, max_size=6)
drawn = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.property
@drawn
@given(paths, tables)
def test_a_path_reaches_what_its_steps_compose_to(path: list[str], own: dict[str, Reach]) -> None:
    """Taken one way for the case that open points bind, the other for the case that they do not."""
    bound, unbound, points = "original", "original", set()
    for relation in path:
        step = own.get(relation) or RELATIONS.default[relation]
        bound = along(bound, step.reach)
        unbound = along(unbound, (step.otherwise or "none") if step.point else step.reach)
        if step.point:
            points.add(step.point)
    found = walk(path, own)
    if bound == unbound == "none" and path:
        assert found is None
        return
    assert found is not None
    assert found.reach == bound
    assert found.points == tuple(sorted(points))
    assert found.otherwise == (unbound if points else None)


@pytest.mark.property
@drawn
@given(paths, paths, tables)
def test_a_path_may_be_cut_anywhere(first: list[str], second: list[str], own: dict[str, Reach]) -> None:
    half = walk(first, own)
    assert walk(first + second, own) == (walk(second, own, half) if half is not None else None)


@pytest.mark.property
@drawn
@given(paths, tables)
def test_a_point_once_crossed_stays_with_the_binding(path: list[str], own: dict[str, Reach]) -> None:
    steps = [walk(path[:count], own) for count in range(len(path) + 1)]
    for before, after in pairwise(steps):
        if before is None:
            assert after is None
        elif after is not None:
            assert set(after.points) >= set(before.points)
            assert DISTANCE[after.reach] >= DISTANCE[before.reach]
            assert before.taught is None or after.taught == before.taught


@pytest.mark.parametrize("relation", sorted(WEIGHT_RELATIONS))
def test_weights_pass_as_derivatives_or_copies_by_default(relation: str) -> None:
    assert RELATIONS.default[relation].reach in WEIGHTS - {"original"}
    assert RELATIONS.default[relation].point is None


# --- graphs ---

LICENSES = sorted(name for name in REAL if not REAL[name].get("placeholder"))
PLACEHOLDERS = ("none", "unknown", "unstated", "missing-ancestor")
MODALITIES = ("text", "image", "multimodal", None)


def a_node(dice: Seeded, name: str) -> Node:
    licenses = (one(dice, LICENSES),) if dice.number(1, 10) > 1 else (one(dice, PLACEHOLDERS),)
    return Node(name, licenses, released_on=one(dice, ("2024-04-18", "2025-04-05", None)), modality=one(dice, MODALITIES))


def an_edge(dice: Seeded, child: str, parent: str) -> Edge:
    return Edge(child, parent, one(dice, NAMES), one(dice, ("attested", "detected", "declared", "inferred")))


def judge_all(graph: Graph, name: str, use: Plain, interpretation: str, fixed: Subject | None = None) -> Outcome:
    """The outcome of a model: what a check puts together from tracer, judge and conflicts."""
    ways = Tracer(RELATIONS, KNOWLEDGE.license_of).trace(graph, name)
    judge = Judge(KNOWLEDGE.evaluator, KNOWLEDGE.license_of, KNOWLEDGE.expression_of, engine_use(use), KNOWLEDGE.interpretation(interpretation))
    conflicts = find_conflicts([binding for binding in ways if judge.binds_weights(binding) or binding.reach == "output-model"], KNOWLEDGE.license_of)
    node = graph.nodes[name]
    return judge.of_model(ways, fixed or Subject(modality=node.modality, released_on=node.released_on, name=name), conflicts)


def stays_in_the_family(graph: Graph) -> bool:
    """Whether a child has one licence's outputs and another model's weights under that same licence.

    A text that frees the improvement of its own family is kept by such a student; with the weight ancestor gone it is not.
    """
    for edges in graph.parents.values():
        weights = {license for edge in edges if edge.relation in WEIGHT_RELATIONS for license in graph.nodes[edge.parent].licenses}
        outputs = {name for edge in edges if edge.relation in OUTPUT_RELATIONS for name in (edge.parent, *graph.ancestors(edge.parent))}
        if any(license in weights for name in outputs for license in graph.nodes[name].licenses):
            return True
    return False


def a_graph(dice: Seeded, size: int) -> tuple[list[Node], list[Edge]]:
    nodes = [a_node(dice, f"m{at}") for at in range(size)]
    if dice.number(0, 1):  # licences that are met twice on different ways
        nodes = [replace(node, licenses=nodes[dice.number(0, at)].licenses) for at, node in enumerate(nodes)]
    edges = [an_edge(dice, f"m{at}", f"m{dice.number(at + 1, size - 1)}") for at in range(size - 1) for _ in range(dice.number(0, 2))]
    return nodes, edges


@pytest.mark.property
def test_a_further_ancestor_never_makes_an_answer_better() -> None:
    worse: list[str] = []
    changed = 0
    for seed in range(2_500):
        dice = Seeded(f"ancestor {seed}")
        size = dice.number(2, 5)
        nodes, edges = a_graph(dice, size)
        children = sorted({"m0", *(edge.parent for edge in edges)})
        # The new ancestor is new, or one that is there already and now reaches a model by one more way.
        newcomer = a_node(dice, "new")
        parent = "new" if dice.number(0, 2) else f"m{size - 1}"
        child = one(dice, [name for name in children if name != parent])
        extra = an_edge(dice, child, parent)
        smaller, larger = Graph.of(nodes, edges), Graph.of([*nodes, newcomer], [*edges, extra])
        if stays_in_the_family(larger):
            continue
        licence: Plain = {
            "id": "m",
            "released": "2024-04-18",
            "terms": [term for node in larger.nodes.values() for term in REAL[node.licenses[0]].get("terms") or []],
        }
        full = draw_possible_use(dice, licence)
        use = hide_facts(dice, licence, full, percent=25, kept=("role", "modified", "outputs_train"))
        use = {name: value for name, value in use.items() if not name.startswith("subject.")}
        interpretation = one(dice, INTERPRETATIONS)
        before, after = judge_all(smaller, "m0", use, interpretation), judge_all(larger, "m0", use, interpretation)
        changed += after.verdict > before.verdict
        if after.verdict < before.verdict:
            known = [(node.name, node.licenses[0]) for node in larger.nodes.values()]
            worse.append(f"seed {seed}: {before.verdict.word} became {after.verdict.word} by {extra}; {known} {edges} {interpretation} {use}")
    assert not worse, f"{len(worse)} became better\n" + "\n".join(sorted(worse, key=len)[:4])
    assert changed > 100


@pytest.mark.property
def test_the_profile_of_a_model_holds_whatever_reaches_its_parents() -> None:
    for seed in range(300):
        dice = Seeded(f"profile {seed}")
        nodes, edges = a_graph(dice, 6)
        graph = Graph.of(nodes, edges)
        tracer = Tracer(RELATIONS, KNOWLEDGE.license_of)
        profiles = tracer.profiles(graph)
        for name in graph.nodes:
            ways = tracer.trace(graph, name)
            assert profiles[name] == frozenset(ways)
            assert {binding.license for binding in profiles[name] if binding.reach == "original"} >= set(graph.nodes[name].licenses)
            for way in ways.values():
                ends = [name, *(edge.parent for edge in way.path)]
                assert [edge.child for edge in way.path] == ends[:-1]
                assert ends[-1] == way.source


@pytest.mark.property
def test_the_order_of_nodes_and_edges_does_not_matter() -> None:
    for seed in range(200):
        dice = Seeded(f"graph order {seed}")
        nodes, edges = a_graph(dice, 5)
        use = draw_possible_use(dice, REAL[nodes[-1].licenses[0]] if REAL[nodes[-1].licenses[0]].get("terms") else REAL["llama2"])
        use = {name: value for name, value in use.items() if not name.startswith("subject.")}
        shuffled_nodes, shuffled_edges = list(nodes), list(edges)
        order = random.Random(seed)  # noqa: S311
        order.shuffle(shuffled_nodes)
        order.shuffle(shuffled_edges)
        one_way, other = Graph.of(nodes, edges), Graph.of(shuffled_nodes, shuffled_edges)
        left, right = judge_all(one_way, "m0", use, "mainstream"), judge_all(other, "m0", use, "mainstream")
        assert (left.verdict, left.curable, set(left.reasons), set(left.obligations)) == (
            right.verdict,
            right.curable,
            set(right.reasons),
            set(right.obligations),
        )


@pytest.mark.property
def test_an_edge_that_closes_a_circle_is_refused() -> None:
    closed = 0
    for seed in range(200):
        dice = Seeded(f"circle {seed}")
        nodes, edges = a_graph(dice, 5)
        graph = Graph.of(nodes, edges)
        for name in graph.nodes:
            for ancestor in graph.ancestors(name):
                with pytest.raises(LineageError, match="circle"):
                    Graph.of(nodes, [*edges, Edge(ancestor, name, one(dice, NAMES))])
                closed += 1
    assert closed > 200


def test_a_model_does_not_descend_from_itself_and_names_no_stranger() -> None:
    node = Node("m0", ("mit",))
    with pytest.raises(LineageError, match="itself"):
        Graph.of([node], [Edge("m0", "m0", "finetune")])
    with pytest.raises(LineageError, match="not there"):
        Graph.of([node], [Edge("m0", "stranger", "finetune")])


def verdict_of(edges: list[tuple[str, str]], use: Plain) -> Verdict:
    """The verdict of an MIT model with these ancestors, by licence and relation."""
    nodes = [Node("m0", ("mit",), modality="text"), *(Node(f"{license}-{at}", (license,), modality="text") for at, (license, _) in enumerate(edges))]
    return judge_all(
        Graph.of(nodes, [Edge("m0", f"{license}-{at}", relation) for at, (license, relation) in enumerate(edges)]), "m0", use, "mainstream"
    ).verdict


GIVEN_AWAY: Plain = {
    "commercial": True,
    "purpose": "production",
    "role": "licensee",
    "country": "US",
    "audience": ["US"],
    "monthly_active_users": 1000,
    "annual_revenue_usd": 1000,
    "distribution": ["weights"],
    "modified": True,
    "outputs_train": "none",
    "student_competes": False,
    "modality_used": "text",
    "fields_of_use": [],
    "business": [],
    "substitutes_professional": False,
    "automation": "assisted",
    "safeguards_kept": True,
    "accepted": ["all"],
    "permission_from": [],
    "duties_unmet": [],
}


def test_a_copy_beside_a_derivative_does_not_take_a_clash_of_names_away() -> None:
    both = [("llama3.1", "finetune"), ("hyperclovax-seed", "finetune")]
    assert verdict_of(both, GIVEN_AWAY) == Verdict.PROHIBITED
    assert verdict_of([*both, ("llama3.1", "converted")], GIVEN_AWAY) == Verdict.PROHIBITED


def test_a_student_that_builds_on_weights_of_the_same_licence_stays_in_the_family() -> None:
    use = {**GIVEN_AWAY, "modified": False, "distribution": ["internal"]}
    del use["outputs_train"], use["student_competes"]
    alone, family = verdict_of([("llama2", "distilled")], use), verdict_of([("llama2", "distilled"), ("llama2", "finetune")], use)
    assert alone == Verdict.PROHIBITED
    assert family < alone
