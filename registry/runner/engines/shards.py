"""Writes tensors into one file of safetensors, or into several with an index, without holding more than one file of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from registry.sources.weights.tensors import Tensor

MAX_SHARD_BYTES = 4_000_000_000
"""A file has no more bytes of tensors, unless one tensor alone has."""


def settle_headers(folder: Path) -> None:
    """Bring the metadata of every file of safetensors into one order, so that the same model is the same file each time.

    The library writes them in the order of a hash table, which differs from process to process.
    """
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("r+b") as stream:
            length = int.from_bytes(stream.read(8), "little")
            header = json.loads(stream.read(length))
            metadata = header.get("__metadata__")
            if not metadata or len(metadata) < 2:
                continue
            ordered = {"__metadata__": dict(sorted(metadata.items())), **{name: about for name, about in header.items() if name != "__metadata__"}}
            data = json.dumps(ordered, separators=(",", ":"), ensure_ascii=False).encode()
            if len(data) <= length:  # the same entries in another order; spaces may follow them
                stream.seek(8)
                stream.write(data.ljust(length))


class ShardWriter:
    """Takes the tensors of a model in a known order.

    Args:
        folder: Where the files go.
        order: Every tensor, in the order in which it will come.
        limit: So many bytes a file.
    """

    def __init__(self, folder: Path, order: Sequence[Tensor], limit: int = MAX_SHARD_BYTES) -> None:
        self._folder = folder
        self._plan: list[list[str]] = []
        self._bytes = sum(tensor.size for tensor in order)
        size = 0
        for tensor in order:
            if not self._plan or size + tensor.size > limit:
                self._plan.append([])
                size = 0
            self._plan[-1].append(tensor.name)
            size += tensor.size
        self._held: dict[str, Any] = {}
        self._written = 0

    def add(self, name: str, tensor: Any) -> None:
        """Take the next tensor; its file is written as soon as it is whole."""
        self._held[name] = tensor.contiguous()
        if len(self._held) == len(self._plan[self._written]):
            self._write()

    def close(self) -> int:
        """Write the index, where there are several files; how many there are."""
        if self._held or self._written != len(self._plan):
            raise ValueError("some tensors did not come")
        if len(self._plan) > 1:
            where = {name: self._name(number) for number, names in enumerate(self._plan) for name in names}
            index = {"metadata": {"total_size": self._bytes}, "weight_map": dict(sorted(where.items()))}
            (self._folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
        return len(self._plan)

    def _write(self) -> None:
        from safetensors.torch import save_file

        save_file(self._held, self._folder / self._name(self._written), metadata={"format": "pt"})
        self._held = {}
        self._written += 1

    def _name(self, number: int) -> str:
        return "model.safetensors" if len(self._plan) == 1 else f"model-{number + 1:05d}-of-{len(self._plan):05d}.safetensors"
