"""Duties: what a licence asks for in return. One that fires obliges; one that is stated as unmet refuses; a gate refuses until it is passed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from registry.terms.acts import trigger, triggering
from registry.terms.case import HARD, Case, permits
from registry.terms.conditions import Condition, FactTest, Measure, leaves
from registry.terms.license import Term
from registry.terms.names import breaks_name_rule
from registry.terms.outcome import Obligation
from registry.terms.partial import Worth
from registry.terms.simplify import conjunction, disjunction, negation
from registry.terms.verdict import Verdict

_LICENSEE = FactTest("role", frozenset({"licensee"}))


def weigh_duty(case: Case, term: Term) -> None:
    """Take a duty into account.

    Args:
        case: What is weighed.
        term: A term of the kind `duty`.
    """
    applies = _owed(case, term)
    if applies is False:
        counted = term.condition is not None and any(isinstance(leaf, Measure) for leaf in leaves(term.condition))
        if counted and case.use.value("role") != "end-user" and trigger(case.vocabulary, term, case.acts) is True:
            case.note_limits(term)
            case.clear(term)
        return
    if term.disputed:
        case.disputed.append(term)
        if case.interpretation.settle(term.disputed) in ("free", "warn"):
            return
    if term.confidence != HARD:
        case.unverified.append(term)
    if term.gate:
        _weigh_gate(case, term, applies)
        return
    case.note_limits(term)
    when = None if applies is True else applies
    kind_counts = case.vocabulary.duties[term.do or ""].counts
    counts = term.must and kind_counts and _reaches_others(case, term)
    case.obligations.append(Obligation(case.license.id, term, when, counts))
    if not term.must or not kind_counts:
        return
    if counts:
        case.counts = True
        case.say(term, "adds-duty", Verdict.WITH_OBLIGATIONS)
    _weigh_unmet(case, term, applies)


def _owed(case: Case, term: Term) -> Worth:
    """Whether the user owes a duty: duties are the licensee's."""
    role = case.use.value("role")
    if role == "end-user":
        return False
    applies = case.applies(term)
    if role is not None or applies is False:
        return applies
    return _LICENSEE if applies is True else conjunction([_LICENSEE, applies])


def _reaches_others(case: Case, term: Term) -> bool:
    """Whether anything goes out: inside the house nobody is owed a copy, a mark or a name."""
    leaves_house = any(act.outward for act in case.acts)
    return any(act.outward or (act.name == "teach" and leaves_house) for act, _ in triggering(term, case.acts))


def _weigh_unmet(case: Case, term: Term, applies: Literal[True] | Condition) -> None:
    """A duty that is stated as unmet, or a name that breaks its rule."""
    name = case.use.stated.get("derivative_name")
    broken = term.do == "name-rule" and isinstance(name, str) and breaks_name_rule(name, term.rule)
    if not broken and not _stated_as_unmet(case, term):
        return
    hard = term.confidence == HARD
    cure = f"name it by the rule: {_rule_words(term)}" if broken else term.summary
    if applies is not True:
        case.leave_open(negation(applies), hard)
        case.say(term, "decides", Verdict.CONDITIONAL, cure=cure)
        return
    case.refuse(Verdict.PROHIBITED, hard, curable=True)
    summary = f"The name `{name}` breaks the rule. {term.summary}" if broken else f"Stated as not met: {term.summary}"
    case.say(term, "decides", Verdict.PROHIBITED, summary, cure)


def _stated_as_unmet(case: Case, term: Term) -> bool:
    stated = case.use.value("duties_unmet")
    duty = case.vocabulary.duties.get(term.do or "")
    return isinstance(stated, frozenset) and duty is not None and not stated.isdisjoint((duty.name, *duty.unmet))


def _weigh_gate(case: Case, term: Term, applies: Literal[True] | Condition) -> None:
    """A registration or acceptance that nothing is granted without."""
    hard = term.confidence == HARD
    accepted = case.use.value("accepted")
    if (isinstance(accepted, frozenset) and accepted & {"all", case.license.id}) or permits(case.use, case.licensors):
        case.clear(term, "Stated as done.")
        return
    case.obligations.append(Obligation(case.license.id, term, None if applies is True else applies, counts=False))
    stated = "accepted" in case.use.stated  # acceptances on record say what was accepted, not what was not
    if stated and applies is True:
        case.refuse(Verdict.NEEDS_PERMISSION, hard, curable=True)
        case.say(term, "decides", Verdict.NEEDS_PERMISSION, cure=term.summary)
        return
    ways_to_yes: list[Condition] = [] if applies is True else [negation(applies)]
    if not stated:
        ways_to_yes.append(FactTest("accepted", frozenset({case.license.id, "all"})))
    case.leave_open(disjunction(ways_to_yes), hard)
    case.say(term, "decides", Verdict.CONDITIONAL, cure=term.summary)


def _rule_words(term: Term) -> str:
    rule = term.rule if isinstance(term.rule, Mapping) else {}
    return ", ".join(f"{kind.replace('_', ' ')} `{wanted}`" for kind, wanted in rule.items())
