"""References in container files: what they download, serve and set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from registry.scanner.commands import Place, Token, in_command, in_text
from registry.scanner.interface import Files
from registry.scanner.lines import QUICK, assignments, mentions
from registry.scanner.reference import Reference

_NAMES = re.compile(r"(?:^|/)(?:[^/]*[Dd]ockerfile(?:\.[\w.-]+)?|Containerfile(?:\.[\w.-]+)?|[\w.-]+\.(?:[Dd]ockerfile|def|sif))$")
_INSTRUCTION = re.compile(
    r"^[ \t]*(FROM|RUN|CMD|ENTRYPOINT|ENV|ARG|ADD|COPY|HEALTHCHECK|SHELL|LABEL|EXPOSE|WORKDIR|USER|VOLUME|ONBUILD|STOPSIGNAL)[ \t]+", re.IGNORECASE
)


class ContainerDetector:
    """Finds references in container files."""

    name = "container"

    def takes(self, path: str) -> bool:
        """`Dockerfile`, `Containerfile`, and files named after one."""
        return _NAMES.search(path) is not None

    def wants(self, data: bytes) -> bool:
        """Whether it holds a word that only commands and settings with models have."""
        return QUICK.search(data) is not None

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The references in its commands, its variables and its quoted texts."""
        text = data.decode("utf-8", errors="replace")
        variables: dict[str, str] = {}
        for line, instruction, rest in _instructions(text):
            if instruction in ("ENV", "ARG"):
                for pair in re.finditer(r"""(\w+)=("[^"]*"|'[^']*'|\S+)""", rest):
                    variables[pair.group(1)] = pair.group(2).strip("\"'")
                words = rest.split(None, 1)
                if "=" not in rest and len(words) == 2:
                    variables[words[0]] = words[1].strip()
            elif instruction in ("CMD", "ENTRYPOINT") and rest.lstrip().startswith("["):
                yield from in_command(_listed(rest, line), Place(path), variables)
            elif instruction in ("RUN", "CMD", "ENTRYPOINT", "ADD", "HEALTHCHECK"):
                yield from in_text(f"ADD {rest}" if instruction == "ADD" else rest, Place(path, line), variables)
        yield from assignments(text, path)
        yield from mentions(text, path)


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Each instruction: the line it begins on, its word, and what follows with the lines that continue it."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        match = _INSTRUCTION.match(lines[number])
        if match is None:
            number += 1
            continue
        first = number
        rest = [lines[number][match.end() :]]
        while number + 1 < len(lines) and (lines[number].rstrip().endswith("\\") or lines[number + 1].lstrip().startswith("#")):
            number += 1
            rest.append(lines[number])
        number += 1
        yield first + 1, match.group(1).upper(), "\n".join(rest)


def _listed(text: str, line: int) -> list[Token]:
    """The words of a command that is written as a list."""
    try:
        words = json.loads(text.replace("\\\n", "\n"))
    except (ValueError, RecursionError):
        return [Token(each.group(1), line + text.count("\n", 0, each.start()), 1) for each in re.finditer(r'"((?:[^"\\]|\\.)*)"', text)]
    result: list[Token] = []
    at = 0
    for word in words if isinstance(words, list) else ():
        if isinstance(word, str):
            found = text.find(word, at)
            at = found + len(word) if found >= 0 else at
            result.append(Token(word, line + text.count("\n", 0, max(found, 0)), 1))
    return result
