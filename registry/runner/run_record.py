"""From what the worker told to the run as a record tells it: no secret, no path of this machine, nothing that was not measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from registry.provenance.run import Compute, FileDigest, Gate, Material, Run
from registry.runner.environment import read_environment
from registry.runner.events import Checkpoint, Event, Finished, Metrics, Noted, Stage, Started
from registry.runner.job import FinetuneJob, Job
from registry.runner.job_record import JOB, job_to_record

MOST_LOSSES = 1_000
"""Of a longer curve only so many points are kept, evenly spread."""

_PATH = re.compile(r"(?<![\w/.:])(?:[A-Za-z]:\\|/)[^\s`'\",;:()\[\]]*[^\s`'\",;:()\[\].]")
_ADDRESS_SECRET = re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s@]+@", re.IGNORECASE)


@dataclass
class Told:
    """What a worker told so far.

    Attributes:
        started: Its device and libraries.
        before: Metrics before.
        after: Metrics after.
        notes: What a reader should know.
        checkpoint: The last state that can be gone on from.
        stages: The parts of the work that began.
    """

    started: Started | None = None
    before: dict[str, float] = field(default_factory=dict)
    after: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    checkpoint: str | None = None
    stages: list[str] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Keep what a record needs of an event."""
        if isinstance(event, Started):
            self.started = event
        elif isinstance(event, Metrics) and event.phase != "during":
            (self.before if event.phase == "before" else self.after).update(event.values)
        elif isinstance(event, Noted):
            self.notes.append(event.text)
        elif isinstance(event, Checkpoint):
            self.checkpoint = event.path
        elif isinstance(event, Stage):
            self.stages.append(event.name)


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that began: what it is, whatever becomes of it.

    Attributes:
        name: The name of what comes out.
        job: What the worker was asked.
        materials: What went in.
        gate: What the licence check said.
        started: When it began.
        invocation: An identifier.
        licet: The version of licet.
        knowledge: Version and digest of the licence knowledge.
        folders: Paths that no record tells.
    """

    name: str
    job: Job
    materials: tuple[Material, ...]
    gate: Gate
    started: str
    invocation: str
    licet: str
    knowledge: Mapping[str, str]
    folders: tuple[Path, ...] = ()


def now() -> str:
    """The present moment, RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def task_of(job: Job) -> str:
    """What is done: `finetune/text-classification`, `merge/linear`, `convert/gguf`, ..."""
    what = "gguf" if job.kind == "convert" else job.task if job.kind in ("finetune", "infer") else job.method  # type: ignore[union-attr]
    return f"{job.kind}/{what}"


def stage_of(job: Job) -> str | None:
    """How far the outcome of fine-tuning has been taken: continued pretraining adapts it to a domain, everything else tunes it for a task."""
    if not isinstance(job, FinetuneJob):
        return None
    return "domain-adapted" if job.task == "causal-lm" else "task-tuned"


def run_of(
    begun: Begun,
    told: Told,
    *,
    outcome: str,
    wall_seconds: float,
    finished: Finished | None = None,
    files: tuple[FileDigest, ...] = (),
    reason: str | None = None,
    share: Mapping[str, Any] | None = None,
) -> Run:
    """The run for its record.

    Args:
        begun: What it is.
        told: What the worker told.
        outcome: `completed`, `interrupted` or `failed`.
        wall_seconds: How long the worker took.
        finished: Its result, where there is one.
        files: What came out.
        reason: Why it was not completed.
        share: What part of the original's computation it took.
    """
    done = finished or Finished()
    parameters = {JOB: job_to_record(begun.job), "used": dict(done.settings)}
    internals = {
        **begun.job.machine.model_dump(mode="json"),
        "device_used": told.started.device if told.started else None,
        "threads_used": told.started.threads if told.started else None,
        "determinism": dict(told.started.determinism) if told.started else {},
    }
    byproducts: dict[str, Any] = {}
    if told.before or told.after:
        byproducts["metrics"] = {"before": dict(told.before), "after": dict(told.after)}
    if done.losses:
        byproducts["losses"] = [[step, loss] for step, loss in thinned(done.losses)]
    if done.seconds:
        byproducts["seconds"] = dict(done.seconds)
    if told.notes:
        byproducts["notes"] = [tidied(note, begun.folders) for note in told.notes]
    if share is not None:
        byproducts["one_third_rule"] = dict(share)
    digests = {file.name: file for file in files}
    for role, name in done.artifacts.items():
        if name in digests:
            byproducts[role] = {"name": name, "size": digests[name].size, "sha256": digests[name].sha256}
    counts = done.counts
    compute = Compute(
        wall_seconds=round(wall_seconds, 3),
        cpu_seconds=round(done.cpu_seconds, 3),
        examples=counts.get("examples"),
        tokens=counts.get("tokens"),
        steps=counts.get("steps"),
        parameters_total=counts.get("parameters_total"),
        parameters_trained=counts.get("parameters_trained"),
        flop=done.flop,
        flop_formula=done.flop_formula,
        peak_memory_bytes=done.peak_memory_bytes,
        peak_device_memory_bytes=done.peak_device_memory_bytes,
        energy_kwh=done.energy_kwh,
        energy_source=done.energy_source,
        devices=counts.get("processes", 1),
    )
    return Run(
        name=begun.name,
        task=task_of(begun.job),
        stage=stage_of(begun.job),
        parameters=parameters,
        internals=internals,
        materials=begun.materials,
        outcome=outcome,
        files=files,
        byproducts=byproducts,
        environment=read_environment(told.started),
        compute=compute,
        started=begun.started,
        ended=now(),
        invocation=begun.invocation,
        licet=begun.licet,
        knowledge=begun.knowledge,
        gate=begun.gate,
        reason=tidied(reason, begun.folders) if reason else None,
    )


def thinned(losses: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """A curve of at most `MOST_LOSSES` points, evenly spread, with its last one."""
    step = -(-len(losses) // MOST_LOSSES)
    return losses if step <= 1 else [*losses[:-1:step], losses[-1]]


def tidied(text: str, folders: Iterable[Path] = ()) -> str:
    """A text without paths of this machine, of which only the last part is left, and without what stands before the `@` of an address."""
    home = str(Path.home())
    for folder in sorted({home, *(str(path) for path in folders)}, key=len, reverse=True):
        # First what lies below it, blanks in the folder's own name included.
        text = text.replace(f"{folder}/", "").replace(folder, "~" if folder == home else Path(folder).name)
    text = _ADDRESS_SECRET.sub(r"\1", text)
    return _PATH.sub(lambda match: re.split(r"[\\/]", match[0].rstrip("\\/"))[-1] or "/", text)
