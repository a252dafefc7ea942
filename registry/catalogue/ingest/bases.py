"""Which recorded model a base means that is written otherwise: in other letter case, or by an old name of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, or_, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.tables.model import model, model_name
from registry.supplychain.record import Record


def near_names(connection: Connection, written: Iterable[str]) -> dict[str, str]:
    """The recorded names that written names of bases stand for.

    The Hub finds a repository in any letter case and by the names it had before, so these are no guesses; titles and
    spellings that merely come to the same are. A name that could mean several models stands for none.

    Args:
        connection: A connection.
        written: Names that no recorded model has exactly.
    """
    folded = fold(written)
    found: dict[str, set[str]] = {}
    query = (
        select(model_name.c.folded, model.c.name)
        .join(model, model.c.id == model_name.c.model_id)
        .where(model.c.recorded, or_(model.c.title.is_(None), model_name.c.label != model.c.title))
        .order_by(model.c.id)
    )
    for part in chunks(sorted(folded)):
        for row in connection.execute(query.where(model_name.c.folded.in_(part))):
            found.setdefault(row.folded, set()).add(row.name)
    return settle(folded, found)


def fold(written: Iterable[str]) -> dict[str, list[str]]:
    """Written names by what they come to in any letter case."""
    folded: dict[str, list[str]] = {}
    for name in written:
        folded.setdefault(name.casefold(), []).append(name)
    return folded


def settle(folded: Mapping[str, Sequence[str]], found: Mapping[str, Collection[str]]) -> dict[str, str]:
    """The one model that each written name stands for, of those found for what it comes to; nothing where there are several."""
    return {name: next(iter(models)) for key, models in found.items() if len(models) == 1 for name in folded.get(key, ())}


def with_recorded_bases(connection: Connection, records: Sequence[Record]) -> list[Record]:
    """Records with the bases that they only name called as the catalogue, or the records themselves, record them.

    A model that names itself in another spelling says nothing of where it comes from; that link is left out.
    """
    described = {each.name for record in records for each in record.models if each.recorded}
    named = {each.name for record in records for each in record.models if not each.recorded}
    named |= {each.parent for record in records for each in record.relations if not each.parent.startswith("dataset:")}
    wanted = sorted(named - described - _recorded(connection, named))
    if not wanted:
        return list(records)
    folded = fold(described)
    renamed = near_names(connection, wanted)
    for name in wanted:
        if name not in renamed and len(found := folded.get(name.casefold(), [])) == 1:
            renamed[name] = found[0]
    return [_renamed(record, renamed) for record in records] if renamed else list(records)


def _recorded(connection: Connection, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for part in chunks(sorted(names)):
        found.update(connection.execute(select(model.c.name).where(model.c.name.in_(part), model.c.recorded).order_by(model.c.id)).scalars())
    return found


def _renamed(record: Record, renamed: Mapping[str, str]) -> Record:
    models = tuple(each for each in record.models if each.recorded or each.name not in renamed)
    relations = tuple(replace(each, parent=renamed[each.parent]) for each in record.relations if each.parent in renamed and renamed[each.parent] != each.child)
    kept = tuple(each for each in record.relations if each.parent not in renamed)
    return replace(record, models=models, relations=(*kept, *relations))
