"""Text from outside in Markdown: one harmless line, and tables whose cells keep to their columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def escape(text: object) -> str:
    """Text from outside as one harmless line of Markdown: no markup, no line breaks, no control characters."""
    flat = " ".join(str(text).split())
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in flat)
    return _SPECIAL.sub(r"\\\1", printable)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table and the empty line after it."""
    yield f"| {' | '.join(escape(cell) for cell in head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(escape(cell) for cell in row)} |"
    yield ""
