"""The shape of a lineage as a whole: how deep it goes, how many ancestors models have, how it falls into families.

Works on numbered things and long rows of numbers, since a hub has millions of models.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Sequence

from registry.lineage.circles import Links


def depths(links: Links) -> array[int]:
    """The longest way up from every thing, in links; a circle counts as one thing, so that there is a longest one."""
    found = array("i", bytes(4 * links.count))
    for together in links.components():
        inside = frozenset(together)
        above = [found[parent] + 1 for thing in together for parent in links.parents(thing) if parent not in inside]
        deepest = max(above, default=0)
        for thing in together:
            found[thing] = deepest
    return found


def ancestor_counts(links: Links) -> array[int]:
    """How many different ancestors every thing has; a thing of a circle is none of its own."""
    found = array("i", bytes(4 * links.count))
    for together in links.components():
        for thing in together:
            parents = set(links.parents(thing))
            if len(parents) == 1 and len(together) == 1:
                # By far the most have one base, and then all of its ancestors.
                found[thing] = found[next(iter(parents))] + 1
            else:
                found[thing] = len(_above(links, thing))
    return found


def _above(links: Links, start: int) -> set[int]:
    found: set[int] = set()
    pending = [start]
    while pending:
        for parent in links.parents(pending.pop()):
            if parent not in found:
                found.add(parent)
                pending.append(parent)
    found.discard(start)
    return found


def family_sizes(links: Links) -> list[tuple[int, int]]:
    """The things that hang together by any links: how many, with one of them, the largest family first. Lone things are left out."""
    leader = array("i", range(links.count))

    def find(thing: int) -> int:
        while leader[thing] != thing:
            leader[thing] = leader[leader[thing]]
            thing = leader[thing]
        return thing

    for child, parent in zip(links.child, links.parent, strict=True):
        one, other = find(child), find(parent)
        if one != other:
            leader[max(one, other)] = min(one, other)
    sizes = Counter(find(thing) for thing in {*links.child, *links.parent})
    return sorted(((size, thing) for thing, size in sizes.items()), key=lambda each: (-each[0], each[1]))


def child_counts(links: Links) -> Counter[int]:
    """How many children every parent has."""
    return Counter(parent for parent, _ in {*zip(links.parent, links.child, strict=True)})


def quantiles(values: Collection[int], shares: Sequence[float]) -> dict[str, int]:
    """The values below which given shares of all lie, by the share in percent, and the greatest as `max`."""
    ranked = sorted(values)
    if not ranked:
        return {}
    found = {f"{share:g}": ranked[min(len(ranked) - 1, int(len(ranked) * share / 100))] for share in shares}
    return {**found, "max": ranked[-1]}
