"""The worker process, `python -m registry.runner.worker`: a job in, events out.

The job is JSON on standard input, or in the file that is named as the one argument (several processes cannot share an input). Events go to the standard
output that the process was started with, one a line; whatever a library prints goes to standard error. Of several processes only the first tells.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from registry.runner.defaults import memory_hint
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.registered import ENGINES, Registered, find_engine, task_of
from registry.runner.events import Event, Failed
from registry.runner.job import Job
from registry.settings import process_rank

MAX_JOB_BYTES = 1_000_000
"""A larger job is refused: it is not one."""

_JOB: TypeAdapter[Job] = TypeAdapter(Job)
_MAX_MESSAGE = 600
_SECONDS_BETWEEN_LOOKS = 3.0
_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "cannot allocate memory", "failed to allocate")
_NO_SPACE = ("no space left on device", "disk quota exceeded", "file too large", "file write failed", "enforce fail at inline_container")


def main(arguments: Sequence[str] | None = None, engines: tuple[Registered, ...] = ENGINES) -> int:
    """Do the job; the exit code is 0 where it was done."""
    tell = _take_stdout()
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    names = sys.argv[1:] if arguments is None else list(arguments)
    try:
        job = _read_job(names)
    except (OSError, ValidationError, ValueError) as error:
        tell(Failed(reason="internal", message=_one_line(f"the job cannot be read: {error}")))
        return 1
    try:
        engine = find_engine(job, engines)
        if engine is None:
            raise EngineError("internal", f"no engine for `{job.kind}` of `{task_of(job)}`", "name another task")
        tell(engine.run(job, tell))
    except KeyboardInterrupt:
        tell(Failed(reason="interrupted", message="the run was interrupted"))
        return 1
    except Exception as error:  # the one place that turns what libraries raise into words
        tell(explain(error, job))
        return 1
    return 0


def explain(error: Exception, job: Job) -> Failed:
    """The event for what an engine, or a library beneath it, raised."""
    trace = "".join(traceback.format_exception(error))[-20_000:]
    text = str(error).lower()
    if isinstance(error, EngineError):
        return Failed(reason=error.reason, message=_one_line(error.message), hint=error.hint, extra=error.extra, checkpoint=error.checkpoint, trace=trace)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or (isinstance(error, RuntimeError) and _says(text, _NO_MEMORY)):
        return Failed(reason="memory", message="not enough memory for this run", hint=memory_hint(job), trace=trace)
    if (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)) or _says(text, _NO_SPACE):
        return Failed(
            reason="disk",
            message="a file could not be written: the disk is full, or a limit on files is met",
            hint="free some space, then run it again",
            trace=trace,
        )
    if isinstance(error, ModuleNotFoundError):
        name = error.name or "a library"
        return Failed(reason="missing", message=f"`{name}` is not installed", hint=_install("runner"), extra="runner", trace=trace)
    return Failed(reason="internal", message=_one_line(f"{type(error).__name__}: {error}"), trace=trace)


def _take_stdout() -> Tell:
    """Keep the standard output for events; everything else that writes there goes to standard error from now on."""
    events = os.dup(1)
    os.set_inheritable(events, False)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    first = process_rank() == 0

    def tell(event: Event) -> None:
        if not first:
            return
        rest = memoryview(event.model_dump_json(exclude_none=True).encode() + b"\n")
        try:
            while rest:
                rest = rest[os.write(events, rest) :]
        except BrokenPipeError:  # whoever started us is gone: nobody wants the outcome
            raise SystemExit(1) from None

    return tell


def _leave_with(parent: int) -> None:
    """End this process when the one that started it is gone, which nobody would notice before the next event."""
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)


def _read_job(names: Sequence[str]) -> Job:
    if len(names) > 1:
        raise ValueError("one job at a time")
    if names:
        with Path(names[0]).open("rb") as stream:
            text = stream.read(MAX_JOB_BYTES + 1)
    else:
        text = sys.stdin.buffer.read(MAX_JOB_BYTES + 1)
    if len(text) > MAX_JOB_BYTES:
        raise ValueError(f"it is larger than {MAX_JOB_BYTES:,} bytes")
    return _JOB.validate_json(text)


def _install(extra: str) -> str:
    return f"run `python -m pip install 'licet[{extra}]'`"


def _says(text: str, phrases: Sequence[str]) -> bool:
    return any(phrase in text for phrase in phrases)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_MESSAGE else line[: _MAX_MESSAGE - 3] + "..."


if __name__ == "__main__":
    sys.exit(main())
