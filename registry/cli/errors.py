"""How errors look on the terminal, and which exit code they end with.

`error: what happened`, then `hint: what to do`, on stderr. A traceback is shown with `--debug` only.

| code | meaning |
|---|---|
| 0 | done, or allowed |
| 1 | refused: prohibited, needs permission, or a policy said no |
| 2 | wrong usage |
| 3 | conditional or undetermined |
| 4 | could not run, any uncaught exception included |
| 130, 141 | stopped by the user; the reader of our output went away |
"""

from __future__ import annotations

import errno
from collections.abc import Iterable

import click

from registry.cli.output import Output, clean
from registry.errors import RegistryError, RunError

DONE = 0
REFUSED = 1
WRONG_USAGE = 2
OPEN = 3
COULD_NOT_RUN = 4
INTERRUPTED = 130
READER_GONE = 141

_OF_VERDICT = {"prohibited": REFUSED, "needs-permission": REFUSED, "conditional": OPEN, "undetermined": OPEN}
_WORST_FIRST = (COULD_NOT_RUN, REFUSED, OPEN)


def exit_code(verdicts: Iterable[str | None]) -> int:
    """The exit code of several answers; None stands for a question that could not be answered."""
    codes = {COULD_NOT_RUN if verdict is None else _OF_VERDICT.get(verdict, DONE) for verdict in verdicts}
    return next((code for code in _WORST_FIRST if code in codes), DONE)


def show_error(error: BaseException, output: Output, debug: bool) -> int:
    """Tell the user what went wrong.

    Returns:
        The exit code that goes with it.
    """
    if debug and not isinstance(error, click.ClickException):
        import traceback

        output.talk("".join(traceback.format_exception(error)).rstrip())
    if isinstance(error, RegistryError):
        _say(output, error.message, error.hint)
        return INTERRUPTED if isinstance(error, RunError) and error.reason == "interrupted" else error.exit_code
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "licet"
        _say(output, error.format_message().rstrip("."), f"run `{command} --help`")
        return WRONG_USAGE
    if isinstance(error, click.ClickException):
        _say(output, error.format_message().rstrip("."), None)
        return COULD_NOT_RUN
    if isinstance(error, click.Abort):
        if isinstance(error.__cause__ or error.__context__, EOFError):
            _say(output, "a question was asked and nobody answered", "add `--yes` to answer every question with yes")
            return COULD_NOT_RUN
        output.talk("stopped")
        return INTERRUPTED
    if isinstance(error, KeyboardInterrupt):
        output.talk("stopped")
        return INTERRUPTED
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _say(
            output,
            f"no space left on the disk{f' for `{error.filename}`' if error.filename else ''}",
            "free some space and run the command again; nothing was half-written",
        )
        return COULD_NOT_RUN
    if isinstance(error, OSError) and error.filename:
        _say(output, f"`{error.filename}`: {error.strerror or type(error).__name__}", "check the path and its permissions")
        return COULD_NOT_RUN
    if isinstance(error, MemoryError):
        _say(output, "not enough memory", "narrow the question, or run it where there is more")
        return COULD_NOT_RUN
    first = str(error).strip().splitlines()
    what = f"{type(error).__name__}: {first[0]}" if first else type(error).__name__
    _say(output, f"unexpected: {what}", None if debug else "run it again with `--debug` to see where; this is a fault of licet, please report it")
    return COULD_NOT_RUN


def _say(output: Output, message: str, hint: str | None) -> None:
    output.talk(f"error: {clean(message)}")
    if hint:
        output.talk(f"hint: {clean(hint)}")
