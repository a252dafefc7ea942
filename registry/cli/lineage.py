"""`licet lineage`: the ancestors and descendants of a model, as a tree, a picture or data; whether weights bear it out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import click

from registry.cli.lineage_tree import print_tree
from registry.cli.lineage_verify import verify
from registry.cli.main import Group, global_options
from registry.cli.state import State, format_option, pass_state

MOST = {"tree": 60, "dot": 100, "mermaid": 100, "svg": 100, "json": 1000}
"""So many models are shown each way, unless `--limit` says otherwise."""


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
@click.option("--evidence", is_flag=True, help="Who says so, when and in which words; contradictions are always shown.")
@click.option("--limit", type=click.IntRange(1), help="So many models each way, nearest first: 60 in a tree, 100 in a picture, 1,000 in JSON by default.")
@format_option("tree", "dot", "mermaid", "svg", "json")
@pass_state
def show(state: State, model: str, up: bool | None, down: bool | None, depth: int | None, evidence: bool, limit: int | None, form: str) -> None:
    """Print where MODEL comes from and what was made from it, with the relation of each step and the licence of each model."""
    up, down = (not down if up is None else up), bool(down)
    if not up and not down:
        raise click.UsageError("nothing to show with `--no-up` and without `--down`")
    from registry.desk.lineage import draw_lineage, read_lineage

    graph = read_lineage(state.desk(), model, up, down, depth, limit or MOST[form])
    if form == "json":
        state.output.json(graph)
    elif form == "tree":
        print_tree(state.output, graph, up, down, evidence=evidence, depth=depth)
    else:
        state.output.line(draw_lineage(graph, form).rstrip("\n"))
        left = graph["omitted"]
        if left["nodes"]:
            state.output.talk(f"{left['nodes']:,} more models and datasets are left out; `--limit` draws more of them")
