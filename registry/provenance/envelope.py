"""DSSE envelopes: a payload with its type and signatures over both, written and read with bounds."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry.errors import ProvenanceError
from registry.provenance.canonical import canonical_json, read_json
from registry.provenance.files import read_bounded
from registry.provenance.keys import PublicKey, SigningKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""What every envelope here holds: an in-toto statement."""

MAX_ENVELOPE_BYTES = 64_000_000
"""A larger file is no envelope."""

MAX_SIGNATURES = 32
"""No envelope has more."""


class _Signature(BaseModel):
    model_config = ConfigDict(extra="ignore")
    keyid: str = Field(default="", max_length=256)
    sig: str = Field(max_length=20_000)


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="ignore")
    payload: str
    payloadType: str = Field(max_length=200)  # noqa: N815 (the field's own name)
    signatures: list[_Signature] = Field(max_length=MAX_SIGNATURES)


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature: the id of the key that it names, and its bytes."""

    key: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an envelope file holds, not yet verified.

    Attributes:
        payload: The bytes that are signed.
        statement: What they say.
        signatures: The signatures.
    """

    payload: bytes
    statement: dict[str, Any]
    signatures: tuple[Signed, ...]


def seal(statement: Any, keys: Iterable[SigningKey]) -> dict[str, Any]:
    """A statement in canonical JSON, in an envelope that the keys have signed."""
    from securesystemslib.dsse import Envelope as Dsse

    envelope = Dsse(canonical_json(statement), PAYLOAD_TYPE, {})
    for key in keys:
        envelope.sign(key.signer)
    written: dict[str, Any] = envelope.to_dict()
    return written


def add_signature(envelope: Envelope, key: SigningKey) -> dict[str, Any]:
    """The same envelope with one more signature; one of the same key gives way to it."""
    from securesystemslib.dsse import Envelope as Dsse
    from securesystemslib.signer import Signature

    kept = {each.key: Signature(each.key, each.signature.hex()) for each in envelope.signatures if each.key != key.public.id}
    written = Dsse(envelope.payload, PAYLOAD_TYPE, kept)
    written.sign(key.signer)
    done: dict[str, Any] = written.to_dict()
    return done


def check_signature(envelope: Envelope, key: PublicKey) -> bool:
    """Whether one of the signatures was made by the key; what a signature says of its key is not believed."""
    from securesystemslib.dsse import Envelope as Dsse
    from securesystemslib.exceptions import UnverifiedSignatureError
    from securesystemslib.signer import Signature

    pae = Dsse(envelope.payload, PAYLOAD_TYPE, {}).pae()
    verifier = key.verifier()
    for each in envelope.signatures:
        try:
            verifier.verify_signature(Signature(key.id, each.signature.hex()), pae)
        except UnverifiedSignatureError:
            continue
        return True
    return False


def read_envelope(path: Path) -> Envelope:
    """The envelope in a file.

    Raises:
        ProvenanceError: It cannot be read, is too large, or is no envelope of a statement.
    """
    return parse_envelope(read_json(read_bounded(path, MAX_ENVELOPE_BYTES, "record"), f"`{path.name}`"), f"`{path.name}`")


def parse_envelope(value: Any, what: str) -> Envelope:
    """An envelope from its JSON.

    Args:
        value: The JSON.
        what: Where it was found, for the message.

    Raises:
        ProvenanceError: It is none.
    """
    try:
        found = _Envelope.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ProvenanceError(f"{what} is no DSSE envelope: {f'`{place}`: ' if place else ''}{first['msg']}", "name a record that licet wrote") from error
    if found.payloadType != PAYLOAD_TYPE:
        raise ProvenanceError(f"{what} holds `{found.payloadType}`, not `{PAYLOAD_TYPE}`", "name a record that licet wrote")
    payload = _decode(found.payload, f"the payload of {what}")
    statement = read_json(payload, f"the payload of {what}")
    if not isinstance(statement, dict):
        raise ProvenanceError(f"the payload of {what} is no statement", "name a record that licet wrote")
    signatures = tuple(Signed(each.keyid, _decode(each.sig, f"a signature of {what}")) for each in found.signatures)
    return Envelope(payload, statement, signatures)


def _decode(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise ProvenanceError(f"{what} is no base64", "it was cut short or damaged; get it again from where it came") from error
