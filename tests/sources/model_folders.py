"""Makes small model folders for tests: cards, configurations, headers of weights."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_folder(folder: Path, files: Mapping[str, object]) -> Path:
    """A folder with files: text, bytes, or a value that is written as JSON."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def safetensors(metadata: Mapping[str, str] | None = None, shape: tuple[int, ...] = (2, 3), length: int | None = None) -> bytes:
    """A file of safetensors with one tensor of zeros; `length` is what its first eight bytes claim."""
    count = 1
    for side in shape:
        count *= side
    header: dict[str, Any] = {"w": {"dtype": "F32", "shape": list(shape), "data_offsets": [0, 4 * count]}}
    if metadata is not None:
        header["__metadata__"] = dict(metadata)
    data = json.dumps(header).encode()
    return struct.pack("<Q", len(data) if length is None else length) + data + bytes(4 * count)


def gguf_text(text: str, order: str = "<") -> bytes:
    """A text as GGUF holds one."""
    data = text.encode()
    return struct.pack(f"{order}Q", len(data)) + data


def gguf(pairs: Mapping[str, str | int | list[str]], order: str = "<") -> bytes:
    """A GGUF file without tensors."""
    body = b""
    for key, value in pairs.items():
        body += gguf_text(key, order)
        if isinstance(value, str):
            body += struct.pack(f"{order}I", 8) + gguf_text(value, order)
        elif isinstance(value, int):
            body += struct.pack(f"{order}II", 4, value)
        else:
            body += struct.pack(f"{order}IIQ", 9, 8, len(value)) + b"".join(gguf_text(each, order) for each in value)
    return b"GGUF" + struct.pack(f"{order}IQQ", 3, 0, len(pairs)) + body
