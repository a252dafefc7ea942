"""What a change of some models or datasets reaches: registered derivatives, and the applications that use one of them or what came of it.

The Hub has a hundred thousand derivatives of one base, a catalogue some thousands that were registered or are used. So the walk
starts from these and goes up, once for all the changes that are asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, literal_column, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.queries.lineage import ancestor_ids
from registry.catalogue.tables.application import application, application_model
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.lineage import edge, edge_evidence
from registry.catalogue.tables.model import model

OWN_ORIGINS = ("register", "run")
"""The origins of what a house records of its own work."""

# Written out, not as parameters: both engines then see that the index over just these rows answers it.
IS_OWN = and_(edge_evidence.c.origin.in_([literal_column(f"'{origin}'") for origin in OWN_ORIGINS]), edge_evidence.c.retired_set.is_(None))
"""That a house records a link of its own work, and still holds it."""


@dataclass(frozen=True, slots=True)
class Affected:
    """What a change of one thing reaches."""

    derivatives: tuple[str, ...]
    """The registered models that come from it, by name."""

    applications: tuple[str, ...]
    """The applications that use it or what came of it, by name."""


NOTHING = Affected((), ())


def model_numbers(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The numbers of models by their exact names."""
    return _numbers(connection, model, names)


def dataset_numbers(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The numbers of datasets by their exact names."""
    return _numbers(connection, dataset, names)


def _numbers(connection: Connection, table: object, names: Iterable[str]) -> dict[str, int]:
    columns = table.c  # type: ignore[attr-defined]
    found: dict[str, int] = {}
    for part in chunks(sorted(set(names))):
        found.update({row.name: row.id for row in connection.execute(select(columns.id, columns.name).where(columns.name.in_(part)).order_by(columns.id))})
    return found


def affected_by(connection: Connection, models: Iterable[int], datasets: Iterable[int] = ()) -> tuple[dict[int, Affected], dict[int, Affected]]:
    """What changes of models, and of datasets, reach; by their numbers."""
    wanted, wanted_sets = sorted(set(models)), sorted(set(datasets))
    if not wanted and not wanted_sets:
        return {}, {}
    own = _registered(connection)
    used = used_in_applications(connection)
    reached = ancestor_ids(connection, own.keys() | used.keys())
    below, below_sets = _children(connection, reached)

    def from_(starts: Iterable[int]) -> tuple[set[int], Affected]:
        seen: set[int] = set()
        left = list(starts)
        while left:
            number = left.pop()
            if number not in seen:
                seen.add(number)
                left.extend(below.get(number, ()))
        names = {name for number in seen for name in used.get(number, ())}
        return seen, Affected(tuple(sorted(own[number] for number in seen if number in own)), tuple(sorted(names)))

    by_model: dict[int, Affected] = {}
    for number in wanted:
        found = from_([number])[1] if number in reached else NOTHING
        name = own.get(number)
        by_model[number] = Affected(tuple(each for each in found.derivatives if each != name), found.applications)
    return by_model, {number: from_(below_sets.get(number, ()))[1] for number in wanted_sets}


def _registered(connection: Connection) -> dict[int, str]:
    """The derivatives that were registered, or recorded by a run: number and name."""
    query = (
        select(model.c.id, model.c.name)
        .join(edge, edge.c.child_id == model.c.id)
        .join(edge_evidence, edge_evidence.c.edge_id == edge.c.id)
        .where(IS_OWN)
        .distinct()
        .order_by(model.c.id)
    )
    return {row.id: row.name for row in connection.execute(query)}


def used_in_applications(connection: Connection) -> dict[int, list[str]]:
    """The applications that use a model, by the model's number."""
    found: dict[int, list[str]] = {}
    query = select(application_model.c.model_id, application.c.name).join(application, application.c.id == application_model.c.application_id)
    for row in connection.execute(query.distinct().order_by(application_model.c.model_id, application.c.name)):
        found.setdefault(row.model_id, []).append(row.name)
    return found


def _children(connection: Connection, reached: Iterable[int]) -> tuple[Mapping[int, list[int]], Mapping[int, list[int]]]:
    """The links among some models, from base to derivative and from dataset to model."""
    below: dict[int, list[int]] = {}
    below_sets: dict[int, list[int]] = {}
    query = select(edge.c.child_id, edge.c.parent_id, edge.c.dataset_id).where(edge.c.grade.is_not(None)).order_by(edge.c.id)
    for part in chunks(sorted(set(reached))):
        for row in connection.execute(query.where(edge.c.child_id.in_(part))):
            place, parent = (below, row.parent_id) if row.parent_id is not None else (below_sets, row.dataset_id)
            place.setdefault(parent, []).append(row.child_id)
    return below, below_sets
