"""Where the Hub's local cache keeps a model at a commit; nothing is fetched and nothing is read."""

from __future__ import annotations

from pathlib import Path


def find_in_cache(model: str, commit: str, cache: Path | None = None) -> tuple[Path, Path] | None:
    """The folder of a snapshot, and the folder that its links lead into; None where it is not there.

    Args:
        model: The model's name on the Hub.
        commit: The commit.
        cache: The cache; where the Hub's own client keeps it, if not given.
    """
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.file_download import repo_folder_name

    if not commit.isalnum() or model.count("/") > 1 or any(part in ("", ".", "..") for part in model.split("/")) or "\\" in model:
        return None
    repository = (cache or Path(HF_HUB_CACHE)) / repo_folder_name(repo_id=model, repo_type="model")
    folder = repository / "snapshots" / commit
    return (folder, repository) if folder.is_dir() else None
