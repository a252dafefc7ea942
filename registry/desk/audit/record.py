"""Keeping an application as an audit found it: the models it uses and through which hosts, how it reaches people, and where these are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.hosted_names import host_of
from registry.errors import UsageError
from registry.settings import read_actor
from registry.sources.hub.words import name_problem
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.host import Host
from registry.supplychain.model import Model
from registry.supplychain.names import check_name
from registry.supplychain.record import Record
from registry.supplychain.source import Source
from registry.supplychain.words import DISTRIBUTIONS

if TYPE_CHECKING:
    from registry.desk.audit.application import ApplicationAudit
    from registry.desk.audit.used import Thing
    from registry.desk.session import Desk

ORIGIN = "audit"
"""The origin of what an audit records."""


def application_name(desk: Desk, path: Path, named: str | None) -> str:
    """Under which name an application is kept: the one that is given, that of the one application of `licet.yaml`, or that of the folder.

    Raises:
        UsageError: It cannot be a name.
    """
    from registry.desk.applications import read_applications

    described = read_applications(desk.settings) if named is None else ()
    whole = [each.name for each in described if each.path == Path()]
    name = named or (whole[0] if len(described) == len(whole) == 1 else "") or path.resolve().name.removesuffix(path.suffix if path.is_file() else "")
    try:
        return check_name(name, "application")
    except UsageError as error:
        raise UsageError(error.message, "name the application with `--app NAME`") from error


def record_application(desk: Desk, audit: ApplicationAudit, name: str) -> dict[str, Any]:
    """Keep what an audit found as an application of the catalogue. Doing it again brings it up to date: models that are no longer used are taken off.

    What stands only in tests and documents, model files and datasets are left out. A model of the Hub that nobody recorded is noted by its name.

    Args:
        desk: The desk.
        audit: What was found.
        name: What the application is called.

    Returns:
        `licet.application/1`: what it uses now, what came and went, and the names that could not be kept.

    Raises:
        UsageError: It cannot be called that.
    """
    from registry.catalogue.ingest.writer import ingest
    from registry.catalogue.queries.applications import read_applications
    from registry.catalogue.queries.hosts import read_host
    from registry.desk.profiles import refresh_profiles

    facts: Mapping[str, Any] = audit.head["use"]
    things = [thing for thing in audit.things if thing.about == "model" and not thing.aside and thing.references[0].kind != "artifact"]
    noted = [thing.name for thing in things if not thing.recorded and _can_be_noted(thing)]
    kept = [thing for thing in things if thing.recorded or thing.name in noted]
    uses = sorted({(thing.name, host or "") for thing in kept for host in _hosts(thing)})
    source = Source("licet audit", str(audit.head["date"]))
    commercial = facts.get("commercial")
    application = Application(
        name=name,
        distribution=tuple(word for word in DISTRIBUTIONS if word in facts.get("distribution", ())),
        countries=tuple(facts.get("audience", ())),
        commercial=commercial if isinstance(commercial, bool) else None,
        source=source,
    )
    with desk.catalogue.writing() as connection:
        before = next(iter(read_applications(connection, [name])), None)
        known = {(each.use.model, each.use.host or ""): each.use for each in before.used} if before is not None else {}
        new_hosts = sorted({host for _, host in uses if host and read_host(connection, host) is None})
        models = tuple(ModelUse(model, host or None, known[model, host].purpose if (model, host) in known else None) for model, host in uses)
        record = Record(
            ORIGIN,
            hosts=tuple(Host(host, source=source) for host in new_hosts),
            models=tuple(Model(each, recorded=False, source=source) for each in noted),
            applications=(replace(application, models=models),),
            replaces=False,
        )
        done = ingest(connection, [record], actor=read_actor(), kind="audit")
        refresh_profiles(connection, desk.knowledge, done.touched_models)
    now = {(use.model, use.host or "") for use in models}
    return {
        "schema": "licet.application/1",
        "application": name,
        "created": before is None,
        "change_set": done.change_set,
        "distribution": list(application.distribution),
        "countries": list(application.countries),
        "commercial": application.commercial,
        "models": _listed(now),
        "added": _listed(now - known.keys()),
        "removed": _listed(known.keys() - now),
        "noted_by_name": noted,
        "new_hosts": new_hosts,
        "not_kept": sorted(thing.name for thing in things if not thing.recorded and thing.name not in noted),
    }


def _listed(uses: Iterable[tuple[str, str]]) -> list[dict[str, str | None]]:
    return [{"model": model, "host": host or None} for model, host in sorted(uses)]


def _can_be_noted(thing: Thing) -> bool:
    """Whether a name that is not recorded is one of the Hub, so that it can be looked up later."""
    return "/" in thing.name and any(each.provider == "hub" for each in thing.references) and name_problem(thing.name, "model") is None


def _hosts(thing: Thing) -> set[str | None]:
    """The hosts through which a model is reached; None where the application runs it itself."""
    return {host_of(each) for each in thing.references if each.place not in ("test", "docs")}
