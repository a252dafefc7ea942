"""Reach: in what capacity a licence comes through an edge, and through a path of edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from registry.lineage.bindings import Binding
from registry.terms.license import Reach

OUTPUT_RELATIONS = frozenset({"distilled", "trained-on-outputs"})
"""Relations over which nothing of the ancestor's weights passes, only its outputs."""

WEIGHT_RELATIONS = frozenset({"finetune", "adapter", "merge", "quantized", "converted"})
"""Relations over which the weights themselves pass."""


@dataclass(frozen=True, slots=True)
class Relations:
    """The default reach of every relation, and how two classes compose along a path (`data/relations.yaml`)."""

    default: Mapping[str, Reach]
    compose: Mapping[str, Mapping[str, str]]

    def along(self, reach: str, step: str) -> str:
        """The class in which what reached a parent as `reach` comes through an edge of class `step`."""
        if "none" in (reach, step):
            return "none"
        return self.compose[reach][step]


def pass_on(binding: Binding, relation: str, relations: Relations, reach_of: Callable[[str, str], Reach | None], taught: str | None = None) -> Binding | None:
    """The binding as it reaches a child over one edge, or None where the licence stops.

    Args:
        binding: How the licence reaches the parent.
        relation: What the child is to the parent.
        relations: The defaults and the composition.
        reach_of: A licence's own reach over a relation, where its text says one.
        taught: For output relations, what the outputs trained.
    """
    edge = reach_of(binding.license, relation) or relations.default[relation]
    bound = relations.along(binding.reach, edge.reach)
    unbound_step = edge.otherwise if edge.point is not None else edge.reach
    unbound = relations.along(binding.otherwise if binding.otherwise is not None else binding.reach, unbound_step or "none")
    points = tuple(sorted({*binding.points, edge.point})) if edge.point is not None else binding.points
    if bound == "none" and unbound == "none":
        return None
    if relation in OUTPUT_RELATIONS:
        binding = replace(binding, taught=binding.taught or taught or "foundation-model")
    return replace(binding, reach=bound, points=points, otherwise=unbound if points else None)
