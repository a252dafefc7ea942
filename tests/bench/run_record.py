"""What it costs to ask the licences, digest, record, sign and register, beside the training itself: measured within one run of the demonstration.

    python -m tests.bench.run_record [THREADS]

The cost is all that the calling process does: importing, finding, digesting what went in and came out, preparing, signing, writing to the catalogue.
It is held against the training that the worker does, in wall time and in processor time, which a busy machine touches less.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from registry.desk.session import open_desk
from registry.runner.run import perform
from registry.runner.run_demo import demo_settings
from registry.runner.run_outcome import Listener
from registry.runner.run_request import read_request
from registry.settings import read_settings

LIMIT = 0.03
"""Recording is to cost less than this share of the training."""


def main(threads: int | None = None) -> int:
    """Run the demonstration once and say what recording it took."""
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(read_settings(str(Path(folder) / "catalogue.db"), offline=True), lambda _: None)
        desk.catalogue  # noqa: B018 - made and seeded at first use, which is no part of a run
        asked = {**demo_settings(), "out": str(Path(folder) / "out"), "threads": threads}
        began, busy = time.perf_counter(), time.process_time()
        result = perform(desk, read_request("finetune", asked), {}, Listener(lambda _: None))
        wall, own = time.perf_counter() - began, time.process_time() - busy
        desk.close()
    seconds = result["seconds"]
    outside, worker = wall - seconds["all"], result["cpu_seconds"]
    print(f"training {seconds['training']:.2f} s; the worker in all {seconds['all']:.2f} s; the whole run {wall:.2f} s")  # noqa: T201
    print(f"recording: {outside:.2f} s on the clock, {outside / seconds['training']:.2%} of the training")  # noqa: T201
    print(f"recording: {own:.2f} s of the processor, {own / worker:.2%} of the worker's {worker:.2f} s")  # noqa: T201
    return 0 if outside / seconds["training"] < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else None))
