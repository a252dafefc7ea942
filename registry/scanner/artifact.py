"""Model files that lie in the tree: weights and adapter folders. What their headers say is read by those who read weights."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.scanner.interface import Files
from registry.scanner.reference import Reference

_NAMES = re.compile(
    r"(?i)(?:\.(?:safetensors|gguf|ggml|onnx|tflite|ckpt|mlmodel|mlpackage|engine|llamafile|pth|nemo|caffemodel)|(?:^|/)(?:pytorch_model|adapter_model|diffusion_pytorch_model|model|consolidated|tf_model|flax_model|ggml-model|ggml)[\w.-]*\.(?:bin|pt|h5|msgpack|keras|pb)|\.pt)$"
)
_LEAST = 1_000
"""A smaller file holds no weights worth the name."""


class ArtifactDetector:
    """Finds weights."""

    name = "artifact"
    reads_itself = True

    def takes(self, path: str) -> bool:
        """Files with an ending that weights have."""
        return _NAMES.search(path) is not None

    def wants(self, data: bytes) -> bool:
        """Always."""
        return True

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The file itself, whatever its size: a pointer to a large file is one too."""
        if files.size(path) == 0:
            return
        confidence = "certain" if files.size(path) >= _LEAST else "likely"
        yield Reference(
            path,
            path.rpartition("/")[2],
            "model",
            "artifact",
            path,
            1,
            provider="local",
            library=path.rpartition(".")[2].lower(),
            confidence=confidence,
            resolved="file",
        )
