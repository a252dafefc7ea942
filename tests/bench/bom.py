"""How long a bill of materials of an application with many models takes.

Run by hand: `python -m tests.bench.bom [MODELS]`. Beside it the command is started without doing anything, in turns, since both share the
machine: the ratio tells more than the seconds.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from pathlib import Path

from registry.desk.catalog.entries import add
from registry.desk.models import ModelFilters, list_models
from registry.desk.session import open_desk
from registry.settings import read_settings
from tests.bench.command import Run, run, table

ROUNDS = 5
FORMS = (("--spec", "1.7"), ("--spec", "1.6"), ("--format", "spdx-json"))


def main(count: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        db = str(Path(folder) / "catalogue.db")
        with closing(open_desk(read_settings(db), lambda _message: None)) as desk:
            models = [item["model"] for item in list_models(desk, {}, ModelFilters(), count).items]
            add(desk, "application", {"id": "bench", "commercial": True, "distribution": ["saas"], "models": [{"model": name} for name in models]})
        print(table(("what", "seconds", "processor", "MB", "times a start"), _rows(db, Path(folder) / "bill.json")))  # noqa: T201
        print(f"{len(models)} models; the best of {ROUNDS} rounds")  # noqa: T201


def _rows(db: str, out: Path) -> list[tuple[str, ...]]:
    rounds = [[run(db, "--version"), *(run(db, "bom", "app:bench", *form, "--out", str(out), "--force") for form in FORMS)] for _ in range(ROUNDS)]
    assert all(each.code == 0 for one in rounds for each in one)
    best = [min((one[at] for one in rounds), key=lambda each: each.processor) for at in range(len(FORMS) + 1)]
    names = ("a start of the command", *(" ".join(form) for form in FORMS))
    return [_row(name, each, best[0]) for name, each in zip(names, best, strict=True)]


def _row(name: str, each: Run, start: Run) -> tuple[str, ...]:
    return name, f"{each.seconds:.2f}", f"{each.processor:.2f}", f"{each.megabytes:.0f}", f"{each.processor / start.processor:.0f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
