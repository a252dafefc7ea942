"""References in documentation: addresses of the Hub, commands and code in fences, names in backticks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from registry.scanner.commands import Place, in_text
from registry.scanner.config import front_matter
from registry.scanner.interface import Files
from registry.scanner.lines import mentions
from registry.scanner.names import hub_address
from registry.scanner.python.detector import find_in
from registry.scanner.python.project import Project
from registry.scanner.python.walk import take_apart
from registry.scanner.reference import Reference

_ADDRESS = re.compile(r"https?://(?:huggingface\.co|hf\.co|hf-mirror\.com)/[\w./#?=&%-]+")
_FENCE = re.compile(r"^[ \t>]*(```+|~~~+)[ \t]*([\w+-]*)[^\n]*\n(.*?)^[ \t>]*\1", re.MULTILINE | re.DOTALL)
_SHELLS = frozenset(("", "sh", "bash", "shell", "console", "zsh", "text", "cmd", "powershell", "shell-session", "dockerfile"))
_QUICK = re.compile(
    rb"(?i)huggingface|hf\.co|ollama|vllm|--model|from_pretrained|base_model|gpt-|claude-|llama|bert|whisper|`[\w.-]+/[\w.-]+`|--[a-z_]*(?:weights|model|data_path|dataset)"
)


class DocumentDetector:
    """Finds references in Markdown, reStructuredText and the like."""

    name = "document"

    def takes(self, path: str) -> bool:
        """Documentation by its ending."""
        return path.lower().endswith((".md", ".mdx", ".rst", ".markdown", ".adoc"))

    def wants(self, data: bytes) -> bool:
        """Whether it holds an address of the Hub or a word of models."""
        return _QUICK.search(data) is not None

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The references in it, none of them more than likely: people show more than they do."""
        text = data.decode("utf-8", errors="replace")
        for each in (*self._all(path, text, files), *front_matter(text, path)):
            yield replace(each, confidence="possible" if each.kind == "mention" else "likely" if each.confidence == "certain" else each.confidence)

    def _all(self, path: str, text: str, files: Files) -> Iterator[Reference]:
        for number, line in enumerate(text.splitlines(), 1):
            for match in _ADDRESS.finditer(line[:4_000]):
                found = hub_address(match.group(0).rstrip(".,"))
                if found is not None:
                    yield Reference(found[1], match.group(0)[:300], found[0], "mention", path, number, match.start() + 1, provider="hub", revision=found[2])
        for match in _FENCE.finditer(text):
            first = text.count("\n", 0, match.start(3)) + 1
            language, body = match.group(2).lower(), match.group(3)
            if language in ("python", "py", "python3", "pycon"):
                yield from _code(path, body, first, files)
            elif language in _SHELLS:
                yield from in_text(re.sub(r"(?m)^([ \t]*)[$>%] ", r"\1  ", body), Place(path, first))
        yield from mentions(text, path)


def _code(path: str, body: str, line: int, files: Files) -> Iterator[Reference]:
    import textwrap
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = take_apart(path, ast.parse(textwrap.dedent(body)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for each in find_in(module, Project(_Alone(files)), textwrap.dedent(body)):
        if each.resolved is not None:
            yield replace(each, line=each.line + line - 1, calls=())


class _Alone:
    """No files: what a document shows stands for itself."""

    paths: tuple[str, ...] = ()

    def __init__(self, files: Files) -> None:
        self._files = files

    def read(self, path: str) -> bytes | None:
        return None

    def size(self, path: str) -> int:
        return 0

    def note(self, note: object) -> None:
        """Keep nothing: that an example does not parse is no news."""
