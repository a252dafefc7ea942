"""Where a model comes from and what was made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry.desk.facts import read_use, resolve_named_licenses, today
from registry.desk.profiles import lineage_on
from registry.desk.session import refuse_folder

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.lineage.graph import Graph
    from registry.terms.facts import Use


def read_lineage(desk: Desk, name: str, up: bool = True, down: bool = False, depth: int | None = None) -> dict[str, Any]:
    """The lineage of a model as `licet.lineage/1`: nodes with licence and verdict, edges with relation and evidence.

    The verdict is for the use that the settings state.

    Raises:
        UnknownModelError: None, or several, go by the name.
    """
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.lineage import read_ancestors, read_descendants
    from registry.catalogue.queries.profile_graph import profile_graph

    refuse_folder(name)
    with desk.catalogue.reading() as connection:
        found = find_model(connection, name)
        views = [read(connection, found.id, depth=depth) for read, wanted in ((read_ancestors, up), (read_descendants, down)) if wanted]
        ids = {found.id}.union(*(view.model_ids for view in views))
        graph = lineage_on(profile_graph(connection, ids), desk.knowledge, today())
    links = {link.id: link for view in views for link in view.links}
    edges = sorted(links.values(), key=lambda link: (link.child, link.parent, link.relation))
    names = sorted({found.name, *(end for link in edges for end in (link.child, link.parent))})
    use = resolve_named_licenses(desk.knowledge, read_use(desk.knowledge, {}, desk.settings.facts))
    return {
        "schema": "licet.lineage/1",
        "model": found.name,
        "nodes": [_node(desk, graph, each, use) for each in names if each in graph.nodes],
        "edges": [{"child": link.child, "parent": link.parent, "relation": link.relation, "evidence": link.grade} for link in edges],
    }


def _node(desk: Desk, graph: Graph, name: str, use: Use) -> dict[str, Any]:
    from registry.desk.answer import Question, answer

    node = graph.nodes[name]
    license = " AND ".join(node.licenses) or None
    first = desk.knowledge.license_of(node.licenses[0]) if node.licenses else None
    given = answer(desk.knowledge, Question(graph, name, use, desk.interpretation(None)))
    return {
        "id": node.name,
        "kind": node.kind,
        "license": license,
        "license_type": first.type if first and not first.placeholder else None,
        "verdict": given.outcome.verdict.word,
    }
