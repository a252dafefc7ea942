"""Recording from a signed record: what is attested is taken in, what was changed is refused, what nobody known signed is only declared."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.desk.provenance.keys import make_signing_key, trust_public_key
from registry.desk.provenance.register import Wishes, register_from_record
from registry.desk.provenance.verify import verify_provenance
from registry.desk.provenance.write import write_file_records, write_records
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.errors import LineageError, UntrustedError, UsageError
from registry.provenance.keys import SigningKey, public_path, read_signing_key
from registry.provenance.layout import RECORD_FILE, TERMS_FILE
from registry.provenance.run import Material, Run
from registry.provenance.terms import Link, terms_of
from tests.desk.conftest import Open, digest, specification
from tests.provenance.build import model_folder, run

pytest.importorskip("securesystemslib")

BASE = "meta-llama/Llama-2-7b-hf"


@pytest.fixture
def own(tmp_path: Path, desk: Desk) -> SigningKey:
    """A key that the desk trusts."""
    make_signing_key(desk.settings, out=tmp_path / "keys" / "own.pem", name="Acme")
    return read_signing_key(tmp_path / "keys" / "own.pem")


@pytest.fixture
def desk(desk_over: Open, tmp_path: Path) -> Desk:
    """A desk with a folder of trusted keys."""
    return desk_over(trusted_keys=tmp_path / "trusted")


def base(name: str = BASE, relation: str = "finetune", **values: Any) -> Material:
    return Material("model", name, relation, None, None, "0" * 64, (), ("llama2",), **values)


def trained(**values: Any) -> Run:
    materials = (base(), Material("dataset", "tickets", "trained-on", None, None, "2" * 64, (), ("mit",), {"rows": 120}))
    return run(**{"materials": materials, **values})


def made(folder: Path, key: SigningKey | None, done: Run, ancestors: tuple[Link, ...] = (), license: str | None = "llama2") -> Path:
    write_records(model_folder(folder), done, key, terms=terms_of(done, ancestors, license))
    return folder


def take(desk: Desk, target: Path, **wishes: Any) -> dict[str, Any]:
    return register_from_record(desk, target, Wishes(**wishes), {"commercial": True, "distribution": ["internal"]})


def test_what_a_signed_record_says_is_taken_in_as_attested(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    result = take(desk, made(tmp_path / "model", own, trained()))
    assert (result["model"], result["created"]) == ("acme/support-7b", True)
    assert (result["record"]["evidence"], result["record"]["files"]) == ("attested", "verified")
    assert {each["license"] for each in result["inherits"]} >= {"llama2"}
    shown = show_model(desk, "acme/support-7b")
    assert [(each["model"], each["relation"], each["evidence"]) for each in shown["bases"]] == [(BASE, "finetune", "attested")]
    assert [(each["dataset"], each["relation"]) for each in shown["datasets"]] == [("tickets", "trained-on")]
    assert shown["training"][0]["flop"] == pytest.approx(5.28e17)
    assert shown["revisions"][0]["digest"].startswith("sha256:")
    assert shown["stage"] == "task-tuned"


def test_a_record_alone_is_enough_and_it_is_said_that_the_files_are_not_here(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    folder = made(tmp_path / "model", own, trained())
    alone = tmp_path / "alone"
    alone.mkdir()
    for name in (RECORD_FILE, TERMS_FILE):
        shutil.copy(folder / name, alone / name)
    result = take(desk, alone / RECORD_FILE)
    assert (result["record"]["evidence"], result["record"]["files"]) == ("attested", "not at hand")
    again = take(desk, folder)
    assert (again["created"], again["changed"]) == (False, {})


def test_what_was_registered_verifies_against_the_catalogue(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    folder = made(tmp_path / "model", own, trained())
    take(desk, folder)
    result = verify_provenance(desk, folder)
    assert (result["verified"], result["lineage"]) == (True, "equal")


def test_lic503_a_catalogue_that_tells_another_lineage_is_told(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    register_model(desk, specification("acme/support-7b", "mistralai/Mistral-7B-v0.1", datasets=()), {})
    result = verify_provenance(desk, made(tmp_path / "model", own, trained(materials=(base(),))))
    assert result["lineage"] == "differs"
    assert [(each["code"], each["ancestors"]) for each in result["findings"]] == [("LIC503", [BASE]), ("LIC503", ["mistralai/Mistral-7B-v0.1"])]
    assert verify_provenance(desk, tmp_path / "model", lineage=False)["verified"]


def test_lic503_a_catalogue_that_tells_another_relation_is_told(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    register_model(desk, specification("acme/support-7b", f"{BASE}:merge"), {})
    result = verify_provenance(desk, made(tmp_path / "model", own, trained(materials=(base(),))))
    assert {each["code"] for each in result["findings"]} == {"LIC503"}


def test_a_base_under_another_name_of_the_catalogue_is_the_same_base(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    register_model(desk, specification("acme/support-7b", BASE), {})
    result = verify_provenance(desk, made(tmp_path / "model", own, trained(materials=(base(BASE.lower()),))))
    assert (result["lineage"], result["findings"]) == ("equal", [])


def test_a_model_that_is_not_in_the_catalogue_is_not_compared(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    assert verify_provenance(desk, made(tmp_path / "model", own, trained()))["lineage"] == "not in the catalogue"


def test_a_name_that_nobody_could_have_is_not_compared(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    odd = trained(name="a\u202eb/../c")
    assert verify_provenance(desk, made(tmp_path / "model", own, odd))["lineage"] == "not in the catalogue"
    with pytest.raises(UsageError):
        take(desk, tmp_path / "model")


@pytest.mark.parametrize("change", ["file", "record", "swap"])
def test_what_was_changed_is_refused_and_nothing_is_written(desk: Desk, own: SigningKey, tmp_path: Path, change: str) -> None:
    folder = made(tmp_path / "model", own, trained())
    before = digest(desk)
    if change == "file":
        (folder / "config.json").write_text("{}", encoding="utf-8")
    elif change == "record":
        text = (folder / RECORD_FILE).read_text(encoding="utf-8")
        (folder / RECORD_FILE).write_text(text.replace('"payload": "', '"payload": "AAAA'), encoding="utf-8")
    else:
        other = made(tmp_path / "other", own, trained(name="acme/other-7b", materials=(base("mistralai/Mistral-7B-v0.1"),)))
        shutil.copy(other / TERMS_FILE, folder / TERMS_FILE)
    for wishes in ({}, {"allow_unknown_key": True}):
        with pytest.raises(UntrustedError, match="cannot be believed"):
            take(desk, folder, **wishes)
    assert digest(desk) == before


def test_a_record_by_an_unknown_key_is_refused_unless_it_is_taken_for_hearsay(desk: Desk, tmp_path: Path, own: SigningKey) -> None:
    from tests.provenance.build import key

    folder = made(tmp_path / "model", key(tmp_path, name="stranger"), trained())
    before = digest(desk)
    with pytest.raises(UntrustedError, match="not attested") as raised:
        take(desk, folder)
    assert "licet provenance trust" in (raised.value.hint or "")
    assert digest(desk) == before
    result = take(desk, folder, allow_unknown_key=True)
    assert result["record"]["evidence"] == "declared"
    assert {each["evidence"] for each in show_model(desk, "acme/support-7b")["bases"]} == {"declared"}


def test_a_record_by_a_key_that_was_trusted_since_is_attested(desk: Desk, tmp_path: Path) -> None:
    from tests.provenance.build import key

    folder = made(tmp_path / "model", key(tmp_path, name="friend"), trained())
    trust_public_key(desk.settings, public_path(tmp_path / "friend.pem"), "Friend")
    assert take(desk, folder)["record"]["evidence"] == "attested"


def test_a_record_that_nobody_signed_is_refused_unless_it_is_taken_for_hearsay(desk: Desk, tmp_path: Path) -> None:
    folder = made(tmp_path / "model", None, trained())
    with pytest.raises(UntrustedError, match="not attested"):
        take(desk, folder)
    with pytest.raises(UntrustedError, match="not attested"):
        take(desk, folder / RECORD_FILE)
    assert take(desk, folder, allow_unknown_key=True)["record"]["evidence"] == "declared"


def test_an_unsigned_record_beside_a_signature_over_the_files_is_not_attested(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    folder = made(tmp_path / "model", own, trained())
    done = trained(files=(), materials=(base("mistralai/Mistral-7B-v0.1"),))
    from registry.provenance.digests import digest_folder
    from registry.provenance.envelope import seal
    from registry.provenance.files import write_json
    from registry.provenance.statement import provenance_statement

    forged = replace(done, files=digest_folder(folder).files)
    write_json(folder / RECORD_FILE, seal(provenance_statement(forged), []))
    (folder / TERMS_FILE).unlink()
    with pytest.raises(UntrustedError):
        take(desk, folder)


def test_unsigned_terms_beside_a_signed_record_are_not_attested(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    from registry.provenance.digests import digest_folder
    from registry.provenance.envelope import seal
    from registry.provenance.files import write_json
    from registry.provenance.statement import subject_of
    from registry.provenance.terms import terms_statement

    folder = made(tmp_path / "model", own, trained())
    done = replace(trained(), files=digest_folder(folder).files)
    write_json(folder / TERMS_FILE, seal(terms_statement(terms_of(done, (), "mit"), subject_of(done)), []))
    with pytest.raises(UntrustedError):
        take(desk, folder)


def test_a_base_that_nobody_knows_is_refused_unless_it_is_allowed_and_then_comes_as_described(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    above = (
        Link("acme/unheard-of", BASE, "finetune", "declared"),
        Link("../evil", "x", "finetune", "declared"),
        Link("acme/unheard-of", "a b\x00", "finetune", "declared"),
    )
    folder = made(tmp_path / "model", own, trained(materials=(base("acme/unheard-of"),)), above)
    with pytest.raises(LineageError, match="unheard-of"):
        take(desk, folder)
    result = take(desk, folder, allow_unknown_base=True)
    assert "llama2" in {each["license"] for each in result["inherits"]}
    shown = show_model(desk, "acme/unheard-of")
    assert [(each["model"], each["evidence"]) for each in shown["bases"]] == [(BASE, "declared")]


def test_a_run_that_was_not_completed_is_not_recorded(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    folder = tmp_path / "partial"
    folder.mkdir()
    write_records(folder, trained(outcome="interrupted", reason="interrupted: by the user"), own)
    with pytest.raises(UsageError, match="not completed: interrupted"):
        take(desk, folder)


def test_the_name_stands_in_the_record(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    folder = made(tmp_path / "model", own, trained())
    with pytest.raises(UsageError, match="not of `acme/another`"):
        take(desk, folder, name="acme/another")
    assert take(desk, folder, name="acme/support-7b")["model"] == "acme/support-7b"


def test_the_name_of_another_model_of_the_catalogue_is_refused(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    folder = made(tmp_path / "model", own, trained(name="mistralai/Mistral-7B-v0.1"))
    with pytest.raises(UsageError, match="another model"):
        take(desk, folder)


def test_answers_are_recorded_as_a_dataset_that_models_made(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"answer": "yes"}\n', encoding="utf-8")
    done = trained(name="answers", task="infer/text-generation", stage=None, materials=(replace(base(), relation=None),))
    write_file_records(answers, done, own)
    result = take(desk, answers)
    assert (result["model"], result["bases"]) == ("dataset:answers", [{"model": BASE, "relation": "outputs of"}])


def test_the_outputs_of_a_model_that_were_learnt_from_are_taken_in(desk: Desk, own: SigningKey, tmp_path: Path) -> None:
    materials = (
        base(),
        Material("dataset", "answers", "trained-on", None, None, "2" * 64),
        Material("model", "mistralai/Mistral-7B-v0.1", "trained-on-outputs"),
    )
    take(desk, made(tmp_path / "model", own, trained(materials=materials)))
    shown = show_model(desk, "acme/support-7b")
    assert ("mistralai/Mistral-7B-v0.1", "trained-on-outputs") in [(each["model"], each["relation"]) for each in shown["bases"]]
