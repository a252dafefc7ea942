"""From verdicts of bindings to ranks of profiles: a few hundred bindings are judged, some thousand profiles take the worst of theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, Text, cast, exists, false, func, literal, select

from registry.catalogue.profiles import holds_on
from registry.catalogue.tables.model import model
from registry.catalogue.tables.profile import binding, profile, profile_at, profile_conflict, profile_member
from registry.lineage.bindings import Binding, Conflict


def read_bindings(connection: Connection) -> dict[int, Binding]:
    """Every binding, by number."""
    return {
        row.id: Binding(row.license, row.reach, row.taught, row.anchor_month, row.modality, tuple(row.points), row.otherwise)
        for row in connection.execute(select(binding).order_by(binding.c.id))
    }


def read_conflicts(connection: Connection) -> dict[int, tuple[Conflict, ...]]:
    """The conflicts of the profiles that have any, by the profile's number."""
    found: dict[int, tuple[Conflict, ...]] = {}
    for row in connection.execute(select(profile_conflict).order_by(profile_conflict.c.profile_id, profile_conflict.c.n)):
        found[row.profile_id] = (*found.get(row.profile_id, ()), Conflict(row.code, frozenset(row.acts), tuple(row.licenses), row.summary))
    return found


def profile_ranks(connection: Connection, ranks: Mapping[int, int]) -> dict[int, int]:
    """The worst rank among the bindings of each profile, conflicts apart.

    Args:
        connection: A reading connection.
        ranks: The rank of every binding, by its number: a single digit, best lowest.
    """
    # The digit at a binding's place in one text is its rank: numbers of bindings are dense, and both engines look it up alike.
    digits = "".join(str(ranks.get(number, 0)) for number in range(1, max(ranks, default=0) + 1))
    worst = func.max(func.substr(cast(literal(digits), Text), profile_member.c.binding_id, 1))
    query = select(profile_member.c.profile_id, worst).group_by(profile_member.c.profile_id).order_by(profile_member.c.profile_id)
    unbound = select(profile.c.id).where(~exists().where(profile_member.c.profile_id == profile.c.id)).order_by(profile.c.id)
    found = dict.fromkeys(connection.execute(unbound).scalars().all(), 0)
    # All at once: taking thousands of rows one by one costs more than finding them.
    found.update([(number, int(rank)) for number, rank in connection.execute(query).all()])
    return found


def profiles_with(connection: Connection, licenses: Collection[str], reach: str | None = None) -> set[int]:
    """The numbers of the profiles that one of some licences binds, in whatever capacity or in one."""
    query = select(profile_member.c.profile_id).join(binding, binding.c.id == profile_member.c.binding_id).where(binding.c.license.in_(sorted(licenses)))
    if reach is not None:
        query = query.where(binding.c.reach == reach)
    return set(connection.execute(query.distinct().order_by(profile_member.c.profile_id)).scalars())


def profile_sizes(connection: Connection) -> dict[int, int]:
    """How many recorded models have each profile now, from the stored counts."""
    query = select(profile.c.id, profile.c.model_count).where(profile.c.model_count > 0).order_by(profile.c.id)
    counts: dict[int, int] = {number: count for number, count in connection.execute(query).all()}  # noqa: C416 - a row is no tuple to the checker
    unrecorded = (
        select(model.c.profile_id, func.count())
        .where(model.c.recorded == false(), model.c.profile_id.is_not(None))
        .group_by(model.c.profile_id)
        .order_by(model.c.profile_id)
    )
    for number, count in connection.execute(unrecorded):
        counts[int(number)] = counts.get(int(number), 0) - int(count)
    return {number: count for number, count in counts.items() if count > 0}


def profiles_on(connection: Connection, on: str) -> dict[int, tuple[int, int]]:
    """The profile on a date, and the present one, of each recorded model for which they differ, by the model's number."""
    query = (
        select(profile_at.c.model_id, profile_at.c.profile_id, model.c.profile_id)
        .join(model, model.c.id == profile_at.c.model_id)
        .where(holds_on(on), model.c.recorded, model.c.profile_id.is_not(None))
        .order_by(profile_at.c.model_id, profile_at.c.from_on)
    )
    return {int(number): (int(then), int(now)) for number, then, now in connection.execute(query) if then != now}
