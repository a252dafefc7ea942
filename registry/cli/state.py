"""What the commands of one call share: the global options, the printer, and the desk opened at most once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from registry.cli.output import Output, clean

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.settings import Settings

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class State:
    """The global options as given, before or after the command, and what is made from them on demand."""

    catalogue: str | None = None
    offline: bool = False
    debug: bool = False
    yes: bool = False
    folder: Path | None = None
    """Where to look for `licet.yaml`, where that is not the working folder."""
    output: Output = field(default_factory=Output)
    _settings: Settings | None = None
    _desk: Desk | None = None

    def settings(self) -> Settings:
        """The settings of this call, read on first use."""
        if self._settings is None:
            from registry.settings import read_settings

            self._settings = read_settings(self.catalogue, offline=self.offline, folder=self.folder)
            if self._settings.config_file and self._settings.facts:
                self.output.talk(f"facts from `{clean(self._settings.config_file)}`: {', '.join(clean(name) for name in self._settings.facts)}")
        return self._settings

    def desk(self) -> Desk:
        """The desk, opened on first use: knowledge and catalogue, made and seeded if need be."""
        if self._desk is None:
            from registry.desk.session import open_desk

            self._desk = open_desk(self.settings(), self.output.talk)
        return self._desk

    def close(self) -> None:
        """Let go of the catalogue."""
        if self._desk is not None:
            self._desk.close()
        self._desk = None

    def confirm(self, question: str) -> None:
        """Ask before something that cannot be undone; `--yes` answers for the user.

        Raises:
            click.Abort: The user said no, or there is nobody to ask.
        """
        if not self.yes:
            click.confirm(question, abort=True, err=True)


def read_text(path: str, most: int) -> str:
    """A text that the user wrote; `-` reads stdin.

    Args:
        path: The file.
        most: How many characters it may have.

    Raises:
        UsageError: It cannot be read, or is larger.
    """
    from registry.errors import UsageError

    try:
        with click.open_file(path, encoding="utf-8") as stream:
            text: str = stream.read(most + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{path}` cannot be read: {error}", "check the path; the file must be UTF-8") from error
    if len(text) > most:
        raise UsageError(f"`{path}` has more than {most:,} characters", "check the path")
    return text


def read_record(path: str) -> dict[str, Any]:
    """A record that the user wrote in YAML or JSON; `-` reads stdin.

    Raises:
        UsageError: It cannot be read or is not a mapping; the message names file and line.
    """
    from registry.errors import RegistryError, UsageError
    from registry.yaml12 import read_yaml

    text = read_text(path, MAX_RECORD)
    try:
        data = read_yaml(text, path)
    except RegistryError as error:
        raise UsageError(error.message, error.hint) from error
    if not isinstance(data, dict):
        raise UsageError(f"`{path}` line 1: not a mapping", "write one record, a field a line")
    return {str(key): value for key, value in data.items()}


MAX_RECORD = 20_000_000
"""A record of more characters is none."""

pass_state = click.make_pass_decorator(State)
"""Hands the `State` of the call to a command as its first argument."""


def format_option(*formats: str) -> Callable[[Function], Function]:
    """The option `--format` with these choices, the first of which is the default."""
    return click.option("--format", "form", type=click.Choice(formats), default=formats[0], show_default=True, help="How to print the answer.")
