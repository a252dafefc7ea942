"""What is said of signatures that do not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.desk.provenance.write import write_records
from registry.provenance.digests import digest_folder
from registry.provenance.envelope import seal
from registry.provenance.files import write_json
from registry.provenance.layout import RECORD_FILE, TERMS_FILE
from registry.provenance.signers import listed
from registry.provenance.statement import provenance_statement
from registry.provenance.verification import verify
from tests.provenance.build import NOW, key, model_folder, run, signed

pytest.importorskip("securesystemslib")


def test_a_record_without_a_signature_is_told_although_the_files_are_signed(tmp_path: Path) -> None:
    own = key(tmp_path)
    signed(tmp_path / "model", own)
    folder = tmp_path / "model"
    write_json(folder / RECORD_FILE, seal(provenance_statement(run(files=digest_folder(folder).files, materials=())), []))
    (folder / TERMS_FILE).unlink()
    (finding,) = verify(folder, [own.public], at=NOW).findings
    assert (finding.code, finding.file) == ("LIC501", RECORD_FILE)


def test_two_keys_may_have_signed_two_documents(tmp_path: Path) -> None:
    first, second = key(tmp_path, "first"), key(tmp_path, "second", kind="ed25519")
    folder = model_folder(tmp_path / "model")
    write_records(folder, run(), first)
    terms = (folder / TERMS_FILE).read_bytes()
    for name in (RECORD_FILE, TERMS_FILE, "model.sig"):
        (folder / name).unlink()
    write_records(folder, run(), second)
    (folder / TERMS_FILE).write_bytes(terms)
    assert verify(folder, [first.public, second.public], at=NOW).findings == []
    (finding,) = verify(folder, [second.public], at=NOW).findings
    assert (finding.code, finding.file) == ("LIC504", TERMS_FILE)


def test_many_names_are_cut_short() -> None:
    assert listed([f"f{number}" for number in range(25)]).endswith("`f19` and 5 more")
