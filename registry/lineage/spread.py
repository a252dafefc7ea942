"""Spreading: the bindings of every model of a catalogue at once, without the paths they came by.

A hub of millions of models has some thousands of different sets of bindings. So each set is worked out once and known by a
number; a model is then one look-up by its own licences and by the numbers of its parents. What it finds is what
`registry.lineage.trace` finds model by model.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from registry.lineage.bindings import Binding
from registry.lineage.circles import Links
from registry.lineage.reach import OUTPUT_RELATIONS
from registry.lineage.steps import Held, Steps, as_weights
from registry.lineage.trace import LARGE_CIRCLE

NO_FLOOR = 127
"""Stands for a model that nothing reaches from anywhere else, so that no evidence is in question."""


class Own(NamedTuple):
    """What a model or dataset brings along itself; millions share some thousands of these."""

    licenses: tuple[str, ...]
    """Its own licences."""

    released_on: str | None
    """Month of its release, only if one of its licences reads that."""

    modality: str | None
    """Its modality, only if one of its licences reads that."""

    developer: str | None
    """Its developer, only if that developer has written a licence."""


_Step = tuple[int, int]
"""The number of a parent's set and that of the relation to it."""


class Spread:
    """Works out the sets of bindings of numbered things.

    Args:
        steps: The rules of single steps.
        relations: The names of the relations by their number.
    """

    def __init__(self, steps: Steps, relations: Sequence[str]) -> None:
        self._steps = steps
        self._relations = relations
        self._owns: dict[Own, int] = {}
        self._own: list[Own] = []
        self._own_set: list[int] = []
        self._sets: list[frozenset[Held]] = []
        self._numbers: dict[frozenset[Held], int] = {}
        self._weights: dict[int, frozenset[str]] = {}
        self.circles: list[tuple[int, ...]] = []
        """The circles that were met, by the numbers of their things."""
        self._known: dict[tuple[int, frozenset[_Step] | _Step], tuple[int, frozenset[_Step]]] = {}

    def own(self, own: Own) -> int:
        """The number by which what a thing brings along is known here."""
        number = self._owns.get(own)
        if number is None:
            number = self._owns[own] = len(self._own)
            self._own.append(own)
            self._own_set.append(self._number(self._steps.own(own.licenses, own.released_on, own.modality, own.developer)))
        return number

    def standing(self, number: int) -> int:
        """The number of something that brings along a set that is known already, whatever stands above it."""
        own = Own((), None, None, f"set {number}")
        if own not in self._owns:
            self._owns[own] = len(self._own)
            self._own.append(own)
            self._own_set.append(number)
        return self._owns[own]

    def what_is_read(self, licenses: Iterable[str]) -> tuple[bool, bool]:
        """Whether any of some licences counts from the model's release, and whether any reads its modality."""
        read = [self._steps.what_it_reads(license) for license in licenses]
        return any(release for release, _ in read), any(modality for _, modality in read)

    def bindings(self, number: int) -> frozenset[Binding]:
        """The bindings of a set."""
        return frozenset(held.binding for held in self._sets[number])

    def run(self, links: Links, own: Sequence[int], relations: Sequence[int], grades: Sequence[int]) -> tuple[array[int], array[int]]:
        """The number of each thing's set, and the weakest grade of evidence that any of it rests on.

        Args:
            links: Which thing comes from which.
            own: What each thing brings along, as `own` numbers it.
            relations: The relation of each link.
            grades: The grade of evidence of each link, weakest lowest.
        """
        own_set = self._own_set
        sets = array("i", (own_set[number] for number in own))
        floors = array("b", [NO_FLOOR]) * links.count
        known, parent_of = self._known, links.parent
        for component in links.components():
            if len(component) > 1:
                self.circles.append(component)
                self._circle(component, links, own, relations, grades, sets, floors)
                continue
            thing = component[0]
            up = links.up(thing)
            if len(up) == 1:
                link = up[0]
                parent = parent_of[link]
                step = (sets[parent], relations[link])
                found = known.get((own[thing], step))
                if found is None:
                    found = known[(own[thing], step)] = self._work_out(own[thing], (step,))
                sets[thing] = found[0]
                if found[1]:
                    floors[thing] = min(grades[link], floors[parent])
                continue
            steps = [(sets[parent_of[link]], relations[link]) for link in up]
            key = (own[thing], frozenset(steps))
            found = known.get(key)
            if found is None:
                found = known[key] = self._work_out(own[thing], key[1])
            sets[thing] = found[0]
            passing = [min(grades[link], floors[parent_of[link]]) for link, step in zip(up, steps, strict=True) if step in found[1]]
            floors[thing] = min(passing, default=NO_FLOOR)
        return sets, floors

    def _number(self, held: Iterable[Held]) -> int:
        found = frozenset(held)
        number = self._numbers.get(found)
        if number is None:
            number = self._numbers[found] = len(self._sets)
            self._sets.append(found)
        return number

    def _work_out(self, own: int, steps: Iterable[_Step]) -> tuple[int, frozenset[_Step]]:
        """The set of a thing from what it brings along and what stands above it, and the steps over which anything came."""
        above = list(steps)
        weights = self._beside([(relation, self._weights_of(number)) for number, relation in above])
        found = set(self._sets[self._own_set[own]])
        passed = set()
        for number, relation in above:
            reached = {each for held in self._sets[number] if (each := self._over(own, held, relation, weights)) is not None}
            if reached:
                passed.add((number, relation))
                found |= reached
        return self._number(found), frozenset(passed)

    def _weights_of(self, number: int) -> frozenset[str]:
        if number not in self._weights:
            self._weights[number] = as_weights(self._sets[number])
        return self._weights[number]

    def _beside(self, above: Iterable[tuple[int, frozenset[str]]]) -> list[tuple[str, frozenset[str]]]:
        """What stands beside a link over outputs; empty where there is none."""
        found = [(self._relations[relation], licenses) for relation, licenses in above]
        return found if any(relation in OUTPUT_RELATIONS for relation, _ in found) else []

    def _over(self, own: int, held: Held, relation: int, weights: list[tuple[str, frozenset[str]]]) -> Held | None:
        mine, name = self._own[own], self._relations[relation]
        if self._steps.licensed_anew(held, mine.licenses, mine.developer):
            return None
        return self._steps.over(held, name, self._steps.taught(name, held.binding.license, weights))

    def _circle(
        self,
        component: Sequence[int],
        links: Links,
        own: Sequence[int],
        relations: Sequence[int],
        grades: Sequence[int],
        sets: array[int],
        floors: array[int],
    ) -> None:
        """Work out the things of a circle together, as `trace` does: what reaches one flows on around it, but nothing is its own ancestor."""
        inside = set(component)
        weights: dict[int, list[tuple[str, frozenset[str]]]] = {thing: [] for thing in component}
        found = self._around(component, links, own, relations, sets, weights)
        if any(self._relations[relations[link]] in OUTPUT_RELATIONS for thing in component for link in links.up(thing)):
            licenses = {thing: as_weights(held for held, _ in states) for thing, states in found.items()}
            for thing in component:
                above = [(relations[link], parent) for link in links.up(thing) for parent in (links.parent[link],)]
                weights[thing] = self._beside(
                    (relation, licenses[parent] if parent in inside else self._weights_of(sets[parent])) for relation, parent in above
                )
            found = self._around(component, links, own, relations, sets, weights)
        for thing in component:
            sets[thing] = self._number(held for held, _ in found[thing])
        self._floors(component, links, own, relations, grades, sets, floors, found, weights)

    def _floors(
        self,
        component: Sequence[int],
        links: Links,
        own: Sequence[int],
        relations: Sequence[int],
        grades: Sequence[int],
        sets: Sequence[int],
        floors: array[int],
        found: Mapping[int, set[tuple[Held, int | None]]],
        weights: Mapping[int, list[tuple[str, frozenset[str]]]],
    ) -> None:
        """The weakest evidence in a circle: it flows on over every link over which anything comes."""
        passing: list[tuple[int, int, int]] = []
        for thing in component:
            for link in links.up(thing):
                parent = links.parent[link]
                above = found[parent] if parent in found else {(held, None) for held in self._sets[sets[parent]]}
                if any(of != thing and self._over(own[thing], held, relations[link], weights[thing]) is not None for held, of in above):
                    passing.append((thing, parent, grades[link]))
        moved = True
        while moved:
            moved = False
            for thing, parent, grade in passing:
                floor = min(grade, floors[parent])
                if floor < floors[thing]:
                    floors[thing], moved = floor, True

    def _around(
        self,
        component: Sequence[int],
        links: Links,
        own: Sequence[int],
        relations: Sequence[int],
        sets: Sequence[int],
        weights: Mapping[int, list[tuple[str, frozenset[str]]]],
    ) -> dict[int, set[tuple[Held, int | None]]]:
        """What reaches each thing of a circle, with the thing whose own it is, where that stands in the circle."""
        inside = set(component)
        exact = len(component) <= LARGE_CIRCLE
        states: dict[int, set[tuple[Held, int | None]]] = {thing: set() for thing in component}
        pending: list[tuple[int, Held, int | None]] = []
        below: dict[int, list[tuple[int, int]]] = {thing: [] for thing in component}

        def arrive(thing: int, held: Held, of: int | None) -> None:
            if (held, of) not in states[thing]:
                states[thing].add((held, of))
                pending.append((thing, held, of))

        for thing in component:
            for held in self._sets[self._own_set[own[thing]]]:
                arrive(thing, held, thing if exact else None)
            for link in links.up(thing):
                parent = links.parent[link]
                if parent in inside:
                    below[parent].append((thing, relations[link]))
                    continue
                for held in self._sets[sets[parent]]:
                    reached = self._over(own[thing], held, relations[link], weights[thing])
                    if reached is not None:
                        arrive(thing, reached, None)
        while pending:
            thing, held, of = pending.pop()
            for child, relation in below[thing]:
                if child == of:
                    continue
                reached = self._over(own[child], held, relation, weights[child])
                if reached is not None:
                    arrive(child, reached, of)
        return states
