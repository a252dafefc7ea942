"""A lineage as a Mermaid flowchart, which Markdown viewers draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.reports.lineage.graph import license_words, link_words, omitted_words, plain


def render_mermaid(graph: Mapping[str, Any]) -> str:
    """The document of `licet.lineage/1` for Mermaid."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Mapping[str, Any]) -> Iterator[str]:
    names = {str(node["id"]): f"n{index}" for index, node in enumerate(graph.get("nodes", ()))}
    yield "flowchart LR"
    for node in graph.get("nodes", ()):
        yield f'  {names[str(node["id"])]}["{_escaped(node["id"])}<br/>{_escaped(license_words(node))}"]'
    for edge in graph.get("edges", ()):
        child, parent = names.get(str(edge["child"])), names.get(str(edge["parent"]))
        if child and parent:
            arrow = "-.->" if edge.get("contradicted") or edge.get("circle") else "-->"
            yield f'  {parent} {arrow}|"{_escaped(link_words(edge))}"| {child}'
    left = omitted_words(graph)
    if left:
        yield f'  left["{_escaped(left)}"]'


def _escaped(text: object) -> str:
    # Mermaid reads character references; anything that could end a label or start markup is given as one.
    return "".join(character if character.isalnum() or character in " ./_-:@+,()" else f"#{ord(character)};" for character in plain(text))
