"""What the files of weights say about themselves without being loaded: the header of safetensors, and which files are pickles.

Safetensors: eight bytes with the length of the header, then the header as a JSON object of tensors and `__metadata__`
(https://github.com/huggingface/safetensors, "Format").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from registry.sources.folder.files import parse_json_object
from registry.sources.notes import shown

MAX_HEADER = 32_000_000
"""A longer header is not read; the format itself allows 100 MB."""

MAX_METADATA = 200
"""So many entries of the metadata are kept."""

_WIDTHS = {"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16} | {
    name: bits for bits, names in ((4, ("F4",)), (6, ("F6_E2M3", "F6_E3M2")), (32, ("I32", "U32", "F32")), (64, ("I64", "U64", "F64", "C64"))) for name in names
}
_PICKLE_SUFFIXES = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill", ".npy")
_MAYBE_PICKLE_SUFFIXES = (".bin", ".npz", ".model", ".th", ".t7")


@dataclass(frozen=True, slots=True)
class TensorHeader:
    """The header of one file of safetensors."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    """Its free metadata."""

    tensors: int = 0
    """How many tensors it has."""

    values: int = 0
    """How many values they hold together."""

    dtypes: tuple[str, ...] = ()
    """The types of these values, sorted."""


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """One tensor as a header lists it."""

    dtype: str
    """The type of its values, in upper case (`BF16`)."""

    shape: tuple[int, ...]
    """Its sides."""

    values: int
    """How many values it holds."""

    start: int
    """Where its bytes begin, counted from the start of the file."""

    size: int
    """How many bytes it has."""


@dataclass(frozen=True, slots=True)
class TensorTable:
    """Every tensor of one file of safetensors, and the file's free metadata."""

    metadata: Mapping[str, str]
    """Its free metadata."""

    entries: Mapping[str, TensorEntry]
    """Its tensors by name."""


def read_safetensors_header(stream: BinaryIO, size: int) -> tuple[TensorHeader | None, str | None]:
    """The header of a file of safetensors, and what is wrong with it; never more than the header is read.

    Args:
        stream: The file at its start.
        size: Its size in bytes.
    """
    table, problem = read_safetensors_table(stream, size)
    if table is None:
        return None, problem
    dtypes = tuple(sorted({entry.dtype for entry in table.entries.values()}))
    return TensorHeader(table.metadata, len(table.entries), sum(entry.values for entry in table.entries.values()), dtypes), None


def read_safetensors_table(stream: BinaryIO, size: int) -> tuple[TensorTable | None, str | None]:
    """Where every tensor of a file of safetensors lies, and what is wrong with the header; no tensor is read.

    Args:
        stream: The file at its start.
        size: Its size in bytes.
    """
    first = stream.read(8)
    if len(first) < 8:
        return None, "it is shorter than the length of a header"
    length = int.from_bytes(first, "little")
    if length > size - 8:
        return None, f"its header claims {length:,} bytes, and the file has {size - 8:,} after it"
    if length > MAX_HEADER:
        return None, f"its header has {length:,} bytes; no more than {MAX_HEADER:,} are read"
    value, problem = parse_json_object(stream.read(length))
    if value is None:
        return None, f"its header cannot be read: {problem[0] if problem else 'it is no JSON object'}"
    metadata = value.pop("__metadata__", {})
    if not isinstance(metadata, Mapping):
        metadata = {}
    begin = 8 + length
    entries: dict[str, TensorEntry] = {}
    for name, about in value.items():
        entry = _entry(about, begin, size - begin)
        if entry is None:
            return None, f"its header says of the tensor `{shown(name, 60)}` what cannot be"
        entries[name] = entry
    end = 0
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].start, item[1].size)):
        if entry.size and entry.start < end:
            return None, f"its header lays the tensor `{shown(name, 60)}` over another one"
        end = max(end, entry.start + entry.size)
    kept = {str(key)[:200]: text[:4000] for key, text in list(metadata.items())[:MAX_METADATA] if isinstance(text, str)}
    return TensorTable(kept, entries), None


def _entry(about: object, begin: int, room: int) -> TensorEntry | None:
    """A tensor; None where its shape, type and place do not fit together or lie outside the file."""
    if not isinstance(about, Mapping):
        return None
    shape, offsets, dtype = about.get("shape"), about.get("data_offsets"), about.get("dtype")
    if not isinstance(dtype, str) or not isinstance(shape, list) or not isinstance(offsets, list) or len(shape) > 64 or len(offsets) != 2:
        return None
    if not all(isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**63 for number in (*shape, *offsets)):
        return None
    start, end = offsets
    count = math.prod(shape)
    if not start <= end <= room:
        return None
    width = _WIDTHS.get(dtype.upper())
    if width is not None and (count * width + 7) // 8 != end - start:
        return None
    if width is None and count > 8 * (end - start):  # whatever the type is, a value has a bit at least
        return None
    return TensorEntry(dtype.upper()[:20], tuple(shape), count, begin + start, end - start)


def looks_pickled(name: str) -> bool | None:
    """Whether a file of that name is a pickle: yes, perhaps (None: its first bytes must tell) or no."""
    lower = name.lower()
    if lower.endswith(_PICKLE_SUFFIXES):
        return True
    return None if lower.endswith(_MAYBE_PICKLE_SUFFIXES) else False


def begins_like_pickle(start: bytes) -> bool:
    """Whether the first bytes are those of a pickle, or of the zip archive in which PyTorch keeps one."""
    if len(start) >= 2 and start[0] == 0x80 and 2 <= start[1] <= 5:
        return True
    return start[:4] == b"PK\x03\x04"
