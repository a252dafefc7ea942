"""What is left to the `model_signing` library: shards, BLAKE3, and signing with Sigstore instead of a key. It is loaded only then."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from registry.errors import MissingExtraError, ProvenanceError
from registry.provenance.keys import PublicKey
from registry.provenance.layout import IGNORED


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is expected to have signed without a key: a name, such as an address of mail, and who vouches for it."""

    name: str
    issuer: str


def verify_by_library(folder: Path, signature: Path, key: PublicKey) -> str | None:
    """Verify a signature over a folder.

    Returns:
        What is wrong, or None where nothing is.
    """
    verifying = _library("verifying")
    with tempfile.TemporaryDirectory() as place:
        pem = Path(place) / "key.pub"
        pem.write_bytes(key.pem)
        try:
            verifying.Config().use_elliptic_key_verifier(public_key=pem).verify(folder, signature)
        except (ValueError, OSError) as error:
            return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        except (AttributeError, TypeError) as error:  # it does not take Ed25519, nor the size of shards as it writes it itself
            return f"the `model_signing` library cannot verify such a signature: {error}"
    return None


def sign_keyless(folder: Path, signature: Path, *, token: str | None = None, ignored: Sequence[str] = IGNORED) -> None:
    """Sign a folder with Sigstore: a short-lived certificate for who you are, and an entry in a public log.

    Args:
        folder: The model folder.
        signature: Where the signature goes.
        token: An OpenID Connect token of who signs; without one, that of the build service, or a page in the browser.
        ignored: What is left out.

    Raises:
        ProvenanceError: Sigstore cannot be reached, or does not accept who you are.
    """
    signing, hashing = _library("signing"), _library("hashing")
    from sigstore.errors import Error as SigstoreError

    config = hashing.Config().set_ignored_paths(paths=[folder / path for path in ignored], ignore_git_paths=True)
    try:
        signing.Config().use_sigstore_signer(identity_token=token, use_ambient_credentials=token is None).set_hashing_config(config).sign(folder, signature)
    except (SigstoreError, OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()
        raise ProvenanceError(
            f"the model cannot be signed with Sigstore: {reason[0] if reason else type(error).__name__}",
            "it needs the network and an identity; sign with a key instead: `licet provenance sign` without `--keyless`",
        ) from error


def verify_keyless(folder: Path, signature: Path, who: Identity, *, native: bool, offline: bool) -> str | None:
    """Verify a signature that was made with Sigstore by somebody: certificate, entry in the public log, and who it is.

    Args:
        folder: The model folder.
        signature: The signature.
        who: Who is expected to have signed.
        native: The caller compares the files itself, so that the signature alone is looked at; else the library compares them, too.
        offline: Use the keys of Sigstore that came with its library instead of asking for the newest.

    Returns:
        What is wrong, or None where nothing is.

    Raises:
        ProvenanceError: What Sigstore's own keys are cannot be learnt.
    """
    verifying = _library("verifying")
    from sigstore.errors import Error as SigstoreError
    from sigstore.errors import TUFError

    if offline and not native:
        raise ProvenanceError("this kind of signature cannot be verified without the network", "leave out `--offline`")
    try:
        if native:
            _verify_bundle(signature, who, offline)
        else:
            verifying.Config().use_sigstore_verifier(identity=who.name, oidc_issuer=who.issuer).verify(folder, signature)
    except TUFError as error:
        hint = "the newest need the network; `--offline` takes those that came with the `sigstore` library"
        raise ProvenanceError(f"the keys of Sigstore cannot be had: {error}", hint) from error
    except (SigstoreError, OSError, ValueError, TypeError) as error:
        return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return None


def _verify_bundle(signature: Path, who: Identity, offline: bool) -> None:
    from sigstore.models import Bundle, ClientTrustConfig
    from sigstore.verify import Verifier
    from sigstore.verify.policy import Identity as Policy

    logging.getLogger("sigstore").setLevel(logging.ERROR)  # it warns of being offline, which was asked for
    root = ClientTrustConfig.production(offline=offline).trusted_root
    Verifier(trusted_root=root).verify_dsse(Bundle.from_json(signature.read_bytes()), Policy(identity=who.name, issuer=who.issuer))


def _library(part: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(f"model_signing.{part}")
    except ImportError as error:
        raise MissingExtraError("this kind of signature", "sign") from error
