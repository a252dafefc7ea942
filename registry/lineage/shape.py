"""The shape of a lineage as a whole: how deep it goes, how many ancestors models have, how it falls into families.

Works on numbered things and long rows of numbers, since a hub has millions of models.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from registry.lineage.circles import Links


@dataclass(frozen=True, slots=True)
class Shape:
    """What one pass over a lineage tells, of every thing by its number."""

    depth: array[int]
    """The longest way up, in links; a circle counts as one thing, so that there is a longest one."""

    ancestors: array[int]
    """How many different ancestors it has; a thing of a circle is none of its own."""

    children: array[int]
    """How many different things are made from it."""

    circles: tuple[tuple[int, ...], ...]
    """The things that stand in circles, circle by circle."""


def shape_of(links: Links) -> Shape:
    """The shape of a lineage, ancestors first."""
    depth, ancestors, children = (array("i", bytes(4 * links.count)) for _ in range(3))
    circles = []
    for together in links.components():
        if len(together) == 1:
            thing = together[0]
            parents = links.parents(thing)
            if len(parents) == 1:
                # By far the most have one base, and then all of its ancestors.
                parent = parents[0]
                depth[thing], ancestors[thing] = depth[parent] + 1, ancestors[parent] + 1
                children[parent] += 1
                continue
        else:
            circles.append(together)
        inside = frozenset(together)
        bases = {thing: set(links.parents(thing)) for thing in together}
        deepest = max((depth[parent] + 1 for own in bases.values() for parent in own if parent not in inside), default=0)
        for thing, own in bases.items():
            depth[thing] = deepest
            ancestors[thing] = len(_above(links, thing))
            for parent in own:
                children[parent] += 1
    return Shape(depth, ancestors, children, tuple(circles))


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


def family_of(links: Links) -> array[int]:
    """The lowest number among all things that hang together with a thing by any links, for every thing."""
    leader = array("i", range(links.count))
    for child, parent in zip(links.child, links.parent, strict=True):
        one, other = _leader(leader, child), _leader(leader, parent)
        if one < other:
            leader[other] = one
        elif other < one:
            leader[one] = other
    for thing in range(links.count):
        leader[thing] = _leader(leader, thing)
    return leader


def _leader(leader: array[int], thing: int) -> int:
    while leader[thing] != thing:
        leader[thing] = leader[leader[thing]]
        thing = leader[thing]
    return thing


def family_sizes(families: Sequence[int]) -> list[tuple[int, int]]:
    """How many things each family has, with its lowest number, the largest first; lone things are left out."""
    sizes = Counter(families)
    return sorted(((size, first) for first, size in sizes.items() if size > 1), key=lambda each: (-each[0], each[1]))


def quantiles(values: Collection[int], shares: Sequence[float]) -> dict[str, int]:
    """The values below which given shares of all lie, by the share in percent, and the greatest as `max`."""
    ranked = sorted(values)
    if not ranked:
        return {}
    found = {f"{share:g}": ranked[min(len(ranked) - 1, int(len(ranked) * share / 100))] for share in shares}
    return {**found, "max": ranked[-1]}
