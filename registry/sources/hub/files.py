"""Single small files of a repository on the Hub: its card, its licence, its configuration. Fetched by the Hub's own client into its own cache."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.errors import SourceError
from registry.sources.hub.words import shown

MAX_FILE = 10_000_000
"""A file of more bytes is not fetched: what we read of a repository is text."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of a repository in the Hub's local cache."""

    commit: str
    """The commit."""

    folder: Path
    """Where its files are, as links."""

    within: Path
    """The folder below which those links lead."""


def cached_snapshot(name: str) -> Snapshot | None:
    """The newest state of a model in the Hub's local cache; none where it holds none, or cannot be read. Nothing is fetched."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        found = scan_cache_dir()
    except (CacheNotFound, OSError, ValueError):
        return None
    states = [
        Snapshot(each.commit_hash, each.snapshot_path, repository.repo_path)
        for repository in found.repos
        if repository.repo_type == "model" and repository.repo_id == name
        for each in sorted(repository.revisions, key=lambda each: (each.last_modified, each.commit_hash))
    ]
    return states[-1] if states else None


def fetch_file(name: str, file: str, *, kind: str = "model", revision: str | None = None, endpoint: str | None = None, offline: bool = False) -> bytes | None:
    """The content of a file; none where the repository has no such file.

    Args:
        name: The model or dataset.
        file: The file's path in it.
        kind: `model` or `dataset`.
        revision: A branch, tag or commit.
        endpoint: Another Hub than the one its client is set to.
        offline: Take it from the local cache or not at all.

    Raises:
        SourceError: It cannot be had, or is too large.
    """
    import httpx2
    from huggingface_hub import errors

    hub: Any = importlib.import_module("huggingface_hub")
    what = f"`{shown(file)}` of the {kind} `{shown(name)}`"
    repository = {"repo_id": name, "filename": file, "repo_type": kind, "revision": revision, "endpoint": endpoint}
    try:
        if not offline and not hub.is_offline_mode():
            address = hub.hf_hub_url(**repository)
            size = hub.get_hf_file_metadata(address, endpoint=endpoint).size
            if size is None or size > MAX_FILE:
                raise SourceError(f"{what} has {size or 'an unknown number of'} bytes, more than the {MAX_FILE:,} that are fetched", "download it yourself")
        path = Path(hub.hf_hub_download(**repository, local_files_only=offline))
        if path.stat().st_size > MAX_FILE:
            raise SourceError(f"{what} has more than the {MAX_FILE:,} bytes that are read", "read it yourself")
        return path.read_bytes()
    except errors.GatedRepoError as error:
        raise SourceError(f"{what} is gated, and you are not let in", "accept the terms on its page, and log in: `hf auth login`") from error
    except errors.RevisionNotFoundError as error:
        raise SourceError(f"{what}: there is no such revision", "check the branch, tag or commit") from error
    except errors.RepositoryNotFoundError as error:
        raise SourceError(f"{what} is not on the Hub, or is private", "check the name; if it is private, log in: `hf auth login`") from error
    except errors.LocalEntryNotFoundError as error:
        raise SourceError(f"{what} is not in the local cache, and the Hub cannot be reached", "go online once, or download the model") from error
    except errors.EntryNotFoundError:
        return None
    except errors.HFValidationError as error:
        raise SourceError(f"{what}: that cannot be a name on the Hub", "write it as on its page: `org/name`") from error
    except (errors.OfflineModeIsEnabled, httpx2.HTTPError, OSError) as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        reason = f"the Hub answers {status}" if status else type(error).__name__
        raise SourceError(f"{what} cannot be fetched: {reason}", "try again later; check the network and `HF_ENDPOINT`") from error
