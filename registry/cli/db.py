"""`licet db`: the database of the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from registry.cli.errors import REFUSED
from registry.cli.main import Group
from registry.cli.output import clean
from registry.cli.state import State, format_option, pass_state


@click.group("db", cls=Group, short_help="the catalogue's database: status, upgrade, backup, check")
def command() -> None:
    """Look after the database of the catalogue. The default file is made and upgraded on its own; one named by URL is upgraded here."""


def _show(state: State, result: dict[str, Any], form: str) -> None:
    if form == "json":
        state.output.json(result)
        return
    state.output.fields((str(key).replace("_", " "), _value(value)) for key, value in result.items() if key not in ("schema", "problems"))
    for problem in result.get("problems", ()):
        state.output.paragraph(clean(problem), indent=4, first="  - ")


def _value(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(clean(part) for part in value)
    return None if value is None else clean(value)


@command.command("status", short_help="where the catalogue is and whether it is up to date")
@format_option("text", "json")
@pass_state
def status(state: State, form: str) -> None:
    """Print where the catalogue is, which version it has and which this licet expects. Changes nothing."""
    from registry.desk.database import status as read_status

    _show(state, read_status(state.settings()), form)


@command.command("upgrade", short_help="bring the catalogue to the version of this licet")
@format_option("text", "json")
@pass_state
def upgrade(state: State, form: str) -> None:
    """Create the catalogue if it is not there, and carry out the migrations it lacks."""
    from registry.desk.database import upgrade as carry_out

    _show(state, carry_out(state.settings(), state.output.talk), form)


@command.command("backup", short_help="copy the catalogue to a file while it may be in use")
@click.argument("file", metavar="FILE")
@format_option("text", "json")
@pass_state
def backup(state: State, file: str, form: str) -> None:
    """Copy the catalogue to FILE in one consistent state, even while others use it."""
    from registry.desk.database import backup as copy

    there = Path(file).is_file()
    if there:
        state.confirm(f"`{clean(file)}` exists; write over it?")
    _show(state, copy(state.settings(), Path(file), overwrite=there), form)


@command.command("check", short_help="verify the catalogue and the chain of its history")
@format_option("text", "json")
@click.pass_context
@pass_state
def check(state: State, context: click.Context, form: str) -> None:
    """Verify that the database is sound, its references hold and its history was not altered. Exit code 1 if not."""
    from registry.desk.database import check as verify

    result = verify(state.settings())
    _show(state, result, form)
    context.exit(0 if result.get("ok") else REFUSED)
