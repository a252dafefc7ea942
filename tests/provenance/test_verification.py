"""Verifying a folder: what holds, and every way in which it does not, each by its code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.desk.provenance.write import write_file_records, write_records
from registry.errors import ProvenanceError
from registry.provenance.digests import digest_file, digest_folder
from registry.provenance.envelope import parse_envelope, seal
from registry.provenance.files import write_json
from registry.provenance.keys import SigningKey
from registry.provenance.layout import RECORD_FILE, SIGNATURE_FILE, TERMS_FILE
from registry.provenance.statement import provenance_statement, subject_of
from registry.provenance.terms import Link, Terms, terms_of, terms_statement
from registry.provenance.verification import Verification, read_documents, verify
from tests.provenance.build import ENDED, NOW, key, model_folder, run, signed

pytest.importorskip("securesystemslib")


@pytest.fixture
def own(tmp_path: Path) -> SigningKey:
    """The key that is trusted."""
    return key(tmp_path, name="own")


@pytest.fixture
def folder(tmp_path: Path, own: SigningKey) -> Path:
    """A model folder with all its records."""
    signed(tmp_path / "model", own)
    return tmp_path / "model"


def check(folder: Path, *keys: SigningKey, **given: Any) -> Verification:
    return verify(folder, [each.public for each in keys], at=NOW, **given)


def said(found: Verification) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.file) for finding in found.findings]


def edit(path: Path, change: Callable[[Any], None]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def test_what_was_signed_and_left_alone_is_verified(folder: Path, own: SigningKey) -> None:
    found = check(folder, own)
    assert found.findings == []
    assert [(signer.file, signer.result) for signer in found.signers] == [(name, "holds") for name in (RECORD_FILE, TERMS_FILE, SIGNATURE_FILE)]
    assert found.trusted
    assert (found.name, found.files) == ("acme/support-7b", 3)
    assert found.sha256 == digest_folder(folder).sha256


def test_a_folder_may_be_moved_and_renamed(folder: Path, own: SigningKey, tmp_path: Path) -> None:
    shutil.move(folder, tmp_path / "elsewhere")
    assert check(tmp_path / "elsewhere", own).findings == []


def test_lic501_a_folder_without_any_signature_is_told(tmp_path: Path, own: SigningKey) -> None:
    assert said(check(model_folder(tmp_path / "plain"), own)) == [("LIC501", None)]


def test_lic501_records_that_nobody_signed_are_told(tmp_path: Path, own: SigningKey) -> None:
    signed(tmp_path / "unsigned", None)
    found = check(tmp_path / "unsigned", own)
    assert [finding.code for finding in found.findings] == ["LIC501"]
    assert {signer.result for signer in found.signers} == {"unsigned"}


def test_a_signature_without_a_record_is_enough_and_its_lack_is_noted(folder: Path, own: SigningKey) -> None:
    (folder / RECORD_FILE).unlink()
    (folder / TERMS_FILE).unlink()
    found = check(folder, own)
    assert found.findings == []
    assert any("nothing tells how it was made" in note for note in found.notes)


def test_a_record_without_a_signature_over_the_files_is_enough(folder: Path, own: SigningKey) -> None:
    (folder / SIGNATURE_FILE).unlink()
    assert check(folder, own).findings == []
    (folder / "config.json").write_text("{}", encoding="utf-8")
    assert said(check(folder, own)) == [("LIC502", "config.json")]


def test_lic502_a_changed_file_is_named(folder: Path, own: SigningKey) -> None:
    (folder / "model.safetensors").write_bytes(b"Weights" + b"weights" * 99)
    found = check(folder, own)
    assert said(found) == [("LIC502", "model.safetensors")]
    assert "its digest differs" in found.findings[0].summary


def test_lic502_a_missing_file_is_named(folder: Path, own: SigningKey) -> None:
    (folder / "training" / "losses.csv").unlink()
    assert said(check(folder, own)) == [("LIC502", "training/losses.csv")]


@pytest.mark.parametrize("name", ["tokenizer.py", ".hidden", "training/provenance.json", "sub/deep/extra.bin"])
def test_lic502_a_file_that_was_added_is_named(folder: Path, own: SigningKey, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("x", encoding="utf-8")
    found = check(folder, own)
    assert said(found) == [("LIC502", name)]
    assert "was added" in found.findings[0].summary


def test_lic502_two_files_that_changed_places_are_both_named(folder: Path, own: SigningKey) -> None:
    first, second = (folder / "config.json").read_bytes(), (folder / "training" / "losses.csv").read_bytes()
    (folder / "config.json").write_bytes(second)
    (folder / "training" / "losses.csv").write_bytes(first)
    assert said(check(folder, own)) == [("LIC502", "config.json"), ("LIC502", "training/losses.csv")]


def test_lic502_a_link_in_place_of_a_file_is_told_though_its_content_is_the_same(folder: Path, own: SigningKey, tmp_path: Path) -> None:
    shutil.move(folder / "config.json", tmp_path / "config.json")
    (folder / "config.json").symlink_to(tmp_path / "config.json")
    found = check(folder, own)
    assert said(found) == [("LIC502", "config.json")]
    assert "is a link" in found.findings[0].summary


def test_lic502_many_files_are_counted(folder: Path, own: SigningKey) -> None:
    for number in range(50):
        (folder / f"extra-{number:02}").write_text("x", encoding="utf-8")
    found = check(folder, own)
    assert len(found.findings) == 21
    assert "30 more files" in found.findings[-1].summary


def test_lic502_the_records_of_another_model_are_about_another_model(tmp_path: Path, own: SigningKey) -> None:
    signed(tmp_path / "first", own)
    other = tmp_path / "second"
    other.mkdir()
    (other / "adapter.safetensors").write_bytes(b"other")
    for name in (RECORD_FILE, TERMS_FILE, SIGNATURE_FILE):
        shutil.copy(tmp_path / "first" / name, other / name)
    found = check(other, own)
    assert said(found) == [("LIC502", RECORD_FILE), ("LIC502", SIGNATURE_FILE)]
    assert "about another model" in found.findings[0].summary


def test_lic502_terms_of_another_model_are_told(folder: Path, own: SigningKey, tmp_path: Path) -> None:
    write_records(model_folder(tmp_path / "other", b"other"), run(name="acme/other"), own)
    shutil.copy(tmp_path / "other" / TERMS_FILE, folder / TERMS_FILE)
    found = check(folder, own)
    assert said(found) == [("LIC502", TERMS_FILE)]


def terms_for(folder: Path, own: SigningKey, change: Callable[[Terms], Terms]) -> None:
    done = run(files=digest_folder(folder).files)
    write_json(folder / TERMS_FILE, seal(terms_statement(change(terms_of(done)), subject_of(done)), [own]))


def test_lic503_terms_that_tell_of_other_parents_are_told(folder: Path, own: SigningKey) -> None:
    terms_for(folder, own, lambda terms: replace(terms, lineage=(*terms.lineage[1:], Link("acme/support-7b", "acme/free-7b", "finetune", "attested"))))
    found = check(folder, own)
    assert [(finding.code, finding.ancestors) for finding in found.findings] == [("LIC503", ("acme/base-7b",)), ("LIC503", ("acme/free-7b",))]


def test_lic503_terms_of_another_relation_are_told(folder: Path, own: SigningKey) -> None:
    terms_for(folder, own, lambda terms: replace(terms, lineage=(replace(terms.lineage[0], relation="merge"), *terms.lineage[1:])))
    assert {finding.code for finding in check(folder, own).findings} == {"LIC503"}


def test_lic504_a_signature_by_a_key_that_is_not_trusted_is_told_once(folder: Path, tmp_path: Path, own: SigningKey) -> None:
    other = key(tmp_path, name="other")
    found = check(folder, other)
    assert [finding.code for finding in found.findings] == ["LIC504"]
    assert own.public.id[:12] in found.findings[0].summary
    assert all(name in found.findings[0].summary for name in (RECORD_FILE, TERMS_FILE, SIGNATURE_FILE))
    assert not found.trusted


def test_lic504_without_any_trusted_key_it_is_said_so(folder: Path) -> None:
    found = check(folder)
    assert [finding.code for finding in found.findings] == ["LIC504"]
    assert "you trust no key yet" in found.findings[0].summary


def test_files_are_looked_at_even_where_the_key_is_unknown(folder: Path) -> None:
    (folder / "config.json").write_text("{}", encoding="utf-8")
    assert [finding.code for finding in check(folder).findings] == ["LIC504", "LIC502"]


@pytest.mark.parametrize(("made", "days"), [(date(2026, 1, 1), 30), (date(2026, 11, 21), 30)])
def test_lic504_a_signature_made_outside_the_validity_of_its_key_is_told(tmp_path: Path, made: date, days: int) -> None:
    expired = key(tmp_path, valid_days=days, today=made)
    signed(tmp_path / "model", expired)  # by its record it was signed on 20 November 2026
    found = check(tmp_path / "model", expired)
    assert {finding.code for finding in found.findings} == {"LIC504"}
    assert {signer.result for signer in found.signers} == {"outside-validity"}
    assert ENDED[:10] in found.findings[0].summary


def test_a_signature_made_while_its_key_held_holds_after_its_end(tmp_path: Path) -> None:
    held = key(tmp_path, valid_days=20, today=date(2026, 11, 1))
    signed(tmp_path / "model", held)
    assert verify(tmp_path / "model", [held.public], at="2027-06-01T00:00:00Z").findings == []


def test_lic504_a_signature_that_does_not_say_when_it_was_made_is_held_against_today(tmp_path: Path) -> None:
    held = key(tmp_path, valid_days=20, today=date(2026, 11, 10))
    signed(tmp_path / "model", held)
    (tmp_path / "model" / RECORD_FILE).unlink()
    (tmp_path / "model" / TERMS_FILE).unlink()
    assert check(tmp_path / "model", held).findings == []
    later = verify(tmp_path / "model", [held.public], at="2027-06-01T00:00:00Z")
    assert [finding.code for finding in later.findings] == ["LIC504"]


@pytest.mark.parametrize("name", [RECORD_FILE, TERMS_FILE])
def test_lic505_a_tampered_record_is_told(folder: Path, own: SigningKey, name: str) -> None:
    path = folder / name
    statement = parse_envelope(json.loads(path.read_text(encoding="utf-8")), "it").statement
    text = json.dumps(statement).replace("acme/base-7b", "acme/free-7b")
    forged = seal(json.loads(text), [])
    edit(path, lambda value: value.update(payload=forged["payload"]))
    found = check(folder, own)
    assert ("LIC505", name) in said(found)
    assert next(signer for signer in found.signers if signer.file == name).result == "broken"


def test_lic505_a_record_that_was_changed_and_sealed_by_another_is_not_believed_to_be_by_the_first(folder: Path, own: SigningKey, tmp_path: Path) -> None:
    other = key(tmp_path, name="other")
    done = run(files=digest_folder(folder).files, materials=())
    forged = seal(provenance_statement(done), [other])
    forged["signatures"][0]["keyid"] = own.public.id
    write_json(folder / RECORD_FILE, forged)
    assert ("LIC505", RECORD_FILE) in said(check(folder, own))


def test_lic505_a_signature_over_files_that_was_tampered_with_is_told(folder: Path, own: SigningKey) -> None:
    (folder / "config.json").write_text("{}", encoding="utf-8")
    entry = digest_file(folder / "config.json").sha256

    def forge(value: Any) -> None:
        statement = parse_envelope(value["dsseEnvelope"], "it").statement
        statement["predicate"]["resources"][0]["digest"] = entry
        from registry.provenance.digests import tree_digest
        from registry.provenance.run import FileDigest

        files = [FileDigest(each["name"], 0, each["digest"]) for each in statement["predicate"]["resources"]]
        statement["subject"][0]["digest"]["sha256"] = tree_digest(files)
        value["dsseEnvelope"]["payload"] = seal(statement, [])["payload"]

    edit(folder / SIGNATURE_FILE, forge)
    for name in (RECORD_FILE, TERMS_FILE):
        (folder / name).unlink()
    assert said(check(folder, own)) == [("LIC505", SIGNATURE_FILE)]


@pytest.mark.parametrize("name", [RECORD_FILE, TERMS_FILE, SIGNATURE_FILE])
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\x00\xff", b'{"payload":1}', b"[" * 5000])
def test_lic505_a_document_that_cannot_be_read_is_told(folder: Path, own: SigningKey, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    assert said(check(folder, own)) == [("LIC505", name)]


def test_lic505_an_envelope_of_a_hundred_megabytes_is_told(folder: Path, own: SigningKey) -> None:
    with (folder / RECORD_FILE).open("wb") as stream:
        stream.truncate(100_000_000)
    assert said(check(folder, own)) == [("LIC505", RECORD_FILE)]


def test_lic505_a_record_in_another_spelling_is_told_though_it_is_signed(folder: Path, own: SigningKey) -> None:
    from securesystemslib.dsse import Envelope as Dsse

    done = run(files=digest_folder(folder).files)
    loose = Dsse(json.dumps(provenance_statement(done), indent=1).encode(), "application/vnd.in-toto+json", {})
    loose.sign(own.signer)
    write_json(folder / RECORD_FILE, loose.to_dict())
    found = check(folder, own)
    assert said(found) == [("LIC505", RECORD_FILE)]
    assert "canonical" in found.findings[0].summary


@pytest.mark.parametrize("name", [RECORD_FILE, TERMS_FILE, SIGNATURE_FILE])
def test_lic505_a_folder_in_place_of_a_document_hides_nothing(folder: Path, own: SigningKey, name: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()
    (folder / name / "code.py").write_text("x", encoding="utf-8")
    assert ("LIC505", name) in said(check(folder, own))


def test_what_no_signature_speaks_of_is_noted(folder: Path, own: SigningKey) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x", encoding="utf-8")
    found = check(folder, own)
    assert found.findings == []
    assert "`.git` is left out of signatures and was not looked at" in found.notes


def test_a_signature_with_a_certificate_is_not_believed_and_it_is_said_what_can_verify_it(folder: Path, own: SigningKey) -> None:
    edit(folder / SIGNATURE_FILE, lambda value: value.update(verificationMaterial={"x509CertificateChain": {"certificates": []}, "tlogEntries": []}))
    found = check(folder, own)
    assert said(found) == [("LIC504", SIGNATURE_FILE)]
    assert "certificate" in found.findings[0].summary


def test_a_signature_may_stand_elsewhere(folder: Path, own: SigningKey, tmp_path: Path) -> None:
    shutil.move(folder / SIGNATURE_FILE, tmp_path / "apart.sig")
    assert check(folder, own, signature=tmp_path / "apart.sig").findings == []
    with pytest.raises(ProvenanceError, match="there is no signature"):
        check(folder, own, signature=tmp_path / "gone.sig")


def test_a_single_file_has_its_records_beside_it(tmp_path: Path, own: SigningKey) -> None:
    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"answer": "yes"}\n', encoding="utf-8")
    write_file_records(answers, run(name="answers", task="infer/text-generation"), own)
    assert check(answers, own).findings == []
    answers.write_text('{"answer": "no"}\n', encoding="utf-8")
    assert [finding.code for finding in check(answers, own).findings] == ["LIC502"]


def test_the_record_of_a_run_that_failed_is_signed_and_about_itself(tmp_path: Path, own: SigningKey) -> None:
    folder = tmp_path / "partial"
    folder.mkdir()
    records = write_records(folder, run(outcome="failed", reason="memory: too little"), own)
    assert records.signature is None
    found = read_documents(folder, [own.public], at=NOW)
    assert found.findings == []
    assert found.run is not None
    assert (found.run.outcome, found.run.reason) == ("failed", "memory: too little")


def test_what_is_not_there_cannot_be_verified(tmp_path: Path, own: SigningKey) -> None:
    with pytest.raises(ProvenanceError, match="there is no"):
        check(tmp_path / "gone", own)


@pytest.fixture(scope="module")
def sealed_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SigningKey, Verification, dict[str, bytes]]:
    """A folder with all its records, what verifying it says, and the bytes of all its files."""
    place = tmp_path_factory.mktemp("sealed")
    own = key(place, name="own")
    signed(place / "model", own)
    files = {path.relative_to(place / "model").as_posix(): path.read_bytes() for path in (place / "model").rglob("*") if path.is_file()}
    return place / "model", own, check(place / "model", own), files


@pytest.mark.property
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 5), at=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_whatever_byte_is_changed_what_verifies_is_what_was_signed(
    sealed_folder: tuple[Path, SigningKey, Verification, dict[str, bytes]], which: int, at: float, flip: int
) -> None:
    folder, own, before, files = sealed_folder
    name = sorted(files)[which]
    data = bytearray(files[name])
    data[int(at * len(data))] ^= flip
    (folder / name).write_bytes(data)
    try:
        found = check(folder, own)
    finally:
        (folder / name).write_bytes(files[name])
    if found.findings:
        return
    # A blank between two keys of an envelope may turn into another one; nothing that is said may change.
    assert name in (RECORD_FILE, TERMS_FILE, SIGNATURE_FILE)
    assert (found.run, found.terms, found.tree) == (before.run, before.terms, before.tree)
    assert found.own_signature is not None
    assert before.own_signature is not None
    assert found.own_signature.envelope.payload == before.own_signature.envelope.payload
