"""What an engine implements: it takes one job, tells what happens, and returns what came of it. Only the worker process runs engines."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Literal, Protocol

from registry.runner.events import Event, Finished

Tell = Callable[[Event], None]
"""Sends an event to whoever started the worker."""

Reason = Literal["data", "model", "memory", "diverged", "disk", "missing", "unsafe", "interrupted", "internal"]
"""Why work cannot go on, in the words of `Failed`."""


class EngineError(Exception):
    """Why an engine cannot go on; the worker makes a `Failed` event of it.

    Args:
        reason: One of the words of `Failed`.
        message: What happened, in one line.
        hint: What to do about it.
        extra: The optional part of licet that is missing.
        checkpoint: The last good checkpoint.
    """

    def __init__(self, reason: Reason, message: str, hint: str | None = None, *, extra: str | None = None, checkpoint: str | None = None) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message
        self.hint = hint
        self.extra = extra
        self.checkpoint = checkpoint


class Engine(Protocol):
    """Does one kind of job."""

    def run(self, job: Any, tell: Tell) -> Finished:
        """Do it.

        Args:
            job: A job of the kind and task that the engine is registered for.
            tell: Takes every event but `Finished` and `Failed`, which the worker sends itself.

        Raises:
            EngineError: It cannot be done, or not to its end.
        """


@contextmanager
def deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Within it the first Ctrl-C only sets what the yielded question answers, so that work can end at a good place; a second one ends it at once."""
    asked = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    previous = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, previous)
