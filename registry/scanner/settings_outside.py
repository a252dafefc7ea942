"""Values that an application is given from outside: what its `.env`, compose and container files set environment variables to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from registry.scanner.certainty import PERHAPS, USUALLY
from registry.scanner.interface import Files
from registry.scanner.python.scope import ModuleTree, Scope

MAX_FILES = 200
"""So many files are looked at for one application."""

_FILES = re.compile(
    r"(?:^|/)(?:\.?env(?:rc)?(?:[.-][\w-]+)*|[\w.-]+\.env(?:\.[\w-]+)?|(?:docker-)?compose[\w.-]*\.ya?ml|[^/]*[Dd]ockerfile(?:\.[\w-]+)?|Containerfile)$"
)
_LINE = re.compile(
    r"""^[ \t]*(?:-[ \t]+|export[ \t]+|ENV[ \t]+|ARG[ \t]+|set[ \t]+)?["']?([A-Za-z_]\w*)["']?[ \t]*(?:=|:[ \t])[ \t]*["']?([^"'\s#]+)""", re.MULTILINE
)
_GIVEN = re.compile(r"\$\{\w+:?-([^}]*)\}")
_SAMPLE = re.compile(r"(?i)example|sample|template|dist\b")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a variable is set to in one place.

    Attributes:
        node: The value, as an expression that stands there.
        scope: A scope in that file.
        certainty: How sure it is that the application sees it; a file that shows how to write one is less so.
    """

    node: ast.Constant
    scope: Scope
    certainty: int


class Outside:
    """The variables that the files of an application set.

    Args:
        files: The files.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._settings: dict[str, list[Setting]] | None = None

    def of(self, name: str) -> list[Setting]:
        """What a variable is set to."""
        if self._settings is None:
            self._settings = {}
            for path in [each for each in self._files.paths if _FILES.search(each) and not each.endswith(".py")][:MAX_FILES]:
                for key, setting in _read(path, self._files.read(path) or b""):
                    self._settings.setdefault(key, []).append(setting)
        return self._settings.get(name, [])


def _read(path: str, data: bytes) -> Iterator[tuple[str, Setting]]:
    text = data.decode("utf-8", errors="replace")
    module = ModuleTree(path, ast.Module([], []))
    module.scope = Scope(module, module.tree, None)
    sure = PERHAPS if _SAMPLE.search(path.rpartition("/")[2]) else USUALLY
    for match in _LINE.finditer(text):
        value = match.group(2)
        given = _GIVEN.fullmatch(value)
        value = given.group(1) if given is not None else value
        if value and "$" not in value and len(value) <= 300:
            start = text.rfind("\n", 0, match.start(2)) + 1
            line = text.count("\n", 0, match.start(2)) + 1
            yield match.group(1), Setting(ast.Constant(value, lineno=line, col_offset=match.start(2) - start), module.scope, sure)
