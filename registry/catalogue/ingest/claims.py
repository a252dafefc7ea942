"""Statements on licences and relations of models, which are never overwritten: new ones are added, others retired."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from registry.catalogue.ingest.cycles import refuse_cycles
from registry.catalogue.ingest.layers import require_datasets, require_models, require_parents, write_revisions
from registry.catalogue.ingest.ledger import Ledger
from registry.catalogue.ingest.rows import chunks, read_rows
from registry.catalogue.queries.statements import HeldStatement, statements_of_datasets, statements_of_models
from registry.catalogue.tables.columns import canonical_json
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.license import license_text, statement
from registry.catalogue.tables.lineage import edge, edge_evidence
from registry.catalogue.tables.model import model, revision
from registry.catalogue.tables.source import source
from registry.errors import LineageError, UsageError
from registry.supplychain.model import Revision
from registry.supplychain.names import split_reference
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation, contradicts, stronger_grade
from registry.supplychain.statement import LicenseStatement


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def _statement_shown(each: LicenseStatement, origin: str) -> dict[str, object]:
    """A statement as history and digest take it: what is said and by whom, not when we read it."""
    values = {
        "license": each.license,
        "raw_name": each.raw_name,
        "raw_link": each.raw_link,
        "text_digest": each.text_digest,
        "revision": each.revision,
        "basis": each.basis,
        "source": each.source.reference if each.source else None,
        "stated_on": each.stated_on,
        "valid_from": each.valid_from,
        "valid_to": each.valid_to,
        "origin": origin,
    }
    return {name: value for name, value in values.items() if value is not None}


def write_statements(ledger: Ledger, records: Iterable[Record]) -> None:
    """Write licence statements; where a record is all its origin says, what it no longer says is retired."""
    given: list[tuple[str, LicenseStatement]] = []
    replaced: set[tuple[str, str]] = set()
    for record in records:
        given.extend((record.origin, each) for each in record.statements)
        if record.replaces:
            replaced.update((record.origin, each.subject) for each in record.statements)
            replaced.update((record.origin, each.name) for each in record.models if each.recorded)
            replaced.update((record.origin, f"dataset:{each.name}") for each in record.datasets if each.recorded)
    subjects = {each.subject for _, each in given} | {subject for _, subject in replaced}
    models = require_models(ledger, (name for name in subjects if split_reference(name)[0] == "model"))
    names = {subject: split_reference(subject)[1] for subject in subjects if split_reference(subject)[0] == "dataset"}
    datasets = ledger.ids(dataset, names.values())
    for subject in subjects:
        if subject not in models and datasets.get(names.get(subject, "")) is None:
            raise UsageError(f"a licence statement is about `{subject}`, which is not known", "record the model or dataset first")
    revisions = _revisions(ledger, given, models)
    texts = _texts(ledger.connection, (each for _, each in given))
    held: dict[str, dict[str, HeldStatement]] = {subject: {} for subject in subjects}
    for found in (statements_of_models(ledger.connection, models.values()), statements_of_datasets(ledger.connection, datasets.values())):
        for rows in found.values():
            for row in rows:
                held[row.statement.subject][row.digest] = row
    said: dict[tuple[str, str], set[str]] = {}
    new: list[dict[str, Any]] = []
    for origin, each in given:
        shown = _statement_shown(each, origin)
        digest = _digest({"subject": each.subject, **shown})
        own = said.setdefault((origin, each.subject), set())
        if digest in held[each.subject] or digest in own:
            own.add(digest)
            continue
        own.add(digest)
        is_model = each.subject in models
        new.append(
            {
                "model_id": models[each.subject] if is_model else None,
                "dataset_id": None if is_model else datasets[names[each.subject]],
                "revision_id": revisions[(each.subject, each.revision)] if each.revision else None,
                "origin": origin,
                "basis": each.basis,
                "license": each.license,
                "raw_name": each.raw_name,
                "raw_link": each.raw_link,
                "text_id": texts[(each.license or "", each.text_digest)] if each.text_digest else None,
                "source_id": ledger.source_id(each.source),
                "stated_on": each.stated_on,
                "valid_from": each.valid_from,
                "valid_to": each.valid_to,
                "digest": digest,
                "added_set": ledger.log.seq,
            }
        )
        ledger.log.add(each.subject, "statement", None, shown)
        _touch(ledger, each.subject, models, datasets)
    ledger.added["statement"] += len(new)
    stale = [
        row
        for origin, subject in sorted(replaced)
        for row in held[subject].values()
        if row.origin == origin and row.digest not in said.get((origin, subject), set())
    ]
    for row in stale:
        ledger.log.add(row.statement.subject, "statement", _statement_shown(row.statement, row.origin), None)
        _touch(ledger, row.statement.subject, models, datasets)
    if stale:
        query = update(statement).where(statement.c.id == bindparam("row_id")).values(retired_set=ledger.log.seq)
        ledger.connection.execute(query, [{"row_id": row.id} for row in stale])
        ledger.retired["statement"] += len(stale)
    for part in chunks(new, 1000):
        ledger.connection.execute(insert(statement), part)


def _touch(ledger: Ledger, subject: str, models: Mapping[str, int], datasets: Mapping[str, int]) -> None:
    if subject in models:
        ledger.touched.add(models[subject])
    else:
        ledger.touched_datasets.add(datasets[split_reference(subject)[1]])


def _revisions(ledger: Ledger, given: Iterable[tuple[str, LicenseStatement]], models: Mapping[str, int]) -> dict[tuple[str, str | None], int]:
    """The revisions that statements name, noted if need be."""
    wanted = {(each.subject, each.revision) for _, each in given if each.revision}
    if not wanted:
        return {}
    write_revisions(ledger, [Revision(subject, str(commit)) for subject, commit in sorted(wanted, key=str) if subject in models])
    known = read_rows(ledger.connection, revision, ("model_id", "commit_id"), ((models[subject], commit) for subject, commit in wanted if subject in models))
    for subject, commit in sorted(wanted, key=str):
        if subject not in models:
            raise UsageError(f"a licence statement on `{subject}` names the revision `{commit}`", "only models have revisions")
    return {(subject, commit): known[(models[subject], commit)]["id"] for subject, commit in wanted}


def _texts(connection: Connection, given: Iterable[LicenseStatement]) -> dict[tuple[str, str], int]:
    """The licence texts that statements saw, noted if need be."""
    wanted = {(each.license or "", each.text_digest) for each in given if each.text_digest}
    known = read_rows(connection, license_text, ("license", "digest"), wanted)
    missing = [{"license": license, "digest": digest} for license, digest in sorted(wanted) if (license, digest) not in known]
    if missing:
        connection.execute(insert(license_text), missing)
        known = read_rows(connection, license_text, ("license", "digest"), wanted)
    return {(license, digest): known[(license, digest)]["id"] for license, digest in wanted}


def write_relations(ledger: Ledger, records: Iterable[Record]) -> None:
    """Write relations; where a record is all its origin says, what it no longer says is retired.

    Raises:
        LineageError: A base is unknown, or a model would descend from itself.
    """
    given: list[tuple[str, Relation]] = []
    replaced: set[tuple[str, str]] = set()
    for record in records:
        given.extend((record.origin, each) for each in record.relations)
        if record.replaces:
            replaced.update((record.origin, each.child) for each in record.relations)
            replaced.update((record.origin, each.name) for each in record.models if each.recorded)
    for _, each in given:
        if each.child == each.parent:
            raise LineageError(f"`{each.child}` cannot be its own base", "leave that relation out")
    children = require_models(ledger, {each.child for _, each in given} | {child for _, child in replaced})
    parents = require_parents(ledger, {each.parent: each.child for _, each in given if not each.parent.startswith("dataset:")})
    sets = require_datasets(ledger, {each.parent[8:]: each.child for _, each in given if each.parent.startswith("dataset:")})
    held = _held_evidence(ledger.connection, children)
    edges = _edges(ledger, given, children, parents, sets)
    said: dict[tuple[str, str], set[str]] = {}
    new: list[dict[str, Any]] = []
    changed: set[int] = set()
    for origin, each in given:
        shown = _relation_shown(each, origin)
        digest = relation_digest(each.child, shown)
        own = said.setdefault((origin, each.child), set())
        fresh = digest not in own and digest not in held.get(each.child, {})
        own.add(digest)
        if not fresh:
            continue
        number = edges[(each.child, each.parent, each.relation)]
        new.append(
            {
                "edge_id": number,
                "origin": origin,
                "source_id": ledger.source_id(each.source),
                "grade": each.evidence,
                "says": each.says,
                "digest": digest,
                "added_set": ledger.log.seq,
            }
        )
        changed.add(number)
        ledger.log.add(each.child, "relation", None, shown)
        ledger.touched.add(children[each.child])
    ledger.added["relation"] += len(new)
    stale = [
        (child, row)
        for origin, child in sorted(replaced)
        for digest, row in held.get(child, {}).items()
        if row["shown"]["origin"] == origin and digest not in said.get((origin, child), set())
    ]
    for child, row in stale:
        ledger.log.add(child, "relation", row["shown"], None)
        ledger.touched.add(children[child])
        changed.add(row["edge_id"])
    if stale:
        query = update(edge_evidence).where(edge_evidence.c.id == bindparam("row_id")).values(retired_set=ledger.log.seq)
        ledger.connection.execute(query, [{"row_id": row["id"]} for _, row in stale])
        ledger.retired["relation"] += len(stale)
    for part in chunks(new, 1000):
        ledger.connection.execute(insert(edge_evidence), part)
    settle_grades(ledger.connection, changed)
    if not ledger.allow_circles:
        refuse_cycles(ledger.connection, {children[each.child] for _, each in given if not each.parent.startswith("dataset:")})


def _relation_shown(each: Relation, origin: str) -> dict[str, object]:
    values = {
        "parent": each.parent,
        "relation": each.relation,
        "evidence": each.evidence,
        "source": each.source.reference if each.source else None,
        "says": each.says,
        "origin": origin,
    }
    return {name: value for name, value in values.items() if value is not None}


def relation_digest(child: str, shown: Mapping[str, object]) -> str:
    """The digest of one piece of evidence: of the model and what is said of it, not of when it was read."""
    return _digest({"child": child, **shown})


def held_evidence_query() -> Select[Any]:
    """Every piece of evidence that is held, with the names of both ends and of its source."""
    parent = model.alias("parent")
    return (
        select(
            edge_evidence.c.id,
            edge_evidence.c.edge_id,
            edge_evidence.c.digest,
            edge_evidence.c.origin,
            edge_evidence.c.grade,
            edge_evidence.c.says,
            edge.c.relation,
            model.c.name.label("child"),
            parent.c.name.label("parent"),
            dataset.c.name.label("dataset"),
            source.c.reference,
        )
        .join(edge, edge.c.id == edge_evidence.c.edge_id)
        .join(model, model.c.id == edge.c.child_id)
        .outerjoin(parent, parent.c.id == edge.c.parent_id)
        .outerjoin(dataset, dataset.c.id == edge.c.dataset_id)
        .outerjoin(source, source.c.id == edge_evidence.c.source_id)
        .where(edge_evidence.c.retired_set.is_(None))
        .order_by(edge_evidence.c.id)
    )


def _held_evidence(connection: Connection, children: Mapping[str, int]) -> dict[str, dict[str, dict[str, Any]]]:
    """The evidence held for the relations of models, by model and digest."""
    query = held_evidence_query()
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for part in chunks(sorted(children.values())):
        for row in connection.execute(query.where(edge.c.child_id.in_(part))):
            shown = {
                "parent": row.parent if row.parent is not None else f"dataset:{row.dataset}",
                "relation": row.relation,
                "evidence": row.grade,
                "source": row.reference,
                "says": row.says,
                "origin": row.origin,
            }
            known = {name: value for name, value in shown.items() if value is not None}
            found.setdefault(row.child, {})[row.digest] = {"id": row.id, "edge_id": row.edge_id, "shown": known}
    return found


def _edges(
    ledger: Ledger, given: Iterable[tuple[str, Relation]], children: Mapping[str, int], parents: Mapping[str, int], sets: Mapping[str, int]
) -> dict[tuple[str, str, str], int]:
    """The links that relations are about, made if need be."""
    wanted: dict[tuple[int, int | None, int | None, str], tuple[str, str, str]] = {}
    for _, each in given:
        is_set = each.parent.startswith("dataset:")
        key = (children[each.child], None if is_set else parents[each.parent], sets[each.parent[8:]] if is_set else None, each.relation)
        wanted[key] = (each.child, each.parent, each.relation)
    columns = ("child_id", "parent_id", "dataset_id", "relation")
    known = read_rows(ledger.connection, edge, columns, wanted)
    missing = [dict(zip(columns, key, strict=True)) for key in wanted if key not in known]
    for part in chunks(missing, 1000):
        ledger.connection.execute(insert(edge), part)
    if missing:
        known = read_rows(ledger.connection, edge, columns, wanted)
    return {names: known[key]["id"] for key, names in wanted.items()}


def settle_grades(connection: Connection, edges: Iterable[int]) -> None:
    """Give links the best grade of the evidence that is held for them, or none."""
    for part in chunks(sorted(edges)):
        grades: dict[int, str | None] = dict.fromkeys(part)
        columns = (edge_evidence.c.edge_id, edge_evidence.c.grade, edge_evidence.c.origin, edge_evidence.c.says)
        query = select(*columns).where(edge_evidence.c.edge_id.in_(part), edge_evidence.c.retired_set.is_(None))
        for row in connection.execute(query.order_by(edge_evidence.c.id)):
            if contradicts(row.origin, row.says):
                continue
            grades[row.edge_id] = stronger_grade(grades[row.edge_id], row.grade)
        rows = [{"row_id": number, "best": grade} for number, grade in grades.items()]
        connection.execute(update(edge).where(edge.c.id == bindparam("row_id")).values(grade=bindparam("best")), rows)
