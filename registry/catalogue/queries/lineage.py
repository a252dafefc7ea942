"""Ancestors and descendants of models, with the links between them and the evidence for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, not_, select

from registry.catalogue.history import seq_known
from registry.catalogue.queries.statements import held_at
from registry.catalogue.stream import among, as_rows
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.lineage import edge, edge_evidence
from registry.catalogue.tables.model import model
from registry.catalogue.tables.source import source
from registry.supplychain.relation import INCONSISTENT, WEIGHTS, contradicts, stronger_grade
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

    @property
    def against(self) -> bool:
        """Whether it speaks against the link it is kept with."""
        return contradicts(self.origin, self.says)


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
    against = and_(edge_evidence.c.origin == WEIGHTS, edge_evidence.c.says.like(f"{INCONSISTENT}%"))
    held = held_at(edge_evidence.c.added_set, edge_evidence.c.retired_set, seq)
    return exists().where(edge_evidence.c.edge_id == edge.c.id, held, not_(and_(edge_evidence.c.says.is_not(None), against)))


def _closure(connection: Connection, near: Any, far: Any, start: Iterable[int], depth: int | None, seq: int | None) -> set[int]:
    """All models reached from some by following links from the `near` end to the `far` one.

    Without a depth the walk is a set of numbers, so that UNION ends it even where links run in a circle; with one it goes level by
    level, since a set of numbers and depths would hold a model once for every length of way to it.
    """
    found = set(start)
    if depth is None:
        walk = as_rows(connection, found).cte("walk", recursive=True)
        walk = walk.union(select(far).select_from(walk.join(edge, near == walk.c.id)).where(far.is_not(None), _held(seq)))
        return found.union(connection.execute(select(walk.c.id)).scalars())
    level = found
    for _ in range(depth):
        query = select(far).where(among(connection, near, level), far.is_not(None), _held(seq))
        level = set(connection.execute(query).scalars()) - found
        if not level:
            break
        found = found | level
    return found


def _links(connection: Connection, column: Any, ids: Iterable[int] | None, seq: int | None, *, evidence: bool) -> tuple[Link, ...]:
    child, parent = model.alias("child"), model.alias("parent")
    query: Select[Any] = (
        select(edge.c.id, edge.c.child_id, child.c.name, edge.c.parent_id, edge.c.dataset_id, parent.c.name, dataset.c.name, edge.c.relation, edge.c.grade)
        .select_from(
            edge.join(child, child.c.id == edge.c.child_id)
            .outerjoin(parent, parent.c.id == edge.c.parent_id)
            .outerjoin(dataset, dataset.c.id == edge.c.dataset_id)
        )
        .where(_held(seq))
        .order_by(edge.c.id)
    )
    if ids is not None:
        query = query.where(among(connection, column, set(ids)))
    rows = connection.execute(query).all()
    grounds = evidence_of_links(connection, None if ids is None else [row[0] for row in rows], seq) if evidence or seq is not None else {}
    links = []
    for number, child_id, child_name, parent_id, dataset_id, parent_name, dataset_name, relation, best in rows:
        own = grounds.get(number, ())
        grade: str | None = best
        if seq is not None:
            grade = None
            for each in own:
                grade = grade if each.against else stronger_grade(grade, each.grade)
        name = parent_name if parent_id is not None else f"dataset:{dataset_name}"
        links.append(Link(number, child_id, child_name, parent_id, dataset_id, name, relation, grade or "inferred", own if evidence else ()))
    links.sort(key=lambda link: (link.child.casefold(), link.child, link.id))
    return tuple(links)


def evidence_of_links(connection: Connection, edges: Iterable[int] | None, seq: int | None = None) -> dict[int, tuple[Evidence, ...]]:
    """What is said for and against links, by the link's number; of all links, if none are named."""
    query = (
        select(edge_evidence.c.edge_id, edge_evidence.c.grade, source.c.reference, source.c.read_on, edge_evidence.c.says, edge_evidence.c.origin)
        .outerjoin(source, source.c.id == edge_evidence.c.source_id)
        .where(held_at(edge_evidence.c.added_set, edge_evidence.c.retired_set, seq))
        .order_by(edge_evidence.c.edge_id, edge_evidence.c.id)
    )
    if edges is not None:
        query = query.where(among(connection, edge_evidence.c.edge_id, set(edges)))
    found: dict[int, list[Evidence]] = {}
    for number, grade, reference, read_on, says, origin in connection.execute(query).all():
        said_by = Source(reference, read_on or None) if reference is not None else None
        found.setdefault(number, []).append(Evidence(grade, said_by, says, origin))
    return {number: tuple(own) for number, own in found.items()}
