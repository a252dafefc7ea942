"""What is asked about a model folder that is in no catalogue: its own claims, above which stands what the catalogue knows of its bases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from registry.desk.answer import Question
from registry.desk.facts import read_use, resolve_named_licenses
from registry.desk.lookup import date_of_terms, known_graph
from registry.desk.profiles import licenses_of
from registry.lineage.graph import Edge, Graph, Node
from registry.supplychain.statement import statements_on

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.supplychain.record import Record


def folder_question(desk: Desk, record: Record, raw: Mapping[str, Any], interpretation: str | None = None) -> Question:
    """The question about the first model of a folder's record, with its lineage.

    Args:
        desk: The desk.
        record: What the folder says.
        raw: The facts of the use as given.
        interpretation: Which unsettled points bind; that of the facts or the settings by default.

    Raises:
        FactError: A fact cannot be read.
    """
    knowledge = desk.knowledge
    use = resolve_named_licenses(knowledge, read_use(knowledge, raw, desk.settings.facts))
    on = date_of_terms(use)
    model = record.models[0]
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for relation in record.relations:
        known = known_graph(desk, relation.parent, on) or _unknown(relation.parent)
        for node in known.nodes.values():
            nodes.setdefault(node.name, node)
        edges += [edge for own in known.parents.values() for edge in own]
        edges.append(Edge(model.name, next(iter(known.nodes)), relation.relation, relation.evidence))
    edges = [edge for edge in edges if edge.child != edge.parent]
    said = statements_on(record.statements, on)
    own = licenses_of(knowledge, said, model.released_on, recorded=True)
    nodes[model.name] = Node(model.name, own, "model", model.released_on, model.modality, said[0].basis if said else "inferred", model.developer)
    return Question(
        Graph.of(nodes.values(), edges, circles=True),
        model.name,
        use,
        desk.interpretation(interpretation or raw.get("interpretation")),
        name_to_judge=model.name if edges else None,
        revision=record.revisions[0].commit if record.revisions else None,
    )


def _unknown(name: str) -> Graph:
    """A base or dataset that nobody recorded: its terms are missing."""
    is_set = name.startswith("dataset:")
    return Graph.of([Node(name, ("unstated" if is_set else "missing-ancestor",), "dataset" if is_set else "model", basis="inferred")], [])
