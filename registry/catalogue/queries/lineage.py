"""Ancestors and descendants of models, with the links between them and the evidence for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Integer, Select, exists, literal, select, union

from registry.catalogue.history import seq_known
from registry.catalogue.ingest.rows import chunks
from registry.catalogue.queries.statements import held_at
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.lineage import edge, edge_evidence
from registry.catalogue.tables.model import model
from registry.catalogue.tables.source import source
from registry.supplychain.relation import stronger_grade
from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class Evidence:
    """What supports one link."""

    grade: str
    """How good it is."""

    source: Source | None
    """Who says so."""

    says: str | None
    """The relation in the source's own word."""

    origin: str
    """Which plug it came through."""


@dataclass(frozen=True, slots=True)
class Link:
    """A model's relation to a base or dataset."""

    id: int
    """Its number."""

    child_id: int
    """The number of the model that came out of it."""

    child: str
    """Its name."""

    parent_id: int | None
    """The number of the base; none for a dataset."""

    dataset_id: int | None
    """The number of the dataset; none for a base."""

    parent: str
    """The base's name, or `dataset:NAME`."""

    relation: str
    """What the child is to the parent."""

    grade: str
    """The best grade of its evidence."""

    evidence: tuple[Evidence, ...] = ()
    """All of its evidence, where it was asked for."""


@dataclass(frozen=True, slots=True)
class LineageView:
    """The lineage of one model in one direction."""

    model_id: int
    """The model it starts from."""

    model_ids: tuple[int, ...]
    """The models reached, the start included."""

    links: tuple[Link, ...]
    """The links between them, and from them to their datasets."""


def read_ancestors(connection: Connection, model_id: int, *, depth: int | None = None, as_known: str | None = None) -> LineageView:
    """Everything a model comes from.

    Args:
        connection: A reading connection.
        model_id: The model.
        depth: How many links to go up; all, if not given.
        as_known: The date of our knowledge; today's, if not given.
    """
    seq = None if as_known is None else seq_known(connection, as_known)
    reached = ancestor_ids(connection, [model_id], depth=depth, seq=seq)
    children = reached if depth is None else ancestor_ids(connection, [model_id], depth=depth - 1, seq=seq) if depth > 0 else set()
    return LineageView(model_id, tuple(sorted(reached)), links_of_children(connection, children, seq=seq, evidence=True))


def read_descendants(connection: Connection, model_id: int, *, depth: int | None = None, as_known: str | None = None) -> LineageView:
    """Everything that comes from a model; the arguments are those of `read_ancestors`."""
    seq = None if as_known is None else seq_known(connection, as_known)
    reached = descendant_ids(connection, [model_id], depth=depth, seq=seq)
    parents = reached if depth is None else descendant_ids(connection, [model_id], depth=depth - 1, seq=seq) if depth > 0 else set()
    return LineageView(model_id, tuple(sorted(reached)), _links(connection, edge.c.parent_id, parents, seq, evidence=True))


def ancestor_ids(connection: Connection, start: Iterable[int], *, depth: int | None = None, seq: int | None = None) -> set[int]:
    """The numbers of models and of all that they come from."""
    return _closure(connection, edge.c.child_id, edge.c.parent_id, start, depth, seq)


def descendant_ids(connection: Connection, start: Iterable[int], *, depth: int | None = None, seq: int | None = None) -> set[int]:
    """The numbers of models and of all that comes from them."""
    return _closure(connection, edge.c.parent_id, edge.c.child_id, start, depth, seq)


def links_of_children(connection: Connection, ids: Iterable[int] | None, *, seq: int | None = None, evidence: bool = False) -> tuple[Link, ...]:
    """The links from models to their bases and datasets; of all models, if none are named."""
    return _links(connection, edge.c.child_id, ids, seq, evidence=evidence)


def _held(seq: int | None) -> Any:
    """Whether a link is held now, or was just after a change set."""
    if seq is None:
        return edge.c.grade.is_not(None)
    return exists().where(edge_evidence.c.edge_id == edge.c.id, held_at(edge_evidence.c.added_set, edge_evidence.c.retired_set, seq))


def _closure(connection: Connection, near: Any, far: Any, start: Iterable[int], depth: int | None, seq: int | None) -> set[int]:
    """All models reached from some by following links from the `near` end to the `far` one.

    Without a depth the walk keeps only numbers, so that UNION ends it even where links run in a circle; with one, the depth does.
    """
    found: set[int] = set()
    for part in chunks(sorted(set(start)), 300):
        found.update(part)
        first: Any = union(*(select(literal(number, Integer).label("id"), literal(0, Integer).label("depth")) for number in part)) if len(part) > 1 else None
        if first is None:
            first = select(literal(part[0], Integer).label("id"), literal(0, Integer).label("depth"))
        if depth is None:
            seed = first.subquery()
            walk = select(seed.c.id).cte("walk", recursive=True)
            walk = walk.union(select(far).join(walk, near == walk.c.id).where(far.is_not(None), _held(seq)))
        else:
            walk = first.cte("walk", recursive=True)
            walk = walk.union(select(far, walk.c.depth + 1).join(walk, near == walk.c.id).where(far.is_not(None), _held(seq), walk.c.depth < depth))
        found.update(connection.execute(select(walk.c.id).distinct().order_by(walk.c.id)).scalars())
    return found


def _links(connection: Connection, column: Any, ids: Iterable[int] | None, seq: int | None, *, evidence: bool) -> tuple[Link, ...]:
    child, parent = model.alias("child"), model.alias("parent")
    query: Select[Any] = (
        select(edge, child.c.name.label("child"), parent.c.name.label("parent"), dataset.c.name.label("dataset"))
        .join(child, child.c.id == edge.c.child_id)
        .outerjoin(parent, parent.c.id == edge.c.parent_id)
        .outerjoin(dataset, dataset.c.id == edge.c.dataset_id)
        .where(_held(seq))
        .order_by(edge.c.id)
    )
    queries = [query] if ids is None else [query.where(column.in_(part)) for part in chunks(sorted(set(ids)))]
    rows = [row for each in queries for row in connection.execute(each)]
    grounds = _evidence(connection, None if ids is None else [row.id for row in rows], seq) if evidence or seq is not None else {}
    links = []
    for row in rows:
        own = grounds.get(row.id, ())
        grade: str | None = row.grade
        if seq is not None:
            grade = None
            for each in own:
                grade = stronger_grade(grade, each.grade)
        name = row.parent if row.parent_id is not None else f"dataset:{row.dataset}"
        links.append(Link(row.id, row.child_id, row.child, row.parent_id, row.dataset_id, name, row.relation, grade or "inferred", own if evidence else ()))
    links.sort(key=lambda link: (link.child.casefold(), link.child, link.id))
    return tuple(links)


def _evidence(connection: Connection, edges: list[int] | None, seq: int | None) -> dict[int, tuple[Evidence, ...]]:
    """The evidence of links, by the link's number."""
    query = (
        select(edge_evidence, source.c.reference, source.c.read_on)
        .outerjoin(source, source.c.id == edge_evidence.c.source_id)
        .where(held_at(edge_evidence.c.added_set, edge_evidence.c.retired_set, seq))
        .order_by(edge_evidence.c.edge_id, edge_evidence.c.id)
    )
    queries = [query] if edges is None else [query.where(edge_evidence.c.edge_id.in_(part)) for part in chunks(sorted(edges))]
    found: dict[int, list[Evidence]] = {}
    for each in queries:
        for row in connection.execute(each):
            said_by = Source(row.reference, row.read_on or None) if row.reference is not None else None
            found.setdefault(row.edge_id, []).append(Evidence(row.grade, said_by, row.says, row.origin))
    return {number: tuple(own) for number, own in found.items()}
