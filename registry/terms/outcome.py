"""What an evaluation says: verdict, reasons, duties, headroom, what is left open."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.terms.conditions import Condition, Measure
from registry.terms.counts import Amount
from registry.terms.license import License, Term
from registry.terms.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Reason:
    """A term that counted: it `decides`, `adds-duty`, or was looked at and `cleared`.

    Attributes:
        term: The term; None where the text is silent and nothing grants the act.
        outcome: `decides`, `adds-duty` or `cleared`.
        effect: The verdict it leads to by itself.
        summary: One sentence.
        cure: What would mend it, where something would.
    """

    license: str
    term: Term | None
    section: str
    outcome: str
    effect: Verdict
    summary: str
    cure: str | None = None

    @property
    def term_id(self) -> str:
        """The term's id, or `no-grant` where nothing grants the act."""
        return self.term.id if self.term else "no-grant"


@dataclass(frozen=True, slots=True)
class Obligation:
    """A duty that this use triggers, or would trigger `when` an open condition holds."""

    license: str
    term: Term
    when: Condition | None
    counts: bool


@dataclass(frozen=True, slots=True)
class Headroom:
    """A numeric limit and how far the use is from it.

    Attributes:
        period: The month or year that the text looks at, where it is fixed.
        value: The number that was compared, where exactly one is known.
        assumed_period: A bare number stands for that month.
        leaf: The limit as the text has it.
        passed: Whether it is passed; None where that is not known.
        counted: The month or year in which that number was counted; another than `period` where that one is not on record.
    """

    license: str
    term: Term
    fact: str
    limit: float
    inclusive: bool
    unit: str | None
    period: str | None
    value: Amount | None
    assumed_period: bool = False
    leaf: Measure | None = None
    passed: bool | None = None
    counted: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one licence, or several together, make of a use.

    Attributes:
        verdict: The answer.
        curable: The refusal goes away when a stated duty is met or a gate passed.
        open: The condition under which a conditional answer is a yes.
        leaning: Where an undetermined answer leans, by what is known.
        unverified: Terms that were looked at and not read from the text.
        disputed: Terms left aside or softened by the interpretation.
    """

    verdict: Verdict
    licenses: tuple[License, ...]
    reasons: tuple[Reason, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    headroom: tuple[Headroom, ...] = ()
    curable: bool = False
    open: Condition | None = None
    leaning: Verdict | None = None
    unverified: tuple[tuple[str, Term], ...] = ()
    disputed: tuple[tuple[str, Term], ...] = field(default=())


def still_decides(reason: Reason, verdict: Verdict) -> bool:
    """Whether a reason belongs beside a verdict: next to a refusal or an open question, the grants of a yes decide nothing."""
    if reason.outcome != "decides" or verdict < Verdict.CONDITIONAL:
        return True
    if verdict == Verdict.UNDETERMINED and reason.term is not None and reason.term.confidence != "text-read":
        return True
    return reason.effect >= (Verdict.CONDITIONAL if verdict == Verdict.UNDETERMINED else min(verdict, Verdict.NEEDS_PERMISSION))
