"""What the shape of the catalogue is worked out from: held relations and declared licence tags, as long rows of numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, literal_column, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.stream import stream
from registry.catalogue.tables.license import statement
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.catalogue.tables.remark import remark

NOT_LISTED = -1
"""Stands for the tag of a model that is known by name only."""

_SAYS_NONE = ("none", "unstated")
"""What is recorded where somebody looked and no licence was declared."""

_CURATED = "seed"
"""The origin of what comes with the program: it speaks of a licence only where no outside source does."""


@dataclass(frozen=True, slots=True)
class ShapeRows:
    """Models by their number, with what the shape needs of them."""

    children: array[int]
    """The lower end of every held relation between models."""

    parents: array[int]
    """The upper end of it, in the same order."""

    tag: array[int]
    """The declared tag of a model, by the model's number, as a number: 0 for none, `NOT_LISTED` for a model known by name only."""

    tags: tuple[str, ...]
    """The tags by their number."""

    several: int
    """How many models carry more than one tag; the first counts."""

    models: int
    """How many models are recorded."""


def read_shape(connection: Connection) -> ShapeRows:
    """All held relations between models, and the licence tag of every model as it was declared, before anything is made of it."""
    size = int(connection.execute(select(func.coalesce(func.max(model.c.id), 0))).scalar_one()) + 1
    models = int(connection.execute(select(func.count()).where(model.c.recorded)).scalar_one())
    children, parents = array("i"), array("i")
    held = select(edge.c.child_id, edge.c.parent_id).where(edge.c.parent_id.is_not(None), edge.c.grade.is_not(None)).order_by(edge.c.id)
    for child, parent in stream(connection, held):
        children.append(child)
        parents.append(parent)
    tag = array("i", bytes(4 * size))
    for (number,) in stream(connection, select(model.c.id).where(~model.c.recorded)):
        tag[number] = NOT_LISTED
    tags, several = _read_tags(connection, tag)
    return ShapeRows(children, parents, tag, tags, several, models)


def _read_tags(connection: Connection, tag: array[int]) -> tuple[tuple[str, ...], int]:
    """Put the first tag of every model in its place: of outside sources if any declares one, else of what comes with the program."""
    written = func.coalesce(statement.c.raw_name, case((statement.c.license.in_(_SAYS_NONE), literal_column("NULL")), else_=statement.c.license))
    query = select(statement.c.model_id, written, statement.c.origin == _CURATED).where(
        statement.c.model_id.is_not(None), statement.c.basis == "declared", statement.c.retired_set.is_(None), written.is_not(None)
    )
    numbers: dict[str, int] = {"": 0}
    curated_only: set[int] = set()
    several: set[int] = set()
    for number, word, curated in stream(connection, query.order_by(statement.c.id)):
        found = numbers.setdefault(word, len(numbers))
        if tag[number] == 0:
            tag[number] = found
            if curated:
                curated_only.add(number)
        elif tag[number] > 0 and tag[number] != found and not curated:
            if number in curated_only:
                tag[number] = found
            else:
                several.add(number)
        if not curated:
            curated_only.discard(number)
    return tuple(numbers), len(several)


def relation_counts(connection: Connection) -> dict[str, int]:
    """How many relations of each kind are held, those to datasets included."""
    query = select(edge.c.relation, func.count()).where(edge.c.grade.is_not(None)).group_by(edge.c.relation).order_by(func.count().desc(), edge.c.relation)
    return {name: int(count) for name, count in connection.execute(query)}


def self_loops(connection: Connection) -> int:
    """How many models were said to be made from themselves, which is noted and not recorded as a relation."""
    query = select(func.count(func.distinct(remark.c.model_id))).where(remark.c.finding == "LIC108", remark.c.retired_set.is_(None))
    return int(connection.execute(query).scalar_one())


def names_of_models(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """The names of some models."""
    found: dict[int, str] = {}
    for part in chunks(sorted(set(numbers))):
        found.update((row.id, row.name) for row in connection.execute(select(model.c.id, model.c.name).where(model.c.id.in_(part)).order_by(model.c.id)))
    return found
