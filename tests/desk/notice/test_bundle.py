"""Attribution bundles: texts from folders, the cache and the Hub, what is missing, and what a folder to be published lacks."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from registry.desk.notice.bundle import INDEX, gather_bundle, write_bundle
from registry.desk.notice.check import check_published
from registry.desk.session import Desk
from registry.errors import UnknownModelError, UsageError
from registry.knowledge.store import Knowledge
from tests.desk.bom_folders import CARD, mit_text, support_folder, wording
from tests.desk.conftest import LLAMA, Open, add_application, specification

BASE = "meta-llama/Llama-2-7b-hf"
MIT = "intfloat/multilingual-e5-large"


@pytest.fixture
def offline(desk_over: Open) -> Desk:
    return desk_over(offline=True)


def write(desk: Desk, out: Path, *targets: str, force: bool = False, **given: Any) -> dict[str, Any]:
    bundle, texts = gather_bundle(desk, targets, given.pop("facts", {}), **given)
    write_bundle(bundle, texts, out, force=force)
    return dict(json.loads((out / INDEX).read_text(encoding="utf-8")))


def lacking(found: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in found["findings"]}


def test_a_bundle_has_every_attribution_and_says_which_text_is_missing(offline: Desk, tmp_path: Path, knowledge: Knowledge) -> None:
    index = write(offline, tmp_path / "out", LLAMA)
    notice = (tmp_path / "out" / "NOTICE").read_text(encoding="utf-8")
    assert wording(knowledge, "llama2", "notice-file") in notice
    assert index["schema"] == "licet.notice/1"
    assert not index["complete"]
    (license,) = index["licenses"]
    assert (license["id"], license["needed"], license["missing"], license["files"]) == ("llama2", True, True, [])
    assert license["use_policies"][0]["link"].startswith("https://")
    placeholder = (tmp_path / "out" / "licenses" / "llama2" / "MISSING.txt").read_text(encoding="utf-8")
    assert license["links"][0] in placeholder
    assert {model["name"] for model in index["models"]} == {LLAMA, BASE}


def test_a_text_is_taken_from_the_folder_of_a_model_with_its_digest(offline: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "e5"
    folder.mkdir()
    (folder / "LICENSE").write_text(mit_text(), encoding="utf-8")
    (folder / "NOTICE").write_text("E5 was made by us.", encoding="utf-8")
    index = write(offline, tmp_path / "out", MIT, folders={MIT: str(folder)})
    (license,) = [each for each in index["licenses"] if each["id"] == "mit"]
    (file,) = license["files"]
    copied = (tmp_path / "out" / file["path"]).read_bytes()
    assert copied == (folder / "LICENSE").read_bytes()
    assert file["sha256"] == hashlib.sha256(copied).hexdigest()
    assert index["complete"]
    assert "E5 was made by us." in (tmp_path / "out" / "NOTICE").read_text(encoding="utf-8")


def test_a_copy_that_names_another_s_copyright_is_not_taken_for_one_s_own(offline: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "e5"
    folder.mkdir()
    base = "FacebookAI/xlm-roberta-large"
    (folder / "LICENSE").write_text(mit_text(), encoding="utf-8")
    (license,) = [each for each in write(offline, tmp_path / "out", MIT, folders={MIT: str(folder)})["licenses"] if each["id"] == "mit"]
    assert license["without_own_notice"] == [base]
    assert f"found for {base}" in (tmp_path / "out" / "THIRD-PARTY-MODELS.md").read_text(encoding="utf-8").replace("\\", "")
    (folder / "LICENSE").write_text(mit_text().replace("Copyright (c) 2026 Acme", "Copyright (c) <year> <holder>"), encoding="utf-8")
    (license,) = [each for each in write(offline, tmp_path / "form", MIT, folders={MIT: str(folder)})["licenses"] if each["id"] == "mit"]
    assert license["without_own_notice"] == []
    own = tmp_path / "xlm"
    own.mkdir()
    (own / "LICENSE").write_text(mit_text().replace("Acme", "Meta"), encoding="utf-8")
    (folder / "LICENSE").write_text(mit_text(), encoding="utf-8")
    (license,) = [each for each in write(offline, tmp_path / "both", MIT, folders={MIT: str(folder), base: str(own)})["licenses"] if each["id"] == "mit"]
    assert (license["without_own_notice"], len(license["files"])) == ([], 2)


def test_a_notice_that_came_with_a_model_goes_along_byte_for_byte(offline: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "e5"
    folder.mkdir()
    (folder / "LICENSE").write_text(mit_text(), encoding="utf-8")
    notice = b"E5 was made by us.\r\n\xff\x00 \x1b[31m\n" + b"x" * 300_000
    (folder / "NOTICE").write_bytes(notice)
    index = write(offline, tmp_path / "out", MIT, folders={MIT: str(folder)})
    (file,) = index["notices"]
    assert (file["model"], file["path"]) == (MIT, "notices/intfloat--multilingual-e5-large/NOTICE")
    assert (tmp_path / "out" / file["path"]).read_bytes() == notice
    assert file["sha256"] == hashlib.sha256(notice).hexdigest()
    assert "\x1b" not in (tmp_path / "out" / "NOTICE").read_text(encoding="utf-8")


def test_words_with_a_blank_for_a_name_are_given_the_name(offline: Desk, tmp_path: Path, knowledge: Knowledge) -> None:
    from registry.desk.register import register_model

    register_model(offline, specification("acme/kestrel-11b", "tiiuae/falcon-11B", license="falcon-2-11b-tii-1.0"), {})
    write(offline, tmp_path / "out", "acme/kestrel-11b")
    notice = (tmp_path / "out" / "NOTICE").read_text(encoding="utf-8")
    assert "[name of" in wording(knowledge, "falcon-2-11b-tii-1.0", "display")
    assert "kestrel-11b is built using Falcon LLM technology from the Technology Innovation Institute" in notice
    assert "[name of" not in notice


def test_data_is_named_and_credited_where_its_licence_reaches(offline: Desk, tmp_path: Path) -> None:
    from registry.desk.register import register_model

    register_model(offline, specification("acme/letters-7b", "Qwen/Qwen2.5-7B", datasets=("databricks/databricks-dolly-15k",), license="apache-2.0"), {})
    bundle, _ = gather_bundle(offline, ["acme/letters-7b"], {}, interpretation="strict")
    (data,) = [each for each in bundle.models if each.name.startswith("dataset:")]
    assert (data.name, data.relation) == ("dataset:databricks/databricks-dolly-15k", "data that it was trained on")
    credits = [duty.credit for duty in bundle.duties if duty.credit]
    assert len(credits) == 1
    assert "(databricks/databricks-dolly-15k) by databricks, under Creative Commons Attribution-ShareAlike 3.0 Unported (https://" in str(credits[0])
    plain, _ = gather_bundle(offline, ["acme/letters-7b"], {}, interpretation="permissive")
    assert [duty for duty in plain.duties if duty.credit] == []


def test_words_that_nobody_knows_are_a_blank_until_they_are_filled_in(offline: Desk, tmp_path: Path) -> None:
    flux = "black-forest-labs/FLUX.1-dev"
    index = write(offline, tmp_path / "out", flux)
    assert [(each["license"], each["section"]) for each in index["words_missing"]] == [("flux-1-dev-nc-1.1.1", "3.b")]
    assert not index["complete"]
    assert "LIC203" in lacking(check_published(offline, str(tmp_path / "out"), [flux], {}))
    (tmp_path / "out" / "NOTICE").write_text("FLUX.1 [dev] is licensed by Black Forest Labs.", encoding="utf-8")
    assert "LIC203" not in lacking(check_published(offline, str(tmp_path / "out"), [flux], {}))


def test_who_wrote_a_licence_of_all_the_world_is_not_who_is_credited(offline: Desk, tmp_path: Path) -> None:
    aya = "CohereForAI/aya-23-8B"
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "README.md").write_text("Under a licence of Creative Commons.", encoding="utf-8")
    assert "LIC202" in lacking(check_published(offline, str(folder), [aya], {"commercial": False}))
    (folder / "README.md").write_text("Answers come from Aya 23 of Cohere and Cohere Labs.", encoding="utf-8")
    assert "LIC202" not in lacking(check_published(offline, str(folder), [aya], {"commercial": False}))


def test_a_text_that_is_another_licence_does_not_stand_for_the_one_that_is_needed(offline: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "llama"
    folder.mkdir()
    (folder / "LICENSE").write_text(mit_text(), encoding="utf-8")
    assert not write(offline, tmp_path / "out", LLAMA, folders={LLAMA: str(folder)})["complete"]


def test_an_application_brings_the_duties_of_all_its_models(offline: Desk, tmp_path: Path) -> None:
    add_application(offline, LLAMA, MIT, distribution=["product"])
    index = write(offline, tmp_path / "out", "app:kiosk")
    assert {duty["target"] for duty in index["duties"]} == {LLAMA, MIT}
    assert {license["id"] for license in index["licenses"] if license["missing"]} == {"llama2", "mit"}
    assert next(model["relation"] for model in index["models"] if model["name"] == LLAMA) == "used by it"


def test_a_rule_for_names_says_whether_the_name_keeps_it(offline: Desk, tmp_path: Path) -> None:
    from registry.desk.register import register_model

    for name in ("acme/support-8b", "acme/Llama-support-8b"):
        register_model(offline, specification(name, "meta-llama/Llama-3.2-11B-Vision-Instruct", license="llama3.2"), {})
        index = write(offline, tmp_path / name.replace("/", "-"), name)
        (rule,) = [duty for duty in index["duties"] if duty["do"] == "name-rule"]
        assert rule["name_kept"] is ("Llama-" in name)
        assert any("was made from" in change for change in index["changes"])


def test_a_bundle_is_replaced_only_by_force_and_nothing_else_ever_is(offline: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(offline, out, LLAMA)
    with pytest.raises(UsageError, match="holds something"):
        write(offline, out, MIT)
    assert write(offline, out, MIT, force=True)["targets"] == [MIT]
    assert not (out / "licenses" / "llama2").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UsageError, match="no bundle"):
        write(offline, mine, LLAMA, force=True)
    assert (mine / "thesis.txt").read_text(encoding="utf-8") == "years of work"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_folder_that_cannot_be_written_is_refused(offline: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "no" / "such"):
        with pytest.raises(UsageError):
            write(offline, out, LLAMA)


def test_an_unknown_target_or_folder_is_refused(offline: Desk, tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        write(offline, tmp_path / "out", "no/such")
    with pytest.raises(UsageError):
        write(offline, tmp_path / "out", LLAMA, folders={LLAMA: str(tmp_path / "nowhere")})


def test_a_fine_tune_without_anything_beside_it_lacks_what_its_base_asks_for(offline: Desk, tmp_path: Path) -> None:
    bare = CARD.replace("It was fine-tuned from Llama-2-7b-hf for three epochs.", "Three epochs.")
    found = check_published(offline, str(support_folder(tmp_path / "support-7b", bare)), [], {})
    assert lacking(found) == {"LIC203", "LIC204", "LIC206"}
    assert found["targets"] == ["support-7b"]


def test_what_is_added_is_no_longer_lacking(offline: Desk, tmp_path: Path, knowledge: Knowledge) -> None:
    folder = support_folder(tmp_path / "support-7b")
    (folder / "NOTICE").write_text(wording(knowledge, "llama2", "notice-file"), encoding="utf-8")
    (folder / "USE_POLICY.md").write_text("Be good.", encoding="utf-8")
    assert lacking(check_published(offline, str(folder), [], {})) == {"LIC206"}


def test_names_display_and_changes_are_looked_at(offline: Desk, tmp_path: Path, knowledge: Knowledge) -> None:
    card = CARD.replace("meta-llama/Llama-2-7b-hf", "meta-llama/Llama-3.2-11B-Vision-Instruct").replace("license: llama2", "license: llama3.2")
    folder = support_folder(tmp_path / "support-8b", card.replace("It was fine-tuned from Llama-2-7b-hf for three epochs.", "Three epochs."))
    before = lacking(check_published(offline, str(folder), [], {}))
    assert {"LIC201", "LIC202", "LIC203", "LIC206"} <= before
    (folder / "README.md").write_text(card + f"\n\n{wording(knowledge, 'llama3.2', 'display')}\n", encoding="utf-8")
    assert "LIC202" not in lacking(check_published(offline, str(folder), [], {}))


def test_a_licence_that_asks_for_changes_to_be_stated(offline: Desk, tmp_path: Path) -> None:
    card = CARD.replace("meta-llama/Llama-2-7b-hf", "Qwen/Qwen2-7B").replace("license: llama2", "license: apache-2.0")
    silent = card.replace("It was fine-tuned from Llama-2-7b-hf for three epochs.", "Three epochs.")
    assert "LIC207" in lacking(check_published(offline, str(support_folder(tmp_path / "a", silent)), [], {}))
    said = silent.replace("Three epochs.", "It was fine-tuned from Qwen2-7B.")
    assert "LIC207" not in lacking(check_published(offline, str(support_folder(tmp_path / "b", said)), [], {}))


def test_a_bundle_is_checked_against_what_it_was_made_for(offline: Desk, tmp_path: Path) -> None:
    write(offline, tmp_path / "out", LLAMA)
    found = check_published(offline, str(tmp_path / "out"), [LLAMA], {})
    assert lacking(found) == {"LIC206"}
    assert found["missing_texts"] == ["Llama 2 Community License Agreement"]
    folder = tmp_path / "e5"
    folder.mkdir()
    (folder / "LICENSE").write_text(mit_text(), encoding="utf-8")
    write(offline, tmp_path / "whole", MIT, folders={MIT: str(folder)})
    whole = check_published(offline, str(tmp_path / "whole"), [MIT], {})
    assert (whole["findings"], whole["missing_texts"]) == ([], [])
