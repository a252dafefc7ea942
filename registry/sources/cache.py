"""The local cache of the Hub as a source: every snapshot in it, read as a folder at its commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from registry.errors import SourceError
from registry.sources.folder.license_files import Identifier
from registry.sources.folder.source import FolderSource
from registry.sources.notes import Note, shown
from registry.supplychain.record import Record

ORIGIN = "cache"
"""The origin of everything that is read here."""


class CacheSource:
    """Reads the local cache of the Hub; nothing is fetched.

    Args:
        folder: The cache; where the Hub's own client keeps it, if not given.
        identify: Says which licence a text is.
        resolve: Says which licence a declared name is.
        digest: Whether every file is digested too; the commit already tells a snapshot.
        read_on: The day on which it is read.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        identify: Identifier | None = None,
        resolve: Callable[[str], str | None] | None = None,
        digest: bool = False,
        read_on: str | None = None,
    ) -> None:
        self._folder = folder
        self._identify = identify
        self._resolve = resolve
        self._digest = digest
        self._read_on = read_on
        self.notes: tuple[Note, ...] = ()
        """What was not understood; grows as the records are read."""

    @property
    def name(self) -> str:
        """The origin of its records."""
        return ORIGIN

    def records(self) -> Iterator[Record]:
        """One record for each model in the cache, of its snapshots from the oldest to the newest.

        Raises:
            SourceError: There is no cache, or it cannot be read.
        """
        from huggingface_hub import scan_cache_dir
        from huggingface_hub.errors import CacheNotFound

        self.notes = ()
        try:
            found = scan_cache_dir(self._folder)
        except CacheNotFound as error:
            raise SourceError("there is no cache of the Hub on this machine", "name its folder, or fetch a model first") from error
        except (OSError, ValueError) as error:
            raise SourceError(f"the cache of the Hub cannot be read: {shown(getattr(error, 'strerror', None) or error, 120)}", "name its folder") from error
        self._note(Note("cache-damaged", shown(warning, 200)) for warning in found.warnings)
        for repository in sorted(found.repos, key=lambda each: (each.repo_type, each.repo_id)):
            if repository.repo_type != "model":
                continue
            snapshots = sorted(repository.revisions, key=lambda each: (each.last_modified, each.commit_hash))
            records = [
                record for each in snapshots for record in self._snapshot(repository.repo_id, repository.repo_path, each.snapshot_path, each.commit_hash)
            ]
            if records:
                yield _joined(records)

    def _snapshot(self, model: str, within: Path, folder: Path, commit: str) -> Iterator[Record]:
        source = FolderSource(
            folder,
            model=model,
            identify=self._identify,
            resolve=self._resolve,
            commit=commit,
            digest=self._digest,
            within=within,
            reference=f"https://huggingface.co/{model}/tree/{commit}",
            read_on=self._read_on,
            origin=ORIGIN,
        )
        try:
            yield from source.records()
        except SourceError as error:
            self._note([Note("snapshot-unreadable", error.message, file=model)])
        self._note(replace(note, file=f"{model}: {note.file}" if note.file else model) for note in source.notes)

    def _note(self, notes: Iterator[Note] | list[Note]) -> None:
        self.notes = (*self.notes, *notes)


def _joined(records: list[Record]) -> Record:
    """The records of one model's snapshots as one: what the newest says of the model holds, its revisions are all kept."""
    newest = records[-1]
    revisions = tuple(revision for record in records for revision in record.revisions)
    return replace(newest, revisions=revisions)
