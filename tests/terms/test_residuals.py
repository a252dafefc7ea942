"""What is said while facts are missing holds whatever the facts turn out to be."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.terms.conditions import Condition, Measure, leaves
from registry.terms.license import License
from registry.terms.outcome import Outcome
from registry.terms.partial import Situation, worth_of
from registry.terms.verdict import Verdict
from tests.terms.plain_evaluator import Plain
from tests.terms.strategies import (
    COUNTED,
    EVERY_OPERATOR,
    INTERPRETATIONS,
    KNOWLEDGE,
    PLAIN,
    REAL,
    SCOPES,
    Dice,
    Seeded,
    draw_completion,
    draw_license,
    draw_possible_use,
    engine_license,
    engine_subject,
    engine_use,
    hide_facts,
    is_possible,
    licenses,
    one,
    operators_of,
    real_licenses,
)

DRAWS = 160
COMPLETIONS = 200
YES = (Verdict.PERMITTED, Verdict.WITH_OBLIGATIONS)
SHAPING = ("role", "modified", "outputs_train")
"""Facts that decide whom the terms bind and what is given away; the ordinary use assumes them, a use without assumptions does not."""
READ = sorted(name for name in REAL if not REAL[name].get("placeholder"))
NO = (Verdict.NEEDS_PERMISSION, Verdict.PROHIBITED)


def license_of(licence: Plain) -> License:
    return KNOWLEDGE.license_of(licence["id"]) or engine_license(licence)


def evaluate(licence: Plain, license: License, use: Plain, interpretation: str) -> Outcome:
    return KNOWLEDGE.evaluator.evaluate(license, engine_use(use), KNOWLEDGE.interpretation(interpretation), engine_subject(use, licence))


def worth(condition: Condition, licence: Plain, license: License, use: Plain) -> bool | None:
    """What an open condition comes to in a use; None where it stays open."""
    found = worth_of(condition, Situation(engine_use(use), KNOWLEDGE.vocabulary, engine_subject(use, licence), license.released))
    return found if isinstance(found, bool) else None


def contradiction(before: Outcome, after: Outcome, licence: Plain, license: License, use: Plain) -> str | None:
    """How the verdict of a completed use goes against what was said before; None if it does not."""
    if Verdict.UNDETERMINED in (before.verdict, after.verdict):
        return None
    if before.verdict == Verdict.CONDITIONAL:
        assert before.open is not None
        said = worth(before.open, licence, license, use)
        if said is True and after.verdict not in YES:
            return f"the condition holds and the verdict is {after.verdict.word}"
        if said is False and after.verdict not in NO:
            return f"the condition fails and the verdict is {after.verdict.word}"
        if said is None and after.verdict != Verdict.CONDITIONAL:
            return f"the condition stays open and the verdict is {after.verdict.word}"
        return None
    if before.verdict in NO and after.verdict < before.verdict:
        return f"{before.verdict.word} became {after.verdict.word}"
    if before.verdict in YES and after.verdict > before.verdict:
        return f"{before.verdict.word} became {after.verdict.word}"
    return None


def a_draw(dice: Dice, licence: Plain, missing: str | None = None) -> tuple[Plain, Plain]:
    """A fully stated use of a licence, and the same with facts missing; of those that shape the acts, only the one named may be."""
    full = draw_possible_use(dice, licence)
    return full, hide_facts(dice, licence, full, percent=70, kept=[name for name in SHAPING if name != missing])


def a_license(dice: Dice, at: int) -> Plain:
    """A real licence of which terms are known, or a synthetic one."""
    return REAL[one(dice, READ)] if at % 3 == 0 else draw_license(dice, at)


def first_contradiction(dice: Dice, licence: Plain, license: License, full: Plain, partial: Plain, interpretation: str, count: int) -> str | None:
    before = evaluate(licence, license, partial, interpretation)
    for _ in range(count):
        use = draw_completion(dice, licence, full, partial)
        found = contradiction(before, evaluate(licence, license, use, interpretation), licence, license, use)
        if found is not None:
            terms = [
                {name: value for name, value in term.items() if name not in ("section", "summary", "wording")}
                for term in licence["terms"]
                if term["kind"] != "note"
            ]
            supplied = {name: value for name, value in use.items() if partial.get(name) != value}
            what = licence["id"] if licence["id"] in REAL else f"{terms} reach {licence.get('reach')}"
            return f"{found}: {what} under {interpretation}; stated {partial}; supplied {supplied}; open {before.open}"
    return None


@pytest.mark.property
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(licence=licenses() | real_licenses(), seed=st.integers(0, 2**32), interpretation=st.sampled_from(INTERPRETATIONS))
def test_supplying_facts_never_goes_against_what_was_said_without_them(licence: Plain, seed: int, interpretation: str) -> None:
    dice = Seeded(seed)
    license = license_of(licence)
    full, partial = a_draw(dice, licence)
    assert first_contradiction(dice, licence, license, full, partial, interpretation, COMPLETIONS) is None


@pytest.mark.property
@pytest.mark.parametrize("missing", SHAPING)
def test_nothing_is_taken_for_granted_of_whom_the_terms_bind_and_what_is_given_away(missing: str) -> None:
    wrong: list[str] = []
    for seed in range(600):
        dice = Seeded(f"{missing} {seed}")
        licence = a_license(dice, seed)
        full, partial = a_draw(dice, licence, missing)
        if missing in partial:
            continue
        found = first_contradiction(dice, licence, license_of(licence), full, partial, one(dice, INTERPRETATIONS), 12)
        if found is not None:
            wrong.append(f"seed {seed}: {found}")
    assert not wrong, f"{len(wrong)} go wrong\n" + "\n".join(sorted(wrong, key=len)[:4])


@pytest.mark.property
def test_a_conditional_answer_is_a_yes_exactly_when_its_condition_holds() -> None:
    seen: Counter[Verdict] = Counter()
    wrong: list[str] = []
    drawn: set[str] = set()
    for seed in range(DRAWS):
        dice = Seeded(f"residual {seed}")
        licence = a_license(dice, seed)
        license = license_of(licence)
        full, partial = a_draw(dice, licence)
        interpretation = one(dice, INTERPRETATIONS)
        seen[evaluate(licence, license, partial, interpretation).verdict] += 1
        found = first_contradiction(dice, licence, license, full, partial, interpretation, COMPLETIONS)
        if found is not None:
            wrong.append(f"seed {seed}: {found}")
    for seed in range(3_000):
        drawn |= operators_of(draw_license(Seeded(seed), seed))
    assert not wrong, f"{len(wrong)} of {DRAWS} go wrong\n" + "\n".join(sorted(wrong, key=len)[:6])
    assert seen[Verdict.CONDITIONAL] >= 0.3 * DRAWS, seen
    assert drawn >= EVERY_OPERATOR


@pytest.mark.property
def test_the_order_in_which_facts_are_stated_does_not_matter() -> None:
    for seed in range(300):
        dice = Seeded(f"order {seed}")
        licence = a_license(dice, seed)
        license = license_of(licence)
        _, partial = a_draw(dice, licence)
        names = list(partial)
        names.sort(key=lambda _: dice.number(0, 10**6))
        shuffled = {name: list(reversed(value)) if isinstance(value := partial[name], list) else value for name in names}
        assert evaluate(licence, license, shuffled, "mainstream") == evaluate(licence, license, partial, "mainstream")


@pytest.mark.property
def test_both_sides_of_every_limit_in_an_open_condition_come_out_as_it_says() -> None:
    looked: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in range(3_000):
        dice = Seeded(f"limit {seed}")
        licence = a_license(dice, seed)
        license = license_of(licence)
        full, partial = a_draw(dice, licence)
        interpretation = one(dice, INTERPRETATIONS)
        before = evaluate(licence, license, partial, interpretation)
        if before.verdict != Verdict.CONDITIONAL or before.open is None:
            continue
        for leaf in leaves(before.open):
            if not isinstance(leaf, Measure):
                continue
            fact = PLAIN.vocabulary["measures"][leaf.what][leaf.per]
            if fact in partial:
                continue
            base = {**draw_completion(dice, licence, full, partial)}
            for wide in COUNTED:
                if wide not in partial and wide in base:
                    base[wide] = 10**14 if fact in PLAIN.vocabulary["facts"][wide].get("within", ()) else base[wide]
            sides = set()
            for rate in KNOWLEDGE.vocabulary.currencies[leaf.unit or "USD"]:
                for step in (-1, 0, 1):
                    number = max(0, round(leaf.limit / rate) + step)
                    for value in (number, dict.fromkeys(SCOPES, number)):
                        use = {**base, fact: value}
                        if not is_possible(use):
                            continue
                        after = evaluate(licence, license, use, interpretation)
                        found = contradiction(before, after, licence, license, use)
                        sides.add(after.verdict in YES)
                        looked[leaf.at] += 1
                        if found is not None:
                            wrong.append(f"seed {seed}: {found}: {licence['id']} {licence['terms']}, {fact} {value}; stated {partial}; {base}")
            looked["both sides"] += len(sides) == 2
    assert not wrong, f"{len(wrong)} go wrong\n" + "\n".join(sorted(wrong, key=len)[:4])
    assert all(looked[at] > 50 for at in ("once", "preceding-month", "rolling", "any-time", "calendar-year")), looked
    assert looked["both sides"] > 20, looked


# --- the smallest cases that were found ---


def outcome_of(terms: list[Plain], use: Plain, **given: object) -> Outcome:
    head: Plain = {"id": "small", "name": "Small", "type": "custom", "type_reason": "A test.", "texts": [{"id": "license", "name": "Text", "source": "drawn"}]}
    licence = {**head, **given, "terms": [{"section": "1", "summary": "A term.", **term} for term in terms]}
    return evaluate(licence, engine_license(licence), {"date": "2026-11-21", "permission_from": [], "duties_unmet": [], **use}, "mainstream")


GRANT: Plain = {"id": "grant", "kind": "grant", "acts": ["all"]}
KNOWN: Plain = {"distribution": ["weights"], "role": "licensee", "modified": False, "outputs_train": "none", "accepted": []}


def test_a_stated_permission_passes_a_gate_whether_or_not_acceptance_is_known() -> None:
    gate: Plain = {"id": "gate", "kind": "duty", "do": "register", "gate": True, "acts": ["all"]}
    known = {**KNOWN, "permission_from": ["Acme"]}
    unknown = {name: value for name, value in known.items() if name != "accepted"}
    assert outcome_of([GRANT, gate], known, steward="Acme").verdict == Verdict.PERMITTED
    assert outcome_of([GRANT, gate], unknown, steward="Acme").verdict == Verdict.PERMITTED


@pytest.mark.parametrize("gate", [True, False])
def test_whose_duty_it_is_is_not_taken_for_granted(gate: bool) -> None:
    """A recipient of somebody's product owes nothing, so an unmet duty or gate is no certain refusal while the role is not known."""
    duty: Plain = {"id": "duty", "kind": "duty", "do": "register" if gate else "source", "gate": gate, "acts": ["all"]}
    use = {**KNOWN, "duties_unmet": ["source"]}
    assert outcome_of([GRANT, duty], {**use, "role": "end-user"}).verdict == Verdict.PERMITTED
    assert outcome_of([GRANT, duty], use).verdict in NO
    del use["role"]
    assert outcome_of([GRANT, duty], use).verdict == Verdict.CONDITIONAL


def test_a_grant_for_derivatives_only_is_none_while_it_is_not_known_whether_there_is_one() -> None:
    grant = {**GRANT, "binds": ["derivative"]}
    use = {**KNOWN, "distribution": ["internal"]}
    assert outcome_of([grant], {**use, "modified": True}).verdict == Verdict.PERMITTED
    assert outcome_of([grant], use).verdict == Verdict.NEEDS_PERMISSION
    del use["modified"]
    assert outcome_of([grant], use).verdict == Verdict.CONDITIONAL


@pytest.mark.parametrize("unknown", ["modified", "outputs_train"])
def test_what_is_given_away_is_not_taken_for_granted(unknown: str) -> None:
    """The weights, or a student that only the outputs trained: a bar on giving the weights binds the one and not the other."""
    bar: Plain = {"id": "bar", "kind": "bar", "acts": ["give"]}
    weights = {**KNOWN, "modified": True, "outputs_train": "none"}
    student = {**KNOWN, "modified": False, "outputs_train": "narrow-model"}
    assert outcome_of([GRANT, bar], weights).verdict == Verdict.PROHIBITED
    assert outcome_of([GRANT, bar], student).verdict == Verdict.PERMITTED
    open_use = {name: value for name, value in {**student, "modified": False}.items() if name != unknown}
    assert outcome_of([GRANT, bar], open_use).verdict == Verdict.CONDITIONAL
