"""Recording a derivative: what it is made from, what it thereby inherits, what conflicts, and what must be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from registry.desk.answer import Question, answer
from registry.desk.answer_item import finding_to_data, to_item
from registry.desk.facts import read_day, read_use, resolve_named_licenses, today
from registry.errors import LineageError, UnknownModelError, UsageError
from registry.supplychain.model import Model, Revision
from registry.supplychain.names import check_name
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement
from registry.terms.counts import read_amount

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.desk.session import Desk

ORIGIN = "register"
"""The origin of what is recorded by hand."""


def register_model(desk: Desk, spec: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Record a model with its lineage, and answer for it at once.

    Args:
        desk: The desk.
        spec: `name`; `bases` as `{model, relation}`; `datasets` as `{dataset, relation}`; and, each or None, `license`,
            `modality`, `parameters`, `released_on`, `revision`, `source`; `allow_unknown_base`.
        raw: The facts of the use to answer for.

    Raises:
        LineageError: A base is not known, or the lineage would run in a circle.
        UsageError: A name or value cannot be.
    """
    from registry.catalogue.ingest.writer import ingest
    from registry.desk.profiles import refresh_profiles

    use = resolve_named_licenses(desk.knowledge, read_use(desk.knowledge, raw, desk.settings.facts))
    reading = desk.interpretation(raw.get("interpretation"))
    name = check_name(spec["name"], "model")
    if name.startswith(("dataset:", "app:")) or "@" in name:
        raise UsageError(f"`{name}` cannot be the name of a model", "leave out `dataset:`, `app:` and `@`; a revision is given with `--revision`")
    with desk.catalogue.writing() as connection:
        created = not is_recorded(connection, name)
        if not created and not _was_registered(connection, name):
            raise UsageError(f"`{name}` is recorded already, and not by `licet register`", "choose another name, or change it with `licet catalog add model`")
        record = _record(desk, connection, name, spec)
        done = ingest(connection, [record], actor=_actor(), kind="register", allow_unknown_bases=bool(spec.get("allow_unknown_base")))
        refresh_profiles(connection, desk.knowledge, done.touched_models)
    bases = [{"model": relation.parent, "relation": relation.relation} for relation in record.relations]
    told = {"added": dict(done.added), "changed": dict(done.changed), "retired": dict(done.retired)}
    return registered(desk, name, bases, created, told, use, reading)


def _actor() -> str:
    from registry.settings import read_actor

    return read_actor()


def is_recorded(connection: Connection, name: str) -> bool:
    """Whether a model of exactly that name is on record, with more than its name."""
    from registry.catalogue.queries.find_model import find_model

    try:
        found = find_model(connection, name)
    except UnknownModelError:
        return False
    return found.name == name and found.recorded


def _was_registered(connection: Connection, name: str) -> bool:
    from registry.catalogue.queries.history_of import history_of

    first = history_of(connection, name, limit=1).items
    return bool(first) and first[0].kind == "register"


def _record(desk: Desk, connection: Connection, name: str, spec: Mapping[str, Any]) -> Record:
    vocabulary = desk.knowledge.vocabulary
    source = Source(spec.get("source") or "stated at registration", today())
    bases = [(base_name(connection, base["model"], bool(spec.get("allow_unknown_base"))), base["relation"]) for base in spec.get("bases", ())]
    relations = [Relation(name, parent, relation, "declared", source) for parent, relation in bases]
    relations += [
        Relation(name, f"dataset:{entry['dataset'].removeprefix('dataset:')}", entry["relation"], "declared", source) for entry in spec.get("datasets", ())
    ]
    for relation in relations:
        if relation.relation not in vocabulary.relations:
            raise LineageError(f"`{relation.relation}` is not a relation", f"the relations are {', '.join(sorted(vocabulary.relations))}")
    released = spec.get("released_on")
    released = read_day(desk.knowledge, released, "--released-on") if released else None
    statements = []
    if spec.get("license"):
        statements = [_statement(desk, name, spec["license"], source)]
    return Record(
        origin=ORIGIN,
        models=(
            Model(
                name=name,
                modality=spec.get("modality") or modality_of_bases(connection, bases),
                parameters=_parameters(spec.get("parameters")),
                released_on=released,
                source=source,
            ),
        ),
        revisions=(Revision(name, spec["revision"], source=source),) if spec.get("revision") else (),
        statements=tuple(statements),
        relations=tuple(relations),
    )


def base_name(connection: Connection, reference: str, allow_unknown: bool) -> str:
    """The recorded name of a base; a name that nobody knows is kept as written where that is allowed.

    Raises:
        LineageError: Nobody knows it, and that is not allowed.
    """
    from registry.catalogue.queries.find_model import find_model

    try:
        return find_model(connection, reference).name
    except UnknownModelError as error:
        if allow_unknown and not error.nearest:
            return check_name(reference, "model")
        if allow_unknown and reference not in error.nearest:
            return check_name(reference, "model")
        hint = f"{error.hint}; or record it by name with `--allow-unknown-base`" if error.hint else "record it by name with `--allow-unknown-base`"
        raise LineageError(f"the base `{reference}` is not in the catalogue", hint) from error


def modality_of_bases(connection: Connection, bases: list[tuple[str, str]]) -> str | None:
    """The modality of the first base of which one is on record."""
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.model_detail import read_model

    for parent, _ in bases:
        try:
            modality = read_model(connection, find_model(connection, parent).id).model.modality
        except UnknownModelError:
            continue
        if modality is not None:
            return modality
    return None


def _parameters(written: str | None) -> int | None:
    if written is None:
        return None
    try:
        return int(read_amount(written, money=False).number)
    except ValueError as error:
        raise UsageError(f"`--parameters`: {error}", "write 7B, 110M or a number") from error


def _statement(desk: Desk, name: str, license: str, source: Source) -> LicenseStatement:
    found = desk.knowledge.resolve(license, today())
    if found.reason in ("unknown", "ambiguous"):
        desk.knowledge.find(license, today())  # says which names come near, or which texts share it
    return LicenseStatement(name, "declared", license=found.license, source=source, stated_on=today())


def registered(
    desk: Desk, name: str, bases: list[dict[str, Any]], created: bool, done: Mapping[str, Mapping[str, int]], use: Any, reading: str
) -> dict[str, Any]:
    """The answer for a model that was just recorded: what it inherits, what conflicts, and what must be done.

    Args:
        desk: The desk.
        name: The model.
        bases: What it is made from, as `{model, relation}`.
        created: It was not on record before.
        done: How many things were `added`, `changed` and `retired`, by kind.
        use: The use to answer for.
        reading: The interpretation.
    """
    from registry.desk.lookup import date_of_terms, find_subject

    subject = find_subject(desk, name, date_of_terms(use))
    given = answer(desk.knowledge, Question(subject.graph, subject.name, use, reading, name_to_judge=subject.name))
    item = to_item(desk.knowledge, given)
    inherits = []
    for binding, way in given.ways.items():
        if way.path:
            license = desk.knowledge.license_of(binding.license)
            if license is not None and license.placeholder and binding.otherwise == "data":
                continue  # a dataset without a known licence has nothing to pass on; a finding tells of it
            path: list[dict[str, str]] = [{"model": subject.name}, *({"relation": edge.relation, "model": edge.parent} for edge in way.path)]
            inherits.append({"license": binding.license, "name": license.name if license else binding.license, "reach": binding.reach, "path": path})
    return {
        "schema": "licet.register/1",
        "model": name,
        "created": created,
        "changed": dict(done["added"]) | dict(done["changed"]) if not created else {},
        "retired": dict(done["retired"]),
        "bases": bases,
        "inherits": inherits,
        "conflicts": [finding_to_data(finding) for finding in given.findings],
        "check": item,
    }
