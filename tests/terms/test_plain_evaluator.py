"""Two evaluators that share no code come to the same verdict."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from registry.terms.conditions import parse_condition
from registry.terms.partial import Situation, worth_of
from tests.terms.plain_evaluator import Open, Plain
from tests.terms.strategies import (
    EVERY_OPERATOR,
    INTERPRETATIONS,
    KNOWLEDGE,
    PLAIN,
    REAL,
    SCOPES,
    Seeded,
    draw_license,
    draw_use,
    engine_license,
    engine_subject,
    engine_use,
    fact_of,
    limit_of,
    measures_of,
    one,
    operators_of,
)

CASES = 10_000
IDS = sorted(REAL)


def engine_verdict(licence: Plain, use: Plain, interpretation: str, *, real: bool) -> str:
    license = KNOWLEDGE.license_of(licence["id"]) if real else engine_license(licence)
    assert license is not None
    outcome = KNOWLEDGE.evaluator.evaluate(license, engine_use(use), KNOWLEDGE.interpretation(interpretation), engine_subject(use, licence))
    return outcome.verdict.word


def a_case(seed: int) -> tuple[Plain, Plain, str, bool]:
    """A licence, a fully stated use and an interpretation; every other licence is a real one."""
    dice = Seeded(seed)
    real = seed % 2 == 0
    licence = REAL[one(dice, IDS)] if real else draw_license(dice, seed)
    return licence, draw_use(dice, licence), one(dice, INTERPRETATIONS), real


def smallest(licence: Plain, use: Plain, interpretation: str) -> tuple[Plain, Plain]:
    """A synthetic licence with as few terms, and a use with as few extras, as still tell the two apart."""

    def differs(some_licence: Plain, some_use: Plain) -> bool:
        return PLAIN.verdict(some_licence, some_use, interpretation) != engine_verdict(some_licence, some_use, interpretation, real=False)

    shrunk = copy.deepcopy(licence)
    for term in list(shrunk["terms"]):
        fewer = {**shrunk, "terms": [other for other in shrunk["terms"] if other is not term]}
        if any(other["kind"] == "grant" for other in fewer["terms"]) and differs(fewer, use):
            shrunk = fewer
    for at, term in enumerate(shrunk["terms"]):
        for key in ("if", "binds", "disputed", "confidence", "ask"):
            lighter = {name: value for name, value in term.items() if name != key}
            terms = [*shrunk["terms"][:at], lighter, *shrunk["terms"][at + 1 :]]
            if key in term and differs({**shrunk, "terms": terms}, use):
                shrunk, term = {**shrunk, "terms": terms}, lighter
    plain_use = dict(use)
    dull: Plain = {
        "outputs_train": "none",
        "modified": False,
        "role": "licensee",
        "distribution": ["internal"],
        "duties_unmet": [],
        "permission_from": [],
        "accepted": [],
    }
    for name, value in dull.items():
        if differs(shrunk, {**plain_use, name: value}):
            plain_use[name] = value
    return shrunk, {name: plain_use[name] for name in (*dull, *(fact for fact in plain_use if fact in repr(shrunk)))}


@pytest.mark.property
def test_both_evaluators_agree_on_ten_thousand_random_uses() -> None:
    seen: dict[str, int] = {}
    drawn: set[str] = set()
    apart: list[str] = []
    for seed in range(CASES):
        licence, use, interpretation, real = a_case(seed)
        expected, found = PLAIN.verdict(licence, use, interpretation), engine_verdict(licence, use, interpretation, real=real)
        seen[found] = seen.get(found, 0) + 1
        if not real:
            drawn |= operators_of(licence)
        if expected != found:
            if real:
                apart.append(f"seed {seed}: {licence['id']} under {interpretation} is {found}, expected {expected}, for {use}")
            else:
                small, few = smallest(licence, use, interpretation)
                terms = [{name: value for name, value in term.items() if name not in ("section", "summary")} for term in small["terms"]]
                rest = {name: small[name] for name in ("confidence", "reach", "steward", "ask") if name in small}
                apart.append(f"seed {seed}: {terms} {rest} under {interpretation} is {found}, expected {expected}, for {few}")
    assert not apart, f"{len(apart)} of {CASES} differ\n" + "\n".join(sorted(apart, key=len)[:8])
    assert drawn >= EVERY_OPERATOR
    # Two evaluators that always said the same word would agree as well.
    assert set(seen) >= {"permitted", "permitted-with-obligations", "undetermined", "needs-permission", "prohibited"}
    assert min(seen[word] for word in ("permitted", "permitted-with-obligations", "undetermined", "needs-permission", "prohibited")) > CASES // 100


def at_the_limit(licence: Plain, measure: Plain, value: float, form: str) -> Any:
    """A count whose tested month and scope hold the value, and whose others hold something else."""
    month = PLAIN.tested_month(measure, licence, {"date": "2026-11-21"})
    if form == "number":
        return value
    other = 0 if form == "series-low" else 10**13
    if form == "scopes":
        at = SCOPES.index(measure.get("of", "licensee"))
        return {scope: value if place == at else 0 if place < at else 10**13 for place, scope in enumerate(SCOPES)}
    if measure.get("at") == "any-time":
        other = 0
    series = {"1999": other, "2027": other} if len(month) == 4 or fact_of(measure).startswith("annual") else {"1999-01": other, "2027-12": other}
    return {**series, month[: len(next(iter(series)))]: value}


def every_limit() -> list[tuple[str, int]]:
    return [(name, at) for name in IDS for at in range(len(measures_of(REAL[name])))]


@pytest.mark.parametrize(("name", "at"), every_limit())
def test_both_evaluators_agree_on_both_sides_of_every_limit(name: str, at: int) -> None:
    licence = REAL[name]
    measure = measures_of(licence)[at]
    fact = fact_of(measure)
    limit = limit_of(measure)
    rates = PLAIN.vocabulary["currencies"][measure.get("unit") or "USD"]
    forms = ["number", "scopes"]
    if PLAIN.vocabulary["facts"][fact].get("series"):
        forms += ["series-low", "series-high"]
    values = [max(0, value) for value in sorted({round(limit / rate) + step for rate in rates for step in (-1, 0, 1)})]
    dice = Seeded(f"{name}-{at}")
    condition = parse_condition({"measure": measure})
    for form in forms:
        worths = []
        for value in values:
            use = {"date": "2026-11-21", fact: at_the_limit(licence, measure, value, form)}
            released = engine_subject(use, licence).released_on
            worth = worth_of(condition, Situation(engine_use(use), KNOWLEDGE.vocabulary, engine_subject(use, licence), released))
            try:
                expected: bool | None = PLAIN.over(measure, licence, use, "")
            except Open:
                expected = None
            assert (worth if isinstance(worth, bool) else None) is expected, (form, value)
            worths.append(expected)
        assert worths[0] is False
        assert worths[-1] is True
    for _ in range(6):
        use = {**draw_use(dice, licence), "date": "2026-11-21", "duties_unmet": []}
        for form in forms:
            for value in values:
                stated = {**use, fact: at_the_limit(licence, measure, value, form)}
                try:
                    words = {each: PLAIN.verdict(licence, stated, each) for each in INTERPRETATIONS}
                except (KeyError, ValueError):
                    continue  # another limit of this licence on the same fact looks at a month that this series leaves out
                for interpretation, word in words.items():
                    assert engine_verdict(licence, stated, interpretation, real=True) == word, (form, value, interpretation, stated)


def test_both_evaluators_agree_with_the_examples_of_every_licence_file() -> None:
    checked = 0
    for licence in REAL.values():
        for example in licence.get("examples") or []:
            use = {"date": "2026-11-21", "accepted": [], **PLAIN.ordinary, **example["use"]}
            if "published_under" in use or example["verdict"] == "conditional":
                continue
            if isinstance(use["student_competes"], dict):
                use["student_competes"] = use["student_competes"]["values"][use["outputs_train"]]
            try:
                found = PLAIN.verdict(licence, use, "mainstream")
            except KeyError:
                continue  # the plain evaluator knows no unknown facts
            assert found == example["verdict"], (licence["id"], example)
            checked += 1
    assert checked > 500


# --- rules on which the two were found apart once ---

GRANT: Plain = {"id": "grant", "kind": "grant", "acts": ["all"], "section": "1", "summary": "All of it."}
HEAD: Plain = {"id": "small", "name": "Small", "type": "custom", "type_reason": "A test.", "texts": [{"id": "license", "name": "Text", "source": "drawn"}]}
DULL: Plain = {
    "date": "2026-11-21",
    "distribution": ["weights"],
    "role": "licensee",
    "modified": False,
    "outputs_train": "none",
    "accepted": [],
    "permission_from": [],
    "duties_unmet": [],
}


def both(duty: Plain, **facts: Any) -> tuple[str, str]:
    licence = {**HEAD, "terms": [GRANT, {"id": "duty", "kind": "duty", "section": "2", "summary": "A duty.", **duty}]}
    use = {**DULL, **facts}
    return engine_verdict(licence, use, "mainstream", real=False), PLAIN.verdict(licence, use, "mainstream")


@pytest.mark.parametrize("do", ["accept", "register", "latest-version", "cite", "filter-outputs", "human-review", "use-policy"])
def test_a_duty_that_does_not_count_bars_nothing_when_it_is_stated_unmet(do: str) -> None:
    assert both({"do": do, "acts": ["all"]}, duties_unmet=[do]) == ("permitted", "permitted")


@pytest.mark.parametrize(
    ("do", "word"), [("license-copy", "license_copy"), ("display", "attribution"), ("name-rule", "derivative-naming"), ("source", "source")]
)
def test_a_duty_that_counts_bars_the_use_when_it_is_stated_unmet(do: str, word: str) -> None:
    for distribution in (["weights"], ["internal"]):
        assert both({"do": do, "acts": ["all"], "rule": {"contains": "Acme"}}, duties_unmet=[word], distribution=distribution) == ("prohibited", "prohibited")


def test_only_an_act_through_which_a_duty_is_triggered_makes_it_count() -> None:
    # The outputs trained another model, and that student is shipped: the duty binds the weights, which are only run.
    use: Plain = {"distribution": ["internal", "product"], "outputs_train": "narrow-model"}
    assert both({"do": "add-no-terms", "acts": ["run", "ship"]}, **use) == ("permitted", "permitted")
    assert both({"do": "add-no-terms", "acts": ["run", "ship"]}, distribution=["internal", "product"]) == ("permitted-with-obligations",) * 2
