"""The Python files of an application as modules that import each other, each read when it is asked for."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from registry.scanner.interface import Files
from registry.scanner.python.scope import ModuleTree, Site
from registry.scanner.python.walk import take_apart
from registry.scanner.reference import Note
from registry.scanner.settings_outside import Outside, Setting

MAX_BYTES = 2_000_000
"""A larger Python file is not read: people do not write such."""

MAX_KEPT = 2_000_000
"""So many bytes of taken-apart files are kept from one file to the next; their trees are some fifty times as large."""

MAX_SOUGHT = 1_500_000
"""So many bytes of other files are taken apart for the sake of one."""

MAX_SITES = 200
"""So many calls of one function are looked at."""


class Project:
    """The Python files of what is scanned.

    Args:
        files: The files.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._trees: dict[str, ModuleTree | None] = {}
        self._places: dict[str, list[str]] | None = None
        self._sizes: dict[str, int] = {}
        self._kept = 0
        self._sought = 0
        self._lines: _Lines | None = None
        self._importing: dict[str, list[str]] = {}
        self._sites: dict[tuple[str, str], list[Site]] = {}
        self._callers: dict[tuple[str, str], list[str]] = {}
        self._outside = Outside(files)

    def rest(self) -> None:
        """Forget what was taken apart, once that is much; only between two files, since trees are told apart by identity."""
        self._sought = 0
        if self._kept <= MAX_KEPT:
            return
        self._sites.clear()
        for path in list(self._trees):  # the one asked for longest ago first: what many files import stays
            if self._kept <= MAX_KEPT // 2:
                break
            tree = self._trees.pop(path)
            self._kept -= self._sizes.pop(path, 0)
            if tree is not None:
                tree.forget()

    def tree(self, path: str) -> ModuleTree | None:
        """A file taken apart; None where it does not parse."""
        if path not in self._trees:
            data = self._files.read(path)
            self._trees[path] = self.parse(path, data) if data is not None else None
            self._sizes[path] = len(data or b"")
            self._kept += self._sizes[path]
            self._sought += self._sizes[path]
        else:
            self._trees[path] = self._trees.pop(path)
        return self._trees[path]

    def parse(self, path: str, data: bytes) -> ModuleTree | None:
        """Take a file apart; where it is no Python, keep a note."""
        if len(data) > MAX_BYTES:
            self._files.note(Note("too-large", f"larger than {MAX_BYTES:,} bytes, not read", path))
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the application's code: invalid escapes and the like
                return take_apart(path, ast.parse(data))
        except (SyntaxError, ValueError) as error:
            place = f" at line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            self._files.note(Note("does-not-parse", f"not valid Python{place}", path))
        except (RecursionError, MemoryError):
            self._files.note(Note("does-not-parse", "nests too deep to be read", path))
        return None

    def add(self, module: ModuleTree) -> None:
        """Take in a module that stands in no file of its own, such as the cells of a notebook."""
        self._trees[module.file] = module

    def find(self, dotted: str, level: int, file: str) -> ModuleTree | None:
        """The file that an import names, if it is one of the application."""
        steps = [step for step in dotted.split(".") if step]
        if level:
            around = file.split("/")[:-level]
            path = self._exact([*around, *steps])
        else:
            path = self._nearest(steps, file)
        if path is None or path == file or (path not in self._trees and self._sought > MAX_SOUGHT):
            return None
        return self.tree(path)

    def _exact(self, steps: list[str]) -> str | None:
        return next((path for path in self._index().get(steps[-1] if steps else "", ()) if _module(path) == steps), None)

    def _nearest(self, steps: list[str], file: str) -> str | None:
        if not steps:
            return None
        found = [path for path in self._index().get(steps[-1], ()) if _module(path)[-len(steps) :] == steps]
        # Where several files could be meant, the one that shares the longest way with the importing file is.
        return max(found, key=lambda path: (_shared(path, file), -path.count("/"), path), default=None)

    def _index(self) -> dict[str, list[str]]:
        if self._places is None:
            self._places = {}
            for path in self._files.paths:
                if path.endswith(".py"):
                    steps = _module(path)
                    self._places.setdefault(steps[-1] if steps else "", []).append(path)
        return self._places

    def _importers(self, step: str) -> list[str]:
        """The files that hold a word in a line of imports."""
        if step not in self._importing:
            if self._lines is None:
                self._lines = _Lines((path, self._files.read(path)) for path in self._files.paths if path.endswith(".py"))
            self._importing[step] = self._lines.with_word(step.encode())
        return self._importing[step]

    def outside(self, name: str) -> list[Setting]:
        """What the files of the application set a variable of the environment to."""
        return self._outside.of(name)

    def callers(self, name: str, module: ModuleTree) -> Iterator[Site]:
        """Calls of something of that name in files that can know of it: its own, and those that name its file."""
        key = (name, module.file)
        if key not in self._sites:
            self._sites[key] = list(self._search(name, module))
        yield from self._sites[key]

    def _search(self, name: str, module: ModuleTree) -> Iterator[Site]:
        key = (name, module.file)
        paths = self._callers[key] if key in self._callers else self._near(name, module)
        holding: list[str] = []
        count = 0
        for path in paths[:MAX_SITES]:
            if path not in self._trees and self._sought > MAX_SOUGHT:
                holding.append(path)
                continue  # a name that half of the application calls; what is read already has to do
            tree = module if path == module.file else self.tree(path)
            if tree is None:
                continue
            for index, site in enumerate(_sites(tree, name)):
                if not index:
                    holding.append(path)
                yield site
                count += 1
                if count >= MAX_SITES:
                    return
        # Once what was taken apart is forgotten, only the files that hold a call need to be taken apart again.
        self._callers[key] = holding

    def _near(self, name: str, module: ModuleTree) -> list[str]:
        """The files whose text may call something of that name and that import the file or the package it belongs to."""
        steps = _module(module.file) if module.file.endswith(".py") else []
        word = name.encode()
        # A package may hand on what its files define, so those that import it may call it too.
        near = sorted({path for step in steps[-2:] for path in self._importers(step)} - {module.file})
        return [module.file, *(path for path in near if _may_call(self._files.read(path) or b"", word))]


def _sites(tree: ModuleTree, name: str) -> Iterator[Site]:
    """The calls of a name in a file, under another name too, or handed to `partial`."""
    yield from tree.sites.get(name, ())
    for alias, bindings in tree.scope.names.items():
        if alias != name and any(each.kind == "import" and each.name.rpartition(".")[2] == name for each in bindings):
            yield from tree.sites.get(alias, ())
    for site in tree.sites.get("partial", ()):
        if (
            site.call.args
            and isinstance(site.call.args[0], ast.Name | ast.Attribute)
            and (getattr(site.call.args[0], "id", None) or getattr(site.call.args[0], "attr", None)) == name
        ):
            yield site


def _may_call(data: bytes, word: bytes) -> bool:
    """Whether a text holds a word as one that is called, renamed, or handed to `partial`, and not only as a part of another or where it is defined."""
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        before, after = data[max(at - 8, 0) : at], data[end : end + 8]
        if not (before[-1:].isalnum() or before.endswith((b"_", b"def "))) and (
            after.startswith((b"(", b" (", b" as ")) or before.rstrip().endswith(b"partial(")
        ):
            return True
        at = data.find(word, end)
    return False


class _Lines:
    """The lines of all files that hold `import`, as one text, since many words are sought in them."""

    def __init__(self, files: Iterable[tuple[str, bytes | None]]) -> None:
        self._paths: list[str] = []
        self._starts: list[int] = []
        parts: list[bytes] = []
        length = 0
        for path, data in files:
            if data is None:
                continue
            self._paths.append(path)
            self._starts.append(length)
            at = data.find(b"import")
            while at >= 0:
                end = data.find(b"\n", at)
                end = len(data) if end < 0 else end
                line = data[data.rfind(b"\n", 0, at) + 1 : end + 1]
                parts.append(line)
                length += len(line)
                at = data.find(b"import", end)
        self._text = b"".join(parts)

    def with_word(self, word: bytes) -> list[str]:
        """The files that hold a word in such a line."""
        found: dict[str, None] = {}
        text = self._text
        at = text.find(word) if word else -1
        while at >= 0:
            end = at + len(word)
            before, after = text[at - 1 : at], text[end : end + 1]
            if not (before.isalnum() or before == b"_" or after.isalnum() or after == b"_"):
                found[self._paths[bisect_right(self._starts, at) - 1]] = None
            at = text.find(word, end)
        return list(found)


def _module(path: str) -> list[str]:
    steps = path.removesuffix(".py").split("/")
    return steps[:-1] if steps[-1] == "__init__" else steps


def _shared(path: str, file: str) -> int:
    one, other = path.split("/"), file.split("/")
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return length
