"""References in files of environment variables: `.env`, `.env.example`, `production.env`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.scanner.interface import Files
from registry.scanner.lines import QUICK, assignments
from registry.scanner.reference import Reference

_NAMES = re.compile(r"(?:^|/)(?:\.?env(?:rc)?(?:[.-][\w.-]+)?|[\w.-]+\.env(?:\.[\w-]+)?|[\w.-]+\.(?:ini|cfg|conf|properties|toml|tf|tfvars|hcl))$")


class EnvironmentDetector:
    """Finds references in files of `KEY=VALUE` lines, TOML and INI among them."""

    name = "environment"

    def takes(self, path: str) -> bool:
        """Files of environment variables, TOML, INI, Terraform."""
        return _NAMES.search(path) is not None and not path.endswith((".lock", "poetry.toml", ".py", ".js", ".ts", ".mjs"))

    def wants(self, data: bytes) -> bool:
        """Whether it holds a word under which models are kept."""
        return QUICK.search(data) is not None

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """What its lines name."""
        yield from assignments(data.decode("utf-8", errors="replace"), path)
