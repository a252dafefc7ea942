"""References in lists of packages: those that carry weights."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.scanner.interface import Files
from registry.scanner.loaders import read_programs
from registry.scanner.reference import Reference

_NAMES = re.compile(
    r"(?:^|/)(?:[\w.-]*requirements[\w.-]*\.(?:txt|in)|requirements/[\w.-]+\.txt|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|environment\.ya?ml|conda\.ya?ml|constraints[\w.-]*\.txt)$"
)
_SPACY = re.compile(r"\b([a-z]{2,3}[_-](?:core|dep|ent|sent|pipeline)[_-](?:web|news|sci|wiki|ud|udpipe)[_-](?:sm|md|lg|trf|scibert))\b")
_PACKAGE = re.compile(r"""^[ \t"'-]*([A-Za-z0-9][\w.-]*)[ \t]*(?:\[[^\]]*\])?[ \t]*(?:$|[=<>!~@;,"'#\[])""")


class RequirementsDetector:
    """Finds packages that carry weights."""

    name = "requirements"

    def takes(self, path: str) -> bool:
        """Lists of Python packages."""
        return _NAMES.search(path) is not None

    def wants(self, data: bytes) -> bool:
        """Always: such files are small."""
        return len(data) < 1_000_000

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The models that its packages carry."""
        packages = read_programs().packages
        for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
            if line.lstrip().startswith("#") or len(line) > 2_000:
                continue
            spacy = _SPACY.search(line)
            if spacy is not None:
                name = f"spacy/{spacy.group(1).replace('-', '_')}"
                yield Reference(name, spacy.group(1), "model", "download", path, number, spacy.start() + 1, provider="hub", library="spacy", resolved="package")
                continue
            match = _PACKAGE.match(line)
            model = packages.get(re.sub(r"[-_.]+", "-", match.group(1)).lower()) if match is not None else None
            if match is not None and model is not None:
                yield Reference(
                    model, match.group(1), "model", "download", path, number, match.start(1) + 1, provider="hub", library=match.group(1), resolved="package"
                )
