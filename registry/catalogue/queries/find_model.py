"""Which model somebody means: by exact name, by another name, or by a spelling that comes to the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from registry.catalogue.nearest import nearest_names
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model, model_name, revision
from registry.errors import UnknownModelError, UsageError
from registry.supplychain.names import check_name, name_key, owner_key, split_reference


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that was found by a reference."""

    id: int
    """Its number."""

    name: str
    """Its name in the registry."""

    title: str | None
    """The name people use."""

    revision: str | None
    """The revision that was asked for."""

    recorded: bool
    """False where only its name is known."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    found: FoundModel
    rank: int


def find_model(connection: Connection, reference: str, *, suggest: bool = True) -> FoundModel:
    """Find the model that `org/name[@revision]`, a title, an alias or a near spelling means.

    Args:
        connection: The catalogue.
        reference: What was written.
        suggest: Look for the names nearest to one that nobody has; not worth it where nobody reads them.

    Raises:
        UnknownModelError: None or several; `nearest` holds up to three names.
        UsageError: It cannot be a name, or names a dataset or application.
    """
    kind, name, asked = split_reference(reference)
    if kind != "model":
        raise UsageError(f"`{reference}` names {'a dataset' if kind == 'dataset' else 'an application'}, not a model", "give the name of a model")
    check_name(name, "model")
    chosen = _choose(connection, _candidates(connection, name, asked))
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        names = tuple(each.name for each in chosen[:3])
        raise UnknownModelError(f"`{name}` can mean {len(chosen)} models", f"say which: {', '.join(f'`{each}`' for each in names)}", names)
    near = nearest_names(connection, name) if suggest else ()
    hint = f"did you mean {', '.join(f'`{each}`' for each in near)}?" if near else "`licet models` lists the models that are known"
    raise UnknownModelError(f"no model is called `{name}`", hint, near)


def find_models(connection: Connection, references: Iterable[str]) -> list[FoundModel]:
    """Find several models, in the order given."""
    return [find_model(connection, reference) for reference in references]


def has_revision(connection: Connection, model_id: int, written: str) -> bool:
    """Whether a revision of a model is recorded, by its commit or the beginning of it; `main` is always the model as such."""
    if written == "main":
        return True
    commits = connection.execute(select(revision.c.commit_id).where(revision.c.model_id == model_id).order_by(revision.c.id)).scalars()
    return any(commit == written or (len(written) >= 7 and commit.startswith(written)) for commit in commits)


def _candidates(connection: Connection, name: str, asked: str | None) -> list[_Candidate]:
    """The models with a spelling that fits, and how well: 0 for the very name."""
    folded, key, owner = name.casefold(), name_key(name), owner_key(name)
    query = (
        select(model.c.id, model.c.name, model.c.title, model.c.recorded, model_name.c.label, model_name.c.folded, model_name.c.owner)
        .join(model_name, model_name.c.model_id == model.c.id)
        .where(or_(model_name.c.folded == folded, model_name.c.key == key))
        .order_by(model.c.sort_key, model_name.c.label)
    )
    best: dict[int, _Candidate] = {}
    for row in connection.execute(query):
        if row.name == name:
            rank = 0
        elif row.folded == folded:
            rank = 1 if row.label == row.name else 2
        elif owner and owner != (row.owner or owner_key(row.name)):
            continue
        else:
            rank = 3
        if not row.recorded and rank:
            rank += 4
        if row.id not in best or rank < best[row.id].rank:
            best[row.id] = _Candidate(FoundModel(row.id, row.name, row.title, asked, row.recorded), rank)
    return list(best.values())


def _choose(connection: Connection, candidates: list[_Candidate]) -> list[FoundModel]:
    """The best of the candidates; a copy or derivative gives way to the model that it comes from."""
    if not candidates:
        return []
    rank = min(each.rank for each in candidates)
    best = [each.found for each in candidates if each.rank == rank]
    if len(best) > 1:
        ids = [each.id for each in best]
        query = select(edge.c.child_id).where(edge.c.child_id.in_(ids), edge.c.parent_id.in_(ids), edge.c.grade.is_not(None)).order_by(edge.c.child_id)
        children = set(connection.execute(query).scalars())
        best = [each for each in best if each.id not in children] or best
    return best
