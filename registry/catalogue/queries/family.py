"""A model's ancestors or descendants as plain rows, quick enough for tens of thousands of them; names and evidence only for those that are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Select, literal, select

from registry.catalogue.profiles import holds_on
from registry.catalogue.queries.lineage import Evidence, evidence_of_links
from registry.catalogue.stream import among
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.catalogue.tables.profile import profile_at


class Step(NamedTuple):
    """One link on the way, by numbers."""

    id: int
    """Its number."""

    child: int
    """The number of the model that came out of it."""

    parent: int | None
    """The number of the base; none for a dataset."""

    dataset: int | None
    """The number of the dataset; none for a base."""

    relation: str
    """What the child is to the parent."""

    grade: str
    """The best grade of its evidence."""


@dataclass(frozen=True, slots=True)
class Family:
    """All that is reached from a model in one direction."""

    steps: tuple[Step, ...]
    """The links, nearest first as far as a depth was given."""

    distances: Mapping[int, int] = field(default_factory=dict)
    """How many steps away each model is; 0 for the model itself."""


class Member(NamedTuple):
    """A model of a family, without its name."""

    id: int
    """Its number."""

    downloads: int
    """How often it was downloaded; -1 where nobody counted."""

    profile: int | None
    """The number of the profile it has on the day asked about."""

    recorded: bool
    """False where only its name is known."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A link with all of its evidence, of a child that is shown."""

    child: int
    """The number of the child."""

    parent: str
    """The name of the base."""

    parent_id: int
    """Its number."""

    relation: str
    """What the child is to it."""

    evidence: tuple[Evidence, ...]
    """What supports it, and what speaks against it."""


def read_family(connection: Connection, model_id: int, *, up: bool, depth: int | None = None) -> Family:
    """The ancestors of a model with their datasets, or its descendants.

    Links that run in a circle end the walk where it began: no link is followed twice.

    Args:
        connection: A reading connection.
        model_id: The model.
        up: Ancestors, else descendants.
        depth: How many links to go; all, if not given.
    """
    near, far = (edge.c.child_id, edge.c.parent_id) if up else (edge.c.parent_id, edge.c.child_id)
    columns = (edge.c.id, edge.c.child_id, edge.c.parent_id, edge.c.dataset_id, edge.c.relation, edge.c.grade)
    steps: list[Step] = []
    if depth is None:
        walk = select(literal(model_id, Integer).label("id")).cte("walk", recursive=True)
        # A set of numbers: UNION ends the walk even where links run in a circle.
        walk = walk.union(select(far).select_from(walk.join(edge, near == walk.c.id)).where(far.is_not(None), edge.c.grade.is_not(None)))
        query: Select[Any] = select(*columns).select_from(walk.join(edge, near == walk.c.id)).where(edge.c.grade.is_not(None))
        steps = list(map(Step._make, connection.execute(query.order_by(edge.c.id)).all()))
        return Family(tuple(steps), _distances(model_id, steps, up))
    seen = wanted = {model_id}
    for _ in range(depth):
        query = select(*columns).where(among(connection, near, wanted), edge.c.grade.is_not(None)).order_by(edge.c.id)
        level = list(map(Step._make, connection.execute(query).all()))
        steps += level
        wanted = {end for step in level if (end := step.parent if up else step.child) is not None} - seen
        seen = seen | wanted
        if not wanted:
            break
    return Family(tuple(steps), _distances(model_id, steps, up))


def _distances(start: int, steps: Iterable[Step], up: bool) -> dict[int, int]:
    """How far from the start each model is, level by level."""
    further: dict[int, list[int]] = {}
    for step in steps:
        here, there = (step.child, step.parent) if up else (step.parent, step.child)
        if here is not None and there is not None:
            further.setdefault(here, []).append(there)
    found = {start: 0}
    level = [start]
    while level:
        above = []
        for number in level:
            for other in further.get(number, ()):
                if other not in found:
                    found[other] = found[number] + 1
                    above.append(other)
        level = above
    return found


def read_members(connection: Connection, ids: Iterable[int], on: str) -> dict[int, Member]:
    """What decides about models, by number: downloads, and the profile they have on a day."""
    held = set(ids)
    rows = connection.execute(select(model.c.id, model.c.downloads, model.c.profile_id, model.c.recorded).where(among(connection, model.c.id, held))).all()
    dated = select(profile_at.c.model_id, profile_at.c.profile_id).where(among(connection, profile_at.c.model_id, held), holds_on(on))
    other = {row[0]: row[1] for row in connection.execute(dated.order_by(profile_at.c.model_id, profile_at.c.from_on)).all()}
    found: dict[int, Member] = {row[0]: Member._make(row) for row in rows}
    for number, own in other.items():
        found[number] = found[number]._replace(profile=own)
    return found


def read_names(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """The names of models by number."""
    query = select(model.c.id, model.c.name).where(among(connection, model.c.id, set(ids))).order_by(model.c.id)
    return {row[0]: row[1] for row in connection.execute(query).all()}


def read_dataset_names(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """The names of datasets by number, as `dataset:NAME`."""
    query = select(dataset.c.id, dataset.c.name).where(among(connection, dataset.c.id, set(ids))).order_by(dataset.c.id)
    return {row[0]: f"dataset:{row[1]}" for row in connection.execute(query).all()}


def read_claims(connection: Connection, children: Iterable[int]) -> tuple[Claim, ...]:
    """Every link of some models to bases, with all that is said for and against it."""
    query = (
        select(edge.c.id, edge.c.child_id, edge.c.parent_id, model.c.name, edge.c.relation)
        .join(model, model.c.id == edge.c.parent_id)
        .where(among(connection, edge.c.child_id, set(children)), edge.c.grade.is_not(None))
        .order_by(edge.c.id)
    )
    rows = connection.execute(query).all()
    evidence = evidence_of_links(connection, [row[0] for row in rows])
    return tuple(Claim(row[1], row[3], row[2], row[4], evidence.get(row[0], ())) for row in rows)
