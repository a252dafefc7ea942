"""The licence that the outcome of a run carries: one that keeps all that its ancestors put on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.lineage.bindings import Binding
from registry.lineage.judge import WEIGHT_REACH
from registry.lineage.trace import Tracer, Way
from registry.terms.combine import license_ids
from registry.terms.publish import burdens, lost_under

if TYPE_CHECKING:
    from registry.knowledge.store import Knowledge
    from registry.lineage.graph import Graph


@dataclass(frozen=True, slots=True)
class Choice:
    """The licence of an outcome.

    Attributes:
        license: Its id or expression; None where no single one keeps everything, or nothing is known.
        why: `stated` by the user, `inherited` from an ancestor, `nothing-inherited`, `not-known` or `none-keeps-all`.
        inherited: The licences that reach the outcome as its weights' own terms or as those of outputs it learnt from.
    """

    license: str | None
    why: str
    inherited: tuple[str, ...] = ()


def choose_license(knowledge: Knowledge, graph: Graph, name: str, interpretation: str) -> Choice:
    """The inherited licence under which nothing of the others is lost.

    Where one ancestor is permissive and another is not, it is the other's: its terms flow on whatever label is put on them.
    """
    ways = Tracer(knowledge.relations, knowledge.license_of).trace(graph, name)
    flowing = _flowing(knowledge, ways, interpretation)
    inherited = tuple(dict.fromkeys(binding.license for binding, _ in flowing))
    if not flowing:
        return Choice(None, "nothing-inherited")
    named = [knowledge.license_of(each) for license in inherited for each in license_ids(knowledge.expression_of(license))]
    if any(license is None or license.placeholder for license in named):
        return Choice(None, "not-known", inherited)
    weights = tuple(dict.fromkeys(binding.license for binding, reach in flowing if reach == "derivative"))
    keeping = [candidate for candidate in weights or inherited if not _loses(knowledge, candidate, flowing)]
    if not keeping:
        return Choice(None, "none-keeps-all", inherited)
    # Of several that keep everything, the one that asks the most is the one that the others' heirs expect; the nearest of equals.
    return Choice(max(keeping, key=lambda license: _weight(knowledge, license)), "inherited", inherited)


def _flowing(knowledge: Knowledge, ways: Mapping[Binding, Way], interpretation: str) -> list[tuple[Binding, str]]:
    """The bindings that flow on, nearest first, each with the capacity in which it does."""
    reading = knowledge.interpretation(interpretation)
    found = []
    for binding, _ in sorted(ways.items(), key=lambda each: (len(each[1].path), each[1].source)):
        reach = binding.reach
        if binding.points and reading.settle(binding.points) not in ("binds", "ask"):
            reach = binding.otherwise or "none"
        if reach in WEIGHT_REACH:
            found.append((binding, "derivative"))
        elif reach == "output-model":
            found.append((binding, "output-model"))
    return found


def _loses(knowledge: Knowledge, candidate: str, flowing: list[tuple[Binding, str]]) -> bool:
    under = knowledge.expression_of(candidate)
    return any(
        binding.license != candidate and lost_under(under, knowledge.expression_of(binding.license), reach, knowledge.license_of) for binding, reach in flowing
    )


def _weight(knowledge: Knowledge, license: str) -> int:
    held = [found for name in license_ids(knowledge.expression_of(license)) if (found := knowledge.license_of(name)) is not None]
    return sum(1 for each in held for _ in burdens(each))
