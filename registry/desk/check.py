"""May this be used this way: one model, an application, a licence, or a batch of questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from registry.desk.answer import Answer, Question, answer, license_question
from registry.desk.answer_item import to_item
from registry.desk.facts import read_use, resolve_named_licenses, today
from registry.errors import UsageError
from registry.lineage.graph import Graph
from registry.terms.facts import Use

if TYPE_CHECKING:
    from registry.desk.lookup import Subject
    from registry.desk.session import Desk


def check_models(
    desk: Desk, names: Sequence[str], raw: Mapping[str, Any], interpretation: str | None = None, license: str | None = None
) -> list[dict[str, Any]]:
    """The items of `licet.check/1` for models, datasets and applications, in the order given.

    Args:
        desk: The desk.
        names: References; none, to ask about a licence alone.
        raw: The facts as given.
        interpretation: Which unsettled points bind; the settings' own by default.
        license: Ask about this licence alone, or about the models as if it were their own.

    Raises:
        FactError: A fact cannot be read.
        UnknownModelError: A name leads to nothing, or to several.
        UnknownLicenseError: The licence is not known.
    """
    knowledge = desk.knowledge
    use = resolve_named_licenses(knowledge, read_use(knowledge, raw, desk.settings.facts))
    reading = desk.interpretation(interpretation or raw.get("interpretation"))
    if not names and license is not None:
        return [to_item(knowledge, answer(knowledge, license_question(knowledge, license, use, reading, _terms_date(use))))]
    items: list[dict[str, Any]] = []
    for name in names:
        items += _check(desk, name, use, reading, license, frozenset(raw))
    return items


def _terms_date(use: Use) -> str:
    from registry.desk.lookup import date_of_terms

    return date_of_terms(use)


def _check(desk: Desk, name: str, use: Use, reading: str, license: str | None, asked: frozenset[str]) -> list[dict[str, Any]]:
    if name.startswith("app:"):
        if license is not None:
            raise UsageError(f"`{name}` uses several models, each under its own licence", "ask about one model with `--license`")
        return [
            {**to_item(desk.knowledge, given), "application": application, "host": given.question.host}
            for application, given in answer_application(desk, name, use, reading, asked)
        ]
    return [to_item(desk.knowledge, answer_model(desk, name, use, reading, license))]


def answer_model(desk: Desk, name: str, use: Use, reading: str, license: str | None = None, *, suggest: bool = True) -> Answer:
    """The answer about one model or dataset by reference, with what is found of its record beside its terms.

    Args:
        desk: The desk.
        name: The reference.
        use: The facts.
        reading: The interpretation.
        license: The licence to take it to be under.
        suggest: Look for the nearest names where nothing goes by it.

    Raises:
        UnknownModelError: The name leads to nothing, or to several.
        UsageError: It names something that is neither.
    """
    from registry.desk.lookup import find_subject

    subject = find_subject(desk, name, _terms_date(use), suggest=suggest)
    graph = subject.graph
    if license is not None:
        own = replace(graph.nodes[subject.name], licenses=desk.knowledge.parts_of(_as_if(desk, license, use)), developer=None)
        graph = Graph({**graph.nodes, subject.name: own}, graph.parents)
    use = _with_acceptances(use, subject.accepted)
    name_to_judge = subject.name if graph.parents.get(subject.name) else None
    question = Question(graph, subject.name, use, reading, name_to_judge=name_to_judge, revision=subject.revision, unknown_revision=subject.unknown_revision)
    return _with_recorded(desk, answer(desk.knowledge, question), subject)


def _with_recorded(desk: Desk, given: Answer, subject: Subject) -> Answer:
    """The answer with what is found of the model's record beside its terms."""
    from registry.desk.recorded import recorded_findings

    if subject.number is None:
        return given
    with desk.catalogue.reading() as connection:
        beside = recorded_findings(connection, desk.knowledge, subject.number, _terms_date(given.question.use), subject.graph)
    return replace(given, findings=(*given.findings, *beside))


def _with_acceptances(use: Use, accepted: frozenset[str]) -> Use:
    """The use with what is on record as accepted for the model, unless the asker states what is accepted."""
    if not accepted or "accepted" in use.stated:
        return use
    return replace(use, assumed={**use.assumed, "accepted": accepted})


def _as_if(desk: Desk, license: str, use: Use) -> str:
    on = _terms_date(use)
    found = desk.knowledge.resolve(license, on)
    return found.license if found.reason == "expression" else desk.knowledge.find(license, on).id


def answer_application(desk: Desk, name: str, use: Use, reading: str, asked: frozenset[str]) -> list[tuple[str, Answer]]:
    """The application's name and an answer for every model that it uses, with what it records about itself as facts.

    The terms of the host through which a model is reached bind beside the model's own.

    Args:
        desk: The desk.
        name: The application.
        use: The facts.
        reading: How unsettled points are taken.
        asked: The facts that were stated with the question: they go before what the application records, which goes before all others.

    Raises:
        UsageError: No application is called that.
    """
    from registry.desk.lookup import application_use, find_app, find_subject, stands_for_group

    row, users = find_app(desk, name)
    use = application_use(desk, use, row, users, asked)
    found = []
    for used in row.used:
        subject = find_subject(desk, used.use.model, _terms_date(use))
        terms = desk.knowledge.parts_of(desk.knowledge.resolve(used.host_terms, use.on).license) if used.host_terms else ()
        question = Question(
            subject.graph,
            subject.name,
            _with_acceptances(use, subject.accepted),
            reading,
            host=used.use.host,
            host_terms=terms,
            users_of_owner=bool(users) and "monthly_active_users" not in asked,
            revenue_of_owner=stands_for_group(row, asked),
        )
        found.append((row.application.name, _with_recorded(desk, answer(desk.knowledge, question), subject)))
    return found


def check_batch(desk: Desk, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Answer questions in the form of `check --batch`, one object a line, in the same order."""
    from registry.desk.batch import answer_lines

    def known(reference: str, on: str) -> Graph | None:
        from registry.desk.lookup import known_graph

        return known_graph(desk, reference, on)

    yield from answer_lines(desk.knowledge, lines, today(), known)
