"""The metadata in the header of a GGUF file, read with bounds and without its tensors.

The layout (magic, version, counts, then typed key-value pairs) is that of the GGUF specification, versions 1 to 3
(https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). Only `general.*` and `split.*` are kept; vocabularies are stepped over.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

MAX_HEADER = 256_000_000
"""So many bytes are stepped through at most: the largest vocabularies take some ten million."""

MAX_PAIRS = 5_000
"""More key-value pairs than any file has."""

MAX_VALUES = 5_000_000
"""More values than any header has, those of lists included: it bounds the time that a hostile one takes."""

MAX_KEY = 1_000
"""The specification allows 65,535 bytes; no key comes near."""

MAX_TEXT = 16_384
"""A longer text is cut."""

MAX_LIST = 1_000
"""So many entries of a list are kept."""

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_UNQUANTIZED_TYPES = frozenset({0, 1, 32})  # all F32, mostly F16, mostly BF16

Value = str | int | float | bool | tuple[str, ...]
"""What is kept of a pair."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says about itself."""

    version: int
    """The version of the format."""

    tensors: int
    """How many tensors it has."""

    values: Mapping[str, Value] = field(default_factory=dict)
    """The pairs under `general.` and `split.`, by key."""

    def text(self, key: str) -> str | None:
        """A text, without blanks around it; None where there is none."""
        value = self.values.get(key)
        return value.strip() or None if isinstance(value, str) else None

    @property
    def quantized(self) -> bool | None:
        """Whether the weights are of a quantised type; None where the file does not say."""
        kind = self.values.get("general.file_type")
        return None if not isinstance(kind, int) else kind not in _UNQUANTIZED_TYPES

    @property
    def parts(self) -> int:
        """Of how many files the model is made, of which this is one."""
        count = self.values.get("split.count")
        return count if isinstance(count, int) and count > 1 else 1

    def bases(self) -> list[tuple[str, str]]:
        """The models it names as its bases, each with the key that does: an address, or owner and name."""
        return self._named("general.base_model") or self._sources()

    def datasets(self) -> list[tuple[str, str]]:
        """The datasets it names, each with the key that does."""
        return self._named("general.dataset")

    def _sources(self) -> list[tuple[str, str]]:
        for key in ("general.source.repo_url", "general.source.huggingface.repository", "general.source.url"):
            if text := self.text(key):
                return [(text, key)]
        return []

    def _named(self, prefix: str) -> list[tuple[str, str]]:
        count = self.values.get(f"{prefix}.count")
        found = []
        for number in range(min(count, MAX_LIST) if isinstance(count, int) and count > 0 else 0):
            address = self.text(f"{prefix}.{number}.repo_url")
            owner, name = self.text(f"{prefix}.{number}.organization"), self.text(f"{prefix}.{number}.name")
            if address:
                found.append((address, f"{prefix}.{number}.repo_url"))
            elif name:
                # Names are titles (`Llama 3 8B`), so an id is made of them only where they could be one as they stand.
                found.append((f"{owner}/{name}" if owner and " " not in owner + name else name, f"{prefix}.{number}.name"))
        return found


class _BrokenError(Exception):
    """The header breaks the format; the message says how."""


class _Cursor:
    """Reads values one after another, never past the end or the bound."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._left = min(size, MAX_HEADER)
        self._values = 0
        self.order = "<"
        self.wide = True

    def take(self, count: int) -> bytes:
        if count > self._left:
            raise _BrokenError(f"it claims {count:,} bytes where {self._left:,} are left")
        data = self._stream.read(count)
        if len(data) < count:
            raise _BrokenError("it ends in the middle of its header")
        self._left -= count
        return data

    def skip(self, count: int) -> None:
        if count > self._left:
            raise _BrokenError(f"it claims {count:,} bytes where {self._left:,} are left")
        self._left -= count
        self._stream.seek(count, 1)

    def step(self) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise _BrokenError(f"it has more than {MAX_VALUES:,} values")

    def number(self, kind: int) -> int | float | bool:
        value: int | float | bool = struct.unpack(self.order + _FORMATS[kind], self.take(_SIZES[kind]))[0]
        return value

    def count(self) -> int:
        return int(self.number(10 if self.wide else 4))

    def text(self, limit: int = MAX_TEXT) -> str:
        length = self.count()
        data = self.take(min(length, limit))
        self.skip(length - len(data))
        return data.decode("utf-8", errors="replace")


def read_gguf_header(stream: BinaryIO, size: int) -> tuple[GgufHeader | None, str | None]:
    """The header of a GGUF file and what is wrong with it; what was read before the fault is given all the same.

    Args:
        stream: The file at its start.
        size: Its size in bytes.
    """
    cursor = _Cursor(stream, size)
    values: dict[str, Value] = {}
    version = tensors = 0
    try:
        if cursor.take(4) != b"GGUF":
            return None, "it is no GGUF file"
        version = int(cursor.number(4))
        if version & 0xFFFF == 0:
            cursor.order = ">"
            version = int.from_bytes(version.to_bytes(4, "little"), "big")
        if not 1 <= version <= 3:
            return None, f"its version {version} is not known"
        cursor.wide = version > 1
        tensors, pairs = cursor.count(), cursor.count()
        if pairs > MAX_PAIRS:
            return None, f"it claims {pairs:,} pairs of metadata"
        for _ in range(pairs):
            length = cursor.count()
            if length > MAX_KEY:
                raise _BrokenError(f"it claims a key of {length:,} bytes")
            key = cursor.take(length).decode("utf-8", errors="replace")
            value = _value(cursor, int(cursor.number(4)), key.startswith(("general.", "split.")), 0)
            if value is not None and key not in values:
                values[key] = value
    except _BrokenError as broken:
        return (GgufHeader(version, tensors, values) if values else None), str(broken)
    return GgufHeader(version, tensors, values), None


def _value(cursor: _Cursor, kind: int, kept: bool, depth: int) -> Value | None:
    """The value of a pair; None where it is only stepped over."""
    cursor.step()
    if kind in _SIZES:
        if kept:
            return cursor.number(kind)
        cursor.skip(_SIZES[kind])
        return None
    if kind == _STRING:
        if kept:
            return cursor.text()
        cursor.skip(cursor.count())
        return None
    if kind != _ARRAY:
        raise _BrokenError(f"it has a value of the unknown type {kind}")
    if depth > 2:
        raise _BrokenError("its lists are nested too deep")
    each, length = int(cursor.number(4)), cursor.count()
    if each in _SIZES:
        cursor.skip(_SIZES[each] * length)
        return None
    texts: list[str] = []
    for _ in range(length):
        value = _value(cursor, each, kept and len(texts) < MAX_LIST, depth + 1)
        if isinstance(value, str):
            texts.append(value)
    return tuple(texts) if kept else None
