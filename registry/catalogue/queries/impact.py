"""What lies below a model, a dataset or a licence: derivatives with the link each is reached by, what was registered here, and the applications that use one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from registry.catalogue.queries.affected import IS_OWN
from registry.catalogue.queries.family import Step
from registry.catalogue.stream import among, as_rows
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.lineage import edge, edge_evidence
from registry.catalogue.tables.model import model
from registry.errors import UsageError
from registry.supplychain.names import split_reference


@dataclass(frozen=True, slots=True)
class Descent:
    """Everything that comes from some models."""

    depths: dict[int, int] = field(default_factory=dict)
    """How many links away each model is; 0 for the models that it starts from."""

    reached_by: dict[int, Step] = field(default_factory=dict)
    """The link by which each model is reached first."""

    def path(self, number: int) -> list[Step]:
        """The links from a model up to where it starts."""
        steps = []
        while number in self.reached_by:
            step = self.reached_by[number]
            steps.append(step)
            if step.parent is None:
                break
            number = step.parent
        return steps


def read_descent(connection: Connection, starts: Collection[int]) -> Descent:
    """The descendants of models, each once, by a shortest way. Links that run in a circle end where they began.

    Args:
        connection: A reading connection.
        starts: The models.
    """
    walk = as_rows(connection, starts).cte("walk", recursive=True)
    # A set of numbers: UNION ends the walk even where links run in a circle.
    walk = walk.union(select(edge.c.child_id).select_from(walk.join(edge, edge.c.parent_id == walk.c.id)).where(edge.c.grade.is_not(None)))
    columns = (edge.c.id, edge.c.child_id, edge.c.parent_id, edge.c.dataset_id, edge.c.relation, edge.c.grade)
    query = select(*columns).select_from(walk.join(edge, edge.c.parent_id == walk.c.id)).where(edge.c.grade.is_not(None)).order_by(edge.c.id)
    below: dict[int, list[Step]] = {}
    for step in map(Step._make, connection.execute(query).all()):
        if step.parent is not None:
            below.setdefault(step.parent, []).append(step)
    found = Descent(dict.fromkeys(starts, 0))
    level = sorted(starts)
    while level:
        further = []
        for number in level:
            for step in below.get(number, ()):
                if step.child not in found.depths:
                    found.depths[step.child] = found.depths[number] + 1
                    found.reached_by[step.child] = step
                    further.append(step.child)
        level = further
    return found


def trained_on(connection: Connection, dataset_id: int) -> dict[int, Step]:
    """The models that used a dataset, with the link that says so."""
    columns = (edge.c.id, edge.c.child_id, edge.c.parent_id, edge.c.dataset_id, edge.c.relation, edge.c.grade)
    query = select(*columns).where(edge.c.dataset_id == dataset_id, edge.c.grade.is_not(None)).order_by(edge.c.id.desc())
    return {step.child: step for step in map(Step._make, connection.execute(query).all())}


def find_dataset_number(connection: Connection, name: str) -> int:
    """The number of a dataset by its name or title, with or without `dataset:` before it.

    Raises:
        UsageError: None is called that.
    """
    plain = split_reference(name)[1]
    rows = connection.execute(select(dataset.c.id, dataset.c.name).where((dataset.c.name == plain) | (dataset.c.title == plain)).order_by(dataset.c.id)).all()
    if not rows:
        raise UsageError(f"no dataset is called `{plain}`", "`licet show dataset:NAME` shows what is recorded of one")
    return int(next((row.id for row in rows if row.name == plain), rows[0].id))


def registered_among(connection: Connection, numbers: Collection[int] | None = None, profiles: Collection[int] | None = None) -> set[int]:
    """The models whose lineage was registered here, or recorded by a run.

    Args:
        connection: A reading connection.
        numbers: Only of these models.
        profiles: Only models of these profiles.
    """
    query = select(edge.c.child_id).join(edge_evidence, edge_evidence.c.edge_id == edge.c.id).where(IS_OWN).distinct().order_by(edge.c.child_id)
    if profiles is not None:
        query = query.join(model, model.c.id == edge.c.child_id).where(among(connection, model.c.profile_id, profiles))
    found = {int(number) for number in connection.execute(query).scalars()}
    return found if numbers is None else found & set(numbers)


def profiles_of(connection: Connection, numbers: Iterable[int]) -> dict[int, int | None]:
    """The present profile of models, by number."""
    query = select(model.c.id, model.c.profile_id).where(among(connection, model.c.id, set(numbers))).order_by(model.c.id)
    return {row[0]: row[1] for row in connection.execute(query).all()}
