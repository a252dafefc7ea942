"""Running the command as a user does, and what that took: time on the clock, time of the processor, the most memory."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the command took."""

    seconds: float
    processor: float
    megabytes: float
    code: int


def run(db: str, *arguments: str, out: Path | None = None) -> Run:
    """Run the command over a catalogue; what it prints goes to a file, or nowhere."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (out or Path(os.devnull)).open("w") as printed:
        started = time.perf_counter()
        process = Popen([sys.executable, "-m", "registry", "--db", db, "--yes", *arguments], stdin=DEVNULL, stdout=printed, stderr=DEVNULL, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Rows as a table for people."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) if not at else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True))) for row in [head, *rows]
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
