"""Bars: refusing, asking, limits with their comparators, permission, terms not read from the text."""

from __future__ import annotations

import pytest

from registry.terms.partial import Subject
from tests.terms.build import a_license, a_term, a_use, evaluate, verdict

USERS = {"what": "active-users", "of": "group", "per": "month", "at": "once", "month": "2023-06", "over": 700_000_000}


@pytest.mark.parametrize(("ask", "expected"), [("Acme", "needs-permission"), (None, "prohibited")])
def test_a_bar_that_holds_asks_where_the_text_names_a_way_and_refuses_where_not(ask: str | None, expected: str) -> None:
    assert verdict(a_license(a_term("bar", ask=ask, when={"commercial": [True]})), a_use(commercial=True, distribution=["internal"])) == expected


def test_written_permission_lifts_a_bar_with_a_way_out_only() -> None:
    use = a_use(commercial=True, distribution=["internal"], permission_from=["acme"])
    assert verdict(a_license(a_term("bar", ask="Acme", when={"commercial": [True]})), use) == "permitted"
    assert verdict(a_license(a_term("bar", when={"commercial": [True]}), steward="Acme"), use) == "prohibited"


@pytest.mark.parametrize(("users", "expected"), [(699_999_999, "permitted"), (700_000_000, "permitted"), (700_000_001, "needs-permission")])
def test_more_than_lets_the_limit_itself_pass(users: int, expected: str) -> None:
    assert (
        verdict(a_license(a_term("bar", ask="Acme", when={"measure": USERS})), a_use(distribution=["internal"], monthly_active_users={"2023-06": users}))
        == expected
    )


def test_at_least_stops_at_the_limit_itself() -> None:
    limit = {"what": "revenue", "of": "licensee", "per": "year", "at": "rolling", "at_least": 10_000_000, "unit": "USD"}
    license = a_license(a_term("bar", ask="Acme", when={"measure": limit}))
    assert verdict(license, a_use(distribution=["internal"], annual_revenue_usd=9_999_999)) == "permitted"
    assert verdict(license, a_use(distribution=["internal"], annual_revenue_usd=10_000_000)) == "needs-permission"


def test_a_missing_month_of_a_series_is_unknown_and_a_bare_number_stands_for_it() -> None:
    license = a_license(a_term("bar", ask="Acme", when={"measure": USERS}))
    assert verdict(license, a_use(distribution=["internal"], monthly_active_users={"2026-10": 10})) == "conditional"
    assert verdict(license, a_use(distribution=["internal"], monthly_active_users=10)) == "permitted"
    assert verdict(license, a_use(distribution=["internal"], monthly_active_users=10, strict=True)) == "conditional"


def test_a_certain_bar_wins_over_anything_unknown() -> None:
    license = a_license(a_term("bar", id="nc", when={"commercial": [True]}), a_term("bar", ask="Acme", when={"measure": USERS}))
    assert verdict(license, a_use(commercial=True, distribution=["internal"])) == "prohibited"


def test_a_bar_not_read_from_the_text_leaves_the_answer_undetermined_and_leaning() -> None:
    outcome = evaluate(a_license(a_term("bar", when={"commercial": [True]}, confidence="secondary")), a_use(commercial=True, distribution=["internal"]))
    assert outcome.verdict.word == "undetermined"
    assert outcome.leaning is not None
    assert outcome.leaning.word == "prohibited"


def test_an_unread_bar_that_does_not_bite_is_listed_as_unverified() -> None:
    outcome = evaluate(a_license(a_term("bar", when={"commercial": [True]}, confidence="secondary")), a_use(commercial=False, distribution=["internal"]))
    assert outcome.verdict.word == "permitted"
    assert len(outcome.unverified) == 1


def test_disputed_terms_bind_under_strict_only() -> None:
    license = a_license(a_term("bar", when={"commercial": [True]}, disputed=("silent-on-outputs",)))
    use = a_use(commercial=True, distribution=["internal"])
    assert [verdict(license, use, name) for name in ("strict", "mainstream", "permissive")] == ["prohibited", "permitted", "permitted"]


def test_a_foundation_model_is_taken_to_compete_unless_stated_otherwise() -> None:
    license = a_license(a_term("bar", "teach", when={"student_competes": [True]}))
    assert verdict(license, a_use(distribution=["internal"], outputs_train="foundation-model")) == "prohibited"
    assert verdict(license, a_use(distribution=["internal"], outputs_train="narrow-model")) == "permitted"
    assert verdict(license, a_use(distribution=["internal"], outputs_train="foundation-model", student_competes=False)) == "permitted"


def test_terms_read_the_models_modality_and_fall_back_to_the_one_used() -> None:
    license = a_license(a_term("bar", when={"subject.modality": ["multimodal"]}))
    assert verdict(license, a_use(distribution=["internal"]), subject=Subject(modality="text")) == "permitted"
    assert verdict(license, a_use(distribution=["internal"], modality_used="multimodal")) == "prohibited"
    assert verdict(license, a_use(distribution=["internal"])) == "conditional"


def test_a_cleared_limit_is_a_reason_with_its_headroom() -> None:
    outcome = evaluate(a_license(a_term("bar", ask="Acme", when={"measure": USERS})), a_use(distribution=["internal"], monthly_active_users={"2023-06": 5}))
    assert [reason.outcome for reason in outcome.reasons] == ["decides", "cleared"]
    limit = outcome.headroom[0]
    assert (limit.limit, limit.period, limit.value and limit.value.number) == (700_000_000, "2023-06", 5)
