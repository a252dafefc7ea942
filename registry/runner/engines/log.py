"""The log of a run that goes with the model: what was told but for the progress and the places on this machine."""

from __future__ import annotations

from pathlib import Path

from registry.runner.engines.interface import Tell
from registry.runner.events import Event, Metrics, Noted, Stage

LOG_FILE = "log.jsonl"
"""One event a line, without times, so that the same run gives the same log."""


class Log:
    """Passes events on, and keeps those that go into the log."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._lines: list[str] = []

    def tell(self, event: Event) -> None:
        """Keep it, where it belongs into the log, and pass it on."""
        if isinstance(event, Stage | Metrics | Noted):
            self._lines.append(event.model_dump_json(exclude_none=True) + "\n")
        self._tell(event)

    def write(self, folder: Path) -> dict[str, str]:
        """Write the log so far.

        Returns:
            Its role and name, relative to the model folder above.
        """
        (folder / LOG_FILE).write_text("".join(self._lines), encoding="utf-8")
        return {"log": f"{folder.name}/{LOG_FILE}"}
