"""Keys: made, kept, read, and told apart by the digest of their public half.

ECDSA on P-256 is the default, because every tool that verifies model signatures takes it; Ed25519 is made on request.
A private key is a PEM file that only its owner can read. Beside each public key (`NAME.pub`) may stand `NAME.json`, which says whose it is and when it holds:

    {"name": "Acme models", "not_before": "2026-01-01", "not_after": "2027-12-31"}
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import MissingExtraError, ProvenanceError, UsageError
from registry.provenance.files import read_bounded, write_new

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner, SSlibKey

KINDS = ("ecdsa-p256", "ed25519")
"""What can be made; the first is the default."""

MAX_KEY_BYTES = 100_000
"""No key file is larger."""

PUBLIC_SUFFIX = ".pub"
"""How the file of a public key ends."""

_SCHEMES = {
    "ecdsa-sha2-nistp256": "ecdsa-p256",
    "ecdsa-sha2-nistp384": "ecdsa-p384",
    "ecdsa-sha2-nistp521": "ecdsa-p521",
    "ed25519": "ed25519",
}
_PRIVATE = 0o600

AskPassphrase = Callable[[], str | None]
"""Gives the passphrase of a key; called only where a key has one."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are held against.

    Attributes:
        id: SHA-256 of its PEM in hex, the hint that OpenSSF model signing gives.
        kind: `ecdsa-p256`, `ed25519` and the like.
        pem: The key itself.
        name: Whose it is, in a few words.
        not_before: The first day on which it holds, where it has one.
        not_after: The last.
        file: Where it was read.
    """

    id: str
    kind: str
    pem: bytes
    name: str | None = None
    not_before: str | None = None
    not_after: str | None = None
    file: Path | None = None

    @property
    def label(self) -> str:
        """What a person calls it: its name, else the start of its id."""
        return f"{self.name} ({self.id[:12]})" if self.name else self.id[:12]

    def holds_on(self, day: str) -> bool:
        """Whether a day lies within its validity."""
        return (self.not_before is None or self.not_before <= day[:10]) and (self.not_after is None or day[:10] <= self.not_after)

    def verifier(self) -> SSlibKey:
        """The key as the signing library takes it."""
        require_signing()
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
        from securesystemslib.signer import SSlibKey

        return SSlibKey.from_crypto(load_pem_public_key(self.pem), keyid=self.id)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs, with its public half."""

    public: PublicKey
    signer: CryptoSigner


def make_key(
    path: Path, *, kind: str = KINDS[0], name: str | None = None, valid_days: int | None = None, passphrase: str | None = None, today: date | None = None
) -> PublicKey:
    """Make a key pair: `path` for its owner's eyes alone, `path.pub` for everybody, and `path.json` where it has a name or an end.

    Args:
        path: Where the private key will stand.
        kind: One of `KINDS`.
        name: Whose key it is.
        valid_days: For how many days from today it holds; for ever, if not given.
        passphrase: What it is locked with.
        today: The day it is made, as the clock has it by default.

    Raises:
        UsageError: A value cannot be.
        ProvenanceError: A file is there already, or cannot be written.
        MissingExtraError: The extra `sign` is not installed.
    """
    require_signing()
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

    if kind not in KINDS:
        raise UsageError(f"`{kind}` is no kind of key", f"it is one of {', '.join(KINDS)}")
    if passphrase == "":
        raise UsageError("the passphrase is empty", "give one, or make the key without a passphrase")
    if valid_days is not None and not 0 < valid_days <= 36_500:
        raise UsageError(f"a key cannot be valid for {valid_days:,} days", "give between 1 and 36,500 days")
    own = public_path(path)
    about = about_path(own)
    for file in (path, own, about):
        if os.path.lexists(file):
            raise ProvenanceError(f"`{file}` is there already", "a key is never overwritten; name another file with `--out`, or move this one away")
    private = generate_private_key(SECP256R1()) if kind == "ecdsa-p256" else Ed25519PrivateKey.generate()
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase is not None else NoEncryption()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    day = today or datetime.now(UTC).date()
    public = _public_key(private.public_key(), own, name, day.isoformat() if valid_days else None, _last_day(day, valid_days))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new(path, pem, _PRIVATE)
        write_new(own, public.pem, 0o644)
        if description := describe_key(public):
            write_new(about, description, 0o644)
    except OSError as error:
        raise ProvenanceError(f"`{path}` cannot be written: {error.strerror or error}", "choose another place with `--out`") from error
    return public


def _last_day(day: date, valid_days: int | None) -> str | None:
    return (day + timedelta(days=valid_days - 1)).isoformat() if valid_days else None


def describe_key(key: PublicKey) -> bytes | None:
    """What stands beside a public key: whose it is and when it holds; None where neither is said."""
    import json

    said = {name: value for name, value in (("name", key.name), ("not_before", key.not_before), ("not_after", key.not_after)) if value}
    return f"{json.dumps(said, indent=2, ensure_ascii=False)}\n".encode() if said else None


def public_path(path: Path) -> Path:
    """Where the public half of a private key stands."""
    return path.with_name(f"{path.name.removesuffix('.pem')}{PUBLIC_SUFFIX}")


def about_path(public: Path) -> Path:
    """Where it is said whose a public key is, and when it holds."""
    return public.with_suffix(".json")


def read_signing_key(path: Path, passphrase: AskPassphrase | None = None) -> SigningKey:
    """A private key from its file.

    Raises:
        ProvenanceError: It is not there, is no key, is open to others, or the passphrase is wrong.
        MissingExtraError: The extra `sign` is not installed.
    """
    require_signing()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.signer import CryptoSigner, SSlibKey

    data = _read_key_file(path, private=True)
    given: bytes | None = None
    if b"ENCRYPTED" in data:
        answer = passphrase() if passphrase else None
        if not answer:
            raise ProvenanceError(f"the key `{path}` has a passphrase", "give it in a file with `--passphrase-file`, or in LICET_SIGNING_PASSPHRASE")
        given = answer.encode()
    try:
        private = load_pem_private_key(data, given)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if given is not None:
            raise ProvenanceError(f"the key `{path}` cannot be opened: the passphrase is wrong, or the file is damaged", "try the passphrase again") from error
        raise _no_key(path, "private") from error
    own = public_path(path)
    said = _read_about(about_path(own))
    public: Any = private.public_key()
    key = _public_key(public, own, said.get("name"), said.get("not_before"), said.get("not_after"))
    return SigningKey(key, CryptoSigner(private, SSlibKey.from_crypto(public, keyid=key.id)))


def read_public_key(path: Path) -> PublicKey:
    """A public key from its file, with what stands beside it.

    Raises:
        ProvenanceError: It is not there or is no public key.
        MissingExtraError: The extra `sign` is not installed.
    """
    require_signing()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    data = _read_key_file(path, private=False)
    try:
        public = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        hint = "this is a private key, keep it to yourself; name the `.pub` file beside it" if b"PRIVATE KEY" in data else None
        raise _no_key(path, "public", hint) from error
    said = _read_about(about_path(path))
    return _public_key(public, path, said.get("name"), said.get("not_before"), said.get("not_after"))


def _public_key(public: Any, file: Path, name: str | None, not_before: str | None, not_after: str | None) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from securesystemslib.signer import SSlibKey

    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        kind = _SCHEMES[SSlibKey.from_crypto(public).scheme]
    except (ValueError, KeyError) as error:
        raise ProvenanceError(
            f"`{file}` holds a key of a kind that does not sign models", f"make one with `licet provenance keygen`: {' or '.join(KINDS)}"
        ) from error
    return PublicKey(hashlib.sha256(pem).hexdigest(), kind, pem, name, not_before, not_after, file)


def _read_key_file(path: Path, private: bool) -> bytes:
    kind = "private" if private else "public"
    if not path.exists():
        hint = "make one with `licet provenance keygen`" if private else "name the file of a public key"
        raise ProvenanceError(f"there is no key `{path}`", hint)
    data = read_bounded(path, MAX_KEY_BYTES, "key", 0o077 if private else 0)
    if b"-----BEGIN" not in data:
        raise _no_key(path, kind)
    return data


def _no_key(path: Path, kind: str, hint: str | None = None) -> ProvenanceError:
    return ProvenanceError(f"`{path}` is no {kind} key in PEM", hint or "`licet provenance keygen` makes a pair")


def _read_about(path: Path) -> dict[str, str]:
    """What stands beside a public key, checked."""
    from registry.provenance.canonical import read_json

    if not path.exists():
        return {}
    data = read_bounded(path, MAX_KEY_BYTES, "key")
    said = read_json(data, f"`{path}`")
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()) or set(said) - {"name", "not_before", "not_after"}:
        raise ProvenanceError(f"`{path}` does not describe a key", "it takes `name`, `not_before` and `not_after`, each as text")
    for word in ("not_before", "not_after"):
        if word in said:
            try:
                said[word] = date.fromisoformat(said[word]).isoformat()
            except ValueError as error:
                raise ProvenanceError(f"`{path}`: `{word}` is no day: `{said[word]}`", "write it as YYYY-MM-DD") from error
    return said


def require_signing() -> None:
    """Say which extra is missing before anything is signed or verified.

    Raises:
        MissingExtraError: What signs is not installed.
    """
    try:
        import cryptography  # noqa: F401
        import rfc8785  # noqa: F401
        import securesystemslib  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("signing and verifying", "sign") from error
