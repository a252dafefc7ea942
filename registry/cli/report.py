"""`licet report`: the answer about models, a folder, an application or the whole catalogue as a document that can be signed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click

from registry.cli.main import Command
from registry.cli.output import clean
from registry.cli.state import State, pass_state
from registry.cli.use import GivenUse, use_flags

FORMS = ("html", "json", "md", "pdf")
"""The forms, by the endings of their files."""

USUAL_ROWS = 2_000
"""So many models of a catalogue are listed, unless the user says otherwise."""

MOST_TEMPLATE_BYTES = 1_000_000
"""A larger template is refused."""


@click.command("report", cls=Command, short_help="the answer as a document that can be signed: HTML, PDF, Markdown, JSON")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--all", "whole", is_flag=True, help="Report on the whole catalogue, as a portfolio.")
@click.option("--out", metavar="FILE", help="Write it there, in the form of its ending: html, pdf, md or json; Markdown to stdout by default.")
@click.option("--format", "form", type=click.Choice(FORMS), help="The form, where the ending does not say it.")
@click.option(
    "--use", "names", multiple=True, metavar="NAME|FILE", help="A use by name, or a YAML file of facts; flags overrule it. Several, or all, make a matrix."
)
@click.option("--annex", "annexes", multiple=True, metavar="NAME", help="Add a regulatory form: eu-ai-act, g7, ntia; may be given several times.")
@click.option("--since", metavar="FILE.json", help="Say what is otherwise than in an earlier report.")
@click.option("--template", metavar="FILE", help="Make HTML or PDF by a Jinja template of your own.")
@click.option("--rows", type=click.IntRange(1, 20_000), help="With --all: list at most so many models, 2000 by default; all are counted.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@use_flags()
@pass_state
def command(
    state: State,
    targets: tuple[str, ...],
    whole: bool,
    out: str | None,
    form: str | None,
    names: tuple[str, ...],
    annexes: tuple[str, ...],
    since: str | None,
    template: str | None,
    rows: int | None,
    force: bool,
    use: GivenUse,
) -> None:
    """Write a document about TARGETs: the verdict, what decides it and what to do next, then all that it rests on.

    A TARGET is `org/name`, `dataset:NAME`, `app:NAME`, or a model folder such as `./model`; several make a portfolio. HTML is one
    file that reaches for nothing; PDF is made of it. HTML and PDF need the extra `licet[report]`.
    """
    if bool(targets) == whole:
        raise click.UsageError("name a TARGET, or give `--all`")
    to_stdout = out in (None, "-")
    chosen = form or ("md" if to_stdout else form_of(str(out)))
    if to_stdout and chosen == "pdf":
        raise click.UsageError("a PDF is no text: give `--out FILE.pdf`")
    if not to_stdout:
        refuse_existing(Path(str(out)), force or state.yes)
    from registry.desk.report.changes import read_earlier
    from registry.desk.report.report import ReportQuestion, make_report
    from registry.reports.report_forms import render

    raw = use.raw if use.interpretation is None else {**use.raw, "interpretation": use.interpretation}
    own = read_template(template) if template is not None else None
    earlier = read_earlier(since) if since is not None else None
    question = ReportQuestion(raw, names, annexes, earlier, rows or USUAL_ROWS)
    document = render(make_report(state.desk(), targets, question), chosen, own)
    if to_stdout:
        state.output.line(document.decode().rstrip("\n"))
        return
    write_whole(Path(str(out)), document)
    state.output.talk(f"wrote `{clean(out)}`")


def form_of(out: str) -> str:
    """The form that a file's ending says.

    Raises:
        UsageError: It says none.
    """
    from registry.errors import UsageError

    ending = Path(out).suffix.lower().removeprefix(".")
    found = {"htm": "html", "markdown": "md"}.get(ending, ending)
    if found not in FORMS:
        raise UsageError(f"`{out}` does not end in one of {', '.join(f'.{each}' for each in FORMS)}", "end it so, or say `--format`")
    return found


def refuse_existing(file: Path, force: bool) -> None:
    """Refuse to write over what is there, unless that is wanted.

    Raises:
        UsageError: Something is there, or there is no such folder.
    """
    from registry.errors import UsageError

    if file.exists() and not file.is_file():
        # A device would be replaced by a file of its name.
        raise UsageError(f"`{file}` cannot be written: it is a {'folder' if file.is_dir() else 'device'}", "name a file, or leave `--out` out for stdout")
    if file.exists() and not force:
        raise UsageError(f"`{file}` exists", "give `--force` to write over it, or name another file")
    if not file.parent.is_dir():
        raise UsageError(f"`{file}` cannot be written: there is no folder `{file.parent}`", "name a file in a folder that exists and is yours")


def read_template(path: str) -> str:
    """The text of a template.

    Raises:
        UsageError: It cannot be read.
    """
    from registry.errors import UsageError

    file = Path(path)
    try:
        if file.stat().st_size > MOST_TEMPLATE_BYTES:
            raise UsageError(f"`{path}` is larger than {MOST_TEMPLATE_BYTES:,} bytes", "a template is a page or two")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{path}` cannot be read: {error}", "name a template in UTF-8") from error


def write_whole(file: Path, document: str | bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        UsageError: It cannot be written there.
        OSError: The disk is full or fails.
    """
    from registry.errors import UsageError

    content = document.encode() if isinstance(document, str) else document
    if file.exists() and not file.is_file():
        raise UsageError(f"`{file}` cannot be written: it is no file", "name a file")
    # Beside the target, because a rename is atomic within one file system only.
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with draft.open("xb") as stream:
            stream.write(content if content.endswith(b"\n") or content.startswith(b"%PDF") else content + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as error:
        raise UsageError(f"`{file}` cannot be written: {error.strerror}", "name a file in a folder that exists and is yours") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
