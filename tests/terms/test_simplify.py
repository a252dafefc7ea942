"""Simplifying a condition never changes when it is true."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.terms.conditions import AllOf, AnyOf, Condition, FactTest, Measure, Not, Place, to_data
from registry.terms.simplify import conjunction, disjunction, negation
from tests.terms.plain_evaluator import Plain
from tests.terms.strategies import PLAIN

LEAVES: tuple[FactTest | Place | Measure, ...] = (
    FactTest("commercial", frozenset({True})),
    FactTest("commercial", frozenset({False})),
    FactTest("purpose", frozenset({"research"})),
    FactTest("purpose", frozenset({"research", "education"})),
    FactTest("fields_of_use", frozenset({"military"})),
    FactTest("fields_of_use", frozenset({"surveillance"})),
    FactTest("fields_of_use", frozenset({"military", "surveillance"})),
    Place("licensee", frozenset({"EU"})),
    Place("end-users", frozenset({"EU"})),
    Measure("active-users", 100, inclusive=False),
    Measure("active-users", 100, inclusive=True),
    Measure("active-users", 200, inclusive=False, latch=True),
    Measure("active-users", 100, inclusive=False, of="group"),
    Measure("active-users", 100, inclusive=False, at="preceding-month"),
    Measure("revenue", 100, inclusive=False, unit="USD"),
    Measure("visits", 100, inclusive=True),
)
ASSIGNMENTS: tuple[Plain, ...] = tuple(
    {
        "date": "2026-11-21",
        "commercial": commercial,
        "purpose": purpose,
        "fields_of_use": list(fields),
        "country": country,
        "audience": [audience],
        "monthly_active_users": users,
        "monthly_revenue_usd": revenue,
        "monthly_visits": 100,
    }
    for commercial, purpose, fields, country, audience, users, revenue in product(
        (True, False),
        ("research", "education", "production"),
        ((), ("military",), ("surveillance",), ("military", "surveillance")),
        ("DE", "US"),
        ("FR", "NO"),
        (
            99,
            100,
            101,
            201,
            {"product": 0, "licensee": 100, "group": 101},
            {"product": 99, "licensee": 101, "group": 201},
            {"2026-10": 100, "2026-11": 101},
            {"2026-10": 201, "2026-11": 99},
        ),
        (100, 101),
    )
)
"""Every combination of values on either side of what the leaves test."""

TRUTH: dict[Condition, tuple[bool, ...]] = {leaf: tuple(PLAIN.holds(to_data(leaf), {}, use, {}) for use in ASSIGNMENTS) for leaf in LEAVES}


def truth(condition: Condition) -> tuple[bool, ...]:
    """Whether a condition holds under each assignment, by the plain evaluator for the leaves and the connectives for the rest."""
    if isinstance(condition, AllOf):
        return tuple(all(column) for column in zip(*(truth(part) for part in condition.parts), strict=True))
    if isinstance(condition, AnyOf):
        return tuple(any(column) for column in zip(*(truth(part) for part in condition.parts), strict=True))
    if isinstance(condition, Not):
        return tuple(not value for value in truth(condition.part))
    if condition not in TRUTH:  # simplifying may merge two tests of one fact into a new one
        TRUTH[condition] = tuple(PLAIN.holds(to_data(condition), {}, use, {}) for use in ASSIGNMENTS)
    return TRUTH[condition]


def some(truths: list[tuple[bool, ...]], how: str) -> tuple[bool, ...]:
    return tuple((all if how == "all" else any)(column) for column in zip(*truths, strict=True))


literals = st.sampled_from(LEAVES).flatmap(lambda leaf: st.sampled_from([leaf, Not(leaf)]))
conditions = st.recursive(
    literals,
    lambda smaller: st.one_of(
        st.lists(smaller, min_size=1, max_size=4).map(lambda parts: AllOf(tuple(parts))),
        st.lists(smaller, min_size=1, max_size=4).map(lambda parts: AnyOf(tuple(parts))),
        smaller.map(Not),
    ),
    max_leaves=7,
)
several = st.lists(conditions, min_size=1, max_size=4)
brute_force = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.property
@brute_force
@given(several)
def test_a_conjunction_is_true_exactly_when_every_part_is(parts: list[Condition]) -> None:
    assert truth(conjunction(parts)) == some([truth(part) for part in parts], "all")


@pytest.mark.property
@brute_force
@given(several)
def test_a_disjunction_is_true_exactly_when_a_part_is(parts: list[Condition]) -> None:
    assert truth(disjunction(parts)) == some([truth(part) for part in parts], "any")


@pytest.mark.property
@brute_force
@given(conditions)
def test_a_negation_is_true_exactly_when_the_condition_is_not(condition: Condition) -> None:
    assert truth(negation(condition)) == tuple(not value for value in truth(condition))
    assert truth(negation(negation(condition))) == truth(condition)


@pytest.mark.property
@brute_force
@given(several)
def test_simplified_parts_may_be_simplified_again_in_any_grouping(parts: list[Condition]) -> None:
    for join in (conjunction, disjunction):
        assert truth(join([join(parts), *parts])) == truth(join(parts))
        assert truth(join(list(reversed(parts)))) == truth(join(parts))
        assert truth(join([parts[0], join(parts)])) == truth(join(parts))


@pytest.mark.property
def test_every_pair_of_leaves_and_refusals_joins_and_parts_by_the_truth_table() -> None:
    literal = [condition for leaf in LEAVES for condition in (leaf, Not(leaf))]
    for left in literal:
        for right in literal:
            assert truth(conjunction([left, right])) == some([truth(left), truth(right)], "all"), (left, right)
            assert truth(disjunction([left, right])) == some([truth(left), truth(right)], "any"), (left, right)
            assert truth(negation(AllOf((left, right)))) == tuple(not value for value in some([truth(left), truth(right)], "all"))


def parts_inside(condition: Condition) -> list[Condition]:
    if isinstance(condition, AllOf | AnyOf):
        return [condition, *(piece for part in condition.parts for piece in parts_inside(part))]
    return [condition, *(parts_inside(condition.part) if isinstance(condition, Not) else [])]


@pytest.mark.property
@brute_force
@given(several)
def test_what_comes_out_has_no_doubles_and_no_connective_of_one_part(parts: list[Condition]) -> None:
    flat = [part for part in parts if not any(isinstance(piece, AllOf | AnyOf) for piece in parts_inside(part))] or [LEAVES[0]]
    for join in (conjunction, disjunction):
        joined = join(flat)
        assert join([joined]) == joined
        if isinstance(joined, AllOf | AnyOf):
            assert len(joined.parts) > 1
            assert len(set(joined.parts)) == len(joined.parts)


def test_a_negation_stands_before_leaves_only() -> None:
    inner = AnyOf((LEAVES[0], AllOf((LEAVES[2], Not(LEAVES[4])))))
    assert all(not isinstance(piece.part, AllOf | AnyOf | Not) for piece in parts_inside(negation(inner)) if isinstance(piece, Not))


def test_of_several_limits_on_one_count_the_lowest_remains() -> None:
    low, high = Measure("active-users", 100, inclusive=True), Measure("active-users", 200, inclusive=False)
    assert disjunction([high, low]) == low
    assert conjunction([Not(high), Not(low)]) == Not(low)
    assert conjunction([low, high]) == AllOf((low, high))
