"""The values of tensors, slice by slice: whatever its size, never more than a slice of a tensor is in memory.

Needs the extra `weights`: numpy, and ml_dtypes for the 8-bit floats that numpy lacks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.errors import MissingExtraError
from registry.sources.weights.tensors import Tensor, TensorReader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.floating[Any]]

SLICE = 1 << 18
"""So many values of a tensor are in memory at a time: what fits the cache of a processor is also quickest."""

FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
"""Types that hold weights as they are."""

QUANTIZED = frozenset({"I8", "U8", "F8_E4M3", "F8_E5M2"})
"""Types that hold weights as multiples of a scale."""

INTEGERS = frozenset({"I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64"})
"""Whole numbers."""

_NUMPY = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I8": "i1", "U8": "u1", "I16": "<i2", "U16": "<u2", "I32": "<i4", "U32": "<u4", "I64": "<i8", "U64": "<u8"}
_EIGHT_BIT = {"F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2"}
_SCALES: tuple[tuple[str, float], ...] = ((".SCB", 1 / 127), (".weight_scale", 1.0), (".weight_scale_inv", 1.0), (".scale", 1.0))


def require_numpy() -> None:
    """Refuse to go on without the extra.

    Raises:
        MissingExtraError: It is not installed.
    """
    from importlib.util import find_spec

    if find_spec("numpy") is None or find_spec("ml_dtypes") is None:
        raise MissingExtraError("comparing weights", "weights")


@dataclass(frozen=True, slots=True)
class Scale:
    """What a quantised tensor is multiplied with."""

    factors: Any
    """An array of one factor, of one a row, or of one a block (two sides)."""

    block: tuple[int, int] | None = None
    """The sides of a block, where there is one factor for each."""


def read_scale(reader: TensorReader, tensor: Tensor, among: Mapping[str, Tensor]) -> Scale | None:
    """The scale of a quantised tensor, where one lies beside it in a form that is known.

    bitsandbytes keeps the largest value of each row (`.SCB`, over 127), compressed-tensors a factor for the tensor or for
    each row (`.weight_scale`), DeepSeek one for each block (`.weight_scale_inv`).
    """
    import numpy as np

    stem = tensor.name.removesuffix(".weight")
    for ending, factor in _SCALES:
        found = among.get(stem + ending)
        if found is None or found.dtype not in FLOATS or not 0 < found.values <= SLICE:
            continue
        factors = np.concatenate([part for _, part in slices(reader, found)]).astype(np.float32) * np.float32(factor)
        if not np.isfinite(factors).all():
            continue
        rows = tensor.shape[0] if tensor.shape else 1
        if found.values in (1, rows):
            return Scale(factors)
        if len(tensor.shape) == len(found.shape) == 2:
            block = tuple(-(-side // parts) for side, parts in zip(tensor.shape, found.shape, strict=True))
            if all(-(-side // step) == parts for side, step, parts in zip(tensor.shape, block, found.shape, strict=True)):
                return Scale(factors.reshape(found.shape), (block[0], block[1]))
    return None


def slices(
    reader: TensorReader, tensor: Tensor, first: int = 0, last: int | None = None, *, size: int = SLICE, scale: Scale | None = None
) -> Iterator[tuple[int, Values]]:
    """The values from one place to another, flat, with the place of the first of each slice.

    Args:
        reader: Reads bytes.
        tensor: A tensor whose type can be decoded (`can_decode`).
        first: The first value.
        last: The value to stop before; the end, if not given.
        size: So many values at a time.
        scale: What to multiply them with.
    """
    width = tensor.size // tensor.values if tensor.values else 1
    end = tensor.values if last is None else last
    for place in range(first, end, size):
        count = min(size, end - place)
        values = decode(tensor.dtype, reader.read(tensor, place * width, count * width))
        yield place, values if scale is None else values * _factors(scale, tensor, place, count)


def _factors(scale: Scale, tensor: Tensor, place: int, count: int) -> Any:
    import numpy as np

    if scale.factors.size == 1:
        return scale.factors.reshape(-1)[0]
    index = np.arange(place, place + count)
    rows, columns = index // tensor.columns, index % tensor.columns
    if scale.block is None:
        return scale.factors.reshape(-1)[rows]
    return scale.factors[rows // scale.block[0], columns // scale.block[1]]


def can_decode(dtype: str) -> bool:
    """Whether values of a type can be read as numbers."""
    return dtype == "BF16" or dtype in _NUMPY or dtype in _EIGHT_BIT


def decode(dtype: str, data: bytes) -> Values:
    """Bytes as numbers: 64-bit where the type has more than a 32-bit float can tell apart, else 32-bit."""
    import numpy as np

    if dtype == "BF16":
        # The upper half of a 32-bit float.
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    if dtype in _EIGHT_BIT:
        import ml_dtypes

        return np.frombuffer(data, getattr(ml_dtypes, _EIGHT_BIT[dtype])).astype(np.float32)
    values = np.frombuffer(data, _NUMPY[dtype])
    return values.astype(np.float64 if dtype in ("F64", "I32", "U32", "I64", "U64") else np.float32)


def cast(dtype: str, values: Values) -> Values:
    """Values rounded to what a type of floats can hold."""
    import numpy as np

    with np.errstate(over="ignore"):
        if dtype == "BF16":
            import ml_dtypes

            return values.astype(np.float32).astype(ml_dtypes.bfloat16).astype(np.float32)
        return values.astype(_NUMPY[dtype]) if dtype in FLOATS else values


def digest_of(reader: TensorReader, tensor: Tensor, size: int = SLICE) -> str:
    """SHA-256 over the bytes of a tensor."""
    found = hashlib.sha256()
    for offset in range(0, tensor.size, size * 4):
        found.update(reader.read(tensor, offset, min(size * 4, tensor.size - offset)))
    return found.hexdigest()
