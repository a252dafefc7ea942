"""The public keys that the user trusts: the files of one folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from registry.errors import ProvenanceError
from registry.provenance.files import write_new
from registry.provenance.keys import PUBLIC_SUFFIX, PublicKey, about_path, describe_key, read_public_key

MAX_KEYS = 1_000
"""So many trusted keys are read from a folder."""


def read_trusted_keys(folder: Path) -> tuple[PublicKey, ...]:
    """The public keys of a folder, in the order of their files' names; none where there is no such folder.

    Raises:
        ProvenanceError: A file that claims to be a public key is none.
    """
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(PUBLIC_SUFFIX))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ProvenanceError(f"`{folder}` cannot be read: {error.strerror or error}", "check the folder of trusted keys") from error
    if len(names) > MAX_KEYS:
        raise ProvenanceError(f"`{folder}` holds more than {MAX_KEYS:,} keys", "keep only those that you trust")
    return tuple(read_public_key(folder / name) for name in names)


def trust_key(key: PublicKey, folder: Path, rename: bool = False) -> Path:
    """Put a public key among the trusted ones; where it is there already nothing changes, unless it is to be called otherwise.

    Returns:
        The file that holds it.
    """
    file = folder / f"{key.id[:16]}{PUBLIC_SUFFIX}"
    about = about_path(file)
    description = describe_key(key)
    try:
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_new(file, key.pem, 0o644)
        if description and (rename or not about.exists()):
            about.unlink(missing_ok=True)
            write_new(about, description, 0o644)
    except OSError as error:
        raise ProvenanceError(f"`{file}` cannot be written: {error.strerror or error}", "check the folder of trusted keys") from error
    return file


def first_of_each(keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Every key once, in the order given; of two files of one key, the first says when it holds."""
    found: dict[str, PublicKey] = {}
    for key in keys:
        found.setdefault(key.id, key)
    return tuple(found.values())
