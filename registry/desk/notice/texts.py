"""Finds the texts of licences: in folders of models, in the Hub's local cache, or on the Hub; none is kept with the program."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import SourceError

if TYPE_CHECKING:
    from registry.desk.session import Desk

CANDIDATES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE.pdf", "USE_POLICY.md", "NOTICE", "NOTICE.txt", "Notice")
"""The names under which repositories of the Hub mostly keep their terms; they are tried where the Hub does not say which files it has."""

MOST_FETCHED = 20
"""So many files of terms of one repository are fetched."""


@dataclass(frozen=True, slots=True)
class FoundText:
    """A file of terms.

    Attributes:
        name: Its name.
        role: `license`, `use-policy`, `notice`, `code` or `other`.
        data: Its bytes.
        license: The licence that it is, where that is known.
        place: Where it is from.
    """

    name: str
    role: str
    data: bytes
    license: str | None
    place: str

    @property
    def sha256(self) -> str:
        """Its digest in hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class TextFinder:
    """Looks for the texts of licences, model by model; what was read once is remembered.

    Attributes:
        desk: The desk.
        folders: Where the files of models lie, by the model's name.
        fetch: Whether the Hub may be asked.
    """

    desk: Desk
    folders: Mapping[str, Path]
    fetch: bool = True
    _identify: Any = None
    _known: dict[str, tuple[list[FoundText], list[str]]] = field(default_factory=dict)

    def of_model(self, model: str, *, on_hub: bool) -> tuple[list[FoundText], list[str]]:
        """The files of terms that go with a model, and where was looked for them."""
        if model not in self._known:
            self._known[model] = self._look(model, on_hub)
        return self._known[model]

    def everywhere(self) -> Iterator[FoundText]:
        """Every file of terms that was found so far, and those of folders that were named."""
        for model in self.folders:
            self.of_model(model, on_hub=False)
        for texts, _ in list(self._known.values()):
            yield from texts

    def _look(self, model: str, on_hub: bool) -> tuple[list[FoundText], list[str]]:
        from registry.sources.hub.files import cached_snapshot

        tried: list[str] = []
        if model in self.folders:
            tried.append(f"the folder given for {model}")
            found = list(self._in_folder(self.folders[model], None, f"folder of {model}"))
            if any(each.role == "license" for each in found):
                return found, tried
        snapshot = cached_snapshot(model) if model.count("/") == 1 else None
        if snapshot is not None:
            tried.append(f"the Hub's local cache of {model} at {snapshot.commit}")
            found = list(self._in_folder(snapshot.folder, snapshot.within, f"https://huggingface.co/{model}/tree/{snapshot.commit}"))
            if any(each.role == "license" for each in found):
                return found, tried
        if on_hub and self.fetch and not self.desk.settings.offline:
            tried.append(f"https://huggingface.co/{model}")
            return list(self._from_hub(model, tried)), tried
        return [], tried

    def _in_folder(self, folder: Path, within: Path | None, place: str) -> Iterator[FoundText]:
        from registry.sources.folder.files import FolderFiles
        from registry.sources.folder.license_files import MAX_TEXT_BYTES, find_terms

        files = FolderFiles(folder, within)
        for terms in find_terms(files):
            data = files.read(terms.name, MAX_TEXT_BYTES)
            if data:
                yield FoundText(terms.name, terms.role, data, self._named(terms.text) if terms.text else None, place)

    def _from_hub(self, model: str, tried: list[str]) -> Iterator[FoundText]:
        from registry.sources.hub.files import fetch_file

        for name in _terms_of(model):
            try:
                data = fetch_file(model, name)
            except SourceError as error:
                tried.append(error.message)
                return
            if data:
                yield FoundText(name, _role(name) or "other", data, self._named(data.decode("utf-8", "replace")), f"https://huggingface.co/{model}")

    def _named(self, text: str) -> str | None:
        if self._identify is None:
            from registry.desk.identify import identifier

            self._identify = identifier(self.desk).identify
        found = self._identify(text)
        return str(found.license) if found.license is not None else None


def _terms_of(model: str) -> tuple[str, ...]:
    """The files of a repository that hold terms, by their names: those at its top, or one folder below."""
    from registry.sources.hub.client import HubClient
    from registry.sources.hub.model import repository_files

    try:
        # Where the Hub does not answer, fetching says so; there is no need to wait for it twice.
        names = repository_files(model, client=HubClient(wait=lambda _seconds: None))
    except SourceError:
        return CANDIDATES
    ordered = sorted(names, key=lambda name: (name.count("/"), name))
    return tuple(name for name in ordered if name.count("/") < 2 and _role(name) is not None)[:MOST_FETCHED]


def _role(path: str) -> str | None:
    """What a file of terms is, by its own name."""
    from registry.sources.folder.license_files import role_of

    return role_of(path.rpartition("/")[2])
