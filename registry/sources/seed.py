"""The seed: the models, data, hosts and example applications that a new catalogue begins with, from `data/seed/`.

The files are made to be read and edited by people. What is in them is checked to the last key, and an error names the file,
the line and the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from registry.errors import KnowledgeError, SourceError
from registry.resources import resource_dir
from registry.sources.entries import ApplicationEntry, DatasetEntry, DeveloperEntry, Entry, HostEntry, ModelEntry, Name, build_record
from registry.supplychain.record import Record
from registry.yaml12 import line_of, read_yaml

ORIGIN = "seed"
"""The origin of everything that is read here."""


class DevelopersFile(Entry):
    """`developers.yaml`."""

    developers: tuple[DeveloperEntry, ...] = ()


class DatasetsFile(Entry):
    """`datasets.yaml`."""

    datasets: tuple[DatasetEntry, ...] = ()


class HostsFile(Entry):
    """`hosts.yaml`."""

    hosts: tuple[HostEntry, ...] = ()


class ModelsFile(Entry):
    """`models/<developer>.yaml`."""

    developer: Name
    models: tuple[ModelEntry, ...] = ()


class ApplicationsFile(Entry):
    """`applications.yaml`."""

    applications: tuple[ApplicationEntry, ...] = ()


File = TypeVar("File", bound=BaseModel)


class SeedSource:
    """Reads the seed.

    Args:
        folder: Where it is; the folder that travels with the program, if not given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The origin of its records."""
        return ORIGIN

    def records(self) -> Iterator[Record]:
        """One record with all of it: what a file names may stand in any other.

        Raises:
            SourceError: A file is missing or cannot be read.
            KnowledgeError: A file breaks its form; the message names file, line and field.
        """
        folder = self._folder if self._folder is not None else resource_dir("data") / "seed"
        if not folder.is_dir():
            raise SourceError(f"there is no seed folder `{folder}`", "reinstall licet")
        developers = [each for file in self._read(folder, "developers*.yaml", DevelopersFile) for each in file.developers]
        datasets = [each for file in self._read(folder, "datasets*.yaml", DatasetsFile) for each in file.datasets]
        hosts = [each for file in self._read(folder, "hosts*.yaml", HostsFile) for each in file.hosts]
        applications = [each for file in self._read(folder, "applications*.yaml", ApplicationsFile) for each in file.applications]
        models: list[tuple[str | None, ModelEntry]] = [
            (file.developer, each) for file in self._read(folder, "models/**/*.yaml", ModelsFile) for each in file.models
        ]
        _refuse_twins("developer", [each.id for each in developers])
        _refuse_twins("dataset", [each.id for each in datasets])
        _refuse_twins("host", [each.id for each in hosts])
        _refuse_twins("application", [each.id for each in applications])
        _refuse_twins("model", [each.id for _, each in models])
        yield build_record(ORIGIN, developers=developers, datasets=datasets, hosts=hosts, models=models, applications=applications)

    def _read(self, folder: Path, pattern: str, form: type[File]) -> list[File]:
        """The files that fit a pattern, in the order of their names."""
        return [_read_file(path, path.relative_to(folder.parent.parent).as_posix(), form) for path in sorted(folder.glob(pattern))]


def _read_file(path: Path, name: str, form: type[File]) -> File:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"`{name}` cannot be read: {error.strerror}", "check the installation") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"`{name}` is not UTF-8 at byte {error.start}", "save the file as UTF-8") from error
    value = read_yaml(text, name)
    try:
        return form.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = tuple(step for step in first["loc"] if step != "[key]")
        line = line_of(text, place)
        field = ".".join(str(step) for step in place) or "the file"
        others = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise KnowledgeError(f"`{name}` line {line}: `{field}`: {said(first)}{others}", "mend the file at that line") from error


def said(problem: Mapping[str, Any]) -> str:
    """What is wrong, in a few words."""
    if problem["type"] == "extra_forbidden":
        return "there is no such key"
    if problem["type"] == "missing":
        return "it is missing"
    if problem["type"] == "string_pattern_mismatch":
        return f"`{str(problem['input'])[:60]}` has not the form that it needs"
    message = str(problem["msg"])
    return message[:1].lower() + message[1:]


def _refuse_twins(what: str, names: list[str]) -> None:
    """Refuse two entries of one name.

    Raises:
        KnowledgeError: There are.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise KnowledgeError(f"the seed has two entries for the {what} `{name}`", "merge them")
        seen.add(name)
