"""The user layer: the groups of people who use an application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.supplychain.source import Source


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
    """Active users of an application by month: the sum over its groups, for months that every counted group reports.

    A month that one group lacks would be counted too low, so it is left out; a group with no series at all says nothing.
    """
    counted = [group.monthly_users for group in groups if group.monthly_users]
    if not counted:
        return {}
    months = set(counted[0]).intersection(*counted[1:])
    return {month: sum(series[month] for series in counted) for month in sorted(months)}
