"""What an application uses, as far as a policy asks: the licences that bind it, who made it, through whom it is reached, which duties are not shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from registry.desk.audit_used import Thing, developer_of, trained_on
from registry.lineage.judge import Judge
from registry.policy.judge import Used, UsedLicense
from registry.terms.combine import Each, Expression, Named

if TYPE_CHECKING:
    from registry.desk.answer import Answer
    from registry.desk.session import Desk

Lacking = Callable[[Thing], Mapping[str, tuple[str, ...]]]
"""Tells which duties of a thing in use are not shown to be done, and what there is to say of each."""


def used_of(desk: Desk, thing: Thing, lacking: Lacking | None = None) -> Used:
    """One thing in use as far as a policy asks.

    Args:
        desk: The desk.
        thing: The thing.
        lacking: Which duties of it are not shown; none are looked for, if None.
    """
    developer, country = developer_of(desk, thing)
    return Used(
        thing.name.removeprefix("dataset:"),
        thing.about,
        _licenses(desk, thing.answer) if thing.answer is not None else (),
        developer,
        country,
        thing.hosts,
        trained_on(thing.answer) if thing.answer is not None else (),
        lacking(thing) if lacking is not None and not thing.aside else {},
    )


def _licenses(desk: Desk, given: Answer) -> tuple[UsedLicense, ...]:
    """The licences that bind it; those of data that do not reach the weights, as the law is read here, do not."""
    knowledge, question = desk.knowledge, given.question
    judge = Judge(
        knowledge.evaluator,
        knowledge.license_of,
        knowledge.expression_of,
        question.use,
        knowledge.interpretation(question.interpretation),
        question.change_is_lineage,
    )
    found: dict[UsedLicense, None] = {}
    for binding, way in given.ways.items():
        if judge.binds_weights(binding) or binding.reach == "output-model":
            found.update(dict.fromkeys(_all_of(desk, knowledge.expression_of(binding.license), binding.license, way.basis)))
    return tuple(found)


def _all_of(desk: Desk, expression: Expression, written: str, evidence: str) -> tuple[UsedLicense, ...]:
    """The licences of an expression; a name that stands for no text says nothing that a list could allow or refuse."""
    if isinstance(expression, Named):
        license = desk.knowledge.license_of(expression.license)
        if license is not None and license.placeholder:
            return ()
        return (UsedLicense(expression.license, license.type if license else None, license.family if license else None, evidence),)
    if isinstance(expression, Each):
        return tuple(each for part in expression.parts for each in _all_of(desk, part, written, evidence))
    return (UsedLicense(written, evidence=evidence, any_of=tuple(_all_of(desk, part, written, evidence) for part in expression.parts)),)
