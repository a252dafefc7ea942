"""References in notebooks: the cells as one program, in their order, with shell lines and magics apart."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from registry.scanner.commands import Place, in_text
from registry.scanner.interface import Files
from registry.scanner.python.detector import find_in
from registry.scanner.python.project import Project
from registry.scanner.python.walk import take_apart
from registry.scanner.reference import Call, Note, Reference

MAX_CELLS = 5_000
"""So many cells are read."""

MAX_SOURCE = 1_000_000
"""So many characters of code are read."""

_QUICK = re.compile(rb"(?i)model|pretrained|hugging|openai|ollama|dataset|llm|anthropic|genai|cohere|spacy|whisper|embed")


class NotebookDetector:
    """Finds references in notebooks."""

    name = "notebook"

    def takes(self, path: str) -> bool:
        """Files that end in `.ipynb`."""
        return path.endswith(".ipynb")

    def wants(self, data: bytes) -> bool:
        """Whether it holds a word that code with models has."""
        return _QUICK.search(data) is not None

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The references in its cells, each with its cell and the line there."""
        cells = _cells(path, data, files)
        parts: list[str] = []
        places: list[tuple[int, int]] = []
        lines: list[str] = []
        for number, source in cells:
            plain, shell = _split(source)
            for at, command in shell:
                for each in in_text(command, Place(path, at, cell=number)):
                    yield replace(each, snippet=_line(source, each.line))
            if plain.strip() and _parses(plain):
                for at, line in enumerate(plain.splitlines(), 1):
                    parts.append(line)
                    lines.append(line)
                    places.append((number, at))
        yield from _program(path, "\n".join(parts), places, lines, files)


def _cells(path: str, data: bytes, files: Files) -> list[tuple[int, str]]:
    """The code cells with their numbers, counted over all cells from 1."""
    try:
        notebook = json.loads(data)
        listed: Any = notebook.get("cells")
        if listed is None:
            listed = [cell for sheet in notebook.get("worksheets", ()) for cell in sheet.get("cells", ())]
        found = []
        total = 0
        for number, cell in enumerate(listed[:MAX_CELLS], 1):
            if cell.get("cell_type") == "code":
                source = cell.get("source", cell.get("input", ""))
                text = "".join(source) if isinstance(source, list) else str(source)
                total += len(text)
                if total > MAX_SOURCE:
                    files.note(Note("cut-short", f"only the first {MAX_SOURCE:,} characters of code were read", path))
                    break
                found.append((number, text))
        return found
    except (ValueError, AttributeError, TypeError, RecursionError):
        files.note(Note("does-not-parse", "not a valid notebook", path))
        return []


def _split(source: str) -> tuple[str, list[tuple[int, str]]]:
    """The Python of a cell, with blank lines where shell lines and magics stood; and the shell lines with their lines."""
    lines = source.splitlines()
    shell: list[tuple[int, str]] = []
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%"):
        words = first.split()
        if words[0] in ("%%bash", "%%sh", "%%shell", "%%script", "%%cmd"):
            at = lines.index(first) + 1
            return "", [(at + 1, "\n".join(lines[at:]))]
        if words[0] not in ("%%time", "%%timeit", "%%capture", "%%prun"):
            return "", []
        lines[lines.index(first)] = ""
    plain: list[str] = []
    for number, line in enumerate(lines, 1):
        stripped = line.lstrip()
        indent = line[: len(line) - len(stripped)]
        match = re.match(r"(?:[\w, ]+=\s*)?!(.*)", stripped)
        if match is not None:
            shell.append((number, match.group(1).lstrip("!")))
            plain.append(f"{indent}pass")
        elif stripped.startswith("%"):
            words = stripped.lstrip("%").split(None, 1)
            if words and words[0] in ("pip", "sx", "system", "env", "set_env", "run", "sh") and len(words) > 1:
                shell.append((number, words[1]))
            plain.append(f"{indent}pass")
        elif stripped.endswith("?") and re.fullmatch(r"[\w.]+\?{1,2}", stripped):
            plain.append(f"{indent}pass")
        else:
            plain.append(line)
    return "\n".join(plain), shell


def _parses(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _line(source: str, number: int) -> str:
    lines = source.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _program(path: str, source: str, places: list[tuple[int, int]], lines: list[str], files: Files) -> Iterator[Reference]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = take_apart(path, ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    project = Project(files)
    project.add(module)
    for each in find_in(module, project, source):
        if each.file != path:
            yield each
            continue
        cell, line = places[each.line - 1]
        calls = tuple(Call(call.file, places[call.line - 1][1], call.callee) if call.file == path else call for call in each.calls)
        yield replace(each, cell=cell, line=line, snippet=lines[each.line - 1], calls=calls)
