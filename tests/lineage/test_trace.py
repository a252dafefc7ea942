"""Which licences come to a model, by which way, on what evidence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.lineage.bindings import Binding
from registry.lineage.graph import EVIDENCE, Edge, Graph, Node
from registry.lineage.trace import Tracer, Way
from tests.lineage.build import RELATIONS, a_graph, binding_of, book, trace
from tests.terms.build import a_license, a_term

YI, DEEPSEEK = "yi-2.1", "deepseek-1.0"
USERS = {"what": "active-users", "at": "once", "anchor": "model-release", "over": 700_000_000}


def test_a_models_own_licence_has_no_path_and_its_own_basis() -> None:
    graph = a_graph({"a": Node("a", ("mit",), basis="detected")})
    assert trace(graph, "a") == {Binding("mit"): Way("a", (), "detected")}
    assert trace(graph, "a")[Binding("mit")].evidence == "detected"


def test_several_own_licences_bind_together() -> None:
    assert set(trace(a_graph({"a": ("mit", "llama2")}), "a")) == {Binding("mit"), Binding("llama2")}


def test_a_model_without_a_licence_of_its_own_has_its_ancestors() -> None:
    assert set(trace(a_graph({"a": "mit", "b": ()}, "b finetune a"), "b")) == {Binding("mit", "derivative")}


def test_the_path_runs_from_the_model_up_to_the_source() -> None:
    found = trace(a_graph({"a": "llama2", "b": "mit", "c": "apache-2.0"}, "c quantized b", "b finetune a"), "c")
    way = found[binding_of(found, "llama2")]
    assert (way.source, [(edge.child, edge.relation, edge.parent) for edge in way.path]) == ("a", [("c", "quantized", "b"), ("b", "finetune", "a")])


@pytest.mark.parametrize(
    ("makers", "licenses", "expected"),
    [
        (("DeepSeek", "DeepSeek"), (DEEPSEEK, "mit"), {"mit"}),
        (("DeepSeek", "acme"), (DEEPSEEK, "mit"), {"mit", DEEPSEEK}),
        (("acme", "acme"), (DEEPSEEK, "mit"), {"mit", DEEPSEEK}),
        (("01.AI", "01.AI"), (DEEPSEEK, "mit"), {"mit", DEEPSEEK}),
        ((None, None), (DEEPSEEK, "mit"), {"mit", DEEPSEEK}),
        (("DeepSeek", "DeepSeek"), (DEEPSEEK, "other"), {"other", DEEPSEEK}),
        (("DeepSeek", "DeepSeek"), (DEEPSEEK, "unstated"), {"unstated", DEEPSEEK}),
    ],
)
def test_only_who_wrote_an_agreement_licenses_its_own_work_anew(makers: tuple[str | None, str | None], licenses: tuple[str, str], expected: set[str]) -> None:
    nodes = {name: Node(name, (license,), developer=maker) for name, license, maker in zip("ab", licenses, makers, strict=True)}
    assert {each.license for each in trace(a_graph(nodes, "b finetune a"), "b")} == expected


def test_what_others_made_in_between_still_binds() -> None:
    nodes = {"a": Node("a", (DEEPSEEK,), developer="DeepSeek"), "x": Node("x", (YI,), developer="01.AI"), "b": Node("b", ("mit",), developer="DeepSeek")}
    assert {each.license for each in trace(a_graph(nodes, "x finetune a", "b finetune x"), "b")} == {"mit", YI}


def test_the_shortest_of_several_paths_is_told() -> None:
    nodes: dict[str, str | tuple[str, ...] | Node] = {"a": "llama2", "b": "mit", "c": "mit", "d": "mit"}
    for edges in (("d merge c", "d merge a", "c finetune b", "b finetune a"), ("d merge a", "d merge c", "c finetune b", "b finetune a")):
        found = trace(a_graph(nodes, *edges), "d")
        assert [edge.parent for edge in found[binding_of(found, "llama2")].path] == ["a"]


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        (("attested", "attested"), "attested"),
        (("attested", "declared"), "declared"),
        (("detected", "declared"), "declared"),
        (("declared", "inferred"), "inferred"),
        (("inferred", "attested"), "inferred"),
    ],
)
def test_a_way_is_as_good_as_its_weakest_step(grades: tuple[str, str], expected: str) -> None:
    found = trace(a_graph({"a": "llama2", "b": "mit", "c": "mit"}, f"c finetune b {grades[0]}", f"b finetune a {grades[1]}"), "c")
    assert found[binding_of(found, "llama2")].evidence == expected


def test_both_sides_of_a_diamond_come_to_one_binding() -> None:
    found = trace(a_graph({"a": "llama2", "b": "mit", "c": "mit", "d": "mit"}, "d merge b", "d merge c", "b finetune a", "c finetune a"), "d")
    assert [(binding.license, binding.reach) for binding in found] == [("mit", "original"), ("mit", "derivative"), ("llama2", "derivative")]
    assert len(found[binding_of(found, "llama2")].path) == 2


def test_a_licence_that_comes_in_two_capacities_is_two_bindings() -> None:
    found = trace(a_graph({"a": "llama2", "b": "mit", "d": "mit"}, "d finetune b", "d converted a", "b finetune a"), "d")
    assert {binding.reach for binding in found if binding.license == "llama2"} == {"copy", "derivative"}


def test_what_stops_does_not_come_through_another_model() -> None:
    found = trace(a_graph({"data": "cc-by-nc-4.0", "a": "mit", "b": "mit"}, "a tested-on data", "b finetune a"), "b")
    assert {binding.license for binding in found} == {"mit"}


def test_a_licence_that_says_so_stops_on_one_way_and_comes_on_another() -> None:
    stops = a_license(id="stops", reach={"distilled": ("none",)})
    nodes: dict[str, str | tuple[str, ...] | Node] = {"a": "stops", "b": "mit", "c": "mit"}
    assert {binding.license for binding in trace(a_graph(nodes, "b distilled a"), "b", stops)} == {"mit"}
    assert {binding.license for binding in trace(a_graph(nodes, "c merge b", "b distilled a", "c finetune a"), "c", stops)} == {"mit", "stops"}


def test_open_points_are_carried_to_the_last_descendant() -> None:
    found = trace(a_graph({"data": "cc-by-nc-4.0", "a": "mit", "b": "mit", "c": "mit"}, "a trained-on data", "b finetune a", "c quantized b"), "c")
    binding = binding_of(found, "cc-by-nc-4.0")
    assert "data-to-weights" in binding.points
    assert binding.otherwise is not None
    assert found[binding].source == "data"


def test_outputs_for_a_model_of_the_same_record_stay_in_the_family() -> None:
    found = trace(a_graph({"a": "llama3", "b": "llama3", "c": "llama3"}, "c finetune b", "c trained-on-outputs a"), "c")
    assert {binding.taught for binding in found if found[binding].source == "a"} == {"same-family"}


def test_outputs_for_any_other_model_train_a_foundation_model() -> None:
    found = trace(a_graph({"a": "llama3", "b": "mit", "c": "mit"}, "c finetune b", "c trained-on-outputs a"), "c")
    assert {binding.taught for binding in found if found[binding].source == "a"} == {"foundation-model"}
    alone = trace(a_graph({"a": "llama3", "c": "llama3"}, "c trained-on-outputs a"), "c")
    assert {binding.taught for binding in alone if alone[binding].source == "a"} == {"foundation-model"}


def test_a_finetune_of_a_student_was_still_taught() -> None:
    found = trace(a_graph({"a": "llama3", "b": "mit", "c": "mit"}, "b trained-on-outputs a", "c finetune b"), "c")
    assert binding_of(found, "llama3").taught == "foundation-model"


def test_a_family_lies_in_the_lineage_and_not_in_one_step() -> None:
    # The student grows out of a finetune of the same family, whose own label is another.
    found = trace(
        a_graph(
            {"base": "llama3", "mid": "mit", "teacher": "llama3", "student": "mit"},
            "mid finetune base",
            "student finetune mid",
            "student trained-on-outputs teacher",
        ),
        "student",
    )
    assert {binding.taught for binding in found if found[binding].source == "teacher"} == {"same-family"}


def test_a_release_month_and_a_modality_are_kept_only_where_a_term_reads_them() -> None:
    counts = a_license(a_term("bar", ask="Acme", when={"measure": USERS}), id="counts")
    reads = a_license(a_term("bar", when={"subject.modality": ["multimodal"]}), id="reads")
    node = Node("a", ("counts", "reads", "mit"), released_on="2024-07-23", modality="multimodal")
    found = trace(Graph.of([node, Node("b", ())], [Edge("b", "a", "finetune")]), "b", counts, reads)
    assert set(found) == {
        Binding("counts", "derivative", released="2024-07"),
        Binding("reads", "derivative", modality="multimodal"),
        Binding("mit", "derivative"),
    }


def test_a_release_read_by_a_fact_is_kept_too() -> None:
    early = a_license(a_term("note", "", about="other", when={"subject.released_on": ["2024-07"]}), id="early")
    (binding,) = trace(a_graph({"a": Node("a", ("early",), released_on="2024-07")}), "a", early)
    assert binding.released == "2024-07"


def test_two_releases_of_one_licence_are_two_bindings() -> None:
    counts = a_license(a_term("bar", ask="Acme", when={"measure": USERS}), id="counts")
    nodes = [Node("a", ("counts",), released_on="2024-07"), Node("b", ("counts",), released_on="2025-01"), Node("c", ())]
    found = trace(Graph.of(nodes, [Edge("c", "a", "merge"), Edge("c", "b", "merge")]), "c", counts)
    assert {binding.released for binding in found} == {"2024-07", "2025-01"}


def test_an_expression_of_licences_comes_through_by_the_defaults() -> None:
    found = trace(a_graph({"a": "mit OR llama2", "b": "mit"}, "b trained-on-outputs a"), "b")
    assert binding_of(found, "mit OR llama2").reach == "output-model"


def test_each_of_several_licences_keeps_its_own_reach() -> None:
    alone = trace(a_graph({"a": "gemma", "b": "mit"}, "b distilled a"), "b")
    assert binding_of(alone, "gemma").reach == "derivative"
    both = trace(Graph.of([Node("a", ("gemma", "deepseek-1.0")), Node("b", ("mit",))], [Edge("b", "a", "distilled")]), "b")
    assert {binding_of(both, name).reach for name in ("gemma", "deepseek-1.0")} == {"derivative"}


def test_all_profiles_at_once_are_the_same_as_one_by_one() -> None:
    graph = a_graph({"data": "cc-by-sa-4.0", "a": "llama2", "b": "mit", "c": "gemma"}, "b finetune a", "c distilled b", "c trained-on data")
    profiles = Tracer(RELATIONS, book()).profiles(graph)
    assert profiles == {name: frozenset(trace(graph, name)) for name in graph.nodes}


@st.composite
def lineages(draw: st.DrawFn) -> Graph:
    """Lineages of up to seven models with evidence of every grade."""
    count = draw(st.integers(2, 7))
    names = [f"m{number}" for number in range(count)]
    licenses = st.sampled_from([("mit",), ("llama2",), ("cc-by-sa-4.0",), ("gemma", "mit"), ()])
    relations = st.sampled_from(["finetune", "merge", "converted", "quantized", "distilled", "trained-on", "tested-on"])
    pairs = [(child, parent) for child in range(count) for parent in range(child)]
    edges = [
        Edge(names[child], names[parent], draw(relations), draw(st.sampled_from(EVIDENCE)))
        for child, parent in draw(st.lists(st.sampled_from(pairs), unique=True, max_size=9))
    ]
    return Graph.of([Node(name, draw(licenses)) for name in names], edges)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(lineages())
def test_every_way_is_a_path_to_a_source_that_has_the_licence(graph: Graph) -> None:
    for name in graph.nodes:
        for binding, way in trace(graph, name).items():
            at = name
            for edge in way.path:
                assert edge in graph.parents[at]
                at = edge.parent
            assert at == way.source
            assert binding.license in graph.nodes[at].licenses
            assert way.evidence == min((edge.evidence for edge in way.path), key=EVIDENCE.index, default=way.basis)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(lineages())
def test_one_more_relation_never_takes_a_licence_away(graph: Graph) -> None:
    names = graph.order()
    last = names[-1]
    before = {(binding.license, binding.reach) for binding in trace(graph, last)}
    edges = [edge for each in graph.parents.values() for edge in each]
    more = Graph.of(graph.nodes.values(), [*edges, Edge(last, names[0], "merge")])
    assert before <= {(binding.license, binding.reach) for binding in trace(more, last)}
