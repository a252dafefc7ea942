"""The pictures of a report: a lineage, and users by month. Each says in words what it shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from registry.reports.lineage.svg import render_svg
from registry.reports.report_words import number_words, visible

SIZES = {"whole": (640, 150), "part": (420, 110)}
"""How wide and how high the plot of all users is, and that of a group of them."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 36, 14, 26
_LABEL_WIDTH = 62


WIDE = 3
"""A lineage of more columns than this is drawn across a page."""

_VARIABLE = re.compile(r"(?:fill|stroke): var\(--[a-z]+\);")


def draw_lineage(lineage: Mapping[str, Any], number: int, *, printed: bool = False) -> str:
    """The picture of a lineage, with names of its own in a document that holds several.

    Args:
        lineage: The lineage.
        number: Its number in the document.
        printed: For paper, where there is neither dark nor a typesetter that knows variables.
    """
    text = render_svg(lineage, f"lineage-{number}", "the use of this report", close=True)
    return _VARIABLE.sub("", text) if printed else text


def is_wide(lineage: Mapping[str, Any]) -> bool:
    """Whether the longest line of descent has more columns than fit an upright page."""
    parents: dict[str, list[str]] = {}
    for edge in lineage["edges"]:
        parents.setdefault(edge["child"], []).append(edge["parent"])
    level, seen, columns = {str(lineage["model"])}, {str(lineage["model"])}, 1
    while level := {parent for name in level for parent in parents.get(name, ()) if parent not in seen}:
        seen |= level
        columns += 1
    return columns > WIDE


def draw_series(series: Mapping[str, int], name: str, title: str, size: str = "whole") -> str:
    """A count by month as a line over an axis that begins at nought.

    Args:
        series: The counts.
        name: What the picture's parts are called by in the document.
        title: What is counted.
        size: One of `SIZES`.
    """
    months = sorted(series)
    most = max(series.values(), default=0) or 1
    broad, high = SIZES[size]
    left = max(_LEFT, 14 + 7 * len(number_words(most)))
    width, height = broad - left - _RIGHT, high - _TOP - _BOTTOM
    points = [
        (left + (width * at / (len(months) - 1) if len(months) > 1 else width / 2), _TOP + height * (1 - series[month] / most))
        for at, month in enumerate(months)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    ground = _TOP + height
    first, last = (
        (f"{visible(months[0], 40)}: {number_words(series[months[0]])}", f"{visible(months[-1], 40)}: {number_words(series[months[-1]])}")
        if months
        else ("", "")
    )
    said = f"From {first} to {last}; the most in a month is {number_words(most)}."
    every = max(1, -(-len(months) // (width // _LABEL_WIDTH)))
    labels = "".join(
        f'<text font-size="11" fill="#4b5666" x="{x:.1f}" y="{high - 8}" text-anchor="middle">{escape(visible(month, 10))}</text>'
        for at, ((x, _), month) in enumerate(zip(points, months, strict=True))
        if at == len(months) - 1 or (at % every == 0 and points[-1][0] - x >= _LABEL_WIDTH * 0.8)
    )
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="#1f4e79"/>' for x, y in points)
    area = f"{points[0][0]:.1f},{ground} {line} {points[-1][0]:.1f},{ground}" if points else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" aria-labelledby="{name}-title {name}-desc" viewBox="0 0 {broad} {high}" width="{broad}" height="{high}">'
        f'<title id="{name}-title">{escape(visible(title))}</title><desc id="{name}-desc">{escape(said)}</desc>'
        f'<line class="plot-axis" stroke="#cfd5dd" x1="{left}" y1="{ground}" x2="{broad - _RIGHT}" y2="{ground}"/><line class="plot-axis" stroke="#cfd5dd" x1="{left}" y1="{_TOP}" x2="{broad - _RIGHT}" y2="{_TOP}"/>'
        f'<text font-size="11" fill="#4b5666" x="{left - 8}" y="{_TOP + 4}" text-anchor="end">{number_words(most)}</text><text font-size="11" fill="#4b5666" x="{left - 8}" y="{ground + 4}" text-anchor="end">0</text>'
        f'<polygon class="plot-area" fill="#1f4e79" fill-opacity="0.12" points="{area}"/><polyline class="plot-line" fill="none" stroke="#1f4e79" stroke-width="2" points="{line}"/>{dots}{labels}</svg>'
    )
