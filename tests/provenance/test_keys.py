"""Keys: for their owner's eyes alone, never overwritten, and known by their public half."""

from __future__ import annotations

import hashlib
import stat
from datetime import date
from pathlib import Path

import pytest

from registry.errors import ProvenanceError, UsageError
from registry.provenance.keys import KINDS, make_key, public_path, read_public_key, read_signing_key
from registry.provenance.trusted_keys import first_of_each, read_trusted_keys, trust_key

pytest.importorskip("securesystemslib")


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_made_for_its_owners_eyes_alone(tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / "keys" / "own.pem", kind=kind, name="Acme")
    assert stat.S_IMODE((tmp_path / "keys" / "own.pem").stat().st_mode) == 0o600
    assert key.kind == kind
    assert key.id == hashlib.sha256((tmp_path / "keys" / "own.pub").read_bytes()).hexdigest()
    assert read_public_key(tmp_path / "keys" / "own.pub").name == "Acme"
    assert read_signing_key(tmp_path / "keys" / "own.pem").public == key


def test_a_key_is_private_from_its_first_byte_whatever_the_umask(tmp_path: Path) -> None:
    import os

    before = os.umask(0)
    try:
        make_key(tmp_path / "own.pem")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "own.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["own.pem", "own.pub", "own.json"])
def test_nothing_is_ever_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine", encoding="utf-8")
    with pytest.raises(ProvenanceError, match="is there already"):
        make_key(tmp_path / "own.pem", name="Acme")
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text(encoding="utf-8") == "mine"


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "own.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProvenanceError, match="is there already"):
        make_key(tmp_path / "own.pem")
    assert not (tmp_path / "elsewhere").exists()


def test_a_locked_key_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    make_key(tmp_path / "own.pem", passphrase="correct horse")
    assert read_signing_key(tmp_path / "own.pem", lambda: "correct horse").public.kind == "ecdsa-p256"
    with pytest.raises(ProvenanceError, match="the passphrase is wrong"):
        read_signing_key(tmp_path / "own.pem", lambda: "wrong")
    for nothing in (None, lambda: None, lambda: ""):
        with pytest.raises(ProvenanceError, match="has a passphrase"):
            read_signing_key(tmp_path / "own.pem", nothing)


def test_an_empty_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="empty"):
        make_key(tmp_path / "own.pem", passphrase="")


def test_nobody_is_asked_for_the_passphrase_of_a_key_that_has_none(tmp_path: Path) -> None:
    make_key(tmp_path / "own.pem")

    def ask() -> str:
        raise AssertionError("asked")

    assert read_signing_key(tmp_path / "own.pem", ask)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    make_key(tmp_path / "own.pem")
    (tmp_path / "own.pem").chmod(mode)
    with pytest.raises(ProvenanceError, match="can be read by others") as raised:
        read_signing_key(tmp_path / "own.pem")
    assert "chmod 600" in (raised.value.hint or "")


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\x00" * 100, b"-----BEGIN " * 20_000]
)
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ProvenanceError):
        read_signing_key(path)
    with pytest.raises(ProvenanceError):
        read_public_key(path)


def test_a_private_key_is_not_taken_for_a_public_one(tmp_path: Path) -> None:
    make_key(tmp_path / "own.pem")
    with pytest.raises(ProvenanceError, match="no public key") as raised:
        read_public_key(tmp_path / "own.pem")
    assert "keep it to yourself" in (raised.value.hint or "")


def test_a_key_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ProvenanceError, match="there is no key") as raised:
        read_signing_key(tmp_path / "own.pem")
    assert "keygen" in (raised.value.hint or "")


def test_a_key_of_a_kind_that_does_not_sign_models_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    (tmp_path / "other.pub").write_bytes(X25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ProvenanceError, match="does not sign models"):
        read_public_key(tmp_path / "other.pub")


def test_a_validity_counts_both_its_days(tmp_path: Path) -> None:
    key = make_key(tmp_path / "own.pem", valid_days=10, today=date(2026, 3, 1))
    assert (key.not_before, key.not_after) == ("2026-03-01", "2026-03-10")
    assert [key.holds_on(day) for day in ("2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", "2026-03-10T23:59:59Z", "2026-03-11")] == [False, True, True, False]
    assert read_public_key(tmp_path / "own.pub").not_after == "2026-03-10"


def test_a_key_without_validity_always_holds(tmp_path: Path) -> None:
    assert make_key(tmp_path / "own.pem").holds_on("1999-01-01")


@pytest.mark.parametrize("days", [0, -1, 1_000_000])
def test_a_validity_must_be_one(tmp_path: Path, days: int) -> None:
    with pytest.raises(UsageError):
        make_key(tmp_path / "own.pem", valid_days=days)


@pytest.mark.parametrize("said", ["[]", '{"name": 5}', '{"owner": "Acme"}', '{"not_after": "soon"}', '{"name": "a", "name": "b"}', "{"])
def test_what_stands_beside_a_key_is_read_strictly(tmp_path: Path, said: str) -> None:
    make_key(tmp_path / "own.pem")
    (tmp_path / "own.json").write_text(said, encoding="utf-8")
    with pytest.raises(ProvenanceError, match=r"own\.json"):
        read_public_key(tmp_path / "own.pub")


def test_a_key_that_is_trusted_twice_is_there_once(tmp_path: Path) -> None:
    key = make_key(tmp_path / "own.pem", name="Acme", valid_days=5)
    assert trust_key(key, tmp_path / "trusted") == trust_key(key, tmp_path / "trusted")
    (known,) = read_trusted_keys(tmp_path / "trusted")
    assert (known.id, known.name, known.not_after) == (key.id, "Acme", key.not_after)


def test_there_are_no_trusted_keys_before_the_first(tmp_path: Path) -> None:
    assert read_trusted_keys(tmp_path / "nowhere") == ()


def test_a_trusted_key_that_is_none_is_told_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "bad.pub").write_text("nonsense", encoding="utf-8")
    with pytest.raises(ProvenanceError, match=r"bad\.pub"):
        read_trusted_keys(tmp_path)


def test_of_two_files_of_one_key_the_first_counts(tmp_path: Path) -> None:
    key = make_key(tmp_path / "own.pem", name="first")
    (tmp_path / "copy.pub").write_bytes(public_path(tmp_path / "own.pem").read_bytes())
    other = make_key(tmp_path / "other.pem")
    assert [each.name for each in first_of_each([key, other, read_public_key(tmp_path / "copy.pub")])] == ["first", None]
