"""`licet lineage`: the ancestors and descendants of a model, as a tree, a graph for Graphviz or Mermaid, or data."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import click

from registry.cli.lineage_verify import verify
from registry.cli.main import Group, global_options
from registry.cli.output import Output, clean
from registry.cli.state import State, format_option, pass_state


class LineageGroup(Group):
    """`licet lineage MODEL` is short for `licet lineage show MODEL`; a word that is no command of the group is taken for a model."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments, with `show` put in where no command is named."""
        return super().parse_args(ctx, with_command(args, self.commands))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways of calling it."""
        formatter.write_usage(ctx.command_path, "[show] [OPTIONS] MODEL")
        formatter.write_usage(ctx.command_path, "verify [OPTIONS] CHILD BASE", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of `show`, which need no name, then the commands."""
        self.commands["show"].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def with_command(arguments: Sequence[str], commands: Collection[str]) -> list[str]:
    """The arguments with `show` before them, unless they name a command with none but global options before it, or ask for help."""
    takes_value = {option: not getattr(each, "is_flag", False) for each in global_options(hidden=True) for option in each.opts}
    pending = list(arguments)
    while pending:
        word = pending.pop(0)
        if word in commands or word in ("-h", "--help"):
            return list(arguments)
        option, sign, _ = word.partition("=")
        if option not in takes_value:
            break
        if takes_value[option] and not sign and pending:
            pending.pop(0)
    return ["show", *arguments]


@click.group("lineage", cls=LineageGroup, short_help="the ancestors and descendants of a model")
def command() -> None:
    """Print where MODEL comes from and what was made from it, with the relation of each step and the licence of each model.

    A model that is called `show` or `verify` is reached as `licet lineage show verify`, or after `--`.
    """


command.add_command(verify)


@command.command("show", short_help="the ancestors and descendants of a model")
@click.argument("model", metavar="MODEL")
@click.option("--up/--no-up", default=None, help="Ancestors; shown unless only --down is given.")
@click.option("--down/--no-down", default=None, help="Descendants.")
@click.option("--depth", type=click.IntRange(1, 1000), help="How many steps to go; all by default.")
@format_option("tree", "dot", "mermaid", "json")
@pass_state
def show(state: State, model: str, up: bool | None, down: bool | None, depth: int | None, form: str) -> None:
    """Print where MODEL comes from and what was made from it, with the relation of each step and the licence of each model."""
    up, down = (not down if up is None else up), bool(down)
    if not up and not down:
        raise click.UsageError("nothing to show with `--no-up` and without `--down`")
    from registry.desk.lineage import read_lineage

    graph = read_lineage(state.desk(), model, up, down, depth)
    if form == "json":
        state.output.json(graph)
    elif form == "dot":
        for line in dot(graph):
            state.output.line(line)
    elif form == "mermaid":
        for line in mermaid(graph):
            state.output.line(line)
    else:
        print_tree(state.output, graph, str(graph.get("model") or model), up, down)


def print_tree(output: Output, graph: Mapping[str, Any], root: str, up: bool, down: bool) -> None:
    """The lineage as one tree upwards and one downwards; a model that was shown is not unfolded twice."""
    nodes = {str(node["id"]): node for node in graph.get("nodes", ())}
    edges: Sequence[Mapping[str, Any]] = graph.get("edges", ())
    output.line(output.strong(_label(nodes, root)))
    for shown, title, source, target in ((up, "made from", "child", "parent"), (down, "made from it", "parent", "child")):
        if not shown:
            continue
        steps: dict[str, list[Mapping[str, Any]]] = {}
        for edge in edges:
            steps.setdefault(str(edge[source]), []).append(edge)
        output.line(title if steps.get(root) else f"{title}: nothing recorded")
        for line in _branches(nodes, steps, root, target):
            output.line(line)


def _branches(nodes: Mapping[str, Mapping[str, Any]], steps: Mapping[str, list[Mapping[str, Any]]], root: str, target: str) -> Iterator[str]:
    """The lines of a tree, depth first, without recursion: a lineage may be longer than Python's stack."""
    seen = {root}
    pending = [(edge, "", index == 0) for index, edge in enumerate(reversed(steps.get(root, [])))]
    while pending:
        edge, margin, last = pending.pop()
        name = str(edge[target])
        again = name in seen
        evidence = f", {clean(edge['evidence'])}" if edge.get("evidence") else ""
        yield f"{margin}{'└── ' if last else '├── '}{clean(edge.get('relation', ''))}{evidence}: {_label(nodes, name)}{' (shown above)' if again and steps.get(name) else ''}"
        if not again:
            seen.add(name)
            deeper = margin + ("    " if last else "│   ")
            pending.extend((step, deeper, index == 0) for index, step in enumerate(reversed(steps.get(name, []))))


def _label(nodes: Mapping[str, Mapping[str, Any]], name: str) -> str:
    node = nodes.get(name, {})
    verdict = f", {clean(node['verdict'])}" if node.get("verdict") else ""
    return f"{clean(name)}  [{clean(node.get('license') or 'no licence recorded')}{verdict}]"


def dot(graph: Mapping[str, Any]) -> list[str]:
    """The lineage in the language of Graphviz: an arrow runs from a model to what was made from it."""
    lines = ["digraph lineage {", "  rankdir=TB;", '  node [shape=box, fontname="sans-serif"];', '  edge [fontname="sans-serif"];']
    for node in graph.get("nodes", ()):
        label = f"{_dot(node['id'])}\\n{_dot(node.get('license') or 'no licence recorded')}"
        lines.append(f'  "{_dot(node["id"])}" [label="{label}"];')
    lines.extend(f'  "{_dot(edge["parent"])}" -> "{_dot(edge["child"])}" [label="{_dot(edge.get("relation", ""))}"];' for edge in graph.get("edges", ()))
    return [*lines, "}"]


def _dot(text: object) -> str:
    return clean(text).replace("\\", "\\\\").replace('"', '\\"')


def mermaid(graph: Mapping[str, Any]) -> list[str]:
    """The lineage as a Mermaid flowchart, which Markdown viewers draw."""
    names = {str(node["id"]): f"n{index}" for index, node in enumerate(graph.get("nodes", ()))}
    boxes = (f"{_mermaid(node['id'])}<br/>{_mermaid(node.get('license') or 'no licence recorded')}" for node in graph.get("nodes", ()))
    lines = ["flowchart TD", *(f'  n{index}["{box}"]' for index, box in enumerate(boxes))]
    for edge in graph.get("edges", ()):
        child, parent = names.get(str(edge["child"])), names.get(str(edge["parent"]))
        if child and parent:
            lines.append(f'  {parent} -->|"{_mermaid(edge.get("relation", ""))}"| {child}')
    return lines


def _mermaid(text: object) -> str:
    # Mermaid reads character references; anything that could end a label or start markup is given as one.
    return "".join(character if character.isalnum() or character in " ./_-:@+" else f"#{ord(character)};" for character in clean(text))
