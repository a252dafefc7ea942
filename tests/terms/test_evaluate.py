"""One licence, whole and alone."""

from __future__ import annotations

import pytest

from registry.terms.acts import Capacity
from registry.terms.partial import Subject
from registry.terms.verdict import Verdict
from tests.terms.build import a_license, a_term, a_use, evaluate, verdict

USERS = {"what": "active-users", "of": "group", "per": "month", "at": "once", "month": "2023-06", "over": 700_000_000}


def test_an_act_that_nothing_grants_needs_permission() -> None:
    license = a_license(a_term("grant", "run"), grant=False, ask="Acme")
    outcome = evaluate(license, a_use(distribution=["api"]))
    assert outcome.verdict.word == "needs-permission"
    assert outcome.reasons[0].term_id == "no-grant"
    assert outcome.reasons[0].cure == "ask Acme"


def test_nothing_granted_is_certain_even_if_the_way_it_reaches_others_is_unknown() -> None:
    license = a_license(a_term("grant", "teach"), grant=False)
    assert verdict(license, a_use()) == "needs-permission"


def test_a_grant_for_some_ways_only_is_conditional_on_the_way() -> None:
    outcome = evaluate(a_license(a_term("grant", "run serve-app"), grant=False), a_use())
    assert outcome.verdict.word == "conditional"
    assert outcome.open is not None


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


def test_duties_oblige_outside_the_house_only() -> None:
    license = a_license(a_term("duty", "all", do="license-copy"))
    assert verdict(license, a_use(distribution=["weights"])) == "permitted-with-obligations"
    assert verdict(license, a_use(distribution=["internal"])) == "permitted"


def test_a_duty_whose_trigger_is_unknown_counts_and_says_when() -> None:
    outcome = evaluate(a_license(a_term("duty", "give ship", do="license-copy")), a_use())
    assert outcome.verdict.word == "permitted-with-obligations"
    assert outcome.obligations[0].when is not None


def test_keeping_to_a_use_policy_is_no_obligation() -> None:
    outcome = evaluate(a_license(a_term("duty", "all", do="use-policy")), a_use(distribution=["weights"]))
    assert outcome.verdict.word == "permitted"
    assert [duty.counts for duty in outcome.obligations] == [False]


def test_an_encouraged_mark_is_listed_and_does_not_count() -> None:
    assert verdict(a_license(a_term("duty", "out", do="display", must=False)), a_use(distribution=["saas"])) == "permitted"


def test_a_duty_stated_as_unmet_bars_and_can_be_cured_if_this_use_triggers_it() -> None:
    license = a_license(a_term("duty", "give", do="notice-file"))
    outcome = evaluate(license, a_use(distribution=["weights"], duties_unmet=["notice-file"]))
    assert (outcome.verdict.word, outcome.curable) == ("prohibited", True)
    assert verdict(license, a_use(distribution=["internal"], duties_unmet=["notice-file"])) == "permitted"


def test_other_words_for_an_unmet_duty_are_understood() -> None:
    license = a_license(a_term("duty", "out", do="pass-on-terms"))
    assert verdict(license, a_use(distribution=["api"], duties_unmet=["pass-on-use-restrictions"])) == "prohibited"


def test_only_a_stated_name_decides_a_name_rule() -> None:
    license = a_license(a_term("duty", "give", do="name-rule", rule={"starts_with": "Llama"}, binds={"derivative"}))
    assert verdict(license, a_use(distribution=["weights"], modified=True)) == "permitted-with-obligations"
    assert verdict(license, a_use(distribution=["weights"], modified=True, derivative_name="Llama-mine")) == "permitted-with-obligations"
    assert verdict(license, a_use(distribution=["weights"], modified=True, derivative_name="Mine")) == "prohibited"
    assert verdict(license, a_use(distribution=["weights"], derivative_name="Mine")) == "permitted"


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [(["all"], "permitted"), (["test-license"], "permitted"), ([], "needs-permission"), (["mit"], "needs-permission"), (None, "conditional")],
)
def test_a_gate_is_passed_not_passed_or_unknown(accepted: list[str] | None, expected: str) -> None:
    license = a_license(a_term("duty", "all", do="register", gate=True, when={"commercial": [True]}))
    assert verdict(license, a_use(commercial=True, distribution=["internal"], accepted=accepted)) == expected


def test_a_gate_for_commercial_users_leaves_others_alone() -> None:
    license = a_license(a_term("duty", "all", do="register", gate=True, when={"commercial": [True]}))
    assert verdict(license, a_use(commercial=False, distribution=["internal"], accepted=[])) == "permitted"


def test_an_end_user_of_somebodys_product_has_no_duties() -> None:
    assert verdict(a_license(a_term("duty", "out", do="display")), a_use(distribution=["saas"], role="end-user")) == "permitted"


def test_a_bar_not_read_from_the_text_leaves_the_answer_undetermined_and_leaning() -> None:
    outcome = evaluate(a_license(a_term("bar", when={"commercial": [True]}, confidence="secondary")), a_use(commercial=True, distribution=["internal"]))
    assert outcome.verdict.word == "undetermined"
    assert outcome.leaning is not None
    assert outcome.leaning.word == "prohibited"


def test_a_yes_that_rests_on_an_unread_grant_is_undetermined() -> None:
    outcome = evaluate(a_license(a_term("grant", confidence="memory"), grant=False, confidence="memory"), a_use(distribution=["internal"]))
    assert (outcome.verdict.word, outcome.leaning) == ("undetermined", Verdict.PERMITTED)


def test_a_certain_refusal_outranks_what_was_not_read() -> None:
    license = a_license(
        a_term("bar", id="read", ask="Acme", when={"commercial": [True]}), a_term("bar", id="unread", when={"commercial": [True]}, confidence="unread")
    )
    assert verdict(license, a_use(commercial=True, distribution=["internal"])) == "needs-permission"


def test_an_unread_bar_that_does_not_bite_is_listed_as_unverified() -> None:
    outcome = evaluate(a_license(a_term("bar", when={"commercial": [True]}, confidence="secondary")), a_use(commercial=False, distribution=["internal"]))
    assert outcome.verdict.word == "permitted"
    assert len(outcome.unverified) == 1


def test_disputed_terms_bind_under_strict_only() -> None:
    license = a_license(a_term("bar", when={"commercial": [True]}, disputed=("silent-on-outputs",)))
    use = a_use(commercial=True, distribution=["internal"])
    assert [verdict(license, use, name) for name in ("strict", "mainstream", "permissive")] == ["prohibited", "permitted", "permitted"]


def test_a_disputed_grant_is_taken_against_the_user_under_strict() -> None:
    license = a_license(a_term("grant", disputed=("silent-on-outputs",)), grant=False)
    use = a_use(distribution=["internal"])
    assert [verdict(license, use, name) for name in ("strict", "permissive")] == ["needs-permission", "permitted"]


def test_changed_weights_are_a_derivative() -> None:
    license = a_license(a_term("bar", "give", binds={"derivative"}))
    assert verdict(license, a_use(distribution=["weights"], modified=True)) == "prohibited"
    assert verdict(license, a_use(distribution=["weights"], modified=False)) == "permitted"
    assert verdict(license, a_use(assume=False, distribution=["weights"], outputs_train="none", role="licensee")) == "conditional"


def test_what_is_given_away_after_training_on_outputs_is_the_student() -> None:
    copy = a_term("duty", "out", do="license-copy")
    show = a_term("duty", "out", do="display", binds={"output-model"})
    use = a_use(distribution=["weights"], outputs_train="foundation-model")
    outcome = evaluate(a_license(copy, show), use)
    assert [duty.term.do for duty in outcome.obligations] == ["display"]
    derivative = evaluate(a_license(copy, show, reach={"trained-on-outputs": ("derivative",)}), use)
    assert [duty.term.do for duty in derivative.obligations] == ["license-copy"]


def test_a_model_trained_on_outputs_needs_no_grant_but_meets_the_ban() -> None:
    license = a_license(a_term("grant", "teach"), a_term("bar", "teach", when={"outputs_train": ["foundation-model"]}), grant=False)
    use = a_use(distribution=["internal"])
    assert verdict(license, use, capacity=Capacity("output-model", "foundation-model")) == "prohibited"
    assert verdict(license, use, capacity=Capacity("output-model", "same-family")) == "permitted"


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


def test_a_name_without_a_text_is_undetermined_and_no_licence_grants_nothing() -> None:
    assert verdict(a_license(grant=False, placeholder="undetermined"), a_use(commercial=True)) == "undetermined"
    assert verdict(a_license(grant=False, placeholder="nothing-granted"), a_use(commercial=False, distribution=["internal"])) == "needs-permission"
