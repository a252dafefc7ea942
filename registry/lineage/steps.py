"""Steps: what a licence does at a model, and over one link to the next; the rules that every walk over a lineage shares."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from registry.lineage.bindings import Binding
from registry.lineage.reach import OUTPUT_RELATIONS, WEIGHT_RELATIONS, Relations, pass_on
from registry.terms.conditions import FactTest, Measure, leaves
from registry.terms.license import WEIGHTS, License, Reach


class Held(NamedTuple):
    """A binding as a walk carries it."""

    binding: Binding
    """The binding."""

    own_agreement: bool
    """Whether it came from a model of the very developer who wrote the licence, who may license anew what is its own."""


class Steps:
    """The rules of single steps.

    Args:
        relations: Default reach and composition.
        license_of: A licence by id; None for an expression or an unknown id.
    """

    def __init__(self, relations: Relations, license_of: Callable[[str], License | None]) -> None:
        self._relations = relations
        self._license_of = license_of
        self._reads: dict[str, tuple[bool, bool]] = {}
        self._over: dict[tuple[Binding, str, str | None], Binding | None] = {}

    def own(self, licenses: Iterable[str], released_on: str | None, modality: str | None, developer: str | None) -> list[Held]:
        """The bindings of a model's or dataset's own licences; a dataset, and an owner of a repository, give no developer."""
        found = []
        for license in licenses:
            reads_release, reads_modality = self.what_it_reads(license)
            binding = Binding(license, released=released_on[:7] if reads_release and released_on else None, modality=modality if reads_modality else None)
            found.append(Held(binding, self.is_steward(license, developer)))
        return found

    def is_steward(self, license: str, developer: str | None) -> bool:
        """Whether a developer wrote a licence itself."""
        held = self._license_of(license) if developer is not None else None
        return held is not None and held.steward == developer

    def licensed_anew(self, held: Held, licenses: Sequence[str], developer: str | None) -> bool:
        """Whether a developer licenses anew what it had put under its own agreement: the rights are its own, so the newer licence speaks.

        Only an agreement the developer itself wrote counts, for models that the catalogue names as its own. Under anybody
        else's licence, or in a copy by a mere owner of a repository, others may hold the rights.
        """
        if not held.own_agreement or not self.is_steward(held.binding.license, developer):
            return False
        own = [self._license_of(name) for name in licenses]
        return bool(own) and all(license is None or license.placeholder is None for license in own)

    def over(self, held: Held, relation: str, taught: str | None) -> Held | None:
        """What comes through one link; None where the licence stops. `taught` counts only over outputs."""
        key = (held.binding, relation, taught)
        if key not in self._over:
            self._over[key] = pass_on(held.binding, relation, self._relations, self._reach_of, taught)
        reached = self._over[key]
        return None if reached is None else Held(reached, held.own_agreement)

    def taught(self, relation: str, license: str, beside: Iterable[tuple[str, Collection[str]]]) -> str | None:
        """What outputs trained: with a weights ancestor of the same licence record, they stay in the family.

        Args:
            relation: The link in question.
            license: The licence that comes through it.
            beside: Every link of the same model: its relation, and the licences that bind its upper end as weights.
        """
        if relation not in OUTPUT_RELATIONS:
            return None
        same = any(other in WEIGHT_RELATIONS and license in licenses for other, licenses in beside)
        return "same-family" if same else "foundation-model"

    def what_it_reads(self, license: str) -> tuple[bool, bool]:
        """Whether terms of the licence count from the model's release, and whether they read its modality."""
        if license not in self._reads:
            found = self._license_of(license)
            tests = [leaf for term in found.terms if term.condition for leaf in leaves(term.condition)] if found else []
            release = any(isinstance(leaf, Measure) and leaf.anchor == "model-release" for leaf in tests)
            release |= any(isinstance(leaf, FactTest) and leaf.fact == "subject.released_on" for leaf in tests)
            self._reads[license] = (release, any(isinstance(leaf, FactTest) and leaf.fact == "subject.modality" for leaf in tests))
        return self._reads[license]

    def _reach_of(self, license: str, relation: str) -> Reach | None:
        found = self._license_of(license)
        return found.reach.get(relation) if found else None


def as_weights(held: Iterable[Held]) -> frozenset[str]:
    """The licences that bind as weights."""
    return frozenset(each.binding.license for each in held if each.binding.reach in WEIGHTS)
