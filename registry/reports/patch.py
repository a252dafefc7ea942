"""Changes to text files as one patch that git applies, with remarks before it that git passes over.

Only what a patch needs is written: no digests of contents, no dates. A file that is to be changed stands with three lines around each change.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CONTEXT = 3
"""So many unchanged lines stand around a change."""

_NO_END = "\\ No newline at end of file"


@dataclass(frozen=True, slots=True)
class Change:
    """One file that could be written.

    Attributes:
        path: Its path from where the patch is applied, with `/`.
        before: What it holds; None where it is not there yet.
        after: What it would hold.
        why: What that is for.
    """

    path: str
    before: str | None
    after: str
    why: str


def render_patch(changes: Iterable[Change], remarks: Sequence[str] = ()) -> str:
    """The patch; empty where nothing is changed and nothing remarked.

    Args:
        changes: The changes, no two of one file.
        remarks: Lines that stand before it, each after a `#`.
    """
    body = "".join(_file(change) for change in sorted(changes, key=lambda each: each.path) if change.before != change.after)
    head = "".join(f"# {_printable(line)}".rstrip() + "\n" for line in remarks)
    return f"{head}\n{body}" if head and body else head + body


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else " " for character in line)


def _file(change: Change) -> str:
    old, new = _quoted(f"a/{change.path}"), _quoted(f"b/{change.path}")
    head = f"diff --git {old} {new}\n"
    if change.before is None:
        head += "new file mode 100644\n"
    return f"{head}--- {old if change.before is not None else '/dev/null'}\n+++ {new}\n{''.join(_hunks(change))}"


def _hunks(change: Change) -> Iterable[str]:
    """The hunks; lines end at line feeds only, so that no other sign in a text breaks one."""
    before, after = _lines(change.before or ""), _lines(change.after)
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
        for kind, start, end, new_start, new_end in group:
            if kind == "equal":
                yield from (_line(" ", line) for line in before[start:end])
            else:
                yield from (_line("-", line) for line in before[start:end])
                yield from (_line("+", line) for line in after[new_start:new_end])


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _line(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n{_NO_END}\n"


def _range(start: int, end: int) -> str:
    """Lines as a hunk counts them: from 1, and from the line before where there are none."""
    count = end - start
    return f"{start + 1 if count else start},{count}" if count != 1 else str(start + 1)


def _quoted(path: str) -> str:
    """A path as git writes it: in quotes, with escapes, where a sign in it would be misread."""
    if all(character.isprintable() and character not in '"\\' for character in path) and path.isascii():
        return path
    escapes = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}
    return '"' + "".join(escapes.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in path.encode("utf-8", "surrogateescape")) + '"'
