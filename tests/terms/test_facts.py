"""Facts as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from registry.errors import FactError
from registry.terms.counts import Amount, Count
from registry.terms.facts import read_fact, use_to_data
from tests.terms.build import VOCABULARY, a_use


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("700M", 700_000_000),
        ("1.5B", 1_500_000_000),
        ("100k", 100_000),
        ("700_000_000", 700_000_000),
        ("1,000", 1000),
        (12, 12),
        ("0", 0),
        ("2.5 m", 2_500_000),
        ("3bn", 3_000_000_000),
    ],
)
def test_numbers_are_read_as_people_write_them(written: Any, number: int) -> None:
    assert read_fact(VOCABULARY, "monthly_active_users", written) == Count(everywhere=Amount(number))


@pytest.mark.parametrize(
    ("fact", "written", "complaint"),
    [
        ("monthly_active_users", "many", "is not a number"),
        ("monthly_active_users", -1, "zero or more"),
        ("monthly_active_users", True, "not a number"),
        ("monthly_active_users", {"2023-13": 1}, "neither a month"),
        ("monthly_active_users", {"2023-06": {"product": 1}}, "not a number"),
        ("monthly_active_users", {}, "empty series"),
        ("monthly_active_users", "5 EUR", "no currency"),
        ("commercial", "maybe", "neither true nor false"),
        ("purpose", "war", "not one of its values"),
        ("distribution", ["saas", "pigeon"], "not one of its values"),
        ("country", "EU", "is a region"),
        ("country", "UK", "did you mean GB"),
        ("audience", ["XX"], "not a country code"),
        ("date", "tomorrow", "not a date"),
        ("date", "2026-13-01", "not a date"),
        ("founded", "2023", "not a month"),
        ("derivative_name", "a\x1b[31m", "control characters"),
        ("derivative_name", ["a", "b"], "one value"),
        ("fields_of_use", 7, "not a list"),
    ],
)
def test_a_wrong_value_names_the_fact_and_says_how_to_give_it(fact: str, written: Any, complaint: str) -> None:
    with pytest.raises(FactError) as raised:
        read_fact(VOCABULARY, fact, written)
    assert f"`{fact}`" in raised.value.message
    assert complaint in raised.value.message
    assert raised.value.hint


def test_an_unknown_fact_lists_those_there_are() -> None:
    with pytest.raises(FactError, match="`mau` is not a fact"):
        read_fact(VOCABULARY, "mau", 5)


def test_norway_is_a_country_and_the_eu_among_users_stands_for_its_members() -> None:
    assert read_fact(VOCABULARY, "country", "no") == "NO"
    members = read_fact(VOCABULARY, "audience", "EU,CH")
    assert isinstance(members, frozenset)
    assert {"DE", "FR", "CH"} <= members
    assert "GB" not in members


def test_assumptions_stand_in_only_where_nothing_was_said_and_only_if_allowed() -> None:
    assert a_use().value("role") == "licensee"
    assert a_use(role="end-user").value("role") == "end-user"
    assert a_use(assume=False).value("role") is None
    for fact in ("commercial", "distribution", "country", "audience", "monthly_active_users", "annual_revenue_usd", "monthly_visits", "modality_used"):
        assert a_use().value(fact) is None


def test_a_use_prints_as_it_can_be_read_again() -> None:
    facts: dict[str, Any] = {
        "monthly_active_users": {"product": {"2023-06": 5}, "group": 7},
        "annual_revenue_usd": "2M EUR",
        "audience": ["US", "DE"],
        "commercial": True,
    }
    use = a_use(**facts)
    assert a_use(**use_to_data(use.stated)).stated == use.stated
