"""The signature over a model's files: what others write we read, and what we write others read."""

from __future__ import annotations

import base64
import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from registry.errors import ProvenanceError
from registry.provenance.digests import digest_folder
from registry.provenance.envelope import check_signature
from registry.provenance.files import write_json
from registry.provenance.keys import SigningKey, public_path
from registry.provenance.layout import SIGNATURE_FILE
from registry.provenance.model_signature import parse_signature, read_signature, sign_files
from registry.provenance.model_signing_library import Identity
from registry.provenance.verification import verify
from tests.provenance.build import NOW, key, model_folder, signed

pytest.importorskip("securesystemslib")

_PLACES = [folder / "shared" / "data" / "standards" / "model-signing-v1" for folder in Path(__file__).parents]
VECTORS = next((place for place in _PLACES if place.is_dir()), _PLACES[0])
vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="the test vectors of the standard are not here")


def model_signing(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command `model_signing`, which is not ours."""
    pytest.importorskip("model_signing")
    return subprocess.run([sys.executable, "-m", "model_signing", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)


def signed_by_us(folder: Path, own: SigningKey) -> Path:
    write_json(folder / SIGNATURE_FILE, sign_files("acme/support-7b", digest_folder(folder).files, own))
    return folder / SIGNATURE_FILE


def test_the_command_of_the_standard_verifies_what_we_signed(tmp_path: Path) -> None:
    own = key(tmp_path)
    signed(tmp_path / "model", own)  # with both records beside, which it must leave out, too
    command = ["verify", "key", tmp_path / "model", "--signature", tmp_path / "model" / SIGNATURE_FILE, "--public_key", tmp_path / "signing.pub"]
    done = model_signing(*command)
    assert done.returncode == 0, done.stderr
    (tmp_path / "model" / "config.json").write_text("{}", encoding="utf-8")
    assert model_signing(*command).returncode == 1


@pytest.mark.parametrize("arguments", [(), ("--ignore-paths", "README.md")])
def test_we_verify_what_the_command_of_the_standard_signed(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    own = key(tmp_path)
    folder = model_folder(tmp_path / "model")
    (folder / "README.md").write_text("a card", encoding="utf-8")
    given = [part if part != "README.md" else str(folder / "README.md") for part in arguments]
    done = model_signing("sign", "key", folder, "--signature", folder / SIGNATURE_FILE, "--private_key", tmp_path / "signing.pem", *given)
    assert done.returncode == 0, done.stderr
    found = verify(folder, [own.public], at=NOW)
    assert [finding.summary for finding in found.findings] == []
    assert [signer.result for signer in found.signers] == ["holds"]
    (folder / "extra").write_text("x", encoding="utf-8")
    assert [finding.code for finding in verify(folder, [own.public], at=NOW).findings] == ["LIC502"]


def test_a_signature_by_blake3_is_left_to_the_library_and_verified(tmp_path: Path) -> None:
    library: Any = pytest.importorskip("model_signing")
    own = key(tmp_path)
    folder = model_folder(tmp_path / "model")
    config = library.hashing.Config().use_file_serialization(hashing_algorithm="blake3", ignore_paths=[folder / SIGNATURE_FILE])
    library.signing.Config().use_elliptic_key_signer(private_key=tmp_path / "signing.pem").set_hashing_config(config).sign(folder, folder / SIGNATURE_FILE)
    assert read_signature(folder / SIGNATURE_FILE).algorithm == "blake3"
    assert verify(folder, [own.public], at=NOW).findings == []
    (folder / "model.safetensors").write_bytes(b"weights" * 99 + b"Weights")
    assert [finding.code for finding in verify(folder, [own.public], at=NOW).findings] == ["LIC502"]


def test_a_signature_in_shards_is_read_and_what_its_library_cannot_do_is_said(tmp_path: Path) -> None:
    library: Any = pytest.importorskip("model_signing")
    own = key(tmp_path)
    folder = model_folder(tmp_path / "model")
    config = library.hashing.Config().use_shard_serialization(shard_size=64, ignore_paths=[folder / SIGNATURE_FILE])
    library.signing.Config().use_elliptic_key_signer(private_key=tmp_path / "signing.pem").set_hashing_config(config).sign(folder, folder / SIGNATURE_FILE)
    assert read_signature(folder / SIGNATURE_FILE).method == "shards"
    found = verify(folder, [own.public], at=NOW).findings
    # Version 1.1.1 writes the size of shards as a figure that it does not read again.
    assert all(finding.code == "LIC502" and "cannot verify such a signature" in finding.summary for finding in found)


def test_a_signature_by_blake2_is_verified_here(tmp_path: Path) -> None:
    library: Any = pytest.importorskip("model_signing")
    own = key(tmp_path)
    folder = model_folder(tmp_path / "model")
    config = library.hashing.Config().use_file_serialization(hashing_algorithm="blake2", ignore_paths=[folder / SIGNATURE_FILE])
    library.signing.Config().use_elliptic_key_signer(private_key=tmp_path / "signing.pem").set_hashing_config(config).sign(folder, folder / SIGNATURE_FILE)
    assert read_signature(folder / SIGNATURE_FILE).algorithm == "blake2b"
    assert verify(folder, [own.public], at=NOW).findings == []
    (folder / "config.json").write_text("{}", encoding="utf-8")
    assert [finding.code for finding in verify(folder, [own.public], at=NOW).findings] == ["LIC502"]


def test_links_that_were_signed_are_followed_within_the_folder_only(tmp_path: Path) -> None:
    own = key(tmp_path)
    folder = model_folder(tmp_path / "model")
    (folder / "again.json").symlink_to("config.json")
    done = model_signing("sign", "key", folder, "--allow_symlinks", "--signature", folder / SIGNATURE_FILE, "--private_key", tmp_path / "signing.pem")
    assert done.returncode == 0, done.stderr
    assert verify(folder, [own.public], at=NOW).findings == []
    (tmp_path / "elsewhere").write_text('{"model_type": "tiny"}', encoding="utf-8")
    (folder / "again.json").unlink()
    (folder / "again.json").symlink_to(tmp_path / "elsewhere")
    assert "leads out of the folder" in verify(folder, [own.public], at=NOW).findings[0].summary


def test_signing_and_verifying_load_no_heavy_library(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from registry.provenance.verification import verify
from tests.provenance.build import NOW, key, signed
own = key(Path(sys.argv[1]))
signed(Path(sys.argv[1]) / "model", own)
assert verify(Path(sys.argv[1]) / "model", [own.public], at=NOW).findings == []
heavy = {"sigstore", "model_signing", "google.protobuf", "sqlalchemy", "torch", "huggingface_hub"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_signature_by_ed25519_is_verified_here(tmp_path: Path) -> None:
    own = key(tmp_path, kind="ed25519")
    folder = model_folder(tmp_path / "model")
    signed_by_us(folder, own)
    assert verify(folder, [own.public], at=NOW).findings == []


@vectors
@pytest.mark.parametrize("kind", ["key", "certificate", "sigstore"])
def test_the_vectors_of_the_standard_are_read(kind: str) -> None:
    found = read_signature(VECTORS / "valid" / f"{kind}.bundle.json")
    assert (found.material, found.method, found.algorithm) == (kind, "files", "sha256")
    assert found.digests


@vectors
@pytest.mark.parametrize("file", sorted(VECTORS.glob("invalid*/*.json")), ids=lambda path: path.stem)
def test_the_vectors_of_the_standard_that_are_invalid_are_refused(file: Path) -> None:
    with pytest.raises(ProvenanceError):
        read_signature(file)


@vectors
def test_what_we_write_is_valid_against_the_schemas_of_the_standard(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    schemas = {name: json.loads((VECTORS / f"{name}.schema.json").read_text(encoding="utf-8")) for name in ("bundle", "envelope", "statement", "predicate")}
    registry = referencing.Registry().with_resources((schema["$id"], referencing.Resource.from_contents(schema)) for schema in schemas.values())
    own = key(tmp_path)
    bundle = json.loads(signed_by_us(model_folder(tmp_path / "model"), own).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schemas["bundle"], registry=registry).validate(bundle)
    statement = parse_signature(bundle, "it").envelope.statement
    jsonschema.Draft202012Validator(schemas["statement"], registry=registry).validate(statement)


@pytest.fixture
def bundle(tmp_path: Path) -> dict[str, Any]:
    """A bundle whose statement can be changed before it is sealed anew."""
    return {"folder": model_folder(tmp_path / "model"), "key": key(tmp_path)}


def resealed(folder: Path, own: SigningKey, change: Any) -> dict[str, Any]:
    from registry.provenance.envelope import seal

    written = sign_files("acme/support-7b", digest_folder(folder).files, own)
    statement = copy.deepcopy(parse_signature(written, "it").envelope.statement)
    change(statement)
    written["dsseEnvelope"] = seal(statement, [own])
    return written


def swap(statement: dict[str, Any]) -> None:
    resources = statement["predicate"]["resources"]
    resources[0]["digest"], resources[1]["digest"] = resources[1]["digest"], resources[0]["digest"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda statement: statement["subject"][0]["digest"].update(sha256="0" * 64), "contradicts itself"),
        (swap, "contradicts itself"),
        (lambda statement: statement["subject"].append(statement["subject"][0]), "subject"),
        (lambda statement: statement["predicate"]["resources"].clear(), "resources"),
        (lambda statement: statement["predicate"]["resources"].append(statement["predicate"]["resources"][0]), "names a file twice"),
        (lambda statement: statement["predicate"]["resources"][0].update(digest="XY"), "digest"),
        (lambda statement: statement["predicate"].update(extra=1), "extra"),
        (lambda statement: statement["predicate"]["serialization"].update(hash_type="md5"), "hash_type"),
        (lambda statement: statement.update(predicateType="https://example.org"), "predicateType"),
    ],
)
def test_a_signature_that_contradicts_itself_is_refused_though_it_is_signed(bundle: dict[str, Any], change: Any, says: str) -> None:
    with pytest.raises(ProvenanceError, match=says):
        parse_signature(resealed(bundle["folder"], bundle["key"], change), "it")


@pytest.mark.parametrize("value", [[], {}, {"mediaType": "text/plain"}, {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}])
def test_what_is_no_bundle_is_refused(value: Any) -> None:
    with pytest.raises(ProvenanceError, match=r"`model\.sig`"):
        parse_signature(value, "`model.sig`")


def test_the_hint_is_the_digest_of_the_public_key(tmp_path: Path) -> None:
    own = key(tmp_path)
    written = sign_files("m", digest_folder(model_folder(tmp_path / "model")).files, own)
    found = parse_signature(written, "it")
    assert found.hint == own.public.id
    assert check_signature(found.envelope, own.public)
    assert public_path(tmp_path / "signing.pem").exists()


@vectors
def test_a_signature_without_a_key_asks_whom_you_expect(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    (folder / SIGNATURE_FILE).write_bytes((VECTORS / "valid" / "sigstore.bundle.json").read_bytes())
    found = verify(folder, [key(tmp_path).public], at=NOW).findings
    assert found[0].code == "LIC504"
    assert "`--identity` and `--issuer`" in found[0].summary


SIGNER, ISSUER = "stefanb@us.ibm.com", "https://sigstore.verify.ibm.com/oauth2"


@vectors
def test_a_real_signature_without_a_key_is_verified_offline(tmp_path: Path) -> None:
    """Certificate, log entry and identity hold; that the files here are others is a finding of its own."""
    pytest.importorskip("sigstore")
    folder = model_folder(tmp_path / "model")
    (folder / SIGNATURE_FILE).write_bytes((VECTORS / "valid" / "sigstore.bundle.json").read_bytes())
    found = verify(folder, [], at=NOW, identity=Identity(SIGNER, ISSUER), offline=True)
    assert [(signer.result, signer.hint) for signer in found.signers] == [("holds", SIGNER)]
    assert {finding.code for finding in found.findings} == {"LIC502"}


@vectors
@pytest.mark.parametrize(("name", "issuer"), [("somebody@example.org", ISSUER), (SIGNER, "https://accounts.example.org")])
def test_a_real_signature_by_another_than_expected_does_not_hold(tmp_path: Path, name: str, issuer: str) -> None:
    pytest.importorskip("sigstore")
    folder = model_folder(tmp_path / "model")
    (folder / SIGNATURE_FILE).write_bytes((VECTORS / "valid" / "sigstore.bundle.json").read_bytes())
    found = verify(folder, [], at=NOW, identity=Identity(name, issuer), offline=True)
    assert "LIC505" in {finding.code for finding in found.findings}
    assert not [signer for signer in found.signers if signer.result == "holds"]


@vectors
def test_a_real_signature_that_was_changed_does_not_hold(tmp_path: Path) -> None:
    pytest.importorskip("sigstore")
    folder = model_folder(tmp_path / "model")
    bundle = json.loads((VECTORS / "valid" / "sigstore.bundle.json").read_text(encoding="utf-8"))
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    statement["subject"][0]["name"] = "another"
    bundle["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    (folder / SIGNATURE_FILE).write_text(json.dumps(bundle))
    found = verify(folder, [], at=NOW, identity=Identity(SIGNER, ISSUER), offline=True)
    assert "LIC505" in {finding.code for finding in found.findings}
    assert not [signer for signer in found.signers if signer.result == "holds"]
