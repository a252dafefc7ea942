"""Envelopes: what they hold, who signed it, and what strangers put into them."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from registry.errors import ProvenanceError
from registry.provenance import envelope as room
from registry.provenance.envelope import PAYLOAD_TYPE, add_signature, check_signature, parse_envelope, read_envelope, seal
from registry.provenance.files import write_json
from registry.provenance.keys import KINDS
from tests.provenance.build import key

pytest.importorskip("securesystemslib")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_key_sealed_it_verifies_and_no_other_key_does(tmp_path: Path, kind: str) -> None:
    own, other = key(tmp_path, kind=kind), key(tmp_path, "other", kind=kind)
    found = parse_envelope(seal({"a": 1}, [own]), "it")
    assert found.statement == {"a": 1}
    assert check_signature(found, own.public)
    assert not check_signature(found, other.public)


@pytest.mark.parametrize("kind", KINDS)
def test_the_signature_is_over_what_dsse_says(tmp_path: Path, kind: str) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    own = key(tmp_path, kind=kind)
    written = seal({"a": 1}, [own])
    payload = base64.b64decode(written["payload"])
    signature = base64.b64decode(written["signatures"][0]["sig"])
    # DSSE v1.0.0: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in decimal.
    pae = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    public: Any = load_pem_public_key(own.public.pem)
    public.verify(signature, pae, *((ec.ECDSA(SHA256()),) if kind == "ecdsa-p256" else ()))


def test_the_payload_is_canonical(tmp_path: Path) -> None:
    assert base64.b64decode(seal({"b": 1, "a": 2.0}, [key(tmp_path)])["payload"]) == b'{"a":2,"b":1}'


def test_one_changed_byte_breaks_the_signature(tmp_path: Path) -> None:
    own = key(tmp_path)
    written = seal({"loss": 1}, [own])
    written["payload"] = base64.b64encode(base64.b64decode(written["payload"]).replace(b"1", b"2")).decode()
    assert not check_signature(parse_envelope(written, "it"), own.public)


def test_what_a_signature_says_of_its_key_is_not_believed(tmp_path: Path) -> None:
    own, other = key(tmp_path), key(tmp_path, "other")
    written = seal({"a": 1}, [own])
    written["signatures"][0]["keyid"] = other.public.id
    found = parse_envelope(written, "it")
    assert check_signature(found, own.public)
    assert not check_signature(found, other.public)


def test_a_second_signature_stands_beside_the_first(tmp_path: Path) -> None:
    own, other = key(tmp_path), key(tmp_path, "other", kind="ed25519")
    both = parse_envelope(add_signature(parse_envelope(seal({"a": 1}, [own]), "it"), other), "it")
    assert check_signature(both, own.public)
    assert check_signature(both, other.public)
    again = add_signature(both, other)
    assert len(again["signatures"]) == 2


def envelope(**values: Any) -> dict[str, Any]:
    said = {"payload": base64.b64encode(b'{"a":1}').decode(), "payloadType": PAYLOAD_TYPE, "signatures": [{"keyid": "", "sig": "AAAA"}]}
    return {key: value for key, value in {**said, **values}.items() if value is not ...}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (envelope(payloadType="application/json"), "holds `application/json`"),
        (envelope(payloadType=...), "`payloadType`"),
        (envelope(payload=5), "`payload`"),
        (envelope(payload="!!!!"), "no base64"),
        (envelope(payload="eyJhIjox"), "no JSON"),
        (envelope(payload=base64.b64encode(b"[1]").decode()), "no statement"),
        (envelope(payload=base64.b64encode(b'{"a":1,"a":2}').decode()), "a key stands twice"),
        (envelope(payload=base64.b64encode(b"[" * 500 + b"]" * 500).decode()), "nested too deep"),
        (envelope(signatures=...), "`signatures`"),
        (envelope(signatures=[{"keyid": "a"}]), "sig"),
        (envelope(signatures=[{"sig": "*"}]), "no base64"),
        (envelope(signatures=[{"sig": "AAAA"}] * 100), "signatures"),
        (envelope(signatures=[{"sig": "A" * 100_000}]), "sig"),
        ([], "no DSSE envelope"),
        (None, "no DSSE envelope"),
        ({}, "no DSSE envelope"),
    ],
)
def test_what_is_no_envelope_is_refused(value: Any, says: str) -> None:
    with pytest.raises(ProvenanceError, match=says):
        parse_envelope(value, "`provenance.json`")


def test_nonsense_signatures_verify_nothing(tmp_path: Path) -> None:
    own = key(tmp_path)
    for sig in ("", "AAAA", base64.b64encode(os.urandom(64)).decode(), base64.b64encode(b"\x30\x06\x02\x01\x00\x02\x01\x00").decode()):
        assert not check_signature(parse_envelope(envelope(signatures=[{"sig": sig}]), "it"), own.public)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_an_envelope_that_was_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    text = json.dumps(seal({"a": list(range(100))}, [key(tmp_path)]))
    (tmp_path / "provenance.json").write_text(text[: int(len(text) * share)], encoding="utf-8")
    with pytest.raises(ProvenanceError, match=r"`provenance\.json` line 1"):
        read_envelope(tmp_path / "provenance.json")


def test_an_envelope_of_a_hundred_megabytes_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "provenance.json").open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(ProvenanceError, match="larger than 64,000,000 bytes"):
        read_envelope(tmp_path / "provenance.json")


def test_a_file_that_is_larger_than_it_said_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_ENVELOPE_BYTES", 10)
    (tmp_path / "provenance.json").write_text(json.dumps(envelope()), encoding="utf-8")
    with pytest.raises(ProvenanceError, match="larger than 10 bytes"):
        read_envelope(tmp_path / "provenance.json")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "provenance.json")
    with pytest.raises(ProvenanceError, match="no regular file"):
        read_envelope(tmp_path / "provenance.json")


def test_a_document_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_json(tmp_path / "it.json", {"a": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "it.json", {"a": object()})
    assert json.loads((tmp_path / "it.json").read_text(encoding="utf-8")) == {"a": 1}


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProvenanceError, match="cannot be written"):
        write_json(tmp_path / "gone" / "it.json", {})
