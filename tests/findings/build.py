"""Findings on small lineages, with shipped licences and some of a test's own."""

from __future__ import annotations

from registry.findings.derivation import Derivation, Look, derivation_findings
from registry.findings.finding import Finding
from registry.lineage.graph import Graph
from registry.terms.facts import Use
from registry.terms.license import License
from registry.terms.partial import Subject
from tests.lineage.build import a_judge, book, conflicts_of, trace
from tests.terms.build import a_use

ORDINARY = a_use(commercial=True, distribution=["internal"], monthly_active_users=5)


def findings_of(
    graph: Graph,
    name: str,
    *licenses: License,
    use: Use = ORDINARY,
    interpretation: str = "mainstream",
    derivative_name: str | None = None,
    published: str | None = None,
) -> list[Finding]:
    """Every finding on a model of the graph."""
    judge = a_judge(use, interpretation, *licenses)
    ways = trace(graph, name, *licenses)
    node = graph.nodes[name]
    conflicts = conflicts_of([binding for binding in ways if judge.binds_weights(binding) or binding.reach == "output-model"], *licenses)
    model = Derivation(name, node.licenses, ways, conflicts, derivative_name, published)
    look = Look(judge.interpretation, book(*licenses), judge.expression_of, lambda binding: judge.of_binding(binding, Subject()))
    return derivation_findings(model, look)


def codes(found: list[Finding]) -> list[str]:
    """Their codes, sorted, each once."""
    return sorted({finding.code for finding in found})
