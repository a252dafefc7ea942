"""Where the forms of an audit go: one is printed, any number are written to files, each whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from registry.cli.output import Output, clean

if TYPE_CHECKING:
    from registry.cli.state import State
    from registry.reports.interface import AuditReport

FORMATS = ("table", "json", "csv", "sarif", "markdown", "html", "github", "gitlab")
"""The forms of an audit, the first for people."""

TABLE = FORMATS[0]
"""The form for people at a terminal."""

Table = Callable[[Output], "AuditReport"]
"""Makes the form for people, which prints to an output."""


@dataclass(frozen=True, slots=True)
class Destinations:
    """What is written, and where to.

    Attributes:
        printed: The form that is printed.
        files: Forms, each with the file that it is written to.
    """

    printed: str
    files: tuple[tuple[str, str], ...]


def read_destinations(context: click.Context, printed: str, texts: Sequence[str]) -> Destinations:
    """What `--format FORMAT` and several `-o FORMAT[=FILE]` ask for; a form without a file is printed.

    Raises:
        click.UsageError: One is no form, or several are to be printed.
    """
    asked = [printed] if context.get_parameter_source("form") is click.core.ParameterSource.COMMANDLINE else []
    files = []
    for text in texts:
        form, sign, file = text.partition("=")
        if form not in FORMATS or (sign and not file):
            raise click.UsageError(f"`-o {text}` is not FORMAT or FORMAT=FILE with one of {', '.join(FORMATS)}")
        if sign:
            files.append((form, file))
        else:
            asked.append(form)
    several = list(dict.fromkeys(asked))
    if len(several) > 1:
        raise click.UsageError(f"{' and '.join(several)} cannot both be printed; give a file, as in `-o {several[-1]}=FILE`")
    return Destinations(several[0] if several else printed, tuple(files))


def open_reports(stack: ExitStack, state: State, destinations: Destinations, table: Table) -> list[AuditReport]:
    """A report for each form: those with a file first, then the one that is printed.

    Raises:
        UsageError: A file cannot be written.
        MissingExtraError: What a form needs is not installed.
    """
    reports = [_report(form, stack.enter_context(whole_file(state, file)), table) for form, file in destinations.files]
    reports.append(table(state.output) if destinations.printed == TABLE else _report(destinations.printed, state.output.stdout, table))
    return reports


def _report(form: str, stream: TextIO, table: Table) -> AuditReport:
    if form == TABLE:
        return table(Output(data=stream, talk=stream, color=False))
    from registry.reports.registered import FORMATS as REGISTERED

    return next(each for each in REGISTERED if each.name == form).open(stream)


def tell_written(state: State, destinations: Destinations) -> None:
    """Say which files were written."""
    for _, file in destinations.files:
        state.output.talk(f"wrote `{clean(file)}`")


@contextmanager
def whole_file(state: State, name: str) -> Iterator[TextIO]:
    """A text file that is there whole when all went well, and otherwise not there.

    Raises:
        UsageError: It cannot be written.
    """
    from registry.errors import UsageError

    file = Path(name)
    if file.exists() and not file.is_file():
        raise UsageError(f"`{name}` cannot be written: it is no file", "name a file, or print it with `--format`")
    if file.exists():
        state.confirm(f"`{clean(name)}` exists; write over it?")
    # Beside the target, because a rename is atomic within one file system only.
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        stream = draft.open("x", encoding="utf-8", newline="\n")
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        raise UsageError(f"`{name}` cannot be written: {error.strerror}", "name a file in a folder that exists and is yours") from error
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        try:
            draft.replace(file)
        except OSError as error:
            raise UsageError(f"`{name}` cannot be written: {error.strerror}", "name a file in a folder that exists and is yours") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
