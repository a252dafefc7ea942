"""One licence before one use: what is weighed, and the ledger of what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from registry.terms.acts import Act, trigger
from registry.terms.conditions import Condition, Measure, leaves
from registry.terms.counts import Count
from registry.terms.facts import Use
from registry.terms.interpretation import Interpretation
from registry.terms.license import License, Term
from registry.terms.outcome import Headroom, Obligation, Outcome, Reason, still_decides
from registry.terms.partial import Situation, Worth, measure, period_counted, worth_of
from registry.terms.simplify import conjunction
from registry.terms.verdict import Verdict
from registry.terms.vocabulary import Vocabulary

HARD = "text-read"
"""The only confidence on which a verdict may rest."""

_ORDER = {"decides": 0, "adds-duty": 1, "cleared": 2}


@dataclass(slots=True)
class Case:
    """A licence, a use, and what the terms made of it so far.

    Attributes:
        license: The licence, whole and alone.
        acts: What the use does, as far as its facts tell.
        situation: The facts with all that conditions read.
        interpretation: How unsettled points are taken.
        vocabulary: The closed words.
        hard: The worst that terms say which were read from the text.
        soft: The worst that other terms say.
        open: What would have to hold for a yes, all of it.
        open_soft: Something open rests on a term that was not read from the text.
        grants_soft: A grant that is needed was not read from the text.
        curable: Every refusal so far goes away by doing what is asked.
        counts: A duty that others are owed was added.
    """

    license: License
    acts: list[Act]
    situation: Situation
    interpretation: Interpretation
    vocabulary: Vocabulary
    hard: Verdict = Verdict.PERMITTED
    soft: Verdict = Verdict.PERMITTED
    open: list[Condition] = field(default_factory=list)
    open_soft: bool = False
    grants_soft: bool = False
    curable: bool = True
    counts: bool = False
    reasons: list[Reason] = field(default_factory=list)
    obligations: list[Obligation] = field(default_factory=list)
    headroom: list[Headroom] = field(default_factory=list)
    unverified: list[Term] = field(default_factory=list)
    disputed: list[Term] = field(default_factory=list)

    @property
    def use(self) -> Use:
        """The facts of the use."""
        return self.situation.use

    @property
    def licensors(self) -> tuple[str | None, str | None]:
        """Who can give a written permission for the licence as a whole."""
        return (self.license.ask, self.license.steward)

    def applies(self, term: Term) -> Worth:
        """Whether the use does what a term is about, under its condition: yes, no, or what would have to hold."""
        happens = trigger(self.vocabulary, term, self.acts)
        if happens is False or term.condition is None:
            return happens
        worth = worth_of(term.condition, self.situation)
        if worth is False or happens is True:
            return worth
        return happens if worth is True else conjunction([happens, worth])

    def say(self, term: Term, outcome: str, effect: Verdict, summary: str | None = None, cure: str | None = None) -> None:
        """Note a term as a reason, in its own words where no others are given."""
        self.reasons.append(Reason(self.license.id, term, term.section, outcome, effect, summary or term.summary, cure))

    def clear(self, term: Term, remark: str = "") -> None:
        """Note a term that was looked at and does not stand in the way."""
        self.say(term, "cleared", Verdict.PERMITTED, f"{term.summary} {remark}".rstrip())

    def refuse(self, effect: Verdict, hard: bool, curable: bool) -> None:
        """Take a refusal; a certain one, or one that only says where the answer leans."""
        if hard:
            self.hard = max(self.hard, effect)
        else:
            self.soft = max(self.soft, effect)
        self.curable = self.curable and curable

    def leave_open(self, yes_when: Condition, hard: bool) -> None:
        """Keep what would have to hold for a yes."""
        self.open.append(yes_when)
        self.open_soft |= not hard

    def note_limits(self, term: Term) -> None:
        """Note every number that a term counts against, with how far the use is from it."""
        if term.condition is None:
            return
        for leaf in leaves(term.condition):
            if isinstance(leaf, Measure):
                found = measure(leaf, self.situation)
                assumed = found.period is not None and found.value is not None and leaf.at == "once" and _is_bare(self.use, found.fact)
                counted = period_counted(leaf, self.situation, found)
                passed = found.worth if isinstance(found.worth, bool) else None
                self.headroom.append(
                    Headroom(
                        self.license.id, term, found.fact, leaf.limit, leaf.inclusive, leaf.unit, found.period, found.value, assumed, leaf, passed, counted
                    )
                )

    def conclude(self) -> Outcome:
        """The outcome: what is certain first, then what is not read, then what is open."""
        left = conjunction(self.open) if self.open else None
        leaning: Verdict | None = None
        lean = max(self.hard, self.soft)
        if lean < Verdict.NEEDS_PERMISSION:
            lean = Verdict.CONDITIONAL if left is not None else Verdict.WITH_OBLIGATIONS if self.counts else Verdict.PERMITTED
        if self.hard >= Verdict.NEEDS_PERMISSION:
            verdict = self.hard
        elif self.soft >= Verdict.NEEDS_PERMISSION or self.open_soft or self.grants_soft:
            verdict, leaning = Verdict.UNDETERMINED, lean
        else:
            verdict = lean
        reasons = [reason for reason in self.reasons if still_decides(reason, verdict)]
        return Outcome(
            verdict=verdict,
            licenses=(self.license,),
            reasons=tuple(sorted(reasons, key=lambda reason: (_ORDER[reason.outcome], -reason.effect))),
            obligations=tuple(self.obligations),
            headroom=tuple(dict.fromkeys(self.headroom)),
            curable=verdict >= Verdict.NEEDS_PERMISSION and self.curable,
            open=left if verdict in (Verdict.CONDITIONAL, Verdict.UNDETERMINED) else None,
            leaning=leaning,
            unverified=tuple((self.license.id, term) for term in dict.fromkeys(self.unverified)),
            disputed=tuple((self.license.id, term) for term in self.disputed),
        )


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
