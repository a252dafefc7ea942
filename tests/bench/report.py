"""Making a report of one model, and of a portfolio of two thousand, beside only answering about the same models.

    python -m tests.bench.report [--models 2000] [--pdf]

The portfolio is of a synthetic Hub that is made and imported on the way. Time is the processor's, memory the highest of the process. Each form is also
made by the command, in a process of its own: that is what somebody waits for, and the memory that it takes.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from registry.desk.check import check_models
from registry.desk.models import ModelFilters, list_models
from registry.desk.report.report import ReportQuestion, make_report
from registry.desk.session import Desk, open_desk
from registry.reports.report_forms import render
from registry.settings import read_settings
from tests.bench.command import run, table
from tests.bench.measure import report as line
from tests.bench.measure import side_by_side

MODEL = "TheBloke/Llama-2-7B-Chat-GGUF"
USE = {"commercial": True, "distribution": ["product"], "monthly_active_users": "5M"}
FORMS = ("json", "md", "html")


def peak() -> str:
    """The most memory that this process had."""
    return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"


def one_model(desk: Desk, pdf: bool) -> None:
    """A model of the seed, in every form, beside `check`."""
    for form in (*FORMS, *(("pdf",) if pdf else ())):
        timing = side_by_side(
            lambda form=form: render(make_report(desk, [MODEL], ReportQuestion(USE)), form),  # type: ignore[misc]
            lambda: check_models(desk, [MODEL], USE),
            rounds=3,
            clock=time.process_time,
        )
        print(line(f"report of one model as {form}", timing, 1, "check"), peak())  # noqa: T201


def portfolio(desk: Desk, models: int, pdf: bool) -> None:
    """A whole catalogue with the matrix of every use we know, beside one listing of it."""
    for form in (*FORMS, *(("pdf",) if pdf else ())):
        timing = side_by_side(
            lambda form=form: render(make_report(desk, (), ReportQuestion({"commercial": True}, uses=("all",), rows=models)), form),  # type: ignore[misc]
            lambda: list_models(desk, {"commercial": True}, ModelFilters(), models),
            rounds=1 if form == "pdf" else 3,
            clock=time.process_time,
        )
        print(line(f"portfolio as {form}", timing, models, "listing the same models"), peak())  # noqa: T201


def as_a_command(db: str, what: str, forms: tuple[str, ...], *arguments: str) -> None:
    """Each form, made by the command over a catalogue."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for form in forms:
            done = run(db, "report", *arguments, "--commercial", "--out", f"{folder}/report.{form}")
            size = Path(f"{folder}/report.{form}").stat().st_size / 1e6
            lines.append((f"{what} as {form}", f"{done.seconds:.2f}", f"{done.processor:.2f}", f"{done.megabytes:,.0f}", f"{size:.2f}"))
    print(table(("by the command", "s", "of the processor", "MB of memory", "MB of file"), lines))  # noqa: T201


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=2_000)
    parser.add_argument("--pdf", action="store_true", help="also typeset a PDF")
    given = parser.parse_args()
    forms = (*FORMS, *(("pdf",) if given.pdf else ()))
    with tempfile.TemporaryDirectory() as folder:
        # The commands first: a process begins with the highest memory of the one that started it.
        seed, hub, dump = f"sqlite:///{folder}/seed.db", f"sqlite:///{folder}/hub.db", Path(folder) / "hub.parquet"
        subprocess.run([sys.executable, "-m", "tests.bench.synthetic_hub", str(dump), "--models", str(given.models * 3)], check=True)
        run(seed, "catalog", "stats")
        run(hub, "import", "dump", str(dump))
        as_a_command(seed, "one model", forms, MODEL, "--mau", "5M", "--distribution", "product")
        as_a_command(hub, f"portfolio of {given.models:,} models", forms, "--all", "--use", "all", "--rows", str(given.models))
        with closing(open_desk(read_settings(seed), print)) as desk:
            one_model(desk, given.pdf)
        with closing(open_desk(read_settings(hub), print)) as desk:
            portfolio(desk, given.models, given.pdf)


if __name__ == "__main__":
    main()
