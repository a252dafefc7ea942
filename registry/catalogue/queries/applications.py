"""Applications with the models they use, through which hosts, and the groups of people who use them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.queries.page import Page
from registry.catalogue.tables.application import application, application_model
from registry.catalogue.tables.host import host, hosting
from registry.catalogue.tables.model import model
from registry.catalogue.tables.revenue import revenue
from registry.catalogue.tables.source import source
from registry.catalogue.tables.user import user_count, user_group
from registry.errors import UsageError
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.revenue import Revenue
from registry.supplychain.source import Source
from registry.supplychain.user import UserGroup, users_by_month


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model that an application uses, with the terms of the host between."""

    model_id: int
    """The model's number."""

    use: ModelUse
    """The use."""

    host_terms: str | None
    """The licence id of the terms of the host, where there is one and they are known."""


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application with its models and users."""

    id: int
    """Its number."""

    application: Application
    """The application."""

    used: tuple[UsedModel, ...]
    """The models it uses."""

    user_groups: tuple[UserGroup, ...]
    """Who uses it."""

    revenues: tuple[Revenue, ...] = ()
    """What it earned, and what its owner did."""

    @property
    def monthly_users(self) -> dict[str, int]:
        """Its active users by month, over all its groups: what answers a model's user limit."""
        return users_by_month(self.user_groups)


def _query() -> Select[Any]:
    return select(application, source.c.reference, source.c.read_on).outerjoin(source, source.c.id == application.c.source_id).order_by(application.c.name)


def _read(connection: Connection, query: Select[Any]) -> list[ApplicationRow]:
    rows = connection.execute(query).all()
    numbers = {row.id: row.name for row in rows}
    used = _used(connection, numbers)
    groups = _groups(connection, numbers)
    earned = _revenues(connection, {row.id: (row.name, row.owner) for row in rows})
    return [
        ApplicationRow(
            row.id,
            Application(
                name=row.name,
                title=row.title,
                owner=row.owner,
                distribution=tuple(row.distribution or ()),
                countries=tuple(row.countries or ()),
                commercial=row.commercial,
                models=tuple(each.use for each in used.get(row.id, ())),
                example=row.example,
                source=Source(row.reference, row.read_on or None) if row.reference is not None else None,
            ),
            tuple(used.get(row.id, ())),
            tuple(groups.get(row.id, ())),
            tuple(earned.get(row.id, ())),
        )
        for row in rows
    ]


def _used(connection: Connection, numbers: Iterable[int]) -> dict[int, list[UsedModel]]:
    """The models that applications use, by the application's number."""
    query = (
        select(application_model, model.c.name.label("model"), host.c.name.label("host"), host.c.terms)
        .join(model, model.c.id == application_model.c.model_id)
        .outerjoin(host, host.c.id == application_model.c.host_id)
        .order_by(application_model.c.application_id, model.c.sort_key, application_model.c.via)
    )
    found: dict[int, list[UsedModel]] = {}
    for part in chunks(sorted(numbers)):
        rows = connection.execute(query.where(application_model.c.application_id.in_(part))).all()
        pairs = {(row.model_id, row.host_id) for row in rows if row.host_id is not None}
        own: dict[tuple[int, int], str] = {}
        served = select(hosting.c.model_id, hosting.c.host_id, hosting.c.terms).where(hosting.c.terms.is_not(None)).order_by(hosting.c.region.desc())
        for models in chunks(sorted({pair[0] for pair in pairs})):
            own.update({(row.model_id, row.host_id): row.terms for row in connection.execute(served.where(hosting.c.model_id.in_(models)))})
        for row in rows:
            terms = own.get((row.model_id, row.host_id), row.terms)
            found.setdefault(row.application_id, []).append(UsedModel(row.model_id, ModelUse(row.model, row.host, row.purpose), terms))
    return found


def _groups(connection: Connection, numbers: dict[int, str]) -> dict[int, list[UserGroup]]:
    """The user groups of applications, by the application's number."""
    found: dict[int, list[UserGroup]] = {}
    query = select(user_group, source.c.reference, source.c.read_on).outerjoin(source, source.c.id == user_group.c.source_id)
    query = query.order_by(user_group.c.application_id, user_group.c.name)
    for part in chunks(sorted(numbers)):
        rows = connection.execute(query.where(user_group.c.application_id.in_(part))).all()
        series: dict[int, dict[str, int]] = {}
        for some in chunks(sorted(row.id for row in rows)):
            counted = select(user_count).where(user_count.c.user_group_id.in_(some)).order_by(user_count.c.user_group_id, user_count.c.month)
            for row in connection.execute(counted):
                series.setdefault(row.user_group_id, {})[row.month] = row.users
        for row in rows:
            said_by = Source(row.reference, row.read_on or None) if row.reference is not None else None
            group = UserGroup(numbers[row.application_id], row.name, row.segment, tuple(row.countries or ()), row.seats, series.get(row.id, {}), said_by)
            found.setdefault(row.application_id, []).append(group)
    return found


def _revenues(connection: Connection, applications: dict[int, tuple[str, str | None]]) -> dict[int, list[Revenue]]:
    """What applications earned and what their owners did, by the application's number."""
    found: dict[int, list[Revenue]] = {}
    query = select(revenue, source.c.reference, source.c.read_on).outerjoin(source, source.c.id == revenue.c.source_id)
    query = query.order_by(revenue.c.scope, revenue.c.period)
    of: dict[str, list[int]] = {}
    for number, (_, owner) in applications.items():
        if owner is not None:
            of.setdefault(owner, []).append(number)
    for part in chunks(sorted(applications)):
        owners = sorted({owner for number in part if (owner := applications[number][1]) is not None})
        for row in connection.execute(query.where(or_(revenue.c.application_id.in_(part), revenue.c.owner.in_(owners)))):
            said_by = Source(row.reference, row.read_on or None) if row.reference is not None else None
            for number in [row.application_id] if row.owner is None else of[row.owner]:
                if number in part:
                    found.setdefault(number, []).append(Revenue(applications[number][0], row.scope, row.period, row.amount, row.currency, said_by))
    return found


def list_applications(connection: Connection, *, owner: str | None = None, after: str | None = None, limit: int = 100) -> Page[ApplicationRow]:
    """Applications by name, from after a name on."""
    query = _query().limit(limit + 1)
    if owner is not None:
        query = query.where(application.c.owner == owner)
    if after is not None:
        query = query.where(application.c.name > after)
    rows = _read(connection, query)
    return Page(tuple(rows[:limit]), rows[limit - 1].application.name if len(rows) > limit else None)


def read_applications(connection: Connection, names: Iterable[str]) -> list[ApplicationRow]:
    """Applications by their exact names, in the order of these names."""
    found: list[ApplicationRow] = []
    for part in chunks(sorted(set(names))):
        found += _read(connection, _query().where(application.c.name.in_(part)))
    return found


def count_groups(connection: Connection, names: Iterable[str]) -> int:
    """How many groups of users applications have, by their exact names."""
    query = select(func.count()).select_from(user_group.join(application, application.c.id == user_group.c.application_id))
    return sum(int(connection.execute(query.where(application.c.name.in_(part))).scalar_one()) for part in chunks(sorted(set(names))))


def find_application(connection: Connection, name: str) -> ApplicationRow:
    """One application by its name or title, with or without `app:` before it.

    Raises:
        UsageError: No application is called that; the hint names the nearest.
    """
    plain = name.removeprefix("app:")
    found = _read(connection, _query().where((application.c.name == plain) | (application.c.title == plain)))
    if found:
        return next((each for each in found if each.application.name == plain), found[0])
    names = list(connection.execute(select(application.c.name).order_by(application.c.name)).scalars())
    near = get_close_matches(plain, names, 3, 0.5)
    hint = f"did you mean {', '.join(f'`app:{each}`' for each in near)}?" if near else "record it with `licet catalog add application`"
    raise UsageError(f"no application is called `{plain}`", hint)
