"""What `licet audit` is asked of a folder or file, and which of its flags go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from registry.cli.audit_files import Destinations
from registry.cli.use import GivenUse


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an audit of an application."""

    use: GivenUse
    policy: str | None
    application: str | None
    baseline: str | None
    codes: tuple[str, ...]
    severity: str | None
    limit: int | None
    fail_on: str | None
    destinations: Destinations
    strict: bool
    since: str | None
    lock: bool
    locked: bool
    earlier: str | None
    suggest: bool
    out: str | None
    keep: bool

    @property
    def for_folders(self) -> tuple[str, ...]:
        """The flags given that are for a folder or file."""
        given = {
            "--policy": self.policy,
            "--app": self.application,
            "--baseline": self.baseline,
            "--against": self.earlier,
            "--diff": self.since,
            "--lock": self.lock,
            "--locked": self.locked,
            "--suggest": self.suggest,
            "--record": self.keep,
            "--strict": self.strict,
        }
        return tuple(flag for flag, value in given.items() if value)


def refuse_mixed(asked: Asked) -> None:
    """Refuse flags that do not go together.

    Raises:
        click.UsageError: Some do not.
    """
    if asked.lock and asked.locked:
        raise click.UsageError("`--lock` writes what `--locked` compares with; give one of them")
    if asked.out is not None and not asked.suggest:
        raise click.UsageError("`--out` takes the patch of `--suggest`; an audit is written with `-o FORMAT=FILE`")
    others = {"--against", "--suggest", "--baseline", "--diff", "--lock", "--locked", "--record", "--strict"} & set(asked.for_folders)
    if asked.earlier is not None:
        if mixed := sorted(others - {"--against"}):
            raise click.UsageError(f"`--against` compares two audits; leave {listed(mixed)} away")
        from registry.cli.audit_changes import check_forms

        check_forms(asked.destinations)
    if asked.suggest:
        if mixed := sorted(others - {"--suggest"}):
            raise click.UsageError(f"`--suggest` only says what could be written; leave {listed(mixed)} away")
        from registry.cli.audit_suggest import check_forms as check_suggestions

        check_suggestions(asked.destinations)


def listed(flags: Sequence[str]) -> str:
    """Flags in a sentence."""
    return " and ".join([", ".join(f"`{flag}`" for flag in flags[:-1]), f"`{flags[-1]}`"]) if len(flags) > 1 else f"`{flags[0]}`"
