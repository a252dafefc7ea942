"""What is found of the models of an audit for which ancestors have to be named, by the same rules as a single check.

Models of one profile that stand under the same bases in the same way have the same found of them but for their names. A hub
has thousands of those under every popular base, so the lineage is traced for one of them and kept for the others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from registry.catalogue.queries.audit import AuditRow
from registry.catalogue.queries.audit_links import CatalogueLinks, dataset_names, developers_with_title, read_links
from registry.catalogue.queries.profile_columns import RELATIONS, model_names, profile_columns
from registry.desk.answer import subject_of
from registry.desk.profiles import licenses_of
from registry.findings.derivation import Derivation, Look, derivation_findings
from registry.findings.finding import NAME, Finding, said_of
from registry.lineage.graph import Edge, Graph, Node
from registry.lineage.trace import Tracer
from registry.supplychain.statement import statements_on
from registry.supplychain.words import GRADES

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.desk.audit.profiles import Auditor
    from registry.lineage.bindings import Binding
    from registry.lineage.trace import Way

MOST_KEPT = 100_000
"""When so much is kept it is forgotten, so that an audit needs no more memory for more models."""

_Place = tuple[int | None, int | None, tuple[tuple[int, int], ...]]
"""A profile, the developer where it writes licences itself, and the bases with relation and evidence."""


class LineageAudit:
    """Finds, one part of the models after another.

    Args:
        connection: A reading connection.
        auditor: What is asked.
        on: The date on which statements count.
        alone: Models that stand in a circle, and profiles in which outputs trained something: there the subject itself matters.
    """

    def __init__(self, connection: Connection, auditor: Auditor, on: str, alone: tuple[Collection[int], Collection[int]]) -> None:
        self._connection = connection
        self._auditor = auditor
        self._on = on
        self._circled, self._taught = alone
        self._links: CatalogueLinks | None = None
        self._stewards: frozenset[int] = frozenset()
        self._kept: dict[_Place, tuple[Finding, ...]] = {}
        self._tracer = Tracer(auditor.knowledge.relations, auditor.knowledge.license_of)

    def findings(self, rows: Sequence[AuditRow], profiles: Mapping[int, int | None]) -> dict[int, list[Finding]]:
        """What is found of some models.

        Args:
            rows: The models.
            profiles: The number of the profile of each on the date, by the model's number.
        """
        if not rows:
            return {}
        links = self._read()
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        places = {row.id: self._place(row, profiles[row.id], links) for row in rows}
        shared = {place: row for row in reversed(rows) if (place := places[row.id]) is not None and place not in self._kept}
        alone = [row for row in rows if places[row.id] is None]
        traced = self._trace([*shared.values(), *alone], links)
        for place, row in shared.items():
            node, ways = traced[row.id]
            self._kept[place] = self._find(Derivation(NAME, node.licenses, ways, self._auditor.conflicts(ways)), node)
        found: dict[int, list[Finding]] = {}
        for row in rows:
            place = places[row.id]
            if place is not None:
                found[row.id] = [said_of(finding, row.name) for finding in self._kept[place]]
            else:
                node, ways = traced[row.id]
                found[row.id] = list(self._find(Derivation(row.name, node.licenses, ways, self._auditor.conflicts(ways), row.name), node))
        return found

    def _read(self) -> CatalogueLinks:
        if self._links is None:
            self._links = read_links(self._connection)
            self._stewards = developers_with_title(self._connection, {license.steward for license in self._auditor.knowledge if license.steward})
        return self._links

    def _place(self, row: AuditRow, profile: int | None, links: CatalogueLinks) -> _Place | None:
        """What a model shares with others of which the same is found; None where it is looked at by itself."""
        if row.name_breaks or row.id in self._circled or profile in self._taught:
            return None
        return profile, row.developer_id if row.developer_id in self._stewards else None, links.above(row.id)

    def _trace(self, rows: Sequence[AuditRow], links: CatalogueLinks) -> dict[int, tuple[Node, dict[Binding, Way]]]:
        if not rows:
            return {}
        graph = self._graph(links.with_ancestors([row.id for row in rows]))
        ways = self._tracer.ways(graph)
        return {row.id: (graph.nodes[row.name], ways[row.name]) for row in rows}

    def _graph(self, models: Collection[int]) -> Graph:
        """The lineage of models that come with all their ancestors."""
        columns = profile_columns(self._connection, models)
        names = model_names(self._connection, models)
        sets = dataset_names(self._connection, set(columns.dataset_ids))
        called = [*(names[number] for number in columns.model_ids), *(f"dataset:{sets[number]}" for number in columns.dataset_ids)]
        nodes = []
        for at, name in enumerate(called):
            is_model = at < len(columns.model_ids)
            said = [columns.said[number] for number in columns.sayings[columns.saying[at]]] if columns.saying[at] >= 0 else []
            held = statements_on(said, self._on)
            released = columns.released[at] if is_model else None
            licenses = licenses_of(self._auditor.knowledge, held, released, recorded=bool(columns.recorded[at]))
            basis = held[0].basis if held else "inferred"
            if is_model:
                nodes.append(Node(name, licenses, "model", released, columns.modality[at], basis, columns.developer[at]))
            else:
                nodes.append(Node(name, licenses, "dataset", basis=basis))
        edges = [
            Edge(called[child], called[parent], RELATIONS[relation], GRADES[grade])
            for child, parent, relation, grade in zip(columns.children, columns.parents, columns.relations, columns.grades, strict=True)
        ]
        return Graph.of(nodes, edges, circles=True)

    def _find(self, model: Derivation, node: Node) -> tuple[Finding, ...]:
        auditor = self._auditor
        subject = subject_of(node)
        look = Look(
            auditor.judge.interpretation,
            auditor.knowledge.license_of,
            auditor.knowledge.expression_of,
            lambda binding: auditor.judge.of_binding(binding, subject),
            auditor.look.known,
        )
        return tuple(finding for finding in derivation_findings(model, look) if auditor.wanted.keeps(finding.code))
