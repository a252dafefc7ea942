"""Two model folders laid over each other, tensor by tensor; what came of it as a `lineage.likeness.Comparison` and as rows to show."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from registry.lineage.likeness import CLASSES, CLOSE, NEAR, Comparison, Tally
from registry.sources.weights.compare import LEAST_VALUES, Likeness, compare, energy_of_low_rank, tells
from registry.sources.weights.layers import align_layers
from registry.sources.weights.match import Matching, Pair, match
from registry.sources.weights.picks import compare_picked
from registry.sources.weights.tensors import Tensor, TensorReader, TensorSet
from registry.sources.weights.values import FLOATS, QUANTIZED, SLICE, Scale, digest_of, read_scale, require_numpy

LOOKED_AT = 12
"""The rank of the difference is looked for in so many matrices, the largest that are near."""

LOW_RANK = 0.9
"""A difference is of low rank if a fourth of the directions at most hold so much of its squared norm; of noise they hold little more than half."""

Progress = Callable[[int, int | None], None]
"""Told how many bytes were read, and of how many."""


@dataclass(frozen=True, slots=True)
class TensorRow:
    """What came of one tensor."""

    name: str
    """Its name in the child; in the base, for one that is missing."""

    kind: str
    """One of `likeness.CLASSES`."""

    parameters: int
    """How many values it holds."""

    base: str | None = None
    """The name of the base's tensor."""

    how: str | None = None
    """How the two were found to belong together: `name`, `content`, `prefix`, `layer`."""

    likeness: Likeness | None = None
    """How alike they are, where values were compared."""

    child_form: str | None = None
    """Type and shape in the child."""

    base_form: str | None = None
    """Type and shape in the base."""


@dataclass(frozen=True, slots=True)
class WeightComparison:
    """All that came of laying two sets over each other."""

    seen: Comparison
    """The sums."""

    rows: tuple[TensorRow, ...]
    """Every tensor that is not identical, the least alike first."""

    child_digest: str
    """A digest of the child's tensors: their names, types, shapes and bytes, however they are laid out in files."""

    base_digest: str
    """The same of the base's."""

    prefixes: tuple[tuple[str, str], ...] = ()
    """Prefixes of names that stand for each other."""

    auxiliary: int = 0
    """Tensors that say how others were quantised."""


def compare_weights(child: TensorSet, base: TensorSet, *, size: int = SLICE, progress: Progress | None = None) -> WeightComparison:
    """Lay the tensors of two models over each other.

    Every byte is read once for its digest, and those of tensors that differ once more; no more than a slice of either is in memory.

    Args:
        child: The child's tensors.
        base: The base's.
        size: So many values of a tensor are in memory at a time.
        progress: Told how far it is.

    Raises:
        SourceError: A file changed while it was read, or cannot be read.
        MissingExtraError: The extra `weights` is not installed.
    """
    require_numpy()
    import numpy as np

    read = 0
    total = sum(tensor.size for one in (child, base) for tensor in one.tensors.values())

    def told(count: int) -> None:
        nonlocal read
        read += count
        if progress is not None:
            progress(min(read, total), total)

    # Weights may hold what is no number, or overflow when they are multiplied out: it is counted, not warned of.
    with TensorReader(told) as reader, np.errstate(all="ignore"):
        digests = {id(one): {name: digest_of(reader, tensor, size) for name, tensor in one.tensors.items()} for one in (child, base)}
        own, other = digests[id(child)], digests[id(base)]
        matching = match(child.tensors, base.tensors, own.__getitem__, other.__getitem__, lambda tensor: tells(reader, tensor))
        matching = align_layers(reader, matching, base.tensors, lambda pair: not _same_bytes(pair, own, other), size=size)
        total += sum(pair.child.size + pair.base.size for pair in matching.pairs if not _same_bytes(pair, own, other))
        return _Laying(reader, child, base, matching, own, other, size).done()


def _same_bytes(pair: Pair, own: Mapping[str, str], other: Mapping[str, str]) -> bool:
    same_form = pair.child.dtype == pair.base.dtype and pair.child.shape == pair.base.shape
    return same_form and own[pair.child.name] == other[pair.base.name]


def _set_digest(one: TensorSet, digests: Mapping[str, str]) -> str:
    whole = hashlib.sha256()
    for name, tensor in sorted(one.tensors.items()):
        whole.update(f"{digests[name]}  {tensor.dtype} {list(tensor.shape)} {name}\n".encode())
    return f"sha256:{whole.hexdigest()}"


@dataclass
class _Laying:
    """The work of one comparison, and what it has come to so far."""

    reader: TensorReader
    child: TensorSet
    base: TensorSet
    matching: Matching
    own: Mapping[str, str]
    other: Mapping[str, str]
    size: int
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in CLASSES})
    rows: list[TensorRow] = field(default_factory=list)
    near: list[tuple[Pair, Likeness]] = field(default_factory=list)
    recast: int = 0
    quantized: int = 0
    grown: int = 0
    cut: int = 0
    not_finite: int = 0
    shrunk: int = 0

    def done(self) -> WeightComparison:
        for pair in self.matching.pairs:
            self._pair(pair)
        for kind, tensors in (("added", self.matching.added), ("missing", self.matching.missing)):
            for tensor in tensors:
                self._count(kind, tensor.values, _may_tell(tensor))
                self.rows.append(
                    TensorRow(
                        tensor.name,
                        kind,
                        tensor.values,
                        child_form=_form(tensor) if kind == "added" else None,
                        base_form=_form(tensor) if kind == "missing" else None,
                    )
                )
        unpacked = sum(tensor.values for tensor in self.matching.packed_in_base)
        for tensor in self.matching.packed:
            self._count("packed", 0 if unpacked else tensor.values, False)
            self.rows.append(TensorRow(tensor.name, "packed", tensor.values, child_form=_form(tensor)))
        if unpacked:
            self.tallies["packed"] = Tally(self.tallies["packed"].tensors, unpacked)
        reshaped = [pair for pair in self.matching.reshaped if _may_tell(pair.child)]
        seen = Comparison(
            tallies=self.tallies,
            reshaped=sum(pair.child.values for pair in reshaped),
            shrunk=self.shrunk + sum(pair.child.values for pair in reshaped if _could_be_cut(pair)),
            renamed=sum(1 for pair in self.matching.pairs if pair.child.name != pair.base.name),
            recast=self.recast,
            quantized=self.quantized,
            grown=self.grown,
            cut=self.cut,
            relative=_mean([(each.relative, pair.child.values) for pair, each in self.near]),
            correlation=_mean([(each.correlation, pair.child.values) for pair, each in self.near]),
            low_rank=self._low_rank(),
            not_finite=self.not_finite,
        )
        rows = sorted(self.rows, key=_how_unlike)
        return WeightComparison(
            seen, tuple(rows), _set_digest(self.child, self.own), _set_digest(self.base, self.other), self.matching.prefixes, len(self.matching.auxiliary)
        )

    def _count(self, kind: str, parameters: int, telling: bool, tensors: int = 1) -> None:
        self.tallies[kind] = self.tallies[kind].plus(parameters, parameters if telling else 0, tensors)

    def _pair(self, pair: Pair) -> None:
        child, base = pair.child, pair.base
        telling = tells(self.reader, base)
        if _same_bytes(pair, self.own, self.other):
            self._count("identical", child.values, telling)
            if pair.how != "name":
                self.rows.append(TensorRow(child.name, "identical", child.values, base.name, pair.how))
            return
        scales = self._scale(child, base, self.child), self._scale(base, child, self.base)
        found = compare(self.reader, child, base, *scales, size=self.size)
        if found is None:
            self._count("packed", child.values, False)
            self.rows.append(TensorRow(child.name, "packed", child.values, base.name, pair.how, None, _form(child), _form(base)))
            return
        shared = found.values
        if _kind(found) == "far" and (picked := compare_picked(self.reader, child, base, size=self.size)) is not None and _kind(picked) != "far":
            found, shared = picked, child.values
        kind = _kind(found)
        self._count(kind, shared, telling)
        self._count("added", child.values - shared, telling, 0)
        self._count("missing", base.values - shared, telling, 0)
        self.grown += child.values > shared
        self.cut += base.values > shared
        self.not_finite += found.values - found.finite
        self.quantized += child.dtype in QUANTIZED and base.dtype in FLOATS
        if kind == "identical":
            self.recast += child.dtype != base.dtype
            if child.shape == base.shape and pair.how == "name":
                return
        elif kind == "far":
            self.shrunk += shared if telling and child.shape != base.shape and _could_be_cut(pair) else 0
        elif kind == "near":
            self.near.append((pair, found))
        self.rows.append(TensorRow(child.name, kind, shared, base.name, pair.how, found, _form(child), _form(base)))

    def _scale(self, tensor: Tensor, other: Tensor, among: TensorSet) -> Scale | None:
        if tensor.dtype not in QUANTIZED or other.dtype not in FLOATS:
            return None
        return read_scale(self.reader, tensor, among.tensors)

    def _low_rank(self) -> tuple[int, int, int] | None:
        largest = sorted((pair for pair, _ in self.near), key=lambda pair: (-pair.child.values, pair.child.name))
        found = looked = most = 0
        for pair in largest:
            if looked == LOOKED_AT:
                break
            energy = energy_of_low_rank(self.reader, pair.child, pair.base, size=self.size)
            if energy is None:
                continue
            looked += 1
            if energy[1] >= LOW_RANK:
                found += 1
                most = max(most, energy[0])
        return (found, looked, most) if looked else None


def _kind(found: Likeness) -> str:
    """The class of a pair whose bytes differ."""
    if found.same:
        return "identical"
    # Where half of the values or more are no numbers, the rest is no ground to stand on.
    if found.finite * 2 < found.values:
        return "far"
    if found.relative is not None and found.relative <= CLOSE:
        return "near"
    return "near" if found.correlation is not None and found.correlation >= NEAR else "far"


def _may_tell(tensor: Tensor) -> bool:
    return tensor.values >= LEAST_VALUES and tensor.dtype in FLOATS | QUANTIZED


def _could_be_cut(pair: Pair) -> bool:
    """Whether a matrix may have been cut out of the base's along several sides."""
    sides = len(pair.child.shape) == len(pair.base.shape)
    return sides and all(own <= other for own, other in zip(pair.child.shape, pair.base.shape, strict=True))


def _form(tensor: Tensor) -> str:
    return f"{tensor.dtype} {'x'.join(str(side) for side in tensor.shape) or '1'}"


def _mean(measured: list[tuple[float | None, int]]) -> float | None:
    """The mean of a measure over tensors, each by its size."""
    known = [(value, weight) for value, weight in measured if value is not None]
    weights = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / weights if weights else None


def _how_unlike(row: TensorRow) -> tuple[int, float, int, str]:
    order = {"far": 0, "near": 1, "missing": 2, "added": 3, "packed": 4, "identical": 5}
    alike = row.likeness.correlation if row.likeness is not None and row.likeness.correlation is not None else 1.0
    return order[row.kind], alike, -row.parameters, row.name
