"""Pruned matrices: which rows or columns of a base's matrix a smaller one was made of, and how alike they are then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from registry.sources.weights.compare import Likeness, Sums
from registry.sources.weights.tensors import Tensor, TensorReader
from registry.sources.weights.values import FLOATS, SLICE, slices

if TYPE_CHECKING:
    from registry.sources.weights.values import Values

MARK = 64
"""A row or column is recognised by so many of its values at most; the others then show whether it was recognised rightly."""

MOST_TRIED = 1 << 28
"""More pairs of rows are not tried: a vocabulary is no pruned head."""


def compare_picked(reader: TensorReader, child: Tensor, base: Tensor, *, size: int = SLICE) -> Likeness | None:
    """Lay a matrix over the rows, or the columns, of a larger one that resemble its own most.

    Each row is looked for by its first values alone, and likeness is measured on the rest, so that a chance resemblance raises nothing.

    Returns:
        How alike they are; None where one is not cut out of the other along one side, or there are too many rows to try.
    """
    import numpy as np

    side = _cut_side(child, base)
    if (
        side is None
        or not (child.dtype in FLOATS and base.dtype in FLOATS)
        or child.shape[side] * base.shape[side] > MOST_TRIED
        or base.columns * MARK > 16 * size
    ):
        return None
    other = child.shape[1 - side]
    mark = min(MARK, other // 2)
    if mark < 4 or base.columns > size:
        return None
    marks = [_marks(reader, tensor, side, mark, size) for tensor in (child, base)]
    picked = np.empty(child.shape[side], np.int64)
    step = max(1, 4 * size // base.shape[side])
    for first in range(0, child.shape[side], step):
        picked[first : first + step] = (marks[0][first : first + step] @ marks[1].T).argmax(axis=1)
    sums = Sums()
    for x, y in _rows_side_by_side(reader, child, base, side, picked, mark, size):
        sums.add(x, y, child.dtype, base.dtype, False)
    return sums.likeness(False)


def _cut_side(child: Tensor, base: Tensor) -> int | None:
    """The one side along which the child's is smaller."""
    if len(child.shape) != 2 or len(base.shape) != 2:
        return None
    if child.shape[1] == base.shape[1] and child.shape[0] < base.shape[0]:
        return 0
    return 1 if child.shape[0] == base.shape[0] and child.shape[1] < base.shape[1] else None


def _marks(reader: TensorReader, tensor: Tensor, side: int, mark: int, size: int) -> Any:
    """The first values of every row or column, less their mean and of length one."""
    import numpy as np

    columns = tensor.columns
    if side == 1:
        found = np.concatenate([part for _, part in slices(reader, tensor, 0, mark * columns, size=size)]).reshape(mark, columns).T
    else:
        step = max(1, size // columns) * columns
        found = np.concatenate([part.reshape(-1, columns)[:, :mark] for _, part in slices(reader, tensor, size=step)])
    found = np.nan_to_num(found.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    found = found - found.mean(axis=1, keepdims=True)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(length > 0, length, 1.0)


def _rows_side_by_side(reader: TensorReader, child: Tensor, base: Tensor, side: int, picked: Any, mark: int, size: int) -> Iterator[tuple[Values, Values]]:
    """The values that were not used to recognise a row or column, of both."""
    import numpy as np

    step = max(1, size // base.columns)
    first = mark if side == 1 else 0
    for row in range(first, child.shape[0], step):
        count = min(step, child.shape[0] - row)
        own = next(part for _, part in slices(reader, child, row * child.columns, (row + count) * child.columns, size=count * child.columns))
        own = own.reshape(count, -1)
        if side == 1:
            whole = next(part for _, part in slices(reader, base, row * base.columns, (row + count) * base.columns, size=count * base.columns))
            yield own, whole.reshape(count, -1)[:, picked]
        else:
            rows = [next(part for _, part in slices(reader, base, int(at) * base.columns, (int(at) + 1) * base.columns)) for at in picked[row : row + count]]
            yield own[:, mark:], np.stack(rows)[:, mark:]
