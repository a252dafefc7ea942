"""Text from outside in Markdown: one harmless line, and tables whose cells keep to their columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from registry.reports.report_words import visible

MOST_TEXT = 4_000
"""Longer text is cut."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def escape(text: object) -> str:
    """Text from outside as one harmless line of Markdown: no markup, no line breaks, no control characters, cut where it is very long."""
    return _SPECIAL.sub(r"\\\1", visible(text, MOST_TEXT))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table and the empty line after it."""
    yield f"| {' | '.join(escape(cell) for cell in head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(escape(cell) for cell in row)} |"
    yield ""
