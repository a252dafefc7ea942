"""References in JavaScript and TypeScript, by their syntax trees (extra `scan`)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from registry.scanner.interface import Files
from registry.scanner.javascript.calls import ScriptReader
from registry.scanner.javascript.script import languages, take_apart
from registry.scanner.javascript.values import Script, Values
from registry.scanner.loaders import read_loaders, read_programs
from registry.scanner.python.glance import may_name
from registry.scanner.reference import Note, Reference

_ENDINGS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")

MAX_BYTES = 1_000_000
"""A larger file is generated, not written."""

BUNDLED = 400
"""Lines longer than this on average are a bundler's, not a person's."""


class JavaScriptDetector:
    """Finds references in JavaScript and TypeScript."""

    name = "javascript"

    def __init__(self) -> None:
        self._scripts: dict[str, Script | None] = {}

    def takes(self, path: str) -> bool:
        """Scripts by their ending; not what a bundler made."""
        return path.endswith((*_ENDINGS, ".vue", ".svelte", ".astro")) and not path.endswith((".min.js", ".d.ts", ".bundle.js"))

    def wants(self, data: bytes) -> bool:
        """Whether it names a package that calls or loads models, holds a word of such code, or a text that reads like the name of a model."""
        return len(data) <= MAX_BYTES and (needles().search(data) is not None or may_name(data, read_loaders().facts))

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The references in a script; without the extra, none, and a note."""
        if languages() is None:
            files.note(Note("missing-extra", "not read: JavaScript and TypeScript need the `scan` extra", path))
            return
        if len(data) > BUNDLED * (data.count(b"\n") + 10):
            files.note(Note("generated", "not read: what a bundler made, not what a person wrote", path))
            return
        self._scripts.clear()
        script = self._script(path, files, data)
        if script is not None:
            yield from ScriptReader(script, Values(lambda target, origin: self._imported(target, origin, files))).find()

    def _script(self, path: str, files: Files, data: bytes | None = None) -> Script | None:
        if path not in self._scripts:
            data = files.read(path) if data is None else data
            self._scripts[path] = take_apart(path, data) if data is not None and len(data) <= MAX_BYTES else None
        return self._scripts[path]

    def _imported(self, target: str, origin: str, files: Files) -> Script | None:
        known = set(files.paths) if len(self._scripts) < 40 else set()
        bases = [posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))] if target.startswith(".") else [target[2:], f"src/{target[2:]}"]
        for base in bases:
            stem = re.sub(r"\.[cm]?jsx?$", "", base)
            for candidate in (base, *(stem + ending for ending in _ENDINGS), *(f"{stem}/index{ending}" for ending in _ENDINGS)):
                if candidate in known:
                    return self._script(candidate, files)
        return None


@lru_cache(maxsize=1)
def needles() -> re.Pattern[bytes]:
    """What only scripts hold that name models."""
    packages = "|".join(re.escape(name) for name in sorted(read_programs().scripts, key=len, reverse=True))
    return re.compile(
        rf"""["'](?:npm:)?(?:{packages})(?:[/@][^"']*)?["']|huggingface|transformers@|from_pretrained|chat\.completions|api\.openai\.com|gpt-|claude-|gemini-|Xenova/""".encode()
    )
