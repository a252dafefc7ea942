"""Whether a catalogue is whole: its file, its links, its history, and what was computed from it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from registry.catalogue.engine import Catalogue
from registry.catalogue.history import head_hash, verify_chain
from registry.catalogue.ingest.claims import held_evidence_query, relation_digest
from registry.catalogue.stream import stream
from registry.catalogue.tables.history import chain_head
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.catalogue.tables.profile import profile
from registry.supplychain.relation import contradicts, stronger_grade


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found."""

    problems: tuple[str, ...]
    """What is wrong, a line each; empty if all is well."""

    change_sets: int
    """How many change sets the history has."""

    head: str
    """The hash of the last one."""


def check_catalogue(catalogue: Catalogue) -> CheckReport:
    """Check a catalogue that could be opened."""
    with catalogue.reading() as connection:
        problems = [*_file_problems(connection), *verify_chain(connection), *_lineage_problems(connection), *_profile_problems(connection)]
        seq = int(connection.execute(select(chain_head.c.seq)).scalar_one())
        return CheckReport(tuple(problems), seq, head_hash(connection))


def _file_problems(connection: Connection) -> list[str]:
    """What the engine itself finds; PostgreSQL looks after that alone."""
    if connection.dialect.name != "sqlite":
        return []
    problems = [f"the file is damaged: {row[0]}" for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    problems += [f"a row of `{row[0]}` points to one of `{row[2]}` that is not there" for row in connection.execute(text("PRAGMA foreign_key_check"))]
    return problems


def _lineage_problems(connection: Connection) -> list[str]:
    """Evidence that is not what was recorded, and links whose grade is not that of their evidence."""
    best: dict[int, str | None] = {}
    problems: list[str] = []
    for _, number, digest, origin, grade, says, relation, child, base, of_set, reference in stream(connection, held_evidence_query()):
        said = {"parent": base or f"dataset:{of_set}", "relation": relation, "evidence": grade, "source": reference, "says": says, "origin": origin}
        if relation_digest(child, {name: value for name, value in said.items() if value is not None}) != digest:
            problems.append(f"a relation of `{child}` is not what was recorded")
        if not contradicts(origin, says):
            best[number] = stronger_grade(best.get(number), grade)
    links = connection.execute(select(edge.c.id, model.c.name, edge.c.grade).join(model, model.c.id == edge.c.child_id).order_by(edge.c.id))
    return [*problems, *(f"a relation of `{row.name}` has not the grade of its evidence" for row in links if row.grade != best.get(row.id))]


def _profile_problems(connection: Connection) -> list[str]:
    """Counts of profiles that are not those of their models."""
    counted = select(model.c.profile_id, func.count()).where(model.c.profile_id.is_not(None)).group_by(model.c.profile_id).order_by(model.c.profile_id)
    real = {row[0]: row[1] for row in connection.execute(counted)}
    stored = connection.execute(select(profile.c.id, profile.c.model_count).order_by(profile.c.id))
    return [f"profile {row.id} counts {row.model_count} models and has {real.get(row.id, 0)}" for row in stored if row.model_count != real.get(row.id, 0)]
