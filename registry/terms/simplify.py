"""Conditions made shorter without changing what they mean: negations pushed inward, doubles and absorbed parts dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from registry.terms.conditions import AllOf, AnyOf, Condition, FactTest, Measure, Not


def negation(condition: Condition) -> Condition:
    """The opposite, with `not` only before leaves."""
    if isinstance(condition, Not):
        return condition.part
    if isinstance(condition, AllOf):
        return disjunction([negation(part) for part in condition.parts])
    if isinstance(condition, AnyOf):
        return conjunction([negation(part) for part in condition.parts])
    return Not(condition)


def conjunction(parts: Iterable[Condition]) -> Condition:
    """AllOf of the parts as one condition; at least one part is needed."""
    return _combine(list(parts), AllOf, AnyOf)


def disjunction(parts: Iterable[Condition]) -> Condition:
    """Any of the parts as one condition; at least one part is needed."""
    return _combine(list(parts), AnyOf, AllOf)


def _combine(parts: list[Condition], kind: type[AllOf] | type[AnyOf], other: type[AllOf] | type[AnyOf]) -> Condition:
    flat: list[Condition] = []
    for part in parts:
        for piece in part.parts if isinstance(part, kind) else (part,):
            if piece not in flat:
                flat.append(piece)
    flat = _merge_tests(flat, kind)
    flat = _merge_measures(flat, kind)
    if len(flat) > 1:
        flat = [part for part in flat if not (isinstance(part, other) and any(piece in flat for piece in part.parts))]
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _merge_tests(parts: list[Condition], kind: type[AllOf] | type[AnyOf]) -> list[Condition]:
    """`any` of two tests of one fact is a test of both lists; `all` of two refusals is a refusal of both."""
    merged: dict[str, int] = {}
    result: list[Condition] = []
    for part in parts:
        leaf = part.part if isinstance(part, Not) and kind is AllOf else part if kind is AnyOf else None
        if isinstance(leaf, FactTest):
            if leaf.fact in merged:
                at = merged[leaf.fact]
                old = result[at]
                before = old.part if isinstance(old, Not) else old
                if isinstance(before, FactTest):
                    joined = FactTest(leaf.fact, before.values | leaf.values)
                    result[at] = Not(joined) if kind is AllOf else joined
                continue
            merged[leaf.fact] = len(result)
        result.append(part)
    return result


def _merge_measures(parts: list[Condition], kind: type[AllOf] | type[AnyOf]) -> list[Condition]:
    """Of several limits on one count only the lowest decides: staying under it stays under all."""
    lowest: dict[Measure, int] = {}
    result: list[Condition] = []
    for part in parts:
        leaf = part.part if isinstance(part, Not) and kind is AllOf else part if kind is AnyOf else None
        if isinstance(leaf, Measure):
            key = replace(leaf, limit=0, inclusive=False, latch=False)
            if key in lowest:
                at = lowest[key]
                old = result[at]
                before = old.part if isinstance(old, Not) else old
                if isinstance(before, Measure) and (leaf.limit, not leaf.inclusive) < (before.limit, not before.inclusive):
                    result[at] = part
                continue
            lowest[key] = len(result)
        result.append(part)
    return result
