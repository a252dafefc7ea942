"""What the shape of the catalogue is worked out from: held relations and declared licence tags, as long rows of numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, case, func, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.tables.license import statement
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.catalogue.tables.remark import remark

BATCH = 50_000
"""Rows read at a time."""

NOT_LISTED = -1
"""Stands for the tag of a model that is known by name only."""

_SAYS_NONE = ("none", "unstated")
"""What is recorded where somebody looked and no licence was declared."""

_CURATED = "seed"
"""The origin of what comes with the program: it speaks of a licence only where no outside source does."""


@dataclass(slots=True)
class ShapeRows:
    """Models by their number, with what the shape needs of them."""

    children: array[int]
    """The lower end of every held relation between models."""

    parents: array[int]
    """The upper end of it, in the same order."""

    tag: array[int]
    """The declared tag of a model, by the model's number, as a number: 0 for none, `NOT_LISTED` for a model known by name only."""

    tags: list[str] = field(default_factory=list)
    """The tags by their number."""

    several: int = 0
    """How many models carry more than one tag; the first counts."""

    models: int = 0
    """How many models are recorded."""


def read_shape(connection: Connection) -> ShapeRows:
    """All held relations between models, and the licence tag of every model as it was declared, before anything is made of it."""
    size = int(connection.execute(select(func.coalesce(func.max(model.c.id), 0))).scalar_one()) + 1
    children, parents = array("i"), array("i")
    held = select(edge.c.child_id, edge.c.parent_id).where(edge.c.parent_id.is_not(None), edge.c.grade.is_not(None)).order_by(edge.c.id)
    for part in connection.execute(held, execution_options={"yield_per": BATCH}).partitions(BATCH):
        for child, parent in part:
            children.append(child)
            parents.append(parent)
    rows = ShapeRows(children, parents, array("i", [NOT_LISTED]) * size, [""])
    recorded = select(model.c.id).where(model.c.recorded).order_by(model.c.id)
    for listed in connection.execute(recorded, execution_options={"yield_per": BATCH}).partitions(BATCH):
        rows.models += len(listed)
        for row in listed:
            rows.tag[row[0]] = 0
    _read_tags(connection, rows)
    return rows


def _read_tags(connection: Connection, rows: ShapeRows) -> None:
    """The first tag of every model: of outside sources if any declares one, else of what comes with the program."""
    numbers: dict[str, int] = {"": 0}
    several: set[int] = set()
    tag = func.coalesce(statement.c.raw_name, case((statement.c.license.in_(_SAYS_NONE), None), else_=statement.c.license))
    for curated in (False, True):
        origin = statement.c.origin == _CURATED if curated else statement.c.origin != _CURATED
        query = select(statement.c.model_id, tag).where(
            statement.c.model_id.is_not(None), statement.c.basis == "declared", statement.c.retired_set.is_(None), tag.is_not(None), origin
        )
        taken = bytearray(len(rows.tag))
        for part in connection.execute(query.order_by(statement.c.id), execution_options={"yield_per": BATCH}).partitions(BATCH):
            for number, written in part:
                found = numbers.setdefault(written, len(numbers))
                if taken[number]:
                    if rows.tag[number] != found:
                        several.add(number)
                elif rows.tag[number] == 0:
                    rows.tag[number] = found
                    taken[number] = 1
    rows.tags = list(numbers)
    rows.several = len(several)


def relation_counts(connection: Connection) -> dict[str, int]:
    """How many relations of each kind are held, those to datasets included."""
    query = select(edge.c.relation, func.count()).where(edge.c.grade.is_not(None)).group_by(edge.c.relation).order_by(func.count().desc(), edge.c.relation)
    return {name: int(count) for name, count in connection.execute(query)}


def self_loops(connection: Connection) -> int:
    """How many models were said to be made from themselves, which is noted and not recorded as a relation."""
    query = select(func.count(func.distinct(remark.c.model_id))).where(remark.c.finding == "LIC108", remark.c.retired_set.is_(None))
    return int(connection.execute(query).scalar_one())


def model_names(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """The names of some models."""
    found: dict[int, str] = {}
    for part in chunks(sorted(set(numbers))):
        found.update((row.id, row.name) for row in connection.execute(select(model.c.id, model.c.name).where(model.c.id.in_(part)).order_by(model.c.id)))
    return found
