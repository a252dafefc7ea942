"""What every picture of a lineage shows: the words of its nodes and links, cleaned, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNSTATED = "no licence recorded"
"""What stands where a model has no licence on record."""


def plain(text: object, width: int | None = None) -> str:
    """Text from outside as one line that obeys nothing: what cannot be printed is replaced, and what is too long ends in an ellipsis."""
    flat = " ".join(str(text).split())
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in flat)
    return printable if width is None or len(printable) <= width else f"{printable[: width - 1]}…"


def license_words(node: Mapping[str, Any]) -> str:
    """The licence of a node."""
    return plain(node.get("license") or UNSTATED)


def link_words(edge: Mapping[str, Any]) -> str:
    """The relation of a link, with what a reader should mind about it."""
    marks = [word for word in ("contradicted", "circle") if edge.get(word)]
    return plain(edge.get("relation", ""), 40) + (f" ({', '.join(marks)})" if marks else "")


def omitted_words(graph: Mapping[str, Any]) -> str | None:
    """What a picture leaves out, in a sentence; none where it is whole."""
    left = graph.get("omitted") or {}
    if not left.get("nodes") and not left.get("edges"):
        return None
    return f"{left['nodes']:,} more models and datasets and {left['edges']:,} more links are left out"
