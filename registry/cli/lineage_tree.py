"""A lineage as a tree on the terminal; one that is too large for it in numbers, with the command that has the rest."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.cli.output import Output, clean
from registry.cli.words import number

LICENSES = 6
"""So many licences of a relation are shown in a summary."""


def print_tree(output: Output, graph: Mapping[str, Any], up: bool, down: bool, *, evidence: bool = False, depth: int | None = None) -> None:
    """The lineage as one tree upwards and one downwards; a model that was shown is not unfolded twice.

    Args:
        output: The printer.
        graph: The document of `licet.lineage/1`.
        up: Whether ancestors were asked for.
        down: Whether descendants were.
        evidence: Whether every source is shown; those of a contradicted link always are.
        depth: The depth that was asked for.
    """
    nodes = {str(node["id"]): node for node in graph.get("nodes", ())}
    root = str(graph["model"])
    edges: Sequence[Mapping[str, Any]] = graph.get("edges", ())
    output.line(output.strong(_label(nodes, root)))
    cut = False
    for shown, word, title, source, target in ((up, "up", "made from", "child", "parent"), (down, "down", "made from it", "parent", "child")):
        if not shown:
            continue
        steps: dict[str, list[Mapping[str, Any]]] = {}
        for edge in edges:
            steps.setdefault(str(edge[source]), []).append(edge)
        if _is_cut(graph, word, root, steps, target):
            _print_summary(output, graph, word, title, depth)
            cut = True
            continue
        output.line(title if steps.get(root) else f"{title}: nothing recorded")
        for line in _branches(nodes, steps, root, target, evidence, output.width):
            output.line(line)
    if not cut and graph.get("omitted", {}).get("nodes"):
        output.talk(f"{graph['omitted']['nodes']:,} more datasets are left out; `--limit` shows more of them")
    contradicted = sum(1 for edge in edges if edge.get("contradicted"))
    if contradicted:
        output.talk(f"sources contradict each other on {contradicted:,} relation{'' if contradicted == 1 else 's'} (LIC109)")


def _is_cut(graph: Mapping[str, Any], word: str, root: str, steps: Mapping[str, Sequence[Mapping[str, Any]]], target: str) -> bool:
    """Whether models of that direction were left out."""
    about = (graph.get("summary") or {}).get(word)
    if about is None or not graph.get("omitted", {}).get("nodes"):
        return False
    reached, pending = {root}, [root]
    while pending:
        for edge in steps.get(pending.pop(), ()):
            name = str(edge[target])
            if name not in reached:
                reached.add(name)
                pending.append(name)
    return bool(about["models"] > sum(1 for name in reached if not name.startswith("dataset:")) - 1)


def _print_summary(output: Output, graph: Mapping[str, Any], word: str, title: str, depth: int | None) -> None:
    about = graph["summary"][word]
    far = f", up to {about['steps']} steps away" if about["steps"] > 1 else ""
    output.line(f"{title}: {about['models']:,} models{far}, {about['direct']:,} of them directly")
    relations = about["relations"]
    for index, relation in enumerate(relations):
        last = index == len(relations) - 1
        output.line(f"{'└── ' if last else '├── '}{clean(relation['relation'])}: {relation['models']:,}")
        margin = "    " if last else "│   "
        licenses = relation["licenses"]
        rest = licenses[LICENSES:]
        lines = [f"{clean(each['license'])}: {each['models']:,}" for each in licenses[:LICENSES]]
        if rest:
            lines.append(f"{len(rest)} other licences: {sum(each['models'] for each in rest):,}")
        for place, line in enumerate(lines):
            output.line(f"{margin}{'└── ' if place == len(lines) - 1 else '├── '}{line}")
    if about["top"]:
        output.line("most downloaded")
        for index, model in enumerate(about["top"]):
            branch = "└── " if index == len(about["top"]) - 1 else "├── "
            downloads = f", {number(model['downloads'])} downloads" if model["downloads"] is not None else ""
            output.line(f"{branch}{clean(model['relation'] or '')}: {_named(model['id'], model)}{downloads}")
    way = "--up" if word == "up" else "--down"
    deep = f" --depth {depth}" if depth else ""
    output.talk(f"all of them: `licet lineage {clean(graph['model'])} {way}{deep} --limit {max(about['models'], about['datasets'])} --format json`")


def _branches(
    nodes: Mapping[str, Mapping[str, Any]], steps: Mapping[str, list[Mapping[str, Any]]], root: str, target: str, evidence: bool, width: int
) -> Iterator[str]:
    """The lines of a tree, depth first, without recursion: a lineage may be longer than Python's stack."""
    seen = {root}
    pending = [(edge, "", index == 0) for index, edge in enumerate(reversed(steps.get(root, [])))]
    while pending:
        edge, margin, last = pending.pop()
        name = str(edge[target])
        again = name in seen
        grade = f", {clean(edge['evidence'])}" if edge.get("evidence") else ""
        mark = ", contradicted" if edge.get("contradicted") else ""
        closing = " (closes a circle)" if edge.get("circle") and again else " (shown above)" if again and steps.get(name) else ""
        yield f"{margin}{'└── ' if last else '├── '}{clean(edge.get('relation', ''))}{grade}{mark}: {_label(nodes, name)}{closing}"
        deeper = margin + ("    " if last else "│   ")
        if evidence or edge.get("contradicted"):
            # The line of what hangs below goes on past what is said of this link.
            rail = deeper + ("│   " if not again and steps.get(name) else "    ")
            for line in _evidence(edge):
                for part in textwrap.wrap(line, max(40, width - len(rail)), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False):
                    yield rail + part
        if not again:
            seen.add(name)
            pending.extend((step, deeper, index == 0) for index, step in enumerate(reversed(steps.get(name, []))))


def _evidence(edge: Mapping[str, Any]) -> Iterator[str]:
    for each in edge.get("sources", ()):
        read = f", read {clean(each['read_on'])}" if each.get("read_on") else ""
        says = f", says: {clean(each['says'])}" if each.get("says") else ""
        grade = "against it" if each.get("against") else clean(each["grade"])
        yield f"{grade}: {clean(each.get('source') or each['origin'])}{read}{says}"
    if edge.get("contradiction"):
        yield f"contradicted: {clean(edge['contradiction'])}"


def _label(nodes: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return _named(name, nodes.get(name, {}))


def _named(name: object, about: Mapping[str, Any]) -> str:
    verdict = f", {clean(about['verdict'])}" if about.get("verdict") else ""
    return f"{clean(name)}  [{clean(about.get('license') or 'no licence recorded')}{verdict}]"
