"""Grants: every act needs one that holds. What nothing grants needs permission."""

from __future__ import annotations

from registry.terms.acts import Act, exhaust
from registry.terms.case import HARD, Case, permits
from registry.terms.conditions import Condition
from registry.terms.license import WEIGHTS, Term
from registry.terms.outcome import Reason
from registry.terms.partial import Worth, worth_of
from registry.terms.simplify import disjunction, negation
from registry.terms.verdict import Verdict


def weigh_grants(case: Case) -> None:
    """Look for a grant for every act; the grants that carry a yes are its reasons.

    Args:
        case: What is weighed.
    """
    used: dict[str, Term] = {}
    missing: list[str] = []
    for act in case.acts:
        for when, capacities in act.ways:
            if not capacities & WEIGHTS:
                continue  # a student that is no derivative needs no grant of this licence
            granted, granting = _granted(case, act.name, capacities)
            if granted is True:
                hard = [term for term in granting if term.confidence == HARD]
                used.update((term.id, term) for term in hard or granting)
                case.grants_soft |= not hard
                continue
            if permits(case.use, case.licensors):
                continue
            spared = [negation(part) for part in (act.happens, when) if not isinstance(part, bool)]
            if granted is False:
                missing.append(act.name)
                if spared:
                    case.leave_open(disjunction(spared), case.license.confidence == HARD)
                continue
            used.update((term.id, term) for term in granting)
            case.leave_open(disjunction([*spared, granted]), any(term.confidence == HARD for term in granting))
    for term in used.values():
        case.say(term, "decides", Verdict.PERMITTED)
        if term.confidence != HARD:
            case.unverified.append(term)
    _refuse_missing(case, tuple(dict.fromkeys(missing)))


def _granted(case: Case, act: str, capacities: frozenset[str]) -> tuple[Worth, list[Term]]:
    """Whether the licence grants an act in one of these capacities, and the terms that do or might."""
    holding: list[Term] = []
    open_terms: list[Term] = []
    left: list[Condition] = []
    for term in case.license.terms:
        if term.kind != "grant" or act not in term.acts or capacities.isdisjoint(term.binds):
            continue
        if term.disputed and case.interpretation.settle(term.disputed) in ("binds", "ask"):
            continue  # taken against the user, the disputed grant does not hold
        worth: Worth = True if term.condition is None else worth_of(term.condition, case.situation)
        if worth is True:
            holding.append(term)
        elif worth is not False:
            left.append(worth)
            open_terms.append(term)
    if holding:
        return True, holding
    return (disjunction(left), open_terms) if left else (False, [])


def _refuse_missing(case: Case, missing: tuple[str, ...]) -> None:
    """Say of every act that nothing grants it; refuse those that certainly happen."""
    if not missing:
        return
    happening = _happening(case, missing)
    license = case.license
    section = "; ".join(dict.fromkeys(term.section for term in license.terms if term.kind == "grant")) or "-"
    cure = f"ask {license.ask or license.steward or 'the developer'}"
    for name in missing:
        certain = name in happening
        if certain:
            case.refuse(Verdict.NEEDS_PERMISSION, license.confidence == HARD, curable=False)
        effect = Verdict.NEEDS_PERMISSION if certain else Verdict.CONDITIONAL
        label = case.vocabulary.acts[name].label
        case.reasons.append(Reason(license.id, None, section, "decides", effect, f"Nothing in {license.name} grants the right to {label}.", cure))


def _happening(case: Case, missing: tuple[str, ...]) -> set[str]:
    """The acts that certainly happen, in one capacity only."""
    single: list[Act] = [act for act in case.acts if len(act.ways) == 1]
    happening = {act.name for act in single if act.happens is True}
    gaps = [act.happens for act in single if act.name in missing and not isinstance(act.happens, bool)]
    if gaps and exhaust(case.vocabulary, disjunction(gaps)) is True:
        happening.update(missing)  # whichever way it reaches others, nothing grants it
    return happening
