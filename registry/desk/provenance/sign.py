"""Signing a model folder that is there already, and adding a signature to the records in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry.errors import ProvenanceError, UsageError
from registry.provenance.digests import Progress, digest_folder, tree_digest
from registry.provenance.envelope import add_signature, read_envelope
from registry.provenance.files import write_json
from registry.provenance.keys import SigningKey
from registry.provenance.layout import RECORD_FILE, SIGNATURE_FILE, TERMS_FILE
from registry.provenance.model_signature import sign_files
from registry.provenance.record_shape import read_run, read_terms_record

SCHEMA = "licet.provenance-sign/1"
"""The form of the answer."""


def sign_folder(folder: Path, key: SigningKey, *, name: str | None = None, replace: bool = False, progress: Progress | None = None) -> dict[str, Any]:
    """Write `model.sig` into a model folder, and add a signature to the records that are there.

    Args:
        folder: The folder.
        key: What signs.
        name: What the model is called in the signature; as the record says, else as the folder is called.
        replace: Whether a signature that is there may give way.
        progress: Told how many bytes are digested.

    Raises:
        ProvenanceError: The folder cannot be read, holds a link, or a record in it is about other files.
        UsageError: It is signed already.
    """
    if not folder.is_dir():
        raise ProvenanceError(f"`{folder}` is no folder", "name the folder that holds the model")
    signature = folder / SIGNATURE_FILE
    if signature.exists() and not replace:
        raise UsageError(f"`{folder}` is signed already", "look with `licet provenance verify`; sign it anew with `--replace`")
    found = digest_folder(folder, progress=progress)
    record, terms = folder / RECORD_FILE, folder / TERMS_FILE
    # Whoever signs a record vouches for it: it has to be about these files before it is signed.
    envelopes: dict[Path, Mapping[str, Any]] = {}
    if record.exists():
        envelope = read_envelope(record)
        run = read_run(envelope, f"`{RECORD_FILE}`")
        if run.files and tree_digest(run.files) != found.sha256:
            raise ProvenanceError(
                f"`{RECORD_FILE}` is not about the files that are in `{folder}`", "`licet provenance verify` says which differ; sign what you trust"
            )
        name = name or run.name
        envelopes[record] = add_signature(envelope, key)
    if terms.exists():
        envelope = read_envelope(terms)
        said, _, digest = read_terms_record(envelope, f"`{TERMS_FILE}`")
        if digest != found.sha256:
            raise ProvenanceError(
                f"`{TERMS_FILE}` is not about the files that are in `{folder}`", "`licet provenance verify` says which differ; sign what you trust"
            )
        name = name or said.name
        envelopes[terms] = add_signature(envelope, key)
    called = name or folder.resolve().name
    write_json(signature, sign_files(called, found.files, key))
    for path, written in envelopes.items():
        write_json(path, written)
    return {
        "schema": SCHEMA,
        "folder": str(folder),
        "model": called,
        "sha256": found.sha256,
        "files": len(found.files),
        "bytes": sum(file.size for file in found.files),
        "key": key.public.id,
        "kind": key.public.kind,
        "name": key.public.name,
        "signature": str(signature),
        "records": [path.name for path in envelopes],
        "notes": [] if key.public.kind.startswith("ecdsa") else ["the `model_signing` command does not read signatures by Ed25519; licet does"],
    }


def sign_folder_keyless(folder: Path, *, offline: bool, token: str | None = None, replace: bool = False) -> dict[str, Any]:
    """Sign a model folder with Sigstore, which knows who you are instead of a key.

    Raises:
        UsageError: No command may reach for the network, or the folder is signed already.
        ProvenanceError: Sigstore cannot be reached, or does not accept who you are.
    """
    from registry.provenance.model_signing_library import sign_keyless

    if offline:
        raise UsageError("signing without a key needs the network", "leave out `--offline`, or sign with a key: leave out `--keyless`")
    signature = folder / SIGNATURE_FILE
    if signature.exists() and not replace:
        raise UsageError(f"`{folder}` is signed already", "look with `licet provenance verify`; sign it anew with `--replace`")
    found = digest_folder(folder)
    sign_keyless(folder, signature, token=token)
    return {
        "schema": SCHEMA,
        "folder": str(folder),
        "model": folder.resolve().name,
        "sha256": found.sha256,
        "files": len(found.files),
        "bytes": sum(file.size for file in found.files),
        "key": None,
        "kind": "sigstore",
        "name": None,
        "signature": str(signature),
        "records": [],
        "notes": [],
    }
