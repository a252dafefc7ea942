"""Duties that an application's own files show to be done, and those that they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.desk.audit.facts import facts_to_state
from registry.desk.audit.terms_digest import terms_digest
from registry.desk.session import Desk
from registry.terms.facts import read_fact
from registry.yaml12 import read_yaml
from tests.desk.audit.applications import LLAMA, LLAMA3, app, audit, codes, with_policy, write
from tests.sources.model_folders import safetensors, write_folder

SHIPPED = {"commercial": True, "distribution": ["product"], "monthly_active_users": 1000}
NOTICE = "Llama 2 is licensed under the LLAMA 2 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved.\n"


def test_lic203_goes_when_the_notice_holds_the_words(reader: Desk, tmp_path: Path) -> None:
    assert "LIC203" in codes(audit(reader, app(tmp_path, LLAMA), SHIPPED))
    (tmp_path / "NOTICE").write_text(NOTICE, encoding="utf-8")
    found = audit(reader, tmp_path, SHIPPED)
    assert "LIC203" not in codes(found)
    assert [duty["shown"] for duty in found.head["models"][0]["obligations"] if duty["do"] == "notice-file"] == [True]


@pytest.mark.parametrize("file", ["README.md", "docs/about.md", "web/Footer.tsx"])
def test_lic202_goes_when_the_line_is_shown(reader: Desk, tmp_path: Path, file: str) -> None:
    assert "LIC202" in codes(audit(reader, app(tmp_path, LLAMA3), SHIPPED))
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("<p>Built with Meta Llama 3</p>\n", encoding="utf-8")
    assert "LIC202" not in codes(audit(reader, tmp_path, SHIPPED))


def test_lic206_names_the_licence_text_that_has_to_go_along(reader: Desk, tmp_path: Path) -> None:
    told = next(each for each in audit(reader, app(tmp_path, LLAMA), SHIPPED).told if each.finding.code == "LIC206")
    assert (told.finding.subject, told.finding.license, told.finding.clause) == (LLAMA, "llama2", "1.b.i")


def test_data_and_names_that_nobody_recorded_are_asked_for_credit_too(reader: Desk, tmp_path: Path) -> None:
    write(tmp_path, app_py='from datasets import load_dataset\nload_dataset("tatsu-lab/alpaca")\n')
    write_folder(tmp_path, {"models/own/model.safetensors": safetensors(shape=(30, 30)), "models/own/README.md": "---\nlicense: cc-by-4.0\n---\n"})
    found = audit(reader, tmp_path, SHIPPED)
    weights = "models/own/model.safetensors"
    assert {each.finding.subject for each in found.told if each.finding.code == "LIC202"} == {"dataset:tatsu-lab/alpaca", weights}
    (tmp_path / "NOTICE").write_text("Trained on alpaca.\n", encoding="utf-8")
    assert {each.finding.subject for each in audit(reader, tmp_path, SHIPPED).told if each.finding.code == "LIC202"} == {weights}


@pytest.mark.parametrize("use", [{}, {"commercial": True, "distribution": ["internal"]}])
def test_what_is_not_owed_or_not_known_to_be_is_not_missed(reader: Desk, tmp_path: Path, use: dict[str, object]) -> None:
    assert not {"LIC202", "LIC203", "LIC206"} & codes(audit(reader, app(tmp_path, LLAMA), use))


def test_pol007_goes_when_the_duty_is_shown(reader: Desk, tmp_path: Path) -> None:
    desk = with_policy(reader, tmp_path, "duties_shown: [notice-file]")
    assert "POL007" in codes(audit(desk, app(tmp_path / "app", LLAMA), SHIPPED))
    (tmp_path / "app" / "NOTICE.txt").write_text(NOTICE, encoding="utf-8")
    assert "POL007" not in codes(audit(desk, tmp_path / "app", SHIPPED))


def test_a_notice_that_is_a_link_out_of_the_folder_shows_nothing(reader: Desk, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(NOTICE, encoding="utf-8")
    folder = app(tmp_path / "app", LLAMA)
    (folder / "NOTICE").symlink_to(tmp_path / "elsewhere")
    assert "LIC203" in codes(audit(reader, folder, SHIPPED))


def test_models_in_tests_need_to_show_nothing(reader: Desk, tmp_path: Path) -> None:
    assert not {"LIC202", "LIC203", "LIC206"} & {each.finding.code for each in audit(reader, app(tmp_path / "tests", LLAMA).parent, SHIPPED).told}


def test_every_fact_that_may_decide_can_be_pasted_as_it_is_printed(reader: Desk) -> None:
    vocabulary = reader.knowledge.vocabulary
    data = read_yaml(facts_to_state(vocabulary, vocabulary.facts), "licet.yaml")
    assert set(data["facts"]) == set(vocabulary.facts)
    for name, value in data["facts"].items():
        read_fact(vocabulary, name, value)
    assert facts_to_state(vocabulary, []) == ""


def test_the_digest_of_terms_changes_with_what_they_ask_and_not_with_our_words(reader: Desk) -> None:
    import dataclasses

    license = reader.knowledge.license_of("llama2")
    assert license is not None
    first = license.terms[0]
    reworded = dataclasses.replace(license, terms=(*license.terms[1:], dataclasses.replace(first, summary="other words")))
    changed = dataclasses.replace(license, terms=(dataclasses.replace(first, section="99"), *license.terms[1:]))
    assert terms_digest(reworded) == terms_digest(license) != terms_digest(changed)
