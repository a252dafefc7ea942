"""What shape the catalogue has: licences as they are tagged, lineage, and what becomes of licences along it."""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.catalogue.queries.stats_shape import ShapeRows
    from registry.desk.session import Desk

MOST = 20
"""How many bases and families are named."""

NONE = "none"
"""How a model without a licence tag is called among tags."""

Progress = Callable[[str], None]
"""Told what takes time."""


def shape_catalogue(desk: Desk, progress: Progress) -> dict[str, Any]:
    """The shape of the catalogue, to stand beside the counts of `registry.desk.catalog.entries.stats` in `licet.stats/1`."""
    from registry.catalogue.queries.stats_shape import names_of_models, read_shape, relation_counts, self_loops

    progress("reading relations and licence tags")
    with desk.catalogue.reading() as connection:
        rows = read_shape(connection)
        relations = relation_counts(connection)
        loops = self_loops(connection)
        progress(f"working out the lineage of {rows.models:,} models")
        lineage = _lineage(rows)
        named = (*lineage["most_children"], *lineage["largest_families"])
        names = names_of_models(connection, (entry["model"] for entry in named))
    for entry in named:
        entry["model"] = names[entry["model"]]
    lineage["circles"]["named_themselves"] = loops
    return {"tags": _tags(rows), "relations": relations, "lineage": lineage, "drift": _drift(rows)}


def _tags(rows: ShapeRows) -> dict[str, Any]:
    """How many models carry which licence tag."""
    from registry.catalogue.queries.stats_shape import NOT_LISTED

    counts = Counter(rows.tag)
    for nothing in (NOT_LISTED, 0):
        counts.pop(nothing, None)
    tagged = sum(counts.values())
    return {
        "models": rows.models,
        "tagged": tagged,
        "share_tagged": _share(tagged, rows.models),
        "untagged": rows.models - tagged,
        "several": rows.several,
        "different": len(counts),
        "by_tag": [
            {"tag": rows.tags[number], "models": count, "share": _share(count, rows.models)}
            for number, count in sorted(counts.items(), key=lambda item: (-item[1], rows.tags[item[0]]))
        ],
    }


def _lineage(rows: ShapeRows) -> dict[str, Any]:
    """Depths, ancestors, children, families and circles; models are given by number."""
    from registry.catalogue.queries.stats_shape import NOT_LISTED
    from registry.lineage.circles import Links
    from registry.lineage.shape import family_of, family_sizes, quantiles, shape_of

    # Most models stand alone; only the others are numbered anew and walked over.
    things = sorted({*rows.children, *rows.parents})
    place = array("i", bytes(4 * len(rows.tag)))
    for at, number in enumerate(things):
        place[number] = at
    links = Links(len(things), array("i", (place[number] for number in rows.children)), array("i", (place[number] for number in rows.parents)))
    shape = shape_of(links)
    listed = [at for at, number in enumerate(things) if rows.tag[number] != NOT_LISTED]
    by_depth = Counter(shape.depth[at] for at in listed)
    by_depth[0] += rows.models - len(listed)
    with_base = [shape.ancestors[at] for at in listed if shape.ancestors[at]]
    children = [count for count in shape.children if count]
    families = family_of(links)
    sizes = family_sizes(families)
    busiest = _busiest(families, shape.children, frozenset(first for _, first in sizes[:MOST]))
    top = heapq.nlargest(MOST, range(len(things)), key=lambda at: (shape.children[at], -at))
    unlisted = [number for number in rows.parents if rows.tag[number] == NOT_LISTED]
    small = Counter(size for size, _ in sizes)
    return {
        "links": len(rows.children),
        "models_with_a_base": len(with_base),
        "share_with_a_base": _share(len(with_base), rows.models),
        "depths": {str(depth): by_depth[depth] for depth in sorted(by_depth)},
        "ancestors": quantiles(with_base, (50, 90, 99, 99.9)),
        "bases": len(children),
        "children_per_base": quantiles(children, (50, 75, 90, 95, 99, 99.9)),
        "most_children": [{"model": things[at], "children": shape.children[at]} for at in top],
        "families": len(sizes),
        "models_alone": rows.models - len(listed),
        "family_sizes": {str(size): small[size] for size in sorted(small)[:MOST]},
        "largest_families": [{"model": things[busiest[first]], "models": size} for size, first in sizes[:MOST]],
        "links_to_unlisted_bases": len(unlisted),
        "unlisted_bases": len(set(unlisted)),
        "circles": {"circles": len(shape.circles), "models": sum(len(each) for each in shape.circles)},
    }


def _busiest(families: Sequence[int], children: Sequence[int], wanted: frozenset[int]) -> dict[int, int]:
    """The thing with most children of some families."""
    found: dict[int, int] = {}
    for thing, first in enumerate(families):
        if first in wanted and (first not in found or children[thing] > children[found[first]]):
            found[first] = thing
    return found


def _drift(rows: ShapeRows) -> dict[str, Any]:
    """What becomes of a licence tag from a listed base to its child, relation by relation counted once."""
    from registry.catalogue.queries.stats_shape import NOT_LISTED

    counts: Counter[tuple[int, int]] = Counter()
    for child, parent in zip(rows.children, rows.parents, strict=True):
        if rows.tag[parent] != NOT_LISTED and rows.tag[child] != NOT_LISTED:
            counts[rows.tag[parent], rows.tag[child]] += 1
    table: dict[int, Counter[int]] = {}
    for (parent, child), count in counts.items():
        table.setdefault(parent, Counter())[child] += count
    both = [(pair, count) for pair, count in counts.items() if all(pair)]
    changed = sum(count for (parent, child), count in both if parent != child)
    tagged = sum(count for _, count in both)

    def word(number: int) -> str:
        return rows.tags[number] if number else NONE

    return {
        "links_with_both_tagged": tagged,
        "links_with_another_tag": changed,
        "share_with_another_tag": _share(changed, tagged),
        "transitions": [
            {
                "base": word(parent),
                "links": sum(own.values()),
                "children": [
                    {"tag": word(child), "links": count, "share": _share(count, sum(own.values()))}
                    for child, count in sorted(own.items(), key=lambda item: (-item[1], word(item[0])))
                ],
            }
            for parent, own in sorted(table.items(), key=lambda item: (-sum(item[1].values()), word(item[0])))
        ],
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
