"""Where the boxes of a lineage stand: in columns, each model right of all that it was made from, with as few crossings as sweeps find.

The steps are those of Sugiyama, Tagawa and Toda (1981): columns by the longest way, places to pass through for links that cross a column, order by
the middle of the neighbours, and heights that pull boxes level with their neighbours while none overlap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 12
"""So many times the order of the columns is improved."""

Place = tuple[str, int]
"""A box (with -1), or the place in a column that a link passes through (with the column)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands.

    Attributes:
        columns: The column of each box.
        tops: The upper edge of each box.
        bends: For each link, the heights at which it passes the columns between its ends, from left to right.
        height: How high all is.
        backward: Links that run against the columns, since they close a circle.
    """

    columns: Mapping[str, int]
    tops: Mapping[str, float]
    bends: Mapping[tuple[str, str], tuple[float, ...]]
    height: float
    backward: frozenset[tuple[str, str]] = field(default=frozenset())


def lay_out(names: Sequence[str], links: Collection[tuple[str, str]], heights: Mapping[str, float], gap: float, pass_through: float = 6.0) -> Layout:
    """Place boxes in columns.

    Args:
        names: The boxes, in an order that decides where nothing else does.
        links: Pairs of (parent, child), both among the names.
        heights: How high each box is.
        gap: The least distance between two boxes of a column.
        pass_through: The room that a link takes where it passes a column.
    """
    forward, backward = _without_circles(names, links)
    columns = _columns(names, forward)
    layers: list[list[Place]] = [[] for _ in range(max(columns.values(), default=0) + 1)]
    for name in names:
        layers[columns[name]].append((name, -1))
    near: dict[Place, list[Place]] = {place: [] for layer in layers for place in layer}
    chains: dict[tuple[str, str], list[Place]] = {}
    left: dict[Place, list[Place]] = {place: [] for place in near}
    for index, (parent, child) in enumerate(forward):
        chain: list[Place] = [(parent, -1)]
        for column in range(columns[parent] + 1, columns[child]):
            place = (f"{index}", column)
            layers[column].append(place)
            near[place], left[place] = [], []
            chain.append(place)
        chain.append((child, -1))
        chains[parent, child] = chain[1:-1]
        for one, other in pairwise(chain):
            near[one].append(other)
            left[other].append(one)
    _order(layers, left, near)
    size = {place: heights[place[0]] if place[1] < 0 else pass_through for layer in layers for place in layer}
    tops = _heights(layers, left, near, size, gap)
    least = min(tops.values(), default=0.0)
    tops = {place: top - least for place, top in tops.items()}
    return Layout(
        columns,
        {place[0]: top for place, top in tops.items() if place[1] < 0},
        {link: tuple(tops[place] + size[place] / 2 for place in chain) for link, chain in chains.items()},
        max((top + size[place] for place, top in tops.items()), default=0.0),
        frozenset(backward),
    )


def _without_circles(names: Sequence[str], links: Collection[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The links without those that lead back to a box on the way there (depth first), and these."""
    children: dict[str, list[str]] = {name: [] for name in names}
    for parent, child in sorted(set(links)):
        children[parent].append(child)
    state: dict[str, int] = {}
    backward = []
    # Roots first, so that a circle is cut where it leads back to what the rest comes from.
    made = {child for _, child in links}
    for start in [*(name for name in names if name not in made), *names]:
        if start in state:
            continue
        pending = [(start, iter(children[start]))]
        state[start] = 1
        while pending:
            name, further = pending[-1]
            for child in further:
                if child not in state:
                    state[child] = 1
                    pending.append((child, iter(children[child])))
                    break
                if state[child] == 1:
                    backward.append((name, child))
            else:
                state[name] = 2
                pending.pop()
    cut = set(backward)
    return [(parent, child) for parent in names for child in children[parent] if (parent, child) not in cut], backward


def _columns(names: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The column of each box: one right of the rightmost that it comes from; a box without parents stands next to its nearest child."""
    parents: dict[str, list[str]] = {name: [] for name in names}
    children: dict[str, list[str]] = {name: [] for name in names}
    waiting = dict.fromkeys(names, 0)
    for parent, child in links:
        parents[child].append(parent)
        children[parent].append(child)
        waiting[child] += 1
    order = [name for name in names if not waiting[name]]
    columns = dict.fromkeys(names, 0)
    for name in order:  # grows while it is walked
        for child in children[name]:
            columns[child] = max(columns[child], columns[name] + 1)
            waiting[child] -= 1
            if not waiting[child]:
                order.append(child)
    for name in reversed(order):
        if not parents[name] and children[name]:
            columns[name] = min(columns[child] for child in children[name]) - 1
    return columns


def _order(layers: list[list[Place]], left: Mapping[Place, list[Place]], right: Mapping[Place, list[Place]]) -> None:
    """Sort every column by the middle of its neighbours, to and fro; the order with the fewest crossings stays."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers, right)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        to_right = sweep % 2 == 0
        neighbours = left if to_right else right
        for index in range(1, len(layers)) if to_right else range(len(layers) - 2, -1, -1):
            beside = layers[index - 1 if to_right else index + 1]
            at = {place: position for position, place in enumerate(beside)}
            own = {place: position for position, place in enumerate(layers[index])}
            middle = {
                place: sum(at[other] for other in neighbours[place]) / len(neighbours[place]) if neighbours[place] else own[place] for place in layers[index]
            }
            layers[index].sort(key=lambda place, middle=middle, own=own: (middle[place], own[place]))  # type: ignore[misc]
        found = _crossings(layers, right)
        if found < fewest:
            best, fewest = [list(layer) for layer in layers], found
    layers[:] = best


def _crossings(layers: Sequence[Sequence[Place]], right: Mapping[Place, list[Place]]) -> int:
    """How many pairs of links cross between neighbouring columns, counted with a tree of sums."""
    crossings = 0
    for index in range(len(layers) - 1):
        at = {place: position for position, place in enumerate(layers[index + 1])}
        size = len(at)
        sums = [0] * (size + 1)
        passed = 0
        for place in layers[index]:
            ends = sorted(at[other] for other in right[place])
            for end in ends:
                below, node = 0, end + 1
                while node:
                    below += sums[node]
                    node &= node - 1
                crossings += passed - below
            for end in ends:
                node = end + 1
                while node <= size:
                    sums[node] += 1
                    node += node & -node
                passed += 1
    return crossings


def _heights(
    layers: Sequence[Sequence[Place]], left: Mapping[Place, list[Place]], right: Mapping[Place, list[Place]], size: Mapping[Place, float], gap: float
) -> dict[Place, float]:
    """The upper edge of everything: level with its neighbours as far as the order of a column and the gaps allow."""
    tops: dict[Place, float] = {}
    for layer in layers:
        top = 0.0
        for place in layer:
            tops[place] = top
            top += size[place] + gap
    for sweep in range(8):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            neighbours = [left, right] if sweep > 3 else [left if sweep % 2 == 0 else right]
            wished = []
            for place in layer:
                beside = [other for side in neighbours for other in side[place]]
                middle = sum(tops[other] + size[other] / 2 for other in beside) / len(beside) if beside else tops[place] + size[place] / 2
                wished.append(middle - size[place] / 2)
            tops.update(zip(layer, _apart(wished, [size[place] + gap for place in layer]), strict=True))
    return tops


def _apart(wished: Sequence[float], steps: Sequence[float]) -> list[float]:
    """The places nearest to the wished ones, in squares, that keep their order and distance (pooling neighbours that are too near)."""
    offsets = [0.0]
    for step in steps[:-1]:
        offsets.append(offsets[-1] + step)
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wished, offsets, strict=False):
        total, count = wish - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            other, many = pools.pop()
            total, count = total + other, count + many
        pools.append((total, count))
    settled = [total / count for total, count in pools for _ in range(count)]
    return [place + offset for place, offset in zip(settled, offsets, strict=False)]
