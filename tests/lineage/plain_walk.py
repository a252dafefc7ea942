"""The rules of inheritance once more, as plainly as they can be written: for one model at a time, with no set kept for another.

Written from `data/relations.yaml` and the blueprint's words, to be compared with what the product finds; of the product's lineage it
knows the values only. From every ancestor, each of its own licences walks down to the model over every link that leads there:
over each link in the class that the link's class and its own so far compose to, once as if open points bind and once as if not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from registry.lineage.bindings import Binding
from registry.lineage.graph import Edge, Node
from registry.terms.conditions import AllOf, AnyOf, Condition, FactTest, Measure, Not
from registry.terms.license import License
from registry.yaml12 import read_yaml

RULES: Any = read_yaml((Path(__file__).parents[2] / "data" / "relations.yaml").read_text(encoding="utf-8"), "relations.yaml")
OUTPUTS = ("distilled", "trained-on-outputs")
WEIGHTS_PASS = ("finetune", "adapter", "merge", "quantized", "converted")
BINDS_WEIGHTS = ("original", "derivative", "copy")
MOST_IN_CIRCLE = 64
"""In larger circles a licence comes back to its own model."""


@dataclass(frozen=True)
class Walker:
    """A licence on its way: in which class if open points bind, and if they do not."""

    license: str
    released: str | None
    modality: str | None
    bound: str
    unbound: str
    points: frozenset[str]
    taught: str | None
    by_its_author: bool

    def binding(self) -> Binding:
        """As the product would write it."""
        return Binding(self.license, self.bound, self.taught, self.released, self.modality, tuple(sorted(self.points)), self.unbound if self.points else None)


class PlainWalk:
    """Inheritance over one lineage.

    Args:
        nodes: The models and datasets, by name.
        edges: The links.
        license_of: A licence by id; none for an expression.
    """

    def __init__(self, nodes: Mapping[str, Node], edges: Iterable[Edge], license_of: Callable[[str], License | None]) -> None:
        self.nodes = nodes
        self.license_of = license_of
        self.above: dict[str, list[Edge]] = {}
        self.below: dict[str, list[Edge]] = {}
        for edge in edges:
            self.above.setdefault(edge.child, []).append(edge)
            self.below.setdefault(edge.parent, []).append(edge)

    def bindings(self, name: str) -> set[Binding]:
        """Everything that binds a model."""
        return {walker.binding() for walker in self._arrived(name, with_lessons=True)}

    def _arrived(self, name: str, *, with_lessons: bool) -> set[Walker]:
        """What arrives at a model from all its ancestors and itself; without lessons, what outputs trained is not told apart."""
        family = {name} | self._strictly_up(name)
        arrived: set[Walker] = set()
        for source in family:
            circle = [each for each in self._strictly_up(source) if source in self._strictly_up(each)]
            returns = len(circle) > MOST_IN_CIRCLE
            seen = {(source, walker) for walker in self._own(self.nodes[source])}
            pending = list(seen)
            while pending:
                at, walker = pending.pop()
                for edge in self.below.get(at, ()):
                    if edge.child not in family or (edge.child == source and not returns):
                        continue
                    next_one = self._over(edge, walker, with_lessons=with_lessons)
                    if next_one is not None and (edge.child, next_one) not in seen:
                        seen.add((edge.child, next_one))
                        pending.append((edge.child, next_one))
            arrived |= {walker for at, walker in seen if at == name}
        return arrived

    def _strictly_up(self, name: str) -> set[str]:
        return _closure(name, lambda each: [edge.parent for edge in self.above.get(each, ())])

    def _own(self, node: Node) -> set[Walker]:
        found = set()
        for name in node.licenses:
            license = self.license_of(name)
            tests = [test for term in license.terms if term.condition is not None for test in _tests(term.condition)] if license else []
            by_release = any(
                (isinstance(t, Measure) and t.anchor == "model-release") or (isinstance(t, FactTest) and t.fact == "subject.released_on") for t in tests
            )
            by_modality = any(isinstance(t, FactTest) and t.fact == "subject.modality" for t in tests)
            author = license is not None and node.kind == "model" and node.developer is not None and license.steward == node.developer
            released = node.released_on[:7] if by_release and node.released_on else None
            found.add(Walker(name, released, node.modality if by_modality else None, "original", "original", frozenset(), None, author))
        return found

    def _over(self, edge: Edge, walker: Walker, *, with_lessons: bool) -> Walker | None:
        if self._replaced(self.nodes[edge.child], walker):
            return None
        bound, unbound, point = self._classes(walker.license, edge.relation)
        onward = replace(
            walker,
            bound=_composed(walker.bound, bound),
            unbound=_composed(walker.unbound, unbound),
            points=walker.points | ({point} if point else frozenset()),
        )
        if onward.bound == onward.unbound == "none":
            return None
        if edge.relation in OUTPUTS and with_lessons and walker.taught is None:
            onward = replace(onward, taught="same-family" if self._in_the_family(edge.child, walker.license) else "foundation-model")
        return onward

    def _classes(self, license: str, relation: str) -> tuple[str, str, str | None]:
        """The class of a link if its open point binds and if not, and the point; a licence's own word goes before the table."""
        held = self.license_of(license)
        own = held.reach.get(relation) if held is not None else None
        if own is not None:
            return own.reach, (own.otherwise or "none") if own.point else own.reach, own.point
        rule = RULES["relations"][relation]
        return (rule, rule, None) if isinstance(rule, str) else ("derivative", rule["else"], rule["unsettled"])

    def _in_the_family(self, child: str, license: str) -> bool:
        """Whether a model that outputs trained also has weights under the same licence from a parent."""
        return any(
            edge.relation in WEIGHTS_PASS
            and any(walker.license == license and walker.bound in BINDS_WEIGHTS for walker in self._arrived(edge.parent, with_lessons=False))
            for edge in self.above.get(child, ())
        )

    def _replaced(self, child: Node, walker: Walker) -> bool:
        """Whether the author of an agreement puts its own earlier work under another that is known."""
        license = self.license_of(walker.license)
        if not walker.by_its_author or license is None or child.developer is None or license.steward != child.developer:
            return False
        own = [self.license_of(name) for name in child.licenses]
        return bool(own) and not any(each is not None and each.placeholder is not None for each in own)


def _closure(start: str, step: Callable[[str], list[str]]) -> set[str]:
    found: set[str] = set()
    pending = step(start)
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            pending += step(each)
    return found


def _composed(before: str, step: str) -> str:
    return "none" if "none" in (before, step) else str(RULES["compose"][before][step])


def _tests(condition: Condition) -> list[Any]:
    if isinstance(condition, AllOf | AnyOf):
        return [test for part in condition.parts for test in _tests(part)]
    return _tests(condition.part) if isinstance(condition, Not) else [condition]
