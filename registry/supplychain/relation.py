"""Where a model comes from: its links to other models and to datasets, each with the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass

from registry.supplychain.source import Source
from registry.supplychain.words import GRADES


@dataclass(frozen=True, slots=True)
class Relation:
    """One claim that a model comes from another model or used a dataset."""

    child: str
    """The model that came out of it."""

    parent: str
    """The model it comes from, or `dataset:NAME`."""

    relation: str
    """One of `words.MODEL_RELATIONS` or, for a dataset, of `words.DATASET_RELATIONS`."""

    evidence: str = "declared"
    """How good the claim is: one of `words.GRADES`."""

    source: Source | None = None
    """Who says so, and when it was read."""

    says: str | None = None
    """The relation in the source's own word, where it differs."""


WEIGHTS = "weights"
"""The origin of what a comparison of weights found."""

INCONSISTENT = "inconsistent"
"""How such a comparison begins what it says where it speaks against a relation."""


def contradicts(origin: str, says: str | None) -> bool:
    """Whether evidence speaks against the relation it is kept with.

    Such evidence is kept beside what it contradicts, and gives the relation no grade: it never makes one, and removes none.
    """
    return origin == WEIGHTS and (says or "").startswith(INCONSISTENT)


def stronger_grade(first: str | None, second: str | None) -> str | None:
    """The better of two grades of evidence; none is worse than any."""
    if first is None or second is None:
        return first or second
    return max(first, second, key=GRADES.index)
