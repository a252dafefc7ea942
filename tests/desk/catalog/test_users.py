"""Recording and showing the users and the revenue of an application."""

from __future__ import annotations

from typing import Any

import pytest

from registry.catalogue.checkup import check_catalogue
from registry.desk.catalog.revenue import record_revenue, show_revenue
from registry.desk.catalog.users import Given, record_users, show_users, users_as_rows
from registry.desk.report.report import ReportQuestion, make_report
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.errors import UsageError
from tests.desk.conftest import LLAMA, Open, add_application, check, digest


def record(desk: Desk, month: str, users: str, *country: str, group: str = "", app: str = "kiosk") -> dict[str, Any]:
    return record_users(desk, app, [Given(month, users, country, group)])


def users_of(desk: Desk) -> dict[str, int | None]:
    return {item["month"]: item["users"] for item in show_users(desk, "kiosk")["items"]}


def test_a_month_recorded_again_is_corrected_and_the_history_keeps_both(desk: Desk) -> None:
    add_application(desk, LLAMA)
    first, second = record(desk, "2026-09", "1.2M"), record(desk, "2026-09", "1.3M")
    assert (first["added"], first["corrected"], second["added"], second["corrected"]) == (1, 0, 0, 1)
    assert second["items"] == [{"group": "all", "countries": [], "month": "2026-09", "users": 1_300_000, "before": 1_200_000}]
    assert users_of(desk) == {"2026-09": 1_300_000}
    told = [change["change"] for change in show_model(desk, "app:kiosk", history=True)["history"] if change["what"] == "user-count"]
    assert [("1200000" in change, "1300000" in change) for change in told] == [(True, False), (True, True)]
    before = digest(desk)
    assert record(desk, "2026-09", "1300000")["change_set"] is None
    assert digest(desk) == before
    assert check_catalogue(desk.catalogue).problems == ()


def test_a_check_of_the_application_takes_what_was_recorded(desk: Desk) -> None:
    add_application(desk, LLAMA)
    assert check(desk, "app:kiosk")["missing_facts"] == ["monthly_active_users"]
    record(desk, "2023-06", "700M")
    assert check(desk, "app:kiosk")["verdict"] == "permitted"
    record(desk, "2023-06", "700,000,001")
    assert check(desk, "app:kiosk")["verdict"] == "needs-permission"


def test_countries_are_parts_and_are_added_up_only_where_all_are_known(desk: Desk) -> None:
    add_application(desk, LLAMA)
    record(desk, "2026-09", "300", "DE")
    record(desk, "2026-09", "40", "FR")
    lost = record(desk, "2026-10", "310", "DE")
    assert (users_of(desk), lost["no_longer_counted"]) == ({"2026-09": 340, "2026-10": None}, [])
    (_, october) = show_users(desk, "kiosk")["items"]
    assert (october["missing"], october["groups"]) == (["FR"], {"DE": 310})
    assert record(desk, "2026-10", "2", "NO")["no_longer_counted"] == ["2026-09"]
    record(desk, "2026-09", "1000")
    assert users_of(desk)["2026-09"] == 1000, "the number of all users is not added to its parts"


def test_the_audience_is_known_only_where_it_is_known_of_everybody(desk: Desk) -> None:
    add_application(desk, LLAMA)
    record(desk, "2026-09", "300", "DE", "AT")
    assert check(desk, "app:kiosk")["use"]["audience"] == ["AT", "DE"]
    record(desk, "2026-09", "1000")
    assert "audience" not in check(desk, "app:kiosk")["use"], "the others may be anywhere"
    add_application(desk, LLAMA, countries=["DE", "AT", "NO"])
    assert check(desk, "app:kiosk")["use"]["audience"] == ["AT", "DE", "NO"]


def test_a_group_is_kept_apart_by_country(desk: Desk) -> None:
    add_application(desk, LLAMA)
    for country, users in (("DE", "5"), ("FR", "6")):
        record(desk, "2026-09", users, country, group="shops")
    assert {group["group"]: group["countries"] for group in show_users(desk, "kiosk")["groups"]} == {"shops/DE": ["DE"], "shops/FR": ["FR"]}
    assert users_of(desk) == {"2026-09": 11}
    with pytest.raises(UsageError, match="recorded by country"):
        record(desk, "2026-09", "11", group="shops")
    record(desk, "2026-09", "3", group="people")
    with pytest.raises(UsageError, match="counted twice"):
        record(desk, "2026-09", "1", "DE", group="people")


def test_a_region_stands_for_its_countries(desk: Desk) -> None:
    add_application(desk, LLAMA)
    record(desk, "2026-09", "5", "EU")
    (group,) = show_users(desk, "kiosk")["groups"]
    assert len(group["countries"]) == 27
    assert record(desk, "2026-10", "6", "EU")["items"][0]["group"] == group["group"]


def test_what_is_shown_as_rows_records_the_same(desk: Desk) -> None:
    add_application(desk, LLAMA)
    for country, users, group in ((("DE",), "5", "shops"), (("FR", "IT"), "6", "shops"), (("NO", "EU"), "7", ""), ((), "9", "people"), ((), "40", "")):
        record(desk, "2026-09", users, *country, group=group)
    rows = users_as_rows(desk, show_users(desk, "kiosk"))
    add_application(desk, LLAMA, id="stall")
    record_users(desk, "stall", [Given(row["month"], str(row["users"]), row["country"].split("+") if row["country"] else (), row["group"]) for row in rows])
    assert users_as_rows(desk, show_users(desk, "stall")) == rows
    assert record_users(desk, "kiosk", [Given("2026-09", "5", ("DE",), "shops")])["unchanged"] == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Given("2026-13", "5"), "not a month"),
        (Given("October", "5"), "not a month"),
        (Given("2999-01", "5"), "lies ahead"),
        (Given("2026-09", "-5"), "not a number"),
        (Given("2026-09", "many"), "not a number"),
        (Given("2026-09", "1.5"), "not a whole number"),
        (Given("2026-09", "20B"), "more than there are people"),
        (Given("2026-09", "5 EUR"), "no currency"),
        (Given("2026-09", "5", ("Germany",)), "not a country code"),
        (Given("2026-09", "5", group="a\nb"), "control characters"),
        (Given("2026-09", "5", ("DE",), place="`users.csv` line 3"), "2026-09: `DE` would have 5 users, more than the 4 of all"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(desk: Desk, given: Given, said: str) -> None:
    add_application(desk, LLAMA)
    record(desk, "2026-09", "4")
    before = digest(desk)
    with pytest.raises(UsageError, match=said) as refused:
        record_users(desk, "kiosk", [Given("2026-08", "5"), given])
    assert refused.value.hint
    assert digest(desk) == before


def test_two_numbers_for_one_month_of_a_table_are_refused_with_both_lines(desk: Desk) -> None:
    add_application(desk, LLAMA)
    with pytest.raises(UsageError, match="line 3: 2026-09 of `all` is given twice with other numbers, as in line 2"):
        record_users(desk, "kiosk", [Given("2026-09", "5", place="line 2"), Given("2026-09", "6", place="line 3")])


def test_an_unknown_application_names_the_nearest(desk: Desk) -> None:
    with pytest.raises(UsageError, match="no application is called `parloa`") as refused:
        record(desk, "2026-09", "5", app="app:parloa")
    assert refused.value.hint is not None
    assert "app:parlora" in refused.value.hint


def test_revenue_of_the_owner_counts_for_all_its_applications(desk: Desk) -> None:
    stability = "stabilityai/stable-diffusion-3-medium"
    add_application(desk, stability)
    add_application(desk, stability, id="stall")
    assert "annual_revenue_usd" in check(desk, "app:stall")["missing_facts"]
    record_revenue(desk, "kiosk", "2025", "900k", "licensee")
    item = check(desk, "app:stall", accepted=["all"])
    assert item["use"]["annual_revenue_usd"] == {"licensee": {"2025": 900_000}, "group": {"2025": 900_000}}
    assert item["verdict"] in {"permitted", "permitted-with-obligations"}
    again = record_revenue(desk, "stall", "2025", "1.1M EUR", "licensee")
    assert again["items"][0]["before"] == "900,000.00 USD"
    assert check(desk, "app:kiosk", accepted=["all"])["verdict"] == "needs-permission"
    assert [item["amount"] for item in show_revenue(desk, "kiosk")["items"]] == [1_100_000]
    assert show_model(desk, "app:stall")["revenues"] == [{"scope": "licensee", "period": "2025", "amount": 1_100_000, "currency": "EUR"}]
    told = [change["change"] for change in show_model(desk, "app:stall", history=True)["history"] if change["what"] == "revenue"]
    assert any("900000.0 -> 1100000.0" in change for change in told)


def test_revenue_of_the_product_stays_its_own(desk: Desk) -> None:
    kimi = "moonshotai/Kimi-K2-Instruct"
    add_application(desk, kimi)
    add_application(desk, kimi, id="stall")
    record_revenue(desk, "kiosk", "2026-09", "21M", "product")
    assert [item["of"] for item in show_revenue(desk, "kiosk")["items"]] == ["product"]
    assert show_revenue(desk, "stall")["items"] == []
    assert "monthly_revenue_usd" not in check(desk, "app:stall")["use"]
    assert check(desk, "app:kiosk")["use"]["monthly_revenue_usd"] == {"product": {"2026-09": 21_000_000}}


@pytest.mark.parametrize(
    ("period", "amount", "said"),
    [
        ("2999", "5", "has not ended"),
        ("2999-01", "5", "lies ahead"),
        ("25", "5", "neither a month nor a year"),
        ("2025", "-5", "not a number"),
        ("2025", "5 DEM", "not a currency"),
        ("2025", "900t", "more than any organisation"),
    ],
)
def test_revenue_that_cannot_be_is_refused(desk: Desk, period: str, amount: str, said: str) -> None:
    add_application(desk, LLAMA)
    before = digest(desk)
    with pytest.raises(UsageError, match=said):
        record_revenue(desk, "kiosk", period, amount, "licensee")
    assert digest(desk) == before


def test_an_application_without_an_owner_has_no_revenue_of_one(desk: Desk) -> None:
    add_application(desk, LLAMA, owner=None)
    with pytest.raises(UsageError, match="names no owner"):
        record_revenue(desk, "kiosk", "2025", "5", "group")
    record_revenue(desk, "kiosk", "2025", "5", "product")


def test_what_an_application_records_goes_before_what_a_company_states_for_all(desk_over: Open) -> None:
    desk = desk_over(facts={"monthly_active_users": "5M", "annual_revenue_usd": "1M", "country": "NO"})
    add_application(desk, LLAMA)
    assert check(desk, "app:kiosk")["use"]["monthly_active_users"] == 5_000_000
    record(desk, "2023-06", "800M")
    record_revenue(desk, "kiosk", "2025", "7M", "licensee")
    item = check(desk, "app:kiosk")
    assert (item["verdict"], item["use"]["country"]) == ("needs-permission", "NO")
    assert item["use"]["annual_revenue_usd"]["group"] == {"2025": 7_000_000}
    assert [warning for warning in item["warnings"] if "revenue" in warning]
    report = make_report(desk, ["app:kiosk"], ReportQuestion({}))
    assert report.verdict == "needs-permission"
    assert (report.stated_by["monthly_active_users"], report.stated_by["country"]) == ("the record of the application", "the company's licet.yaml")
    assert check(desk, "app:kiosk", monthly_active_users="5M")["verdict"] == "permitted"
