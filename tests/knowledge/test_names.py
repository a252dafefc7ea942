"""Names of licences are told apart by what they say, not by how they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.knowledge.names import fold_alias


@pytest.mark.parametrize(
    "name", ["Apache License 2.0", "apache license 2.0", "  Apache   License\t2.0\n", "APACHE_LICENSE_2.0", "apache_license 2.0", "Apache\u00a0License 2.0"]
)
def test_case_blanks_and_underscores_do_not_tell_names_apart(name: str) -> None:
    assert fold_alias(name) == "apache license 2.0"


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/terms",
        "http://example.org/terms",
        "HTTPS://Example.org/Terms",
        "https://www.example.org/terms",
        "https://example.org/terms/",
        "https://example.org/terms//",
        "example.org/terms",
        "www.example.org/terms",
        " https://example.org/terms ",
        "https://example.org/terms#section-2",
        "https://example.org/terms/#section-2",
    ],
)
def test_scheme_www_trailing_slash_and_fragment_do_not_tell_links_apart(link: str) -> None:
    assert fold_alias(link) == fold_alias("https://example.org/terms")


@pytest.mark.parametrize("link", ["https://example.org/terms.git", "https://example.org/terms.md"])
def test_the_ending_of_a_repository_or_a_page_does_not_tell_links_apart(link: str) -> None:
    assert fold_alias(link) == fold_alias("https://example.org/terms")


@pytest.mark.parametrize(
    ("one", "other"), [("mit", "mit-0"), ("cc-by-4.0", "cc-by-3.0"), ("gpl-2.0", "gpl-2.0+"), ("openrail", "openrail++"), ("c", "c#"), ("a/b", "a/c")]
)
def test_names_that_say_different_things_stay_apart(one: str, other: str) -> None:
    assert fold_alias(one) != fold_alias(other)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold_alias(fold_alias(name)) == fold_alias(name)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.text(min_size=1, max_size=40).filter(str.strip))
def test_a_name_never_folds_to_nothing(name: str) -> None:
    assert fold_alias(name)
