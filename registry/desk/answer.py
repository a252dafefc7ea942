"""The answer for one subject: what all that binds it makes of a use, as the item of `licet.check/1`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.findings.derivation import Derivation, Look, derivation_findings
from registry.findings.finding import Finding
from registry.knowledge.store import Knowledge
from registry.lineage.bindings import Binding, Conflict
from registry.lineage.conflicts import find_conflicts
from registry.lineage.graph import Graph, Node
from registry.lineage.judge import Judge
from registry.lineage.trace import Tracer, Way
from registry.terms.conditions import FactTest, Place, leaves, to_data
from registry.terms.counts import Amount
from registry.terms.facts import Use, use_to_data
from registry.terms.license import License
from registry.terms.outcome import Obligation, Outcome, Reason
from registry.terms.partial import Situation, Subject, unknown_facts
from registry.terms.verdict import Verdict
from registry.terms.words import in_words, period_in_words


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of what.

    Attributes:
        graph: The lineage around the subject.
        subject: Name of the node that is asked about.
        use: The facts.
        interpretation: Name of the interpretation.
        name_to_judge: The name to hold against name rules; None where the subject's name is only a label.
        as_license: The question is about a licence alone, not about a model.
        revision: Revision of the model, where one is meant.
        host: The host through which the model is reached.
        host_terms: Licences of that host's terms, which bind the user beside what the developer passes on.
        unknown_revision: That revision is not recorded.
        users_of_owner: Recorded users of an owner stand for those of its group.
        revenue_of_owner: So does what it earned.
        candidates: Licences that a name which leads to no single text may mean.
        change_is_lineage: The stated change of weights is the step from the bases to the subject, as in a hypothetical lineage.
    """

    graph: Graph
    subject: str
    use: Use
    interpretation: str = "mainstream"
    name_to_judge: str | None = None
    as_license: bool = False
    revision: str | None = None
    change_is_lineage: bool = False
    host: str | None = None
    host_terms: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    unknown_revision: bool = False
    users_of_owner: bool = False
    revenue_of_owner: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome with what it was made from, before it is put into words."""

    question: Question
    outcome: Outcome
    ways: Mapping[Binding, Way]
    by_binding: Mapping[Binding, Outcome]
    conflicts: tuple[Conflict, ...]
    findings: tuple[Finding, ...]
    verdicts: Mapping[str, Verdict]


def answer(knowledge: Knowledge, question: Question) -> Answer:
    """Trace, judge under every interpretation, and find what there is to find."""
    tracer = Tracer(knowledge.relations, knowledge.license_of)
    node = question.graph.nodes[question.subject]
    ways = tracer.trace(question.graph, question.subject)
    if question.host_terms:
        host = Node(f"host:{question.host}", question.host_terms)
        ways = {**ways, **{binding: way for binding, way in tracer.own(host).items() if binding not in ways}}
    subject = subject_of(node)
    is_student = question.change_is_lineage and any(binding.taught is not None for binding in ways)
    judges = {
        name: Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, question.use, interpretation, question.change_is_lineage, is_student)
        for name, interpretation in knowledge.interpretations.items()
    }
    clashes = {
        name: find_conflicts([binding for binding in ways if each.binds_weights(binding) or binding.reach == "output-model"], knowledge.license_of)
        for name, each in judges.items()
    }
    judge = judges[knowledge.interpretation(question.interpretation).name]
    conflicts = clashes[judge.interpretation.name]
    outcomes = {name: each.of_model(ways, subject, clashes[name]) for name, each in judges.items()}
    published = question.use.value("published_under")
    under = knowledge.resolve(published).license if isinstance(published, str) and ways_from_ancestors(ways) else None
    stated_name = question.use.stated.get("derivative_name")
    derivation = Derivation(
        name=question.subject,
        own=node.licenses,
        ways=ways,
        conflicts=conflicts,
        derivative_name=stated_name if isinstance(stated_name, str) else question.name_to_judge,
        published=under,
    )
    look = Look(judge.interpretation, knowledge.license_of, knowledge.expression_of, lambda binding: judge.of_binding(binding, subject))
    findings = derivation_findings(derivation, look)
    return Answer(
        question,
        outcomes[judge.interpretation.name],
        ways,
        {binding: judge.of_binding(binding, subject) for binding in ways},
        conflicts,
        tuple(findings),
        {name: outcome.verdict for name, outcome in outcomes.items()},
    )


def license_question(knowledge: Knowledge, license: str, use: Use, interpretation: str, on: str | None, *, must_exist: bool = True) -> Question:
    """A question about a licence or SPDX expression alone.

    Args:
        knowledge: The licences.
        license: Its name.
        use: The facts.
        interpretation: How unsettled points are taken.
        on: The date that tells apart texts of one name.
        must_exist: Refuse a name that leads to no text, or to several; otherwise the answer is that it cannot be told.

    Raises:
        UnknownLicenseError: The name leads to no text, or to several, and has to.
    """
    found = knowledge.resolve(license, on)
    if found.reason in ("unknown", "ambiguous", "none"):
        if must_exist:
            knowledge.find(license, on)
        candidates = found.candidates or knowledge.nearest(license)
        return Question(Graph.of([Node(license, (found.license,))], []), license, use, interpretation, as_license=True, candidates=candidates)
    parts = knowledge.parts_of(found.license)
    known = knowledge.license_of(found.license)
    name = known.id if known is not None else license
    # Asked of a licence alone, its own date stands for the release of the model that it came with.
    released = known.released if known is not None else None
    return Question(Graph.of([Node(name, parts, released_on=released)], []), name, use, interpretation, as_license=True)


def subject_of(node: Node) -> Subject:
    """What terms may read of a node."""
    return Subject(modality=node.modality, released_on=node.released_on, name=node.name, license=node.licenses[0] if node.licenses else None)


def ways_from_ancestors(ways: Mapping[Binding, Way]) -> bool:
    """Whether anything reaches the subject from an ancestor."""
    return any(way.path for way in ways.values())


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
