"""A reference: one place in an application that names a model or a dataset."""

from __future__ import annotations

from dataclasses import dataclass, field

KINDS = ("load", "serve", "api", "download", "config", "artifact", "mention")
"""How a name is used: loaded by code, served by a program, called at a provider, downloaded, set in a configuration, lying there as a file, or only named."""

CONFIDENCES = ("possible", "likely", "certain")
"""How sure we are that the application uses it, from least to most."""

PLACES = ("code", "config", "example", "test", "docs")
"""What sort of file it stands in."""

MAX_SNIPPET = 160
"""So many characters of a line are shown."""


@dataclass(frozen=True, slots=True)
class Call:
    """Where a name is handed to what loads it.

    Attributes:
        file: The file, relative to what was scanned.
        line: The line, from 1.
        callee: What is called.
    """

    file: str
    line: int
    callee: str


@dataclass(frozen=True, slots=True)
class Reference:
    """One place that names a model or a dataset.

    Attributes:
        name: The name it is looked up by: `owner/name` for the Hub, a provider's own name, or a path; of an unresolved one, the expression.
        written: The name as it is written.
        about: `model` or `dataset`.
        kind: One of `KINDS`.
        file: The file, relative to what was scanned, with forward slashes.
        line: The line on which the name is written, from 1; of an unresolved one, that of the call. In a notebook, the line of the cell.
        column: The column, from 1.
        cell: The cell of a notebook, from 1.
        provider: Where the name lives: `hub`, `local`, or whose API it is.
        library: The library, program or format that reads it.
        revision: The revision that is asked for.
        snippet: The line, shortened.
        confidence: One of `CONFIDENCES`.
        resolved: How the name was found (`literal`, `constant`, `default`, ...); None where it could not be.
        place: One of `PLACES`.
        ignored: The codes of findings that a remark on the line asks to leave out; `*` for all.
        calls: Where it is handed on, when that is elsewhere.
    """

    name: str
    written: str
    about: str
    kind: str
    file: str
    line: int
    column: int = 1
    cell: int | None = None
    provider: str | None = None
    library: str | None = None
    revision: str | None = None
    snippet: str = ""
    confidence: str = "certain"
    resolved: str | None = "literal"
    place: str = "code"
    ignored: tuple[str, ...] = ()
    calls: tuple[Call, ...] = field(default=())

    @property
    def is_use(self) -> bool:
        """Whether it says that the application uses the thing, and not only names it."""
        return self.kind != "mention"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that could not be read, or was left out.

    Attributes:
        code: `unreadable`, `too-large`, `does-not-parse`, `binary`, `missing-extra`, `link-loop`, `cut-short`, `generated`.
        message: One sentence.
        file: The file it is about, if one.
    """

    code: str
    message: str
    file: str | None = None


def shorten(line: str) -> str:
    """A line as it is shown: without indentation and control characters, bounded."""
    text = "".join(character if character.isprintable() else " " for character in line[: MAX_SNIPPET * 4]).strip()
    return text if len(text) <= MAX_SNIPPET else text[: MAX_SNIPPET - 1] + "…"
