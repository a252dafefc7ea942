"""Several licences together: the worst of all that bind, the best of those one may choose from.

Terms of different licences are never pooled: each outcome is whole and alone, and combining only takes maxima and minima.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from registry.terms.conditions import Condition
from registry.terms.outcome import Outcome, still_decides
from registry.terms.simplify import conjunction, disjunction
from registry.terms.verdict import Verdict


@dataclass(frozen=True, slots=True)
class OneOf:
    """A choice between licences: SPDX `OR`."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Each:
    """Licences that all bind: SPDX `AND`."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """One licence by id."""

    license: str


Expression = Named | OneOf | Each


def evaluate_expression(expression: Expression, evaluate: Callable[[str], Outcome]) -> Outcome:
    """The outcome of an expression, given how to evaluate one licence by its id."""
    if isinstance(expression, Named):
        return evaluate(expression.license)
    outcomes = [evaluate_expression(part, evaluate) for part in expression.parts]
    return choose(outcomes) if isinstance(expression, OneOf) else meet(outcomes)


def license_ids(expression: Expression) -> tuple[str, ...]:
    """The licences an expression names, in its order, each once."""
    if isinstance(expression, Named):
        return (expression.license,)
    return tuple(dict.fromkeys(name for part in expression.parts for name in license_ids(part)))


def meet(outcomes: Iterable[Outcome]) -> Outcome:
    """All of the outcomes bind: the worst verdict, every duty, every limit.

    Commutative, associative and idempotent in its verdict; a further outcome never makes it better.
    """
    parts = list(outcomes)
    if not parts:
        return Outcome(Verdict.PERMITTED, ())
    if len(parts) == 1:
        return parts[0]
    verdict = max(part.verdict for part in parts)
    leanings = [part.leaning if part.leaning is not None else part.verdict for part in parts]
    known = all(part.leaning is not None for part in parts if part.verdict == Verdict.UNDETERMINED)
    refusing = [part for part in parts if part.verdict >= Verdict.NEEDS_PERMISSION]
    return _join(
        parts,
        verdict=verdict,
        curable=bool(refusing) and all(part.curable for part in refusing),
        open_condition=_together([part.open for part in parts]) if verdict <= Verdict.UNDETERMINED else None,
        leaning=max(leanings) if verdict == Verdict.UNDETERMINED and known else None,
    )


def choose(outcomes: Sequence[Outcome]) -> Outcome:
    """One of the outcomes may be taken: the best, the first of equals. Two conditional ones are a yes where either is."""
    best = min(outcomes, key=lambda outcome: outcome.verdict)
    if best.verdict == Verdict.CONDITIONAL:
        opens = [outcome.open for outcome in outcomes if outcome.verdict == Verdict.CONDITIONAL and outcome.open is not None]
        return replace(best, open=disjunction(opens))
    return best


def soften(bound: Outcome, unbound: Outcome | None) -> Outcome:
    """An unsettled point on which permission should be asked: what would be barred if it bound needs permission."""
    if unbound is not None and bound.verdict <= unbound.verdict:
        return unbound
    if bound.verdict != Verdict.PROHIBITED:
        return bound
    reasons = tuple(replace(reason, effect=Verdict.NEEDS_PERMISSION) if reason.effect == Verdict.PROHIBITED else reason for reason in bound.reasons)
    return replace(bound, verdict=Verdict.NEEDS_PERMISSION, reasons=reasons)


def _together(conditions: list[Condition | None]) -> Condition | None:
    known = [condition for condition in conditions if condition is not None]
    return conjunction(known) if known else None


def _join(parts: list[Outcome], *, verdict: Verdict, curable: bool, open_condition: Condition | None, leaning: Verdict | None) -> Outcome:
    return Outcome(
        verdict=verdict,
        licenses=tuple(dict.fromkeys(license for part in parts for license in part.licenses)),
        reasons=tuple(dict.fromkeys(reason for part in parts for reason in part.reasons if still_decides(reason, verdict))),
        obligations=tuple(dict.fromkeys(duty for part in parts for duty in part.obligations)),
        headroom=tuple(dict.fromkeys(limit for part in parts for limit in part.headroom)),
        curable=curable,
        open=open_condition,
        leaning=leaning,
        unverified=tuple(dict.fromkeys(item for part in parts for item in part.unverified)),
        disputed=tuple(dict.fromkeys(item for part in parts for item in part.disputed)),
    )
