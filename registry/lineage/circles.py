"""The order in which a lineage is worked through: ancestors first, with the models of a circle taken together.

Uploaders make circles (two models that each name the other as their base), so what is recorded may hold them. Everything
works on whole numbers from 0, since a hub has millions of models; few of them stand in a circle.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence


class Links:
    """The parents and children of numbered things, kept as two long rows of numbers each.

    Args:
        count: How many things there are.
        children: The lower end of each link.
        parents: The upper end of each link, in the same order.
    """

    def __init__(self, count: int, children: Sequence[int], parents: Sequence[int]) -> None:
        self.count = count
        self._first_up, self._up = _by_end(count, children)
        self._first_down, self._down = _by_end(count, parents)
        self.child, self.parent = children, parents

    def up(self, thing: int) -> array[int]:
        """The links from a thing to its parents, by their position."""
        return self._up[self._first_up[thing] : self._first_up[thing + 1]]

    def parents(self, thing: int) -> list[int]:
        """The parents of a thing, once a link."""
        first, last = self._first_up[thing], self._first_up[thing + 1]
        return [self.parent[self._up[at]] for at in range(first, last)]

    def children(self, thing: int) -> list[int]:
        """The children of a thing, once a link."""
        first, last = self._first_down[thing], self._first_down[thing + 1]
        return [self.child[self._down[at]] for at in range(first, last)]

    def below(self, start: Iterable[int]) -> set[int]:
        """Some things and all that comes from them."""
        found = set(start)
        pending = list(found)
        while pending:
            for child in self.children(pending.pop()):
                if child not in found:
                    found.add(child)
                    pending.append(child)
        return found

    def part(self, wanted: Collection[int]) -> tuple[Links, list[int], list[int]]:
        """The links of some things to their parents as links of their own, numbered anew; their things and links by their numbers here."""
        kept = [link for thing in sorted(wanted) for link in self.up(thing)]
        things = sorted({*wanted, *(self.parent[link] for link in kept)})
        place = {thing: at for at, thing in enumerate(things)}
        return Links(len(things), [place[self.child[link]] for link in kept], [place[self.parent[link]] for link in kept]), things, kept

    def has_parents(self, thing: int) -> bool:
        """Whether a thing comes from anything."""
        return self._first_up[thing] != self._first_up[thing + 1]

    def components(self) -> Iterator[tuple[int, ...]]:
        """Every thing that comes from another, its ancestors first; things in one circle come together, sorted."""
        waiting = array("i", (self._first_up[thing + 1] - self._first_up[thing] for thing in range(self.count)))
        ready = [thing for thing in range(self.count) if not waiting[thing] and self._first_down[thing] != self._first_down[thing + 1]]
        placed = bytearray(self.count)
        while ready:
            thing = ready.pop()
            placed[thing] = 1
            if self.has_parents(thing):
                yield (thing,)
            for child in self.children(thing):
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        rest = [thing for thing in range(self.count) if waiting[thing]]
        yield from self._tangled(rest)

    def circles(self) -> list[tuple[int, ...]]:
        """The things that stand in a circle, circle by circle."""
        return [found for found in self.components() if len(found) > 1]

    def _tangled(self, rest: list[int]) -> Iterator[tuple[int, ...]]:
        """The strongly connected components of what stands in circles or below them, ancestors first (Tarjan's algorithm, without recursion)."""
        inside = set(rest)
        number: dict[int, int] = {}
        lowest: dict[int, int] = {}
        on_stack: set[int] = set()
        stack: list[int] = []
        for start in rest:
            if start in number:
                continue
            number[start] = lowest[start] = len(number)
            stack.append(start)
            on_stack.add(start)
            walk: list[tuple[int, Iterator[int]]] = [(start, iter(self.parents(start)))]
            while walk:
                thing, above = walk[-1]
                for parent in above:
                    if parent not in inside:
                        continue
                    if parent not in number:
                        number[parent] = lowest[parent] = len(number)
                        stack.append(parent)
                        on_stack.add(parent)
                        walk.append((parent, iter(self.parents(parent))))
                        break
                    if parent in on_stack:
                        lowest[thing] = min(lowest[thing], number[parent])
                else:
                    walk.pop()
                    if walk:
                        lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[thing])
                    if lowest[thing] == number[thing]:
                        at = _place_from_top(stack, thing)
                        found = stack[at:]
                        del stack[at:]
                        on_stack.difference_update(found)
                        yield tuple(sorted(found))


def circles_among(pairs: Iterable[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    """The things of its circle, for every thing that stands in one; from links as pairs of child and parent, numbered at will."""
    links = sorted(set(pairs))
    numbers = sorted({end for pair in links for end in pair})
    place = {number: at for at, number in enumerate(numbers)}
    found = Links(len(numbers), [place[child] for child, _ in links], [place[parent] for _, parent in links]).circles()
    circles = [tuple(numbers[at] for at in circle) for circle in found]
    return {number: circle for circle in circles for number in circle}


def _place_from_top(stack: list[int], thing: int) -> int:
    """Where a thing stands in a stack, searched from its top."""
    at = len(stack) - 1
    while stack[at] != thing:
        at -= 1
    return at


def _by_end(count: int, ends: Sequence[int]) -> tuple[array[int], array[int]]:
    """Links sorted by one of their ends: where each thing's links begin, and the links."""
    first = array("i", bytes(4 * (count + 1)))
    for end in ends:
        first[end + 1] += 1
    total = 0
    for at in range(1, count + 1):
        total += first[at]
        first[at] = total
    place = array("i", first)
    links = array("i", bytes(4 * len(ends)))
    for link, end in enumerate(ends):
        links[place[end]] = link
        place[end] += 1
    return first, links
