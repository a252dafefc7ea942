"""Asks models in the process of the tests, and keeps what came of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from registry.runner.engines.infer import InferEngine
from registry.runner.engines.interface import EngineError
from registry.runner.events import Event, Finished
from registry.runner.job import InferJob, Machine, ModelInput

CPU = Machine(device="cpu", threads=1)


def ask(folder: Path, output: Path, task: str, **values: Any) -> tuple[list[dict[str, Any]], Finished, list[Event]]:
    told: list[Event] = []
    finished = InferEngine().run(InferJob(task=task, model=ModelInput(name="acme/tiny", folder=folder), output=output, machine=CPU, **values), told.append)
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()], finished, told


def refusal(folder: Path, output: Path, task: str, **values: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        ask(folder, output, task, **values)
    return caught.value


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def json_lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
