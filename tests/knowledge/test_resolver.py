"""How names lead to licences: ids, aliases, links, dates, expressions, and honest ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import UnknownLicenseError
from registry.knowledge.compile import compile_knowledge
from registry.knowledge.resolver import Resolution
from registry.knowledge.store import Knowledge
from registry.terms.combine import Each, Named, OneOf, license_ids
from tests.knowledge.build import license_text, make_data
from tests.terms.build import KNOWLEDGE


def a_knowledge(folder: Path, **more: tuple[str, ...]) -> Knowledge:
    """A knowledge of licences with these lines besides, by id."""
    texts = {name.replace("_", "-"): license_text(*lines, id=name.replace("_", "-"), name=name.replace("_", " ").title()) for name, lines in more.items()}
    return Knowledge(compile_knowledge(make_data(folder, texts)))


@pytest.fixture
def dated(tmp_path: Path) -> Knowledge:
    """One name for three texts, with a gap between the second and the third."""
    return a_knowledge(
        tmp_path,
        first=("aliases: [acme]", "in_force: {from: 2023-11-01, to: 2023-11-03}"),
        second=("aliases: [Acme]", "in_force: {from: 2023-11-04, to: 2023-11-22}"),
        third=("aliases: [ACME, plain]", "in_force: {from: 2024-01-01}"),
    )


@pytest.mark.parametrize("name", ["mit", "MIT", " Mit\n", "apache-2.0", "llama2", "openrail++"])
def test_an_id_in_any_case_is_the_licence(name: str) -> None:
    assert KNOWLEDGE.resolve(name) == Resolution(name.strip().casefold(), "id")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MIT License", "mit"),
        ("llama-2", "llama2"),
        ("LicenseRef-scancode-llama-2-license-2023", "llama2"),
        ("Llama 2 Community License Agreement", "llama2"),
        ("apache_2.0", "apache-2.0"),
        ("GPL-2.0-only", "gpl-2.0"),
        ("GPL-2.0+", "gpl-2.0-or-later"),
    ],
)
def test_an_alias_an_spdx_id_or_the_full_name_leads_to_the_licence(name: str, expected: str) -> None:
    assert KNOWLEDGE.resolve(name) == Resolution(expected, "alias")


@pytest.mark.parametrize("link", ["https://ai.meta.com/llama/license/", "http://ai.meta.com/llama/license", "HTTPS://www.ai.meta.com/Llama/license/#2"])
def test_a_link_leads_to_the_licence_however_it_is_written(link: str) -> None:
    assert KNOWLEDGE.resolve(link).license == "llama2"


@pytest.mark.parametrize("name", [None, "", "   ", "\n\t"])
def test_declaring_nothing_is_no_licence(name: str | None) -> None:
    assert KNOWLEDGE.resolve(name) == Resolution("none", "none")


@pytest.mark.parametrize("name", ["nobody's licence", "LicenseRef-nobody", "no", "NO", "-", "mit\0", "MIT/Apache-2.0", "x" * 100_000, "\ud800"])
def test_a_name_that_nobody_knows_is_unresolved(name: str) -> None:
    assert KNOWLEDGE.resolve(name) == Resolution("unresolved", "unknown")


def test_an_id_belongs_to_its_licence_even_if_another_takes_it_for_an_alias(tmp_path: Path) -> None:
    knowledge = a_knowledge(tmp_path, first=(), second=("aliases: [FIRST, other]",))
    assert knowledge.resolve("first") == Resolution("first", "id")
    assert knowledge.resolve("other") == Resolution("second", "alias")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2023-11-01", "first"),
        ("2023-11-02", "first"),
        ("2023-11-03", "first"),
        ("2023-11-04", "second"),
        ("2023-11-22", "second"),
        ("2024-01-01", "third"),
        ("2030-01-01", "third"),
        (None, "third"),
    ],
)
def test_a_name_of_several_dated_texts_is_the_one_in_force_on_the_day(dated: Knowledge, on: str | None, expected: str) -> None:
    assert dated.resolve("acme", on) == Resolution(expected, "dated", ("first", "second", "third"))


@pytest.mark.parametrize("on", ["2023-10-31", "2023-11-23", "2023-12-31", "1999-01-01"])
def test_a_day_on_which_none_was_in_force_is_left_open(dated: Knowledge, on: str) -> None:
    assert dated.resolve("acme", on) == Resolution("unresolved", "ambiguous", ("first", "second", "third"))


def test_a_month_in_which_the_text_changed_is_left_open(dated: Knowledge) -> None:
    assert dated.resolve("acme", "2023-11").reason == "ambiguous"
    assert dated.resolve("acme", "2024-01").license == "third"


def test_a_month_in_which_one_text_ended_and_another_began_is_left_open(tmp_path: Path) -> None:
    knowledge = a_knowledge(
        tmp_path, old=("aliases: [acme]", "in_force: {from: 2023-01-01, to: 2023-11-14}"), new=("aliases: [acme]", "in_force: {from: 2023-11-15}")
    )
    assert knowledge.resolve("acme", "2023-11").reason == "ambiguous"


def test_an_alias_of_one_dated_text_needs_no_date(dated: Knowledge) -> None:
    assert dated.resolve("plain", "1999-01-01") == Resolution("third", "alias")


def test_one_undated_text_among_those_of_a_name_leaves_it_ambiguous(tmp_path: Path) -> None:
    knowledge = a_knowledge(tmp_path, first=("aliases: [acme]", "in_force: {from: 2023-11-01}"), second=("aliases: [acme]",))
    for on in (None, "2024-01-01"):
        assert knowledge.resolve("acme", on) == Resolution("unresolved", "ambiguous", ("first", "second"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("MIT OR Apache-2.0", "mit OR apache-2.0"),
        ("mit and apache-2.0", "mit AND apache-2.0"),
        ("MIT AND Apache-2.0 OR GPL-3.0-only", "(mit AND apache-2.0) OR gpl-3.0"),
        ("MIT AND (Apache-2.0 OR GPL-3.0-only)", "mit AND (apache-2.0 OR gpl-3.0)"),
        ("(MIT)", "mit"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "gpl-2.0"),
        ("MIT AND GPL-2.0-only WITH Classpath-exception-2.0", "mit AND gpl-2.0"),
        ("LicenseRef-nobody OR MIT", "unresolved OR mit"),
        ("LicenseRef-llama2 AND MIT", "llama2 AND mit"),
    ],
)
def test_an_expression_is_written_over_our_ids(written: str, expected: str) -> None:
    assert KNOWLEDGE.resolve(written) == Resolution(expected, "expression")


@pytest.mark.parametrize("written", ["MIT AND", "OR", "AND MIT", "(((", "MIT)", "MIT OR OR ISC", "(MIT", "() or ()", "MIT WITH", "with love"])
def test_half_an_expression_is_unresolved(written: str) -> None:
    assert KNOWLEDGE.resolve(written).license == "unresolved"


def test_a_dated_name_in_an_expression_is_the_one_in_force(dated: Knowledge) -> None:
    assert dated.resolve("acme OR plain", "2023-11-02").license == "first OR third"
    assert dated.resolve("acme OR plain", "1999-01-01").license == "unresolved OR third"


@pytest.mark.parametrize(("depth", "width"), [(1, 5_000), (60, 1)])
def test_a_long_or_deep_expression_is_read(depth: int, width: int) -> None:
    written = "MIT AND (ISC OR (" * depth + " OR ".join(["MIT"] * width) + "))" * depth
    found = KNOWLEDGE.resolve(written)
    assert found.reason == "expression"
    assert license_ids(KNOWLEDGE.expression_of(found.license)) == ("mit", "isc")


@pytest.mark.parametrize("depth", [400, 5_000])
def test_an_expression_too_deep_to_read_is_unresolved_and_not_fallen_over(depth: int) -> None:
    assert KNOWLEDGE.resolve("MIT AND (ISC OR (" * depth + "MIT" + "))" * depth).license == "unresolved"


EXPRESSIONS = st.recursive(
    st.sampled_from(["mit", "apache-2.0", "gpl-3.0", "llama2", "unresolved", "openrail++"]).map(Named),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: OneOf(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Each(tuple(parts))),
    ),
    max_leaves=8,
)


def written(expression: Named | OneOf | Each) -> str:
    """The expression with a bracket around every part."""
    if isinstance(expression, Named):
        return expression.license
    word = " OR " if isinstance(expression, OneOf) else " AND "
    return word.join(f"({written(part)})" for part in expression.parts)


def means(expression: Named | OneOf | Each, held: frozenset[str]) -> bool:
    """Whether the expression is satisfied by holding these licences."""
    if isinstance(expression, Named):
        return expression.license in held
    return (any if isinstance(expression, OneOf) else all)(means(part, held) for part in expression.parts)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(EXPRESSIONS, st.frozensets(st.sampled_from(["mit", "apache-2.0", "gpl-3.0", "llama2", "unresolved", "openrail++"])))
def test_resolving_an_expression_keeps_its_meaning_and_resolving_again_keeps_its_text(expression: Named | OneOf | Each, held: frozenset[str]) -> None:
    found = KNOWLEDGE.resolve(written(expression))
    assert means(KNOWLEDGE.expression_of(found.license), held) == means(expression, held)
    assert KNOWLEDGE.resolve(found.license).license == found.license


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.text(max_size=60) | st.lists(st.sampled_from(["MIT", "OR", "AND", "WITH", "(", ")", "GPL-2.0", "+", "x"]), max_size=10).map(" ".join))
def test_whatever_is_written_comes_to_something_that_can_be_evaluated(name: str) -> None:
    found = KNOWLEDGE.resolve(name)
    assert all(KNOWLEDGE.license_of(license) is not None for license in license_ids(KNOWLEDGE.expression_of(found.license)))


def test_every_licence_is_found_by_its_id_its_name_and_its_aliases() -> None:
    for license in KNOWLEDGE:
        raw = KNOWLEDGE.raw(license.id)
        assert KNOWLEDGE.resolve(license.id).license == license.id
        for name in (license.name, license.spdx, *raw.get("aliases", ())):
            found = KNOWLEDGE.resolve(name) if name else Resolution(license.id, "none")
            assert license.id in (found.license, *found.candidates), name


def test_what_a_person_names_is_one_licence(dated: Knowledge) -> None:
    assert dated.find("acme", "2023-11-02").id == "first"
    assert dated.find("Third").id == "third"


def test_a_name_of_several_licences_is_asked_back(dated: Knowledge) -> None:
    with pytest.raises(UnknownLicenseError, match="`acme` is the name of several licences") as caught:
        dated.find("acme", "1999-01-01")
    assert caught.value.nearest == ("first", "second", "third")
