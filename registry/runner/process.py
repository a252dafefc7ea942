"""Starts the worker and listens to it: whatever becomes of it ends as a result or as one error, and Ctrl-C leaves a checkpoint."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from registry.errors import RunError
from registry.runner.defaults import memory_hint
from registry.runner.events import Checkpoint, Event, Failed, Finished, read_event
from registry.runner.job import Job
from registry.settings import worker_environment

WORKER = ("-m", "registry.runner.worker")
"""How the worker is named to an interpreter or a launcher."""

MAX_EVENT_BYTES = 4_000_000
"""A longer line is no event."""

_COUNTS = frozenset({"--num-processes", "--nproc-per-node", "--nproc"})
_LAST_LINES = 20
_MAX_STDERR_LINE = 2_000
_GRACE_SECONDS = 20.0
_READ_BYTES = 65_536


class WorkerTraceError(Exception):
    """What the worker said last on standard error, or the traceback it sent; shown with `--debug`."""


def run_worker(job: Job, on_event: Callable[[Event], None], *, launcher: Sequence[str] = (), worker: Sequence[str] = WORKER) -> Finished:
    """Do a job in a worker process.

    Args:
        job: What to do.
        on_event: Told of every event as it comes, the last included.
        launcher: The beginning of a command that starts the worker on several devices or machines, such as `accelerate launch`; by default this
            interpreter alone.
        worker: What is started: by default our worker.

    Raises:
        RunError: It failed, crashed, ran out of memory or was interrupted; `reason` says which, `checkpoint` what can be gone on from.
    """
    with contextlib.ExitStack() as stack:
        command = [*(_found(launcher) or (sys.executable,)), *worker]
        if launcher:  # several processes cannot read one input
            command.append(str(stack.enter_context(_job_file(job))))
        process = _start(command)
        stack.enter_context(process)
        listener = _Listener(process, tolerant=bool(launcher))
        stack.callback(listener.end)
        stack.enter_context(listener.forwards_interrupts())
        if not launcher:
            _hand_over(process, job.model_dump_json().encode())
        return listener.listen(job, on_event)


class _Listener:
    """What is known of a worker so far."""

    def __init__(self, process: subprocess.Popen[bytes], tolerant: bool) -> None:
        self.process = process
        self.tolerant = tolerant
        self.interrupts = 0
        self.said_last = False
        self.checkpoint: str | None = None
        self.lines: deque[str] = deque(maxlen=_LAST_LINES)
        self.reader = threading.Thread(target=self._read_stderr, daemon=True)
        self.reader.start()

    def listen(self, job: Job, on_event: Callable[[Event], None]) -> Finished:
        """Read events until the last one."""
        stdout = _pipe(self.process.stdout)
        while line := stdout.readline(MAX_EVENT_BYTES + 1):
            try:
                if len(line) > MAX_EVENT_BYTES:
                    raise ValueError("the line is too long")
                event = read_event(line)
            except ValueError as error:
                if self.tolerant:  # launchers talk, too
                    continue
                _kill(self.process)
                raise self._error("internal", "the worker wrote something that is no event", None) from error
            if isinstance(event, Checkpoint):
                self.checkpoint = event.path
            self.said_last = isinstance(event, Finished | Failed)
            on_event(event)
            if isinstance(event, Finished):
                return event
            if isinstance(event, Failed):
                raise self._failed(event)
        raise self._ended(job)

    @contextlib.contextmanager
    def forwards_interrupts(self) -> Iterator[None]:
        """Ctrl-C asks the worker to stop at a good place; a second one stops it at once."""
        if threading.current_thread() is not threading.main_thread():  # only the main thread hears signals
            yield
            return

        def forward(number: int, frame: FrameType | None) -> None:
            self.interrupts += 1
            if self.interrupts == 1:
                with contextlib.suppress(OSError):
                    self.process.send_signal(signal.SIGINT)
            else:
                _kill(self.process)

        previous = signal.signal(signal.SIGINT, forward)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)

    def end(self) -> None:
        """Give a worker that has said its last word a little time to go, then end it and whatever it started."""
        try:
            if self.said_last:
                threading.Thread(target=self._drain, daemon=True).start()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=_GRACE_SECONDS)
        finally:
            _kill(self.process)

    def _failed(self, event: Failed) -> RunError:
        error = RunError(event.message, event.hint, event.reason, event.checkpoint or self.checkpoint)
        if event.trace:
            error.__cause__ = WorkerTraceError(event.trace)
        return error

    def _ended(self, job: Job) -> RunError:
        """The error for a worker that went away without a last word."""
        code = self.process.wait()
        if self.interrupts:
            return self._error("interrupted", "the run was interrupted", self._resume_hint())
        number = -code if code < 0 else code - 128
        if number == signal.SIGKILL:
            return self._error("memory", "the worker was killed, most likely for want of memory", memory_hint(job))
        if code < 0:
            return self._error("internal", f"the worker was stopped by signal {_signal_name(number)}", self._resume_hint())
        self.reader.join(timeout=1)
        last = f": {self.lines[-1][:200]}" if self.lines else ""
        return self._error("internal", f"the worker ended with exit code {code} before it was done{last}", self._resume_hint())

    def _error(self, reason: str, message: str, hint: str | None) -> RunError:
        error = RunError(message, hint, reason, self.checkpoint)
        self.reader.join(timeout=1)
        if self.lines:
            error.__cause__ = WorkerTraceError("\n".join(self.lines))
        return error

    def _resume_hint(self) -> str | None:
        return "the last checkpoint is kept: go on from it with `--resume`" if self.checkpoint else None

    def _drain(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed under us at the end
            while _pipe(self.process.stdout).read(_READ_BYTES):
                pass

    def _read_stderr(self) -> None:
        stream = _pipe(self.process.stderr)
        with contextlib.suppress(OSError, ValueError):  # closed under us at the end
            while line := stream.readline(_MAX_STDERR_LINE):
                text = line.decode("utf-8", "replace").strip()
                if text:
                    self.lines.append(text)


def processes_asked(launcher: Sequence[str]) -> int | None:
    """How many processes a launcher is told to start, by the flags of accelerate and torchrun; None where it does not say."""
    words = [part for word in launcher for part in word.split("=", 1)]
    for flag, value in itertools.pairwise(words):
        if flag.replace("_", "-") in _COUNTS and value.isdecimal():
            return int(value)
    return None


def _found(launcher: Sequence[str]) -> list[str]:
    """The launcher that belongs to this interpreter, where there is one of that name: one of another environment would not find our libraries."""
    if not launcher:
        return []
    beside = shutil.which(launcher[0], path=str(Path(sys.executable).parent)) if Path(launcher[0]).name == launcher[0] else None
    return [beside or launcher[0], *launcher[1:]]


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        # A session of its own: Ctrl-C on the terminal reaches us alone, and we pass it on once.
        return subprocess.Popen(  # noqa: S603 - the command is ours, or the user's own launcher
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=worker_environment(), start_new_session=True
        )
    except OSError as error:
        hint = "install it into the environment of licet, or give its whole path"
        raise RunError(f"`{command[0]}` cannot be started: {error.strerror or error}", hint, reason="missing") from error


def _hand_over(process: subprocess.Popen[bytes], text: bytes) -> None:
    stream = _pipe(process.stdin)
    with contextlib.suppress(BrokenPipeError):  # a worker that died at once is found out when its events are read
        stream.write(text)
    with contextlib.suppress(BrokenPipeError):
        stream.close()


@contextlib.contextmanager
def _job_file(job: Job) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="licet-job-") as folder:
        path = Path(folder) / "job.json"
        path.write_text(job.model_dump_json(), encoding="utf-8")
        yield path


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the worker with all of its session."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:  # it was opened as a pipe
        raise RunError("the worker has no pipes", reason="internal")
    return stream


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
