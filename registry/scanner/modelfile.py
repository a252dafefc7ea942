"""References in Ollama's Modelfile: what a model is made from, and its adapters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.scanner.interface import Files
from registry.scanner.loaders import Rule, read_loaders
from registry.scanner.names import Name, is_path, read_name
from registry.scanner.reference import Reference

_LINE = re.compile(r"^[ \t]*(FROM|ADAPTER)[ \t]+(\S+)", re.IGNORECASE)
_RULE = Rule("ollama", "ollama", form="ollama")


class ModelfileDetector:
    """Finds references in a Modelfile."""

    name = "modelfile"

    def takes(self, path: str) -> bool:
        """`Modelfile`, with or without an ending, and files that end in `.modelfile`."""
        name = path.rpartition("/")[2]
        return name.startswith("Modelfile") or name.lower().endswith(".modelfile")

    def wants(self, data: bytes) -> bool:
        """Always: such files are small and each names a model."""
        return True

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The model of `FROM` and those of `ADAPTER`."""
        for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
            match = _LINE.match(line)
            if match is None:
                continue
            text = match.group(2)
            name = Name(text, "local") if is_path(text) or text.endswith((".gguf", ".safetensors", ".bin")) else read_name(text, _RULE, read_loaders().facts)
            if name is not None:
                yield Reference(
                    name.name, text, "model", "load", path, number, match.start(2) + 1, provider=name.provider, library="ollama", revision=name.revision
                )
