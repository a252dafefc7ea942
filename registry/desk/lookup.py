"""From a reference, as people write it, to the thing that is recorded and the lineage around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from registry.catalogue.queries.acceptances import read_acceptances
from registry.catalogue.queries.find_model import find_model, has_revision
from registry.catalogue.queries.profile_graph import profile_graph
from registry.desk.profiles import lineage_on, resolve_statement
from registry.desk.session import Desk, refuse_folder
from registry.errors import UnknownModelError, UsageError
from registry.lineage.graph import Graph, Node
from registry.supplychain.names import split_reference
from registry.supplychain.revenue import annual_revenue, monthly_revenue
from registry.supplychain.statement import statements_on
from registry.terms.facts import Use, Value, read_fact

if TYPE_CHECKING:
    from registry.catalogue.queries.applications import ApplicationRow


@dataclass(frozen=True, slots=True)
class Subject:
    """Something of the catalogue with the lineage around it.

    Attributes:
        name: Its node in the graph.
        graph: The lineage, with the licences that hold on the date asked about.
        revision: The revision that was asked for.
        accepted: Licences whose acceptance for it is on record.
        recorded: False for a model of which only the name is known.
        unknown_revision: The revision asked for is not on record.
        number: The number of a model in the catalogue; None for a dataset.
    """

    name: str
    graph: Graph
    revision: str | None = None
    accepted: frozenset[str] = frozenset()
    recorded: bool = True
    unknown_revision: bool = False
    number: int | None = None


def date_of_terms(use: Use) -> str:
    """The date whose licence counts: when the copy was obtained, where that is stated, else the date of the use."""
    obtained = use.value("obtained_on")
    return str(obtained) if obtained is not None else use.on


def find_subject(desk: Desk, reference: str, on: str, *, suggest: bool = True) -> Subject:
    """A model or dataset by reference.

    Args:
        desk: The desk.
        reference: What was written.
        on: The date whose terms count.
        suggest: Look for the nearest names where nothing goes by it.

    Raises:
        UnknownModelError: None, or several, go by it; the hint names the nearest.
        UsageError: It names something that is neither.
    """
    refuse_folder(reference)
    kind, name, _ = split_reference(reference)
    if kind == "dataset":
        return _find_dataset(desk, name, on)
    with desk.catalogue.reading() as connection:
        found = find_model(connection, reference, suggest=suggest)
        recorded = profile_graph(connection, [found.id])
        accepted = frozenset(each.license for each in read_acceptances(connection, model_id=found.id, on=on))
        known = found.revision is None or has_revision(connection, found.id, found.revision)
    return Subject(found.name, lineage_on(recorded, desk.knowledge, on), found.revision, accepted, found.recorded, not known, found.id)


def _find_dataset(desk: Desk, name: str, on: str) -> Subject:
    from registry.catalogue.queries.datasets import find_dataset

    with desk.catalogue.reading() as connection:
        row = find_dataset(connection, name)
    said = statements_on(row.statements, on)
    resolved = (resolve_statement(desk.knowledge, statement, None) for statement in said)
    licenses = tuple(dict.fromkeys(part for license in resolved for part in desk.knowledge.parts_of(license))) or ("unstated",)
    node = Node(f"dataset:{row.dataset.name}", licenses, "dataset", basis=said[0].basis if said else "inferred")
    return Subject(node.name, Graph.of([node], []))


def known_graph(desk: Desk, reference: str, on: str) -> Graph | None:
    """The recorded lineage of a name, its own node first; None where nothing goes by it."""
    try:
        found = find_subject(desk, reference, on, suggest=False)
    except UnknownModelError:
        return None
    except UsageError:
        if not reference.startswith("dataset:"):
            raise
        return None
    own = found.graph.nodes[found.name]
    nodes = {reference: replace(own, name=reference)} if reference != found.name else {}
    parents = dict(found.graph.parents)
    if nodes:
        parents[reference] = [replace(edge, child=reference) for edge in found.graph.parents.get(found.name, ())]
    else:
        nodes = {found.name: own}
    return Graph({**nodes, **found.graph.nodes}, parents)


def find_app(desk: Desk, reference: str) -> tuple[ApplicationRow, dict[str, dict[str, int]]]:
    """An application, and its users by month: those of the product, those of all applications of its owner, and those of its group.

    What the licensee has in all its products is the least that its group has; with no affiliate on record it is all.

    Raises:
        UsageError: No application is called that.
    """
    from registry.catalogue.queries.applications import find_application, list_applications

    with desk.catalogue.reading() as connection:
        row = find_application(connection, reference)
        users = {"product": row.monthly_users}
        if row.application.owner is not None and row.monthly_users:
            users["licensee"] = _of_owner(list_applications(connection, owner=row.application.owner, limit=1000).items)
    if row.monthly_users:
        users["group"] = users.get("licensee") or row.monthly_users
    return row, {scope: series for scope, series in users.items() if series}


def _of_owner(rows: tuple[ApplicationRow, ...]) -> dict[str, int]:
    """Users over all applications of one owner, for the months that every one of them knows."""
    counted = [row.monthly_users for row in rows if row.monthly_users]
    months = set(counted[0]).intersection(*counted[1:]) if counted else set()
    return {month: sum(series[month] for series in counted) for month in sorted(months)}


def uncounted_applications(desk: Desk, row: ApplicationRow) -> list[str]:
    """The other applications of the same owner whose users nobody recorded: what the owner has in all may be more than is counted."""
    from registry.catalogue.queries.applications import list_applications

    owner = row.application.owner
    if owner is None or not row.monthly_users:
        return []
    with desk.catalogue.reading() as connection:
        rows = list_applications(connection, owner=owner, limit=1000).items
    return [each.application.name for each in rows if not each.monthly_users]


def application_use(desk: Desk, use: Use, row: ApplicationRow, users: dict[str, dict[str, int]], asked: frozenset[str]) -> Use:
    """The facts that an application records about itself: over what is stated for a whole company, under what was stated with the question."""
    facts: dict[str, Value] = {name: read_fact(desk.knowledge.vocabulary, name, value) for name, value in recorded_facts(row, users).items()}
    return replace(use, stated={**use.stated, **{name: value for name, value in facts.items() if name not in asked}})


def recorded_facts(row: ApplicationRow, users: dict[str, dict[str, int]]) -> dict[str, object]:
    """The facts that an application records about itself, as they would be written."""
    recorded: dict[str, object] = {}
    application = row.application
    if application.commercial is not None:
        recorded["commercial"] = application.commercial
    if application.distribution:
        recorded["distribution"] = list(application.distribution)
    if countries := audience_of(row):
        recorded["audience"] = countries
    if users:
        recorded["monthly_active_users"] = users
    recorded.update(_revenue_facts(row))
    return recorded


def audience_of(row: ApplicationRow) -> list[str]:
    """The countries of an application's end users: where it is offered, and where its groups are; empty where that is known of some only."""
    groups = [group for group in row.user_groups if group.monthly_users or group.seats or group.countries]
    if not row.application.countries and any(not group.countries for group in groups):
        return []
    return sorted({*row.application.countries, *(country for group in groups for country in group.countries)})


def _revenue_facts(row: ApplicationRow) -> dict[str, object]:
    """What was earned, as facts; what the licensee earned stands for its group where nothing else is recorded of that."""
    facts: dict[str, object] = {}
    for name, series in (("monthly_revenue_usd", monthly_revenue(row.revenues)), ("annual_revenue_usd", annual_revenue(row.revenues))):
        if series:
            scopes = {scope: {period: f"{earned.amount:f} {earned.currency}" for period, earned in own.items()} for scope, own in series.items()}
            if "licensee" in scopes:
                scopes.setdefault("group", scopes["licensee"])
            facts[name] = scopes
    return facts


def stands_for_group(row: ApplicationRow, asked: frozenset[str] = frozenset()) -> bool:
    """Whether what the owner of an application earned has to stand for what its group did, since nothing is recorded of that."""
    facts = {name: series for name, series in _revenue_facts(row).items() if name not in asked}
    return any(each.scope == "licensee" for each in row.revenues) and not any(each.scope == "group" for each in row.revenues) and bool(facts)
