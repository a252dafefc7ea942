"""How far digesting has come, for the person at the terminal."""

from __future__ import annotations

import time

from registry.cli.output import Output
from registry.cli.words import short_number


class Meter:
    """Says on stderr how far digesting has come, every second; of what is done within one, nothing."""

    def __init__(self, output: Output, part: str) -> None:
        self._output = output
        self._part = part
        self._said: float | None = None

    def __call__(self, done: int, total: int) -> None:
        """Take note of how many bytes are done, and of how many."""
        now = time.monotonic()
        if self._said is None:
            self._said = now
        elif now - self._said >= 1 and total:
            self._said = now
            self._output.talk(f"{100 * done / total:.0f}% of {short_number(total)}B read: {self._part}")
