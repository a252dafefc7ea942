"""From a reference, as people write it, to data that a run can learn from: its name, its files, and whose outputs it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.run.plan_names import outputs_with_digest
from registry.errors import ProvenanceError, RegistryError, SourceError, UsageError
from registry.provenance.digests import digest_file, digest_folder
from registry.provenance.run import FileDigest
from registry.supplychain.names import check_name

if TYPE_CHECKING:
    from registry.desk.session import Desk

OUTPUT_TASKS = "infer/"
"""How the task begins that a record of answers names."""


@dataclass(frozen=True, slots=True)
class FoundData:
    """Data that goes into a run.

    Attributes:
        name: Its name in the registry, without `dataset:`.
        path: The file or folder.
        sha256: One digest for all of it.
        files: Its files.
        commit: The Hub commit, where it has one.
        outputs_of: The models whose outputs it is made of.
        note: What should be known of where it comes from.
    """

    name: str
    path: Path
    sha256: str
    files: tuple[FileDigest, ...] = field(repr=False)
    commit: str | None = None
    outputs_of: tuple[str, ...] = ()
    note: str | None = None


def find_data(desk: Desk, reference: str, name: str | None = None) -> FoundData:
    """The data that a path or `dataset:NAME` stands for, with the models whose outputs it is, where that is known.

    Answers of a model are told by the record beside them, or by their digest where the run that made them is in the catalogue.

    Raises:
        UsageError: There is no such file.
        SourceError: The dataset is not to be had.
    """
    if reference.startswith("dataset:"):
        return _of_hub(desk, reference.removeprefix("dataset:"), name)
    path = Path(reference).expanduser()
    if not path.exists():
        raise UsageError(f"there is no file or folder `{reference}`", "check the path; a dataset of the Hub is written `dataset:NAME`")
    try:
        if path.is_dir():
            folder = digest_folder(path)
            sha256, files = folder.sha256, folder.files
        else:
            file = digest_file(path)
            sha256, files = file.sha256, (file,)
    except ProvenanceError as error:
        raise SourceError(error.message, error.hint) from error
    own = name or (path.resolve().name if path.is_dir() else path.name.split(".")[0] or path.name)
    made_by, known_as, note = _made_by(desk, path, sha256, files)
    return FoundData(check_name((known_as or own) if name is None else own, "dataset"), path, sha256, files, None, made_by, note)


def _of_hub(desk: Desk, dataset: str, name: str | None) -> FoundData:
    from registry.sources.hub.snapshot import fetch_snapshot

    snapshot = fetch_snapshot(check_name(dataset, "dataset"), kind="dataset", offline=desk.settings.offline)
    try:
        folder = digest_folder(snapshot.folder, within=snapshot.within)
    except ProvenanceError as error:
        raise SourceError(error.message, error.hint) from error
    return FoundData(name or dataset, snapshot.folder, folder.sha256, folder.files, snapshot.commit)


def _made_by(desk: Desk, path: Path, sha256: str, files: tuple[FileDigest, ...]) -> tuple[tuple[str, ...], str | None, str | None]:
    """The models whose outputs a file or folder holds, the name under which it is recorded, and a remark."""
    models: dict[str, None] = {}
    known_as: str | None = None
    note: str | None = None
    for file in files[:MOST_FILES]:
        recorded = outputs_with_digest(desk, f"sha256:{file.sha256}")
        if recorded is not None:
            known_as = recorded[0] if len(files) == 1 else None
            models.update(dict.fromkeys(recorded[1]))
        beside = _record_beside(path / file.name if path.is_dir() else path)
        if beside is not None:
            made_by, digests = beside
            models.update(dict.fromkeys(made_by))
            if made_by and file.sha256 not in digests:
                note = f"`{file.name}` was changed after its record was written; it still counts as outputs of {' and '.join(f'`{each}`' for each in made_by)}"
    return tuple(models), known_as, note


MOST_FILES = 10_000
"""Of a folder with more files only so many are looked up."""


def _record_beside(file: Path) -> tuple[tuple[str, ...], frozenset[str]] | None:
    """The models that a record beside a file names as its makers, and the digests it speaks of.

    The signature is not asked for: a record says what binds the user, and nobody gains by making that up.
    """
    from registry.provenance.envelope import read_envelope
    from registry.provenance.layout import record_beside

    record = record_beside(file)
    if not record.is_file():
        return None
    try:
        statement = read_envelope(record).statement
    except RegistryError:
        return None
    return makers_of(statement)


def makers_of(statement: Any) -> tuple[tuple[str, ...], frozenset[str]] | None:
    """The models that a statement about answers names as their makers, and the digests of what it is about; None for any other statement."""
    predicate = statement.get("predicate") if isinstance(statement, dict) else None
    definition = predicate.get("buildDefinition") if isinstance(predicate, dict) else None
    if not isinstance(definition, dict):
        return None
    external = definition.get("externalParameters")
    task = external.get("task") if isinstance(external, dict) else None
    if not isinstance(task, str) or not task.startswith(OUTPUT_TASKS):
        return None
    subjects = statement.get("subject")
    digests = (
        {str(each["digest"].get("sha256")) for each in subjects if isinstance(each, dict) and isinstance(each.get("digest"), dict)}
        if isinstance(subjects, list)
        else set()
    )
    models = []
    dependencies = definition.get("resolvedDependencies")
    for each in dependencies if isinstance(dependencies, list) else []:
        notes = each.get("annotations") if isinstance(each, dict) else None
        if isinstance(notes, dict) and notes.get("kind") in ("model", "adapter") and isinstance(each.get("name"), str):
            try:
                models.append(check_name(each["name"], "model"))
            except UsageError:
                continue
    return tuple(dict.fromkeys(models)), frozenset(digests)
