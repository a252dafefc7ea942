"""Bars: what a licence keeps back. One that holds refuses, unless the licensor permitted it."""

from __future__ import annotations

from registry.terms.acts import trigger
from registry.terms.case import HARD, Case, permits
from registry.terms.license import Term
from registry.terms.simplify import negation
from registry.terms.verdict import Verdict


def weigh_bar(case: Case, term: Term) -> None:
    """Take a bar into account.

    Args:
        case: What is weighed.
        term: A term of the kind `bar`.
    """
    hard = term.confidence == HARD
    applies = case.applies(term)
    if applies is False:
        if trigger(case.vocabulary, term, case.acts) is not False:
            case.note_limits(term)
            case.clear(term)
            if not hard:
                case.unverified.append(term)
        return
    settled = case.interpretation.settle(term.disputed)
    if term.disputed:
        case.disputed.append(term)
    if settled in ("free", "warn"):
        return
    case.note_limits(term)
    if term.ask and permits(case.use, (term.ask, *case.licensors)):
        case.clear(term, "Permission is stated.")
        return
    if not hard:
        case.unverified.append(term)
    if applies is not True:
        case.leave_open(negation(applies), hard)
        case.say(term, "decides", Verdict.CONDITIONAL)
        return
    effect = Verdict.NEEDS_PERMISSION if term.ask or settled == "ask" else Verdict.PROHIBITED
    case.refuse(effect, hard, curable=False)
    case.say(term, "decides", effect, cure=f"ask {term.ask}" if term.ask else None)
