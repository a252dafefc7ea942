"""Tracing: every binding of a model with the path it came by, and the profiles of a whole graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from registry.lineage.bindings import Binding
from registry.lineage.graph import EVIDENCE, Edge, Graph, Node
from registry.lineage.reach import OUTPUT_RELATIONS, WEIGHT_RELATIONS, Relations, pass_on
from registry.terms.conditions import FactTest, Measure, leaves
from registry.terms.license import WEIGHTS, License, Reach


@dataclass(frozen=True, slots=True)
class Way:
    """How a binding came to a model.

    Attributes:
        source: The model or dataset whose licence it is.
        path: Edges from the model up to the source; empty for its own licence.
        basis: How the source's licence is known.
    """

    source: str
    path: tuple[Edge, ...] = ()
    basis: str = "declared"

    @property
    def evidence(self) -> str:
        """The weakest grade on the path; the basis of the statement for an own licence."""
        grades = [edge.evidence for edge in self.path]
        return min(grades, key=EVIDENCE.index) if grades else self.basis


class Tracer:
    """Works out bindings along a graph.

    Args:
        relations: Default reach and composition.
        license_of: A licence by id; None for an expression or an unknown id.
    """

    def __init__(self, relations: Relations, license_of: Callable[[str], License | None]) -> None:
        self._relations = relations
        self._license_of = license_of
        self._reads: dict[str, tuple[bool, bool]] = {}

    def own_bindings(self, node: Node) -> list[Binding]:
        """The bindings of a node's own licences."""
        bindings = []
        for license in node.licenses:
            reads_release, reads_modality = self._what_it_reads(license)
            bindings.append(
                Binding(
                    license,
                    released=node.released_on[:7] if reads_release and node.released_on else None,
                    modality=node.modality if reads_modality else None,
                )
            )
        return bindings

    def trace(self, graph: Graph, name: str) -> dict[Binding, Way]:
        """Every binding of a model, each with a shortest path by which it came."""
        own = graph.nodes[name]
        found = {binding: Way(name, (), own.basis) for binding in self.own_bindings(own)}
        known: dict[str, dict[Binding, Way]] = {}
        order = [ancestor for ancestor in graph.order() if ancestor in {name, *graph.ancestors(name)}]
        for ancestor in order:
            known[ancestor] = self._of_node(graph, ancestor, known)
        return {**found, **known[name]}

    def _of_node(self, graph: Graph, name: str, known: Mapping[str, Mapping[Binding, Way]]) -> dict[Binding, Way]:
        node = graph.nodes[name]
        result = {binding: Way(name, (), node.basis) for binding in self.own_bindings(node)}
        edges = graph.parents.get(name, ())
        for edge in edges:
            for binding, way in known[edge.parent].items():
                if self._licensed_anew(node, graph.nodes[way.source], binding):
                    continue
                reached = pass_on(binding, edge.relation, self._relations, self._reach_of, self._taught(edges, edge, binding, known))
                if reached is None:
                    continue
                path = (edge, *way.path)
                if reached not in result or len(path) < len(result[reached].path):
                    result[reached] = Way(way.source, path, way.basis)
        return result

    def _licensed_anew(self, node: Node, source: Node, binding: Binding) -> bool:
        """Whether a developer licenses anew what it had put under its own agreement: the rights are its own, so the newer licence speaks.

        Only an agreement the developer itself wrote counts. Under anybody else's licence, or in a
        copy by a mere owner of a repository, others may hold the rights.
        """
        if node.developer is None or node.developer != source.developer or source.kind != "model":
            return False
        held = self._license_of(binding.license)
        if held is None or held.steward != node.developer:
            return False
        own = [self._license_of(name) for name in node.licenses]
        return bool(own) and all(license is None or license.placeholder is None for license in own)

    def ways(self, graph: Graph) -> dict[str, dict[Binding, Way]]:
        """The bindings of every node with the way each came, in one pass from the roots down."""
        known: dict[str, dict[Binding, Way]] = {}
        for name in graph.order():
            known[name] = self._of_node(graph, name, known)
        return known

    def profiles(self, graph: Graph) -> dict[str, frozenset[Binding]]:
        """The bindings of every node."""
        return {name: frozenset(bindings) for name, bindings in self.ways(graph).items()}

    def _taught(self, edges: Sequence[Edge], edge: Edge, binding: Binding, known: Mapping[str, Mapping[Binding, Way]]) -> str | None:
        """Outputs that train a model with a weights ancestor of the same licence record stay in the family."""
        if edge.relation not in OUTPUT_RELATIONS:
            return None
        for other in edges:
            if other.relation in WEIGHT_RELATIONS and any(held.license == binding.license and held.reach in WEIGHTS for held in known[other.parent]):
                return "same-family"
        return "foundation-model"

    def _reach_of(self, license: str, relation: str) -> Reach | None:
        found = self._license_of(license)
        return found.reach.get(relation) if found else None

    def _what_it_reads(self, license: str) -> tuple[bool, bool]:
        """Whether terms of the licence count from the model's release, and whether they read its modality."""
        if license not in self._reads:
            found = self._license_of(license)
            tests = [leaf for term in found.terms if term.condition for leaf in leaves(term.condition)] if found else []
            release = any(isinstance(leaf, Measure) and leaf.anchor == "model-release" for leaf in tests)
            release |= any(isinstance(leaf, FactTest) and leaf.fact == "subject.released_on" for leaf in tests)
            self._reads[license] = (release, any(isinstance(leaf, FactTest) and leaf.fact == "subject.modality" for leaf in tests))
        return self._reads[license]
