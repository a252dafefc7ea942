"""Exporting a catalogue, beside only reading the same rows from it.

Run by hand: `python -m tests.bench.export CATALOGUE [ROUNDS]`, with a catalogue of some hundred thousand models.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from pathlib import Path

from registry.catalogue.queries.export import DATASETS, DEVELOPERS, EDGES, MODELS, STATEMENTS, export_batches
from registry.desk.catalog.export import export_catalogue
from registry.desk.session import Desk, open_desk
from registry.settings import read_settings
from tests.bench.measure import Timing, report, side_by_side


def read_rows(desk: Desk) -> int:
    """Read every row that an export writes, and let it go."""
    with desk.catalogue.reading() as connection:
        return sum(len(batch[0]) for table in (MODELS, EDGES, STATEMENTS, DATASETS, DEVELOPERS) for batch in export_batches(connection, table))


def measure_export(desk: Desk, form: str, folder: Path, rounds: int) -> Timing:
    """Write a whole export, beside reading its rows."""
    return side_by_side(lambda: export_catalogue(desk, form, folder / form, {"commercial": True}, force=True), lambda: read_rows(desk), rounds)


def main() -> None:
    """Print what was measured."""
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder, closing(open_desk(read_settings(sys.argv[1]), print)) as desk:
        count = read_rows(desk)
        for form in ("parquet", "csv"):
            timing = measure_export(desk, form, Path(folder), rounds)
            print(report(f"export {form}", timing, count, "reading the rows"), f"{count / timing.task:,.0f} rows a second")  # noqa: T201


if __name__ == "__main__":
    main()
