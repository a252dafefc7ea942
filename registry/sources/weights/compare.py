"""How alike two tensors are: the same values, a cosine, a relative difference, the rank of the difference; all in slices."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.sources.weights.tensors import Tensor, TensorReader
from registry.sources.weights.values import FLOATS, QUANTIZED, SLICE, Scale, can_decode, cast, slices

if TYPE_CHECKING:
    from registry.sources.weights.values import Values

LEAST_VALUES = 256
"""A tensor with fewer values does not tell where it comes from: 0.5 is eight standard deviations of a chance correlation at this size."""

_PART = 1024
"""So many rows and columns of a difference tell its rank."""

_HUGE = 1e280
"""A sum of squares near the end of what a 64-bit float holds."""

_HUGE_ROOT = 1e130
"""A value whose square does not go well into such a sum; taken as not finite."""

_COMPUTED = (".inv_freq", ".cos_cached", ".sin_cached", ".position_ids", ".masked_bias", ".num_batches_tracked")
"""Endings of tensors that are worked out, not trained: the same in every model of their kind."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What came of laying one tensor over another."""

    same: bool
    """Whether every value is the same once it is rounded to the type of the child's, or of the base's."""

    cosine: float | None
    """The cosine between the values as two long vectors; none where one of them is all zero."""

    correlation: float | None
    """The same of the values less their mean, which a common offset cannot raise; none where one of them is constant."""

    relative: float | None
    """The norm of the difference over the norm of the base; none where there is no common scale, or the base is all zero."""

    values: int
    """How many values were laid over each other."""

    finite: int
    """How many of these are numbers on both sides."""

    unscaled: bool = False
    """Whether the values have no common scale, so that only their direction was compared, row by row."""


class Sums:
    """Running sums over slices, from which everything else follows."""

    def __init__(self) -> None:
        self.n = self.finite = 0
        self.may_be_child = self.may_be_base = True
        self.x = self.y = self.xx = self.yy = self.xy = self.dd = 0.0
        self.rows = self.row_cosines = 0.0

    def add(self, child: Values, base: Values, child_type: str, base_type: str, unscaled: bool) -> None:
        """Take in a slice of each."""
        import numpy as np

        self.n += child.size
        if self.may_be_child:
            self.may_be_child = _equal(cast(child_type, base), child)
        if self.may_be_base:
            self.may_be_base = _equal(cast(base_type, child), base)
        x, y = child.astype(np.float64).reshape(-1), base.astype(np.float64).reshape(-1)
        with np.errstate(over="ignore", invalid="ignore"):
            xx, yy = _dot(x, x), _dot(y, y)
        count = x.size
        if not (xx < _HUGE and yy < _HUGE):  # false for what is not a number, too
            good = (np.abs(x) < _HUGE_ROOT) & (np.abs(y) < _HUGE_ROOT)
            count = int(np.count_nonzero(good))
            x, y = np.where(good, x, 0.0), np.where(good, y, 0.0)
            xx, yy = _dot(x, x), _dot(y, y)
        self.finite += count
        self.x += float(x.sum())
        self.y += float(y.sum())
        self.xx += xx
        self.yy += yy
        self.xy += _dot(x, y)
        difference = x - y
        self.dd += _dot(difference, difference)
        if unscaled and child.ndim == 2:
            a, b = x.reshape(child.shape), y.reshape(child.shape)
            norms = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
            told = norms > 0
            self.rows += int(np.count_nonzero(told))
            self.row_cosines += float(((a * b).sum(axis=1)[told] / norms[told]).sum())

    def likeness(self, unscaled: bool) -> Likeness:
        """What all slices together come to."""
        cosine = _ratio(self.xy, self.xx * self.yy)
        n = self.finite or 1
        spread_x, spread_y = self.xx - self.x * self.x / n, self.yy - self.y * self.y / n
        # What is left of a sum of squares after its mean is taken off is noise below this.
        constant = spread_x <= 1e-12 * self.xx or spread_y <= 1e-12 * self.yy
        correlation = None if constant else _ratio(self.xy - self.x * self.y / n, spread_x * spread_y)
        relative = math.sqrt(self.dd / self.yy) if self.yy > 0 and not unscaled else None
        if unscaled:
            cosine = correlation = self.row_cosines / self.rows if self.rows else None
        same = not unscaled and self.n > 0 and (self.may_be_child or self.may_be_base)
        return Likeness(same, cosine, correlation, relative, self.n, self.finite, unscaled)


def _dot(one: Any, other: Any) -> float:
    import numpy as np

    # Not by a matrix library: its threads wait for each other longer than a slice takes.
    return float(np.einsum("i,i->", one, other))


def _equal(one: Values, other: Values) -> bool:
    """Whether two slices are the same; what is not a number is the same as what is not a number."""
    import numpy as np

    return bool((one == other).all()) or bool(np.array_equal(one, other, equal_nan=True))


def _ratio(product: float, square: float) -> float | None:
    if not square > 0 or not math.isfinite(square):
        return None
    return max(-1.0, min(1.0, product / math.sqrt(square)))


def compare(
    reader: TensorReader, child: Tensor, base: Tensor, child_scale: Scale | None = None, base_scale: Scale | None = None, *, size: int = SLICE
) -> Likeness | None:
    """Lay two tensors over each other, as far as both go; None where their types cannot be read as numbers.

    Args:
        reader: Reads bytes.
        child: The child's tensor.
        base: The base's.
        child_scale: The scale of the child's, where it is quantised and the scale is known.
        base_scale: The same of the base's.
        size: So many values of each are in memory at a time.
    """
    if not can_decode(child.dtype) or not can_decode(base.dtype):
        return None
    unscaled = _has_no_scale(child, child_scale, base) or _has_no_scale(base, base_scale, child)
    sums = Sums()
    for x, y in _side_by_side(reader, child, base, child_scale, base_scale, unscaled, size):
        # A quantised type is no type to round to: its values are multiples of a scale.
        types = ("F32" if child_scale else child.dtype, "F32" if base_scale else base.dtype)
        sums.add(x, y, *types, unscaled)
    return sums.likeness(unscaled)


def _has_no_scale(tensor: Tensor, scale: Scale | None, other: Tensor) -> bool:
    return tensor.dtype in QUANTIZED and scale is None and other.dtype in FLOATS


def _side_by_side(
    reader: TensorReader, child: Tensor, base: Tensor, child_scale: Scale | None, base_scale: Scale | None, by_row: bool, size: int
) -> Iterator[tuple[Values, Values]]:
    """Slices of both that cover the same place."""
    if child.shape[1:] == base.shape[1:]:
        columns = child.columns
        # Whole rows where they are wanted and fit; a part of a row then stands for one.
        step = max(1, size // columns) * columns if by_row and columns <= size else size
        last = min(child.values, base.values)
        pairs = zip(slices(reader, child, 0, last, size=step, scale=child_scale), slices(reader, base, 0, last, size=step, scale=base_scale), strict=True)
        for (_, x), (_, y) in pairs:
            whole = by_row and columns > 1 and x.size % columns == 0
            yield (x.reshape(-1, columns), y.reshape(-1, columns)) if whole else (x.reshape(1, -1), y.reshape(1, -1))
        return
    shared, longest = min(child.columns, base.columns), max(child.columns, base.columns)
    rows = min(child.shape[0], base.shape[0])
    step = max(1, size // longest)
    for row in range(0, rows, step):
        count = min(step, rows - row)
        parts = []
        for tensor, scale in ((child, child_scale), (base, base_scale)):
            if tensor.columns <= size:
                (values,) = (
                    part for _, part in slices(reader, tensor, row * tensor.columns, (row + count) * tensor.columns, size=count * tensor.columns, scale=scale)
                )
                parts.append(values.reshape(count, -1)[:, :shared])
            else:  # one row at a time, and of it no more than a slice
                (values,) = (part for _, part in slices(reader, tensor, row * tensor.columns, row * tensor.columns + min(shared, size), size=size, scale=scale))
                parts.append(values.reshape(1, -1))
        yield parts[0], parts[1]


def tells(reader: TensorReader, tensor: Tensor) -> bool:
    """Whether the values of a tensor tell where it comes from.

    A mask, a row of ones or zeros, a counter or a table of angles is the same in models that have nothing to do with each other;
    so are whole numbers that are no quantised weights, and very few values.
    """
    import numpy as np

    if tensor.values < LEAST_VALUES or tensor.dtype not in FLOATS | QUANTIZED or tensor.name.endswith(_COMPUTED):
        return False
    _, values = next(slices(reader, tensor, 0, min(tensor.values, 1 << 16)))
    finite = values[np.isfinite(values)]
    if finite.size < LEAST_VALUES:
        return False
    least, most = finite.min(), finite.max()
    return bool(((finite != least) & (finite != most)).any())


def energy_of_low_rank(reader: TensorReader, child: Tensor, base: Tensor, *, size: int = SLICE) -> tuple[int, float] | None:
    """How much of the difference of two matrices a few directions hold, as (rank, share of its squared norm).

    A merged adapter leaves a difference of low rank; training of all weights does not. A part of a matrix has no higher rank than the whole,
    so its first rows and columns tell. The rank looked for is 64, or a fourth of the shorter side where that is less, by a random projection with a
    fixed seed (Halko, Martinsson, Tropp 2011, algorithm 4.1). None where the matrices are too small or of another form.
    """
    import numpy as np

    if len(child.shape) != 2 or child.shape != base.shape or not (child.dtype in FLOATS and base.dtype in FLOATS) or child.columns > size:
        return None
    rows, columns = (min(side, _PART) for side in child.shape)
    rank = min(64, min(rows, columns) // 4)
    if rank < 4:
        return None
    step = max(1, size // child.columns) * child.columns
    last = rows * child.columns
    part = np.concatenate(
        [
            (x.astype(np.float32) - y.astype(np.float32)).reshape(-1, child.columns)[:, :columns]
            for (_, x), (_, y) in zip(slices(reader, child, 0, last, size=step), slices(reader, base, 0, last, size=step), strict=True)
        ]
    )
    part = np.nan_to_num(part, nan=0.0, posinf=0.0, neginf=0.0)
    whole = float((part.astype(np.float64) ** 2).sum())
    if not whole > 0 or not math.isfinite(whole):
        return None
    sketch = (part @ np.random.default_rng(0).standard_normal((columns, rank)).astype(np.float32)).astype(np.float64)
    values, vectors = np.linalg.eigh(sketch.T @ sketch)
    told = values > values[-1] * 1e-10  # the others are directions that the difference does not have
    directions = sketch @ (vectors[:, told] / np.sqrt(values[told]))
    inside = float(((directions.T @ part) ** 2).sum())
    return rank, min(1.0, inside / whole)
