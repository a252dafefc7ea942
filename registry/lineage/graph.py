"""The lineage graph as plain values: nodes with their own licences, edges with evidence, and walks over them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from registry.errors import LineageError
from registry.lineage.circles import Links

EVIDENCE = ("inferred", "declared", "detected", "attested")
"""Grades of evidence, from weak to strong."""


@dataclass(frozen=True, slots=True)
class Node:
    """A model or dataset in the graph.

    Attributes:
        name: What it is known by.
        licenses: Its own licences, as ids or expressions over our ids; several bind together.
        kind: `model` or `dataset`.
        released_on: Date or month of release, where known.
        modality: Its modality, where known.
        basis: How its licence is known: `declared`, `detected` or `concluded`.
        developer: Who made it, by name as stewards of licences are named; an owner of a repository alone says nothing of rights.
    """

    name: str
    licenses: tuple[str, ...]
    kind: str = "model"
    released_on: str | None = None
    modality: str | None = None
    basis: str = "declared"
    developer: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A child's relation to a parent."""

    child: str
    parent: str
    relation: str
    evidence: str = "declared"


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by name and edges by child, in a stable order."""

    nodes: Mapping[str, Node]
    parents: Mapping[str, Sequence[Edge]] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[Edge], *, circles: bool = False) -> Graph:
        """A graph of nodes and edges.

        Args:
            nodes: The nodes.
            edges: The edges.
            circles: Whether models may descend from themselves by way of others, as what uploaders say sometimes has it.

        Raises:
            LineageError: An edge names a model that is not there, or a model descends from itself.
        """
        by_name = {node.name: node for node in nodes}
        parents: dict[str, dict[Edge, None]] = {}
        for edge in edges:
            for end in (edge.child, edge.parent):
                if end not in by_name:
                    raise LineageError(f"`{edge.child}` names `{end}` as its {edge.relation}, which is not there", "add it, or leave the relation out")
            if edge.child == edge.parent:
                raise LineageError(f"`{edge.child}` cannot descend from itself", "leave that relation out")
            parents.setdefault(edge.child, {})[edge] = None
        graph = cls(by_name, {child: list(own) for child, own in parents.items()})
        if not circles:
            graph.order()
        return graph

    def order(self) -> list[str]:
        """Every name, ancestors first.

        Raises:
            LineageError: There is a cycle; the message names it.
        """
        sorter = TopologicalSorter({name: [edge.parent for edge in self.parents.get(name, ())] for name in self.nodes})
        try:
            return list(sorter.static_order())
        except CycleError as error:
            cycle = " -> ".join(f"`{name}`" for name in error.args[1])
            raise LineageError(f"the lineage runs in a circle: {cycle}", "remove one of these relations") from error

    def components(self) -> list[tuple[str, ...]]:
        """Every name, ancestors first; the names of one circle come together."""
        names = list(self.nodes)
        number = {name: at for at, name in enumerate(names)}
        edges = [edge for own in self.parents.values() for edge in own]
        links = Links(len(names), [number[edge.child] for edge in edges], [number[edge.parent] for edge in edges])
        roots = [(name,) for at, name in enumerate(names) if not links.has_parents(at)]
        return roots + [tuple(names[at] for at in found) for found in links.components()]

    def ancestors(self, name: str) -> Iterator[str]:
        """Every ancestor, nearest first, each once."""
        seen = {name}
        pending = deque([name])
        while pending:
            for edge in self.parents.get(pending.popleft(), ()):
                if edge.parent not in seen:
                    seen.add(edge.parent)
                    yield edge.parent
                    pending.append(edge.parent)
