"""What an application uses, as far as a policy asks: the licences that bind it, who made it, through whom it is reached, which duties are not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.desk.audit.used import developer_of, trained_on
from registry.lineage.judge import Judge
from registry.policy.judge import Used, UsedLicense
from registry.terms.combine import Each, Expression, Named

if TYPE_CHECKING:
    from registry.desk.answer import Answer
    from registry.desk.audit.findings import Judged
    from registry.desk.session import Desk
    from registry.policy.policy import Policy

_CODES = {"display": "LIC202", "notice-file": "LIC203"}
"""The code under which a duty that nothing shows is told; of texts that go along it is LIC206."""


def used_of(desk: Desk, judged: Judged, policy: Policy) -> Used:
    """One thing in use as far as a policy asks."""
    thing = judged.thing
    developer, country = developer_of(desk, thing) if {"developers", "countries"} & set(policy.choices) else (None, None)
    return Used(
        thing.name.removeprefix("dataset:"),
        thing.about,
        _licenses(desk, thing.answer) if thing.answer is not None else (),
        developer,
        country,
        thing.hosts,
        trained_on(thing.answer) if thing.answer is not None else (),
        _lacking(judged),
    )


def _lacking(judged: Judged) -> dict[str, tuple[str, ...]]:
    """What there is to say of each duty that nothing shows."""
    found: dict[str, dict[str, None]] = {}
    for duty in judged.duties:
        if duty["shown"] is False:
            code = _CODES.get(duty["do"], "LIC206")
            asked = f"The policy asks that the duty {duty['do']} of {judged.thing.name} be shown"
            told = [each.summary for each in judged.lacking if (each.code, each.license) == (code, duty["license"])]
            found.setdefault(str(duty["do"]), {}).update(dict.fromkeys(f"{asked}: {summary}" for summary in told) if told else {f"{asked}.": None})
    return {do: tuple(told) for do, told in found.items()}


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
