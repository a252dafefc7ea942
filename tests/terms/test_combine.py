"""Combining licences: the worst of those that bind, the best of those one may choose from, and never looser than any of them."""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.terms.combine import Each, Named, OneOf, choose, evaluate_expression, license_ids, meet, soften
from registry.terms.license import License
from registry.terms.outcome import Outcome
from registry.terms.partial import Situation, worth_of
from registry.terms.verdict import Verdict
from tests.terms.plain_evaluator import Plain
from tests.terms.strategies import (
    INTERPRETATIONS,
    KNOWLEDGE,
    REAL,
    Dice,
    Seeded,
    draw_completion,
    draw_license,
    draw_possible_use,
    engine_license,
    engine_subject,
    engine_use,
    hide_facts,
    one,
)

YES = (Verdict.PERMITTED, Verdict.WITH_OBLIGATIONS)
COMPLETIONS = 25


class Draw(NamedTuple):
    """Some licences' outcomes for one use with facts missing, and ways in which the missing facts may turn out."""

    licences: list[Plain]
    licenses: list[License]
    outcomes: list[Outcome]
    completions: list[Plain]
    interpretation: str


def a_draw(dice: Dice, count: int) -> Draw:
    licences = [REAL[one(dice, sorted(REAL))] if dice.number(0, 2) == 0 else draw_license(dice, at) for at in range(count)]
    whole: Plain = {"id": "all-of-them", "released": "2018-03", "terms": [term for licence in licences for term in licence.get("terms") or []]}
    full = draw_possible_use(dice, whole)
    partial = hide_facts(dice, whole, full, percent=40, kept=("role", "modified", "outputs_train"))
    interpretation = one(dice, INTERPRETATIONS)
    licenses = [KNOWLEDGE.license_of(licence["id"]) or engine_license(licence) for licence in licences]
    outcomes = [evaluate(license, licence, partial, interpretation) for license, licence in zip(licenses, licences, strict=True)]
    completions = [draw_completion(dice, whole, full, partial) for _ in range(COMPLETIONS)]
    return Draw(licences, licenses, outcomes, completions, interpretation)


def evaluate(license: License, licence: Plain, use: Plain, interpretation: str) -> Outcome:
    # One subject for all of them, as for the one model that they bind.
    return KNOWLEDGE.evaluator.evaluate(license, engine_use(use), KNOWLEDGE.interpretation(interpretation), engine_subject(use, {"released": "2018-03"}))


def opens(outcome: Outcome, draw: Draw) -> tuple[bool | None, ...] | None:
    """What the open condition comes to in every completion: two conditions that agree in all mean the same here."""
    if outcome.open is None:
        return None
    found = []
    for use in draw.completions:
        # The limits that look back from a licence's own date are already fixed to their month.
        worth = worth_of(outcome.open, Situation(engine_use(use), KNOWLEDGE.vocabulary, engine_subject(use, {"released": "2018-03"}), None))
        found.append(worth if isinstance(worth, bool) else None)
    return tuple(found)


def same(left: Outcome, right: Outcome, draw: Draw) -> bool:
    """Whether two outcomes say the same: verdict, when it is a yes, reasons, duties, limits."""
    return (
        (left.verdict, left.leaning, left.curable) == (right.verdict, right.leaning, right.curable)
        and opens(left, draw) == opens(right, draw)
        and set(left.reasons) == set(right.reasons)
        and set(left.obligations) == set(right.obligations)
        and set(left.headroom) == set(right.headroom)
        and set(left.licenses) == set(right.licenses)
        and set(left.unverified) == set(right.unverified)
        and set(left.disputed) == set(right.disputed)
    )


algebra = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32)


@pytest.mark.property
@algebra
@given(seeds)
def test_meet_does_not_look_at_the_order(seed: int) -> None:
    draw = a_draw(Seeded(seed), 3)
    expected = meet(draw.outcomes)
    for order in permutations(draw.outcomes):
        assert same(meet(order), expected, draw)


@pytest.mark.property
@algebra
@given(seeds)
def test_meet_does_not_look_at_the_grouping(seed: int) -> None:
    draw = a_draw(Seeded(seed), 3)
    first, second, third = draw.outcomes
    assert same(meet([meet([first, second]), third]), meet([first, meet([second, third])]), draw)
    assert same(meet([meet([first, second]), third]), meet(draw.outcomes), draw)


@pytest.mark.property
@algebra
@given(seeds)
def test_meet_of_an_outcome_with_itself_is_that_outcome(seed: int) -> None:
    draw = a_draw(Seeded(seed), 2)
    first, second = draw.outcomes
    assert same(meet([first, first]), first, draw)
    assert same(meet([first, second, first]), meet([first, second]), draw)


@pytest.mark.property
@algebra
@given(seeds)
def test_what_binds_besides_never_loosens(seed: int) -> None:
    draw = a_draw(Seeded(seed), 3)
    for count in (1, 2):
        fewer, more = meet(draw.outcomes[:count]), meet(draw.outcomes[: count + 1])
        assert more.verdict >= fewer.verdict
        assert set(more.obligations) >= set(fewer.obligations)
        assert set(more.headroom) >= set(fewer.headroom)
        if fewer.verdict == more.verdict == Verdict.CONDITIONAL:
            for before, after in zip(opens(fewer, draw) or (), opens(more, draw) or (), strict=True):
                assert not (after is True and before is not True)
            assert fewer.open is not None
            assert more.open is not None


@pytest.mark.property
@algebra
@given(seeds)
def test_the_condition_of_a_meet_is_a_yes_exactly_when_every_licence_says_yes(seed: int) -> None:
    draw = a_draw(Seeded(seed), 2)
    together = meet(draw.outcomes)
    if together.verdict != Verdict.CONDITIONAL:
        return
    for said, use in zip(opens(together, draw) or (), draw.completions, strict=True):
        parts = [evaluate(license, licence, use, draw.interpretation) for license, licence in zip(draw.licenses, draw.licences, strict=True)]
        if all(part.verdict != Verdict.UNDETERMINED for part in parts) and said is not None:
            assert (meet(parts).verdict in YES) is said


@pytest.mark.property
@algebra
@given(seeds)
def test_choose_takes_the_best_and_is_never_stricter_than_any(seed: int) -> None:
    draw = a_draw(Seeded(seed), 3)
    best = choose(draw.outcomes)
    assert best.verdict == min(outcome.verdict for outcome in draw.outcomes)
    assert meet(draw.outcomes).verdict >= best.verdict
    for order in permutations(draw.outcomes):
        assert choose(order).verdict == best.verdict
        if best.verdict == Verdict.CONDITIONAL:
            assert opens(choose(order), draw) == opens(best, draw)
    if best.verdict == Verdict.CONDITIONAL:
        each = [opens(outcome, draw) or () for outcome in draw.outcomes if outcome.verdict == Verdict.CONDITIONAL]
        for column, said in zip(zip(*each, strict=True), opens(best, draw) or (), strict=True):
            assert (said is True) == (True in column)


@pytest.mark.property
@algebra
@given(seeds)
def test_an_expression_is_the_meet_of_its_ands_and_the_choice_of_its_ors(seed: int) -> None:
    draw = a_draw(Seeded(seed), 3)
    by_name = dict(zip(("a", "b", "c"), draw.outcomes, strict=True))
    a, b, c = (Named(name) for name in "abc")
    first, second, third = draw.outcomes
    expression = OneOf((Each((a, b)), c))
    assert license_ids(expression) == ("a", "b", "c")
    assert evaluate_expression(expression, by_name.__getitem__) == choose([meet([first, second]), third])
    assert evaluate_expression(Each((OneOf((a, b)), c)), by_name.__getitem__).verdict == max(min(first.verdict, second.verdict), third.verdict)


@pytest.mark.property
@algebra
@given(seeds)
def test_softening_lies_between_what_does_not_bind_and_what_binds(seed: int) -> None:
    draw = a_draw(Seeded(seed), 2)
    bound, unbound = meet(draw.outcomes), draw.outcomes[0]
    found = soften(bound, unbound)
    assert unbound.verdict <= found.verdict <= bound.verdict or found.verdict == unbound.verdict
    if bound.verdict > unbound.verdict and bound.verdict == Verdict.PROHIBITED:
        assert found.verdict == Verdict.NEEDS_PERMISSION


def test_nothing_binds_where_there_is_no_licence() -> None:
    assert meet([]).verdict == Verdict.PERMITTED


@pytest.mark.property
def test_the_draws_reach_every_verdict() -> None:
    seen = {outcome.verdict for seed in range(60) for outcome in a_draw(Seeded(seed), 3).outcomes}
    assert seen == set(Verdict)
