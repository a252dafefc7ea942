"""The texts of an attribution bundle: words as licences have them, everything else escaped, and a golden page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from registry.reports.notice import BundledModel, LicenseCopy, NoticeBundle, OwedDuty, index_of, name_rule_in_words, placeholder, render_notice, render_people
from tests.reports.bom_subjects import HOSTILE

GOLDEN = Path(__file__).parent / "bills"
WORDS = "Llama 2 is licensed under the LLAMA 2 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved."


def bundle() -> NoticeBundle:
    duties = (
        OwedDuty("notice-file", "llama2", "1.b.iii", "Keep the notice.", "meta/llama-2", "acme/support-7b", WORDS),
        OwedDuty("display", "llama3", "1.b.i", "Show the phrase.", "meta/llama-3", "acme/support-7b", "Built with Llama", ("website", "about page")),
        OwedDuty("name-rule", "llama3", "1.b.i", "Names begin so.", "meta/llama-3", "acme/support-7b", rule={"starts_with": "Llama"}, kept=False),
        OwedDuty("license-copy", "llama2", "1.b.i", "Give a copy.", "meta/llama-2", "acme/support-7b", when="it is given away as weights"),
        OwedDuty("register", "gold", "2", "Register first.", "gold/g", "acme/support-7b"),
    )
    licenses = (
        LicenseCopy(
            "llama2",
            "Llama 2 Community License",
            "LicenseRef-l2",
            ("https://ai.meta.com/llama/license/",),
            (("Use Policy", "https://x.example/p"),),
            True,
            (),
            ("the cache",),
        ),
        LicenseCopy(
            "llama3", "Llama 3 Community License", "LicenseRef-l3", needed=True, files=(("licenses/llama3/LICENSE", "ab" * 32, "folder of meta/llama-3"),)
        ),
    )
    models = (
        BundledModel("acme/support-7b", "acme/support-7b", "", ("Llama 3 Community License",), "permitted-with-obligations"),
        BundledModel(
            "meta/llama-3",
            "acme/support-7b",
            "a base it was fine-tuned from",
            ("Llama 3 Community License",),
            notices=(("NOTICE", "Meta says so."),),
            page="https://huggingface.co/meta/llama-3",
        ),
    )
    return NoticeBundle(
        ("acme/support-7b",),
        models,
        duties,
        licenses,
        ("acme/support-7b was made from meta/llama-3.",),
        {"commercial": True},
        "2026-11-29",
        "2026-11-29T00:00:00Z",
        knowledge={"version": "2026.11", "digest": "d"},
    )


def test_the_documents_are_the_golden_ones(update_golden: bool) -> None:
    held = bundle()
    for name, text in (
        ("notice.txt", render_notice(held)),
        ("notice.md", render_people(held)),
        ("notice.json", json.dumps(index_of(held), ensure_ascii=False, indent=2) + "\n"),
    ):
        if update_golden:
            (GOLDEN / name).write_text(text, encoding="utf-8")
        assert (GOLDEN / name).read_text(encoding="utf-8") == text


def test_words_to_be_reproduced_stand_on_one_line_as_they_are() -> None:
    lines = render_notice(bundle()).splitlines()
    assert WORDS in lines
    assert any(line.startswith("Built with Llama") for line in lines)
    assert "Meta says so." in lines


def test_a_text_that_is_missing_makes_the_bundle_incomplete_and_is_said() -> None:
    held = bundle()
    assert not held.complete
    assert "Not complete" in render_people(held)
    assert "https://ai.meta.com/llama/license/" in placeholder(held.licenses[0])
    whole = replace(held, licenses=held.licenses[1:])
    assert whole.complete
    assert "Not complete" not in render_people(whole)


def test_every_duty_stands_on_the_page() -> None:
    page = render_people(bundle())
    for duty in bundle().duties:
        assert duty.summary in page
    assert "**does not keep**" in page


def test_hostile_names_are_escaped() -> None:
    held = replace(bundle(), models=(BundledModel(HOSTILE, "t", HOSTILE, (HOSTILE,), page="javascript:alert(1)"),), changes=(HOSTILE,))
    page = render_people(held)
    assert "<script>" not in page
    assert "javascript" not in page
    for text in (page, render_notice(held)):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_rules_for_names_are_said_in_words() -> None:
    assert name_rule_in_words({"starts_with": ["Llama", "llama"]}) == "The name begins with Llama or llama."
    assert name_rule_in_words({"not_primary": "Gemma"}) == "The name does not begin with Gemma."
    assert name_rule_in_words("x") == ""
