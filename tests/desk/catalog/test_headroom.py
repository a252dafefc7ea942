"""How far applications are from limits, and when they would pass them."""

from __future__ import annotations

from typing import Any

import pytest

from registry.desk.catalog.headroom import read_headroom
from registry.desk.catalog.revenue import record_revenue
from registry.desk.catalog.users import Given, record_users
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.errors import FactError, UsageError
from tests.desk.conftest import LLAMA, Open, add_application, check, specification

QWEN = "Qwen/Qwen2.5-72B-Instruct"
KIMI = "moonshotai/Kimi-K2-Instruct"
PLAYGROUND = "playgroundai/playground-v2-1024px-aesthetic"
STABLE = "stabilityai/stable-diffusion-3-medium"


def users(desk: Desk, counts: dict[str, int], app: str = "kiosk") -> None:
    record_users(desk, app, [Given(month, str(count)) for month, count in counts.items()])


def limits(desk: Desk, on: str = "2026-11-20", **asked: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = read_headroom(desk, "kiosk", on, **asked)["items"]
    return items


def one(desk: Desk, on: str = "2026-11-20") -> dict[str, Any]:
    """The one limit; a text that also says what holds for exactly that number counts once."""
    (item,) = [each for each in limits(desk, on) if each["comparator"] == ">"]
    return item


def test_a_limit_is_held_against_the_last_month_and_carried_on(desk: Desk) -> None:
    add_application(desk, QWEN)
    users(desk, {"2026-08": 60_000_000, "2026-09": 66_000_000, "2026-10": 72_600_000})
    item = one(desk)
    assert (item["license"], item["of"], item["limit"], item["comparator"], item["fact"]) == ("qwen-2024", "product", 100_000_000, ">", "monthly_active_users")
    assert (item["month"], item["value"], item["share"], item["passed"]) == ("2026-10", 72_600_000, 0.726, False)
    assert item["growth"] == {"rate": 0.1, "step": "month", "counts": 3, "from": "2026-08", "to": "2026-10"}
    assert item["crosses"] == "2027-02", "72.6 * 1.1^3 = 96.6; * 1.1^4 = 106.3"
    users(desk, {"2026-10": 100_000_001})
    item = one(desk)
    assert (item["passed"], item["crosses"], item["note"]) == (True, None, "passed")
    assert check(desk, "app:kiosk", date="2026-11-20")["verdict"] == "needs-permission"


@pytest.mark.parametrize(
    ("count", "passed", "verdict"), [(None, None, "conditional"), (700_000_000, False, "permitted"), (700_000_001, True, "needs-permission")]
)
def test_a_limit_that_was_measured_once_is_settled(desk: Desk, count: int | None, passed: bool | None, verdict: str) -> None:
    add_application(desk, LLAMA)
    users(desk, {"2026-08": 800_000_000, "2026-09": 900_000_000, "2026-10": 990_000_000, **({"2023-06": count} if count else {})})
    item = one(desk)
    assert (item["settled"], item["tested_month"], item["value"], item["passed"], item["crosses"], item["growth"]) == (
        True,
        "2023-06",
        count,
        passed,
        None,
        None,
    )
    assert item["missing"] == (None if count else "monthly active users of the group in 2023-06")
    assert check(desk, "app:kiosk")["verdict"] == verdict


def test_a_limit_of_an_ancestor_reaches_a_derivative(desk: Desk) -> None:
    register_model(desk, specification("acme/support", QWEN, license="apache-2.0"), {})
    register_model(desk, specification("acme/support-4bit", "acme/support:quantized", license="apache-2.0"), {})
    add_application(desk, "acme/support-4bit")
    (item,) = [each for each in limits(desk) if each["license"] == "qwen-2024"]
    assert [step["model"] for step in item["path"]] == ["acme/support-4bit", "acme/support", QWEN]
    assert [step.get("relation") for step in item["path"]] == [None, "quantized", "finetune"]


def test_a_month_that_is_missing_is_named_and_the_last_one_held_against(desk: Desk) -> None:
    add_application(desk, PLAYGROUND)
    users(desk, {"2026-05": 900_000})
    item = one(desk)
    assert (item["tested_month"], item["month"], item["value"]) == ("2026-10", "2026-05", 900_000)
    assert item["missing"] == "monthly active users of the group in 2026-10"
    assert item["note"].startswith("held against 2026-05, the last recorded before 2026-10; no trend: 1 of 3")
    assert (
        "the text of playground-v2-community looks at October 2026, which is not on record; May 2026 was counted"
        in check(desk, "app:kiosk", date="2026-11-20")["warnings"]
    )
    users(desk, {"2026-10": 950_000})
    assert not [warning for warning in check(desk, "app:kiosk", date="2026-11-20")["warnings"] if "not on record" in warning]
    assert (one(desk)["missing"], one(desk)["month"]) == (None, "2026-10")


def test_what_is_recorded_after_the_day_asked_about_does_not_count(desk: Desk) -> None:
    add_application(desk, QWEN)
    users(desk, {"2026-08": 60_000_000, "2026-10": 200_000_000})
    assert (one(desk, "2026-09-15")["value"], one(desk)["value"]) == (60_000_000, 200_000_000)


def test_users_of_all_applications_of_an_owner_count_for_its_group(desk: Desk) -> None:
    for name in ("kiosk", "stall"):
        add_application(desk, PLAYGROUND, id=name)
        users(desk, {"2026-10": 600_000}, name)
    assert (one(desk)["value"], one(desk)["passed"]) == (1_200_000, True)
    assert any("whole group" in warning for warning in read_headroom(desk, "kiosk")["warnings"])
    add_application(desk, PLAYGROUND, id="booth")
    assert [warning for warning in read_headroom(desk, "kiosk")["warnings"] if "app:booth of the same owner has no users" in warning]


def test_revenue_limits_are_held_against_recorded_revenue(desk: Desk) -> None:
    add_application(desk, STABLE)
    assert one(desk)["missing"] == "revenue a year of the group"
    for year, amount in (("2023", "400k"), ("2024", "500k"), ("2025", "625k")):
        record_revenue(desk, "kiosk", year, amount, "group")
    item = one(desk)
    assert (item["value"], item["value_unit"], item["month"], item["share"]) == (625_000, "USD", "2025", 0.625)
    assert (item["growth"]["rate"], item["growth"]["step"], item["crosses"]) == (pytest.approx(0.25), "year", "2028")


def test_revenue_in_another_currency_takes_the_rate_that_makes_most_of_it(desk: Desk) -> None:
    add_application(desk, STABLE)
    record_revenue(desk, "kiosk", "2025", "700k EUR", "group")
    item = one(desk)
    assert (item["value_unit"], item["share"], item["passed"]) == ("EUR", 0.875, False)


def test_twelve_months_of_revenue_make_the_year(desk: Desk) -> None:
    add_application(desk, STABLE)
    for month in range(1, 13):
        record_revenue(desk, "kiosk", f"2025-{month:02d}", "90k", "group")
    assert (one(desk)["value"], one(desk)["passed"]) == (1_080_000, True)


def test_a_term_that_only_adds_a_duty_says_so(desk: Desk) -> None:
    add_application(desk, KIMI)
    users(desk, {"2026-10": 5_000_000})
    found = {item["fact"]: item for item in limits(desk)}
    assert {item["effect"] for item in found.values()} == {"display"}
    assert found["monthly_active_users"]["share"] == 0.05
    assert found["monthly_revenue_usd"]["missing"] == "revenue a month of the product"


def test_too_few_months_and_no_growth_are_said(desk: Desk) -> None:
    add_application(desk, QWEN)
    assert one(desk)["note"] == "no trend: 0 of 3 counts are recorded"
    users(desk, {"2026-08": 9, "2026-09": 8, "2026-10": 7})
    assert (one(desk)["note"], one(desk)["crosses"]) == ("not growing", None)
    users(desk, {"2026-10": 9, "2026-09": 9, "2026-08": 8})
    assert one(desk)["note"] == "not within 10 years at this trend"


def test_all_applications_are_looked_at_and_those_without_limits_named(desk: Desk) -> None:
    add_application(desk, "microsoft/phi-2", id="plain")
    add_application(desk, QWEN)
    result = read_headroom(desk, None, "2026-11-20")
    assert "plain" in result["without_limits"]
    assert {"kiosk", "jadewell", "parlora"} <= {item["application"] for item in result["items"]}
    assert result["date"] == "2026-11-20"


def test_the_facts_of_the_company_stand_in_where_nothing_is_recorded(desk_over: Open) -> None:
    desk = desk_over(facts={"monthly_active_users": "5M"})
    add_application(desk, QWEN)
    assert (one(desk)["value"], one(desk)["month"]) == (5_000_000, None)
    users(desk, {"2026-10": 7_000_000})
    assert (one(desk)["value"], one(desk)["month"]) == (7_000_000, "2026-10")


def test_what_is_not_there_is_refused(reader: Desk) -> None:
    with pytest.raises(UsageError, match="no application is called"):
        read_headroom(reader, "nobody")
    with pytest.raises(FactError, match="not a date"):
        read_headroom(reader, None, "yesterday")
    with pytest.raises(UsageError, match="interpretation"):
        read_headroom(reader, "parlora", None, "kind")


def test_limits_agree_with_those_of_a_check(reader: Desk) -> None:
    """The rows are those of `check`, whichever application is asked about."""
    from registry.desk.check import check_models

    for item in read_headroom(reader, None, "2026-11-20")["items"]:
        answers = [each for each in check_models(reader, [f"app:{item['application']}"], {"date": "2026-11-20"}) if each["model"] == item["model"]]
        same = [
            each
            for answer in answers
            for each in answer["headroom"]
            if (each["license"], each["fact"], each["limit"]) == (item["license"], item["fact"], item["limit"])
        ]
        assert same, item
        assert {(each["value"], each["passed"], each["of"]) for each in same} >= {(item["value"], item["passed"], item["of"])}
