"""A lineage as a picture: one SVG file that runs nothing, fetches nothing, and is read on light and on dark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from registry.reports.lineage.graph import license_words, link_words, omitted_words, plain
from registry.reports.lineage.layers import Layout, lay_out
from registry.reports.lineage.legend import ROW, STYLE, draw_legend, grade_of, legend_rows, stripe, type_of
from registry.reports.report_words import TONES

BOX = 250
"""How wide a box is."""

CORRIDOR = 180
"""How much room is between two columns at least, for the words of a relation and the bend of a link; longer words get more."""

CLOSE = 96
"""As little room as that is enough on a page."""

MARGIN = 24
"""How much room is around all."""

_LINE = 16
_LEAST_BOX = 58
_LETTER = 6.2
_TRACK = 10
_NAME_WIDTH = 30
_WHOLE = 300
_STYLE = """
  .licet { color: #1f2328; background: #ffffff; --ground: #ffffff; --box: #f6f8fa; --edge: #8c959f; --yes: #1a7f37; --open: #9a6700; --no: #cf222e; --free: #1f6f8b; --custom: #7048b6; --hosted: #a4540e; }
  @media (prefers-color-scheme: dark) {
    .licet { color: #e6edf3; background: #0d1117; --ground: #0d1117; --box: #161b22; --edge: #6e7681; --yes: #3fb950; --open: #d29922; --no: #f85149; --free: #6cc0dc; --custom: #b79bea; --hosted: #e0975a; }
  }
  .licet text { fill: currentColor; font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 11px; }
  .licet .name { font-size: 12px; font-weight: 600; }
  .licet .quiet { opacity: .75; }
  .licet .said { opacity: .8; paint-order: stroke; stroke: #ffffff; stroke: var(--ground); stroke-width: 3px; }
  .licet .box { fill: #f6f8fa; fill: var(--box); stroke: #8c959f; stroke: var(--edge); }
  .licet .self { stroke: currentColor; stroke-width: 2; }
  .licet .set { stroke-dasharray: 2 3; }
  .licet .link { fill: none; stroke: #8c959f; stroke: var(--edge); stroke-width: 1.2; }
  .licet .head { fill: #8c959f; fill: var(--edge); }
  .licet .against { stroke: #cf222e; stroke: var(--no); stroke-dasharray: 5 4; }
  .licet .circle { stroke-dasharray: 2 3; }
  .licet .yes { fill: #1a7f37; fill: var(--yes); }
  .licet .open { fill: #9a6700; fill: var(--open); }
  .licet .no { fill: #cf222e; fill: var(--no); }
"""


def render_svg(graph: Mapping[str, Any], name: str = "licet", use: str = "the use that the settings state", *, close: bool = False) -> str:
    """The picture of `licet.lineage/1`, bases on the left and what was made from them on the right.

    Args:
        graph: The lineage.
        name: What its parts are called, for a page that holds several pictures.
        use: Which use the verdicts are for.
        close: Leave less room between columns, for a page.
    """
    return "\n".join(_Picture(graph, name, use, CLOSE if close else CORRIDOR).lines()) + "\n"


class _Picture:
    """One picture being drawn."""

    def __init__(self, graph: Mapping[str, Any], name: str, use: str, corridor: int) -> None:
        self.graph = graph
        self.name = name
        self.use = use
        self.nodes = {str(node["id"]): node for node in graph.get("nodes", ())}
        self.edges = [edge for edge in graph.get("edges", ()) if edge["child"] in self.nodes and edge["parent"] in self.nodes]
        self.ports: dict[str, list[str]] = {name: [] for name in self.nodes}
        """What is said at the left side of each box, one line for each relation it has."""
        for edge in self.edges:
            words = link_words(edge)
            if words not in self.ports[edge["child"]]:
                self.ports[edge["child"]].append(words)
        self.heights = {name: float(max(_LEAST_BOX, _LINE * len(said) + 12)) for name, said in self.ports.items()}
        links = {(str(edge["parent"]), str(edge["child"])) for edge in self.edges}
        longest = max((len(words) for said in self.ports.values() for words in said), default=0)
        self.corridor = max(corridor, round(corridor / 3 + _LETTER * longest))
        self.layout: Layout = lay_out(sorted(self.nodes), links, self.heights, 14.0)
        self.tracks = {link: index for index, link in enumerate(sorted(self.layout.backward))}
        """Which of the tracks above all boxes leads a link back to the left."""

    def lines(self) -> Iterator[str]:
        columns = max(self.layout.columns.values(), default=0) + 1
        width = 2 * MARGIN + columns * BOX + (columns - 1) * self.corridor + (40 if self.tracks else 0)
        notes = self._notes()
        legend = legend_rows([type_of(node) for node in self.nodes.values()], [grade_of(edge) for edge in self.edges], MARGIN, width)
        height = round(MARGIN + self._top() + self.layout.height + ROW * len(legend) + 18 * len(notes))
        title = f"Lineage of {plain(self.graph.get('model', ''), _WHOLE)}"
        yield f'<svg xmlns="http://www.w3.org/2000/svg" class="licet" role="img" aria-labelledby="{self.name}-title {self.name}-desc" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        yield f'<title id="{self.name}-title">{escape(title)}</title>'
        yield f'<desc id="{self.name}-desc">{escape(self._description())}</desc>'
        yield f"<style>{_STYLE}{STYLE}</style>"
        yield f'<rect class="ground" width="{width}" height="{height}" fill="none"/>'
        for edge in self.edges:
            yield from self._link(edge)
        for name in sorted(self.nodes):
            yield from self._box(name)
        yield from draw_legend(legend, self._top() + self.layout.height + MARGIN)
        for index, note in enumerate(notes):
            yield f'<text class="quiet" x="{MARGIN}" y="{height - 14 - 18 * (len(notes) - 1 - index)}">{escape(note)}</text>'
        yield "</svg>"

    def _description(self) -> str:
        links = "; ".join(f"{plain(edge['child'], _WHOLE)} is {link_words(edge)} of {plain(edge['parent'], _WHOLE)}" for edge in self.edges[:200])
        counted = f"{len(self.nodes):,} models and datasets, {len(self.edges):,} links, bases on the left."
        return f"{counted} {links}." if links else counted

    def _notes(self) -> Sequence[str]:
        found = [f"Bases on the left. The verdict is for {self.use}. Information, not legal advice."]
        left = omitted_words(self.graph)
        return [f"{left}.", *found] if left else found

    def _x(self, name: str) -> int:
        return MARGIN + self.layout.columns[name] * (BOX + self.corridor)

    def _top(self) -> float:
        return MARGIN + _TRACK * len(self.tracks)

    def _y(self, name: str) -> float:
        return self._top() + self.layout.tops[name]

    def _port(self, edge: Mapping[str, Any]) -> float:
        """The height at which a link comes into its child: its relation's own line, all lines in the middle of the box."""
        said = self.ports[edge["child"]]
        top = self._y(edge["child"]) + (self.heights[edge["child"]] - _LINE * len(said)) / 2
        return top + _LINE * (said.index(link_words(edge)) + 0.5)

    def _link(self, edge: Mapping[str, Any]) -> Iterator[str]:
        parent, child = str(edge["parent"]), str(edge["child"])
        start = (self._x(parent) + BOX, self._y(parent) + self.heights[parent] / 2)
        end = (self._x(child), self._port(edge))
        marks = f" {grade_of(edge)}" + "".join(f" {kind}" for kind, word in (("against", "contradicted"), ("circle", "circle")) if edge.get(word))
        if (parent, child) in self.layout.backward:
            path = self._around(parent, child, end)
        else:
            columns = range(self.layout.columns[parent] + 1, self.layout.columns[child])
            bends = [(MARGIN + column * (BOX + self.corridor), self._top() + at) for column, at in zip(columns, self.layout.bends[parent, child], strict=True)]
            path = f"M{start[0]},{start[1]:.1f}"
            here = start
            for x, y in bends:
                path += _curve(here, (x, y)) + f" L{x + BOX},{y:.1f}"
                here = (x + BOX, y)
            # The last stretch is straight, under the words of the relation.
            words = 14 + _LETTER * len(link_words(edge))
            path += _curve(here, (end[0] - words, end[1])) + f" H{end[0] - 8}"
        yield f'<path class="link{marks}" d="{path}"><title>{escape(self._said(edge))}</title></path>'
        yield f'<path class="head" d="M{end[0]},{end[1]:.1f} l-8,-3.5 v7 z"/>'
        yield f'<text class="said" x="{end[0] - 11}" y="{end[1] - 3.5:.1f}" text-anchor="end">{escape(link_words(edge))}</text>'

    def _around(self, parent: str, child: str, end: tuple[float, float]) -> str:
        """A link that closes a circle, led back above all boxes."""
        start = (self._x(parent) + BOX, self._y(parent) + self.heights[parent] / 2)
        above = MARGIN / 2 + _TRACK * self.tracks[parent, child]
        right, left = start[0] + 26, end[0] - self.corridor + 26
        return (
            f"M{start[0]},{start[1]:.1f} C{right},{start[1]:.1f} {right},{start[1]:.1f} {right},{start[1] - 20:.1f} V{above + 10} Q{right},{above} {right - 10},{above} "
            f"H{left + 10} Q{left},{above} {left},{above + 10} V{end[1] - 10:.1f} Q{left},{end[1]:.1f} {left + 10},{end[1]:.1f} H{end[0] - 8}"
        )

    def _said(self, edge: Mapping[str, Any]) -> str:
        text = f"{plain(edge['child'], _WHOLE)}: {link_words(edge)} of {plain(edge['parent'], _WHOLE)}, {plain(edge.get('evidence', ''), _WHOLE)}"
        return f"{text}; {plain(edge['contradiction'], _WHOLE)}" if edge.get("contradiction") else text

    def _box(self, name: str) -> Iterator[str]:
        node = self.nodes[name]
        x, y, height = self._x(name), self._y(name), self.heights[name]
        middle = y + height / 2
        kinds = f"box{' self' if name == self.graph.get('model') else ''}{' set' if node.get('kind') == 'dataset' else ''}"
        yield f"<g><title>{escape(plain(name, _WHOLE))}</title>"
        yield f'<rect class="{kinds}" x="{x}" y="{y:.1f}" width="{BOX}" height="{height:.0f}" rx="6"/>'
        yield stripe(type_of(node), x + 4, y + 5, height - 10)
        yield f'<text class="name" x="{x + 16}" y="{middle - 10:.1f}">{escape(_shortened(name))}</text>'
        yield f'<text class="quiet" x="{x + 16}" y="{middle + 5:.1f}">{escape(plain(license_words(node), 40))}</text>'
        if node.get("verdict"):
            tone = TONES.get(str(node["verdict"]), "open")
            yield f'<circle class="{tone}" cx="{x + 20}" cy="{middle + 16.5:.1f}" r="4"/>'
            yield f'<text class="{tone}" x="{x + 29}" y="{middle + 20:.1f}">{escape(plain(node["verdict"], 30))}</text>'
        yield "</g>"


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    middle = (start[0] + end[0]) / 2
    return f" C{middle:.1f},{start[1]:.1f} {middle:.1f},{end[1]:.1f} {end[0]:.1f},{end[1]:.1f}"


def _shortened(name: str) -> str:
    """A name that fits a box: of one that is too long the middle goes, since owner and ending tell most."""
    whole = plain(name)
    if len(whole) <= _NAME_WIDTH:
        return whole
    return f"{whole[: _NAME_WIDTH // 2]}…{whole[len(whole) - _NAME_WIDTH // 2 + 1 :]}"
