"""`licet models` over a whole Hub: twelve mixes of use and filters, deep pages, and counts, beside counting by the obvious query.

    python -m tests.bench.hub_listing CATALOGUE [--hub FILE]

CATALOGUE is what `tests.bench.hub_import --db` made, or the URL of a PostgreSQL catalogue. With `--hub`, DuckDB answers from the parquet
what it can: licence tags, downloads and lineage. The baseline is `SELECT profile_id, count(*) FROM model GROUP BY profile_id`, in the same
run. A SQLite catalogue works within this process, so its time is the processor's; a server's is the clock's.
"""

# ruff: noqa: S608 - the queries are over a file of ours
from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text

from registry.catalogue.queries.models_listing import count_by_rank
from registry.catalogue.queries.profile_ranks import read_bindings
from registry.desk.facts import read_use, resolve_named_licenses
from registry.desk.models import ModelFilters, list_models, ranks_of_profiles
from registry.desk.session import Desk, open_desk
from registry.lineage.judge import Judge
from registry.settings import read_settings
from tests.bench.command import table
from tests.bench.measure import side_by_side
from tests.bench.synthetic_hub import LARGEST

SERVICE = {"commercial": True, "distribution": ["saas"]}
PRODUCT = {"commercial": True, "distribution": ["product", "weights"], "monthly_active_users": "1B", "modified": True}
RESEARCH = {"commercial": False, "purpose": "research", "distribution": ["internal"]}

MIXES: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("everything", SERVICE, {}),
    ("everything, large product", PRODUCT, {}),
    ("a rare verdict", SERVICE, {"verdict": ("needs-permission",)}),
    ("a verdict of some licences", PRODUCT, {"verdict": ("conditional", "prohibited")}),
    ("a rare modality", SERVICE, {"modality": "video"}),
    ("modality and verdict", SERVICE, {"modality": "text", "verdict": ("conditional",)}),
    ("modality and rare verdict", SERVICE, {"modality": "image", "verdict": ("needs-permission",)}),
    ("one developer", SERVICE, {"developer": LARGEST.partition("/")[0]}),
    ("licence type", RESEARCH, {"type": ("custom",)}),
    ("OSI approved text models", SERVICE, {"osi": True, "modality": "text"}),
    ("at least 70B parameters", SERVICE, {"min_parameters": "70B"}),
    ("reached by a licence", SERVICE, {"license": "llama2"}),
)


def pages(desk: Desk) -> list[tuple[str, Callable[[], Any]]]:
    """Every listing that is measured: the mixes, and pages far into the whole."""

    def listing(facts: dict[str, Any], filters: dict[str, Any], after: str | None = None) -> Callable[[], Any]:
        return lambda: list_models(desk, facts, ModelFilters(**filters), 50, after)

    made = [(name, listing(facts, filters)) for name, facts, filters in MIXES]
    return [*made, ("a deep page", listing(SERVICE, {}, "1:0:m")), ("a deep page of a modality", listing(SERVICE, {"modality": "text"}, "3:0:k"))]


def counting(desk: Desk) -> Callable[[], Any]:
    """Counts of all models by verdict, once what each profile comes to is known."""
    knowledge = desk.knowledge
    use = resolve_named_licenses(knowledge, read_use(knowledge, SERVICE, {}))
    judge = Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, knowledge.interpretation("mainstream"))
    with desk.catalogue.reading() as connection:
        ranks = ranks_of_profiles(connection, judge, read_bindings(connection))

    def count() -> None:
        with desk.catalogue.reading() as connection:
            count_by_rank(connection, ranks)

    return count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure lists of models over a whole Hub.")
    parser.add_argument("catalogue")
    parser.add_argument("--hub", type=Path, help="the listing, to ask DuckDB too")
    given = parser.parse_args()
    desk = open_desk(read_settings(given.catalogue), lambda _message: None)

    def baseline() -> None:
        with desk.catalogue.reading() as connection:
            connection.execute(text("SELECT profile_id, count(*) FROM model GROUP BY profile_id")).all()

    clock = time.perf_counter if "://" in given.catalogue else time.process_time
    lines = []
    for name, task in [*pages(desk), ("counts by verdict", counting(desk))]:
        task()
        timing = side_by_side(task, baseline, rounds=3, clock=clock)
        lines.append((name, f"{timing.task * 1e3:.0f}", f"{timing.baseline * 1e3:.0f}", f"{timing.ratio:.3f}"))
    print(table(("licet models", "ms", "baseline ms", "ratio"), lines))  # noqa: T201
    if given.hub is not None:
        print(table(("DuckDB over the parquet", "ms", "rows", ""), duckdb_lines(given.hub)))  # noqa: T201


def duckdb_lines(hub: Path) -> list[tuple[str, ...]]:
    """What DuckDB takes for a tag filter and for the ancestors and descendants of a model, straight from the file."""
    import duckdb

    from tests.bench.measure import seconds
    from tests.bench.synthetic_hub import DEEPEST

    links = f"WITH RECURSIVE link AS (SELECT id AS child, unnest(base_model) AS parent FROM '{hub}'), "
    queries = {
        "licence tag, by downloads": f"SELECT id, downloads FROM '{hub}' WHERE list_contains(license, 'llama2') ORDER BY downloads DESC LIMIT 50",
        "ancestors of the deepest": links
        + f"up(name) AS (SELECT '{DEEPEST}' UNION SELECT parent FROM link JOIN up ON link.child = up.name) SELECT name FROM up",
        "descendants of the largest": links
        + f"down(name) AS (SELECT '{LARGEST}' UNION SELECT child FROM link JOIN down ON link.parent = down.name) SELECT name FROM down",
    }
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"SET threads TO {os.cpu_count() or 1}")
        for name, query in queries.items():
            rows = len(connection.execute(query).fetchall())
            spent = min(seconds(lambda query=query: connection.execute(query).fetchall()) for _ in range(3))
            found.append((name, f"{spent * 1e3:.0f}", f"{rows:,}", ""))
    return found


if __name__ == "__main__":
    main()
