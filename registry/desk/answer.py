"""The answer for one subject: what all that binds it makes of a use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.findings.derivation import Derivation, Look, derivation_findings
from registry.findings.finding import Finding
from registry.knowledge.store import Knowledge
from registry.lineage.bindings import Binding, Conflict
from registry.lineage.conflicts import find_conflicts
from registry.lineage.graph import Graph, Node
from registry.lineage.judge import Judge
from registry.lineage.trace import Tracer, Way
from registry.terms.facts import Use
from registry.terms.outcome import Outcome
from registry.terms.partial import Subject
from registry.terms.verdict import Verdict


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
