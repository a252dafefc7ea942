"""The lineage of a catalogue read by plain SQL, and what a plain walk over it finds; for comparison with the profiles that are stored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from registry.desk.profiles import licenses_of
from registry.knowledge.store import Knowledge
from registry.lineage.bindings import Binding
from registry.lineage.graph import Edge, Node
from registry.supplychain.statement import LicenseStatement, statements_on
from tests.lineage.plain_walk import PlainWalk

_SAID = """
    SELECT s.{column} AS subject, s.basis, s.license, s.raw_name, s.raw_link, t.digest, s.stated_on, s.valid_from, s.valid_to
    FROM statement s LEFT JOIN license_text t ON t.id = s.text_id WHERE s.{column} IS NOT NULL AND s.retired_set IS NULL ORDER BY s.id
"""


def read_lineage(connection: Connection, knowledge: Knowledge, on: str) -> tuple[dict[str, Node], list[Edge]]:
    """Every model and dataset, and the links that are held."""
    nodes: dict[str, Node] = {}
    names: dict[tuple[str, int], str] = {}
    models = "SELECT m.id, m.name, m.recorded, m.released_on, m.modality, d.title AS developer FROM model m LEFT JOIN developer d ON d.id = m.developer_id"
    datasets = "SELECT id, 'dataset:' || name AS name, recorded, NULL AS released_on, NULL AS modality, NULL AS developer FROM dataset"
    for kind, query in (("model", models), ("dataset", datasets)):
        said = _statements(connection, f"{kind}_id")
        for row in connection.execute(text(query)):
            own = statements_on(tuple(said.get(row.id, ())), on)
            licenses = licenses_of(knowledge, own, row.released_on, recorded=bool(row.recorded))
            nodes[row.name] = Node(row.name, licenses, kind, row.released_on, row.modality, developer=row.developer)
            names[(kind, row.id)] = row.name
    links = "SELECT child_id, parent_id, dataset_id, relation FROM edge WHERE grade IS NOT NULL ORDER BY id"
    edges = [
        Edge(names[("model", row.child_id)], names[("model", row.parent_id) if row.parent_id is not None else ("dataset", row.dataset_id)], row.relation)
        for row in connection.execute(text(links))
    ]
    return nodes, edges


def _statements(connection: Connection, column: str) -> dict[int, list[LicenseStatement]]:
    found: dict[int, list[LicenseStatement]] = {}
    for row in connection.execute(text(_SAID.format(column=column))):
        own = LicenseStatement(
            "x",
            license=row.license,
            basis=row.basis,
            raw_name=row.raw_name,
            raw_link=row.raw_link,
            text_digest=row.digest,
            stated_on=row.stated_on,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        found.setdefault(row.subject, []).append(own)
    return found


def walk_of(connection: Connection, knowledge: Knowledge, on: str) -> PlainWalk:
    """A plain walk over the lineage of a catalogue."""
    return PlainWalk(*read_lineage(connection, knowledge, on), knowledge.license_of)


def stored_bindings(connection: Connection, names: list[str]) -> dict[str, set[Binding]]:
    """The bindings of the profiles that models have in the catalogue."""
    from registry.catalogue.profiles import read_profiles

    profile_of: dict[str, Any] = {}
    for name in names:
        profile_of[name] = connection.execute(text("SELECT profile_id FROM model WHERE name = :name"), {"name": name}).scalar_one()
    profiles = read_profiles(connection, set(profile_of.values()))
    return {name: set(profiles[number].profile.bindings) for name, number in profile_of.items()}


def depths(walk: PlainWalk) -> dict[str, int]:
    """How many links lie above each model at most, up to three; circles count as three."""
    found = dict.fromkeys(walk.nodes, 0)
    for depth in (1, 2, 3):
        for name, edges in walk.above.items():
            if any(found[edge.parent] >= depth - 1 for edge in edges if edge.relation not in ("trained-on", "tested-on")):
                found[name] = max(found[name], depth)
    return found
