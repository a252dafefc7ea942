"""How a benchmark is timed: beside a baseline, in turns, best of several, so that a busy machine touches both alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """The best time of a task and of its baseline, in seconds."""

    task: float
    baseline: float

    @property
    def ratio(self) -> float:
        """How many times as long as the baseline the task takes."""
        return self.task / self.baseline


Clock = Callable[[], float]
"""Tells the time: `time.perf_counter`, or `time.process_time` for work within this process on a busy machine."""


def seconds(action: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """How long an action takes."""
    start = clock()
    action()
    return clock() - start


def side_by_side(task: Callable[[], object], baseline: Callable[[], object], rounds: int = ROUNDS, clock: Clock = time.perf_counter) -> Timing:
    """The best of several rounds, task and baseline in turns."""
    times = [(seconds(task, clock), seconds(baseline, clock)) for _ in range(rounds)]
    return Timing(min(task for task, _ in times), min(baseline for _, baseline in times))


def report(name: str, timing: Timing, count: int, baseline: str) -> str:
    """One line that says what was measured."""
    each = timing.task / count * 1e6
    return f"{name}: {timing.task:.3f} s for {count:,} ({each:,.1f} us each), {timing.ratio:.1f} times {baseline} ({timing.baseline:.3f} s)"
