"""An answer in words, as the item of `licet.check/1`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from registry.desk.answer import Answer, subject_of
from registry.findings.finding import Finding
from registry.knowledge.store import Knowledge
from registry.lineage.bindings import Binding
from registry.terms.conditions import FactTest, Place, leaves, to_data
from registry.terms.counts import Amount
from registry.terms.facts import use_to_data
from registry.terms.license import License
from registry.terms.outcome import Obligation, Outcome, Reason
from registry.terms.partial import Situation, unknown_facts
from registry.terms.verdict import Verdict
from registry.terms.words import in_words, period_in_words


def to_item(knowledge: Knowledge, given: Answer) -> dict[str, Any]:
    """The answer as an item of `licet.check/1`. Keys are only ever added."""
    question, outcome = given.question, given.outcome
    vocabulary = knowledge.vocabulary
    situation = Situation(question.use, vocabulary, subject_of(question.graph.nodes[question.subject]))
    points = sorted({point for binding in given.ways for point in binding.points} | {point for _, term in outcome.disputed for point in term.disputed})
    conditional = outcome.verdict == Verdict.CONDITIONAL and outcome.open is not None
    return {
        "model": None if question.as_license else question.subject,
        "license": question.subject if question.as_license else None,
        "revision": question.revision,
        "verdict": outcome.verdict.word,
        "curable": outcome.curable,
        "interpretation": question.interpretation,
        "flips": [
            {"interpretation": name, "verdict": verdict.word, "points": points}
            for name, verdict in given.verdicts.items()
            if name != question.interpretation and verdict != outcome.verdict
        ],
        "date": question.use.on,
        "use": use_to_data(question.use.stated),
        "assumptions": _assumptions(knowledge, given),
        "missing_facts": list(unknown_facts(outcome.open, situation)) if outcome.open is not None and outcome.verdict < Verdict.NEEDS_PERMISSION else [],
        "yes_when": in_words(outcome.open, vocabulary) if conditional and outcome.open is not None else None,
        "yes_when_condition": to_data(outcome.open) if conditional and outcome.open is not None else None,
        "leaning": outcome.leaning.word if outcome.leaning is not None else None,
        "licenses": [_license(knowledge, given, binding) for binding in given.ways],
        "reasons": [_reason(given, reason) for reason in outcome.reasons],
        "obligations": [_obligation(knowledge, given, duty) for duty in outcome.obligations],
        "headroom": [
            {
                "license": limit.license,
                "term": limit.term.id,
                "section": limit.term.section,
                "fact": limit.fact,
                "limit": limit.limit,
                "comparator": ">=" if limit.inclusive else ">",
                "unit": limit.unit,
                "month": limit.period,
                "value": _number(limit.value),
                "value_unit": limit.value.unit if limit.value is not None else None,
                "of": limit.leaf.of if limit.leaf is not None else None,
                "at": limit.leaf.at if limit.leaf is not None else None,
                "passed": limit.passed,
                "counted": limit.counted,
            }
            for limit in outcome.headroom
        ],
        "unverified": [
            {
                "license": license,
                "term": term.id,
                "section": term.section,
                "confidence": term.confidence,
                "summary": term.summary,
                "source": _where_to_read(knowledge, license, term.text),
            }
            for license, term in outcome.unverified
        ],
        "findings": [finding_to_data(finding) for finding in given.findings],
        "warnings": _warnings(knowledge, given),
        **({"candidates": list(question.candidates)} if question.candidates else {}),
        "knowledge": {"version": knowledge.version, "digest": knowledge.digest},
    }


def _where_to_read(knowledge: Knowledge, license: str, text: str) -> str | None:
    """Where the text of a term is to be found."""
    found = knowledge.license_of(license)
    sources = {each.id: each.source for each in found.texts} if found is not None else {}
    return sources.get(text) or next(iter(sources.values()), None)


def _warnings(knowledge: Knowledge, given: Answer) -> list[str]:
    """What does not change the answer and should be known: that a model or text is younger than the use, that a revision is not known."""
    question = given.question
    node, on = question.graph.nodes[question.subject], question.use.on
    warnings = []
    if node.released_on is not None and not question.as_license and node.released_on > on:
        warnings.append(f"{question.subject} was released on {node.released_on}, after the date of the use")
    warnings += [
        f"the text of {license.id} that is recorded is of {license.released}, younger than the use; an earlier one may have held"
        for license in given.outcome.licenses
        if license.released is not None and license.released > on and not license.placeholder
    ]
    warnings += dict.fromkeys(
        f"the text of {limit.license} looks at {period_in_words(limit.period)}, which is not on record; {period_in_words(limit.counted)} was counted"
        for limit in given.outcome.headroom
        if limit.period is not None and limit.counted not in (None, limit.period)
    )
    if question.unknown_revision:
        warnings.append(f"the revision {question.revision} is not recorded; the answer is for the model as such")
    if question.users_of_owner:
        warnings.append("the recorded users of the owner's applications are taken for those of its whole group")
    if question.revenue_of_owner:
        warnings.append("the recorded revenue of the owner is taken for that of its whole group")
    return warnings


def finding_to_data(finding: Finding) -> dict[str, Any]:
    """A finding as plain data."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "subject": finding.subject,
        "license": finding.license,
        "clause": finding.clause,
        "ancestors": list(finding.ancestors),
        "summary": finding.summary,
        "fixable_by": finding.fixable_by,
        "hint": finding.hint,
    }


def _number(amount: Amount | None) -> float | None:
    return amount.number if amount is not None else None


def _license(knowledge: Knowledge, given: Answer, binding: Binding) -> dict[str, Any]:
    license = knowledge.license_of(binding.license)
    way = given.ways[binding]
    return {
        "id": binding.license,
        "name": license.name if license else binding.license,
        "type": license.type if license else None,
        "spdx": knowledge.exported_id(binding.license) if license else None,
        "basis": way.basis,
        "reach": binding.reach if not binding.points else f"{binding.reach} or {binding.otherwise}",
        "from": way.source,
        "points": list(binding.points),
        "verdict": given.by_binding[binding].verdict.word,
    }


def _path(given: Answer, license: str, said: Reason | Obligation | None = None) -> tuple[list[dict[str, str]], str]:
    """The shortest path over which a licence came to say this, and the weakest evidence on it."""
    ways = [(binding, way) for binding, way in given.ways.items() if license in _ids(binding.license)]
    saying = [way for binding, way in ways if said is not None and _says(given.by_binding[binding], said)]
    chosen = saying or [way for _, way in ways]
    if not chosen:
        return [{"model": given.question.subject}], "declared"
    way = min(chosen, key=lambda each: len(each.path))
    steps: list[dict[str, str]] = [{"model": given.question.subject}]
    steps += [{"relation": edge.relation, "model": edge.parent} for edge in way.path]
    return steps, way.evidence


def _says(outcome: Outcome, said: Reason | Obligation) -> bool:
    return said in outcome.reasons if isinstance(said, Reason) else said in outcome.obligations


def _ids(license: str) -> Iterable[str]:
    return license.replace("(", " ").replace(")", " ").split() if " " in license else (license,)


def _reason(given: Answer, reason: Reason) -> dict[str, Any]:
    path, evidence = _path(given, reason.license, reason)
    return {
        "license": reason.license,
        "term": reason.term_id,
        "section": reason.section,
        "outcome": reason.outcome,
        "effect": reason.effect.word,
        "summary": reason.summary,
        "path": path,
        "evidence": evidence,
        "cure": reason.cure,
        "ask": reason.term.ask if reason.term is not None and reason.effect >= Verdict.NEEDS_PERMISSION else None,
        "confidence": reason.term.confidence if reason.term else None,
    }


def _obligation(knowledge: Knowledge, given: Answer, duty: Obligation) -> dict[str, Any]:
    term = duty.term
    return {
        "license": duty.license,
        "term": term.id,
        "section": term.section,
        "do": term.do,
        "summary": term.summary,
        "when": in_words(duty.when, knowledge.vocabulary) if duty.when is not None else None,
        "wording": term.wording,
        "where": list(term.where),
        "rule": term.rule,
        "counts": duty.counts,
        "from": _path(given, duty.license, duty)[0][-1]["model"],
    }


def _assumptions(knowledge: Knowledge, given: Answer) -> list[dict[str, Any]]:
    """The assumed facts that a term of these licences reads, and bare numbers that stand for a month."""
    use = given.question.use
    read = {"modified", "outputs_train"}
    for license in given.outcome.licenses:
        read |= _facts_read(license)
    assumed = use_to_data({name: value for name, value in use.assumed.items() if name in read and name not in use.stated})
    result = [{"fact": name, "value": value} for name, value in assumed.items()]
    seen = set()
    for limit in given.outcome.headroom:
        if limit.assumed_period and (limit.fact, limit.period) not in seen:
            seen.add((limit.fact, limit.period))
            result.append({"fact": limit.fact, "value": _number(limit.value), "stands_for": limit.period})
    return result


def _facts_read(license: License) -> set[str]:
    facts: set[str] = set()
    for term in license.terms:
        if term.kind == "duty":
            facts |= {"role"}
        for leaf in leaves(term.condition) if term.condition else ():
            if isinstance(leaf, FactTest):
                facts.add(leaf.fact)
            elif isinstance(leaf, Place):
                facts.add("country")
    return facts
