"""Grants: every act needs one that holds."""

from __future__ import annotations

from registry.terms.acts import Capacity
from registry.terms.verdict import Verdict
from tests.terms.build import a_license, a_term, a_use, evaluate, verdict


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


def test_a_yes_that_rests_on_an_unread_grant_is_undetermined() -> None:
    outcome = evaluate(a_license(a_term("grant", confidence="memory"), grant=False, confidence="memory"), a_use(distribution=["internal"]))
    assert (outcome.verdict.word, outcome.leaning) == ("undetermined", Verdict.PERMITTED)


def test_a_disputed_grant_is_taken_against_the_user_under_strict() -> None:
    license = a_license(a_term("grant", disputed=("silent-on-outputs",)), grant=False)
    use = a_use(distribution=["internal"])
    assert [verdict(license, use, name) for name in ("strict", "permissive")] == ["needs-permission", "permitted"]


def test_a_model_trained_on_outputs_needs_no_grant_but_meets_the_ban() -> None:
    license = a_license(a_term("grant", "teach"), a_term("bar", "teach", when={"outputs_train": ["foundation-model"]}), grant=False)
    use = a_use(distribution=["internal"])
    assert verdict(license, use, capacity=Capacity("output-model", "foundation-model")) == "prohibited"
    assert verdict(license, use, capacity=Capacity("output-model", "same-family")) == "permitted"
