"""Runs engines in the process of the tests, which saves the seconds that every new process spends on loading libraries."""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from registry.runner.engines.registered import find_engine
from registry.runner.events import Event, Finished, Metrics, Noted
from registry.runner.job import DataInput, FinetuneJob, Hyperparameters, Job, Machine, ModelInput


@dataclass
class Ran:
    """What an engine told, and its result."""

    finished: Finished
    events: list[Event] = field(default_factory=list)

    def metrics(self, phase: str) -> dict[str, float]:
        return next(event.values for event in self.events if isinstance(event, Metrics) and event.phase == phase)

    def notes(self) -> str:
        return "\n".join(event.text for event in self.events if isinstance(event, Noted))


def run(job: Job, events: list[Event] | None = None) -> Ran:
    """Run a job here."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    told: list[Event] = [] if events is None else events
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what libraries warn of among themselves
        engine = find_engine(job)
        assert engine is not None
        return Ran(engine.run(job, told.append), told)


def finetune(task: str, base: Path, data: Path, out: Path, *, events: list[Event] | None = None, **values: Any) -> Ran:
    """Fine-tune a tiny model."""
    return run(finetune_job(task, base, data, out, **values), events)


def classify(base: Path, data: Path, out: Path, **values: Any) -> Ran:
    """Teach a tiny model to tell texts apart, for three epochs unless told otherwise."""
    return finetune("text-classification", base, data, out, **{"epochs": 3, **values})


def finetune_job(task: str, base: Path, data: Path, out: Path, **values: Any) -> FinetuneJob:
    """A job for a tiny model: hyperparameters, columns and the rest by keyword."""
    training = {name: values.pop(name) for name in list(values) if name in Hyperparameters.model_fields}
    machine = {name: values.pop(name) for name in list(values) if name in Machine.model_fields}
    inputs = {name: values.pop(name) for name in list(values) if name in ("columns", "evaluation", "evaluation_share")}
    return FinetuneJob.model_validate(
        {
            "task": task,
            "base": ModelInput(name="acme/tiny", folder=base, revision="a" * 40),
            "data": DataInput(name="examples", train=data, **inputs),
            "out": out,
            "training": Hyperparameters(**{"learning_rate": 5e-3, "epochs": 6, "batch_size": 16, **training}),
            "machine": Machine(**{"threads": 1, "device": "cpu", **machine}),
            **values,
        }
    )


def texts(path: Path, count: int = 90, labels: Sequence[str] = ("access", "billing", "shipping")) -> Path:
    """Sentences with labels that follow from one of their words."""
    draw = random.Random(3)  # noqa: S311 - no secret hangs on it
    telling = {"access": ("password", "login", "account"), "billing": ("invoice", "refund", "charge"), "shipping": ("parcel", "delivery", "order")}
    rows = []
    for number in range(count):
        label = labels[number % len(labels)]
        words = [*draw.choices(("the", "my", "is", "not", "please", "help", "late", "today", "never", "can", "you"), k=5), draw.choice(telling[label])]
        draw.shuffle(words)
        rows.append({"text": " ".join(words), "label": label})
    return json_lines(path, rows)


def json_lines(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Examples in a file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
