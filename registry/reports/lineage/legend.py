"""What the stripes and lines of a picture of a lineage mean: the licence of a box by colour and pattern, the evidence of a link by its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

TYPES = {"open-source": "open-source licence", "custom": "custom licence", "commercial": "provider's own terms", "none": "no licence recorded"}
"""What the stripe of a box says, in the order of the legend."""

GRADES = ("attested", "detected", "declared", "inferred")
"""What the line of a link says, in the order of the legend."""

ROW = 20
"""How high a row of the legend is."""

STYLE = """
  .licet .attested { stroke-width: 2.8; }
  .licet .detected { stroke-width: 2; }
  .licet .inferred { stroke-dasharray: 1 3; stroke-linecap: round; stroke-width: 1.8; }
  .licet .solid { fill: #1f6f8b; fill: var(--free); }
  .licet .hatch { fill: none; stroke: #7048b6; stroke: var(--custom); stroke-width: 2; }
  .licet .dots { fill: #a4540e; fill: var(--hosted); }
  .licet .hollow { fill: none; stroke: #8c959f; stroke: var(--edge); stroke-dasharray: 2 2; }
"""
"""How they look; what a box of the page adds to this stands in the picture's own style."""

_LETTER = 6.1


def type_of(node: Mapping[str, Any]) -> str:
    """The type of a node's licence, as the legend names it."""
    kind = str(node.get("license_type") or "")
    return kind if kind in TYPES else "none"


def grade_of(edge: Mapping[str, Any]) -> str:
    """The evidence of a link, as the legend names it."""
    grade = str(edge.get("evidence") or "")
    return grade if grade in GRADES else "inferred"


def stripe(kind: str, x: float, y: float, height: float) -> str:
    """The stripe of a type: full, hatched, dotted or hollow, 7 wide, so that it is told apart without colour too."""
    if kind == "open-source":
        return f'<rect class="solid" x="{x:g}" y="{y:.1f}" width="7" height="{height:.1f}"/>'
    if kind == "custom":
        steps = "".join(f"M{x:g},{y + at + 5:.1f} l7,-5 " for at in range(0, int(height) - 4, 6))
        return f'<path class="hatch" d="{steps.strip()}"/>'
    if kind == "commercial":
        return "".join(f'<circle class="dots" cx="{x + 3.5:g}" cy="{y + at + 3:.1f}" r="2.2"/>' for at in range(0, int(height) - 4, 7))
    return f'<rect class="hollow" x="{x + 1:g}" y="{y + 1:.1f}" width="5" height="{height - 2:.1f}"/>'


def legend_rows(types: Sequence[str], grades: Sequence[str], left: float, width: float) -> list[list[tuple[float, str, str, str]]]:
    """The rows of a legend: where each entry stands, whether it is a `type` or a `grade`, which one, and its words."""
    entries = [("type", kind, TYPES[kind]) for kind in TYPES if kind in types] + [("grade", grade, f"link {grade}") for grade in GRADES if grade in grades]
    rows: list[list[tuple[float, str, str, str]]] = [[]]
    x = left
    for sort, key, words in entries:
        needed = 34 + _LETTER * len(words) + 18
        if rows[-1] and x + needed > width:
            rows.append([])
            x = left
        rows[-1].append((x, sort, key, words))
        x += needed
    return rows if rows[0] else []


def draw_legend(rows: Sequence[Sequence[tuple[float, str, str, str]]], top: float) -> Iterator[str]:
    """A legend from a height downwards."""
    for number, row in enumerate(rows):
        y = top + ROW * number
        for x, sort, key, words in row:
            if sort == "type":
                yield stripe(key, x + 14, y - 11, 14)
            else:
                yield f'<path class="link {key}" d="M{x:g},{y - 4:.1f} h26"/>'
            yield f'<text class="quiet" x="{x + 32:g}" y="{y:.1f}">{words}</text>'
