"""What a source could not understand: said with its place, never guessed over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registry.supplychain.remark import Remark
from registry.supplychain.source import Source

_CIRCLES = frozenset({"self-base", "base-itself"})
_UNREADABLE = frozenset(
    {
        "base-unnamed",
        "card-encoding",
        "fence-open",
        "fence-wrong",
        "front-matter-bounds",
        "front-matter-broken",
        "front-matter-large",
        "front-matter-no-mapping",
        "gguf-header",
        "id-unreadable",
        "json-unreadable",
        "key-unreadable",
        "link-elsewhere",
        "merge-config",
        "path-local",
        "placeholder",
        "relation-unknown",
        "safetensors-header",
        "value-unreadable",
    }
)


def finding_of(code: str) -> str | None:
    """The code of the finding that an audit makes of a note of a kind; none for what is only worth knowing, such as an old id."""
    if code in _CIRCLES:
        return "LIC108"
    return "LIC007" if code in _UNREADABLE else None


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was not understood, or that a reader should know."""

    code: str
    """What sort of thing it is: short, lower case, stable."""

    message: str
    """What was found, in one sentence."""

    line: int | None = None
    """The line it stands on, counted from 1; none where it is about a file as a whole."""

    file: str | None = None
    """The file, relative to the folder that was read."""

    finding: str | None = None
    """The code of the finding that an audit makes of it (`SEC001`); that of its kind, if none is given and there is one."""

    def __post_init__(self) -> None:
        """Take the finding that notes of this kind make."""
        if self.finding is None:
            object.__setattr__(self, "finding", finding_of(self.code))

    row: int | None = None
    """The row of a table that it stands in, counted from 1 without the line of column names."""


def remarks_of(subject: str, notes: Iterable[Note], source: Source) -> tuple[Remark, ...]:
    """The notes on one thing that an audit makes a finding of, for the catalogue to keep."""
    return tuple(Remark(subject, note.code, note.message, note.finding, note.file, note.line, source) for note in notes if note.finding is not None)


def shown(text: object, width: int = 80) -> str:
    """Text from outside as one short printable line."""
    line = str(text)[: width + 1]
    plain = "".join(letter if letter.isprintable() else " " for letter in line)
    return plain[: width - 1] + "…" if len(plain) > width else plain
