"""What shape the catalogue has: licences as they are tagged, lineage, and what becomes of licences along it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.catalogue.queries.stats_shape import ShapeRows
    from registry.desk.session import Desk
    from registry.lineage.circles import Links

MOST = 20
"""How many bases and families are named."""

NONE = "none"
"""How a model without a licence tag is called among tags."""

Progress = Callable[[str], None]
"""Told what takes time."""


def shape_catalogue(desk: Desk, progress: Progress) -> dict[str, Any]:
    """The shape of the catalogue, to stand beside the counts of `registry.desk.catalog.stats` in `licet.stats/1`."""
    from registry.catalogue.queries.stats_shape import model_names, read_shape, relation_counts, self_loops
    from registry.lineage.circles import Links

    progress("reading relations and licence tags")
    with desk.catalogue.reading() as connection:
        rows = read_shape(connection)
        relations = relation_counts(connection)
        loops = self_loops(connection)
        progress(f"working out the lineage of {rows.models:,} models")
        links = Links(len(rows.tag), rows.children, rows.parents)
        lineage, named = _lineage(rows, links)
        names = model_names(connection, named)
    for entry in (*lineage["most_children"], *lineage["largest_families"]):
        entry["model"] = names[entry["model"]]
    lineage["circles"]["named_themselves"] = loops
    return {"tags": _tags(rows), "relations": relations, "lineage": lineage, "drift": _drift(rows)}


def _tags(rows: ShapeRows) -> dict[str, Any]:
    """How many models carry which licence tag."""
    from registry.catalogue.queries.stats_shape import NOT_LISTED

    counts = Counter(rows.tag)
    counts.pop(NOT_LISTED, None)
    without = counts.pop(0, 0)
    tagged = sum(counts.values())
    return {
        "models": rows.models,
        "tagged": tagged,
        "share_tagged": _share(tagged, rows.models),
        "untagged": without,
        "several": rows.several,
        "different": len(counts),
        "by_tag": [
            {"tag": rows.tags[number], "models": count, "share": _share(count, rows.models)}
            for number, count in sorted(counts.items(), key=lambda item: (-item[1], rows.tags[item[0]]))
        ],
    }


def _lineage(rows: ShapeRows, links: Links) -> tuple[dict[str, Any], set[int]]:
    """Depths, ancestors, children, families and circles; and the models that have to be named."""
    from registry.catalogue.queries.stats_shape import NOT_LISTED
    from registry.lineage.shape import ancestor_counts, child_counts, depths, family_sizes, quantiles

    listed = [number for number, tag in enumerate(rows.tag) if tag != NOT_LISTED]
    deep = depths(links)
    by_depth = Counter(deep[number] for number in listed)
    ancestors = ancestor_counts(links)
    with_base = [ancestors[number] for number in listed if links.has_parents(number)]
    children = child_counts(links)
    families = family_sizes(links)
    circles = links.circles()
    unlisted = [parent for parent in rows.parents if rows.tag[parent] == NOT_LISTED]
    top = sorted(children.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    small = Counter(size for size, _ in families)
    found: dict[str, Any] = {
        "links": len(rows.children),
        "models_with_a_base": len(with_base),
        "share_with_a_base": _share(len(with_base), rows.models),
        "depths": {str(depth): by_depth[depth] for depth in sorted(by_depth)},
        "ancestors": quantiles(with_base, (50, 90, 99, 99.9)),
        "bases": len(children),
        "children_per_base": quantiles(children.values(), (50, 75, 90, 95, 99, 99.9)),
        "most_children": [{"model": number, "children": count} for number, count in top],
        "families": len(families),
        "models_alone": sum(1 for number in listed if number not in children and not links.has_parents(number)),
        "family_sizes": {str(size): small[size] for size in sorted(small)[:MOST]},
        "largest_families": [{"model": max(_members(links, member), key=lambda each: children[each]), "models": size} for size, member in families[:MOST]],
        "links_to_unlisted_bases": len(unlisted),
        "unlisted_bases": len(set(unlisted)),
        "circles": {"circles": len(circles), "models": sum(len(each) for each in circles)},
    }
    return found, {entry["model"] for key in ("most_children", "largest_families") for entry in found[key]}


def _members(links: Links, start: int) -> set[int]:
    """Everything that hangs together with a thing."""
    found = {start}
    pending = [start]
    while pending:
        thing = pending.pop()
        for other in (*links.parents(thing), *links.children(thing)):
            if other not in found:
                found.add(other)
                pending.append(other)
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
