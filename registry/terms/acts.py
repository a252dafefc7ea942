"""The acts of a use: which take place, and in which capacities a term must bind to reach them.

They are a pure function of the facts. Where a fact is unknown, an act stands with the condition under which it takes place,
and each possible capacity with its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from registry.terms.conditions import AllOf, AnyOf, Condition, FactTest, Not, Scalar, leaves
from registry.terms.facts import Use
from registry.terms.interpretation import Interpretation
from registry.terms.license import WEIGHTS, License, Term
from registry.terms.partial import Worth
from registry.terms.simplify import conjunction, disjunction, negation
from registry.terms.vocabulary import Vocabulary

_MODIFIED = FactTest("modified", frozenset({True}))
_UNTAUGHT = FactTest("outputs_train", frozenset({"none"}))


@dataclass(frozen=True, slots=True)
class Capacity:
    """In what capacity a licence reaches the thing that is used.

    Attributes:
        reach: `original`, `derivative`, `copy`, `output-model` or `data`.
        taught: What the outputs of this licence's model trained, if the thing was trained on them.
        as_is: The stated change is the step that made the thing, so its own licence sees it as it is.
    """

    reach: str = "original"
    taught: str | None = None
    as_is: bool = False


ORIGINAL = Capacity()

Ways = tuple[tuple[Worth, frozenset[str]], ...]
"""Possibilities: the condition under which each is so, and the capacities that hold then."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act of the use: whether it takes place, and in which capacities a term must bind to reach it.

    `ways` holds one entry where the capacities are known; where they hang on an unknown fact, each possibility stands with
    the condition under which it is so.
    """

    name: str
    happens: Worth
    ways: Ways
    outward: bool


_TEACHING: Ways = ((True, WEIGHTS | {"output"}),)


def acts_of(vocabulary: Vocabulary, license: License, use: Use, interpretation: Interpretation, capacity: Capacity) -> list[Act]:
    """The acts of the use that can take place."""
    inside, outside = _capacities(license, use, interpretation, capacity)
    result = []
    for act in vocabulary.acts.values():
        happens: Worth
        value = use.value(act.fact)
        if value is None:
            happens = FactTest(act.fact, act.values)
        elif isinstance(value, frozenset):
            happens = not value.isdisjoint(act.values)
        else:
            happens = value in act.values
        if happens is False:
            continue
        ways = _TEACHING if act.name == "teach" else outside if act.outward else inside
        result.append(Act(act.name, happens, ways, act.outward))
    return result


def triggering(term: Term, acts: Iterable[Act]) -> Iterator[tuple[Act, Worth]]:
    """The acts that the term is about and binds, each with the condition under which it does."""
    for act in acts:
        if act.name not in term.acts:
            continue
        bound = [condition for condition, capacities in act.ways if not capacities.isdisjoint(term.binds)]
        if not bound:
            continue
        certain = len(bound) == len(act.ways) or any(condition is True for condition in bound)
        conditions = [part for part in (act.happens, *(() if certain else (_either(bound),))) if not isinstance(part, bool)]
        yield act, conjunction(conditions) if conditions else True


def trigger(vocabulary: Vocabulary, term: Term, acts: Iterable[Act]) -> Worth:
    """Whether an act that the term is about takes place in a capacity that the term binds."""
    left: list[Condition] = []
    for _, happens in triggering(term, acts):
        if isinstance(happens, bool):
            return True
        left.append(happens)
    return exhaust(vocabulary, disjunction(left)) if left else False


def exhaust(vocabulary: Vocabulary, condition: Condition) -> Worth:
    """True where a condition over listed facts holds whatever they are: some way of reaching others always takes place."""
    facts = sorted({leaf.fact for leaf in leaves(condition) if isinstance(leaf, FactTest)})
    if any(not isinstance(leaf, FactTest) for leaf in leaves(condition)):
        return condition
    choices = [_listed_values(vocabulary, fact) for fact in facts]
    if not all(choices) or prod(len(values) for values in choices) > _MOST_CASES:
        return condition
    holds = all(_holds(condition, dict(zip(facts, case, strict=True))) for case in product(*choices))
    return True if holds else condition


def taught_use(use: Use, taught: str) -> Use:
    """The use as a licence sees it whose model's outputs trained the thing in use."""
    facts: dict[str, bool | str] = {"outputs_train": taught}
    if "student_competes" not in use.stated:
        # The ordinary reading: a foundation model trained on outputs competes, a narrower one does not.
        facts["student_competes"] = taught == "foundation-model"
    return use.with_facts(**facts)


_MOST_CASES = 200


def _listed_values(vocabulary: Vocabulary, fact: str) -> tuple[Scalar, ...]:
    """Every value a fact can have, where they are listed; none where they are not."""
    known = vocabulary.facts.get(fact)
    if known is None:
        return ()
    return (True, False) if known.kind == "boolean" else tuple(sorted(known.values)) if not known.prefixes else ()


def _holds(condition: Condition, case: Mapping[str, Scalar]) -> bool:
    if isinstance(condition, AllOf):
        return all(_holds(part, case) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(_holds(part, case) for part in condition.parts)
    if isinstance(condition, Not):
        return not _holds(condition.part, case)
    return isinstance(condition, FactTest) and case[condition.fact] in condition.values


def _capacities(license: License, use: Use, interpretation: Interpretation, capacity: Capacity) -> tuple[Ways, Ways]:
    """In which capacities a licence reaches the thing used inside the house, and the thing that reaches others.

    Changed weights are a derivative too. What is given away after training on outputs, with the weights as they were, is the
    student.
    """
    own = frozenset({"data-result" if capacity.reach == "data" else capacity.reach})
    modified, trains = use.value("modified"), use.value("outputs_train")
    if capacity.reach not in ("original", "copy") or capacity.as_is:
        modified = False
    changed = own | {"derivative"}
    if modified is True:
        return ((True, changed),), ((True, changed),)
    unchanged: list[tuple[Worth, frozenset[str]]]
    if capacity.taught is not None or capacity.reach not in WEIGHTS or trains == "none":
        unchanged = [(True, own)]
    elif trains is None:
        unchanged = [(_UNTAUGHT, own), (negation(_UNTAUGHT), student_capacity(license, interpretation))]
    else:
        unchanged = [(True, student_capacity(license, interpretation))]
    if modified is not None:
        return ((True, own),), tuple(unchanged)
    kept = negation(_MODIFIED)
    outside = [(conjunction([kept, when]) if not isinstance(when, bool) else kept, capacities) for when, capacities in unchanged]
    return ((_MODIFIED, changed), (kept, own)), ((_MODIFIED, changed), *outside)


def _either(conditions: Iterable[Worth]) -> Condition:
    return disjunction([condition for condition in conditions if not isinstance(condition, bool)])


def student_capacity(license: License, interpretation: Interpretation) -> frozenset[str]:
    """In what capacity a licence reaches a model trained on outputs; empty where it does not."""
    reach = license.reach.get("trained-on-outputs")
    if reach is None:
        return frozenset({"output-model"})
    binds = reach.point is None or interpretation.settle((reach.point,)) in ("binds", "ask")
    name = reach.reach if binds else reach.otherwise
    return frozenset() if name in (None, "none") else frozenset({name})
