"""Names that come closest to one that nobody has: what a misspelling may have meant."""

from __future__ import annotations

from difflib import SequenceMatcher

from sqlalchemy import Connection, func, select

from registry.catalogue.tables.model import model, model_name
from registry.supplychain.names import name_key

ALL_NAMES = 20_000
"""With more spellings than this, only those that begin alike are compared."""

_AFTER = "\U0010ffff"


def nearest_names(connection: Connection, text: str, count: int = 3) -> tuple[str, ...]:
    """The names of the models that come closest to a text, best first, each once."""
    key = name_key(text)
    if not key:
        return ()
    matcher = SequenceMatcher(autojunk=False, b=key)
    scored: dict[str, float] = {}
    for name, spelling in _candidates(connection, key):
        matcher.set_seq1(spelling)
        if matcher.real_quick_ratio() > 0.5 and matcher.quick_ratio() > 0.5:
            score = matcher.ratio()
            if spelling.startswith(key):
                score = max(score, 0.8)
            if score > 0.5:
                scored[name] = max(score, scored.get(name, 0.0))
    return tuple(sorted(scored, key=lambda name: (-scored[name], name.casefold(), name))[:count])


def _candidates(connection: Connection, key: str) -> list[tuple[str, str]]:
    """Names with the keys of their spellings, to compare."""
    query = select(model.c.name, model_name.c.key).join(model, model.c.id == model_name.c.model_id).where(model.c.recorded).order_by(model.c.sort_key)
    if connection.execute(select(func.count()).select_from(model_name)).scalar_one() <= ALL_NAMES:
        return [(row.name, row.key) for row in connection.execute(query)]
    for length in range(min(6, len(key)), 1, -1):
        start = key[:length]
        found = connection.execute(query.where(model_name.c.key >= start, model_name.c.key < start + _AFTER).limit(ALL_NAMES)).all()
        if len(found) >= 10 or (found and length == 2):
            return [(row.name, row.key) for row in found]
    return []
