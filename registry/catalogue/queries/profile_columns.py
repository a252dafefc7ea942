"""What profiles are computed from, as long columns: every model and dataset by a number from 0, what is said of each, and the links."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, select

from registry.catalogue.stream import among, stream
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.license import license_text, statement
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.supplychain.statement import LicenseStatement
from registry.supplychain.words import GRADES, MODEL_RELATIONS

RELATIONS = (*MODEL_RELATIONS, "trained-on", "tested-on", "uses")
"""The relations, in the order in which links number them."""


@dataclass(slots=True)
class ProfileColumns:
    """Models first, then datasets; what the catalogue numbers otherwise is numbered from 0 here."""

    model_ids: array[int] = field(default_factory=lambda: array("i"))
    """The catalogue's number of each model."""

    dataset_ids: array[int] = field(default_factory=lambda: array("i"))
    """The catalogue's number of each dataset."""

    recorded: bytearray = field(default_factory=bytearray)
    """Whether more than the name is known, of models and then datasets."""

    released: list[str | None] = field(default_factory=list)
    """When each model was released."""

    modality: list[str | None] = field(default_factory=list)
    """What each model takes or makes."""

    developer: list[str | None] = field(default_factory=list)
    """Who made each model, by the name that the catalogue gives."""

    said: list[LicenseStatement] = field(default_factory=list)
    """What is said about licences, each thing once, without a subject."""

    saying: array[int] = field(default_factory=lambda: array("i"))
    """What is said of each model and dataset: -1 for nothing, else the number of a tuple in `sayings`."""

    sayings: list[tuple[int, ...]] = field(default_factory=list)
    """The sets of statements (by number in `said`) that things have."""

    children: array[int] = field(default_factory=lambda: array("i"))
    """The lower end of each link."""

    parents: array[int] = field(default_factory=lambda: array("i"))
    """The upper end of each link."""

    relations: bytearray = field(default_factory=bytearray)
    """The relation of each link, as `RELATIONS` numbers it."""

    grades: bytearray = field(default_factory=bytearray)
    """The evidence of each link, weakest lowest."""

    profile_ids: array[int] = field(default_factory=lambda: array("i"))
    """The profile that each model has now; 0 for none."""

    floors: list[str | None] = field(default_factory=list)
    """The weakest evidence recorded for each model now."""

    name_ok: list[bool | None] = field(default_factory=list)
    """Whether its name is recorded to keep the name rules, of each model now."""


def profile_columns(connection: Connection, ids: Collection[int] | None = None) -> ProfileColumns:
    """Read the columns, of models with the given numbers and the datasets they name, or of all.

    The models have to come with all their ancestors.
    """
    columns = ProfileColumns()
    place = _models(connection, columns, ids)
    query = select(edge.c.child_id, edge.c.parent_id, edge.c.dataset_id, edge.c.relation, edge.c.grade).where(edge.c.grade.is_not(None)).order_by(edge.c.id)
    # The datasets of some models are known by their links alone; where all are wanted, links need not be held.
    links = None if ids is None else list(_rows(connection, query, edge.c.child_id, ids))
    sets = None if links is None else {row[2] for row in links if row[2] is not None}
    set_place = _datasets(connection, columns, sets, len(columns.model_ids))
    grade_of = {name: number for number, name in enumerate(GRADES)}
    relation_of = {name: number for number, name in enumerate(RELATIONS)}
    for child, parent, of_set, relation, grade in stream(connection, query) if links is None else links:
        columns.children.append(place[child])
        columns.parents.append(place[parent] if parent is not None else set_place[of_set])
        columns.relations.append(relation_of[relation])
        columns.grades.append(grade_of[grade])
    _statements(connection, columns, ids, sets, place, set_place)
    return columns


def model_names(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """The names of models."""
    query = select(model.c.id, model.c.name).where(among(connection, model.c.id, ids)).order_by(model.c.id)
    return {row.id: row.name for row in connection.execute(query)} if ids else {}


def _models(connection: Connection, columns: ProfileColumns, ids: Collection[int] | None) -> array[int]:
    named = select(developer.c.id, developer.c.title).where(developer.c.title.is_not(None)).order_by(developer.c.id)
    titles: dict[int, str] = {row.id: row.title for row in connection.execute(named)}
    kept: dict[str, str] = {}
    query: Select[Any] = select(
        model.c.id,
        model.c.recorded,
        model.c.released_on,
        model.c.modality,
        model.c.developer_id,
        model.c.profile_id,
        model.c.evidence_floor,
        model.c.name_ok,
    ).order_by(model.c.id)
    for number, recorded, released, modality, of, profile, floor, name_ok in _rows(connection, query, model.c.id, ids):
        columns.model_ids.append(number)
        columns.recorded.append(bool(recorded))
        columns.released.append(released if released is None else kept.setdefault(released, released))
        columns.modality.append(modality if modality is None else kept.setdefault(modality, modality))
        columns.developer.append(titles.get(of))
        columns.profile_ids.append(profile or 0)
        columns.floors.append(floor if floor is None else kept.setdefault(floor, floor))
        columns.name_ok.append(None if name_ok is None else bool(name_ok))
    return _places(columns.model_ids, 0)


def _datasets(connection: Connection, columns: ProfileColumns, ids: Collection[int] | None, first: int) -> array[int]:
    query = select(dataset.c.id, dataset.c.recorded).order_by(dataset.c.id)
    for number, recorded in _rows(connection, query, dataset.c.id, ids):
        columns.dataset_ids.append(number)
        columns.recorded.append(bool(recorded))
    return _places(columns.dataset_ids, first)


def _places(numbers: array[int], first: int) -> array[int]:
    """Where each number of the catalogue stands in the columns."""
    place = array("i", [-1]) * (max(numbers, default=0) + 1)
    for at, number in enumerate(numbers, first):
        place[number] = at
    return place


def _statements(
    connection: Connection,
    columns: ProfileColumns,
    ids: Collection[int] | None,
    sets: Collection[int] | None,
    place: array[int],
    set_place: array[int],
) -> None:
    """What is said of each thing; the same few thousand things are said of millions."""
    numbers: dict[tuple[Any, ...], int] = {}
    alone = array("i", [-1]) * (len(columns.model_ids) + len(columns.dataset_ids))
    several: dict[int, list[int]] = {}
    for column, own, wanted in ((statement.c.model_id, place, ids), (statement.c.dataset_id, set_place, sets)):
        query = (
            select(
                column,
                statement.c.basis,
                statement.c.license,
                statement.c.raw_name,
                statement.c.raw_link,
                license_text.c.digest,
                statement.c.stated_on,
                statement.c.valid_from,
                statement.c.valid_to,
            )
            .outerjoin(license_text, license_text.c.id == statement.c.text_id)
            .where(statement.c.retired_set.is_(None), column.is_not(None))
            .order_by(statement.c.id)
        )
        for subject, *said in _rows(connection, query, column, wanted):
            key = tuple(said)
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(columns.said)
                basis, license, name, link, digest, stated_on, valid_from, valid_to = key
                columns.said.append(
                    LicenseStatement(
                        "",
                        basis,
                        license,
                        name,
                        link,
                        digest,
                        stated_on=stated_on,
                        valid_from=valid_from,
                        valid_to=valid_to,
                    )
                )
            at = own[subject]
            if at in several:
                several[at].append(number)
            elif alone[at] >= 0:
                several[at] = [alone[at], number]
            else:
                alone[at] = number
    known: dict[tuple[int, ...], int] = {(number,): number for number in range(len(columns.said))}
    columns.saying = alone
    for at, own_numbers in several.items():
        columns.saying[at] = known.setdefault(tuple(own_numbers), len(known))
    columns.sayings = list(known)


def _rows(connection: Connection, query: Select[Any], column: Any, ids: Collection[int] | None) -> Any:
    """The rows of a query, of some numbers or of all."""
    return stream(connection, query) if ids is None else connection.execute(query.where(among(connection, column, ids)))
