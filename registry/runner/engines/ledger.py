"""What a job took: seconds by stage, processor time, memory; kept while it runs and handed over with its result."""

from __future__ import annotations

import sys
import time
from typing import Any

from registry.runner.engines.interface import Tell
from registry.runner.events import Finished, Progress, Stage

_PROGRESS_SECONDS = 0.1


class Ledger:
    """Tells the stages and the progress of a job, and keeps the account of it.

    Attributes:
        seconds: Wall time by stage so far.
    """

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.seconds: dict[str, float] = {}
        self._stage: str | None = None
        self._since = time.monotonic()
        self._told = float("-inf")

    def stage(self, name: str, detail: str | None = None) -> None:
        """A part of the work begins, and the one before it ends."""
        self._close()
        self._stage = name
        self._told = float("-inf")
        self.tell(Stage(name=name, detail=detail))

    def progress(self, done: int, total: int | None = None, **values: Any) -> None:
        """How far the stage is; told at most ten times a second, and always at its end."""
        now = time.monotonic()
        if done != total and now - self._told < _PROGRESS_SECONDS:
            return
        self._told = now
        self.tell(Progress(done=done, total=total, **values))

    def finish(self, **values: Any) -> Finished:
        """The result, with the account.

        Args:
            values: Fields of `Finished`; `seconds` given here are added to those of the stages.
        """
        self._close()
        for name, seconds in values.pop("seconds", {}).items():
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        return Finished(
            seconds={name: round(seconds, 3) for name, seconds in self.seconds.items()},
            cpu_seconds=round(time.process_time(), 3),
            peak_memory_bytes=peak_memory(),
            peak_device_memory_bytes=peak_device_memory(),
            **values,
        )

    def _close(self) -> None:
        now = time.monotonic()
        if self._stage is not None:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._since = now


def peak_memory() -> int | None:
    """The largest resident size of this process in bytes, where the platform tells."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024


def peak_device_memory() -> int | None:
    """The largest allocation on a CUDA device, over all of them, in bytes."""
    import torch

    if not torch.cuda.is_available():
        return None
    return sum(torch.cuda.max_memory_allocated(number) for number in range(torch.cuda.device_count())) or None
