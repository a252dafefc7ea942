"""What a source could not understand: said with its place, never guessed over."""

from __future__ import annotations

from dataclasses import dataclass


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
    """The code of the finding that an audit makes of it (`SEC001`), where there is one."""


def shown(text: object, width: int = 80) -> str:
    """Text from outside as one short printable line."""
    line = str(text)[: width + 1]
    plain = "".join(letter if letter.isprintable() else " " for letter in line)
    return plain[: width - 1] + "…" if len(plain) > width else plain
