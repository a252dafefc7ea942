"""Duties: what obliges, what is stated as unmet, names, gates."""

from __future__ import annotations

import pytest

from tests.terms.build import a_license, a_term, a_use, evaluate, verdict


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
