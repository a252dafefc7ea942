"""What profiles are computed from: models and datasets with what is said about their licences, and the links between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from registry.catalogue.history import seq_known
from registry.catalogue.ingest.rows import chunks
from registry.catalogue.queries.lineage import Link, ancestor_ids, descendant_ids, links_of_children
from registry.catalogue.queries.statements import HeldStatement, statements_of_datasets, statements_of_models
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.model import model
from registry.supplychain.statement import LicenseStatement


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A model or dataset, with what decides how it binds others."""

    id: int
    """Its number among the models or among the datasets."""

    name: str
    """A model's name, or `dataset:NAME`."""

    kind: str
    """`model` or `dataset`."""

    recorded: bool
    """False where only its name is known."""

    statements: tuple[LicenseStatement, ...]
    """What is said about its licence, for all dates; `supplychain.statement.statements_on` picks."""

    released_on: str | None = None
    """When it was released."""

    modality: str | None = None
    """What it takes or makes."""

    developer: str | None = None
    """Who made it, by the name the catalogue gives; None where only the owner of a repository is known."""


@dataclass(frozen=True, slots=True)
class ProfileGraph:
    """The part of the lineage that some models' profiles are computed from."""

    nodes: Mapping[str, GraphNode]
    """Models and datasets by name."""

    links: tuple[Link, ...]
    """The links between them."""

    targets: Mapping[str, int]
    """The models whose profiles are wanted, with their numbers; the others are their ancestors."""


def profile_graph(connection: Connection, models: Iterable[int] | None = None, *, descendants: bool = False, as_known: str | None = None) -> ProfileGraph:
    """What the profiles of models are computed from.

    Args:
        connection: A reading or writing connection.
        models: Their numbers; all models, if not given.
        descendants: Whether the profiles of everything that comes from them are wanted too, as after a change.
        as_known: The date of our knowledge; today's, if not given.
    """
    seq = None if as_known is None else seq_known(connection, as_known)
    wanted: set[int] | None = None
    needed: set[int] | None = None
    if models is not None:
        wanted = set(models)
        if descendants:
            wanted = descendant_ids(connection, wanted, seq=seq)
        needed = ancestor_ids(connection, wanted, seq=seq)
    links = links_of_children(connection, needed, seq=seq)
    sets = None if needed is None else {link.dataset_id for link in links if link.dataset_id is not None}
    said = statements_of_models(connection, needed, seq)
    nodes: dict[str, GraphNode] = {}
    targets: dict[str, int] = {}
    query: Select[Any] = (
        select(model.c.id, model.c.name, model.c.recorded, model.c.released_on, model.c.modality, developer.c.title.label("developer"))
        .outerjoin(developer, developer.c.id == model.c.developer_id)
        .order_by(model.c.id)
    )
    for each in _each(query, model.c.id, needed):
        for row in connection.execute(each):
            nodes[row.name] = GraphNode(row.id, row.name, "model", row.recorded, _said(said, row.id), row.released_on, row.modality, row.developer)
            if wanted is None or row.id in wanted:
                targets[row.name] = row.id
    said = statements_of_datasets(connection, sets, seq)
    for each in _each(select(dataset.c.id, dataset.c.name, dataset.c.recorded).order_by(dataset.c.id), dataset.c.id, sets):
        for row in connection.execute(each):
            nodes[f"dataset:{row.name}"] = GraphNode(row.id, f"dataset:{row.name}", "dataset", row.recorded, _said(said, row.id))
    return ProfileGraph(nodes, links, targets)


def _said(said: Mapping[int, list[HeldStatement]], number: int) -> tuple[LicenseStatement, ...]:
    return tuple(each.statement for each in said.get(number, ()))


def _each(query: Select[Any], column: Any, ids: set[int] | None) -> list[Select[Any]]:
    """A query as it is, or once for each handful of numbers."""
    return [query] if ids is None else [query.where(column.in_(part)) for part in chunks(sorted(ids))]
