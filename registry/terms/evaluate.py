"""One licence, whole and alone, for one use: the verdict with its reasons.

The acts of the use are a pure function of its facts. Every act needs a grant; a bar that holds refuses; a duty that fires
obliges; a gate that is not passed refuses until it is. Unknown facts leave a residual, which makes the answer conditional.
Grants of one licence never answer for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Literal

from registry.terms.conditions import AllOf, AnyOf, Condition, FactTest, Measure, Not, Scalar, leaves
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

_MODIFIED = FactTest("modified", frozenset({True}))
_UNTAUGHT = FactTest("outputs_train", frozenset({"none"}))
_LICENSEE = FactTest("role", frozenset({"licensee"}))


@dataclass(frozen=True, slots=True)
class Capacity:
    """In what capacity a licence reaches the thing that is used.

    Attributes:
        reach: `original`, `derivative`, `copy`, `output-model` or `data`.
        taught: What the outputs of this licence's model trained, if the thing was trained on them.
        as_is: The stated change is the step that made the thing, so its own licence sees it as it is.
    """

    reach: str = "original"
    taught: str | None = None
    as_is: bool = False


ORIGINAL = Capacity()
UNKNOWN_SUBJECT = Subject()


_Ways = tuple[tuple[Worth, frozenset[str]], ...]
"""Possibilities: the condition under which each is so, and the capacities that hold then."""


@dataclass(frozen=True, slots=True)
class _Act:
    """An act of the use: whether it takes place, and in which capacities a term must bind to reach it.

    `ways` holds one entry where the capacities are known; where they hang on an unknown fact, each possibility stands with
    the condition under which it is so.
    """

    name: str
    happens: Worth
    ways: _Ways
    outward: bool


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


_TEACHING: _Ways = ((True, WEIGHTS | {"output"}),)


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
        acts = self._acts(license, use, interpretation, capacity)
        ledger = _Ledger()
        barred = False
        for term in license.terms:
            if term.kind == "bar":
                barred |= self._bar(license, term, acts, situation, interpretation, ledger)
            elif term.kind == "duty":
                self._duty(license, term, acts, situation, interpretation, ledger)
        if capacity.reach not in ("output-model", "data"):
            self._grants(license, acts, situation, interpretation, ledger)
        return self._conclude(license, ledger)

    def _acts(self, license: License, use: Use, interpretation: Interpretation, capacity: Capacity) -> list[_Act]:
        """The acts of the use that can take place."""
        inside, outside = _capacities(license, use, interpretation, capacity)
        result = []
        for act in self.vocabulary.acts.values():
            happens: Worth
            value = use.value(act.fact)
            if value is None:
                happens = FactTest(act.fact, act.values)
            elif isinstance(value, frozenset):
                happens = not value.isdisjoint(act.values)
            else:
                happens = value in act.values
            if happens is False:
                continue
            ways = _TEACHING if act.name == "teach" else outside if act.outward else inside
            result.append(_Act(act.name, happens, ways, act.outward))
        return result

    def _triggering(self, term: Term, acts: Iterable[_Act]) -> Iterator[tuple[_Act, Worth]]:
        """The acts that the term is about and binds, each with the condition under which it does."""
        for act in acts:
            if act.name not in term.acts:
                continue
            bound = [condition for condition, capacities in act.ways if not capacities.isdisjoint(term.binds)]
            if not bound:
                continue
            certain = len(bound) == len(act.ways) or any(condition is True for condition in bound)
            conditions = [part for part in (act.happens, *(() if certain else (_either(bound),))) if not isinstance(part, bool)]
            yield act, conjunction(conditions) if conditions else True

    def _trigger(self, term: Term, acts: Iterable[_Act]) -> Worth:
        """Whether an act that the term is about takes place in a capacity that the term binds."""
        left: list[Condition] = []
        for _, happens in self._triggering(term, acts):
            if isinstance(happens, bool):
                return True
            left.append(happens)
        return self._exhaust(disjunction(left)) if left else False

    def _exhaust(self, condition: Condition) -> Worth:
        """True where a condition over listed facts holds whatever they are: some way of reaching others always takes place."""
        facts = sorted({leaf.fact for leaf in leaves(condition) if isinstance(leaf, FactTest)})
        if any(not isinstance(leaf, FactTest) for leaf in leaves(condition)):
            return condition
        choices = [_listed_values(self.vocabulary, fact) for fact in facts]
        if not all(choices) or prod(len(values) for values in choices) > _MOST_CASES:
            return condition
        holds = all(_holds(condition, dict(zip(facts, case, strict=True))) for case in product(*choices))
        return True if holds else condition

    def _applies(self, term: Term, acts: Iterable[_Act], situation: Situation) -> Worth:
        trigger = self._trigger(term, acts)
        if trigger is False or term.condition is None:
            return trigger
        worth = worth_of(term.condition, situation)
        if worth is False or trigger is True:
            return worth
        return trigger if worth is True else conjunction([trigger, worth])

    def _bar(self, license: License, term: Term, acts: list[_Act], situation: Situation, interpretation: Interpretation, ledger: _Ledger) -> bool:
        applies = self._applies(term, acts, situation)
        if applies is False:
            if self._trigger(term, acts) is not False:
                self._note_limits(license, term, situation, ledger)
                ledger.reasons.append(Reason(license.id, term, term.section, "cleared", Verdict.PERMITTED, term.summary))
                if term.confidence != HARD:
                    ledger.unverified.append(term)
            return False
        settled = interpretation.settle(term.disputed)
        if term.disputed:
            ledger.disputed.append(term)
        if settled in ("free", "warn"):
            return False
        self._note_limits(license, term, situation, ledger)
        permitted = permits(situation.use, (term.ask, license.ask, license.steward) if term.ask else ())
        if permitted:
            ledger.reasons.append(Reason(license.id, term, term.section, "cleared", Verdict.PERMITTED, f"{term.summary} Permission is stated."))
            return False
        effect = Verdict.NEEDS_PERMISSION if term.ask or settled == "ask" else Verdict.PROHIBITED
        hard = term.confidence == HARD
        if not hard:
            ledger.unverified.append(term)
        if applies is True:
            ledger.refuse(effect, hard, curable=False)
            cure = f"ask {term.ask}" if term.ask else None
            ledger.reasons.append(Reason(license.id, term, term.section, "decides", effect, term.summary, cure))
            return True
        ledger.open.append(negation(applies))
        ledger.open_soft |= not hard
        ledger.reasons.append(Reason(license.id, term, term.section, "decides", Verdict.CONDITIONAL, term.summary))
        return False

    def _duty(self, license: License, term: Term, acts: list[_Act], situation: Situation, interpretation: Interpretation, ledger: _Ledger) -> None:
        use = situation.use
        role = use.value("role")
        if role == "end-user":  # duties are the licensee's
            return
        applies = self._applies(term, acts, situation)
        if role is None and not (isinstance(applies, bool) and not applies):
            applies = _LICENSEE if isinstance(applies, bool) else conjunction([_LICENSEE, applies])
        if isinstance(applies, bool) and not applies:
            if self._trigger(term, acts) is True and term.condition is not None and any(isinstance(leaf, Measure) for leaf in leaves(term.condition)):
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
        outward = any(act.outward or (act.name == "teach" and leaves_house) for act, _ in self._triggering(term, acts))
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

    def _grants(self, license: License, acts: list[_Act], situation: Situation, interpretation: Interpretation, ledger: _Ledger) -> None:
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
        if gaps and self._exhaust(disjunction(gaps)) is True:
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
                ledger.headroom.append(Headroom(license.id, term, found.fact, leaf.limit, leaf.inclusive, leaf.unit, found.period, found.value, assumed))

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


def taught_use(use: Use, taught: str) -> Use:
    """The use as a licence sees it whose model's outputs trained the thing in use."""
    facts: dict[str, bool | str] = {"outputs_train": taught}
    if "student_competes" not in use.stated:
        # The ordinary reading: a foundation model trained on outputs competes, a narrower one does not.
        facts["student_competes"] = taught == "foundation-model"
    return use.with_facts(**facts)


_MOST_CASES = 200


def _listed_values(vocabulary: Vocabulary, fact: str) -> tuple[Scalar, ...]:
    """Every value a fact can have, where they are listed; none where they are not."""
    known = vocabulary.facts.get(fact)
    if known is None:
        return ()
    return (True, False) if known.kind == "boolean" else tuple(sorted(known.values)) if not known.prefixes else ()


def _holds(condition: Condition, case: Mapping[str, Scalar]) -> bool:
    if isinstance(condition, AllOf):
        return all(_holds(part, case) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(_holds(part, case) for part in condition.parts)
    if isinstance(condition, Not):
        return not _holds(condition.part, case)
    return isinstance(condition, FactTest) and case[condition.fact] in condition.values


def _capacities(license: License, use: Use, interpretation: Interpretation, capacity: Capacity) -> tuple[_Ways, _Ways]:
    """In which capacities a licence reaches the thing used inside the house, and the thing that reaches others.

    Changed weights are a derivative too. What is given away after training on outputs, with the weights as they were, is the
    student.
    """
    own = frozenset({"data-result" if capacity.reach == "data" else capacity.reach})
    modified, trains = use.value("modified"), use.value("outputs_train")
    if capacity.reach not in ("original", "copy") or capacity.as_is:
        modified = False
    changed = own | {"derivative"}
    if modified is True:
        return ((True, changed),), ((True, changed),)
    unchanged: list[tuple[Worth, frozenset[str]]]
    if capacity.taught is not None or capacity.reach not in WEIGHTS or trains == "none":
        unchanged = [(True, own)]
    elif trains is None:
        unchanged = [(_UNTAUGHT, own), (negation(_UNTAUGHT), student_capacity(license, interpretation))]
    else:
        unchanged = [(True, student_capacity(license, interpretation))]
    if modified is not None:
        return ((True, own),), tuple(unchanged)
    kept = negation(_MODIFIED)
    outside = [(conjunction([kept, when]) if not isinstance(when, bool) else kept, capacities) for when, capacities in unchanged]
    return ((_MODIFIED, changed), (kept, own)), ((_MODIFIED, changed), *outside)


def _either(conditions: Iterable[Worth]) -> Condition:
    return disjunction([condition for condition in conditions if not isinstance(condition, bool)])


def student_capacity(license: License, interpretation: Interpretation) -> frozenset[str]:
    """In what capacity a licence reaches a model trained on outputs; empty where it does not."""
    reach = license.reach.get("trained-on-outputs")
    if reach is None:
        return frozenset({"output-model"})
    binds = reach.point is None or interpretation.settle((reach.point,)) in ("binds", "ask")
    name = reach.reach if binds else reach.otherwise
    return frozenset() if name in (None, "none") else frozenset({name})


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
