"""Every licence file is a test case: valid, in the vocabulary, and each of its example uses answered as it says."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from registry.desk.answer import answer, license_question
from registry.knowledge.files import read_license, read_vocabulary
from registry.knowledge.names import fold_alias
from registry.knowledge.schema import LicenseFile
from registry.terms.conditions import parse_condition, to_data
from registry.terms.facts import read_use
from registry.terms.words import in_words
from tests.terms.build import KNOWLEDGE, TODAY

DATA = Path(__file__).parents[2] / "data"
VOCABULARY = read_vocabulary(DATA)
PATHS = sorted((DATA / "licenses").glob("*.yaml"))
FILES: dict[str, LicenseFile] = {path.stem: read_license(path, VOCABULARY) for path in PATHS}
EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{number}") for name in KNOWLEDGE.ids() for number, example in enumerate(KNOWLEDGE.raw(name)["examples"], start=1)
]

SHARED_NAMES = {
    "modified-mit": "every licensor modifies MIT in its own way; only the text or the link tells which",
    "rail-m": "the letters stand for a family of which one text is free and one for research only",
}
"""Names that several licences go by although no date tells them apart, and why that is so."""

SHORT_SUMMARY = 400
"""A summary says what a term says; it does not retell it."""

SHORT_WORDING = 300
"""What a licence orders its users to reproduce is a notice, not a text."""


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_license_file_keeps_to_schema_and_vocabulary(path: Path) -> None:
    license = read_license(path, VOCABULARY)
    assert license.placeholder or license.extends or license.terms
    assert license.id == path.stem


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_is_answered_as_the_file_says(name: str, example: dict[str, Any]) -> None:
    use = read_use(VOCABULARY, example["use"], KNOWLEDGE.ordinary, today=TODAY)
    given = answer(KNOWLEDGE, license_question(KNOWLEDGE, name, use, "mainstream", None))
    assert given.outcome.verdict.word == example["verdict"], [
        (reason.section, reason.summary) for reason in given.outcome.reasons if reason.outcome == "decides"
    ]


@pytest.mark.parametrize("name", [name for name, license in FILES.items() if not license.placeholder])
def test_a_licence_says_why_it_has_its_type_and_where_its_texts_were_read(name: str) -> None:
    license = KNOWLEDGE.license_of(name)
    assert license is not None
    assert len(license.type_reason or "") > 10
    assert license.texts
    assert all(text.name and text.source for text in license.texts)
    assert any(term.kind == "grant" for term in license.terms)


@pytest.mark.parametrize("name", [name for name, license in FILES.items() if not license.placeholder])
def test_every_term_stands_in_a_text_that_the_licence_lists(name: str) -> None:
    license = KNOWLEDGE.license_of(name)
    assert license is not None
    assert {term.text for term in license.terms} <= {text.id for text in license.texts} | {"license"}


@pytest.mark.parametrize("name", FILES)
def test_summaries_are_short_sentences_and_wording_a_notice(name: str) -> None:
    for term in FILES[name].terms:
        assert len(term.summary) <= SHORT_SUMMARY, term.id
        assert "\n" not in term.summary.strip(), term.id
        assert term.wording is None or len(term.wording) <= SHORT_WORDING, term.id
        assert term.wording is None or term.kind == "duty", term.id


@pytest.mark.parametrize("name", [name for name, license in FILES.items() if license.placeholder])
def test_a_placeholder_has_no_terms_and_says_what_it_stands_for(name: str) -> None:
    assert not FILES[name].terms
    assert FILES[name].summary or FILES[name].remarks or FILES[name].type_reason


@pytest.mark.parametrize("name", FILES)
def test_dates_run_forward(name: str) -> None:
    force = FILES[name].in_force
    assert str(force.get("from") or "0") <= str(force.get("to") or "9999")


@pytest.mark.parametrize("name", FILES)
def test_what_a_licence_names_is_there(name: str) -> None:
    license = FILES[name]
    assert set(license.replaces) <= set(FILES)
    for term in license.terms:
        rule = term.rule if isinstance(term.rule, dict) else {}
        for key in ("ids", "one_way", "combined"):
            assert set(rule.get(key, ())) <= set(FILES), f"{term.id}: {key}"


@pytest.mark.parametrize("name", FILES)
def test_every_condition_can_be_written_out_and_put_into_words(name: str) -> None:
    for term in FILES[name].terms:
        if term.condition is not None:
            condition = parse_condition(term.condition)
            assert parse_condition(to_data(condition)) == condition
            words = in_words(condition, VOCABULARY)
            assert words
            assert not re.search(r"None|frozenset|FactTest", words)


def _licenses_by_name() -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, license in FILES.items():
        for alias in (name, license.name, license.spdx, *license.aliases):
            if alias:
                found[fold_alias(alias)].add(name)
    return found


def test_licences_that_share_a_name_are_told_apart_by_their_dates() -> None:
    undated = {
        alias
        for alias, names in _licenses_by_name().items()
        if len(names) > 1 and alias not in FILES and not all(FILES[name].in_force.get("from") for name in names)
    }
    assert undated == set(SHARED_NAMES)


SIDE_BY_SIDE = {"tencent-hunyuan-community"}
"""Names that several texts carry at the same time, each for other models: no date tells them apart."""


def test_no_two_texts_of_one_name_are_in_force_on_the_same_day() -> None:
    for alias, names in _licenses_by_name().items():
        if len(names) > 1 and alias not in FILES and alias not in SHARED_NAMES and alias not in SIDE_BY_SIDE:
            spans = sorted((str(FILES[name].in_force.get("from")), str(FILES[name].in_force.get("to") or "9999"), name) for name in names)
            assert all(left[1] < right[0] for left, right in pairwise(spans)), (alias, spans)


def test_no_alias_is_the_id_of_another_licence() -> None:
    # The id goes before; the alias would never be heard.
    unheard = {(alias, name) for alias, names in _licenses_by_name().items() if alias in FILES for name in names if name != alias}
    assert not unheard


def test_no_spdx_id_is_given_to_two_licences() -> None:
    ids = [license.spdx for license in FILES.values() if license.spdx]
    assert len(ids) == len(set(ids))
