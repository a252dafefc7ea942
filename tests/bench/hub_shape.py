"""The shape of a synthetic Hub as arrays: who comes from whom, under which licence, who made it, how often it is fetched.

A model is a number; numbers follow time, so that a base mostly stands before what comes from it. The graph grows in blocks: a new
derivative repeats the base of a recent one (which makes a few bases very popular) or is the first of its base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from registry.sources.references import legacy_models
from tests.bench import hub_figures as figures

Ints = np.ndarray[Any, np.dtype[Any]]

LICENSES = ("", *figures.LICENSES)
RELATIONS = ("", *figures.RELATIONS)
TASKS = tuple(figures.TASKS)
LIBRARIES = tuple(figures.LIBRARIES)
FINETUNE, MERGE = RELATIONS.index("finetune"), RELATIONS.index("merge")

PLAIN, OTHER_CASE, OLD_ID, MISSING = range(4)
"""How an edge names its base: by its name, in another letter case, by an old id without an owner, or a base that is not listed."""

BLOCKS = 160
LARGEST_AT = 3_000_000 / figures.SIZE_2024
WINDOW = 0.35
"""Bases are drawn from what came in the last eighteen months: about this share of all models."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything about the models of a Hub that is not text; one array entry a model, or an edge."""

    created: Ints
    """When: seconds since 1970."""
    owner: Ints
    family: Ints
    """The first base of all, by number; itself where there is none."""
    relation: Ints
    license: Ints
    second_license: Ints
    """A further licence; 0 for none."""
    task: Ints
    library: Ints
    downloads: Ints
    likes: Ints
    parameters: Ints
    """-1 where unknown."""
    child: Ints
    parent: Ints
    """The base's number; that of the missing name where the edge is of form MISSING."""
    form: Ints
    edge_relation: Ints
    legacy: Sequence[tuple[str, str]]
    """Old id and name of the first models."""
    largest: int
    """The model with most descendants of its own family."""
    deepest: int
    """The model with most ancestors."""


def grow(models: int, seed: int) -> Shape:
    """A Hub of so many models, the same for the same seed."""
    return _Growth(models, np.random.default_rng(seed)).shape()


def from_quantiles(points: Sequence[tuple[float, float]], draws: Ints) -> Ints:
    """Values at some shares of a distribution that is known by its quantiles, between which it runs evenly in its logarithm."""
    shares, values = zip(*points, strict=True)
    return np.rint(np.expm1(np.interp(draws, shares, np.log1p(np.array(values, dtype=float))))).astype(np.int64)


def choose(weights: Sequence[float], rng: np.random.Generator, count: int) -> Ints:
    """Positions in a list of weights."""
    heaped = np.cumsum(np.array(weights, dtype=float))
    return np.searchsorted(heaped, rng.random(count) * heaped[-1], side="right").astype(np.int32)


class _Growth:
    def __init__(self, models: int, rng: np.random.Generator) -> None:
        self.n, self.rng = models, rng
        self.scale = models / figures.SIZE_2024
        old = sorted(legacy_models().items())
        self.legacy = old[: max(1, min(len(old), models // 200))]
        heads = [edges for edges, many in figures.LEGACY_EDGES.items() for _ in range(many)]
        self.legacy_weights = (heads + [heads[-1]] * len(old))[: len(self.legacy)]
        self.created = self._created()
        self.relation = self._relations()
        self.license = np.where(rng.random(models) < figures.TAGGED_WITHOUT_BASE, 1 + choose(list(figures.LICENSES.values()), rng, models), 0).astype(np.int16)
        self.license[: len(self.legacy)] = np.where(rng.random(len(self.legacy)) < 0.7, LICENSES.index("apache-2.0"), LICENSES.index("mit"))
        self.task = choose(list(figures.TASKS.values()), rng, models).astype(np.int8)
        self.family = np.arange(models, dtype=np.int32)
        self.children: list[Ints] = []
        self.parents: list[Ints] = []
        self.forms: list[Ints] = []
        self.edges = 0
        self.missing = 0
        self.inherited = _inheritance()

    def _created(self) -> Ints:
        days = np.array([np.datetime64(day, "s").astype(np.int64) for day, _ in figures.GROWTH], dtype=float)
        shares = np.array([share for _, share in figures.GROWTH])
        at = (np.arange(self.n) + self.rng.random(self.n)) / self.n
        seconds = np.interp(at, shares, days).astype(np.int64)
        seconds[at <= shares[0]] = int(days[0]) + 84_544
        return seconds

    def _relations(self) -> Ints:
        """What each model is to a base, if it declares one; more do, year by year."""
        known = [(date, share) for date, share in (("2023-01-01", 0.005), ("2024-01-01", 0.108), ("2024-07-11", 0.251))]
        late = (figures.DECLARES_BASE - 0.04 * 0.005 - 0.09 * 0.108 - 0.132 * 0.251) / 0.738
        edges = np.array([np.datetime64(date, "s").astype(np.int64) for date, _ in known])
        share = np.array([*(each for _, each in known), late])[np.searchsorted(edges, self.created, side="right")]
        relation = 1 + choose(list(figures.RELATIONS.values()), self.rng, self.n)
        return np.where((self.rng.random(self.n) < share) & (np.arange(self.n) >= len(self.legacy) + 20), relation, 0).astype(np.int8)

    def shape(self) -> Shape:
        roots = np.flatnonzero(self.relation == 0).astype(np.int32)
        order = np.argsort(self.license[roots], kind="stable")
        self.roots = roots
        self.roots_by_license = roots[order]
        self.license_starts = np.searchsorted(self.license[roots][order], np.arange(len(LICENSES) + 1))
        largest = int(roots[np.searchsorted(roots, int(self.n * 0.45))])
        self.license[largest] = LICENSES.index("llama3.1")
        bounds = np.linspace(0, self.n, BLOCKS + 1).astype(int)
        self.largest = largest
        self.largest_share = figures.LARGEST_FAMILY * min(1.0, self.scale / LARGEST_AT) / max(1, int((self.relation[largest:] > 0).sum()))
        for start, end in pairwise(bounds):
            self._block(start, end, largest)
        deepest = self._communities()
        self._circles()
        child, parent, form = (np.concatenate(each) for each in (self.children, self.parents, self.forms))
        keep = np.argsort(child, kind="stable")
        child, parent, form = child[keep], parent[keep], form[keep]
        degree = np.bincount(parent[form != MISSING], minlength=self.n)
        relation = self.relation[child]
        return Shape(
            self.created,
            self._owners(),
            self.family,
            self.relation,
            self.license,
            self._second_licenses(),
            self.task,
            choose(list(figures.LIBRARIES.values()), self.rng, self.n).astype(np.int8),
            self._by_popularity(figures.DOWNLOADS, degree),
            self._by_popularity(figures.LIKES, degree),
            np.where(self.rng.random(self.n) < figures.SIZED, from_quantiles(figures.PARAMETERS, self.rng.random(self.n)), -1),
            child,
            parent,
            form,
            relation,
            self.legacy,
            largest,
            deepest,
        )

    # The main growth.

    def _block(self, start: int, end: int, largest: int) -> None:
        new = np.arange(start, end, dtype=np.int32)[self.relation[start:end] > 0]
        if start == 0:
            self.relation[start:end] = 0  # there is nothing yet to come from
            return
        if not len(new):
            return
        rng, since = self.rng, max(0, start - int(self.n * WINDOW))
        first, form = self._first_parents(len(new), since, start), np.full(len(new), PLAIN, np.int8)
        drawn = rng.random(len(new))
        old, gone = drawn < figures.LEGACY_SHARE, drawn > 1 - figures.DANGLING_SHARE
        first[old] = choose(self.legacy_weights, rng, int(old.sum()))
        form[old] = OLD_ID
        ours = ~old & ~gone & (new > largest) & (rng.random(len(new)) < self.largest_share)
        first[ours] = self._of_largest(int(ours.sum()), largest)
        form[~old & ~gone & (rng.random(len(new)) < figures.CASE_SHARE)] = OTHER_CASE
        self._inherit(new, first, gone)
        if gone.any():
            count = max(1, int((self.missing + gone.sum()) * figures.DANGLING_TARGETS))
            first[gone] = (count ** rng.random(int(gone.sum()))).astype(np.int32)
            form[gone] = MISSING
            self.missing += int(gone.sum())
        itself = rng.random(len(new)) < figures.SELF_SHARE
        first[itself & (form == PLAIN)] = new[itself & (form == PLAIN)]
        further = self._further_parents(new, first, form, since, start)
        self._add(new, first, form)
        self._add(*further)

    def _add(self, child: Ints, parent: Ints, form: Ints) -> None:
        self.children.append(child.astype(np.int32))
        self.parents.append(parent.astype(np.int32))
        self.forms.append(form.astype(np.int8))
        self.edges += len(child)

    def _first_parents(self, count: int, since: int, start: int) -> Ints:
        """Bases drawn by how many recent models have them, or such as had none."""
        rng = self.rng
        constant, slope = figures.NEW_PARENT
        recent = self._recent_edges(since)
        new = rng.random(count) < (constant * (self.edges + 1) ** -slope if len(recent) else 1.0)
        found = np.empty(count, np.int32)
        if len(recent):
            found[~new] = recent[rng.integers(0, len(recent), int((~new).sum()))]
        derived = np.flatnonzero(self.relation[since:start] > 0) + since
        deep = new & (rng.random(count) < figures.SPREAD) & bool(len(derived))
        if len(derived):
            found[deep] = derived[rng.integers(0, len(derived), int(deep.sum()))]
        fresh = new & ~deep
        found[fresh] = self._root_of_license(int(fresh.sum()), since, start)
        return found

    def _recent_edges(self, since: int) -> Ints:
        """The bases of the edges of recent models that name a listed one, old ids apart."""
        found = [np.empty(0, np.int32)]
        for child, parent, form in zip(self.children, self.parents, self.forms, strict=True):
            if len(child) and child[-1] >= since:
                found.append(parent[(form <= OTHER_CASE) & (child >= since) & (parent != child) & (parent != self.largest)])
        return np.concatenate(found)

    def _of_largest(self, count: int, largest: int) -> Ints:
        """The largest base itself, or now and then what came from it before."""
        family = np.flatnonzero(self.family == largest)
        found = np.full(count, largest, np.int32)
        deep = self.rng.random(count) < figures.SPREAD
        found[deep] = family[self.rng.integers(0, len(family), int(deep.sum()))]
        return found

    def _root_of_license(self, count: int, since: int, start: int) -> Ints:
        """Recent models without a base, so that licences come up as they do among the parents of the Hub."""
        rng = self.rng
        names = list(figures.PARENT_LICENSES)
        drawn = np.array([LICENSES.index(name) for name in names])[choose(list(figures.PARENT_LICENSES.values()), rng, count)]
        lows, highs = np.zeros(len(LICENSES), int), np.zeros(len(LICENSES), int)
        for number in range(len(LICENSES)):
            mine = self.roots_by_license[self.license_starts[number] : self.license_starts[number + 1]]
            lows[number], highs[number] = self.license_starts[number] + np.searchsorted(mine, (since, start))
        low, high = lows[drawn], highs[drawn]
        found = self.roots_by_license[np.minimum(low + (rng.random(count) * (high - low)).astype(int), len(self.roots_by_license) - 1)]
        without = high == low
        found[without] = self.roots[rng.integers(0, max(1, np.searchsorted(self.roots, start)), int(without.sum()))]
        return found

    def _further_parents(self, new: Ints, first: Ints, form: Ints, since: int, start: int) -> tuple[Ints, Ints, Ints]:
        """The other bases of the merges of a block, most of them of the first one's family, half of them merges themselves."""
        rng = self.rng
        counts = list(figures.PARENTS_OF_MERGE)
        merges = np.flatnonzero((self.relation[new] == MERGE) & (form <= OTHER_CASE) & (first != new))
        more = np.array(counts)[choose(list(figures.PARENTS_OF_MERGE.values()), rng, len(merges))] - 1
        child = np.repeat(new[merges], more)
        pool = np.flatnonzero((self.relation[since:start] == MERGE) | (self.relation[since:start] == FINETUNE)) + since
        if not len(child) or not len(pool):
            return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int8)
        pool = pool[np.argsort(self.family[pool], kind="stable")]
        families = self.family[pool]
        family = self.family[child]
        low, high = np.searchsorted(families, family, side="left"), np.searchsorted(families, family, side="right")
        elsewhere = (rng.random(len(child)) > figures.SAME_BASE) | (high == low)
        low, high = np.where(elsewhere, 0, low), np.where(elsewhere, len(pool), high)
        parent = pool[low + (rng.random(len(child)) * (high - low)).astype(int)]
        pairs = np.unique(np.stack([child, parent]), axis=1)
        same = pairs[1] == first[np.searchsorted(new, pairs[0])]
        child, parent = pairs[0][~same], pairs[1][~same]
        return child, parent, np.zeros(len(child), np.int8)

    def _inherit(self, new: Ints, parent: Ints, apart: Ints) -> None:
        """What a model has from its first base: family, licence and task, each with the chance that the Hub shows."""
        rng = self.rng
        licenses = self.license[parent].astype(int)
        strangers = int(apart.sum())
        licenses[apart] = np.array([LICENSES.index(name) for name in figures.PARENT_LICENSES])[choose(list(figures.PARENT_LICENSES.values()), rng, strangers)]
        drawn = rng.random(len(new))
        for number in np.unique(licenses):
            rows = np.flatnonzero(licenses == number)
            self.license[new[rows]] = np.searchsorted(self.inherited[number], drawn[rows], side="right")
        self.family[new] = np.where(apart, new, self.family[parent])
        keeps = (rng.random(len(new)) < figures.TASK_KEPT) & ~apart
        self.task[new[keeps]] = self.task[parent[keeps]]

    # What is built on purpose.

    def _unused(self, count: int, after: float = 0.5) -> Ints:
        """Models without any link, in the order of time, taken from the later ones."""
        used = np.zeros(self.n, bool)
        for child, parent, form in zip(self.children, self.parents, self.forms, strict=True):
            used[child] = True
            used[parent[form != MISSING]] = True
        free = np.flatnonzero(~used & (self.relation == 0))
        free = free[free >= min(int(self.n * after), int(free[-1]))] if len(free) else free
        return np.sort(self.rng.choice(free, min(count, len(free)), replace=False)).astype(np.int32)

    def _communities(self) -> int:
        """Merges of merges, each of two of the generation before, and models that hang from them; the number of the deepest of all."""
        deepest = 0
        names = ("apache-2.0", "llama2", "cc-by-nc-4.0", "mit", "llama3", "")
        for (generations, width), often in figures.COMMUNITIES.items():
            for _ in range(max(1, round(often * self.scale))):
                leaves = min(figures.COMMUNITY_LEAVES, self.n // 200)
                members = self._unused(generations * width + leaves)
                core, rest = members[: generations * width], members[generations * width :]
                if len(core) < generations * width:
                    continue
                rows = core.reshape(generations, width)
                self.license[rows[0]] = [LICENSES.index(name) for name in names[:width]]
                for before, row in pairwise(rows):
                    self.relation[row] = MERGE
                    self._inherit(row, before, np.zeros(width, bool))
                    self._add(np.repeat(row, 2), np.stack([before, np.roll(before, -1)], axis=1).ravel(), np.zeros(2 * width, np.int8))
                if len(rest):
                    depth = (generations * (0.5 + 0.5 * np.sqrt(self.rng.random(len(rest))))).astype(int)
                    base = rows[np.minimum(depth, generations - 1), self.rng.integers(0, width, len(rest))]
                    self.relation[rest] = 1 + self.rng.integers(0, 3, len(rest))
                    self._inherit(rest, base, np.zeros(len(rest), bool))
                    self._add(rest, base, np.zeros(len(rest), np.int8))
                if generations == max(each for each, _ in figures.COMMUNITIES):
                    deepest = deepest or int(rows[-1, 0])
        return deepest

    def _circles(self) -> None:
        """Models that come from themselves by way of others, each circle with a model that hangs from it."""
        sizes = [size for _ in range(max(1, round(self.scale))) for size in figures.CIRCLES]
        members = self._unused(sum(sizes) + len(sizes), 0.0)
        at = 0
        for size in sizes:
            circle, hanger = members[at : at + size], members[at + size : at + size + 1]
            at += size + 1
            if len(hanger):
                self.relation[circle], self.relation[hanger] = FINETUNE, FINETUNE
                self._add(circle, np.roll(circle, 1), np.zeros(size, np.int8))
                self._add(hanger, circle[:1], np.zeros(1, np.int8))

    # What has nothing to do with the graph.

    def _owners(self) -> Ints:
        """Who published each: a few publish thousands, most one."""
        count = max(1, int(self.n * figures.OWNERS))
        sizes = from_quantiles(figures.MODELS_OF_OWNER, (np.arange(count) + 0.5) / count)
        owners = np.repeat(np.arange(count, dtype=np.int32)[::-1], np.maximum(sizes[::-1], 1))
        if len(owners) < self.n:
            owners = np.concatenate([owners, np.arange(self.n - len(owners), dtype=np.int32) % count])
        return self.rng.permutation(owners[: self.n])

    def _second_licenses(self) -> Ints:
        second = np.zeros(self.n, np.int16)
        count = max(2, round(self.n * figures.SEVERAL_LICENSES))
        chosen = self.rng.choice(self.n, min(count, self.n), replace=False)
        pairs = np.array([[LICENSES.index(one), LICENSES.index(other)] for one, other in figures.PAIRS_OF_LICENSES])
        drawn = pairs[self.rng.integers(0, len(pairs), len(chosen))]
        self.license[chosen], second[chosen] = drawn[:, 0], drawn[:, 1]
        return second

    def _by_popularity(self, points: Sequence[tuple[float, float]], degree: Ints) -> Ints:
        """Counts of a known distribution, the larger ones for models that others come from."""
        score = self.rng.normal(size=self.n) + 0.8 * np.log1p(degree)
        values = np.empty(self.n, np.int64)
        values[np.argsort(score, kind="stable")] = from_quantiles(points, (np.arange(self.n) + 0.5) / self.n)
        return values


def _inheritance() -> Ints:
    """For every licence of a parent, the heaped chances of the child's."""
    general = np.array([0.0, *figures.LICENSES.values()])
    general /= general.sum()
    table = np.zeros((len(LICENSES), len(LICENSES)))
    for number, name in enumerate(LICENSES):
        row: Mapping[str, float] = figures.INHERITED.get(name, figures.INHERITED_OTHERWISE)
        for child, share in row.items():
            table[number, LICENSES.index(name if child == "same" else child)] += share
        table[number] += max(0.0, 1 - sum(row.values())) * general
    heaped = np.cumsum(table, axis=1)
    return heaped / heaped[:, -1:]
