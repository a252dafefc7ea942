"""From a reference, as people write it, to a model that a run can start from: its name in the registry, its files and their digests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from registry.desk.facts import today
from registry.desk.run.plan_names import KnownModel, describe_folder, find_known, model_of_digests, nearest_models
from registry.errors import ProvenanceError, RefusedError, RegistryError, SourceError, UnknownModelError, UsageError
from registry.provenance.digests import FolderDigest, digest_file, digest_folder, tree_digest
from registry.supplychain.model import Model
from registry.supplychain.names import check_name, split_reference
from registry.supplychain.record import Record
from registry.supplychain.source import Source

if TYPE_CHECKING:
    from registry.desk.session import Desk

_PATHS = ("./", "../", "/", "~", ".\\")

Told = Callable[[str, int, int], None]
"""Told what is digested, how many bytes of it are done, and of how many."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that goes into a run.

    Attributes:
        name: Its name in the registry.
        folder: Where its files are.
        digest: Their digests.
        commit: The Hub commit, where it has one.
        record: What its own folder says of it, where the catalogue does not know it.
        known: What the catalogue knows of it.
        changed: Its files are not those on record, and the user goes on with them.
    """

    name: str
    folder: Path
    digest: FolderDigest = field(repr=False)
    commit: str | None = None
    record: Record | None = field(default=None, repr=False)
    known: KnownModel | None = None
    changed: bool = False

    @property
    def state(self) -> str:
        """What tells this state of its files from any other."""
        return f"sha256:{self.digest.sha256}"


def find_model(desk: Desk, reference: str, *, base_name: str | None = None, allow_changed: bool = False, told: Told | None = None) -> FoundModel:
    """The model that a name or a folder stands for, with its files on this machine.

    A name is looked up in the catalogue, its files in the local cache of the Hub and, where the network may be used, on the Hub itself.
    A folder is told by its record, its digest or the place where it stands; one that nobody knows is a model of its own. A model whose files neither the
    cache nor the Hub has may lie in a folder of its name here, as a run left it; what lies there has to be that model.

    Args:
        desk: The desk.
        reference: `org/name[@revision]`, or a folder.
        base_name: The name of the model that a folder holds.
        allow_changed: Go on with files that are not those on record.
        told: Told how far the digest is.

    Raises:
        UnknownModelError: Nothing goes by the reference.
        SourceError: The model is known, but its files are not to be had.
        RefusedError: The files are not those on record.
    """
    if reference.startswith(_PATHS) or reference in (".", ".."):
        return _of_folder(desk, Path(reference).expanduser(), base_name, allow_changed, told)
    kind, name, revision = split_reference(reference)
    if kind != "model":
        raise UsageError(f"`{reference}` is no model", "name a model, or the folder that holds one as `./FOLDER`")
    known = find_known(desk, name)
    if known is None and Path(reference).is_dir():
        return _of_folder(desk, Path(reference), base_name, allow_changed, told)
    if base_name is not None:
        raise UsageError("`--base-name` says which model a folder holds, and no folder is given", "leave it out, or name the folder as `./FOLDER`")
    return _of_name(desk, reference, name, revision, known, allow_changed, told)


def _of_name(desk: Desk, reference: str, name: str, revision: str | None, known: KnownModel | None, allow_changed: bool, told: Told | None) -> FoundModel:
    from registry.sources.hub.snapshot import fetch_snapshot

    official = known.name if known is not None else name
    if known is None and "/" not in name:
        raise _unknown(desk, reference)
    if revision is not None and revision.startswith("sha256:"):
        raise SourceError(f"`{reference}` names a state by its digest, of which no folder is known here", "name the folder that holds it as `./FOLDER`")
    try:
        snapshot = fetch_snapshot(official, revision=revision, offline=desk.settings.offline)
    except SourceError as error:
        if known is None:
            raise _unknown(desk, reference) from error
        here = _of_folder(desk, Path(reference), None, allow_changed, told) if Path(reference).is_dir() else None
        if here is not None and here.name == official:
            return here
        hint = f"go online, or name a folder that holds it: ./FOLDER with `--base-name {official}`"
        raise SourceError(f"there are no files of `{official}` on this machine: {error.message}", hint) from error
    digest = _digest(snapshot.folder, snapshot.within, official, told)
    changed = _is_changed(known, digest, (), snapshot.commit, allow_changed, official)
    record = None if known is not None and known.recorded else describe_folder(desk, snapshot.folder, official, snapshot.commit, snapshot.within)
    return FoundModel(official, snapshot.folder, digest, snapshot.commit, record, known if record is None else None, changed)


def _of_folder(desk: Desk, folder: Path, base_name: str | None, allow_changed: bool, told: Told | None) -> FoundModel:
    from registry.sources.hub.snapshot import snapshot_of_folder

    if not folder.exists():
        raise UsageError(f"there is no folder `{folder}`", "check the path; a model of the catalogue is written `org/name`")
    if not folder.is_dir():
        raise UsageError(f"`{folder}` is no folder", "name the folder that holds the model")
    cached = snapshot_of_folder(folder)
    within = cached[1].within if cached else None
    commit = cached[1].commit if cached else None
    digest = _digest(folder, within, folder.resolve().name, told)
    plain = _plain_digest(folder, within)
    states = (f"sha256:{digest.sha256}", plain)
    name = base_name or (cached[0] if cached else None) or model_of_digests(desk, states) or _recorded_name(folder) or folder.resolve().name
    known = find_known(desk, check_name(name, "model"))
    if known is not None:
        name = known.name
    changed = _is_changed(known, digest, (plain,), commit, allow_changed, name)
    record = None if known is not None and known.recorded else describe_folder(desk, folder, name, commit, within)
    return FoundModel(name, folder, digest, commit, record, known if record is None else None, changed)


def find_file(desk: Desk, path: Path, *, base_name: str | None = None, allow_changed: bool = False, told: Told | None = None) -> FoundModel:
    """The model that one file holds, such as a GGUF file among others: the file alone counts, whatever stands beside it.

    Raises:
        SourceError: The file cannot be read.
        RefusedError: It is not the one on record.
    """
    try:
        file = digest_file(path, progress=(lambda done, total: told(path.name, done, total)) if told else None)
    except ProvenanceError as error:
        raise SourceError(error.message, error.hint) from error
    digest = FolderDigest((file,), tree_digest([file]))
    name = base_name or model_of_digests(desk, [f"sha256:{digest.sha256}"]) or path.stem
    known = find_known(desk, check_name(name, "model"))
    if known is not None:
        name = known.name
    changed = _is_changed(known, digest, (), None, allow_changed, name)
    record = None
    if known is None or not known.recorded:
        try:
            record = describe_folder(desk, path.parent, name)
        except SourceError:  # a folder of everything, that says nothing of one model
            record = Record("folder", models=(Model(name, source=Source(f"{name}: {path.name}", today())),))
    return FoundModel(name, path.parent, digest, None, record, known if record is None else None, changed)


def _digest(folder: Path, within: Path | None, name: str, told: Told | None) -> FolderDigest:
    try:
        return digest_folder(folder, within=within, progress=(lambda done, total: told(name, done, total)) if told else None)
    except ProvenanceError as error:
        raise SourceError(error.message, error.hint) from error


def _plain_digest(folder: Path, within: Path | None) -> str:
    """The digest under which `licet import folder` records a state."""
    from registry.sources.folder.files import FolderFiles

    return FolderFiles(folder, within).digest()


def _is_changed(known: KnownModel | None, digest: FolderDigest, others: tuple[str, ...], commit: str | None, allow_changed: bool, name: str) -> bool:
    """Whether the files are not those on record; refused, unless the user goes on with them."""
    recorded = known.digests(commit) if known is not None else frozenset()
    if not recorded or not recorded.isdisjoint({f"sha256:{digest.sha256}", *others}):
        return False
    if not allow_changed:
        raise RefusedError(
            f"LIC502: the files of `{name}` are not those on record (sha256:{digest.sha256[:12]}, recorded is {', '.join(sorted(each[:19] for each in recorded)[:3])})",
            "fetch it anew, say which model it is with `--base-name`, or go on with `--allow-changed-base`, which is recorded",
        )
    return True


def _recorded_name(folder: Path) -> str | None:
    """The name of the model in the record that lies in a folder; what it says is no proof, but a good name."""
    from registry.provenance.envelope import read_envelope
    from registry.provenance.layout import RECORD_FILE

    if not (folder / RECORD_FILE).is_file():
        return None
    try:
        subject = read_envelope(folder / RECORD_FILE).statement.get("subject")
        name = subject[0]["name"] if isinstance(subject, list) and subject and isinstance(subject[0], dict) else None
        return check_name(name, "model") if isinstance(name, str) else None
    except RegistryError:
        return None


def _unknown(desk: Desk, reference: str) -> UnknownModelError:
    near = nearest_models(desk, split_reference(reference)[1])
    hint = f"did you mean {', '.join(f'`{each}`' for each in near)}?" if near else "`licet models` lists the models that are known"
    return UnknownModelError(f"no model is called `{reference}`", f"{hint} A folder is written `./FOLDER`", near)
