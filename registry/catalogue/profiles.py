"""Bindings and profiles, interned: what was computed from the lineage, kept once however many models share it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, delete, insert, or_, select, update

from registry.catalogue.ingest.rows import chunks, read_rows
from registry.catalogue.stream import among, change
from registry.catalogue.tables.columns import canonical_json
from registry.catalogue.tables.model import model
from registry.catalogue.tables.profile import binding, profile, profile_at, profile_conflict, profile_member
from registry.lineage.bindings import Binding, Conflict, Profile


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A profile as the catalogue keeps it."""

    id: int
    """Its number."""

    model_count: int
    """How many models have it now."""

    profile: Profile
    """Its bindings and conflicts."""


@dataclass(frozen=True, slots=True)
class Period:
    """A profile that a model has for a time."""

    from_on: str | None
    """The first day; none for the beginning."""

    to_on: str | None
    """The first day on which it no longer has it; none if it still does."""

    profile: Profile
    """The profile."""


class Standing(NamedTuple):
    """What is computed for one model: its profile, and what differs from model to model and so stands outside it."""

    model_id: int
    """Its number."""

    profile_id: int
    """The number of its profile."""

    evidence_floor: str | None
    """The weakest evidence of any link over which terms reach it; none if nothing does."""

    name_ok: bool | None
    """Whether its name keeps the name rules that reach it; none if no rule does."""

    before: int | None = None
    """The number of the profile that it had."""


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def _binding_digest(each: Binding) -> str:
    return _digest([each.license, each.reach, each.taught, each.released, each.modality, list(each.points), each.otherwise])


def _conflict_values(each: Conflict) -> list[object]:
    return [each.code, sorted(each.acts), list(each.licenses), each.summary]


def _profile_digest(each: Profile) -> str:
    return _digest([sorted(_binding_digest(part) for part in each.bindings), [_conflict_values(conflict) for conflict in each.conflicts]])


def _intern_bindings(connection: Connection, wanted: Iterable[Binding]) -> dict[str, int]:
    """The numbers of bindings by digest, new ones added."""
    rows = {_binding_digest(each): each for each in wanted}
    keys = [(digest,) for digest in rows]
    known = read_rows(connection, binding, ("digest",), keys)
    missing = [
        {
            "digest": digest,
            "license": each.license,
            "reach": each.reach,
            "taught": each.taught,
            "anchor_month": each.released,
            "modality": each.modality,
            "points": list(each.points),
            "otherwise": each.otherwise,
        }
        for digest, each in sorted(rows.items(), key=lambda item: item[0])
        if (digest,) not in known
    ]
    for part in chunks(missing, 1000):
        connection.execute(insert(binding), part)
    if missing:
        known = read_rows(connection, binding, ("digest",), keys)
    return {str(key[0]): row["id"] for key, row in known.items()}


def intern_profiles(connection: Connection, wanted: Iterable[Profile]) -> dict[Profile, int]:
    """The numbers of profiles, new ones added with their bindings and conflicts."""
    digests = {each: _profile_digest(each) for each in set(wanted)}
    keys = [(digest,) for digest in digests.values()]
    known = {key[0]: row["id"] for key, row in read_rows(connection, profile, ("digest",), keys).items()}
    missing = sorted((each for each, digest in digests.items() if digest not in known), key=lambda each: digests[each])
    if missing:
        for part in chunks([{"digest": digests[each]} for each in missing], 1000):
            connection.execute(insert(profile), part)
        known = {key[0]: row["id"] for key, row in read_rows(connection, profile, ("digest",), keys).items()}
        bindings = _intern_bindings(connection, {part for each in missing for part in each.bindings})
        members = [
            {"profile_id": known[digests[each]], "binding_id": number}
            for each in missing
            for number in sorted(bindings[_binding_digest(part)] for part in each.bindings)
        ]
        for rows in chunks(members, 1000):
            connection.execute(insert(profile_member), rows)
        conflicts = [
            {
                "profile_id": known[digests[each]],
                "n": n,
                "code": found.code,
                "acts": sorted(found.acts),
                "licenses": list(found.licenses),
                "summary": found.summary,
            }
            for each in missing
            for n, found in enumerate(each.conflicts, 1)
        ]
        for rows in chunks(conflicts, 1000):
            connection.execute(insert(profile_conflict), rows)
    return {each: known[digest] for each, digest in digests.items()}


def store_standing(connection: Connection, standings: Iterable[Standing]) -> None:
    """Give models what was computed for them; the counts of every profile that gains or loses a model are brought up to date.

    Args:
        connection: A writing connection.
        standings: What has changed, model by model; it is read once.
    """
    moved: Counter[int] = Counter()

    def rows() -> Iterator[tuple[object, ...]]:
        for each in standings:
            if each.before != each.profile_id:
                moved[each.profile_id] += 1
                if each.before is not None:
                    moved[each.before] -= 1
            yield each.profile_id, each.evidence_floor, each.name_ok, each.model_id

    change(connection, model, ("profile_id", "evidence_floor", "name_ok"), rows())
    counts = [{"row_id": number, "by": by} for number, by in sorted(moved.items()) if by]
    query = update(profile).where(profile.c.id == bindparam("row_id")).values(model_count=profile.c.model_count + bindparam("by"))
    for part in chunks(counts, 1000):
        connection.execute(query, part)


def store_periods(connection: Connection, periods: Mapping[int, Sequence[Period]], covered: Collection[int] | None) -> None:
    """Keep the profiles that models have had or will have, for those that have more than one.

    Args:
        connection: A writing connection.
        periods: All periods of a model by its number; one or none says that it never changes.
        covered: The models that were looked at; all, if None. Those without periods never change.
    """
    numbers = intern_profiles(connection, {each.profile for own in periods.values() if len(own) > 1 for each in own})
    gone = delete(profile_at)
    connection.execute(gone if covered is None else gone.where(among(connection, profile_at.c.model_id, covered)))
    rows = [
        {"model_id": number, "from_on": each.from_on or "", "to_on": each.to_on, "profile_id": numbers[each.profile]}
        for number, own in sorted(periods.items())
        if len(own) > 1
        for each in own
    ]
    for new in chunks(rows, 1000):
        connection.execute(insert(profile_at), new)


def holds_on(on: str) -> Any:
    """The condition that a row of `profile_at` holds on a date."""
    return and_(profile_at.c.from_on <= on, or_(profile_at.c.to_on.is_(None), profile_at.c.to_on > on))


def profile_number(connection: Connection, model_id: int, on: str | None = None) -> int | None:
    """The number of the profile that a model has, or had on a date."""
    if on is not None:
        query = select(profile_at.c.profile_id).where(profile_at.c.model_id == model_id, holds_on(on)).order_by(profile_at.c.from_on.desc()).limit(1)
        found = connection.execute(query).scalar()
        if found is not None:
            return int(found)
    own = connection.execute(select(model.c.profile_id).where(model.c.id == model_id)).scalar()
    return None if own is None else int(own)


def read_profile(connection: Connection, model_id: int, on: str | None = None) -> StoredProfile | None:
    """The profile that a model has, or had on a date; none if it was never computed."""
    number = profile_number(connection, model_id, on)
    return None if number is None else read_profiles(connection, [number]).get(number)


def read_profiles(connection: Connection, numbers: Iterable[int] | None = None) -> dict[int, StoredProfile]:
    """Profiles by number; all of them, if none are named."""
    if numbers is None:
        return _read(connection, None)
    found: dict[int, StoredProfile] = {}
    for part in chunks(sorted(set(numbers))):
        found.update(_read(connection, part))
    return found


def _read(connection: Connection, numbers: list[int] | None) -> dict[int, StoredProfile]:
    def chosen(query: Select[Any], column: Any) -> Select[Any]:
        return query if numbers is None else query.where(column.in_(numbers))

    counts = {row.id: row.model_count for row in connection.execute(chosen(select(profile.c.id, profile.c.model_count), profile.c.id).order_by(profile.c.id))}
    known: dict[int, Binding] = {}
    members: dict[int, set[Binding]] = {number: set() for number in counts}
    query = select(profile_member.c.profile_id, binding).join(binding, binding.c.id == profile_member.c.binding_id)
    for row in connection.execute(chosen(query, profile_member.c.profile_id).order_by(profile_member.c.profile_id, profile_member.c.binding_id)):
        if row.id not in known:
            known[row.id] = Binding(row.license, row.reach, row.taught, row.anchor_month, row.modality, tuple(row.points), row.otherwise)
        members[row.profile_id].add(known[row.id])
    conflicts: dict[int, list[Conflict]] = {}
    for row in connection.execute(
        chosen(select(profile_conflict), profile_conflict.c.profile_id).order_by(profile_conflict.c.profile_id, profile_conflict.c.n)
    ):
        conflicts.setdefault(row.profile_id, []).append(Conflict(row.code, frozenset(row.acts), tuple(row.licenses), row.summary))
    return {number: StoredProfile(number, count, Profile(frozenset(members[number]), tuple(conflicts.get(number, ())))) for number, count in counts.items()}
