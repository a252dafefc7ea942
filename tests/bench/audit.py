"""Auditing a whole catalogue, beside reading the numbers of the same models in a bare loop.

Run by hand: `python -m tests.bench.audit CATALOGUE [ROUNDS]`, with a SQLite catalogue that holds a listing of the Hub.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from registry.desk.audit.catalogue import audit_catalogue
from registry.desk.audit.models import AuditQuestion
from registry.desk.catalog.stats import shape_catalogue
from registry.desk.session import Desk
from registry.reports.interface import AuditReport
from registry.reports.json import JsonReport
from registry.settings import read_settings
from tests.bench.measure import report, side_by_side

COLUMNS = "id, developer_id, profile_id, name_ok"
"""What counting reads of a model."""


def read_bare(catalogue: Path) -> int:
    """Read the numbers of every model, and do nothing with them."""
    rows = 0
    with closing(sqlite3.connect(f"file:{catalogue}?mode=ro", uri=True)) as connection:
        for _ in connection.execute(f"SELECT {COLUMNS} FROM model WHERE recorded"):  # noqa: S608 - the columns are ours
            rows += 1
    return rows


def audit(desk: Desk, reports: Sequence[AuditReport] = (), limit: int | None = 0) -> Mapping[str, Any]:
    """Audit everything."""
    return audit_catalogue(desk, AuditQuestion({}, limit=limit), reports)


def audit_to_json(desk: Desk) -> None:
    """Audit everything, and write every finding to a file as JSON."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "audit.json").open("w", encoding="utf-8") as stream:
        audit(desk, [JsonReport(stream)], None)


def peak_in_a_process(action: str, catalogue: Path) -> float:
    """The most memory, in MB, that a process of its own takes for an action."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        with closing(open_desk(catalogue)) as desk:
            ACTIONS[action](desk)
        # Linux counts in kB.
        os.write(write, str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return float(os.read(read, 100))


def open_desk(catalogue: Path) -> Desk:
    """A desk over a catalogue that says nothing."""
    return Desk(read_settings(str(catalogue)), lambda message: None)


ACTIONS = {"count": audit, "count and write JSON": audit_to_json, "shape": lambda desk: shape_catalogue(desk, lambda message: None)}
"""What is measured, by name."""


def main(arguments: list[str]) -> None:
    """Print how long each action takes, as a ratio to the bare loop, and how much memory."""
    catalogue, rounds = Path(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 3
    models = read_bare(catalogue)
    peaks = {name: peak_in_a_process(name, catalogue) for name in ACTIONS}
    with closing(open_desk(catalogue)) as desk:
        for name, action in ACTIONS.items():
            timing = side_by_side(lambda action=action: action(desk), lambda: read_bare(catalogue), rounds=rounds)  # type: ignore[misc]
            print(report(name, timing, models, "reading the models' numbers"))  # noqa: T201
            print(f"  {models / timing.task:,.0f} models a second, {peaks[name]:,.0f} MB at most")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
