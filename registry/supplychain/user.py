"""The user layer: the groups of people who use an application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.supplychain.source import Source

WHOLE = "all"
"""The name of the group that is everybody who uses the application; the other groups are parts of it."""


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A group of users of one application, counted by month."""

    application: str
    """The application's name."""

    name: str
    """The group's name within the application."""

    segment: str | None = None
    """`business`, `organisation` or `individual`."""

    countries: tuple[str, ...] = ()
    """Where they are, as ISO 3166-1 alpha-2; empty where that is not known."""

    seats: int | None = None
    """Seats sold, for business users."""

    monthly_users: Mapping[str, int] = field(default_factory=dict)
    """Active users by month (`2026-05`)."""

    source: Source | None = None
    """Where this was read."""


def users_by_month(groups: tuple[UserGroup, ...]) -> dict[str, int]:
    """Active users of an application by month: what the group `all` says, else the sum over the parts, for months that each of them reports.

    A month that one part lacks would be counted too low, so it is left out.
    """
    whole = {month: count for group in groups if group.name == WHOLE for month, count in group.monthly_users.items()}
    counted = [group.monthly_users for group in summed_parts(groups)]
    months = set(counted[0]).intersection(*counted[1:]) if counted else set()
    summed = {month: sum(series[month] for series in counted) for month in months}
    return dict(sorted({**summed, **whole}.items()))


def summed_parts(groups: tuple[UserGroup, ...]) -> tuple[UserGroup, ...]:
    """The groups that add up to the users of an application.

    A group without a series says nothing, and one of which only months are known that `all` has, too, tells how those are made up.
    """
    whole = {month for group in groups if group.name == WHOLE for month in group.monthly_users}
    return tuple(group for group in groups if group.name != WHOLE and group.monthly_users.keys() - whole)
