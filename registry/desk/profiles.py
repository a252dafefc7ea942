"""Profiles of the catalogue's models: worked out from recorded statements and relations, stored for listings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from registry.catalogue.profiles import Marks, Period, store_marks, store_periods, store_profiles
from registry.catalogue.queries.profile_graph import GraphNode, ProfileGraph, profile_graph
from registry.desk.facts import today
from registry.knowledge.store import Knowledge
from registry.lineage.bindings import Binding, Profile
from registry.lineage.conflicts import find_conflicts
from registry.lineage.graph import EVIDENCE, Edge, Graph, Node
from registry.lineage.trace import Tracer, Way
from registry.supplychain.statement import LicenseStatement, statements_on
from registry.terms.names import breaks_name_rule

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection


def lineage_on(recorded: ProfileGraph, knowledge: Knowledge, on: str) -> Graph:
    """The lineage graph of what is recorded, with the licences that hold on a date."""
    nodes = [_node(node, knowledge, on) for node in recorded.nodes.values()]
    edges = [Edge(link.child, link.parent, link.relation, link.grade) for link in recorded.links]
    return Graph.of(nodes, edges)


def _node(node: GraphNode, knowledge: Knowledge, on: str) -> Node:
    statements = statements_on(node.statements, on)
    if not statements:
        own = "unstated" if node.recorded else "missing-ancestor"
        return Node(node.name, (own,), node.kind, node.released_on, node.modality, "inferred", node.developer)
    resolved = (resolve_statement(knowledge, statement, node.released_on) for statement in statements)
    licenses = dict.fromkeys(part for license in resolved for part in knowledge.parts_of(license))
    return Node(node.name, tuple(licenses), node.kind, node.released_on, node.modality, statements[0].basis, node.developer)


def resolve_statement(knowledge: Knowledge, statement: LicenseStatement, released_on: str | None) -> str:
    """The licence behind a statement: what was resolved when it was written, else its link, else its name on its date."""
    on = statement.stated_on or released_on
    if statement.license is not None:
        known = knowledge.license_of(statement.license) is not None or " " in statement.license
        return statement.license if known else knowledge.resolve(statement.license, on).license
    for written in (statement.text_digest, statement.raw_link, statement.raw_name):
        if written:
            found = knowledge.resolve(written, on)
            if found.reason not in ("unknown", "ambiguous"):
                return found.license
    return "unresolved" if statement.raw_name or statement.raw_link else "unstated"


def refresh_profiles(connection: Connection, knowledge: Knowledge, models: Iterable[int] | None) -> None:
    """Compute the profiles of models, and of everything that comes from them, anew.

    Args:
        connection: A writing connection.
        knowledge: The licences.
        models: Their numbers; all models of the catalogue, if None.
    """
    touched = None if models is None else sorted(models)
    if touched == []:
        return
    recorded = profile_graph(connection, touched, descendants=True)
    tracer = Tracer(knowledge.relations, knowledge.license_of)
    now = today()
    ways = tracer.ways(lineage_on(recorded, knowledge, now))
    profiles = {name: _profile(ways[name], knowledge) for name in recorded.targets}
    store_profiles(connection, {recorded.targets[name]: profile for name, profile in profiles.items()})
    store_marks(connection, {number: _marks(name, ways[name], knowledge) for name, number in recorded.targets.items()})
    store_periods(connection, _periods(recorded, knowledge, tracer))


def _profile(ways: Mapping[Binding, Way], knowledge: Knowledge) -> Profile:
    """The profile of a model; only bindings without open points can clash for every interpretation."""
    settled = [binding for binding in ways if not binding.points]
    return Profile(frozenset(ways), find_conflicts(settled, knowledge.license_of))


def _marks(name: str, ways: Mapping[Binding, Way], knowledge: Knowledge) -> Marks:
    grades = [way.evidence for way in ways.values() if way.path]
    rules = [
        term.rule
        for binding, way in ways.items()
        if way.path and (license := knowledge.license_of(binding.license)) is not None
        for term in license.terms
        if term.do == "name-rule" and term.must and binding.reach in term.binds
    ]
    floor = min(grades, key=EVIDENCE.index) if grades else None
    return Marks(floor, not any(breaks_name_rule(name, rule) for rule in rules) if rules else None)


def _periods(recorded: ProfileGraph, knowledge: Knowledge, tracer: Tracer) -> dict[int, list[Period]]:
    """The profiles that models have at other times, for those below a statement that begins or ends."""
    dates = {day for node in recorded.nodes.values() for statement in node.statements for day in (statement.valid_from, statement.valid_to) if day is not None}
    periods: dict[int, list[Period]] = {number: [] for number in recorded.targets.values()}
    if not dates:
        return periods
    starts = ["", *sorted(dates)]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        ways = tracer.ways(lineage_on(recorded, knowledge, start))
        for name, number in recorded.targets.items():
            profile = _profile(ways[name], knowledge)
            own = periods[number]
            if own and own[-1].profile == profile:
                own[-1] = Period(own[-1].from_on, end, profile)
            else:
                own.append(Period(start or None, end, profile))
    return periods
