"""Whole models and datasets of the Hub as folders: from the local cache, else fetched into it by the Hub's own client."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.errors import SourceError
from registry.sources.hub.words import shown

_UNREAD = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5", "*.msgpack", "*.onnx", "*.ot", "*.tflite", "*.mlmodel", "*.npz", "onnx/*", "openvino/*")
"""Files that no run reads: pickles, and weights of other libraries."""

_SNAPSHOT = re.compile(r"^(?P<kind>models|datasets)--(?P<name>.+)$")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder that holds one commit.

    Attributes:
        folder: The folder.
        commit: The Hub commit.
        within: The folder below which its links lead: the cache holds files once, and snapshots link to them.
    """

    folder: Path
    commit: str
    within: Path


def find_snapshot(name: str, *, kind: str = "model", revision: str | None = None, folder: Path | None = None) -> Snapshot | None:
    """The newest snapshot of a model or dataset in the local cache, or that of a revision; None where there is none.

    Args:
        name: Its name on the Hub.
        kind: `model` or `dataset`.
        revision: A branch, tag or commit.
        folder: The cache; where the Hub's own client keeps it, if not given.
    """
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        found = scan_cache_dir(folder)
    except (CacheNotFound, OSError, ValueError):
        return None
    for repository in found.repos:
        if repository.repo_type != kind or repository.repo_id != name:
            continue
        held = [each for each in repository.revisions if revision is None or revision in each.refs or each.commit_hash.startswith(revision)]
        # What `main` points to is what the Hub's client would take; without it, what came last.
        held.sort(key=lambda each: ("main" in each.refs, each.last_modified, each.commit_hash))
        if held:
            return Snapshot(held[-1].snapshot_path, held[-1].commit_hash, repository.repo_path)
    return None


def fetch_snapshot(name: str, *, kind: str = "model", revision: str | None = None, offline: bool = False) -> Snapshot:
    """A model or dataset of the Hub, fetched into the local cache where it is not there yet; pickled weights are left where they are.

    Raises:
        SourceError: It is not in the cache and cannot be fetched.
    """
    what = f"the {kind} `{shown(name)}`"
    held = find_snapshot(name, kind=kind, revision=revision)
    hub: Any = importlib.import_module("huggingface_hub")
    if offline or hub.is_offline_mode():
        if held is None:
            raise SourceError(f"{what} is not in the local cache, and the Hub may not be reached", "go online once, or name a folder that holds it")
        return held
    import httpx2
    from huggingface_hub import errors

    try:
        folder = Path(hub.snapshot_download(name, repo_type=kind, revision=revision, ignore_patterns=list(_UNREAD) if kind == "model" else None))
    except errors.GatedRepoError as error:
        raise SourceError(f"{what} is gated, and you are not let in", "accept the terms on its page, and log in: `hf auth login`") from error
    except (errors.RevisionNotFoundError, errors.RepositoryNotFoundError, errors.HFValidationError) as error:
        raise SourceError(f"{what} is not on the Hub at that revision, or is private", "check the name; if it is private, log in: `hf auth login`") from error
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, httpx2.HTTPError, OSError) as error:
        if held is not None:
            return held
        raise SourceError(
            f"{what} is not in the local cache, and the Hub cannot be reached", "check the network, or name a folder that holds it, as ./FOLDER"
        ) from error
    return Snapshot(folder, folder.name, folder.parent.parent)


def snapshot_of_folder(folder: Path) -> tuple[str, Snapshot] | None:
    """The model whose snapshot in a cache of the Hub a folder is, told by where it stands; None for any other folder."""
    parts = folder.resolve().parts
    if len(parts) < 3 or parts[-2] != "snapshots" or not re.fullmatch(r"[0-9a-f]{40}", parts[-1]):
        return None
    found = _SNAPSHOT.match(parts[-3])
    if found is None or found["kind"] != "models":
        return None
    return found["name"].replace("--", "/"), Snapshot(folder, parts[-1], folder.resolve().parent.parent)
