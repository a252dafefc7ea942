"""The record of a run as part of a bill of materials; what it says is its signer's word, and the bill says whether that was looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import ProvenanceError
from registry.reports.bom.subject import BomRun, Energy, Metric, RunMaterial

if TYPE_CHECKING:
    from registry.provenance.run import Run

MOST_VALUES = 200
"""So many parameters, settings and figures of a run are taken."""

_ACTIVITIES = {"finetune": "fine-tuning", "infer": "inference"}


def read_run_of(folder: Path) -> tuple[Run | None, str | None]:
    """The run that a model folder came out of, and why it could not be read where a record lies there."""
    from registry.provenance.envelope import read_envelope
    from registry.provenance.layout import RECORD_FILE
    from registry.provenance.record_shape import read_run

    file = folder / RECORD_FILE
    if not file.is_file() or file.is_symlink():
        return None, None
    try:
        return read_run(read_envelope(file), f"`{file.name}`"), None
    except ProvenanceError as error:
        return None, error.message


def bom_run(run: Run, model: str, folder: Path, files: Mapping[str, str]) -> BomRun:
    """A run as a bill tells of it.

    Args:
        run: The run.
        model: The model's name in the bill.
        folder: Where its record lies.
        files: The SHA-256 of the folder's files by name; empty where they were not taken.
    """
    from registry.provenance.layout import RECORD_FILE

    verb = run.task.partition("/")[0]
    compute = run.compute
    energy = None
    if compute.energy_kwh is not None:
        energy = Energy(_ACTIVITIES.get(verb, "other"), compute.energy_kwh, None, compute.energy_source)
    digest = hashlib.sha256((folder / RECORD_FILE).read_bytes()).hexdigest()
    environment = run.environment
    machine = {"device": environment.device_name, "python": environment.python, "operating system": environment.operating_system}
    return BomRun(
        model=model,
        kind=run.task,
        invocation=run.invocation,
        started=run.started,
        ended=run.ended,
        parameters=_words(_used(run.parameters)),
        internals={**_words(run.internals), **{name: value for name, value in machine.items() if value}},
        materials=tuple(_material(each) for each in run.materials),
        metrics=tuple(_metrics(run.byproducts)),
        energy=energy,
        record=f"{RECORD_FILE} sha256:{digest}",
        verified=f"{_match(run, files)}its signature was not looked at here: `licet provenance verify` does",
    )


def recorded_digest(run: Run, files: Mapping[str, str]) -> str | None:
    """The digest by which a record names its model, as `sha256:HEX`, where the folder's files are those of the record."""
    from registry.provenance.digests import tree_digest

    return f"sha256:{tree_digest(run.files)}" if run.files and _is_match(run, files) else None


def _is_match(run: Run, files: Mapping[str, str]) -> bool:
    from registry.provenance.layout import IGNORED

    held = {name: digest for name, digest in files.items() if name.partition("/")[0] not in IGNORED}
    return held == {each.name: each.sha256 for each in run.files}


def _match(run: Run, files: Mapping[str, str]) -> str:
    if not files:
        return ""
    return "the files are those of the record; " if _is_match(run, files) else "the files are not those of the record; "


def _used(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters as they were used in the end, where they stand apart from what was asked for."""
    used = parameters.get("used")
    return used if isinstance(used, Mapping) and used else parameters


def _material(each: Any) -> RunMaterial:
    digests = {"sha256": each.sha256} if each.sha256 else {}
    said = {"kind": each.kind, "relation": each.relation, "revision": each.revision, "licenses": ", ".join(each.licenses)}
    return RunMaterial(each.name, each.uri, digests, {name: str(value) for name, value in said.items() if value})


def _metrics(byproducts: Mapping[str, Any]) -> Iterator[Metric]:
    """The figures of a run: those under a name that says metrics, before and after told apart."""
    count = 0
    for name, value in byproducts.items():
        if "metric" not in name or not isinstance(value, Mapping):
            continue
        for path, figure in _leaves(value, ()):
            if count < MOST_VALUES and not path[-1].startswith("examples"):  # how many there were is no figure of the model
                count += 1
                slices = [part for part in (name, *path[:-1]) if part != "metrics"]
                yield Metric(path[-1], f"{figure:.6g}" if isinstance(figure, float) else str(figure), ", ".join(slices) or None)


def _leaves(value: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int | float]]:
    for name, each in value.items():
        if isinstance(each, Mapping) and len(path) < 4:
            yield from _leaves(each, (*path, str(name)))
        elif isinstance(each, int | float) and not isinstance(each, bool):
            yield (*path, str(name)), each


def _words(values: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as text; what is nested goes by its path."""
    found: dict[str, str] = {}
    waiting = [(str(name), value) for name, value in values.items()]
    while waiting and len(found) < MOST_VALUES:
        name, value = waiting.pop(0)
        if isinstance(value, Mapping):
            waiting += [(f"{name}.{inner}", each) for inner, each in value.items()]
        elif value is not None and value not in ("", []):
            found[name] = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return found
