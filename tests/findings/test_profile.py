"""Findings of a profile are those of a model that has it, without its name."""

from __future__ import annotations

import pytest

from registry.findings.derivation import Derivation, Look, derivation_findings
from registry.findings.finding import NAME, said_of
from registry.findings.profile import SOMEBODY, is_inherited, profile_findings
from registry.lineage.bindings import Binding
from registry.lineage.graph import Graph, Node
from registry.terms.partial import Subject
from tests.findings.build import ORDINARY, codes
from tests.lineage.build import a_graph, a_judge, book, conflicts_of, trace

NODES: dict[str, str | tuple[str, ...] | Node] = {
    "nc": "cc-by-nc-4.0",
    "sa": "gpl-3.0",
    "llama": "llama2",
    "nd": "cc-by-nd-4.0",
    "bare": "unstated",
    "set": Node("set", ("cc-by-nc-4.0",), "dataset"),
    "heap": Node("heap", ("unstated",), "dataset"),
    "one": "mit",
    "two": "mit",
    "three": "other",
    "four": "apache-2.0",
    "five": "cc-by-nc-sa-4.0",
    "six": "mit",
    "seven": "none",
}
EDGES = (
    "one finetune llama",
    "two merge nc",
    "two merge sa",
    "three adapter bare",
    "four trained-on set",
    "four trained-on heap",
    "five finetune four",
    "six distilled llama",
    "six finetune nd",
    "seven finetune one",
)


def the_graph() -> Graph:
    return a_graph(NODES, *EDGES)


@pytest.mark.parametrize("interpretation", ["strict", "mainstream", "permissive"])
@pytest.mark.parametrize("name", [name for name in NODES if name not in ("set", "heap")])
def test_profile_has_the_findings_of_each_of_its_models(name: str, interpretation: str) -> None:
    graph = the_graph()
    judge = a_judge(ORDINARY, interpretation)
    ways = trace(graph, name)
    conflicts = conflicts_of([binding for binding in ways if judge.binds_weights(binding) or binding.reach == "output-model"])
    look = Look(judge.interpretation, book(), judge.expression_of, lambda binding: judge.of_binding(binding, Subject()))
    of_model = derivation_findings(Derivation(name, graph.nodes[name].licenses, ways, conflicts), look)
    of_profile = profile_findings(frozenset(ways), conflicts, look)
    assert {(each.code, each.license, each.clause, each.declared) for each in of_profile} == {
        (each.code, each.license, each.clause, each.declared) for each in of_model
    }
    assert all(binding.reach == "original" or ways[binding].path for binding in ways)


def test_the_findings_of_that_graph_are_many_kinds() -> None:
    graph = the_graph()
    judge = a_judge(ORDINARY, "strict")
    look = Look(judge.interpretation, book(), judge.expression_of, lambda binding: judge.of_binding(binding, Subject()))
    found = [finding for name in graph.nodes for finding in profile_findings(frozenset(trace(graph, name)), (), look)]
    assert {"LIC001", "LIC003", "LIC101", "LIC102", "LIC104", "LIC105", "LIC305", "LIC401", "LIC404"} <= set(codes(found))


def test_shared_finding_is_said_of_a_model_by_name() -> None:
    judge = a_judge(ORDINARY, "mainstream")
    look = Look(judge.interpretation, book(), judge.expression_of, lambda binding: judge.of_binding(binding, Subject()))
    (shared,) = profile_findings(frozenset({Binding("unstated")}), (), look)
    assert shared.subject == NAME
    said = said_of(shared, "acme/bare")
    assert (said.subject, said.summary) == ("acme/bare", "`acme/bare` declares no licence.")


def test_ancestor_of_a_profile_is_somebody() -> None:
    judge = a_judge(ORDINARY, "mainstream")
    look = Look(judge.interpretation, book(), judge.expression_of, lambda binding: judge.of_binding(binding, Subject()))
    found = profile_findings(frozenset({Binding("mit"), Binding("llama2", "derivative")}), (), look)
    assert [(finding.code, finding.ancestors, finding.declared, finding.license) for finding in found] == [("LIC101", (SOMEBODY,), "mit", "llama2")]
    assert is_inherited(Binding("llama2", "derivative"))
    assert not is_inherited(Binding("mit"))
