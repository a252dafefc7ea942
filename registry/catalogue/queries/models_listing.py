"""Models in order of a verdict that was computed once a profile, then downloads, then name, with filters, page by page.

A verdict is worked out for each profile, of which there are some thousands at most. This file turns ranks of profiles into
pages of models: by an index where few models have the wanted profiles, along the index of downloads where many do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, case, exists, func, or_, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.profiles import holds_on
from registry.catalogue.queries.page import Page
from registry.catalogue.tables.application import application_model
from registry.catalogue.tables.compute import training_run
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.host import hosting
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import UNKNOWN_DOWNLOADS, model
from registry.catalogue.tables.profile import binding, profile, profile_at, profile_member
from registry.catalogue.tables.user import user_group
from registry.errors import UsageError

FEW = 5000
"""Up to so many models are sorted after they were picked by profile; more are picked while walking down the downloads."""


@dataclass(frozen=True, slots=True)
class ModelFilters:
    """Which models are wanted; what is not given does not restrict."""

    layer: Collection[str] | None = None
    """Only models with a record in one of these layers: `data`, `compute`, `developer`, `host`, `application`, `user`."""

    modality: Collection[str] | None = None
    """Only these modalities."""

    developer: Collection[str] | None = None
    """Only these developers, by name or title, in any letter case."""

    licenses: Collection[str] | None = None
    """Only models of whose own licences one is among these (ids or expressions as in their bindings)."""

    reached_by: Collection[str] | None = None
    """Only models that one of these licences reaches, in whatever capacity."""

    min_params: int | None = None
    """Only models with at least so many parameters."""

    access: Collection[str] | None = None
    """Only these accesses."""


NO_FILTERS = ModelFilters()
"""Every model."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model of a listing."""

    id: int
    """Its number."""

    name: str
    """Its name."""

    title: str | None
    """The name people use."""

    developer: str | None
    """Its developer's name."""

    developer_title: str | None
    """The name people use for the developer."""

    modality: str | None
    """What it takes or makes."""

    stage: str | None
    """How far it was taken to one task."""

    access: str | None
    """How it is reached."""

    parameters: int | None
    """How many parameters it has."""

    downloads: int | None
    """Downloads counted by the Hub."""

    released_on: str | None
    """When it was released."""

    profile_id: int | None
    """The number of its profile on the date asked about; none if it was never computed."""

    evidence_floor: str | None
    """The weakest evidence that its bindings rest on."""

    name_ok: bool | None
    """Whether its name keeps the name rules that reach it."""


def _profile_on(on: str | None) -> Any:
    """The profile that a model has on a date: the one of the period, where it has periods, else its own."""
    if on is None:
        return model.c.profile_id
    period = select(profile_at.c.profile_id).where(profile_at.c.model_id == model.c.id, holds_on(on)).order_by(profile_at.c.from_on.desc()).limit(1)
    return func.coalesce(period.scalar_subquery(), model.c.profile_id)


def _filtered(connection: Connection, query: Select[Any], filters: ModelFilters, own: Any) -> Select[Any]:
    """A query over models with the filters' conditions."""
    query = query.where(model.c.recorded)
    if filters.modality is not None:
        query = query.where(model.c.modality.in_(sorted(filters.modality)))
    if filters.access is not None:
        query = query.where(model.c.access.in_(sorted(filters.access)))
    if filters.min_params is not None:
        query = query.where(model.c.parameters >= filters.min_params)
    if filters.developer is not None:
        query = query.where(model.c.developer_id.in_(_developer_ids(connection, filters.developer)))
    for licenses, reaches in ((filters.licenses, ["original"]), (filters.reached_by, None)):
        if licenses is not None:
            query = query.where(own.in_(_profiles_with(connection, licenses, reaches)))
    if filters.layer is not None:
        query = query.where(or_(*(_in_layer(layer) for layer in sorted(filters.layer))))
    return query


def _developer_ids(connection: Connection, wanted: Collection[str]) -> list[int]:
    """The numbers of developers by name or title. Compared here, since the engines fold letters beyond ASCII differently."""
    folded = {name.casefold() for name in wanted}
    query = select(developer.c.id, developer.c.name, developer.c.title).order_by(developer.c.id)
    found = [row.id for row in connection.execute(query) if row.name.casefold() in folded or (row.title or "").casefold() in folded]
    if not found:
        raise UsageError(f"no developer is called {' or '.join(f'`{name}`' for name in sorted(wanted))}", "`licet models` shows the developers that are known")
    return found


def _profiles_with(connection: Connection, licenses: Collection[str], reaches: list[str] | None) -> Any:
    """The numbers of the profiles that hold a binding of one of the licences."""
    query = select(profile_member.c.profile_id).join(binding, binding.c.id == profile_member.c.binding_id).where(binding.c.license.in_(sorted(licenses)))
    return query if reaches is None else query.where(binding.c.reach.in_(reaches))


def _in_layer(layer: str) -> Any:
    """Whether a model has a record in a layer."""
    if layer == "developer":
        return model.c.developer_id.is_not(None)
    if layer == "data":
        return exists().where(edge.c.child_id == model.c.id, edge.c.dataset_id.is_not(None), edge.c.grade.is_not(None))
    if layer == "compute":
        return or_(exists().where(training_run.c.model_id == model.c.id), model.c.training_flop.is_not(None))
    if layer == "host":
        return exists().where(hosting.c.model_id == model.c.id)
    if layer == "application":
        return exists().where(application_model.c.model_id == model.c.id)
    if layer == "user":
        return exists().where(application_model.c.model_id == model.c.id, user_group.c.application_id == application_model.c.application_id)
    raise UsageError(f"there is no layer `{layer}`", "the layers are data, compute, developer, host, application, user")


def _columns(own: Any) -> Select[Any]:
    return select(
        model.c.id,
        model.c.name,
        model.c.sort_key,
        model.c.title,
        developer.c.name.label("developer"),
        developer.c.title.label("developer_title"),
        model.c.modality,
        model.c.stage,
        model.c.access,
        model.c.parameters,
        model.c.downloads,
        model.c.released_on,
        own.label("profile"),
        model.c.evidence_floor,
        model.c.name_ok,
    ).outerjoin(developer, developer.c.id == model.c.developer_id)


def _read(row: Any) -> ModelRow:
    return ModelRow(
        row.id,
        row.name,
        row.title,
        row.developer,
        row.developer_title,
        row.modality,
        row.stage,
        row.access,
        row.parameters,
        None if row.downloads == UNKNOWN_DOWNLOADS else row.downloads,
        row.released_on,
        row.profile,
        row.evidence_floor,
        row.name_ok,
    )


def profile_counts(connection: Connection, filters: ModelFilters = NO_FILTERS, *, on: str | None = None) -> dict[int, int]:
    """How many models have each profile, by the profile's number; from the stored counts where nothing is filtered."""
    if filters == NO_FILTERS and on is None:
        query = select(profile.c.id, profile.c.model_count).where(profile.c.model_count > 0).order_by(profile.c.id)
        unrecorded = select(model.c.profile_id, func.count()).where(~model.c.recorded, model.c.profile_id.is_not(None)).group_by(model.c.profile_id)
        counts = {int(number): int(count) for number, count in connection.execute(query)}
        for number, count in connection.execute(unrecorded.order_by(model.c.profile_id)):
            counts[number] -= count
        return {number: count for number, count in counts.items() if count > 0}
    own = _profile_on(on)
    listed = _filtered(connection, select(own.label("profile")), filters, own).subquery()
    grouped = select(listed.c.profile, func.count()).where(listed.c.profile.is_not(None)).group_by(listed.c.profile).order_by(listed.c.profile)
    return {int(number): int(count) for number, count in connection.execute(grouped)}


def models_with_profiles(
    connection: Connection,
    profiles: Collection[int],
    filters: ModelFilters = NO_FILTERS,
    *,
    on: str | None = None,
    after: tuple[int, str] | None = None,
    limit: int = 100,
    few: int = FEW,
) -> list[tuple[ModelRow, tuple[int, str]]]:
    """Models with one of some profiles, by downloads and name, each with its key for `after`; the arguments are those of `list_models`."""
    own = _profile_on(on)
    query = _filtered(connection, _columns(own), filters, own).order_by(model.c.downloads.desc(), model.c.sort_key).limit(limit)
    if after is not None:
        downloads, key = after
        query = query.where(or_(model.c.downloads < downloads, and_(model.c.downloads == downloads, model.c.sort_key > key)))
    wanted = sorted(set(profiles))
    candidates = 0
    for part in chunks(wanted):
        candidates += int(connection.execute(select(func.coalesce(func.sum(profile.c.model_count), 0)).where(profile.c.id.in_(part))).scalar_one())
    found: list[Any] = []
    if on is None and candidates <= few:
        for part in chunks(wanted):
            found.extend(connection.execute(query.where(model.c.profile_id.in_(part))).all())
    else:
        # The sum keeps the planner off the index by profile, which would make it sort everything that it finds.
        walked = own + 0
        for part in chunks(wanted):
            found.extend(connection.execute(query.where(walked.in_(part))).all())
    found.sort(key=lambda row: (-row.downloads, row.sort_key))
    return [(_read(row), (row.downloads, row.sort_key)) for row in found[:limit]]


def list_models(
    connection: Connection,
    ranks: Mapping[int, int],
    filters: ModelFilters = NO_FILTERS,
    *,
    on: str | None = None,
    after: str | None = None,
    limit: int = 100,
    few: int = FEW,
) -> Page[ModelRow]:
    """Models by the rank of their profile, then downloads (most first), then name.

    Args:
        connection: A reading connection.
        ranks: The rank of each wanted profile, best lowest; models with other profiles are left out.
        filters: Which models.
        on: The date of use, for models whose profile changes over time.
        after: The key of the page before.
        limit: How many.
        few: Up to so many models are sorted after they were picked by profile.
    """
    groups: dict[int, list[int]] = {}
    for number, rank in ranks.items():
        groups.setdefault(rank, []).append(number)
    start, key = _parse_key(after) if after is not None else (None, None)
    if filters != NO_FILTERS:
        page = _page_of_few(connection, ranks, filters, on, (start, key) if start is not None else None, limit, few)
        if page is not None:
            return page
    items: list[ModelRow] = []
    keys: list[str] = []
    for rank in sorted(groups):
        if start is not None and rank < start:
            continue
        rest = limit + 1 - len(items)
        if rest <= 0:
            break
        for row, (downloads, name) in models_with_profiles(connection, groups[rank], filters, on=on, after=key if rank == start else None, limit=rest, few=few):
            items.append(row)
            keys.append(f"{rank}:{downloads}:{name}")
    return Page(tuple(items[:limit]), keys[limit - 1] if len(items) > limit else None)


def _page_of_few(
    connection: Connection,
    ranks: Mapping[int, int],
    filters: ModelFilters,
    on: str | None,
    after: tuple[int, tuple[int, str] | None] | None,
    limit: int,
    few: int,
) -> Page[ModelRow] | None:
    """The page, where the filters leave so few models that they are sorted here; none where they leave more.

    Walking down the downloads once a rank would pass all models each time before it had found enough.
    """
    own = _profile_on(on)
    query = _filtered(connection, select(model.c.id, model.c.downloads, model.c.sort_key, own.label("profile")), filters, own)
    rows = connection.execute(query.order_by(None).limit(few + 1)).all()
    if len(rows) > few:
        return None
    found = sorted((ranks[row.profile], -row.downloads, row.sort_key, row.id) for row in rows if row.profile in ranks)
    if after is not None:
        rank, place = after
        found = [each for each in found if place is None or each[:3] > (rank, -place[0], place[1])]
    shown = read_model_rows(connection, [each[3] for each in found[:limit]], on=on)
    last = found[limit - 1] if len(found) > limit else None
    return Page(tuple(shown[each[3]] for each in found[:limit]), f"{last[0]}:{-last[1]}:{last[2]}" if last else None)


def _parse_key(after: str) -> tuple[int, tuple[int, str]]:
    rank, _, rest = after.partition(":")
    downloads, _, name = rest.partition(":")
    try:
        return int(rank), (int(downloads), name)
    except ValueError as error:
        raise UsageError("the key of the page to go on from cannot be read", "give the key that the page before ended with") from error


def read_model_rows(connection: Connection, ids: Sequence[int], *, on: str | None = None) -> dict[int, ModelRow]:
    """Listing rows of some models, by number; those known only by name included."""
    own = _profile_on(on)
    found: dict[int, ModelRow] = {}
    for part in chunks(sorted(set(ids))):
        order = case((model.c.downloads == UNKNOWN_DOWNLOADS, 1), else_=0)
        for row in connection.execute(_columns(own).where(model.c.id.in_(part)).order_by(order, model.c.downloads.desc(), model.c.sort_key)):
            found[row.id] = _read(row)
    return found
