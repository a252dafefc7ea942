"""Circles in the lineage: no model descends from itself, and a record that would make it so is refused by name."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.errors import LineageError


def refuse_cycles(connection: Connection, children: Iterable[int]) -> None:
    """Walk up from models whose links are new.

    Raises:
        LineageError: One descends from itself; the message names the circle.
    """
    found = find_cycle(connection, children)
    if found:
        query = select(model.c.id, model.c.name).where(model.c.id.in_(found)).order_by(model.c.id)
        names = {row.id: row.name for row in connection.execute(query)}
        circle = " → ".join(f"`{names[number]}`" for number in found)
        raise LineageError(f"the lineage would run in a circle: {circle}", "remove one of these relations")


def find_cycle(connection: Connection, children: Iterable[int]) -> list[int]:
    """A circle that can be reached upwards from models, from child to parent with the first repeated; empty if there is none."""
    parents = _upward(connection, set(children))
    done: set[int] = set()
    for start in sorted(parents):
        if start in done:
            continue
        path: list[int] = []
        places: dict[int, int] = {}
        stack: list[tuple[int, bool]] = [(start, False)]
        while stack:
            number, leaving = stack.pop()
            if leaving:
                done.add(number)
                places.pop(number)
                path.pop()
                continue
            if number in places:
                return [*path[places[number] :], number]
            if number in done:
                continue
            places[number] = len(path)
            path.append(number)
            stack.append((number, True))
            stack.extend((parent, False) for parent in reversed(parents.get(number, [])))
    return []


def _upward(connection: Connection, wanted: set[int]) -> dict[int, list[int]]:
    """The parents of models and of all their ancestors, level by level."""
    parents: dict[int, list[int]] = {}
    while wanted:
        for number in wanted:
            parents[number] = []
        above: set[int] = set()
        for part in chunks(sorted(wanted)):
            query = select(edge.c.child_id, edge.c.parent_id).where(edge.c.child_id.in_(part), edge.c.parent_id.is_not(None), edge.c.grade.is_not(None))
            for row in connection.execute(query.order_by(edge.c.child_id, edge.c.id)):
                parents[row.child_id].append(row.parent_id)
                above.add(row.parent_id)
        wanted = above - parents.keys()
    return parents
