"""What sources could not make sense of, kept like claims: new remarks are added, those no longer made are retired."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from registry.catalogue.ingest.ledger import Ledger
from registry.catalogue.ingest.rows import chunks
from registry.catalogue.tables.columns import canonical_json
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.model import model
from registry.catalogue.tables.remark import remark
from registry.supplychain.names import split_reference
from registry.supplychain.record import Record
from registry.supplychain.remark import Remark


def remark_digest(each: Remark, origin: str) -> str:
    """What tells remarks apart: all that is said, not when it was read."""
    said = [origin, each.subject, each.code, each.finding, each.message, each.file, each.line]
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()


def write_remarks(ledger: Ledger, records: Iterable[Record]) -> None:
    """Write remarks on models and datasets that are recorded; where a record is all its origin says, what it no longer says is retired."""
    given: dict[str, tuple[str, Remark]] = {}
    replaced: set[tuple[str, str]] = set()
    for record in records:
        given.update((remark_digest(each, record.origin), (record.origin, each)) for each in record.remarks)
        if record.replaces:
            replaced.update((record.origin, each.name) for each in record.models if each.recorded)
            replaced.update((record.origin, f"dataset:{each.name}") for each in record.datasets if each.recorded)
    subjects = {each.subject for _, each in given.values()} | {subject for _, subject in replaced}
    models = ledger.ids(model, (name for name in subjects if split_reference(name)[0] == "model"))
    sets = ledger.ids(dataset, (split_reference(name)[1] for name in subjects if split_reference(name)[0] == "dataset"))
    held: set[str] = set()
    stale: list[dict[str, Any]] = []
    gone: list[tuple[str, str, str]] = []
    for column, ids, prefix in ((remark.c.model_id, models, ""), (remark.c.dataset_id, sets, "dataset:")):
        names = {number: prefix + name for name, number in ids.items()}
        for part in chunks(sorted(names)):
            query = select(remark, column.label("subject")).where(column.in_(part), remark.c.retired_set.is_(None))
            for row in ledger.connection.execute(query.order_by(remark.c.id)):
                held.add(row.digest)
                if row.digest not in given and (row.origin, names[row.subject]) in replaced:
                    stale.append({"row_id": row.id})
                    gone.append((names[row.subject], row.code, row.message))
    new: list[dict[str, Any]] = [
        {
            "model_id": models.get(each.subject),
            "dataset_id": sets.get(split_reference(each.subject)[1]) if each.subject not in models else None,
            "origin": origin,
            "code": each.code,
            "finding": each.finding,
            "message": each.message,
            "file": each.file,
            "line": each.line,
            "source_id": ledger.source_id(each.source),
            "digest": digest,
            "added_set": ledger.log.seq,
        }
        for digest, (origin, each) in given.items()
        if digest not in held
    ]
    new = [row for row in new if row["model_id"] is not None or row["dataset_id"] is not None]
    for part_rows in chunks(new, 1000):
        ledger.connection.execute(insert(remark), part_rows)
    if stale:
        query_retire = update(remark).where(remark.c.id == bindparam("row_id")).values(retired_set=ledger.log.seq)
        ledger.connection.execute(query_retire, stale)
    for values in new:
        origin, each = given[values["digest"]]
        ledger.log.add(each.subject, "remark", None, {"code": each.code, "message": each.message, "origin": origin})
    for subject, code, message in gone:
        ledger.log.add(subject, "remark", {"code": code, "message": message}, None)
    ledger.added["remark"] += len(new)
    ledger.retired["remark"] += len(stale)
