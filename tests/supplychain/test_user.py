"""Users of an application by month."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry.supplychain.user import UserGroup, summed_parts, users_by_month


def test_users_are_summed_only_for_months_that_every_counted_group_reports() -> None:
    groups = (
        UserGroup("app", "staff", monthly_users={"2026-05": 40, "2026-06": 38}),
        UserGroup("app", "callers", monthly_users={"2026-06": 1200, "2026-07": 1300}),
        UserGroup("app", "seats only", seats=12),
    )
    assert users_by_month(groups) == {"2026-06": 1238}


def test_no_series_gives_no_count() -> None:
    assert users_by_month((UserGroup("app", "staff", seats=3),)) == {}


def test_the_number_of_all_users_stands_before_the_sum_of_the_parts() -> None:
    groups = (
        UserGroup("app", "all", monthly_users={"2026-06": 2000, "2026-08": 2500}),
        UserGroup("app", "DE", monthly_users={"2026-06": 300, "2026-07": 310}),
        UserGroup("app", "FR", monthly_users={"2026-06": 40, "2026-07": 45}),
    )
    assert users_by_month(groups) == {"2026-06": 2000, "2026-07": 355, "2026-08": 2500}


def test_a_part_of_months_whose_total_is_known_takes_no_other_month_away() -> None:
    groups = (
        UserGroup("app", "people", monthly_users={"2024-06": 700}),
        UserGroup("app", "all", monthly_users={"2026-10": 800}),
        UserGroup("app", "DE", monthly_users={"2026-10": 12}),
    )
    assert users_by_month(groups) == {"2024-06": 700, "2026-10": 800}


MONTHS = [f"2026-{month:02d}" for month in range(1, 5)]
GROUPS = st.dictionaries(st.sampled_from(["all", "DE", "FR", "shops"]), st.dictionaries(st.sampled_from(MONTHS), st.integers(0, 100)))


@given(GROUPS)
def test_every_month_is_either_all_or_the_sum_of_what_adds_up(series: dict[str, dict[str, int]]) -> None:
    groups = tuple(UserGroup("app", name, monthly_users=months) for name, months in series.items())
    parts = summed_parts(groups)
    found = users_by_month(groups)
    for month in MONTHS:
        if month in series.get("all", {}):
            assert found[month] == series["all"][month]
        elif parts and all(month in part.monthly_users for part in parts):
            assert found[month] == sum(part.monthly_users[month] for part in parts)
        else:
            assert month not in found
    assert users_by_month(groups[::-1]) == found, "whichever was recorded first"
