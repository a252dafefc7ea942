"""One licence, whole and alone."""

from __future__ import annotations

from tests.terms.build import a_license, a_term, a_use, evaluate, verdict


def test_a_certain_refusal_outranks_what_was_not_read() -> None:
    license = a_license(
        a_term("bar", id="read", ask="Acme", when={"commercial": [True]}), a_term("bar", id="unread", when={"commercial": [True]}, confidence="unread")
    )
    assert verdict(license, a_use(commercial=True, distribution=["internal"])) == "needs-permission"


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


def test_a_name_without_a_text_is_undetermined_and_no_licence_grants_nothing() -> None:
    assert verdict(a_license(grant=False, placeholder="undetermined"), a_use(commercial=True)) == "undetermined"
    assert verdict(a_license(grant=False, placeholder="nothing-granted"), a_use(commercial=False, distribution=["internal"])) == "needs-permission"
