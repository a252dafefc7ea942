"""What a condition is worth: places, measures and the bounds that settle them."""

from __future__ import annotations

from typing import Any

import pytest

from registry.terms.conditions import parse_condition
from registry.terms.partial import Situation, Subject, unknown_facts, worth_of
from tests.terms.build import VOCABULARY, a_use


def worth(condition: dict[str, Any], *, license_date: str | None = None, released_on: str | None = None, strict: bool = False, **facts: Any) -> object:
    situation = Situation(a_use(strict=strict, **facts), VOCABULARY, Subject(released_on=released_on), license_date)
    found = worth_of(parse_condition(condition), situation)
    return found if isinstance(found, bool) else None


def users(of: str = "licensee", **given: Any) -> dict[str, Any]:
    return {"measure": {"what": "active-users", "of": of, "at": "rolling", "over": 100, **given}}


@pytest.mark.parametrize(
    ("of", "given", "expected"),
    [
        ("licensee", {"group": 100}, False),  # the wider count is under
        ("licensee", {"product": 101}, True),  # the narrower one is over
        ("licensee", {"group": 101}, None),
        ("licensee", {"product": 100}, None),
        ("group", {"licensee": 101}, True),
        ("product", {"licensee": 99}, False),
        ("product", {"product": 99, "group": 10**9}, False),
    ],
)
def test_wider_and_narrower_counts_settle_a_limit_where_they_can(of: str, given: dict[str, int], expected: bool | None) -> None:
    assert worth(users(of), monthly_active_users=given) is expected


def test_daily_users_are_among_the_monthly_ones() -> None:
    assert worth(users(), daily_active_users=101) is True
    assert worth(users(), daily_active_users=100) is None
    assert worth({"measure": {"what": "active-users", "per": "day", "over": 100}}, monthly_active_users=100) is False


def test_monthly_and_recurring_revenue_are_within_the_annual_one() -> None:
    month = {"measure": {"what": "revenue", "per": "month", "over": 20_000_000, "unit": "USD"}}
    recurring = {"measure": {"what": "recurring-revenue", "per": "year", "over": 30_000_000, "unit": "USD"}}
    assert worth(month, annual_revenue_usd="20M") is False
    assert worth(month, annual_revenue_usd="21M") is None
    assert worth(recurring, annual_revenue_usd="1M") is False


@pytest.mark.parametrize(("dated", "month"), [("2023-07-18", "2023-06"), ("2024-01-02", "2023-12"), ("2024-04", "2024-03")])
def test_a_count_once_looks_at_the_month_before_the_licence(dated: str, month: str) -> None:
    condition = users(at="once", anchor="license-date")
    assert worth(condition, license_date=dated, monthly_active_users={month: 101, "2026-01": 1}) is True
    assert worth(condition, license_date=dated, monthly_active_users={month: 100, "2026-01": 10**9}) is False


def test_a_count_at_the_models_release_needs_the_release() -> None:
    condition = users(at="once", anchor="model-release")
    assert worth(condition, released_on="2024-12-03", monthly_active_users={"2024-11": 101}) is True
    assert worth(condition, monthly_active_users={"2024-11": 101}) is None
    assert worth(condition, monthly_active_users=101) is True


def test_before_it_was_founded_an_organisation_had_no_users() -> None:
    assert worth(users(at="once", month="2023-06"), founded="2025-02") is False
    assert worth(users(at="once", month="2023-06"), founded="2020-02") is None


def test_a_rolling_count_looks_at_the_latest_month_up_to_the_date() -> None:
    series = {"2025-01": 101, "2026-01": 99, "2027-01": 101}
    assert worth(users(), monthly_active_users=series, date="2026-11-21") is False
    assert worth(users(), monthly_active_users=series, date="2025-06-01") is True
    assert worth(users(at="any-time"), monthly_active_users=series, date="2026-11-21") is True
    assert worth(users(at="preceding-month"), monthly_active_users={"2026-10": 101}, date="2026-11-21") is True
    # A series that ends earlier is read at its last month: that is the latest the asker knows.
    assert worth(users(at="preceding-month"), monthly_active_users={"2026-09": 101}, date="2026-11-21") is True
    assert worth(users(at="preceding-month"), monthly_active_users={"2026-12": 101}, date="2026-11-21") is None


def test_a_limit_in_another_currency_is_settled_only_outside_the_band_of_rates() -> None:
    condition = {"measure": {"what": "revenue", "per": "year", "over": 1_000_000_000, "unit": "CNY"}}
    assert worth(condition, annual_revenue_usd="100M") is False
    assert worth(condition, annual_revenue_usd="200M") is True
    assert worth(condition, annual_revenue_usd="140M") is None
    assert worth(condition, annual_revenue_usd="1_000_000_001 CNY") is True
    assert worth(condition, annual_revenue_usd="1_000_000_000 CNY") is False


@pytest.mark.parametrize(
    ("country", "on", "expected"),
    [
        ("DE", "2026-11-21", True),
        ("NO", "2026-11-21", False),
        ("CH", "2026-11-21", False),
        ("GB", "2026-11-21", False),
        ("GB", "2019-06-01", True),
        ("HR", "2012-06-01", False),
    ],
)
def test_the_eu_is_a_dated_list_of_members(country: str, on: str, expected: bool) -> None:
    assert worth({"place": {"of": "licensee", "in": ["EU"]}}, country=country, date=on) is expected


def test_one_user_inside_is_enough_for_a_place_of_end_users() -> None:
    condition = {"place": {"of": "end-users", "in": ["EU", "GB"]}}
    assert worth(condition, audience=["US", "DE"]) is True
    assert worth(condition, audience=["US"]) is False
    assert worth(condition) is None


def test_residuals_name_the_facts_they_ask_for() -> None:
    condition = parse_condition({"all": [{"commercial": [True]}, users(), {"place": {"of": "licensee", "in": ["EU"]}}]})
    situation = Situation(a_use(commercial=True), VOCABULARY, Subject())
    left = worth_of(condition, situation)
    assert not isinstance(left, bool)
    assert list(unknown_facts(left, situation)) == ["monthly_active_users", "country"]


def test_strict_facts_do_not_let_a_bare_number_stand_for_a_month_long_past() -> None:
    assert worth(users(at="once", month="2023-06"), strict=True, monthly_active_users=5) is None
    assert worth(users(), strict=True, monthly_active_users=5) is False
