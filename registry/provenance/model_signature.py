"""Signatures over a model's files in the format of OpenSSF model signing v1.0: a Sigstore bundle around an in-toto statement.

Files and whole-file SHA-256 or BLAKE2b are checked here, in milliseconds; whatever else that format allows (shards, BLAKE3, certificates,
keyless signatures) is left to the `model_signing` library, which takes most of a second to load.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry.errors import ProvenanceError
from registry.provenance.canonical import read_json
from registry.provenance.digests import tree_digest
from registry.provenance.envelope import MAX_ENVELOPE_BYTES, Envelope, parse_envelope, seal
from registry.provenance.files import read_bounded
from registry.provenance.keys import SigningKey
from registry.provenance.layout import IGNORED
from registry.provenance.run import FileDigest
from registry.provenance.statement import STATEMENT_TYPE

SIGNATURE_TYPE = "https://model_signing/signature/v1.0"
"""The predicate of such a signature."""

BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
"""The form of bundle that is written."""


def sign_files(name: str, files: Sequence[FileDigest], key: SigningKey, ignored: Sequence[str] = IGNORED) -> dict[str, Any]:
    """The bundle over files.

    Args:
        name: What the model is called in it.
        files: Its files.
        key: What signs.
        ignored: What stood in the folder and was left out.
    """
    ordered = sorted(files, key=lambda file: file.name)
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": tree_digest(ordered)}}],
        "predicateType": SIGNATURE_TYPE,
        "predicate": {
            "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False, "ignore_paths": sorted(ignored)},
            "resources": [{"name": file.name, "algorithm": "sha256", "digest": file.sha256} for file in ordered],
        },
    }
    envelope = seal(statement, [key])
    return {
        "mediaType": BUNDLE_TYPE,
        "verificationMaterial": {"publicKey": {"hint": key.public.id}, "tlogEntries": []},
        "dsseEnvelope": envelope,
    }


class _Resource(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str = Field(min_length=1, max_length=4096)
    digest: str = Field(pattern=r"^([0-9a-f]{2}){16,64}$")
    algorithm: str


class _Serialization(BaseModel):
    model_config = ConfigDict(extra="forbid")
    method: Literal["files", "shards"]
    hash_type: Literal["sha256", "blake2b", "blake3"]
    allow_symlinks: bool
    shard_size: int | None = None
    ignore_paths: list[str] = Field(default_factory=list, max_length=10_000)


class _Predicate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    resources: list[_Resource] = Field(min_length=1)
    serialization: _Serialization


class _Subject(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str = Field(min_length=1, max_length=4096)
    digest: dict[str, str]


class _Statement(BaseModel):
    model_config = ConfigDict(extra="forbid")
    type: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    subject: list[_Subject] = Field(min_length=1, max_length=1)
    predicateType: Literal["https://model_signing/signature/v1.0"]  # noqa: N815 (the field's own name)
    predicate: _Predicate


@dataclass(frozen=True, slots=True)
class ModelSignature:
    """What a signature over a model's files says, not yet verified.

    Attributes:
        envelope: The signed envelope.
        name: What the model is called in it.
        sha256: The digest over all files.
        digests: The digest of each file, or part of one, by name.
        method: `files` or `shards`.
        algorithm: `sha256`, `blake2b` or `blake3`.
        ignored: What was left out of the folder.
        links: Whether links were followed.
        hint: The id of the key that it names.
        material: `key`, `certificate` or `sigstore`: how the signer can be known.
    """

    envelope: Envelope
    name: str
    sha256: str
    digests: dict[str, str]
    method: str
    algorithm: str
    ignored: tuple[str, ...]
    links: bool
    hint: str | None
    material: str

    @property
    def native(self) -> bool:
        """Whether its digests can be taken here: of whole files, with what hashlib has."""
        return self.method == "files" and self.algorithm in ("sha256", "blake2b")


def read_signature(path: Path) -> ModelSignature:
    """The signature in a file.

    Raises:
        ProvenanceError: It cannot be read, or is none.
    """
    return parse_signature(read_json(read_bounded(path, MAX_ENVELOPE_BYTES, "signature"), f"`{path.name}`"), f"`{path.name}`")


def parse_signature(value: Any, what: str) -> ModelSignature:
    """The signature in a bundle's JSON.

    Args:
        value: The JSON.
        what: Where it was found, for the message.

    Raises:
        ProvenanceError: It is no such bundle, or its digest over all files is not that of the files it lists.
    """
    hint = "it is no signature of a model, or was damaged"
    if not isinstance(value, dict) or not str(value.get("mediaType", "")).startswith("application/vnd.dev.sigstore.bundle"):
        raise ProvenanceError(f"{what} is no Sigstore bundle", hint)
    material = value.get("verificationMaterial")
    if not isinstance(material, dict):
        raise ProvenanceError(f"{what} does not say how its signer can be known", hint)
    envelope = parse_envelope(value.get("dsseEnvelope"), what)
    try:
        said = _Statement.model_validate(envelope.statement)
    except ValidationError as error:
        first = error.errors()[0]
        raise ProvenanceError(f"{what}: `{'.'.join(str(part) for part in first['loc'])}`: {first['msg']}", hint) from error
    resources = said.predicate.resources
    serialization = said.predicate.serialization
    digests = {each.name: each.digest for each in resources}
    if len(digests) != len(resources):
        raise ProvenanceError(f"{what} names a file twice", hint)
    whole = hashlib.sha256()
    # Parts of files are ordered by where they begin, which the order of their names does not tell; they stand in that order.
    for name in digests if serialization.method == "shards" else sorted(digests):
        whole.update(bytes.fromhex(digests[name]))
    if said.subject[0].digest.get("sha256") != whole.hexdigest():
        raise ProvenanceError(f"{what} contradicts itself: its digest is not that of the files it lists", hint)
    key = material.get("publicKey")
    kind = "key" if isinstance(key, dict) else "sigstore" if isinstance(material.get("certificate"), dict) else "certificate"
    if kind == "sigstore" and not (isinstance(material.get("tlogEntries"), list) and material["tlogEntries"]):
        raise ProvenanceError(f"{what} was signed without a key, and no log says when", hint)
    given = key.get("hint") if isinstance(key, dict) else None
    return ModelSignature(
        envelope,
        said.subject[0].name,
        whole.hexdigest(),
        digests,
        serialization.method,
        serialization.hash_type,
        tuple(serialization.ignore_paths),
        serialization.allow_symlinks,
        given if isinstance(given, str) else None,
        kind,
    )
