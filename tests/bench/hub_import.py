"""Taking in a whole Hub, beside writing the very same rows into the same tables with nothing but the database's own driver.

    python -m tests.bench.hub_import [--models 300000] [--db FILE] [--hub FILE] [--later FILE]

The catalogue stays at `--db`, for the other benchmarks of a whole Hub. Where `LICET_TEST_POSTGRES` names a server, the import is measured
there too, in a database of its own.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from tests.bench.command import Run, run, table
from tests.bench.hub_later import write_later
from tests.bench.synthetic_hub import write_hub

AT_ONCE = 50_000


def bare_write(loaded: Path, target: Path) -> tuple[float, float, int]:
    """Seconds on the clock and of the processor for writing all rows of a catalogue into the same tables, and making the same indexes after them; and how many rows."""
    with closing(sqlite3.connect(loaded)) as source, closing(sqlite3.connect(target)) as into:
        into.isolation_level = None
        into.execute("PRAGMA journal_mode=WAL")
        made = source.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").fetchall()
        spent, processor, count = 0.0, 0.0, 0

        def timed(statement: str, rows: Sequence[Sequence[object]] | None = None) -> None:
            nonlocal spent, processor
            started, worked = time.perf_counter(), time.process_time()
            into.execute(statement) if rows is None else into.executemany(statement, rows)
            spent += time.perf_counter() - started
            processor += time.process_time() - worked

        timed("BEGIN")
        for _, name, sql in (each for each in made if each[0] == "table"):
            timed(sql)
            rows = source.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - the catalogue's own tables
            places = ",".join("?" * len(rows.description))
            while part := rows.fetchmany(AT_ONCE):
                timed(f'INSERT INTO "{name}" VALUES ({places})', part)  # noqa: S608
                count += len(part)
        for _, _, sql in (each for each in made if each[0] == "index"):
            timed(sql)
        timed("COMMIT")
        timed("PRAGMA wal_checkpoint(TRUNCATE)")
    return spent, processor, count


@contextmanager
def postgres_database() -> Iterator[str | None]:
    """The URL of a PostgreSQL database of its own; none where no server is named."""
    server = os.environ.get("LICET_TEST_POSTGRES")
    if not server:
        yield None
        return
    from sqlalchemy import create_engine, make_url, text

    url, name = make_url(server).set(drivername="postgresql+psycopg"), f"licet_bench_{uuid4().hex[:8]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def row(name: str, done: Run, models: int, bare: tuple[float, float]) -> tuple[str, ...]:
    """One line of the table."""
    failed = f" (exit {done.code})" if done.code else ""
    ratios = f"{done.seconds / bare[0]:.2f}", f"{done.processor / bare[1]:.2f}"
    return f"{name}{failed}", f"{done.seconds:.1f}", f"{done.processor:.1f}", f"{models / done.seconds:,.0f}", f"{done.megabytes:,.0f}", *ratios


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure taking in a whole Hub.")
    parser.add_argument("--models", type=int, default=300_000)
    parser.add_argument("--db", type=Path, help="where the catalogue is made; it stays there")
    parser.add_argument("--hub", type=Path, help="the listing, if there is one already")
    parser.add_argument("--later", type=Path, help="a later listing, if there is one already")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        hub, later = given.hub or Path(folder, "hub.parquet"), given.later or Path(folder, "later.parquet")
        db = given.db or Path(folder, "hub.db")
        if given.hub is None:
            write_hub(hub, given.models)
        if given.later is None:
            write_later(later, hub)
        import pyarrow.parquet

        models = pyarrow.parquet.ParquetFile(hub).metadata.num_rows
        run(str(db), "catalog", "stats")
        first = run(str(db), "import", "dump", str(hub))
        *spent, rows = bare_write(db, Path(folder, "bare.db"))
        bare = (spent[0], spent[1])
        lines = [row("import of a new Hub", first, models, bare)]
        lines.append(("bare executemany, same rows", f"{bare[0]:.1f}", f"{bare[1]:.1f}", f"{models / bare[0]:,.0f}", "", "1.00", "1.00"))
        lines.append(row("the same listing again", run(str(db), "import", "dump", str(hub)), models, bare))
        lines.append(row("a listing a month later", run(str(db), "import", "dump", str(later)), models, bare))
        with postgres_database() as url:
            if url is not None:
                run(url, "db", "upgrade")
                lines.append(row("import into PostgreSQL", run(url, "import", "dump", str(hub)), models, bare))
                lines.append(row("the same again there", run(url, "import", "dump", str(hub)), models, bare))
        print(f"{models:,} models, {rows:,} rows, {db.stat().st_size / 1e6:,.0f} MB")  # noqa: T201
        print(table(("", "seconds", "processor", "models/s", "MB", "x bare", "x its processor"), lines))  # noqa: T201


if __name__ == "__main__":
    main()
