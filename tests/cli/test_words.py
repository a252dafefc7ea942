from __future__ import annotations

from typing import Any

import pytest

from registry.cli.words import deciding, headline, number, period, short_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (700_000_000, "700M"),
        (700_000_001, "700,000,001"),
        (1_500_000_000, "1.5B"),
        (12_000, "12,000"),
        (20e6, "20M"),
        (0, "0"),
        (0.5, "0.5"),
        ("many", "many"),
    ],
)
def test_numbers_are_exact_and_read_well(value: object, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("value", "text"), [(6_738_415_616, "6.74B"), (175e9, "175B"), (110_000_000, "110M"), (999_999_999, "1B"), (None, ""), (512, "512")])
def test_counts_fit_a_narrow_column(value: float | None, text: str) -> None:
    assert short_number(value) == text


def test_a_month_has_its_name() -> None:
    assert period("2023-06") == "June 2023"
    assert period("2023") == "2023"
    assert period("soon") == "soon"
    assert period("2023-99") == "2023-99"


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"verdict": "permitted"}, "the recorded licences allow this use"),
        (
            {"verdict": "permitted-with-obligations", "obligations": [{"when": None}, {"when": {"modified": [True]}}, {"counts": False}]},
            "allowed if you do this one thing",
        ),
        ({"verdict": "permitted-with-obligations", "obligations": [{}, {}]}, "allowed if you do these 2 things"),
        ({"verdict": "conditional", "missing_facts": ["monthly_active_users", "country"]}, "depends on monthly active users and country"),
        ({"verdict": "undetermined", "leaning": "permitted"}, "cannot say: the deciding terms are not known (leaning to permitted)"),
        ({"verdict": "needs-permission", "reasons": [{"outcome": "decides", "ask": "Meta"}]}, "not granted; ask Meta"),
        ({"verdict": "needs-permission", "reasons": [{"outcome": "decides", "ask": {"whom": "Meta", "by": "its form"}}]}, "not granted; ask Meta by its form"),
        ({"verdict": "needs-permission"}, "not granted by the recorded licences"),
        ({"verdict": "prohibited"}, "the text bars it"),
        (
            {"verdict": "prohibited", "curable": True, "reasons": [{"outcome": "decides", "cure": "the notice is kept"}]},
            "barred until this is mended: the notice is kept",
        ),
    ],
)
def test_verdicts_in_words(item: dict[str, Any], text: str) -> None:
    assert headline(item) == text


def test_no_verdict_is_called_safe_or_a_violation() -> None:
    for verdict in ("permitted", "permitted-with-obligations", "conditional", "undetermined", "needs-permission", "prohibited"):
        assert not {"safe", "compliant", "violation", "illegal"} & set(headline({"verdict": verdict}).split())


def test_a_listed_model_shows_its_condition_or_its_clause() -> None:
    assert deciding({"verdict": "conditional", "yes_when": "no more than 700M users"}) == "if no more than 700M users"
    assert deciding({"verdict": "prohibited", "deciding": {"term": "non-commercial", "section": "1"}}) == "non commercial (s. 1)"
    assert deciding({"verdict": "permitted", "deciding": None}) == ""
