"""References in Python files, by their syntax tree; no line of them is ever run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from registry.scanner.interface import Files
from registry.scanner.loaders import read_loaders
from registry.scanner.python.calls import Calls
from registry.scanner.python.glance import holds_more, may_name
from registry.scanner.python.origins import Origins
from registry.scanner.python.project import Project
from registry.scanner.python.scope import ModuleTree
from registry.scanner.python.sweep import sweep
from registry.scanner.reference import Reference

_CALLS = re.compile(rb"\.(?:from_pretrained|completions\.create|hub\.load|co/)")
"""What makes a file worth reading, whatever it imports; the last stands in addresses of the Hub."""


class PythonDetector:
    """Finds references in Python files."""

    name = "python"

    def __init__(self) -> None:
        self._project: tuple[int, Project] | None = None

    def takes(self, path: str) -> bool:
        """Files that end in `.py` or `.pyw`."""
        return path.endswith((".py", ".pyw"))

    def wants(self, data: bytes) -> bool:
        """Whether it imports a library that loads models, or holds a word that only such code has."""
        imported, taken = needles()
        if imported.search(data) is not None or taken.search(data) is not None or _CALLS.search(data) is not None:
            return True
        return may_name(data, read_loaders().facts)

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The references in a file, and those in others that its calls lead to."""
        project = self.project(files)
        project.rest()
        module = project.tree(path)
        if module is not None:
            yield from find_in(module, project, data.decode("utf-8", errors="replace"))

    def project(self, files: Files) -> Project:
        """The Python files around, kept from one file to the next."""
        if self._project is None or self._project[0] != id(files):
            self._project = (id(files), Project(files))
        return self._project[1]


def find_in(module: ModuleTree, project: Project, source: str) -> Iterator[Reference]:
    """The references of one file that was taken apart.

    Args:
        module: The file.
        project: The files around it.
        source: Its text.
    """
    loaders = read_loaders()
    calls = Calls(Origins(project, loaders), loaders)
    named: set[tuple[str, int, int]] = set()
    for reference in (*calls.find(module), *_packages(module)):
        named.add((reference.file, reference.line, reference.column))
        yield reference
    named |= calls.settled
    if not holds_more(source, {line for file, line, _ in named if file == module.file}, loaders.facts):
        return
    for reference in sweep(module, loaders.facts):
        if (reference.file, reference.line, reference.column) not in named:
            yield reference


def _packages(module: ModuleTree) -> Iterator[Reference]:
    """Pipelines of spaCy that are imported as packages."""
    for bindings in module.scope.names.values():
        for each in bindings:
            name = each.name.partition(".")[0]
            if each.kind == "import" and _SPACY.fullmatch(name):
                yield Reference(f"spacy/{name}", name, "model", "load", module.file, *each.position, provider="hub", library="spacy")


_SPACY = re.compile(r"[a-z]{2,3}_(?:core|dep|ent|sent)_[a-z]+_(?:sm|md|lg|trf|scibert)")


@lru_cache(maxsize=1)
def needles() -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """The imports of libraries that load models. Each begins with a word of its own, which is what makes a search fast."""
    modules = "|".join(sorted(map(re.escape, read_loaders().imports - {"torch", "google", "azure", "ray", "clip", "phi", "agents"}), key=len, reverse=True))
    special = r"google\.(?:generativeai|genai|adk|cloud)|google[ \t]+import[ \t]+(?:generativeai|genai|adk)|azure\.(?:ai|openai)|clip\b|agents\b|phi\."
    spacy = r"[a-z]{2,3}_(?:core|dep|ent|sent)_[a-z]+_(?:sm|md|lg|trf)"
    after = rf"[ \t]+(?:{modules}|{special}|{spacy})\b"
    return re.compile(f"import{after}".encode()), re.compile(f"from{after}".encode())
