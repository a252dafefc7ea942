"""Giving models profiles by hand, as a computation over their lineage would."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from registry.catalogue.profiles import Standing, intern_profiles, store_standing
from registry.catalogue.tables.model import model
from registry.lineage.bindings import Profile


def store_profiles(connection: Connection, profiles: Mapping[int, Profile], floor: str | None = None, *, name_ok: bool | None = None) -> dict[int, int]:
    """Give models profiles; the profile's number by the model's."""
    numbers = intern_profiles(connection, profiles.values())
    before = {row.id: row.profile_id for row in connection.execute(select(model.c.id, model.c.profile_id).order_by(model.c.id))}
    store_standing(connection, (Standing(number, numbers[each], floor, name_ok, before[number]) for number, each in profiles.items()))
    return {number: numbers[each] for number, each in profiles.items()}
