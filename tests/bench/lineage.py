"""Reading a large lineage, beside the bare walk over its links in the database; comparing weights, beside a digest of their bytes.

Run by hand: `python -m tests.bench.lineage CATALOGUE [MODEL]` over a catalogue that holds a large family; MODEL is the base with the most derivatives by default.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from registry.catalogue.queries.family import read_family
from registry.catalogue.queries.find_model import find_model
from registry.catalogue.queries.lineage import descendant_ids
from registry.desk.check import check_models
from registry.desk.lineage import read_lineage
from registry.desk.session import Desk, open_desk
from registry.settings import read_settings
from registry.sources.weights.comparison import compare_weights
from registry.sources.weights.tensors import read_tensor_set
from tests.bench.measure import report, side_by_side

WALK = (
    "WITH RECURSIVE walk(id) AS (SELECT ? UNION SELECT edge.child_id FROM walk JOIN edge ON edge.parent_id = walk.id WHERE edge.grade IS NOT NULL) "
    "SELECT id FROM walk"
)


def largest(file: sqlite3.Connection) -> str:
    """The base with the most derivatives of its own."""
    query = (
        "SELECT model.name FROM edge JOIN model ON model.id = edge.parent_id WHERE grade IS NOT NULL GROUP BY model.id ORDER BY count(*) DESC, model.id LIMIT 1"
    )
    return str(file.execute(query).fetchone()[0])


def measure_family(desk: Desk, catalogue: str, name: str | None) -> None:
    """The descendants of a base, and the check of the model with the most ancestors among them."""
    with closing(sqlite3.connect(catalogue)) as file, desk.catalogue.reading() as connection:
        base = name or largest(file)
        number = find_model(connection, base).id
        family = read_family(connection, number, up=False)
        far = max(family.distances, key=lambda each: (family.distances[each], each))
        deep = str(file.execute("SELECT name FROM model WHERE id = ?", (far,)).fetchone()[0])
        size = len(family.distances)

        def bare() -> None:
            file.execute(WALK, (number,)).fetchall()

        print(f"{base}: {size - 1:,} descendants, {max(family.distances.values())} steps; {deep} is one of the farthest")  # noqa: T201
        print(report("descendants by number", side_by_side(lambda: descendant_ids(connection, [number]), bare), size, "the bare walk"))  # noqa: T201
        print(report("descendants with their links", side_by_side(lambda: read_family(connection, number, up=False), bare), size, "the bare walk"))  # noqa: T201
        print(report("licet lineage --down", side_by_side(lambda: read_lineage(desk, base, False, True), bare), size, "the bare walk"))  # noqa: T201
        print(report("licet check of the farthest", side_by_side(lambda: check_models(desk, [deep], {"commercial": True}), bare), 1, "the bare walk"))  # noqa: T201


def measure_weights(folder: Path) -> None:
    """Two sets of 32 million parameters, of which every one was moved a little."""
    random = np.random.default_rng(1)
    base = {f"layers.{index}.weight": random.standard_normal((2048, 2048)).astype(np.float32) for index in range(8)}
    for word, factor in (("base", 0.0), ("child", 0.01)):
        (folder / word).mkdir()
        moved = {name: values + np.float32(factor) * random.standard_normal(values.shape).astype(np.float32) for name, values in base.items()}
        save_file(moved, folder / word / "model.safetensors")
    sets = [read_tensor_set(folder / word) for word in ("child", "base")]

    def digest() -> None:
        for word in ("child", "base"):
            with (folder / word / "model.safetensors").open("rb") as stream:
                hashlib.file_digest(stream, "sha256")

    timing = side_by_side(lambda: compare_weights(*sets), digest, rounds=3)
    print(report("licet lineage verify", timing, sum(one.parameters for one in sets), "a digest of the files"))  # noqa: T201


def main() -> None:
    """Print what was measured."""
    if len(sys.argv) < 2:
        raise SystemExit("usage: python -m tests.bench.lineage CATALOGUE [MODEL]")
    with closing(open_desk(read_settings(sys.argv[1], offline=True), print)) as desk:
        measure_family(desk, sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    with tempfile.TemporaryDirectory() as folder:
        measure_weights(Path(folder))


if __name__ == "__main__":
    main()
