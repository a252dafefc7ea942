"""The command `licet`: a table of commands, each loaded when it is called, and the one place where errors end.

Only click and the error tree are imported here: `licet --help` must not pay for SQLAlchemy, pydantic, rich or the Hub's client.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import click

from registry import __version__
from registry.cli.errors import DONE, READER_GONE, show_error
from registry.cli.output import Output
from registry.cli.state import State

EVERYDAY = {
    "models": "which models permit a use, under which clause and up to which limit",
    "check": "may this model be used this way: verdict, reasons, duties",
    "show": "everything recorded about one model, dataset or application",
    "lineage": "the ancestors and descendants of a model",
    "register": "record a derivative and say what it inherits",
    "audit": "what there is to find of an application, of models, or of the whole catalogue",
    "report": "the answer about a model or an application as a document",
    "bom": "a bill of materials: CycloneDX or SPDX",
    "notice": "what has to go along with models: notices, licence texts, names, lines to show",
}
"""The everyday commands and what each is for, in the order they are listed."""

GROUPS = {
    "import": "take in a model card, a model folder, the Hub's cache or models of the Hub",
    "license": "list, show and compare licences",
    "run": "fine-tune, run, merge, quantise and convert models, each with a signed record",
    "catalog": "add to the catalogue, record an acceptance, count what it holds",
    "provenance": "keys, signatures and records of how a model was made: sign, verify, show, replay",
    "policy": "what an organisation lets through: begin one, check it, explain it",
    "db": "the catalogue's database: status, upgrade, backup, check",
}
"""The groups of commands."""

_FILES = {"import": "import_"}
"""The files of commands whose name Python keeps for itself."""

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """A callback that keeps a global option in the state, wherever on the line it was given."""

    def keep(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.ensure_object(State), name, value)

    return keep


def global_options(hidden: bool) -> list[click.Parameter]:
    """The options that every command takes, before or after its name."""
    return [
        click.Option(
            ["--db"],
            metavar="URL",
            expose_value=False,
            callback=_keep("catalogue"),
            hidden=hidden,
            help="The catalogue: a path or a database URL. [env: LICET_DB]",
        ),
        click.Option(["--offline"], is_flag=True, expose_value=False, callback=_keep("offline"), hidden=hidden, help="Never reach for the network."),
        click.Option(["--yes"], is_flag=True, expose_value=False, callback=_keep("yes"), hidden=hidden, help="Answer every question with yes."),
        click.Option(["--debug"], is_flag=True, expose_value=False, callback=_keep("debug"), hidden=hidden, help="Show a traceback when something fails."),
    ]


class Command(click.Command):
    """A command that takes the global options too, without repeating them in its help."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        named.setdefault("context_settings", SETTINGS)
        super().__init__(*arguments, **named)
        self.params.extend(global_options(hidden=True))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, those that state the facts of a use apart from the rest."""
        sections: dict[str, list[tuple[str, str]]] = {"Options": [], "Use": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                sections["Use" if (parameter.name or "").startswith("use_") else "Options"].append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class Group(click.Group):
    """A group whose commands take the global options too."""

    command_class = Command

    def __init__(self, *arguments: Any, **named: Any) -> None:
        named.setdefault("context_settings", SETTINGS)
        super().__init__(*arguments, **named)
        self.params.extend(global_options(hidden=True))


class LazyGroup(click.Group):
    """The command `licet` itself: it knows the names and one-line helps of its commands, and loads one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the help."""
        return [*EVERYDAY, *GROUPS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; its file is loaded now."""
        if cmd_name not in EVERYDAY and cmd_name not in GROUPS:
            return None
        command = getattr(import_module(f"registry.cli.{_FILES.get(cmd_name, cmd_name)}"), "command", None)
        return command if isinstance(command, click.Command) else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the line names, or an error that offers the nearest names."""
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=3)
            ctx.fail(f"there is no command `{args[0]}`" + (f"; did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their one-line helps, without loading any."""
        for title, table in (("Commands", EVERYDAY), ("Groups", GROUPS)):
            with formatter.section(title):
                formatter.write_dl(list(table.items()))


def _show_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"licet {__version__}")
        context.exit()


cli = LazyGroup(
    "licet",
    help="licet: may I use this model this way, why, since when, and what must I do?\n\nA registry of the foundation-model supply chain and an auditor of its licences.",
    epilog="Start with `licet models --commercial`. Information, not legal advice.",
    params=[
        *global_options(hidden=False),
        click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version and exit."),
    ],
    context_settings=SETTINGS,
    no_args_is_help=True,
)


def run(arguments: Sequence[str], state: State) -> int:
    """Carry out one command line.

    Returns:
        The exit code; every error has been told to the user.
    """
    try:
        with cli.make_context("licet", list(arguments), obj=state) as context:
            cli.invoke(context)
        state.output.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help())
        return DONE
    except click.exceptions.Exit as leave:
        return _flushed(state, leave.exit_code)
    except BrokenPipeError:
        return _reader_gone()
    except (EOFError, KeyboardInterrupt) as error:
        return show_error(KeyboardInterrupt() if isinstance(error, KeyboardInterrupt) else error, state.output, state.debug)
    except Exception as error:
        return show_error(error, state.output, state.debug)
    finally:
        state.close()
    return DONE


def _flushed(state: State, code: int) -> int:
    try:
        state.output.stdout.flush()
    except BrokenPipeError:
        return _reader_gone()
    return code


def _reader_gone() -> int:
    """Leave quietly when the reader of our output has gone (`licet models | head`)."""
    # Python flushes stdout once more at exit; it must find somewhere to write.
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    return READER_GONE


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point of `licet` and of `python -m registry`.

    Args:
        arguments: The command line without the program's name; `sys.argv` by default.

    Returns:
        The exit code.
    """
    from registry.settings import completion_request, wants_color

    # Starting makes tens of thousands of objects that stay; looking through them for garbage over and over takes a tenth of a short command.
    gc.set_threshold(200_000, 50, 100)
    if request := completion_request():
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "licet", "_LICET_COMPLETE", request)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal without Unicode gets the character's number, not an error
            reconfigure(errors="backslashreplace")
    return run(sys.argv[1:] if arguments is None else arguments, State(output=Output(color=wants_color())))


def commands() -> Mapping[str, str]:
    """Every command and group with its one-line help."""
    return {**EVERYDAY, **GROUPS}
