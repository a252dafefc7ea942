"""References in shell scripts and makefiles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.scanner.commands import Place, in_text
from registry.scanner.interface import Files
from registry.scanner.lines import QUICK, assignments
from registry.scanner.reference import Reference

_NAMES = re.compile(
    r"(?:^|/)(?:[^/]+\.(?:sh|bash|zsh|fish|ps1|bat|cmd|sbatch|slurm|mk|justfile)|Makefile|makefile|GNUmakefile|justfile|Procfile|entrypoint|run|start)$"
)


class ShellDetector:
    """Finds references in shell scripts and makefiles."""

    name = "shell"

    def takes(self, path: str) -> bool:
        """Scripts by their ending, and makefiles."""
        return _NAMES.search(path) is not None

    def wants(self, data: bytes) -> bool:
        """Whether it holds a word that only commands with models have."""
        return QUICK.search(data) is not None

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The references in its commands and assignments."""
        text = data.decode("utf-8", errors="replace")
        yield from in_text(text, Place(path))
        yield from assignments(text, path)
