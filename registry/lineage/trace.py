"""Tracing: every binding of a model with the path it came by, and the profiles of a whole graph."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from registry.lineage.bindings import Binding
from registry.lineage.graph import EVIDENCE, Edge, Graph, Node
from registry.lineage.reach import OUTPUT_RELATIONS, Relations
from registry.lineage.steps import Held, Steps, as_weights
from registry.terms.license import License

LARGE_CIRCLE = 64
"""In a circle of more models than this, a licence may come back to the model it is of; to tell would take too long."""


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


_Ways = dict[Held, Way]


class Tracer:
    """Works out bindings along a graph.

    Args:
        relations: Default reach and composition.
        license_of: A licence by id; None for an expression or an unknown id.
    """

    def __init__(self, relations: Relations, license_of: Callable[[str], License | None]) -> None:
        self._steps = Steps(relations, license_of)

    def own(self, node: Node) -> dict[Binding, Way]:
        """The bindings of a node's own licences."""
        return _settled(self._own(node))

    def trace(self, graph: Graph, name: str) -> dict[Binding, Way]:
        """Every binding of a model, each with a shortest path by which it came."""
        wanted = {name, *graph.ancestors(name)}
        known: dict[str, _Ways] = {}
        for component in graph.components():
            if component[0] in wanted:
                self._work_out(graph, component, known)
        return _settled(known[name])

    def ways(self, graph: Graph) -> dict[str, dict[Binding, Way]]:
        """The bindings of every node with the way each came, in one pass from the roots down."""
        known: dict[str, _Ways] = {}
        for component in graph.components():
            self._work_out(graph, component, known)
        return {name: _settled(known[name]) for name in graph.nodes}

    def profiles(self, graph: Graph) -> dict[str, frozenset[Binding]]:
        """The bindings of every node."""
        return {name: frozenset(bindings) for name, bindings in self.ways(graph).items()}

    def _work_out(self, graph: Graph, component: Sequence[str], known: dict[str, _Ways]) -> None:
        """Add what is known of a node, or of the nodes of a circle, whose ancestors are known."""
        if len(component) > 1:
            known.update(self._of_circle(graph, component, known))
            return
        (name,) = component
        edges = graph.parents.get(name, ())
        weights = self._weights(edges, {edge.parent: as_weights(known[edge.parent]) for edge in edges})
        found = self._own(graph.nodes[name])
        for edge in edges:
            self._pass(graph, edge, known[edge.parent], found, weights)
        known[name] = found

    def _own(self, node: Node) -> _Ways:
        developer = node.developer if node.kind == "model" else None
        return {held: Way(node.name, (), node.basis) for held in self._steps.own(node.licenses, node.released_on, node.modality, developer)}

    def _weights(self, edges: Sequence[Edge], licenses: Mapping[str, frozenset[str]]) -> list[tuple[str, frozenset[str]]]:
        """What stands beside a link over outputs; nothing is worked out for models without such a link."""
        return [(edge.relation, licenses[edge.parent]) for edge in edges] if any(edge.relation in OUTPUT_RELATIONS for edge in edges) else []

    def _over(self, graph: Graph, edge: Edge, held: Held, weights: list[tuple[str, frozenset[str]]]) -> Held | None:
        node = graph.nodes[edge.child]
        if self._steps.licensed_anew(held, node.licenses, node.developer):
            return None
        return self._steps.over(held, edge.relation, self._steps.taught(edge.relation, held.binding.license, weights))

    def _pass(self, graph: Graph, edge: Edge, above: _Ways, found: _Ways, weights: list[tuple[str, frozenset[str]]]) -> None:
        """Take what comes over one edge into what is found, where it is new or comes by a shorter path."""
        for held, way in above.items():
            reached = self._over(graph, edge, held, weights)
            if reached is not None and (reached not in found or len(way.path) + 1 < len(found[reached].path)):
                found[reached] = Way(way.source, (edge, *way.path), way.basis)

    def _of_circle(self, graph: Graph, component: Sequence[str], known: Mapping[str, _Ways]) -> dict[str, _Ways]:
        """What binds the models of a circle: all that reaches any of them flows on around it, but a model is not its own ancestor."""
        inside = set(component)
        exact = len(component) <= LARGE_CIRCLE
        weights: dict[str, list[tuple[str, frozenset[str]]]] = {name: [] for name in component}
        # What outputs trained changes neither licence nor reach, so a first round without it tells which licences bind as weights.
        for settled in (False, True):
            found: dict[str, dict[tuple[Held, str | None], Way]] = {name: {} for name in component}
            pending: deque[tuple[str, Held, str | None]] = deque()

            def arrive(
                name: str,
                held: Held,
                own: str | None,
                way: Way,
                found: dict[str, dict[tuple[Held, str | None], Way]] = found,
                pending: deque[tuple[str, Held, str | None]] = pending,
            ) -> None:
                before = found[name].get((held, own))
                if before is None or len(way.path) < len(before.path):
                    found[name][(held, own)] = way
                    pending.append((name, held, own))

            for name in component:
                for held, way in self._own(graph.nodes[name]).items():
                    arrive(name, held, name if exact else None, way)
                for edge in graph.parents.get(name, ()):
                    for held, way in known[edge.parent].items() if edge.parent not in inside else ():
                        reached = self._over(graph, edge, held, weights[name])
                        if reached is not None:
                            arrive(name, reached, None, Way(way.source, (edge, *way.path), way.basis))
            below: dict[str, list[Edge]] = {name: [] for name in component}
            for name in component:
                for edge in graph.parents.get(name, ()):
                    if edge.parent in inside:
                        below[edge.parent].append(edge)
            while pending:
                name, held, own = pending.popleft()
                way = found[name][(held, own)]
                for edge in below[name]:
                    if edge.child == own:
                        continue
                    reached = self._over(graph, edge, held, weights[edge.child])
                    if reached is not None:
                        arrive(edge.child, reached, own, Way(way.source, (edge, *way.path), way.basis))
            merged = {name: _shortest(ways) for name, ways in found.items()}
            if settled or not any(edge.relation in OUTPUT_RELATIONS for name in component for edge in graph.parents.get(name, ())):
                return merged
            for name in component:
                edges = graph.parents.get(name, ())
                weights[name] = [(edge.relation, as_weights(merged[edge.parent] if edge.parent in inside else known[edge.parent])) for edge in edges]
        return merged


def _shortest(ways: Mapping[tuple[Held, str | None], Way]) -> _Ways:
    found: _Ways = {}
    for (held, _), way in ways.items():
        if held not in found or len(way.path) < len(found[held].path):
            found[held] = way
    return found


def _settled(ways: _Ways) -> dict[Binding, Way]:
    """Ways by binding, own licences first; of two that come to the same, the shorter."""
    found: dict[Binding, Way] = {}
    for held, way in ways.items():
        if held.binding not in found or len(way.path) < len(found[held.binding].path):
            found[held.binding] = way
    return found
