"""Bindings: how a licence reaches a model, and the profile that all of them make.

A binding is small and shared: half a million real models have a few hundred between them, so a use is evaluated once a
binding and a model's verdict is the worst over its profile. Nothing that differs from model to model stands in it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Binding:
    """A licence as it reaches a model.

    Attributes:
        license: Licence id or SPDX expression over our ids.
        reach: `original`, `derivative`, `copy`, `output-model` or `data`, if the open points on the path bind.
        taught: What the ancestor's outputs trained (`same-family`, `foundation-model`), where the path crosses outputs.
        released: Month the ancestor was released, only if a term of the licence counts from it.
        modality: The ancestor's modality, only if a term of the licence reads it.
        points: Unsettled points on the path.
        otherwise: The reach if the points do not bind; `none` for no reach at all.
    """

    license: str
    reach: str = "original"
    taught: str | None = None
    released: str | None = None
    modality: str | None = None
    points: tuple[str, ...] = ()
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Bindings of one profile that cannot be kept together.

    Attributes:
        code: The finding code.
        acts: The acts on which they clash.
        licenses: The licences that clash.
        summary: One sentence.
    """

    code: str
    acts: frozenset[str]
    licenses: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything that binds a model through its whole lineage."""

    bindings: frozenset[Binding]
    conflicts: tuple[Conflict, ...] = ()
