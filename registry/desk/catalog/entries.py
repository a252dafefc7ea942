"""Writing to the layers of the catalogue by hand: an entry, an acceptance; and counting what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from registry.desk.facts import read_day, today
from registry.errors import FactError, UsageError
from registry.settings import read_actor
from registry.supplychain.acceptance import Acceptance
from registry.supplychain.application import SELF_HOSTED
from registry.supplychain.record import Record
from registry.terms.facts import read_fact

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.desk.session import Desk


KINDS = {"compute": "training-run"}
"""What the history calls an entry of a layer, where that is not the layer's own name."""


def add(desk: Desk, layer: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Add an entry to a layer, or change the one of the same id where fields are given.

    Args:
        desk: The desk.
        layer: `developer`, `dataset`, `compute`, `model`, `host`, `hosting`, `application` or `user-group`.
        entry: Its fields, as in the seed data.

    Raises:
        UsageError: A field is wrong, or something that it names is not recorded.
        UnknownLicenseError: It names a licence that is not known.
        LineageError: A model would descend from itself, or its base is not known.
    """
    from registry.catalogue.ingest.writer import ingest
    from registry.desk.profiles import refresh_profiles
    from registry.sources.entry import read_entry

    with desk.catalogue.writing() as connection:
        record = _with_known_licenses(desk, read_entry(layer, _with_recorded_names(connection, layer, entry)))
        _check_countries(desk, record)
        done = ingest(connection, [record], actor=read_actor(), kind="catalog")
        refresh_profiles(connection, desk.knowledge, done.touched_models)
    name = entry.get("id") or entry.get("model") or entry.get("application") or entry.get("name")
    return {
        "schema": "licet.catalog/1",
        "layer": layer,
        "id": name,
        "created": bool(done.added.get(KINDS.get(layer, layer))),
        "change_set": done.change_set,
        "added": dict(done.added),
        "changed": dict(done.changed),
    }


def _with_recorded_names(connection: Connection, layer: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with the models that it links to called by their recorded names, so that any name that finds one will do.

    An application of which no models are given keeps those that it has.

    Raises:
        UnknownModelError: A name leads to none, or to several.
        UsageError: No host, or no application, is called that.
    """
    from registry.catalogue.queries.applications import find_application, read_applications
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.hosts import require_host

    named = dict(entry)
    if isinstance(named.get("model"), str):
        named["model"] = find_model(connection, named["model"]).name
    if isinstance(named.get("application"), str):
        named["application"] = find_application(connection, named["application"]).application.name
    for key in ("bases", "models"):
        if isinstance(named.get(key), list):
            named[key] = [_with_recorded_name(connection, {"model": link} if isinstance(link, str) and key == "models" else link) for link in named[key]]
    for use in named["models"] if isinstance(named.get("models"), list) else [named]:
        if isinstance(use, Mapping) and isinstance(use.get("host"), str) and use["host"] != SELF_HOSTED:
            require_host(connection, use["host"])
    if layer == "application" and "models" not in named and isinstance(named.get("id"), str):
        known = [each for row in read_applications(connection, [named["id"]]) for each in row.application.models]
        named["models"] = [{"model": each.model, "host": each.host, "purpose": each.purpose} for each in known]
    return named


def _with_recorded_name(connection: Connection, link: object) -> object:
    from registry.catalogue.queries.find_model import find_model

    if isinstance(link, Mapping) and isinstance(link.get("model"), str):
        return {**link, "model": find_model(connection, link["model"]).name}
    return link


def _check_countries(desk: Desk, record: Record) -> None:
    """Refuse a country that there is not, before an application is asked about with it.

    Raises:
        UsageError: It names the application and the country.
    """
    named = [(f"app:{each.name}", country) for each in record.applications for country in each.countries]
    named += [(f"app:{each.application}", country) for each in record.user_groups for country in each.countries]
    for name, country in named:
        try:
            read_fact(desk.knowledge.vocabulary, "audience", [country])
        except FactError as error:
            raise UsageError(
                f"`{name}`: `countries`: {error.message.removeprefix('`audience`: ')}", "write countries as ISO 3166-1 has them, such as DE"
            ) from error


def _with_known_licenses(desk: Desk, record: Record) -> Record:
    """The record with every licence that it names brought to our ids, so that any known name will do.

    Raises:
        UnknownLicenseError: A name leads to none, or to several.
    """

    def known(name: str | None) -> str | None:
        if name is None:
            return None
        found = desk.knowledge.resolve(name, today())
        return found.license if found.reason == "expression" else desk.knowledge.find(name, today()).id

    return replace(
        record,
        statements=tuple(replace(statement, license=known(statement.license)) for statement in record.statements),
        hosts=tuple(replace(host, terms=known(host.terms)) for host in record.hosts),
        hostings=tuple(replace(hosting, terms=known(hosting.terms)) for hosting in record.hostings),
    )


def accept(desk: Desk, model: str, by: str, on: str | None = None) -> dict[str, Any]:
    """Record that somebody accepted the terms that reach a model, with the digest of the terms as they are known now.

    Raises:
        UnknownModelError: None, or several, go by the name.
        FactError: The date cannot be read.
        UsageError: No licence is recorded that could be accepted.
    """
    from registry.catalogue.ingest.writer import ingest
    from registry.desk.lookup import find_subject

    day = read_day(desk.knowledge, on, "--on") if on else today()
    if not by.strip() or not by.isprintable():
        raise UsageError("the name of the person who accepts is empty or holds control characters", "give it with `--by`")
    subject = find_subject(desk, model, day)
    named = dict.fromkeys(license for node in subject.graph.nodes.values() if node.kind == "model" for license in node.licenses)
    licenses = [name for name in named if (found := desk.knowledge.license_of(name)) is not None and not found.placeholder]
    if not licenses:
        raise UsageError(f"no licence is recorded for `{subject.name}` that could be accepted", "record its licence with `licet catalog add model`")
    digests = {name: desk.knowledge.license_digest(name) for name in licenses}
    record = Record("accept", acceptances=tuple(Acceptance(subject.name, name, by.strip(), day, digests[name]) for name in licenses))
    with desk.catalogue.writing() as connection:
        done = ingest(connection, [record], actor=read_actor(), kind="accept")
    return {
        "schema": "licet.acceptance/1",
        "model": subject.name,
        "by": by.strip(),
        "on": day,
        "licenses": [{"license": name, "digest": digests[name]} for name in licenses],
        "digest": digests[licenses[0]],
        "created": bool(done.added),
    }


MOST_DIGESTED = 100_000
"""The digest of a catalogue of more models is taken only on demand: it reads every row."""


def stats(desk: Desk, *, digest: bool = False) -> dict[str, Any]:
    """Counts of what the catalogue holds, with the head of its history and, of a small catalogue or on demand, a digest of all rows."""
    from registry.catalogue.queries.catalogue_digest import catalogue_digest
    from registry.catalogue.queries.stats import read_stats

    with desk.catalogue.reading() as connection:
        found = read_stats(connection)
        taken = catalogue_digest(connection) if digest or found.counts["models"] <= MOST_DIGESTED else None
    return {
        "schema": "licet.stats/1",
        **found.counts,
        "licenses_known": len(desk.knowledge.ids()),
        "head": found.head,
        "digest": taken,
        "modalities": dict(found.modalities),
        "accesses": dict(found.accesses),
    }
