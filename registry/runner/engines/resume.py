"""The out folder of a fine-tuning while it runs: whose it is, and from which checkpoint a run can go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from registry.runner.engines.examples import Examples
from registry.runner.engines.interface import EngineError
from registry.runner.job import FinetuneJob
from registry.settings import process_rank

CHECKPOINTS = "checkpoints"
"""Where the out folder keeps them until the model is done."""

JOB_FILE = "job.json"
"""Beside the checkpoints: what the run is that they belong to."""


def claim_folder(job: FinetuneJob, examples: Examples) -> None:
    """Make the out folder ours, or find the same run in it.

    Raises:
        EngineError: It holds something else.
    """
    here = job.out / CHECKPOINTS / JOB_FILE
    identity = _identity(job, examples)
    if job.out.exists() and (not job.out.is_dir() or any(job.out.iterdir())) and not (process_rank() > 0 and here.exists()):
        if not job.resume:
            raise EngineError("data", f"`{job.out.name}` exists already and is not empty", "choose another folder, or go on in it with `--resume`")
        try:
            there = json.loads(here.read_bytes()[:1_000_000])
        except (OSError, ValueError) as error:
            raise EngineError("data", f"`{job.out.name}` holds no run that could be gone on with", "leave `--resume` out, with another folder") from error
        changed = sorted(name for name in {*identity, *there} if identity.get(name) != there.get(name)) if isinstance(there, dict) else ["all of it"]
        if changed:
            raise EngineError("data", f"`{job.out.name}` holds another run: it differs in {', '.join(changed)}", "resume it with the values it began with")
        return
    if process_rank() == 0:
        here.parent.mkdir(parents=True, exist_ok=True)
        here.write_text(json.dumps(identity, sort_keys=True), encoding="utf-8")


def last_checkpoint(job: FinetuneJob) -> Path | None:
    """The newest checkpoint of the run that was written to its end, where the job asks to go on."""
    if not job.resume:
        return None
    found = []
    for path in (job.out / CHECKPOINTS).glob("checkpoint-*"):
        number = path.name.removeprefix("checkpoint-")
        if number.isascii() and number.isdigit() and (path / "tally.json").is_file():  # written last
            found.append((int(number), path))
    return max(found)[1] if found else None


def _identity(job: FinetuneJob, examples: Examples) -> dict[str, Any]:
    """What two runs have in common that are one."""
    values: dict[str, Any] = json.loads(job.model_dump_json(exclude={"out", "resume", "data", "base"}))
    values["machine"].pop("threads")
    values["base"] = f"{job.base.name}@{job.base.revision}"
    values["data"] = examples.digests()
    return values
