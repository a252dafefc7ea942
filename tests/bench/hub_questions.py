"""Questions to a catalogue of a whole Hub: one model deep in its lineage, one with tens of thousands of descendants, an audit of all, an export.

    python -m tests.bench.hub_questions CATALOGUE

CATALOGUE is what `tests.bench.hub_import --db` made, or the URL of a PostgreSQL catalogue. Each command runs as a user runs it; beside it, the start of the command together with a
bare SQL query over the same links, or with reading the same rows.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.bench.command import run, table
from tests.bench.measure import seconds
from tests.bench.synthetic_hub import DEEPEST, LARGEST

UP = "WITH RECURSIVE up(id) AS (SELECT id FROM model WHERE name = :name UNION SELECT parent_id FROM edge JOIN up ON child_id = up.id WHERE parent_id IS NOT NULL) SELECT id FROM up"
DOWN = (
    "WITH RECURSIVE down(id) AS (SELECT id FROM model WHERE name = :name UNION SELECT child_id FROM edge JOIN down ON parent_id = down.id) SELECT id FROM down"
)
USE = ("--commercial", "--distribution", "saas")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure questions to a catalogue of a whole Hub.")
    parser.add_argument("catalogue")
    given = parser.parse_args()
    db = given.catalogue
    with create_engine(db if "://" in db else f"sqlite:///{db}").connect() as connection, tempfile.TemporaryDirectory() as folder:

        def rows(query: str, **values: str) -> list[object]:
            return list(connection.execute(text(query), values))

        models = len(rows("SELECT id FROM model WHERE recorded"))
        links = len(rows("SELECT id FROM edge WHERE grade IS NOT NULL"))
        above, below = len(rows(UP, name=DEEPEST)) - 1, len(rows(DOWN, name=LARGEST)) - 1
        start = run(db, "license", "show", "mit")
        questions = (
            (f"check, {above} ancestors", ("check", DEEPEST, *USE), 1, lambda: rows(UP, name=DEEPEST)),
            (
                f"lineage down, {below:,} descendants",
                ("lineage", LARGEST, "--down", "--format", "json"),
                below,
                lambda: rows(DOWN, name=LARGEST),
            ),
            (
                f"impact, {below:,} descendants",
                ("catalog", "impact", LARGEST, *USE),
                1,
                lambda: rows(DOWN, name=LARGEST),
            ),
            ("models", ("models", *USE), 1, lambda: rows("SELECT * FROM model ORDER BY downloads DESC LIMIT 50")),
            ("audit of all", ("audit", "--all", "--format", "json"), models, lambda: rows("SELECT id, profile_id FROM model")),
            (
                "export as parquet",
                ("catalog", "export", "parquet", str(Path(folder, "export"))),
                models + links,
                lambda: [None for table in ("model", "edge", "statement") for _ in rows(f"SELECT * FROM {table}")],  # noqa: S608 - tables of ours
            ),
        )
        lines = [("start of the command", f"{start.seconds:.2f}", "", f"{start.megabytes:,.0f}", "", "")]
        for name, arguments, things, bare in questions:
            done = run(db, *arguments, out=Path(folder, "out"))
            failed = f" (exit {done.code})" if done.code not in (0, 1, 3) else ""
            spent = min(seconds(bare) for _ in range(3))
            each = f"{things / done.seconds:,.0f}" if things > 1 else ""
            lines.append(
                (name + failed, f"{done.seconds:.2f}", each, f"{done.megabytes:,.0f}", f"{spent:.3f}", f"{done.seconds / (start.seconds + spent):.1f}")
            )
    print(f"{models:,} models, {links:,} links")  # noqa: T201
    print(table(("", "seconds", "a second", "MB", "bare SQL", "x start and bare"), lines))  # noqa: T201


if __name__ == "__main__":
    main()
