"""A job as a record keeps it, without the machine's paths, and a job made again from such a record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from registry.errors import ProvenanceError, UsageError
from registry.runner.job import Job

JOB = "job"
"""The parameter of a record under which the job stands."""

_OUTPUTS = ("out", "output")
_ADAPTER: TypeAdapter[Job] = TypeAdapter(Job)


def job_to_record(job: Job) -> dict[str, Any]:
    """The job in plain values: models and data by name, files by their own names, nothing that tells where they stood.

    What is put into `Run.parameters` under `job` is enough for `licet provenance replay` to do the same again.
    """
    said: dict[str, Any] = job.model_dump(mode="json", exclude={*_OUTPUTS, "resume"})
    for value in _models(said):
        value.pop("folder", None)
    if isinstance(said.get("data"), dict):
        for key in ("train", "evaluation"):
            if said["data"].get(key):
                said["data"][key] = Path(said["data"][key]).name
    for key in ("input", "prompt_template"):
        if said.get(key):
            said[key] = Path(said[key]).name
    return said


def job_of_record(said: Mapping[str, Any], places: Mapping[str, Path], out: Path, machine: Mapping[str, Any] | None = None) -> Job:
    """A job that does again what a record tells of.

    Args:
        said: What `job_to_record` gave.
        places: Where each model stands, by name, and where each file of data stands, by the dataset's name or `NAME/FILE`.
        out: Where the outcome goes.
        machine: What of the machine is to be other than it was.

    Raises:
        UsageError: A place is missing.
        ProvenanceError: The record holds no job.
    """
    job: dict[str, Any] = {**said}
    for key in ("base", "model", "adapter"):
        if isinstance(job.get(key), dict):
            job[key] = {**job[key], "folder": _place(places, job[key].get("name"))}
    if isinstance(job.get("models"), list | tuple):
        job["models"] = [{**each, "folder": _place(places, each.get("name"))} for each in job["models"] if isinstance(each, dict)]
    if isinstance(job.get("data"), dict):
        data = dict(job["data"])
        for key in ("train", "evaluation"):
            if data.get(key):
                data[key] = _file(places, data.get("name"), data[key])
        job["data"] = data
    for key in ("input", "prompt_template"):
        if job.get(key):
            job[key] = _place(places, job[key])
    job["output" if job.get("kind") == "infer" else "out"] = out
    if machine:
        job["machine"] = {**(job.get("machine") or {}), **machine}
    try:
        return _ADAPTER.validate_python(job)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ProvenanceError(
            f"the record holds no job that can be done again: `{place}`: {first['msg']}", "it was made by another version of licet"
        ) from error


def _models(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = [said[key] for key in ("base", "model", "adapter") if isinstance(said.get(key), dict)]
    return [*found, *(each for each in said.get("models") or () if isinstance(each, dict))]


def _place(places: Mapping[str, Path], name: Any) -> Path:
    if not isinstance(name, str) or name not in places:
        raise UsageError(f"it is not known where `{name}` stands", f"name its folder or file: `--dependency {name}=PATH`")
    return places[name]


def _file(places: Mapping[str, Path], dataset: Any, file: str) -> Path:
    """A file of a dataset: named by itself, or within the place of the dataset."""
    own = places.get(f"{dataset}/{file}")
    if own is not None:
        return own
    place = _place(places, dataset)
    return place / file if place.is_dir() and (place / file).exists() else place
