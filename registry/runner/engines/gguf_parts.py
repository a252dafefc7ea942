"""Puts the parts of a model in GGUF together, since transformers reads one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from registry.runner.engines.interface import EngineError


def join_parts(paths: Sequence[Path], target: Path, name: str) -> None:
    """Write one file with the metadata of the first part and the tensors of all.

    Args:
        paths: The parts in order.
        target: The file that is written.
        name: What the model is called, for messages.

    Raises:
        EngineError: Tensors are missing, or stand twice.
    """
    import gguf

    readers = [gguf.GGUFReader(path) for path in paths]
    fields = readers[0].fields
    tensors = [(reader, tensor) for reader in readers for tensor in reader.tensors]
    claimed = int(fields["split.tensors.count"].contents()) if "split.tensors.count" in fields else len(tensors)
    if len({tensor.name for _, tensor in tensors}) != len(tensors) or claimed != len(tensors):
        raise EngineError("model", f"the parts of `{name}` hold {len(tensors):,} tensors, and the first says {claimed:,}", "fetch all of its parts anew")
    writer = gguf.GGUFWriter(target, str(fields["general.architecture"].contents()), endianess=readers[0].endianess)
    if "general.alignment" in fields:
        writer.data_alignment = int(fields["general.alignment"].contents())
    for key, about in fields.items():
        if key == "general.architecture" or key.startswith(("GGUF.", "split.")):
            continue
        kind: Any = about.types[0]
        writer.add_key_value(key, about.contents(), kind, about.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
    for _, tensor in tensors:
        writer.add_tensor_info(tensor.name, tensor.data.shape, tensor.data.dtype, tensor.data.nbytes, tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for reader, tensor in tensors:
        writer.write_tensor_data(tensor.data, tensor_endianess=reader.endianess)
    writer.close()
