"""`licet report`: the answer about a model or an application as a document."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click

from registry.cli.main import Command
from registry.cli.output import clean
from registry.cli.state import State, pass_state
from registry.cli.use import GivenUse, use_flags


@click.command("report", cls=Command, short_help="the answer about a model or an application as a document")
@click.argument("target", metavar="TARGET")
@click.option("--out", metavar="FILE", help="Write it there; to stdout by default.")
@use_flags()
@pass_state
def command(state: State, target: str, out: str | None, use: GivenUse) -> None:
    """Write a Markdown document about TARGET: verdict, reasons with sections, lineage, duties as a checklist, missing facts.

    TARGET is a model or `app:NAME`. Versions and dates of the data it rests on are part of it.
    """
    from registry.desk.report import report_markdown

    raw = use.raw if use.interpretation is None else {**use.raw, "interpretation": use.interpretation}
    text = report_markdown(state.desk(), target, raw)
    if out is None or out == "-":
        state.output.line(text.rstrip("\n"))
        return
    file = Path(out)
    if file.exists():
        state.confirm(f"`{clean(out)}` exists; write over it?")
    write_whole(file, text)
    state.output.talk(f"wrote `{clean(out)}`")


def write_whole(file: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        UsageError: It cannot be written there.
        OSError: The disk is full or fails.
    """
    from registry.errors import UsageError

    # Beside the target, because a rename is atomic within one file system only.
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text if text.endswith("\n") else text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as error:
        raise UsageError(f"`{file}` cannot be written: {error.strerror}", "name a file in a folder that exists and is yours") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
