"""From flags and the company's own file to the facts of a use."""

from __future__ import annotations

import re
from typing import Any

import pytest

from registry.desk.facts import read_use, today
from registry.errors import FactError
from registry.terms.counts import Amount, Count
from registry.terms.facts import Use, use_to_data
from tests.terms.build import KNOWLEDGE


def read(company: dict[str, Any] | None = None, **raw: Any) -> Use:
    """The use of these flags over these facts of the company."""
    return read_use(KNOWLEDGE, raw, company)


def users(*pieces: str) -> Count:
    """The monthly users of `--mau` given once for each piece."""
    value = read(monthly_active_users=list(pieces)).stated["monthly_active_users"]
    assert isinstance(value, Count)
    return value


@pytest.mark.parametrize("text", ["700M", "700_000_000", "700,000,000", "0.7B", "700000k", "700 m"])
def test_one_number_stands_for_every_month_and_everyone(text: str) -> None:
    assert users(text) == Count(Amount(700_000_000))


def test_months_make_a_series() -> None:
    count = users("2023-06=12M", "2026-10=100k")
    assert count.at("group", "2023-06") == count.at("product", "2023-06") == Amount(12_000_000)
    assert count.at("group", "2026-10") == Amount(100_000)
    assert count.at("group", "2024-01") is None


def test_scopes_make_a_count_by_scope() -> None:
    count = users("product=1M", "group=1.5B")
    assert (count.at("product", "2023-06"), count.at("group", None), count.at("licensee", None)) == (Amount(1_000_000), Amount(1_500_000_000), None)


def test_a_scope_may_have_a_series_of_its_own() -> None:
    count = users("group=2023-06=800M", "group=2023-07=900M", "product=5")
    assert (count.at("group", "2023-06"), count.at("group", "2023-07"), count.at("product", "2023-06")) == (Amount(800_000_000), Amount(900_000_000), Amount(5))


def test_a_month_and_a_scope_are_one_count() -> None:
    count = users("2023-06=12M", "group=1.5B")
    assert (count.at("product", "2023-06"), count.at("group", "2026-01")) == (Amount(12_000_000), Amount(1_500_000_000))


def test_the_order_of_pieces_does_not_matter() -> None:
    assert users("2023-06=1", "2023-05=2") == users("2023-05=2", "2023-06=1")
    assert users("group=1", "product=2") == users("product=2", "group=1")


@pytest.mark.parametrize(
    "pieces",
    [
        ("2023-06=1", "2023-06=2"),
        ("group=1", "group=2"),
        ("group=1", "group=2023-06=2"),
        ("group=2023-06=2", "group=1"),
        ("group=2023-06=2", "group=2023-06=2"),
        ("5", "2023-06=1"),
        ("5", "6"),
        ("2023-06=",),
        ("=5",),
        ("a=b=c=d",),
        ("2023-13=5",),
        ("June=5",),
        ("galaxy=5",),
        ("group=lots",),
        ("product=June=5",),
        ("2023-06=2023-06=5",),
        ("2023-06=-5",),
        ("",),
        ("2023-06=5M EUR",),
    ],
)
def test_pieces_that_clash_or_say_nothing_are_refused_by_name(pieces: tuple[str, ...]) -> None:
    with pytest.raises(FactError, match="monthly_active_users") as caught:
        users(*pieces)
    assert caught.value.hint


def test_money_keeps_its_currency() -> None:
    value = read(annual_revenue_usd=["licensee=2M EUR", "group=30M"]).stated["annual_revenue_usd"]
    assert use_to_data({"annual_revenue_usd": value}) == {"annual_revenue_usd": {"licensee": "2000000 EUR", "group": 30_000_000}}


@pytest.mark.parametrize("name", ["edge_devices", "headcount"])
def test_a_count_without_months_refuses_them(name: str) -> None:
    raw: dict[str, Any] = {name: ["2023-06=5"]}
    with pytest.raises(FactError, match=name):
        read(**raw)


def test_flags_go_before_the_companys_own_facts_and_leave_the_others() -> None:
    company = {"country": "DE", "commercial": True, "monthly_active_users": {"2023-06": 5, "2023-07": 6}}
    use = read(company, commercial=False, monthly_active_users=["7"])
    assert use_to_data(use.stated) == {"commercial": False, "country": "DE", "monthly_active_users": 7}
    assert company["monthly_active_users"] == {"2023-06": 5, "2023-07": 6}


def test_the_companys_facts_stand_without_flags() -> None:
    use = read({"country": "NO", "audience": ["EU"], "annual_revenue_usd": "2M"})
    assert use.value("country") == "NO"
    audience = use.value("audience")
    assert isinstance(audience, frozenset)
    assert len(audience) == 27
    assert use_to_data(use.stated)["annual_revenue_usd"] == 2_000_000


def test_a_fact_that_a_flag_replaces_need_not_be_right() -> None:
    assert read({"country": "Mars"}, country="FR").value("country") == "FR"
    with pytest.raises(FactError, match="`country`: `Mars`"):
        read({"country": "Mars"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weather", "wet"),
        ("commercial", "perhaps"),
        ("country", "EU"),
        ("country", "UK"),
        ("distribution", "pigeon"),
        ("distribution", ["saas", "pigeon"]),
        ("purpose", ["research", "personal"]),
        ("founded", "2023"),
        ("date", "21.11.2026"),
        ("obtained_on", "2026-02-30x"),
        ("fields_of_use", "knitting"),
        ("derivative_name", ""),
        ("derivative_name", "a\nb"),
        ("derivative_name", "\x1b[31m"),
    ],
)
def test_a_wrong_fact_is_refused_with_its_name_and_a_hint(name: str, value: Any) -> None:
    with pytest.raises(FactError, match=f"`{name}`") as caught:
        read(**{name: value})
    assert caught.value.hint


@pytest.mark.parametrize("value", ["2026-02-30", "2023-04-31"])
def test_a_day_that_is_in_no_calendar_is_refused(value: str) -> None:
    with pytest.raises(FactError, match="`date`"):
        read(date=value)


def test_controls_are_no_facts() -> None:
    use = read(assume=False, strict_facts=True, interpretation="strict")
    assert (dict(use.stated), dict(use.assumed), use.strict) == ({}, {}, True)


def test_assumptions_stand_in_where_nothing_is_stated_and_never_over_what_is() -> None:
    use = read(modified=True)
    assert (use.value("modified"), use.value("role"), use.value("outputs_train")) == (True, "licensee", "none")
    assert use.value("commercial") is None
    assert use.value("student_competes") is False
    assert read(outputs_train="foundation-model").value("student_competes") is True


def test_the_date_of_the_use_is_today_unless_stated() -> None:
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", today())
    assert read().on in (today(), read().on)
    assert read(date="2024-01-31").on == "2024-01-31"
    assert read({"date": "2024-01-31"}).on == "2024-01-31"
