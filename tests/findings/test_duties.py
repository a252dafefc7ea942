"""Duties that nothing in a folder shows: LIC202 to LIC204, LIC206 and LIC207, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from registry.findings.codes import CODES
from registry.findings.duties import Owed, Published, duty_findings

WORDS = "Gold is licensed under the Gold Licence, Copyright © Gold Inc."


def owed(do: str, **values: Any) -> Owed:
    return Owed(do, "gold", "Gold Licence", "3.b", values.pop("model", "acme/gold-7b"), **values)


def published(derived: bool = True, licenses: frozenset[str] = frozenset(), policies: tuple[str, ...] = (), **texts: str) -> Published:
    return Published("me/nugget", {name.replace("_", "."): text for name, text in texts.items()}, licenses, policies, derived)


def codes(what: Published, *duties: Owed) -> list[str]:
    return [finding.code for finding in duty_findings(what, duties)]


def test_lic202_a_line_to_show_is_looked_for_in_every_text_however_it_is_set() -> None:
    duty = owed("display", wording="Built with Gold")
    assert codes(published(README_md="# Nugget\n\n*Built  with **Gold***"), duty) == []
    assert codes(published(README_md="# Nugget\n\nBuilt on Gold"), duty) == ["LIC202"]


def test_an_attribution_without_words_names_the_model_or_its_maker() -> None:
    duty = owed("display", marks=("Gold Inc",))
    assert codes(published(README_md="Thanks to gold inc"), duty) == codes(published(README_md="from gold-7b"), duty) == []
    (finding,) = duty_findings(published(README_md="nothing"), [duty])
    assert (finding.code, finding.confidence, finding.ancestors) == ("LIC202", "medium", ("acme/gold-7b",))


def test_lic203_a_notice_has_to_stand_in_a_notice_file() -> None:
    duty = owed("notice-file", wording=WORDS)
    assert codes(published(NOTICE=WORDS.replace("©", "(c)")), duty) == []
    assert codes(published(README_md=WORDS), duty) == ["LIC203"]
    assert "there is no NOTICE file" in duty_findings(published(README_md=WORDS), [duty])[0].summary
    assert "does not hold" in duty_findings(published(NOTICE="something else"), [duty])[0].summary
    assert codes(published(NOTICE="anything"), owed("notice-file")) == []
    assert codes(published(), owed("notice-file")) == ["LIC203"]


def test_lic204_rules_of_use_are_passed_on_as_a_file_or_by_a_link() -> None:
    duty = owed("use-policy", marks=("Gold Use Policy", "https://gold.example/policy"))
    assert codes(published(policies=("USE_POLICY.md",)), duty) == []
    assert codes(published(README_md="see https://gold.example/policy"), duty) == []
    assert codes(published(README_md="be good"), duty) == ["LIC204"]
    assert codes(published(README_md="be good"), owed("use-policy")) == []


def test_lic206_a_licence_text_has_to_be_there_as_that_licence() -> None:
    duty = owed("license-copy", texts=True)
    assert codes(published(licenses=frozenset({"gold"})), duty) == []
    assert codes(published(licenses=frozenset({"mit"})), duty) == ["LIC206"]
    assert codes(published(), owed("license-link")) == []


def test_lic207_changes_are_stated_by_a_line_that_names_what_was_changed() -> None:
    duty = owed("state-changes")
    assert codes(published(README_md="Nugget was fine-tuned from Gold-7B on letters."), duty) == []
    assert codes(published(README_md="Gold-7B is great.\nIt was fine-tuned."), duty) == ["LIC207"]
    assert codes(published(README_md="", derived=False), duty) == []
    assert codes(published(README_md=""), owed("state-changes", model="me/nugget")) == []


def test_what_several_duties_say_alike_is_said_once() -> None:
    duty = owed("license-copy", texts=True)
    assert codes(published(), duty, owed("retain-notices", texts=True), duty) == ["LIC206"]


@pytest.mark.parametrize("code", ["LIC202", "LIC203", "LIC204", "LIC206", "LIC207"])
def test_whoever_publishes_can_mend_them(code: str) -> None:
    assert CODES[code].fixable_by == "you"
