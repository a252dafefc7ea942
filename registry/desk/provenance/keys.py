"""Keys of the user: made, found, and the public ones that are trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from registry.errors import ProvenanceError, UsageError
from registry.provenance.files import read_bounded
from registry.provenance.keys import (
    KINDS,
    AskPassphrase,
    PublicKey,
    SigningKey,
    about_path,
    make_key,
    public_path,
    read_public_key,
    read_signing_key,
)
from registry.provenance.trusted_keys import first_of_each, read_trusted_keys, trust_key
from registry.settings import Settings


def make_signing_key(
    settings: Settings, *, out: Path | None = None, kind: str = KINDS[0], name: str | None = None, valid_days: int | None = None, passphrase: str | None = None
) -> dict[str, Any]:
    """Make a key pair and trust its public half; the answer is `licet.key/1`.

    Args:
        settings: Where keys stand.
        out: The file of the private key; the place in the settings by default.
        kind: `ecdsa-p256` or `ed25519`.
        name: Whose key it is.
        valid_days: For how many days it holds.
        passphrase: What it is locked with.

    Raises:
        ProvenanceError: A key is there already, or cannot be written.
        UsageError: A value cannot be.
    """
    path = out or signing_key_path(settings)
    key = make_key(path, kind=kind, name=name, valid_days=valid_days, passphrase=passphrase)
    trusted = trust_key(key, settings.trusted_keys) if settings.trusted_keys else None
    return {
        "schema": "licet.key/1",
        **_key_to_data(key),
        "private": str(path),
        "public": str(key.file),
        "about": str(about_path(key.file)) if key.file and about_path(key.file).exists() else None,
        "trusted": str(trusted) if trusted else None,
        "passphrase": passphrase is not None,
    }


def trust_public_key(settings: Settings, file: Path, name: str | None = None) -> dict[str, Any]:
    """Put a public key among the trusted ones; the answer is `licet.key/1`.

    Raises:
        ProvenanceError: The file is no public key, or the folder cannot be written.
    """
    key = read_public_key(file)
    if name:
        key = replace(key, name=name)
    if settings.trusted_keys is None:
        raise UsageError("there is no folder for trusted keys", "name the key with `--public-key` each time")
    trusted = trust_key(key, settings.trusted_keys, rename=name is not None)
    return {"schema": "licet.key/1", **_key_to_data(key), "public": str(file), "trusted": str(trusted)}


def list_keys(settings: Settings) -> dict[str, Any]:
    """The user's own key, and those that are trusted; the answer is `licet.keys/1`.

    Raises:
        ProvenanceError: A file of a key is none.
    """
    own = public_path(settings.signing_key) if settings.signing_key else None
    mine = read_public_key(own) if own is not None and own.exists() else None
    trusted = known_keys(settings)
    others = [] if mine is None or any(key.id == mine.id for key in trusted) else [mine]
    return {
        "schema": "licet.keys/1",
        "items": [
            {**_key_to_data(key), "own": mine is not None and key.id == mine.id, "trusted": key not in others, "file": str(key.file)}
            for key in (*others, *trusted)
        ],
    }


def _key_to_data(key: PublicKey) -> dict[str, Any]:
    return {"id": key.id, "kind": key.kind, "name": key.name, "not_before": key.not_before, "not_after": key.not_after}


def read_passphrase(file: Path) -> str:
    """The passphrase on the first line of a file.

    Raises:
        ProvenanceError: It cannot be read.
        UsageError: There is none.
    """
    try:
        words = read_bounded(file, 10_000, "passphrase").decode("utf-8").partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError as error:
        raise ProvenanceError(f"`{file}` is not UTF-8", "write the passphrase on its first line") from error
    if not words:
        raise UsageError(f"`{file}` holds no passphrase", "write it on the first line")
    return words


def signing_key_path(settings: Settings) -> Path:
    """Where the private key of the user stands.

    Raises:
        UsageError: No place for one is known.
    """
    if settings.signing_key is None:
        raise UsageError("no signing key is named", "name one in LICET_SIGNING_KEY, or with `--key`")
    return settings.signing_key


def find_signing_key(
    settings: Settings,
    *,
    path: Path | None = None,
    passphrase: AskPassphrase | None = None,
    make: bool = False,
    progress: Callable[[str], None] | None = None,
) -> SigningKey:
    """The key to sign with.

    Args:
        settings: Where it stands, and its passphrase where the environment gives it.
        path: The file of another one.
        passphrase: Asked where the key has one and the settings do not give it.
        make: Make the user's own key, without a passphrase, where there is none yet and no other was named.
        progress: Told of a key that was made.

    Raises:
        ProvenanceError: It is not there, cannot be read, or the passphrase is wrong.
    """
    chosen = path or signing_key_path(settings)
    if make and path is None and not chosen.exists():
        try:
            made = make_signing_key(settings)
        except ProvenanceError:
            if not chosen.exists():  # else another run has made it in the meantime
                raise
        else:
            if progress:
                progress(f"made a key to sign with: `{chosen}` (its public half is `{made['public']}`)")
    return read_signing_key(chosen, (lambda: settings.signing_passphrase) if settings.signing_passphrase else passphrase)


def known_keys(settings: Settings, public: Sequence[Path] = ()) -> tuple[PublicKey, ...]:
    """The keys to hold signatures against: those that are named, else those in the folder of trusted keys.

    Raises:
        ProvenanceError: A file of a key is none.
    """
    if public:
        return first_of_each(read_public_key(path) for path in public)
    return read_trusted_keys(settings.trusted_keys) if settings.trusted_keys else ()
