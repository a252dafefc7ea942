"""Filters of a list of models, and how many models each of them leaves.

What stands in a profile (licences) narrows the profiles; what stands in the model (modality, size, developer, layer) is a condition
that can be looked up in an index or tested row by row. The list picks whichever way passes the fewest rows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, true, union

from registry.catalogue.tables.application import application_model
from registry.catalogue.tables.compute import training_run
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.host import hosting
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.catalogue.tables.user import user_group
from registry.errors import UsageError


@dataclass(frozen=True, slots=True)
class ModelFilters:
    """Which models are wanted; what is not given does not restrict."""

    layer: Collection[str] | None = None
    """Only models with a record in one of these layers: `data`, `compute`, `developer`, `host`, `application`, `user`."""

    modality: Collection[str] | None = None
    """Only these modalities."""

    developer: Collection[str] | None = None
    """Only these developers, by name or title, in any letter case."""

    licenses: Collection[str] | None = None
    """Only models of whose own licences one is among these (ids or expressions as in their bindings)."""

    reached_by: Collection[str] | None = None
    """Only models that one of these licences reaches, in whatever capacity."""

    min_params: int | None = None
    """Only models with at least so many parameters."""

    max_params: int | None = None
    """Only models with at most so many parameters."""

    access: Collection[str] | None = None
    """Only these accesses."""


NO_FILTERS = ModelFilters()
"""Every model."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a model."""

    by_index: Any
    """As an index answers it."""

    by_row: Any
    """As it is tested row by row, in words that no index answers: the engines' planners would otherwise sort all that one index finds."""

    with_profile: bool = False
    """Whether its index goes on with the profile, so that both are looked up together."""

    at_most: int | None = None
    """How many models it leaves; none where that is not known, or many."""


def conditions_of(connection: Connection, filters: ModelFilters, most: int) -> list[Condition]:
    """The conditions of filters on models themselves, each with how many models it leaves, counted up to a number.

    Raises:
        UsageError: There is no such layer or developer.
    """
    found: list[Condition] = []
    if filters.developer is not None:
        ids = _developer_ids(connection, filters.developer)
        found.append(Condition(model.c.developer_id.in_(ids), (model.c.developer_id + 0).in_(ids)))
    if filters.layer is not None:
        layers = sorted(filters.layer)
        one = _in_layer(layers[0], rows=False) if len(layers) == 1 else None
        found.append(Condition(one, or_(*(_in_layer(layer, rows=True) for layer in layers))))
    if filters.modality is not None:
        words = sorted(filters.modality)
        found.append(Condition(model.c.modality.in_(words), model.c.modality.concat("").in_(words), with_profile=True))
    if filters.min_params is not None or filters.max_params is not None:
        found.append(Condition(_sized(model.c.parameters, filters), _sized(model.c.parameters + 0, filters)))
    if filters.access is not None:
        found.append(Condition(None, model.c.access.in_(sorted(filters.access))))
    return [replace(each, at_most=count_up_to(connection, [each.by_index], most)) if each.by_index is not None else each for each in found]


def _sized(parameters: Any, filters: ModelFilters) -> Any:
    """That a model has as many parameters as are wanted."""
    least = [parameters >= filters.min_params] if filters.min_params is not None else []
    most = [parameters <= filters.max_params] if filters.max_params is not None else []
    return and_(*least, *most)


def count_up_to(connection: Connection, conditions: list[Any], most: int) -> int | None:
    """How many recorded models meet some conditions; none if more than a number do."""
    rows = select(model.c.id).where(model.c.recorded == true(), *conditions).limit(most + 1).subquery()
    count = int(connection.execute(select(func.count()).select_from(rows)).scalar_one())
    return None if count > most else count


def _developer_ids(connection: Connection, wanted: Collection[str]) -> list[int]:
    """The numbers of developers by name or title, compared here: the engines fold letters beyond ASCII differently."""
    folded = {name.casefold() for name in wanted}
    every = select(developer.c.id, developer.c.name, developer.c.title).order_by(developer.c.id)
    # There are hundreds of thousands of names: first those written as asked for or in small letters, and the few titles; then all.
    likely = (every.where(developer.c.name.in_(sorted(folded | set(wanted)))), every.where(developer.c.title.is_not(None)))
    found: list[int] = []
    for queries in (likely, (every,)):
        rows = [row for query in queries for row in connection.execute(query).all()]
        found = sorted({row.id for row in rows if row.name.casefold() in folded or (row.title or "").casefold() in folded})
        if found:
            break
    if not found:
        raise UsageError(f"no developer is called {' or '.join(f'`{name}`' for name in sorted(wanted))}", "`licet models` shows the developers that are known")
    return found


def _in_layer(layer: str, *, rows: bool) -> Any:
    """Whether a model has a record in a layer; none where no index answers that, and it is not asked row by row."""
    if layer == "developer":
        return model.c.developer_id.is_not(None) if rows else None
    if layer == "data":
        made = select(edge.c.child_id).where(edge.c.dataset_id.is_not(None), edge.c.grade.is_not(None))
        return made.where(edge.c.child_id == model.c.id).exists() if rows else None
    users = select(application_model.c.model_id).join(user_group, user_group.c.application_id == application_model.c.application_id)
    few: dict[str, Any] = {
        # Two queries, so that each can be looked up in an index of its own.
        "compute": union(select(training_run.c.model_id), select(model.c.id).where(model.c.training_flop.is_not(None))),
        "host": select(hosting.c.model_id),
        "application": select(application_model.c.model_id),
        "user": users,
    }
    if layer not in few:
        raise UsageError(f"there is no layer `{layer}`", "the layers are data, compute, developer, host, application, user")
    return (model.c.id + 0 if rows else model.c.id).in_(few[layer])
