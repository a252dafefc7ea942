"""Layers that moved: a model with layers cut out or doubled counts them anew, so that the same name stands for another layer of the base."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from registry.lineage.likeness import NEAR
from registry.sources.weights.compare import LEAST_VALUES, Sums
from registry.sources.weights.match import Matching, Pair, can_lay_over
from registry.sources.weights.tensors import Tensor, TensorReader
from registry.sources.weights.values import FLOATS, SLICE, slices

MOST_TRIED = 40_000
"""So many pairs of layers are tried at most."""

_LAYER = re.compile(r"((?:[^.]+\.)*?)(\d+)\.(.+)")


def _split(name: str) -> tuple[str, int, str] | None:
    """A name as what stands before the number of its layer, the number, and what stands after it."""
    found = _LAYER.fullmatch(name)
    return (found[1], int(found[2]), found[3]) if found and len(found[2]) <= 6 else None


def align_layers(reader: TensorReader, matching: Matching, base: Mapping[str, Tensor], differs: Callable[[Pair], bool], *, size: int = SLICE) -> Matching:
    """Match layers that do not resemble the base's layer of their number with the one that they do resemble.

    One matrix of a layer decides, by a slice of it; the whole layer is then laid over the layer that was found.

    Args:
        reader: Reads bytes.
        matching: What was matched by name and content.
        base: The base's tensors.
        differs: Whether the bytes of a pair differ; what is the same needs no other layer.
        size: So many values are looked at.
    """
    layers: dict[str, dict[int, dict[str, Tensor]]] = {}
    for name, tensor in base.items():
        place = _split(name)
        if place is not None:
            layers.setdefault(place[0], {}).setdefault(place[1], {})[place[2]] = tensor
    groups: dict[tuple[str, int], dict[str, tuple[Tensor, Pair | None]]] = {}
    prefixes: dict[str, Counter[str]] = {}
    for tensor, pair in [*((pair.child, pair) for pair in matching.pairs), *((tensor, None) for tensor in matching.added)]:
        place = _split(tensor.name)
        if place is None:
            continue
        if pair is None or differs(pair):
            groups.setdefault(place[:2], {})[place[2]] = (tensor, pair)
        other = _split(pair.base.name) if pair is not None else None
        if other is not None:
            prefixes.setdefault(place[0], Counter())[other[0]] += 1
    moved: dict[str, Tensor] = {}
    tried = 0
    for (prefix, number), group in sorted(groups.items()):
        among = layers.get(prefixes[prefix].most_common(1)[0][0] if prefix in prefixes else prefix, {})
        lead = _lead(group, among)
        if lead is None:
            continue
        suffix, tensor, pair = lead
        if pair is not None and _alike(reader, tensor, pair.base, size) >= NEAR:
            continue
        rated = []
        for other_number, parts in sorted(among.items(), key=lambda item: (abs(item[0] - number), item[0])):
            candidate = parts.get(suffix)
            if candidate is None or candidate.shape != tensor.shape or candidate.dtype not in FLOATS or (pair is not None and candidate == pair.base):
                continue
            tried += 1
            if tried > MOST_TRIED:
                break
            rated.append((_alike(reader, tensor, candidate, size), other_number))
        best = max(rated, default=(0.0, 0))
        if best[0] >= NEAR:
            for part, (own, _) in group.items():
                found = among[best[1]].get(part)
                if found is not None and can_lay_over(own, found):
                    moved[own.name] = found
    return _moved(matching, base, moved) if moved else matching


def _lead(group: Mapping[str, tuple[Tensor, Pair | None]], among: Mapping[int, Mapping[str, Tensor]]) -> tuple[str, Tensor, Pair | None] | None:
    """The matrix of a layer that decides: the largest that the base's layers have, too."""
    known = {suffix for parts in among.values() for suffix in parts}
    fitting = [
        (tensor.values, suffix)
        for suffix, (tensor, _) in group.items()
        if suffix in known and len(tensor.shape) > 1 and tensor.values >= LEAST_VALUES and tensor.dtype in FLOATS
    ]
    if not fitting:
        return None
    suffix = max(fitting)[1]
    return suffix, *group[suffix]


def _alike(reader: TensorReader, child: Tensor, base: Tensor, size: int) -> float:
    """The correlation of the first values of two tensors; 0 where there is none."""
    if child.shape != base.shape or base.dtype not in FLOATS:
        return 0.0
    last = min(size, child.values)
    sums = Sums()
    for (_, x), (_, y) in zip(slices(reader, child, 0, last, size=size), slices(reader, base, 0, last, size=size), strict=True):
        sums.add(x, y, child.dtype, base.dtype, False)
    return sums.likeness(False).correlation or 0.0


def _moved(matching: Matching, base: Mapping[str, Tensor], moved: Mapping[str, Tensor]) -> Matching:
    """The matching with some tensors of the child laid over others of the base."""
    pairs = [Pair(pair.child, moved[pair.child.name], "layer") if pair.child.name in moved else pair for pair in matching.pairs]
    pairs += [Pair(tensor, moved[tensor.name], "layer") for tensor in matching.added if tensor.name in moved]
    used = {pair.base.name for pair in pairs}
    freed = {pair.base.name for pair in matching.pairs} | {tensor.name for tensor in matching.missing}
    return replace(
        matching,
        pairs=tuple(pairs),
        added=tuple(tensor for tensor in matching.added if tensor.name not in moved),
        missing=tuple(base[name] for name in base if name in freed and name not in used),
        reshaped=tuple(pair for pair in matching.reshaped if pair.child.name not in moved),
    )
