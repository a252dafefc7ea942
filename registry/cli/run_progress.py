"""What a run shows while it goes on, apart from the data: a bar with the loss and the time that is left, or plain lines where nobody watches."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from registry.cli.output import Output, clean

if TYPE_CHECKING:
    from registry.runner.events import Event

QUIET_SECONDS = 15.0
"""How often plain lines say how far a stage is."""

_STAGES = {
    "loading": "loading the model",
    "preparing": "preparing",
    "evaluating": "measuring",
    "training": "training",
    "generating": "answering",
    "merging": "merging",
    "quantizing": "quantising",
    "converting": "converting",
    "saving": "saving",
}


class RunProgress:
    """Shows the events of a worker.

    Args:
        output: Where lines go.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._bar: Any = None
        self._task: Any = None
        self._stage = ""
        self._since = time.monotonic()
        self._told = 0.0
        self._digesting = ""
        self._first: int | None = None

    def __enter__(self) -> RunProgress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=30),
                TextColumn("{task.fields[far]}", markup=False),
                TimeRemainingColumn(compact=True),
                console=Console(stderr=True, highlight=False),
                transient=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.pause()

    def pause(self) -> None:
        """Clear the terminal for something else to be said or asked."""
        if self._bar is not None and self._task is not None:
            self._bar.remove_task(self._task)
            self._bar.stop()
            self._task = None

    def says(self, text: str) -> None:
        """A line for the person at the terminal."""
        self.pause()
        self._output.talk(clean(text))

    def digested(self, name: str, done: int, total: int) -> None:
        """How far a digest is; small ones are not worth a word."""
        if total < 500_000_000:
            return
        if name != self._digesting:
            self._digesting = name
            self._begin(f"digesting {clean(name)}")
        self._show(done // 1_000_000, max(total // 1_000_000, 1), f"{done / 1e9:.1f} of {total / 1e9:.1f} GB")

    def event(self, event: Event) -> None:
        """Show one event of the worker."""
        from registry.runner import events

        if isinstance(event, events.Started):
            threads = f", {event.threads} thread{'s' if event.threads != 1 else ''}" if event.device == "cpu" else ""
            self.says(f"computing on {clean(event.device)} ({clean(event.device_name)}{threads})")
        elif isinstance(event, events.Stage):
            self._begin(_STAGES.get(event.name, clean(event.name)) + (f": {clean(event.detail)}" if event.detail else ""))
        elif isinstance(event, events.Progress):
            loss = f", loss {event.loss:.4g}" if event.loss is not None else ""
            of = f" of {event.total:,}" if event.total else ""
            self._show(event.done, event.total, f"{event.done:,}{of} {clean(event.unit)}{loss}")
        elif isinstance(event, events.Metrics) and event.phase != "during":
            shown = ", ".join(f"{clean(name)} {value:.4g}" for name, value in event.values.items())
            self.says(f"{event.phase}: {shown}")
        elif isinstance(event, events.Noted):
            self.says(f"note: {event.text}")

    def _begin(self, stage: str) -> None:
        self.pause()
        self._stage, self._since, self._told, self._first = stage, time.monotonic(), time.monotonic(), None
        if self._bar is not None:
            self._task = self._bar.add_task(stage, total=None, far="")
            self._bar.start()
        else:
            self._output.talk(stage)

    def _show(self, done: int, total: int | None, far: str) -> None:
        if self._bar is not None:
            if self._task is None:
                self._task = self._bar.add_task(self._stage, total=total, far=far)
                self._bar.start()
            self._bar.update(self._task, completed=done, total=total, far=far)
            return
        if self._first is None:  # a resumed run begins in the middle
            self._first, self._since = done, time.monotonic()
        if time.monotonic() - self._told >= QUIET_SECONDS:
            self._told = time.monotonic()
            gone = done - self._first
            left = (time.monotonic() - self._since) * (total - done) / gone if total and gone else None
            self._output.talk(f"{self._stage}: {far}" + (f", about {left:,.0f} s left" if left is not None and done < (total or 0) else ""))
