"""The class of a model by the Model Openness Framework 1.0: which of its parts are released, and under open licences.

The framework ranks releases: III (open model), II (open tooling), I (open science). Each class asks for the parts of the one below and some
more, every one under a licence that is open for its kind. What is not known is named, never counted as released.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CLASSES = ("III", "II", "I")
"""The classes, from the least to the most."""

REQUIRED = {
    "III": ("model architecture", "final model parameters", "technical report", "evaluation results", "model card", "data card"),
    "II": ("training, validation and testing code", "inference code", "evaluation code", "evaluation data"),
    "I": ("research paper", "datasets", "data preprocessing code", "intermediate model parameters"),
}
"""What each class asks for beyond the class below: The Model Openness Framework 1.0 (LF AI & Data, 15 December 2024), as its Model Openness Tool lists it.

What it calls optional is left out: sample outputs (III), supporting libraries and tools (II), and metadata of the model (I). A research paper stands in for the
technical report.
"""

TITLES = {"III": "open model", "II": "open tooling", "I": "open science"}
"""What each class is called."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a model, as far as it is known.

    Attributes:
        released: Whether it can be had; None where nobody says.
        open_license: Whether its licence is open for its kind; None where it is not known.
        says: Who says so, in a few words.
    """

    released: bool | None = None
    open_license: bool | None = None
    says: str = ""

    @property
    def counts(self) -> bool | None:
        """Whether it is released under an open licence; None where that is not known."""
        if self.released is False or self.open_license is False:
            return False
        return True if self.released and self.open_license else None


@dataclass(frozen=True, slots=True)
class Openness:
    """The class of a model.

    Attributes:
        name: `I`, `II` or `III`; None for none.
        at_most: The class it would have if all that is unknown were open.
        next: The next class up; None where it has the highest.
        missing: What is known to be lacking for the next class.
        unknown: What is not known and decides about the next class.
    """

    name: str | None
    at_most: str | None
    next: str | None
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def openness_class(parts: Mapping[str, Part]) -> Openness:
    """The class that a model has by its parts; parts that are not given are not known."""
    reached: str | None = None
    most: str | None = None
    wanted: list[str] = []
    following: str | None = None
    for name in CLASSES:
        wanted += REQUIRED[name]
        counted = [_counts(parts, part) for part in wanted]
        if all(counted):
            reached = name
        elif following is None:
            following = name
        if not any(each is False for each in counted):
            most = name
    if following is None:
        return Openness(reached, most, None)
    asked = [part for name in CLASSES[: CLASSES.index(following) + 1] for part in REQUIRED[name]]
    return Openness(
        reached,
        most,
        following,
        missing=tuple(part for part in asked if _counts(parts, part) is False),
        unknown=tuple(part for part in asked if _counts(parts, part) is None),
    )


def _counts(parts: Mapping[str, Part], name: str) -> bool | None:
    own = parts.get(name, Part()).counts
    if name == "technical report" and not own:
        paper = parts.get("research paper", Part()).counts
        return paper if paper else own
    return own
