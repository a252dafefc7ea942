"""The texts of an attribution bundle: words as licences have them, everything else escaped, and a golden page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from registry.knowledge.store import Knowledge
from registry.knowledge.text_links import links_in
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


def test_the_words_of_every_licence_stand_in_the_notice_as_it_orders_them(knowledge: Knowledge) -> None:
    ordered = [(license.id, term) for license in knowledge for term in license.terms if term.do in ("notice-file", "display") and term.wording]
    assert len(ordered) > 50
    for license, term in ordered:
        duty = OwedDuty(str(term.do), license, term.section, "x", "acme/m", "acme/m", wording=term.wording)
        lines = render_notice(NoticeBundle(("acme/m",), (), (duty,), ())).splitlines()
        assert term.wording in lines, license


def test_words_that_are_not_known_leave_a_blank_with_the_link_and_the_bundle_incomplete() -> None:
    license = LicenseCopy("gold", "Gold Licence", "LicenseRef-gold", ("https://gold.example/terms",), files=(("licenses/gold/LICENSE", "ab", "here"),))
    duty = OwedDuty("notice-file", "gold", "3.b", "Keep the notice.", "acme/gold", "acme/gold")
    held = NoticeBundle(("acme/gold",), (), (duty, duty), (license,))
    notice = render_notice(held)
    assert (
        notice.count("[To be filled in: the attribution notice that Gold Licence, 3.b, words for acme/gold. Its words are at https://gold.example/terms]") == 1
    )
    assert not held.complete
    assert "the words of the notice that gold, 3.b orders are to be filled in" in render_people(held)
    assert index_of(held)["words_missing"] == [{"license": "gold", "section": "3.b", "model": "acme/gold", "links": ["https://gold.example/terms"]}]
    worded = replace(held, duties=(replace(duty, wording="Gold is Gold."),))
    assert worded.complete
    assert "To be filled in" not in render_notice(worded)


def test_data_and_credits_stand_in_the_notice() -> None:
    data = BundledModel("dataset:acme/letters", "acme/m", "data that it was trained on", ("CC BY 4.0",), page="https://huggingface.co/datasets/acme/letters")
    duty = OwedDuty(
        "display", "cc-by-4.0", "3(a)", "Credit.", "dataset:acme/letters", "acme/m", credit="Letters by Acme, under CC BY 4.0 (https://cc.example)."
    )
    held = NoticeBundle(("acme/m",), (BundledModel("acme/m", "acme/m", ""), data), (duty,), ())
    lines = render_notice(held).splitlines()
    assert "This product contains or is built on the models and data below." in lines
    assert "- acme/letters (CC BY 4.0): data that it was trained on" in lines
    assert "Letters by Acme, under CC BY 4.0 (https://cc.example)." in lines
    assert "[acme/letters](https://huggingface.co/datasets/acme/letters)" in render_people(held)


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


def test_several_missing_texts_are_told_in_one_sentence() -> None:
    held = bundle()
    both = replace(held, licenses=tuple(replace(each, needed=True, files=()) for each in held.licenses))
    assert "the texts of Llama 2 Community License and Llama 3 Community License have to go along and are not here" in render_people(both)


def test_every_use_policy_of_a_licence_that_is_much_used_has_its_link(knowledge: Knowledge) -> None:
    named = [
        name for name in ("llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "gemma", "stabilityai-ai-community") if knowledge.license_of(name)
    ]
    assert len(named) >= 7
    for name in named:
        license = knowledge.license_of(name)
        assert license is not None
        for text in license.texts:
            assert text.id == "license" or any(links_in(text.source or "")), (name, text.name)
