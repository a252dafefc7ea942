"""Models in order of a verdict that was computed once a profile, then downloads, then name, with filters, page by page.

A verdict is worked out for each profile, of which there are some thousands at most. This file turns ranks of profiles into pages of
models, in the way that passes the fewest rows: picked by profile where few models have the wanted ones, picked by a filter where that
leaves few, else walking down the index of downloads, where the next fitting model is near when many fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select, true

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.profiles import holds_on
from registry.catalogue.queries.model_filters import NO_FILTERS, Condition, ModelFilters, conditions_of
from registry.catalogue.queries.profile_ranks import profile_sizes, profiles_on, profiles_with
from registry.catalogue.stream import among
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.model import UNKNOWN_DOWNLOADS, model
from registry.catalogue.tables.profile import profile_at
from registry.errors import UsageError

__all__ = ["NO_FILTERS", "ListedModels", "ModelFilters", "ModelRow", "count_by_rank", "list_models", "read_model_rows"]

FEW = 5_000
"""Up to so many models that a filter leaves are read and sorted here, whatever their verdict."""

COUNTED = 20_000
"""Filtered models are counted up to here: a reader of fifty does not wait for the exact number of so many."""

MANY = 100_000
"""The sizes of filters are counted up to here; larger ones are taken to be so large."""

PICKED, TESTED, WALKED = 2.5, 0.1, 2.0
"""What a row costs that is picked by an index, tested within an index, or passed on the way down the downloads: microseconds, as measured.

Only their proportion matters: it decides which way is gone.
"""


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


@dataclass(frozen=True, slots=True)
class ListedModels:
    """A page of models, and how many there are in all."""

    items: tuple[ModelRow, ...]
    """The models."""

    next: str | None
    """The key to go on with; none on the last page."""

    total: int | None
    """How many models fit in all; none where counting them would take longer than listing them."""

    at_least: int
    """At least so many fit."""


@dataclass(slots=True)
class _Search:
    """One list: which profiles at which rank, which filters, on which date."""

    connection: Connection
    ranks: Mapping[int, int]
    conditions: list[Condition]
    sizes: Mapping[int, int]
    then: Mapping[int, tuple[int, int]]
    few: int

    def of_rank(self, rank: int) -> set[int]:
        return {number for number, own in self.ranks.items() if own == rank and number in self.sizes}

    def count(self, profiles: set[int]) -> int:
        return sum(self.sizes[number] for number in profiles)

    @property
    def every(self) -> int:
        return max(1, sum(self.sizes.values()))

    def narrowest(self) -> Condition | None:
        """The filter that leaves the fewest models, of those that an index answers."""
        known = [each for each in self.conditions if each.by_index is not None]
        return min(known, key=lambda each: MANY if each.at_most is None else each.at_most, default=None)

    def where(self, driver: Condition | None) -> list[Any]:
        """The conditions, one of which drives."""
        return [model.c.recorded == true(), *(each.by_index if each is driver else each.by_row for each in self.conditions)]

    def within(self, profiles: set[int], *, by_index: bool) -> Any:
        """That a model has one of some profiles; a sum keeps the planner off the index by profile, where another is to be gone along."""
        return among(self.connection, model.c.profile_id if by_index else model.c.profile_id + 0, profiles)

    def not_then(self) -> list[Any]:
        """Leaves out the models that have another profile on the date; they are picked on their own."""
        return [~among(self.connection, model.c.id, self.then)] if self.then else []


def list_models(
    connection: Connection,
    ranks: Mapping[int, int],
    filters: ModelFilters = NO_FILTERS,
    *,
    on: str | None = None,
    after: str | None = None,
    limit: int = 100,
    few: int = FEW,
) -> ListedModels:
    """Models by the rank of their profile, then downloads (most first), then name.

    Args:
        connection: A reading connection.
        ranks: The rank of each wanted profile, best lowest; models with other profiles are left out.
        filters: Which models.
        on: The date of use, for models whose profile changes over time.
        after: The key of the page before.
        limit: How many.
        few: Up to so many models that a filter leaves are read and sorted here.

    Raises:
        UsageError: A filter says what there is not, or the key is none.
    """
    start = _parse_key(after) if after is not None else None
    search = _search(connection, ranks, filters, on, few)
    driver = search.narrowest()
    if search.conditions and ((driver is not None and driver.at_most is not None and driver.at_most <= few) or search.every <= few):
        return _all_of_few(search, driver, start, limit)
    found: list[tuple[int, Any]] = []
    for rank in sorted(set(search.ranks.values())):
        if start is not None and rank < start[0]:
            continue
        rest = limit + 1 - len(found)
        if rest <= 0:
            break
        place = start[1:] if start is not None and rank == start[0] else None
        found += [(rank, row) for row in _of_rank(search, search.of_rank(rank), place, rest)]
    shown = read_model_rows(connection, [row.id for _, row in found[:limit]], on=on)
    key = f"{found[limit - 1][0]}:{found[limit - 1][1].downloads}:{found[limit - 1][1].sort_key}" if len(found) > limit else None
    total, at_least = _count(search, driver) if key is not None or start is not None else (len(found), len(found))
    return ListedModels(tuple(shown[row.id] for _, row in found[:limit]), key, total, max(at_least, min(len(found), limit)))


def count_by_rank(connection: Connection, ranks: Mapping[int, int], filters: ModelFilters = NO_FILTERS, *, on: str | None = None) -> dict[int, int]:
    """How many models have profiles of each rank, where all that is asked for stands in profiles: from the stored counts, no model is read.

    Raises:
        ValueError: The filters ask for what stands in models.
    """
    search = _search(connection, ranks, filters, on, FEW)
    if search.conditions:
        raise ValueError("these filters are not answered by profiles alone")
    found: dict[int, int] = {}
    for number, count in search.sizes.items():
        if number in search.ranks:
            found[search.ranks[number]] = found.get(search.ranks[number], 0) + count
    return dict(sorted(found.items()))


def _search(connection: Connection, ranks: Mapping[int, int], filters: ModelFilters, on: str | None, few: int) -> _Search:
    wanted = set(ranks)
    for licenses, reach in ((filters.licenses, "original"), (filters.reached_by, None)):
        if licenses is not None:
            wanted &= profiles_with(connection, licenses, reach)
    sizes = profile_sizes(connection)
    then = profiles_on(connection, on) if on is not None else {}
    for own, now in then.values():
        sizes[own] = sizes.get(own, 0) + 1
        sizes[now] = sizes.get(now, 0) - 1
    conditions = conditions_of(connection, filters, max(few, MANY))
    left = ranks if len(wanted) == len(ranks) else {number: rank for number, rank in ranks.items() if number in wanted}
    return _Search(connection, left, conditions, sizes, then, few)


def _all_of_few(search: _Search, driver: Condition | None, start: tuple[int, int, str] | None, limit: int) -> ListedModels:
    """The page, where a filter leaves so few models that all of them are sorted here."""
    query = select(model.c.id, model.c.downloads, model.c.sort_key, model.c.profile_id).where(*search.where(driver))
    found = []
    # Sorted below: an order asked for here would lead the planner away from the filter's index.
    for row in search.connection.execute(query).all():
        own = search.then[row.id][0] if row.id in search.then else row.profile_id
        if own in search.ranks:
            found.append((search.ranks[own], -row.downloads, row.sort_key, row.id, own))
    found.sort()
    total = len(found)
    if start is not None:
        rank, downloads, name = start
        found = [each for each in found if each[:3] > (rank, -downloads, name)]
    rows = read_model_rows(search.connection, [each[3] for each in found[:limit]], profiles={each[3]: each[4] for each in found[:limit]})
    last = found[limit - 1] if len(found) > limit else None
    return ListedModels(tuple(rows[each[3]] for each in found[:limit]), f"{last[0]}:{-last[1]}:{last[2]}" if last else None, total, total)


def _of_rank(search: _Search, profiles: set[int], place: tuple[int, str] | None, limit: int) -> list[Any]:
    """The first models with some profiles, in order."""
    if not profiles:
        return []
    found = list(_picked_then(search, profiles, place, limit))
    driver = search.narrowest()
    many, passed = search.count(profiles), search.every
    known = driver.at_most if driver is not None else passed
    left = min(MANY if known is None else known, passed)
    ways = {
        "profiles": many * PICKED,
        "downloads": limit * passed / max(1, many) * passed / max(1, left) * WALKED,
    }
    if driver is not None:
        both = many if known is None else many * left / passed
        ways["filter"] = both * PICKED + (0 if driver.with_profile else left * TESTED)
    way = min(ways, key=lambda each: ways[each])
    chosen = driver if way == "filter" else None
    query = select(model.c.id, model.c.downloads, model.c.sort_key).where(*search.where(chosen), *search.not_then())
    query = query.where(search.within(profiles, by_index=way == "profiles" or (chosen is not None and chosen.with_profile)))
    query = query.order_by(model.c.downloads.desc(), model.c.sort_key)
    if place is None or way != "downloads":
        found += search.connection.execute(_beyond(query, place).limit(limit)).all()
    else:
        # Apart, so that each goes on in the index where the page before ended.
        downloads, name = place
        rows = search.connection.execute(query.where(model.c.downloads == downloads, model.c.sort_key > name).limit(limit)).all()
        if len(rows) < limit:
            rows = [*rows, *search.connection.execute(query.where(model.c.downloads < downloads).limit(limit - len(rows))).all()]
        found += rows
    found.sort(key=lambda row: (-row.downloads, row.sort_key))
    return found[:limit]


def _picked_then(search: _Search, profiles: set[int], place: tuple[int, str] | None, limit: int) -> Sequence[Any]:
    """Models that have one of the profiles on the date, and another now."""
    own = [number for number, (then, _) in search.then.items() if then in profiles]
    if not own:
        return ()
    query = select(model.c.id, model.c.downloads, model.c.sort_key).where(*search.where(None), among(search.connection, model.c.id, own))
    return search.connection.execute(_beyond(query, place).order_by(model.c.downloads.desc(), model.c.sort_key).limit(limit)).all()


def _beyond(query: Select[Any], place: tuple[int, str] | None) -> Select[Any]:
    """Only what comes after a place in the order."""
    if place is None:
        return query
    downloads, name = place
    return query.where(or_(model.c.downloads < downloads, and_(model.c.downloads == downloads, model.c.sort_key > name)))


def _count(search: _Search, driver: Condition | None) -> tuple[int | None, int]:
    """How many models fit, if that is soon known, and how many do at least."""
    wanted = {number for number in search.ranks if number in search.sizes}
    many = search.count(wanted)
    if not search.conditions:
        return many, many
    if search.then or len(search.conditions) > 1 or driver is None or not wanted:
        return (0, 0) if not many else (None, 0)
    if many == search.every and driver.at_most is not None:
        return driver.at_most, driver.at_most
    rows = select(model.c.id).where(*search.where(driver), search.within(wanted, by_index=driver.with_profile)).limit(COUNTED + 1).subquery()
    count = int(search.connection.execute(select(func.count()).select_from(rows)).scalar_one())
    return (None, COUNTED) if count > COUNTED else (count, count)


def _parse_key(after: str) -> tuple[int, int, str]:
    rank, _, rest = after.partition(":")
    downloads, _, name = rest.partition(":")
    try:
        return int(rank), int(downloads), name
    except ValueError as error:
        raise UsageError("the key of the page to go on from cannot be read", "give the key that the page before ended with") from error


def _profile_on(on: str | None) -> Any:
    """The profile that a model has on a date: the one of the period, where it has periods, else its own."""
    if on is None:
        return model.c.profile_id
    period = select(profile_at.c.profile_id).where(profile_at.c.model_id == model.c.id, holds_on(on)).order_by(profile_at.c.from_on.desc()).limit(1)
    return func.coalesce(period.scalar_subquery(), model.c.profile_id)


def read_model_rows(connection: Connection, ids: Sequence[int], *, on: str | None = None, profiles: Mapping[int, int] | None = None) -> dict[int, ModelRow]:
    """Listing rows of some models, by number; those known only by name included.

    Args:
        connection: A reading connection.
        ids: Their numbers.
        on: The date on which their profiles are wanted.
        profiles: Their profiles, where those are known.
    """
    own = _profile_on(on)
    found: dict[int, ModelRow] = {}
    for part in chunks(sorted(set(ids))):
        order = case((model.c.downloads == UNKNOWN_DOWNLOADS, 1), else_=0)
        query = _columns(own).where(model.c.id.in_(part)).order_by(order, model.c.downloads.desc(), model.c.sort_key)
        for row in connection.execute(query):
            found[row.id] = _read(row, profiles.get(row.id) if profiles is not None else row.profile)
    return found


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


def _read(row: Any, profile: int | None) -> ModelRow:
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
        profile,
        row.evidence_floor,
        row.name_ok,
    )
