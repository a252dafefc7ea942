"""The account of a replay: which tensors differ and how far, what was other than the first time, and what that explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from registry.provenance.run import Run
from registry.runner.environment import read_environment
from registry.runner.events import Finished
from registry.runner.job import Job
from registry.runner.run_record import Told

MOST_ROWS = 100
"""So many tensors are given one by one, the least alike first."""


COMPUTING = frozenset({"accelerate", "bitsandbytes", "diffusers", "mergekit", "numpy", "peft", "tokenizers", "torch", "torchao", "transformers", "trl"})
"""Libraries whose version has a say in what comes out."""


def compare_tensors(again: Path, original: Path, files: Sequence[str]) -> dict[str, Any]:
    """Which tensors of files in two folders differ, and how far; the least alike first."""
    from registry.sources.weights.comparison import compare_weights
    from registry.sources.weights.tensors import read_tensor_set

    sets = read_tensor_set(again, files), read_tensor_set(original, files)
    lacking = next((one.lacks for one in sets if one.lacks), None)
    if lacking is not None:
        return {"compared": False, "why": lacking}
    found = compare_weights(*sets)
    same = found.seen.of("identical")
    rows = [row for row in found.rows if row.kind != "identical"]
    return {
        "compared": True,
        "tensors": len(sets[0].tensors),
        "identical": same.tensors,
        "relative_difference": found.seen.relative,
        "rows": [
            {
                "name": row.name,
                "class": row.kind,
                "parameters": row.parameters,
                "cosine": row.likeness.cosine if row.likeness else None,
                "relative_difference": row.likeness.relative if row.likeness else None,
            }
            for row in rows[:MOST_ROWS]
        ],
    }


def differences(run: Run, told: Told, finished: Finished, job: Job) -> list[dict[str, Any]]:
    """What was other than the first time: device, threads, libraries, settings."""
    environment = read_environment(told.started)
    started = told.started
    pairs: list[tuple[str, Any, Any]] = [
        ("device", run.environment.device, environment.device),
        ("device name", run.environment.device_name, environment.device_name),
        ("driver", run.environment.driver, environment.driver),
        ("processor", run.environment.cpu, environment.cpu),
        ("threads", run.internals.get("threads_used"), started.threads if started else None),
        ("processes", run.compute.devices, finished.counts.get("processes", 1)),
        ("operating system", run.environment.operating_system, environment.operating_system),
        ("Python", run.environment.python, environment.python),
    ]
    mine = job.machine.model_dump(mode="json")
    pairs += [(key, run.internals.get(key), value) for key, value in mine.items() if key in run.internals and key not in ("device", "threads")]
    determinism = run.internals.get("determinism")
    if isinstance(determinism, Mapping) and started is not None:
        pairs += [(f"determinism: {key}", determinism.get(key), started.determinism.get(key)) for key in sorted({*determinism, *started.determinism})]
    used = run.parameters.get("used")
    if isinstance(used, Mapping):
        pairs += [(key, used.get(key), value) for key, value in finished.settings.items()]
    packages = {**environment.packages}
    pairs += [(f"package {name}", version, packages.get(name)) for name, version in sorted(run.environment.packages.items())]
    return [{"what": what, "recorded": first, "again": second} for what, first, second in pairs if _plain(first) != _plain(second)]


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def explain(identical: bool, reasons: Sequence[Mapping[str, Any]]) -> str:
    """Why the outcomes are the same or not, in a sentence."""
    if identical:
        return "The outcome is the same to the last bit" + ("." if not reasons else ", although not everything about the machine was the same.")
    if not reasons:
        return (
            "Nothing that is recorded of the machine, the libraries or the settings differs, and yet the outcome does: the run depends on what no record tells."
        )
    first = [str(reason["what"]) for reason in reasons]
    known = [word for word in ("device", "device name", "threads", "processor") if word in first]
    libraries = [what.removeprefix("package ") for what in first if what.removeprefix("package ") in COMPUTING]
    told = [*known, *(f"the version of {name}" for name in libraries)] or first[:3]
    return f"The outcome differs, and so does what it depends on: {', '.join(told)}. Sums of floating-point numbers in another order give other last digits, which training amplifies."
