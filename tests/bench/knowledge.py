"""Loading the knowledge: compiled, from YAML, and beside reading the bytes of the data files.

Run by hand: `python -m tests.bench.knowledge`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from registry.knowledge.store import Knowledge
from tests.bench.measure import Timing, report, seconds, side_by_side

DATA = Path(__file__).parents[2] / "data"


def read_bytes() -> int:
    """Read every data file, without looking at it."""
    return sum(len(path.read_bytes()) for path in sorted(DATA.rglob("*.yaml")))


def measure_compiled(cache: Path) -> Timing:
    """Load from the cache and build one licence, beside loading from YAML."""
    Knowledge.load(DATA, cache)

    def compiled() -> None:
        Knowledge.load(DATA, cache).license_of("llama2")

    def from_yaml() -> None:
        Knowledge.load(DATA).license_of("llama2")

    return side_by_side(compiled, from_yaml, rounds=3)


def measure_building(cache: Path) -> Timing:
    """Build every licence of the compiled knowledge, beside reading the bytes of the files."""
    return side_by_side(lambda: list(Knowledge.load(DATA, cache)), read_bytes)


def measure_process(cache: Path) -> Timing:
    """A fresh process that answers one question from the cache, beside one that does nothing."""
    question = (
        f"from pathlib import Path\nfrom registry.knowledge.store import Knowledge\nKnowledge.load(Path({str(DATA)!r}), Path({str(cache)!r})).find('llama2')\n"
    )

    def run(program: str) -> None:
        subprocess.run([sys.executable, "-c", program], check=True, cwd=DATA.parent)

    return side_by_side(lambda: run(question), lambda: run("pass"))


def main() -> None:
    """Print what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        first = seconds(lambda: Knowledge.load(DATA, cache))
        size = sum(path.stat().st_size for path in cache.iterdir())
        print(f"first load, with compiling: {first:.3f} s; compiled file {size:,} bytes, data files {read_bytes():,} bytes")  # noqa: T201
        print(report("load compiled", measure_compiled(cache), 1, "loading from YAML"))  # noqa: T201
        print(report("load compiled and build every licence", measure_building(cache), 1, "reading the bytes of the files"))  # noqa: T201
        print(report("answer in a fresh process", measure_process(cache), 1, "an empty process"))  # noqa: T201


if __name__ == "__main__":
    main()
