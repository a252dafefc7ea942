"""Which tensor of a model answers to which of another: by name, by content wherever it went, by name without a prefix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from registry.sources.weights.tensors import Tensor

MAX_PREFIX = 6
"""So many parts of a name, between dots, are tried as a prefix."""

_AUXILIARY = (
    ".SCB",
    ".weight_format",
    ".weight_scale",
    ".weight_scale_inv",
    ".weight_zero_point",
    ".weight_shape",
    ".weight_global_scale",
    ".input_scale",
    ".input_global_scale",
    ".output_scale",
    ".k_scale",
    ".v_scale",
    ".absmax",
    ".quant_map",
    ".nested_absmax",
    ".nested_quant_map",
    ".quant_state.bitsandbytes__nf4",
    ".quant_state.bitsandbytes__fp4",
    ".qzeros",
    ".scales",
    ".g_idx",
    "_scales",
)
"""Endings of tensors that say how others were quantised, and are no weights themselves."""

_PACKED = (".qweight", ".weight_packed", "_blocks")
"""Endings of tensors that hold several weights in one number."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A tensor of the child and the one of the base that it answers to."""

    child: Tensor
    """The child's."""

    base: Tensor
    """The base's."""

    how: str
    """`name`, `content` (the same bytes under another name), `prefix` (the same name behind another prefix) or `layer` (a layer that moved)."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Two sets of tensors, side by side."""

    pairs: tuple[Pair, ...]
    """What answers to what."""

    added: tuple[Tensor, ...]
    """Tensors of the child that answer to nothing."""

    missing: tuple[Tensor, ...]
    """Tensors of the base that nothing answers to."""

    reshaped: tuple[Pair, ...] = ()
    """Pairs of the same name whose shapes cannot be laid over each other; they stand under `added` and `missing` too."""

    auxiliary: tuple[Tensor, ...] = ()
    """Tensors that say how others were quantised."""

    packed: tuple[Tensor, ...] = ()
    """Tensors of the child that hold several weights in one number, which are not unpacked."""

    packed_in_base: tuple[Tensor, ...] = ()
    """The tensors of the base that were packed."""

    prefixes: tuple[tuple[str, str], ...] = ()
    """Prefixes of the child and of the base that stand for each other."""


def can_lay_over(child: Tensor, base: Tensor) -> bool:
    """Whether two tensors have the same sides, but for rows that were added or cut, or a block that was cut out."""
    if child.shape == base.shape:
        return True
    if len(child.shape) != len(base.shape) or not child.values or not base.values:
        return False
    if child.shape[1:] == base.shape[1:]:
        return _near_in_size(child.shape[0], base.shape[0])
    return len(child.shape) == 2 and child.shape[0] == base.shape[0] and _near_in_size(child.shape[1], base.shape[1])


def _near_in_size(first: int, second: int) -> bool:
    """A vocabulary grows by some words, a pruned matrix keeps a good part: what is a fourth of the other is another matrix."""
    return 4 * min(first, second) >= max(first, second)


def match(
    child: Mapping[str, Tensor],
    base: Mapping[str, Tensor],
    child_digest: Callable[[str], str],
    base_digest: Callable[[str], str],
    tells: Callable[[Tensor], bool],
) -> Matching:
    """Lay two sets of tensors side by side.

    What has the same name and the same bytes comes first; then bytes that stand under another name (a layer that moved, a
    tied head), of tensors whose values tell something; then the same name; then the name behind a prefix, where most agree.

    Args:
        child: The child's tensors by name.
        base: The base's.
        child_digest: The digest of a tensor of the child.
        base_digest: The digest of one of the base.
        tells: Whether a tensor's values tell where they come from: a mask or a row of ones is the same in all models.
    """
    auxiliary = {name for name in child if name not in base and name.endswith(_AUXILIARY)}
    # bitsandbytes keeps 4-bit values under the weight's own name, and says so by the `.absmax` beside it.
    packed = {name for name in child if (name.endswith(_PACKED) and name not in base) or f"{name}.absmax" in auxiliary}
    auxiliary_in_base = {name for name in base if name not in child and name.endswith(_AUXILIARY)}
    packed_in_base = {_unpacked_name(name) for name in packed} & set(base)
    left = {name: tensor for name, tensor in child.items() if name not in auxiliary and name not in packed}
    free = {name: tensor for name, tensor in base.items() if name not in packed_in_base and name not in auxiliary_in_base}
    pairs: list[Pair] = []

    def take(name: str, other: str, how: str) -> None:
        pairs.append(Pair(left.pop(name), base[other], how))
        free.pop(other, None)

    for name in [each for each in left if each in free and _same_form(left[each], free[each]) and child_digest(each) == base_digest(each)]:
        take(name, name, "name")
    _by_content(left, base, free, child_digest, base_digest, tells, take)
    for name in [each for each in left if each in free and can_lay_over(left[each], free[each])]:
        take(name, name, "name")
    prefixes = _by_prefix(left, free, take)
    reshaped = tuple(
        Pair(tensor, free[other], "name" if other == name else "prefix")
        for name, tensor in left.items()
        for other in [next((each for each in _behind(name, prefixes) if each in free), None)]
        if other is not None
    )
    return Matching(
        tuple(pairs),
        tuple(left.values()),
        tuple(free.values()),
        reshaped,
        tuple(child[name] for name in sorted(auxiliary)),
        tuple(child[name] for name in sorted(packed)),
        tuple(base[name] for name in sorted(packed_in_base)),
        prefixes,
    )


def _unpacked_name(name: str) -> str:
    for ending in _PACKED:
        if name.endswith(ending):
            return name.removesuffix(ending) + ("" if ending == "_blocks" else ".weight")
    return name


def _same_form(child: Tensor, base: Tensor) -> bool:
    return child.dtype == base.dtype and child.shape == base.shape


def _by_content(
    left: Mapping[str, Tensor],
    base: Mapping[str, Tensor],
    free: Mapping[str, Tensor],
    child_digest: Callable[[str], str],
    base_digest: Callable[[str], str],
    tells: Callable[[Tensor], bool],
    take: Callable[[str, str, str], None],
) -> None:
    """Match what has the same bytes under another name; a tensor of the base may answer to several."""
    forms = {(tensor.dtype, tensor.shape) for tensor in left.values()}
    held: dict[tuple[str, tuple[int, ...], str], list[str]] = {}
    for name, tensor in base.items():
        if (tensor.dtype, tensor.shape) in forms:
            held.setdefault((tensor.dtype, tensor.shape, base_digest(name)), []).append(name)
    for name, tensor in list(left.items()):
        names = held.get((tensor.dtype, tensor.shape, child_digest(name)))
        if names and tells(tensor):
            # Of several with the same bytes, one that nothing answers to yet, and whose name ends most alike.
            take(name, max(names, key=lambda each: (each in free, _common_ending(name, each), each)), "content")


def _common_ending(first: str, second: str) -> int:
    count = 0
    for one, other in zip(reversed(first.split(".")), reversed(second.split(".")), strict=False):
        if one != other:
            break
        count += 1
    return count


def _cuts(name: str) -> Iterable[tuple[str, str]]:
    """A name as prefix and rest, in every way that leaves a rest; the shortest prefix first."""
    place = 0
    yield "", name
    for _ in range(MAX_PREFIX):
        place = name.find(".", place) + 1
        if not place:
            return
        yield name[:place], name[place:]


def _behind(name: str, prefixes: Iterable[tuple[str, str]]) -> Iterable[str]:
    """What a tensor of the child may be called in the base."""
    yield name
    for own, other in prefixes:
        if name.startswith(own):
            yield other + name[len(own) :]


def _by_prefix(left: Mapping[str, Tensor], free: Mapping[str, Tensor], take: Callable[[str, str, str], None]) -> tuple[tuple[str, str], ...]:
    """Match names that are the same behind a prefix, the pair of prefixes first under which most tensors agree."""
    found: list[tuple[str, str]] = []
    for _ in range(4):  # a language model, a vision tower, a projector, and one to spare
        ends: dict[str, list[tuple[str, str]]] = {}
        for other in free:
            for prefix, rest in _cuts(other):
                ends.setdefault(rest, []).append((prefix, other))
        votes: Counter[tuple[str, str]] = Counter()
        for name, tensor in left.items():
            for prefix, rest in _cuts(name):
                matching = ends.get(rest, ())
                if len(matching) <= 8:  # `weight` alone says nothing
                    votes.update((prefix, base_prefix) for base_prefix, other in matching if can_lay_over(tensor, free[other]))
        if not votes:
            break
        best = max(votes, key=lambda pair: (votes[pair], -len(pair[0]) - len(pair[1]), pair))
        if votes[best] < max(1, min(len(left), len(free)) // 20):
            break
        for name in list(left):
            if name.startswith(best[0]):
                other = best[1] + name[len(best[0]) :]
                if other in free and can_lay_over(left[name], free[other]):
                    take(name, other, "prefix")
        found.append(best)
    return tuple(found)
