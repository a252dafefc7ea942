"""Bills of materials from the catalogue and from folders: who is in them, what is said of each, and what is refused."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.ingest.writer import ingest
from registry.desk.bom.bill import make_bill
from registry.desk.bom.hub import with_hub
from registry.desk.bom.subject import gather_subject
from registry.desk.imports_layers import import_bom
from registry.desk.lineage import read_lineage
from registry.desk.report.openness import openness_of
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.errors import SourceError, UnknownModelError, UsageError
from registry.reports.bom.score import score_bom
from registry.sources.hub.model import read_hub_model
from registry.supplychain.model import Revision
from tests.desk.bom_folders import CARD, support_folder
from tests.desk.conftest import LLAMA, Open, add_application
from tests.factories import model, record
from tests.sources.real_data import real

pytest.importorskip("cyclonedx")


def bill(desk: Desk, *targets: str, **given: Any) -> dict[str, Any]:
    return dict(json.loads(make_bill(desk, targets, {"commercial": True}, **given).text))


def test_a_bill_holds_the_target_and_all_that_it_comes_from(reader: Desk) -> None:
    subject = gather_subject(reader, [LLAMA], {"commercial": True})
    lineage = read_lineage(reader, LLAMA)
    assert {each.name for each in subject.models} == {node["id"] for node in lineage["nodes"] if node["kind"] == "model"}
    assert {(each.child, each.parent, each.relation) for each in subject.links} == {(e["child"], e["parent"], e["relation"]) for e in lineage["edges"]}
    assert subject.models[0].name == LLAMA
    assert subject.models[0].verdict is not None
    assert subject.models[0].verdict.verdict == "conditional"
    assert subject.models[0].licensing.concluded == ("llama2",)
    assert subject.models[0].licensing.claims[0].cited is not None


def test_an_application_brings_its_models_and_hosts(reader: Desk) -> None:
    document = bill(reader, "app:aurelia-lex")
    used = {use["model"] for use in show_model(reader, "app:aurelia-lex")["models"]}
    depends = next(each["dependsOn"] for each in document["dependencies"] if each["ref"] == "app:aurelia-lex")
    assert {ref.removeprefix("model:") for ref in depends if ref.startswith("model:")} == used
    assert [each["name"] for each in document["services"]] == ["Amazon Bedrock"]


def test_a_bill_taken_in_again_gives_back_models_links_and_licences(reader: Desk, desk_over: Open, tmp_path: Path) -> None:
    subject = gather_subject(reader, [LLAMA], {})
    for form in ("cyclonedx-json", "spdx-json"):
        file = tmp_path / f"{form}.json"
        file.write_text(make_bill(reader, [LLAMA], {}, form=form).text, encoding="utf-8")
        other = desk_over(file=tmp_path / f"{form}.db", catalogue_is_default=False)
        # A catalogue of its own, without what ours begins with.
        other._fill = lambda catalogue: None  # type: ignore[method-assign]
        import_bom(other, file)
        again = gather_subject(other, [LLAMA], {})
        assert {each.name for each in again.models} == {each.name for each in subject.models}
        assert {(e.child, e.parent, e.relation) for e in again.links} == {(e.child, e.parent, e.relation) for e in subject.links}
        assert {each.name: set(each.licensing.concluded) for each in again.models} == {each.name: set(each.licensing.concluded) for each in subject.models}


def test_the_same_moment_gives_the_same_bytes(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    for form in ("cyclonedx-json", "spdx-json"):
        assert make_bill(reader, [LLAMA], {}, form=form).text == make_bill(reader, [LLAMA], {}, form=form).text
    assert bill(reader, LLAMA)["metadata"]["timestamp"] == "2026-09-21T14:13:20+00:00"


def test_a_folder_brings_its_card_its_configuration_and_its_digests(desk: Desk, tmp_path: Path) -> None:
    folder = support_folder(tmp_path / "support-7b")
    document = bill(desk, str(folder))
    first = document["components"][0]
    assert first["name"] == "support-7b"
    assert first["description"].startswith("Sorts the letters")
    assert {each["name"] for each in first["components"]} == {"README.md", "config.json", "model.safetensors", "tokenizer_config.json"}
    card = first["modelCard"]
    assert card["modelParameters"]["modelArchitecture"] == "LlamaForSequenceClassification"
    assert card["considerations"]["technicalLimitations"] == ["English only. Letters older than 2020 were not seen."]
    assert [each["name"] for each in first["pedigree"]["ancestors"]] == ["Llama-2-7b-hf"]
    assert {each["name"] for each in document["components"]} >= {"support-7b", "Llama-2-7b-hf", "letters"}
    assert {each["name"]: each["value"] for each in first["properties"]}["licet:verdict"] == "conditional"


def test_a_changed_file_changes_the_digest(desk: Desk, tmp_path: Path) -> None:
    folder = support_folder(tmp_path / "support-7b")
    before = bill(desk, str(folder))["components"][0]["hashes"]
    (folder / "config.json").write_text("{}", encoding="utf-8")
    assert bill(desk, str(folder))["components"][0]["hashes"] != before


def test_a_named_folder_adds_to_a_model_of_the_catalogue(desk: Desk, tmp_path: Path) -> None:
    folder = support_folder(tmp_path / "x", CARD.replace("base_model: meta-llama/Llama-2-7b-hf\nbase_model_relation: finetune\n", ""))
    subject = gather_subject(desk, [LLAMA], {}, folders={LLAMA: str(folder)})
    model = subject.models[0]
    assert (model.name, model.title) == (LLAMA, "Llama 2 7B Chat")
    assert model.card is not None
    assert model.licensing.concluded == ("llama2",)
    assert model.digest is not None


def test_the_bill_of_a_fine_tune_is_as_complete_as_the_registry_asks(desk: Desk, tmp_path: Path) -> None:
    registry = real("standards", "owasp-aibom", "field_registry.json")
    made = make_bill(desk, [str(support_folder(tmp_path / "support-7b"))], {}, registry=registry)
    assert made.score is not None
    assert made.score.total >= 85, made.score.missing
    silent = support_folder(tmp_path / "silent", "---\nlicense: llama2\n---\n")
    bare = make_bill(desk, [str(silent)], {}, registry=registry)
    assert bare.score is not None
    assert bare.score.total < 60
    assert score_bom({}, json.loads(registry.read_text(encoding="utf-8"))).total == 0


def test_an_unknown_base_stands_there_by_its_name_only(desk: Desk, tmp_path: Path) -> None:
    folder = support_folder(tmp_path / "odd", CARD.replace("meta-llama/Llama-2-7b-hf", "nobody/unknown-base"))
    subject = gather_subject(desk, [str(folder)], {})
    assert [(each.name, each.recorded) for each in subject.models] == [("odd", True), ("nobody/unknown-base", False)]
    assert subject.models[0].verdict is not None


def test_a_revision_is_the_one_that_was_asked_for(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        ingest(connection, [record(model("acme/two"), *(Revision("acme/two", digit * 40) for digit in "ab"))], actor="tester", kind="test")
    assert gather_subject(desk, ["acme/two"], {}).models[0].commit == "b" * 40
    assert gather_subject(desk, [f"acme/two@{'a' * 12}"], {}).models[0].commit == "a" * 40
    other = gather_subject(desk, [f"acme/two@{'c' * 40}"], {})
    assert other.models[0].commit == "c" * 40
    assert any("is not on record" in note for note in other.notes)


def test_several_targets_go_into_one_bill(desk: Desk) -> None:
    add_application(desk, LLAMA)
    document = bill(desk, "app:kiosk", "Qwen/Qwen-14B")
    assert "component" not in document["metadata"]
    assert {each["bom-ref"] for each in document["components"]} >= {"app:kiosk", f"model:{LLAMA}", "model:Qwen/Qwen-14B"}


@pytest.mark.parametrize(
    ("targets", "given", "error"),
    [
        (["no/such-model"], {}, UnknownModelError),
        (["dataset:squad"], {}, UsageError),
        (["app:no-such"], {}, UsageError),
        (["./no-such-folder"], {}, UsageError),
        ([], {}, UsageError),
        ([LLAMA], {"form": "spdx-2"}, UsageError),
        ([LLAMA], {"form": "spdx-json", "spec": "1.7"}, UsageError),
        ([LLAMA], {"spec": "1.4"}, UsageError),
        ([LLAMA], {"registry": Path("no-such.json")}, UsageError),
        ([LLAMA], {"folders": {LLAMA: "./no-such-folder"}}, UsageError),
    ],
)
def test_what_cannot_be_is_refused(reader: Desk, targets: list[str], given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        make_bill(reader, targets, {}, **given)


@pytest.mark.parametrize("record", [b"", b"{}", b"[" * 100_000, b'{"payload": "AA==", "payloadType": "x", "signatures": []}', b"\xff\xfe"])
def test_a_record_that_cannot_be_read_is_noted_and_nothing_of_it_is_believed(desk: Desk, tmp_path: Path, record: bytes) -> None:
    folder = support_folder(tmp_path / "support-7b")
    (folder / "provenance.json").write_bytes(record)
    made = make_bill(desk, [str(folder)], {})
    assert any("provenance.json" in note for note in made.notes)
    assert "formulation" not in json.loads(made.text)


def test_links_and_special_files_of_a_folder_are_not_followed(desk: Desk, tmp_path: Path) -> None:
    folder = support_folder(tmp_path / "support-7b")
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (folder / "weights.bin").symlink_to(tmp_path / "secret")
    (folder / "provenance.json").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    text = make_bill(desk, [str(folder)], {}).text
    assert hashlib.sha256(b"secret").hexdigest() not in text
    assert "weights.bin" not in text


def test_what_the_hub_says_goes_in_and_what_is_recorded_stays(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        ingest(connection, [record(model("acme/two", title="Two", parameters=7))], actor="tester", kind="test")
    (held,) = gather_subject(desk, ["acme/two"], {}).models
    index = [{"results": [{"metrics": [{"type": "f1", "value": 1}]}]}]
    said: dict[str, Any] = {"sha": "c" * 40, "pipeline_tag": "translation", "safetensors": {"total": 9}, "model-index": index}
    found = with_hub(held, read_hub_model("acme/two", said, {}))
    assert (found.title, found.parameters, found.licensing) == ("Two", 7, held.licensing)
    assert (found.on_hub, found.commit) == (True, "c" * 40)
    assert found.card is not None
    assert (found.card.task, [each.type for each in found.card.metrics]) == ("translation", ["f1"])
    assert found.card.cited is not None
    assert found.card.cited.reference == f"huggingface.co/acme/two@{'c' * 40}"


def test_a_model_without_an_address_is_noted_with_what_gives_it_one(reader: Desk) -> None:
    llama = "meta-llama/Llama-3.1-8B-Instruct"
    made = make_bill(reader, [llama, LLAMA], {})
    assert "purl" not in json.loads(made.text)["components"][0]
    (note,) = [note for note in made.notes if "package URL" in note]
    assert llama in note
    assert "`--hub` asks it" in note


def test_the_hub_is_not_asked_offline(desk_over: Open) -> None:
    with pytest.raises(UsageError, match="may not be asked"):
        make_bill(desk_over(offline=True), [LLAMA], {}, hub=True)


def test_what_spdx_s_profiles_lack_is_said(reader: Desk) -> None:
    assert any("AI profile is not claimed" in note for note in make_bill(reader, [LLAMA], {}, form="spdx-json").notes)


def test_an_empty_folder_shows_no_model(reader: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="shows no model"):
        make_bill(reader, [str(tmp_path / "empty")], {})


def test_openness_names_what_is_not_known(desk: Desk, tmp_path: Path) -> None:
    found = openness_of(desk, str(support_folder(tmp_path / "support-7b")))
    assert found["class"] is None
    assert found["next"] == "III"
    assert "technical report" in found["unknown"]
    assert "model card" in found["missing"], "its licence is not open"
    assert openness_of(desk, LLAMA)["sentence"].startswith("no class; for class III it lacks final model parameters")
