"""Which licence a claim comes to, by which step, and from what."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from registry.desk.concluding import STEPS, Conclusions, conclude, concluded_licenses, in_words
from registry.knowledge.store import Knowledge
from registry.sources.card.records import declared_statements
from registry.sources.card.source import read_metadata
from registry.supplychain.source import Source
from tests.conftest import ROOT
from tests.factories import statement
from tests.knowledge.build import license_text, make_data

QWEN_FILE = "https://huggingface.co/Qwen/Qwen1.5-72B/resolve/main/LICENSE?download=true"
SOURCES = Path(os.environ.get("LICET_SOURCE_DATA") or ROOT.parent / "shared" / "data")
RECORDS = SOURCES / "hub_2024-07" / "hub_api_model_records.jsonl.gz"


def test_where_a_link_leads_comes_first(knowledge: Knowledge) -> None:
    found = conclude(knowledge, None, "llama3", QWEN_FILE, None)
    assert (found.license, found.step, found.resolved_from) == ("tongyi-qianwen-2023", "link", QWEN_FILE)
    assert found.rivals == (("id", "llama3"),)


def test_a_fingerprint_comes_before_a_name_and_after_a_link(tmp_path: Path) -> None:
    digest = "sha256:" + "ab" * 32
    texts = {"seen": license_text(id="seen"), "named": license_text(id="named", name="Named License"), "linked": license_text(id="linked", name="Linked")}
    texts["seen"] = texts["seen"].replace("name: The Text,", f'name: The Text, digest: "{digest}",')
    texts["linked"] += 'aliases: ["https://example.org/linked/LICENSE"]\n'
    small = Knowledge.load(make_data(tmp_path, texts))
    found = conclude(small, None, "named", None, digest)
    assert (found.license, found.step, found.resolved_from) == ("seen", "fingerprint", digest)
    assert found.rivals == (("id", "named"),)
    assert conclude(small, None, "named", "https://example.org/linked/raw/LICENSE", digest).license == "seen"
    linked = conclude(small, None, "named", "http://www.example.org/linked/LICENSE#top", digest)
    assert (linked.license, linked.step) == ("linked", "link")
    assert linked.rivals == (("fingerprint", "seen"), ("id", "named"))


@pytest.mark.parametrize(("on", "expected"), [("2023-11-02", "yi-1.0"), ("2023-11-10", "yi-2.0"), ("2024-01", "yi-2.1")])
def test_a_name_is_read_with_its_date(knowledge: Knowledge, on: str, expected: str) -> None:
    found = conclude(knowledge, None, "yi-license", "LICENSE", None, on)
    assert (found.license, found.step, found.resolved_from) == (expected, "name", "yi-license")


def test_an_id_and_an_expression_are_ids(knowledge: Knowledge) -> None:
    assert conclude(knowledge, None, "mit", None, None).step == "id"
    both = conclude(knowledge, None, "MIT AND Apache-2.0", None, None)
    assert (both.license, both.step) == ("mit AND apache-2.0", "id")
    assert conclude(knowledge, "llama2", None, None, None).step == "id"
    assert conclude(knowledge, "llama2", "LICENSE", None, "sha256:00").step == "fingerprint"


def test_a_word_that_stands_for_no_text_gives_way_to_what_is_named_beside_it(knowledge: Knowledge) -> None:
    found = conclude(knowledge, None, "gpl-3.0", "https://www.gnu.org/licenses/gpl.html", None)
    assert (found.license, found.step) == ("gpl-3.0", "id")
    alone = conclude(knowledge, None, None, "https://www.gnu.org/licenses/gpl.html", None)
    assert (alone.license, alone.step) == ("gpl", "link")
    assert conclude(knowledge, None, "other", QWEN_FILE, None).license == "tongyi-qianwen-2023"


def test_what_leads_to_no_known_text_stays_open(knowledge: Knowledge) -> None:
    found = conclude(knowledge, None, "helpingai", "LICENSE.md", None)
    assert (found.license, found.step, found.resolved_from) == ("unresolved", "open", "helpingai")
    assert conclude(knowledge, None, None, None, None).step == "nothing"
    assert conclude(knowledge, None, None, None, None).license == "unstated"
    assert conclude(knowledge, None, None, None, "sha256:" + "0" * 64).license == "unstated"


def test_the_same_claim_is_concluded_once(knowledge: Knowledge) -> None:
    conclusions = Conclusions(knowledge)
    assert conclusions.of(None, "mit") is conclusions.of(None, "mit")
    assert conclusions.of(None, "yi-license", on="2023-11-02") is not conclusions.of(None, "yi-license", on="2024-01-01")


def test_of_several_claims_the_strongest_basis_counts(knowledge: Knowledge) -> None:
    said = [statement(license=None, raw_name="mit"), statement(license="llama2", basis="detected"), statement(license="llama3", basis="detected")]
    assert set(concluded_licenses(Conclusions(knowledge), said, None, "2026-11-21")) == {"llama2", "llama3"}
    assert concluded_licenses(Conclusions(knowledge), [], None, "2026-11-21") == []


def test_other_gives_way_to_a_claim_that_names_a_text_and_to_nothing_else(knowledge: Knowledge) -> None:
    def held(*licenses: str) -> list[str]:
        return concluded_licenses(Conclusions(knowledge), [statement(license=license) for license in licenses], None, "2026-11-21")

    assert held("other", "tongyi-qianwen-2023") == ["tongyi-qianwen-2023"]
    assert held("other") == ["other"]
    assert set(held("other", "none")) == {"other", "none"}
    assert set(held("other", "unresolved")) == {"other", "unresolved"}
    assert set(held("mit", "llama2", "other")) == {"mit", "llama2"}


def test_every_step_is_said_in_words(knowledge: Knowledge) -> None:
    claims: list[tuple[Any, ...]] = [(None, None, QWEN_FILE, None), ("mit", None, None, "sha256:00"), (None, "yi-license", None, None, "2024-01")]
    claims += [(None, "mit", None, None), (None, "helpingai", None, None), (None, None, None, None)]
    found = [conclude(knowledge, *claim) for claim in claims]
    assert [each.step for each in found] == [step for step in STEPS if step != "inherited"]
    assert len({in_words(each) for each in found}) == len(found)


@pytest.mark.skipif(not RECORDS.exists(), reason="the real records of the Hub are not here")
def test_most_real_records_that_say_other_with_a_name_or_link_come_to_a_text(knowledge: Knowledge) -> None:
    told = resolved = 0
    with gzip.open(RECORDS, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            facts = read_metadata(row.get("cardData") or {})
            if "other" not in facts.licenses or not (facts.license_name or facts.license_link):
                continue
            told += 1
            conclusions = Conclusions(knowledge)
            found = [conclusions.of_statement(each, (row.get("createdAt") or "")[:10]) for each in declared_statements(row["id"], facts, Source("card"))]
            resolved += all(each.step in ("link", "fingerprint", "name", "id") and each.license != "other" for each in found)
            assert all(knowledge.license_of(part) is not None for each in found for part in knowledge.parts_of(each.license)), row["id"]
    assert told > 30
    assert resolved / told > 0.7
