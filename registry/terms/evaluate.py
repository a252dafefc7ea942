"""One licence, whole and alone, for one use: the verdict with its reasons.

The acts of the use are a pure function of its facts. Every act needs a grant; a bar that holds refuses; a duty that fires
obliges; a gate that is not passed refuses until it is. Unknown facts leave a residual, which makes the answer conditional.
Grants of one licence never answer for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from registry.terms.acts import ORIGINAL, Act, Capacity, acts_of, exhaust, taught_use, trigger, triggering
from registry.terms.conditions import Condition, FactTest, Measure, leaves
from registry.terms.counts import Count
from registry.terms.facts import Use
from registry.terms.interpretation import Interpretation
from registry.terms.license import WEIGHTS, License, Term
from registry.terms.names import breaks_name_rule
from registry.terms.outcome import Headroom, Obligation, Outcome, Reason, still_decides
from registry.terms.partial import Situation, Subject, Worth, measure, worth_of
from registry.terms.simplify import conjunction, disjunction, negation
from registry.terms.verdict import Verdict
from registry.terms.vocabulary import Vocabulary

HARD = "text-read"
"""The only confidence on which a verdict may rest."""

_LICENSEE = FactTest("role", frozenset({"licensee"}))


UNKNOWN_SUBJECT = Subject()


@dataclass(slots=True)
class _Ledger:
    """What evaluation collects on its way."""

    hard: Verdict = Verdict.PERMITTED
    soft: Verdict = Verdict.PERMITTED
    open: list[Condition] = field(default_factory=list)
    open_soft: bool = False
    grants_soft: bool = False
    curable: bool = True
    reasons: list[Reason] = field(default_factory=list)
    obligations: list[Obligation] = field(default_factory=list)
    headroom: list[Headroom] = field(default_factory=list)
    unverified: list[Term] = field(default_factory=list)
    disputed: list[Term] = field(default_factory=list)
    counts: bool = False

    def refuse(self, effect: Verdict, term_is_hard: bool, curable: bool) -> None:
        if term_is_hard:
            self.hard = max(self.hard, effect)
        else:
            self.soft = max(self.soft, effect)
        self.curable = self.curable and curable


class Evaluator:
    """Evaluates licences against uses with one vocabulary.

    Args:
        vocabulary: The closed words.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._unmet = {word: duty.name for duty in vocabulary.duties.values() for word in (duty.name, *duty.unmet)}

    def evaluate(
        self, license: License, use: Use, interpretation: Interpretation, subject: Subject = UNKNOWN_SUBJECT, capacity: Capacity = ORIGINAL
    ) -> Outcome:
        """The outcome of one licence for one use.

        Args:
            license: The licence.
            use: The facts.
            interpretation: How unsettled points are taken.
            subject: The model that is used, as far as terms read it.
            capacity: How the licence reaches that model.
        """
        if capacity.taught is not None:
            use = taught_use(use, capacity.taught)
        situation = Situation(use, self.vocabulary, subject, license.released)
        if license.placeholder and capacity.reach == "data":
            return Outcome(Verdict.PERMITTED, (license,))  # what binds nobody in the text of a licence binds nobody without one
        if license.placeholder == "nothing-granted":
            reason = Reason(
                license.id, None, "-", "decides", Verdict.NEEDS_PERMISSION, license.summary or f"{license.name}: nothing is granted", "ask the developer"
            )
            return Outcome(Verdict.NEEDS_PERMISSION, (license,), (reason,))
        if license.placeholder == "undetermined":
            reason = Reason(license.id, None, "-", "decides", Verdict.UNDETERMINED, license.summary or f"{license.name}: which terms bind is not known")
            return Outcome(Verdict.UNDETERMINED, (license,), (reason,))
        acts = acts_of(self.vocabulary, license, use, interpretation, capacity)
        ledger = _Ledger()
        for term in license.terms:
            if term.kind == "bar":
                self._bar(license, term, acts, situation, interpretation, ledger)
            elif term.kind == "duty":
                self._duty(license, term, acts, situation, interpretation, ledger)
        if capacity.reach not in ("output-model", "data"):
            self._grants(license, acts, situation, interpretation, ledger)
        return self._conclude(license, ledger)

    def _applies(self, term: Term, acts: Iterable[Act], situation: Situation) -> Worth:
        happens = trigger(self.vocabulary, term, acts)
        if happens is False or term.condition is None:
            return happens
        worth = worth_of(term.condition, situation)
        if worth is False or happens is True:
            return worth
        return happens if worth is True else conjunction([happens, worth])

    def _bar(self, license: License, term: Term, acts: list[Act], situation: Situation, interpretation: Interpretation, ledger: _Ledger) -> None:
        applies = self._applies(term, acts, situation)
        if applies is False:
            if trigger(self.vocabulary, term, acts) is not False:
                self._note_limits(license, term, situation, ledger)
                ledger.reasons.append(Reason(license.id, term, term.section, "cleared", Verdict.PERMITTED, term.summary))
                if term.confidence != HARD:
                    ledger.unverified.append(term)
            return
        settled = interpretation.settle(term.disputed)
        if term.disputed:
            ledger.disputed.append(term)
        if settled in ("free", "warn"):
            return
        self._note_limits(license, term, situation, ledger)
        permitted = permits(situation.use, (term.ask, license.ask, license.steward) if term.ask else ())
        if permitted:
            ledger.reasons.append(Reason(license.id, term, term.section, "cleared", Verdict.PERMITTED, f"{term.summary} Permission is stated."))
            return
        effect = Verdict.NEEDS_PERMISSION if term.ask or settled == "ask" else Verdict.PROHIBITED
        hard = term.confidence == HARD
        if not hard:
            ledger.unverified.append(term)
        if applies is True:
            ledger.refuse(effect, hard, curable=False)
            cure = f"ask {term.ask}" if term.ask else None
            ledger.reasons.append(Reason(license.id, term, term.section, "decides", effect, term.summary, cure))
            return
        ledger.open.append(negation(applies))
        ledger.open_soft |= not hard
        ledger.reasons.append(Reason(license.id, term, term.section, "decides", Verdict.CONDITIONAL, term.summary))

    def _duty(self, license: License, term: Term, acts: list[Act], situation: Situation, interpretation: Interpretation, ledger: _Ledger) -> None:
        use = situation.use
        role = use.value("role")
        if role == "end-user":  # duties are the licensee's
            return
        applies = self._applies(term, acts, situation)
        if role is None and not (isinstance(applies, bool) and not applies):
            applies = _LICENSEE if isinstance(applies, bool) else conjunction([_LICENSEE, applies])
        if isinstance(applies, bool) and not applies:
            if (
                trigger(self.vocabulary, term, acts) is True
                and term.condition is not None
                and any(isinstance(leaf, Measure) for leaf in leaves(term.condition))
            ):
                self._note_limits(license, term, situation, ledger)
                ledger.reasons.append(Reason(license.id, term, term.section, "cleared", Verdict.PERMITTED, term.summary))
            return
        if term.disputed:
            ledger.disputed.append(term)
            if interpretation.settle(term.disputed) in ("free", "warn"):
                return
        hard = term.confidence == HARD
        if not hard:
            ledger.unverified.append(term)
        if term.gate:
            self._gate(license, term, applies, use, hard, ledger)
            return
        self._note_limits(license, term, situation, ledger)
        # Inside the house nobody is owed a copy, a mark or a name: only what reaches others counts as an obligation.
        leaves_house = any(act.outward for act in acts)
        outward = any(act.outward or (act.name == "teach" and leaves_house) for act, _ in triggering(term, acts))
        kind_counts = self.vocabulary.duties[term.do or ""].counts
        counts = term.must and outward and kind_counts
        when = None if applies is True else applies
        ledger.obligations.append(Obligation(license.id, term, when, counts))
        if not term.must or not kind_counts:
            return
        if counts:
            ledger.counts = True
            ledger.reasons.append(Reason(license.id, term, term.section, "adds-duty", Verdict.WITH_OBLIGATIONS, term.summary))
        name = use.stated.get("derivative_name")
        broken = term.do == "name-rule" and isinstance(name, str) and breaks_name_rule(name, term.rule)
        if not broken and term.do not in self._unmet_duties(use):
            return
        cure = f"name it by the rule: {_rule_words(term)}" if broken else term.summary
        if applies is True:
            ledger.refuse(Verdict.PROHIBITED, hard, curable=True)
            summary = f"The name `{name}` breaks the rule. {term.summary}" if broken else f"Stated as not met: {term.summary}"
            ledger.reasons.append(Reason(license.id, term, term.section, "decides", Verdict.PROHIBITED, summary, cure))
        else:
            ledger.open.append(negation(applies))
            ledger.open_soft |= not hard
            ledger.reasons.append(Reason(license.id, term, term.section, "decides", Verdict.CONDITIONAL, term.summary, cure))

    def _unmet_duties(self, use: Use) -> frozenset[str]:
        stated = use.value("duties_unmet")
        return frozenset(self._unmet.get(word, word) for word in stated) if isinstance(stated, frozenset) else frozenset()

    def _gate(self, license: License, term: Term, applies: Literal[True] | Condition, use: Use, hard: bool, ledger: _Ledger) -> None:
        """A registration or acceptance that nothing is granted without."""
        accepted = use.value("accepted")
        if (isinstance(accepted, frozenset) and accepted & {"all", license.id}) or permits(use, (license.ask, license.steward)):
            ledger.reasons.append(Reason(license.id, term, term.section, "cleared", Verdict.PERMITTED, f"{term.summary} Stated as done."))
            return
        ledger.obligations.append(Obligation(license.id, term, None if applies is True else applies, counts=False))
        stated = "accepted" in use.stated  # acceptances on record say what was accepted, not what was not
        if stated and applies is True:
            ledger.refuse(Verdict.NEEDS_PERMISSION, hard, curable=True)
            ledger.reasons.append(Reason(license.id, term, term.section, "decides", Verdict.NEEDS_PERMISSION, term.summary, term.summary))
            return
        clauses: list[Condition] = [] if applies is True else [negation(applies)]
        if not stated:
            clauses.append(FactTest("accepted", frozenset({license.id, "all"})))
        ledger.open.append(disjunction(clauses))
        ledger.open_soft |= not hard
        ledger.reasons.append(Reason(license.id, term, term.section, "decides", Verdict.CONDITIONAL, term.summary, term.summary))

    def _grants(self, license: License, acts: list[Act], situation: Situation, interpretation: Interpretation, ledger: _Ledger) -> None:
        """Every act needs a grant that holds; the grants that carry a yes are its reasons."""
        used: dict[str, Term] = {}
        missing: list[str] = []
        for act in acts:
            for when, capacities in act.ways:
                bound = capacities & WEIGHTS
                if not bound:
                    continue  # a student that is no derivative needs no grant of this licence
                granted, granting = self._granted(act.name, capacities, license.terms, situation, interpretation)
                if granted is True:
                    hard = [term for term in granting if term.confidence == HARD]
                    for term in hard or granting:
                        used[term.id] = term
                    ledger.grants_soft |= not hard
                    continue
                if permits(situation.use, (license.ask, license.steward)):
                    continue
                spared = [negation(part) for part in (act.happens, when) if not isinstance(part, bool)]
                if granted is False:
                    missing.append(act.name)
                    if spared:
                        ledger.open.append(disjunction(spared))
                        ledger.open_soft |= license.confidence != HARD
                    continue
                for term in granting:
                    used[term.id] = term
                ledger.open_soft |= all(term.confidence != HARD for term in granting)
                ledger.open.append(disjunction([*spared, granted]))
        happening = {act.name for act in acts if act.happens is True and len(act.ways) == 1}
        gaps = [act.happens for act in acts if act.name in missing and not isinstance(act.happens, bool) and len(act.ways) == 1]
        if gaps and exhaust(self.vocabulary, disjunction(gaps)) is True:
            happening.update(missing)  # whichever way it reaches others, nothing grants it
        for term in used.values():
            ledger.reasons.append(Reason(license.id, term, term.section, "decides", Verdict.PERMITTED, term.summary))
            if term.confidence != HARD:
                ledger.unverified.append(term)
        for name in dict.fromkeys(missing):
            certain = name in happening
            if certain:
                ledger.refuse(Verdict.NEEDS_PERMISSION, license.confidence == HARD, curable=False)
            label = self.vocabulary.acts[name].label
            section = "; ".join(dict.fromkeys(term.section for term in license.terms if term.kind == "grant")) or "-"
            cure = f"ask {license.ask or license.steward}" if license.ask or license.steward else "ask the developer"
            effect = Verdict.NEEDS_PERMISSION if certain else Verdict.CONDITIONAL
            ledger.reasons.append(Reason(license.id, None, section, "decides", effect, f"Nothing in {license.name} grants the right to {label}.", cure))

    def _granted(
        self, act: str, capacities: frozenset[str], terms: Iterable[Term], situation: Situation, interpretation: Interpretation
    ) -> tuple[Worth, list[Term]]:
        holding: list[Term] = []
        open_terms: list[Term] = []
        left: list[Condition] = []
        for term in terms:
            if term.kind != "grant" or act not in term.acts or capacities.isdisjoint(term.binds):
                continue
            if term.disputed and interpretation.settle(term.disputed) in ("binds", "ask"):
                continue  # taken against the user, the disputed grant does not hold
            worth: Worth = True if term.condition is None else worth_of(term.condition, situation)
            if worth is True:
                holding.append(term)
            elif worth is not False:
                left.append(worth)
                open_terms.append(term)
        if holding:
            return True, holding
        return (disjunction(left), open_terms) if left else (False, [])

    def _note_limits(self, license: License, term: Term, situation: Situation, ledger: _Ledger) -> None:
        if term.condition is None:
            return
        for leaf in leaves(term.condition):
            if isinstance(leaf, Measure):
                found = measure(leaf, situation)
                assumed = found.period is not None and found.value is not None and leaf.at == "once" and _is_bare(situation.use, found.fact)
                passed = found.worth if isinstance(found.worth, bool) else None
                ledger.headroom.append(
                    Headroom(license.id, term, found.fact, leaf.limit, leaf.inclusive, leaf.unit, found.period, found.value, assumed, leaf, passed)
                )

    def _conclude(self, license: License, ledger: _Ledger) -> Outcome:
        open_condition = conjunction(ledger.open) if ledger.open else None
        leaning: Verdict | None = None
        lean = max(ledger.hard, ledger.soft)
        if lean < Verdict.NEEDS_PERMISSION:
            lean = Verdict.CONDITIONAL if open_condition is not None else Verdict.WITH_OBLIGATIONS if ledger.counts else Verdict.PERMITTED
        if ledger.hard >= Verdict.NEEDS_PERMISSION:
            verdict = ledger.hard
        elif ledger.soft >= Verdict.NEEDS_PERMISSION or ledger.open_soft or ledger.grants_soft:
            verdict, leaning = Verdict.UNDETERMINED, lean
        else:
            verdict = lean
        refused = verdict >= Verdict.NEEDS_PERMISSION
        reasons = [reason for reason in ledger.reasons if still_decides(reason, verdict)]
        return Outcome(
            verdict=verdict,
            licenses=(license,),
            reasons=tuple(sorted(reasons, key=lambda reason: (_ORDER[reason.outcome], -reason.effect))),
            obligations=tuple(ledger.obligations),
            headroom=tuple(dict.fromkeys(ledger.headroom)),
            curable=refused and ledger.curable,
            open=open_condition if verdict in (Verdict.CONDITIONAL, Verdict.UNDETERMINED) else None,
            leaning=leaning,
            unverified=tuple((license.id, term) for term in dict.fromkeys(ledger.unverified)),
            disputed=tuple((license.id, term) for term in ledger.disputed),
        )


_ORDER = {"decides": 0, "adds-duty": 1, "cleared": 2}


def permits(use: Use, licensors: Iterable[str | None]) -> bool:
    """Whether one of the licensors is among those who gave written permission."""
    given = use.value("permission_from")
    if not isinstance(given, frozenset) or not given:
        return False
    names = {name.casefold() for name in given}
    return any(licensor is not None and licensor.casefold() in names for licensor in licensors)


def _is_bare(use: Use, fact: str) -> bool:
    count = use.value(fact)
    return isinstance(count, Count) and count.everywhere is not None


def _rule_words(term: Term) -> str:
    rule = term.rule if isinstance(term.rule, Mapping) else {}
    return ", ".join(f"{kind.replace('_', ' ')} `{wanted}`" for kind, wanted in rule.items())
