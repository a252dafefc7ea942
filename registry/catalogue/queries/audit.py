"""What an audit of the whole catalogue reads: how many models share a profile, the models one by one, and what is recorded about some of them.

A profile tells the findings of all models that have it, so counting looks at nothing of a model but the numbers of its
profile and developer. Models are read with their names as a stream, most downloaded first, and only as far as they are listed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.profiles import holds_on
from registry.catalogue.stream import stream
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.license import statement
from registry.catalogue.tables.lineage import edge, edge_evidence
from registry.catalogue.tables.model import model
from registry.catalogue.tables.profile import profile_at
from registry.catalogue.tables.remark import remark
from registry.catalogue.tables.source import source
from registry.supplychain.relation import INCONSISTENT, WEIGHTS, contradicts
from registry.supplychain.remark import Remark

BATCH = 5000
"""Models read at a time."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A model, as far as an audit needs it before it is listed."""

    id: int
    """Its number."""

    name: str
    """Its name."""

    developer_id: int | None
    """The number of its developer."""

    profile_id: int | None
    """The number of its profile."""

    name_breaks: bool
    """Whether its name breaks a name rule that reaches it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One piece of held evidence for a model's base."""

    model_id: int
    """The model."""

    source: str
    """Who says so: the kind of source, and its address where it has one."""

    parent: str
    """The base."""

    relation: str
    """What the model is to it."""

    against: bool = False
    """Whether it speaks against that."""


def developer_ids(connection: Connection, wanted: Collection[str]) -> list[int]:
    """The numbers of developers by name or title, in any letter case."""
    # Compared here, since the engines fold letters beyond ASCII differently.
    folded = {name.casefold() for name in wanted}
    rows = connection.execute(select(developer.c.id, developer.c.name, developer.c.title).order_by(developer.c.id))
    return [row.id for row in rows if row.name.casefold() in folded or (row.title or "").casefold() in folded]


def developer_names(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """What developers are called, by number."""
    found: dict[int, str] = {}
    for part in chunks(sorted(set(numbers))):
        for row in connection.execute(select(developer.c.id, developer.c.name, developer.c.title).where(developer.c.id.in_(part)).order_by(developer.c.id)):
            found[row.id] = row.title or row.name
    return found


def periods_on(connection: Connection, on: str) -> dict[int, int]:
    """The profile on a date of the models that have several over time, by their numbers."""
    query = select(profile_at.c.model_id, profile_at.c.profile_id).where(holds_on(on)).order_by(profile_at.c.model_id, profile_at.c.from_on)
    return {row.model_id: row.profile_id for row in connection.execute(query)}


def _wanted(query: Select[Any], developers: Collection[int] | None) -> Select[Any]:
    query = query.where(model.c.recorded)
    return query if developers is None else query.where(model.c.developer_id.in_(sorted(developers)))


def profiles_of_models(connection: Connection, developers: Collection[int] | None = None) -> Iterator[tuple[int, int | None, int | None, bool | int | None]]:
    """Every model by number, with the numbers of its developer and profile, and whether its name keeps the name rules; in no order."""
    return stream(connection, _wanted(select(model.c.id, model.c.developer_id, model.c.profile_id, model.c.name_ok), developers))


def most_developers(connection: Connection) -> int:
    """The greatest number of a developer."""
    return int(connection.execute(select(func.coalesce(func.max(developer.c.id), 0))).scalar_one())


def audit_rows(connection: Connection, developers: Collection[int] | None = None) -> Iterator[list[AuditRow]]:
    """The models, most downloaded first, then by name, some thousands at a time."""
    query = _wanted(select(model.c.id, model.c.name, model.c.developer_id, model.c.profile_id, model.c.name_ok), developers)
    query = query.order_by(model.c.downloads.desc(), model.c.sort_key)
    for part in connection.execute(query, execution_options={"yield_per": BATCH}).partitions(BATCH):
        yield [AuditRow(number, name, maker, profile, name_ok is not None and not name_ok) for number, name, maker, profile, name_ok in part]


def rows_of(connection: Connection, numbers: Iterable[int]) -> dict[int, AuditRow]:
    """Some models by number."""
    found: dict[int, AuditRow] = {}
    for part in chunks(sorted(set(numbers))):
        query = select(model.c.id, model.c.name, model.c.developer_id, model.c.profile_id, model.c.name_ok).where(model.c.id.in_(part)).order_by(model.c.id)
        for row in connection.execute(query):
            found[row.id] = AuditRow(row.id, row.name, row.developer_id, row.profile_id, row.name_ok is not None and not row.name_ok)
    return found


def models_with_files_read(connection: Connection) -> list[int]:
    """The models of whose licence files have shown something, beside what a card declares."""
    query = select(statement.c.model_id).where(statement.c.model_id.is_not(None), statement.c.basis == "detected", statement.c.retired_set.is_(None))
    return list(connection.execute(query.distinct().order_by(statement.c.model_id)).scalars())


def models_with_rival_bases(connection: Connection) -> list[int]:
    """The models on whose lineage sources may contradict each other: with two relations to one base, two bases as an adapter, or weights that deny a base."""
    # Links that nothing supports any more are looked at too: the evidence is asked for one model after another.
    held = select(edge.c.child_id).where(edge.c.parent_id.is_not(None))
    twice = held.group_by(edge.c.child_id, edge.c.parent_id).having(func.count() > 1)
    adapted = held.where(edge.c.relation == "adapter").group_by(edge.c.child_id).having(func.count() > 1)
    against = and_(edge_evidence.c.origin == WEIGHTS, edge_evidence.c.says.like(f"{INCONSISTENT}%"), edge_evidence.c.retired_set.is_(None))
    denied = select(edge.c.child_id).join(edge_evidence, edge_evidence.c.edge_id == edge.c.id).where(against)
    return sorted({number for query in (twice, adapted, denied) for number in connection.execute(query.order_by(edge.c.child_id)).scalars()})


def links_between_bases(connection: Connection) -> list[tuple[int, int]]:
    """The held relations (child, parent) of models that are bases themselves: no other can be part of a circle."""
    below = edge.alias("below")
    is_base = exists().where(below.c.parent_id == edge.c.child_id, below.c.grade.is_not(None))
    query = select(edge.c.child_id, edge.c.parent_id).where(edge.c.parent_id.is_not(None), edge.c.grade.is_not(None), is_base).order_by(edge.c.id)
    return [(row.child_id, row.parent_id) for row in connection.execute(query)]


def lineage_claims(connection: Connection, numbers: Iterable[int]) -> list[Claim]:
    """All held evidence for the bases of some models."""
    found: list[Claim] = []
    for part in chunks(sorted(set(numbers))):
        query = (
            select(edge.c.child_id, edge.c.relation, model.c.name, edge_evidence.c.origin, edge_evidence.c.says, source.c.reference)
            .join(edge_evidence, edge_evidence.c.edge_id == edge.c.id)
            .join(model, model.c.id == edge.c.parent_id)
            .outerjoin(source, source.c.id == edge_evidence.c.source_id)
            .where(edge.c.child_id.in_(part), edge_evidence.c.retired_set.is_(None))
            .order_by(edge.c.child_id, edge.c.id, edge_evidence.c.id)
        )
        found += [
            Claim(row.child_id, f"{row.origin} {row.reference or ''}".rstrip(), row.name, row.relation, contradicts(row.origin, row.says))
            for row in connection.execute(query)
        ]
    return found


def models_with_remarks(connection: Connection) -> list[int]:
    """The models of which a source noted what amounts to a finding."""
    query = select(remark.c.model_id).where(remark.c.model_id.is_not(None), remark.c.finding.is_not(None), remark.c.retired_set.is_(None))
    return list(connection.execute(query.distinct().order_by(remark.c.model_id)).scalars())


def held_remarks(connection: Connection, numbers: Iterable[int]) -> dict[int, list[Remark]]:
    """The held remarks on some models that amount to findings, by the model's number."""
    columns = (remark.c.model_id, model.c.name, remark.c.code, remark.c.message, remark.c.finding, remark.c.file, remark.c.line)
    held = select(*columns).join(model, model.c.id == remark.c.model_id).where(remark.c.finding.is_not(None), remark.c.retired_set.is_(None))
    found: dict[int, list[Remark]] = {}
    for part in chunks(sorted(set(numbers))):
        for number, *told in connection.execute(held.where(remark.c.model_id.in_(part)).order_by(remark.c.model_id, remark.c.id)):
            found.setdefault(number, []).append(Remark(*told))
    return found
