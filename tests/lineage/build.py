"""Small lineages for tests: models named by a letter, and the licences they are under."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from registry.lineage.bindings import Binding, Conflict
from registry.lineage.conflicts import find_conflicts
from registry.lineage.graph import Edge, Graph, Node
from registry.lineage.judge import Judge
from registry.lineage.trace import Tracer, Way
from registry.terms.combine import Expression, Named
from registry.terms.facts import Use
from registry.terms.license import License
from registry.terms.outcome import Outcome
from registry.terms.partial import Subject
from tests.terms.build import KNOWLEDGE

RELATIONS = KNOWLEDGE.relations


def book(*licenses: License) -> Callable[[str], License | None]:
    """A licence by id: these, and then the shipped ones."""
    known = {license.id: license for license in licenses}
    return lambda name: known.get(name) or KNOWLEDGE.license_of(name)


def a_graph(nodes: Mapping[str, str | tuple[str, ...] | Node], *edges: str) -> Graph:
    """A graph of names with their licences and edges written `child relation parent [evidence]`."""
    made = [
        value if isinstance(value, Node) else Node(name, (value,) if isinstance(value, str) else value, "dataset" if name.startswith("data") else "model")
        for name, value in nodes.items()
    ]
    return Graph.of(made, [_edge(text) for text in edges])


def _edge(text: str) -> Edge:
    child, relation, parent, *evidence = text.split()
    return Edge(child, parent, relation, *evidence)


def trace(graph: Graph, name: str, *licenses: License) -> dict[Binding, Way]:
    """Every binding of a node with its way."""
    return Tracer(RELATIONS, book(*licenses)).trace(graph, name)


def binding_of(found: dict[Binding, Way], license: str, source: str | None = None) -> Binding:
    """The one binding of a licence, by its source where several have it."""
    (binding,) = [each for each, way in found.items() if each.license == license and source in (None, way.source)]
    return binding


def conflicts_of(found: Iterable[Binding], *licenses: License) -> tuple[Conflict, ...]:
    """The conflicts among bindings."""
    return find_conflicts(found, book(*licenses))


def a_judge(use: Use, interpretation: str = "mainstream", *licenses: License) -> Judge:
    """A judge who knows these licences besides the shipped ones."""
    known = {license.id for license in licenses}

    def expression_of(name: str) -> Expression:
        return Named(name) if name in known else KNOWLEDGE.expression_of(name)

    return Judge(KNOWLEDGE.evaluator, book(*licenses), expression_of, use, KNOWLEDGE.interpretation(interpretation))


def judge(graph: Graph, name: str, use: Use, interpretation: str = "mainstream", *licenses: License) -> Outcome:
    """The outcome of a node for a use, conflicts included."""
    found = trace(graph, name, *licenses)
    node = graph.nodes[name]
    subject = Subject(modality=node.modality, released_on=node.released_on, name=node.name)
    return a_judge(use, interpretation, *licenses).of_model(found, subject, conflicts_of(found, *licenses))
