"""The users of an application by month: recorded, corrected, shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registry.desk.facts import today
from registry.errors import FactError, UsageError
from registry.settings import read_actor
from registry.supplychain.names import check_name
from registry.supplychain.record import Record
from registry.supplychain.source import Source
from registry.supplychain.user import WHOLE, UserGroup, summed_parts
from registry.terms.counts import read_amount
from registry.terms.facts import read_fact

if TYPE_CHECKING:
    from registry.catalogue.queries.applications import ApplicationRow
    from registry.desk.session import Desk
    from registry.terms.vocabulary import Vocabulary

ORIGIN = "catalog"
"""The origin of what is recorded by hand."""

MOST_PEOPLE = 10**10
"""No product has more users than there are people, by some margin."""

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Given:
    """A number of users, as somebody gives it.

    Attributes:
        month: The month, such as `2026-10`.
        users: How many, such as `12M`.
        country: Where they are; all countries, if empty.
        group: Which group they are; everybody, if empty.
        place: Where it was given, for messages: a file and line.
    """

    month: str
    users: str
    country: Sequence[str] = ()
    group: str = ""
    place: str = ""


@dataclass
class _Series:
    """What is given of one group."""

    countries: tuple[str, ...]
    months: dict[str, int] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def record_users(desk: Desk, application: str, given: Iterable[Given], source: str | None = None) -> dict[str, Any]:
    """Record users of an application; a month that is given anew is corrected, and the history keeps both.

    Without group and country a number is that of all users. A group that is told apart by country is kept as one group a country.

    Args:
        desk: The desk.
        application: Its name or title, with or without `app:`.
        given: The numbers.
        source: Where they were read.

    Returns:
        `licet.users/1`: what was added and what was corrected.

    Raises:
        UsageError: No application is called that, or a number, month, country or group cannot be.
    """
    from registry.catalogue.ingest.writer import ingest
    from registry.catalogue.queries.applications import find_application

    listed = list(given)
    if not listed:
        raise UsageError("no number of users is given", "give `--month 2026-10 --mau 12M`, or `--from FILE`")
    with desk.catalogue.writing() as connection:
        row = find_application(connection, application)
        name = row.application.name
        series = _gather(desk.knowledge.vocabulary, row, listed)
        _hold_against_whole(row, series)
        said_by = Source(source, today()) if source else None
        groups = tuple(UserGroup(name, group, None, own.countries, None, own.months, said_by) for group, own in series.items())
        done = ingest(connection, [Record(ORIGIN, user_groups=groups)], actor=read_actor(), kind="users")
        after = find_application(connection, name).monthly_users
    known = {group.name: group.monthly_users for group in row.user_groups}
    recorded = [
        {"group": group, "countries": list(own.countries), "month": month, "users": users, "before": known.get(group, {}).get(month)}
        for group, own in series.items()
        for month, users in sorted(own.months.items())
    ]
    return {
        "schema": "licet.users/1",
        "application": name,
        "added": sum(each["before"] is None for each in recorded),
        "corrected": sum(each["before"] not in (None, each["users"]) for each in recorded),
        "unchanged": sum(each["before"] == each["users"] for each in recorded),
        "no_longer_counted": sorted(row.monthly_users.keys() - after.keys()),
        "change_set": done.change_set,
        "items": recorded,
    }


def _gather(vocabulary: Vocabulary, row: ApplicationRow, given: Iterable[Given]) -> dict[str, _Series]:
    """The numbers by group, each month of a group once."""
    found: dict[str, _Series] = {}
    for each in given:
        before = f"{each.place}: " if each.place else ""
        month = read_month(each.month, before)
        users = _read_users(each.users, before)
        countries = _read_countries(vocabulary, each.country, before)
        name = _group(row, each.group.strip(), each.country, countries, before)
        own = found.setdefault(name, _Series(countries))
        if own.months.get(month, users) != users:
            earlier = f", as in {own.places[month]}" if own.places[month] else ""
            raise UsageError(f"{before}{month} of `{name}` is given twice with other numbers{earlier}", "give each month of a group once")
        own.months[month], own.places[month] = users, each.place
    return found


def read_month(text: str, before: str = "") -> str:
    """A month that has begun.

    Raises:
        UsageError: It is none, or lies ahead.
    """
    if not _MONTH.fullmatch(text):
        raise UsageError(f"{before}`{_shown(text)}` is not a month", "write it as 2026-10")
    if text > today()[:7]:
        raise UsageError(f"{before}{text} lies ahead: nobody has counted its users yet", "give a month up to the present one")
    return text


def _read_users(text: str, before: str) -> int:
    try:
        number = read_amount(text, money=False).number
    except ValueError as error:
        raise UsageError(
            f"{before}users: {error}" if text.isprintable() else f"{before}users: not a number", "give a number such as 12M, 450k or 12_000_000"
        ) from error
    if number != int(number):
        raise UsageError(f"{before}users: `{text}` is not a whole number", "give how many people used it in that month")
    if number > MOST_PEOPLE:
        raise UsageError(f"{before}users: `{text}` is more than there are people", "give how many people used it in that month")
    return int(number)


def _read_countries(vocabulary: Vocabulary, given: Sequence[str], before: str) -> tuple[str, ...]:
    """Country codes; a region stands for those that belong to it now."""
    if not given:
        return ()
    try:
        found = read_fact(vocabulary, "audience", list(given))
    except FactError as error:
        raise UsageError(f"{before}{error.message.removeprefix('`audience`: ')}", "write countries as ISO 3166-1 has them, such as DE") from error
    return tuple(sorted(found)) if isinstance(found, frozenset) else ()


def _group(row: ApplicationRow, given: str, written: Sequence[str], countries: tuple[str, ...], before: str) -> str:
    """The name of the group that a number is of.

    Raises:
        UsageError: It cannot be a name, or its users are recorded in a way that would count them twice.
    """
    if given:
        try:
            check_name(given, "user group")
        except UsageError as error:
            raise UsageError(f"{before}{error.message}", error.hint) from error
    known = {group.name: group for group in row.user_groups}
    if given in known and (not countries or set(known[given].countries) == set(countries)):
        return given
    name = _joined(given, written)
    if given and countries and given != WHOLE and given in known and known[given].monthly_users:
        raise UsageError(f"{before}the users of `{given}` are recorded as one number; a part of them would be counted twice", "leave the country out")
    parts = sorted(group.name for group in known.values() if given and group.monthly_users and group.name.startswith(f"{given}/"))
    if given and not countries and parts:
        raise UsageError(f"{before}the users of `{given}` are recorded by country ({', '.join(parts)})", "give each with its country")
    return name


def _joined(group: str, countries: Sequence[str]) -> str:
    """The name under which the users of a group in some countries or regions are kept: `shops/DE`, `EU+NO`, or `all`."""
    place = "+".join(sorted({country.upper() for country in countries}))
    return "/".join(part for part in ("" if group == WHOLE and place else group, place) if part) or WHOLE


def _hold_against_whole(row: ApplicationRow, series: Mapping[str, _Series]) -> None:
    """Refuse a part that is larger than the whole.

    Raises:
        UsageError: It is.
    """
    known = {group.name: dict(group.monthly_users) for group in row.user_groups}
    for name, own in series.items():
        known.setdefault(name, {}).update(own.months)
    whole = known.pop(WHOLE, {})
    for name, months in known.items():
        for month, users in months.items():
            if users > whole.get(month, users) and (name in series or WHOLE in series):
                raise UsageError(
                    f"{month}: `{name}` would have {users:,} users, more than the {whole[month]:,} of all", f"correct the number of all users of {month} first"
                )


def show_users(desk: Desk, application: str) -> dict[str, Any]:
    """The recorded users of an application, `licet.users/1`: month by month with the groups that make up the number, and the months that lack one.

    Raises:
        UsageError: No application is called that.
    """
    from registry.desk.lookup import find_app

    row, users = find_app(desk, application)
    counted = [group for group in row.user_groups if group.monthly_users]
    parts = summed_parts(row.user_groups)
    product, owner = users.get("product", {}), users.get("licensee", {})
    months = sorted({month for group in counted for month in group.monthly_users})
    return {
        "schema": "licet.users/1",
        "application": row.application.name,
        "owner": row.application.owner,
        "groups": [{"group": group.name, "segment": group.segment, "countries": list(group.countries), "seats": group.seats} for group in row.user_groups],
        "items": [
            {
                "month": month,
                "users": product.get(month),
                "owner_users": owner.get(month),
                "groups": {group.name: group.monthly_users[month] for group in counted if month in group.monthly_users},
                "missing": [group.name for group in parts if month not in group.monthly_users] if month not in product else [],
            }
            for month in _without_gaps(months)
        ],
    }


def _without_gaps(months: Sequence[str]) -> list[str]:
    """Every month from the first to the last."""
    found: list[str] = []
    if months:
        year, month = int(months[0][:4]), int(months[0][5:7])
        while (text := f"{year}-{month:02d}") <= months[-1]:
            found.append(text)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def users_as_rows(desk: Desk, shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What `show_users` gave as rows of the table that `record_users` takes: one a month and group."""
    names = {group["group"]: _apart(desk.knowledge.vocabulary, group["group"], group["countries"]) for group in shown["groups"]}
    return [
        {"month": item["month"], "users": users, "country": names[name][1], "group": names[name][0]}
        for item in shown["items"]
        for name, users in item["groups"].items()
    ]


def _apart(vocabulary: Vocabulary, name: str, countries: Sequence[str]) -> tuple[str, str]:
    """The group and the countries that a name was joined from."""
    group, _, place = name.rpartition("/")
    try:
        known = bool(countries) and _read_countries(vocabulary, place.split("+"), "") == tuple(countries)
    except UsageError:
        known = False
    return (group, place) if known else ("" if name == WHOLE else name, "")


def _shown(text: str) -> str:
    return (text if text.isprintable() else ascii(text)[1:-1])[:40]
