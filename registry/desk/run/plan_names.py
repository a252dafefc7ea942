"""What the catalogue knows of the things that go into a run: which model a digest is, which digests a model had, whose outputs a file holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from registry.desk.facts import today
from registry.errors import UnknownModelError, UsageError
from registry.supplychain.names import split_reference

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.supplychain.record import Record


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the catalogue.

    Attributes:
        name: Its name.
        recorded: False where only the name is known.
        commits: Every commit of it that is recorded, digests included, each with the digest of its files where one was taken.
        modality: Its modality.
        stage: How far it has been taken from general pretraining.
    """

    name: str
    recorded: bool
    commits: dict[str, str | None]
    modality: str | None
    stage: str | None

    def digests(self, commit: str | None = None) -> frozenset[str]:
        """The digests of files that are on record: for a commit where that has one, else for any state."""
        if commit is not None and self.commits.get(commit):
            return frozenset({str(self.commits[commit])})
        if commit is not None:
            return frozenset()
        return frozenset({each for each in self.commits if each.startswith("sha256:")} | {each for each in self.commits.values() if each})


def find_known(desk: Desk, reference: str) -> KnownModel | None:
    """A model of the catalogue by reference; None where nothing goes by it.

    Raises:
        UsageError: It cannot be the name of a model, or several go by it.
    """
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.model_detail import read_model

    with desk.catalogue.reading() as connection:
        try:
            found = find_model(connection, reference)
        except UnknownModelError as error:
            if "can mean" in error.message:
                raise
            return None
        detail = read_model(connection, found.id)
    return KnownModel(found.name, found.recorded, {each.commit: each.digest for each in detail.revisions}, detail.model.modality, detail.model.stage)


def describe_folder(desk: Desk, folder: Path, name: str, commit: str | None = None, within: Path | None = None) -> Record:
    """What a folder says of its model, for a catalogue that does not know it; nothing is written.

    Raises:
        SourceError: The folder cannot be read.
        UsageError: The name cannot be that of a model.
    """
    from registry.desk.identify import identifier
    from registry.sources.folder.source import FolderSource

    def resolved(written: str) -> str | None:
        found = desk.knowledge.resolve(written)
        return found.license if found.reason not in ("unknown", "ambiguous", "none") else None

    reading = identifier(desk)
    source = FolderSource(folder, model=name, identify=reading.identify, resolve=resolved, commit=commit, digest=False, within=within, read_on=today())
    return next(source.records())


def nearest_models(desk: Desk, reference: str) -> tuple[str, ...]:
    """The names that come nearest to one that leads nowhere."""
    from registry.catalogue.queries.find_model import find_model

    with desk.catalogue.reading() as connection:
        try:
            return (find_model(connection, reference).name,)
        except UnknownModelError as error:
            return error.nearest


def model_of_digests(desk: Desk, digests: Collection[str]) -> str | None:
    """The model of which one of these digests is recorded; None where none is, or several models have it."""
    from registry.catalogue.queries.model_digests import models_with_digest

    with desk.catalogue.reading() as connection:
        found = {name for digest in digests for name in models_with_digest(connection, digest)}
    return next(iter(found)) if len(found) == 1 else None


def dataset_is_known(desk: Desk, name: str) -> bool:
    """Whether the catalogue has a dataset of exactly this name."""
    from registry.catalogue.queries.datasets import find_dataset

    with desk.catalogue.reading() as connection:
        try:
            return find_dataset(connection, name).dataset.name == split_reference(name)[1].removeprefix("dataset:")
        except UsageError:
            return False


def outputs_with_digest(desk: Desk, digest: str) -> tuple[str, tuple[str, ...]] | None:
    """The dataset that a file is, and the models whose outputs it holds, where the file was made by a run that is on record."""
    from registry.catalogue.queries.outputs import find_outputs

    with desk.catalogue.reading() as connection:
        return find_outputs(connection, digest)
