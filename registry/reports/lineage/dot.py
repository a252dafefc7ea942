"""A lineage in the language of Graphviz: an arrow runs from a model to what was made from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.reports.lineage.graph import license_words, link_words, omitted_words, plain


def render_dot(graph: Mapping[str, Any]) -> str:
    """The document of `licet.lineage/1` for `dot`."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Mapping[str, Any]) -> Iterator[str]:
    yield "digraph lineage {"
    yield "  rankdir=LR;"
    yield '  node [shape=box, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif"];'
    for node in graph.get("nodes", ()):
        heavy = ", penwidth=2" if node["id"] == graph.get("model") else ""
        yield f'  "{_quoted(node["id"])}" [label="{_quoted(node["id"])}\\n{_quoted(license_words(node))}"{heavy}];'
    for edge in graph.get("edges", ()):
        style = ", style=dashed" if edge.get("contradicted") or edge.get("circle") else ""
        yield f'  "{_quoted(edge["parent"])}" -> "{_quoted(edge["child"])}" [label="{_quoted(link_words(edge))}"{style}];'
    left = omitted_words(graph)
    if left:
        yield f'  label="{_quoted(left)}";'
    yield "}"


def _quoted(text: object) -> str:
    return plain(text).replace("\\", "\\\\").replace('"', '\\"')
