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
    flat = _resolve_units(flat, kind, other)
    if len(flat) > 1:
        flat = [part for part in flat if not (isinstance(part, other) and any(piece in flat for piece in part.parts))]
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _resolve_units(parts: list[Condition], kind: type[AllOf] | type[AnyOf], other: type[AllOf] | type[AnyOf]) -> list[Condition]:
    """Beside `x`, the alternative `not x` is dropped from a choice; beside the choice `x`, so is the demand `not x`."""
    units = {part for part in parts if not isinstance(part, AllOf | AnyOf)}
    if not units or len(parts) < 2:
        return parts
    result: list[Condition] = []
    for part in parts:
        if isinstance(part, other):
            kept = tuple(piece for piece in part.parts if negation(piece) not in units)
            if kept and len(kept) < len(part.parts):
                part = kept[0] if len(kept) == 1 else other(kept)
        if part not in result:
            result.append(part)
    return result


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
    return [part for part in result if not any(_implied(part, other, kind) for other in result)]


def _implied(part: Condition, other: Condition, kind: type[AllOf] | type[AnyOf]) -> bool:
    """Whether a test says nothing beside a narrower one: of `any`, the refusal of more values; of `all`, the choice of more."""
    if kind is AnyOf and isinstance(part, Not) and isinstance(other, Not):
        part, other = part.part, other.part
    elif kind is AnyOf:
        return False
    return isinstance(part, FactTest) and isinstance(other, FactTest) and part.fact == other.fact and part.values > other.values


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
