"""Everything recorded about one model, dataset or application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry.desk.catalog.change_rows import change_in_words
from registry.desk.concluding import Conclusions
from registry.desk.facts import read_day, today
from registry.desk.license_record import inherited_licenses, license_of
from registry.desk.plain import to_data
from registry.desk.session import refuse_folder
from registry.errors import UnknownModelError, UsageError
from registry.supplychain.names import split_reference
from registry.supplychain.statement import LicenseStatement, in_force

if TYPE_CHECKING:
    from registry.desk.session import Desk


def show_model(desk: Desk, name: str, history: bool = False, as_known: str | None = None, on: str | None = None) -> dict[str, Any]:
    """The record of a model (`org/name`), a dataset (`dataset:NAME`) or an application (`app:NAME`).

    Args:
        desk: The desk.
        name: The reference.
        history: Add every recorded change, oldest first.
        as_known: As the catalogue knew it on that date.
        on: The day on which claims of a licence have to hold; today by default.

    Raises:
        UnknownModelError: Nothing, or several things, go by the name.
        FactError: `as_known` is not a date.
    """
    refuse_folder(name)
    if as_known is not None:
        as_known = read_day(desk.knowledge, as_known, "--as-known")
    day = on or today()
    kind, _, _ = split_reference(name)
    if kind == "dataset":
        subject, record = _dataset(desk, name, as_known, day)
    elif kind == "application":
        subject, record = _application(desk, name, as_known)
    else:
        subject, record = _model(desk, name, as_known, day)
    if history:
        record["history"] = _history(desk, subject)
    record["knowledge"] = {"version": desk.knowledge.version, "digest": desk.knowledge.digest}
    return record


def _statement(desk: Desk, statement: LicenseStatement, released_on: str | None, on: str) -> dict[str, Any]:
    concluded = Conclusions(desk.knowledge).of_statement(statement, released_on)
    return {
        "license": concluded.license,
        "as_written": statement.raw_name or statement.raw_link or statement.license,
        "basis": statement.basis,
        "step": concluded.step,
        "stated_on": statement.stated_on,
        "valid_from": statement.valid_from,
        "valid_to": statement.valid_to,
        "holds_today": in_force(statement, on),
        "source": to_data(statement.source) if statement.source else None,
    }


def _model(desk: Desk, name: str, as_known: str | None, on: str) -> tuple[str, dict[str, Any]]:
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.history_of import was_known
    from registry.catalogue.queries.model_detail import read_model
    from registry.catalogue.queries.profile_graph import profile_graph

    with desk.catalogue.reading() as connection:
        found = find_model(connection, name)
        if as_known is not None and not was_known(connection, found.name, as_known):
            raise UnknownModelError(f"on {as_known} the catalogue did not know `{found.name}`", "ask for a later day, or leave `--as-known` out")
        detail = read_model(connection, found.id, as_known=as_known)
        inherited = inherited_licenses(desk.knowledge, profile_graph(connection, [found.id], as_known=as_known), found.name, on)
    model = detail.model
    hostings = [
        {**to_data(row.hosting, without=("model", "host", "terms")), "host": row.host.title or row.host.name, "terms": row.terms} for row in detail.hostings
    ]
    bases = [link for link in detail.links if link.parent_id is not None]
    datasets = [link for link in detail.links if link.dataset_id is not None]
    return model.name, {
        "schema": "licet.show/1",
        "model": model.name,
        "name": model.title,
        "developer": to_data(detail.developer, without=("source",)) if detail.developer else None,
        "recorded": model.recorded,
        **to_data(model, without=("name", "title", "developer", "recorded", "source")),
        "source": to_data(model.source) if model.source else None,
        "evidence_floor": detail.evidence_floor,
        "name_keeps_rules": detail.name_ok,
        "derivative_count": detail.derivative_count,
        "license": license_of(desk.knowledge, model.name, detail.statements, model.released_on, recorded=model.recorded, inherited=inherited, on=on),
        "statements": [_statement(desk, statement, model.released_on, on) for statement in detail.statements],
        "bases": [_link(link, "model") for link in bases],
        "datasets": [_link(link, "dataset") for link in datasets],
        "revisions": [to_data(revision, without=("model",)) for revision in detail.revisions],
        "training": [to_data(run, without=("model",)) for run in detail.training_runs],
        "hostings": hostings,
        "applications": [to_data(use) for use in detail.applications],
        "acceptances": [to_data(row) for row in detail.acceptances],
    }


def _link(link: Any, what: str) -> dict[str, Any]:
    sources = [f"{'against it: ' if evidence.against else ''}{to_data(evidence.source)}" for evidence in link.evidence if evidence.source]
    return {what: link.parent.removeprefix("dataset:"), "relation": link.relation, "evidence": link.grade, "source": "; ".join(dict.fromkeys(sources)) or None}


def _dataset(desk: Desk, name: str, as_known: str | None, on: str) -> tuple[str, dict[str, Any]]:
    from registry.catalogue.queries.datasets import find_dataset, models_of_dataset

    with desk.catalogue.reading() as connection:
        row = find_dataset(connection, name, as_known=as_known)
        used = models_of_dataset(connection, row.id)
    dataset = row.dataset
    return f"dataset:{dataset.name}", {
        "schema": "licet.show/1",
        "id": f"dataset:{dataset.name}",
        "name": dataset.title,
        **to_data(dataset, without=("name", "title", "recorded", "source")),
        "source": to_data(dataset.source) if dataset.source else None,
        "license": license_of(desk.knowledge, f"dataset:{dataset.name}", row.statements, None, recorded=dataset.recorded, on=on),
        "statements": [_statement(desk, statement, None, on) for statement in row.statements],
        "models": [{"model": use.model, "relation": use.relation, "evidence": use.grade} for use in used],
    }


def _application(desk: Desk, name: str, as_known: str | None) -> tuple[str, dict[str, Any]]:
    from registry.catalogue.queries.applications import find_application

    if as_known is not None:
        raise UsageError("applications are kept as they are now; `--as-known` is for models and datasets", "leave `--as-known` out")
    with desk.catalogue.reading() as connection:
        row = find_application(connection, name)
    application = row.application
    return f"app:{application.name}", {
        "schema": "licet.show/1",
        "id": f"app:{application.name}",
        "name": application.title,
        **to_data(application, without=("name", "title", "models", "source")),
        "source": to_data(application.source) if application.source else None,
        "monthly_users": row.monthly_users,
        "models": [{**to_data(used.use), "host_terms": used.host_terms} for used in row.used],
        "user_groups": [to_data(group, without=("application", "source")) for group in row.user_groups],
        "revenues": [to_data(revenue, without=("application", "source")) for revenue in row.revenues],
    }


def _history(desk: Desk, subject: str) -> list[dict[str, Any]]:
    from registry.catalogue.queries.history_of import history_of, load_of

    changes: list[dict[str, Any]] = []
    after: str | None = None
    with desk.catalogue.reading() as connection:
        load = load_of(connection, subject)
        if load is not None:
            brought = (load.after or {}).get("rows") or {}
            counts = ", ".join(f"{count} {what}" for what, count in brought.items())
            told = f"came with a load of {load.subject}{f' ({counts})' if counts else ''}"
            changes.append({"seq": load.seq, "at": load.at, "actor": load.actor, "kind": load.kind, "what": "load", "change": told})
        while True:
            page = history_of(connection, subject, after=after, limit=1000)
            changes += [
                {"seq": row.seq, "at": row.at, "actor": row.actor, "kind": row.kind, "what": row.what, "change": change_in_words(row.before, row.after)}
                for row in page.items
            ]
            if page.next is None:
                return changes
            after = page.next
