"""Asking the knowledge for one licence, one interpretation, and for the names that others know."""

from __future__ import annotations

import pytest

from registry.errors import UnknownLicenseError, UsageError
from tests.terms.build import KNOWLEDGE


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownLicenseError, match="no licence goes by `lama2`") as caught:
        KNOWLEDGE.find("lama2")
    assert "llama2" in caught.value.nearest
    assert "llama2" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["zzzzzzzzzzzzzzzzzz", "\0", "😀"])
def test_a_name_near_to_nothing_is_answered_with_where_to_look(name: str) -> None:
    with pytest.raises(UnknownLicenseError) as caught:
        KNOWLEDGE.find(name)
    assert "licet license ls" in str(caught.value.hint)


def test_a_licence_that_grants_nothing_can_be_asked_about_by_its_id() -> None:
    assert KNOWLEDGE.find("none").id == "none"
    assert KNOWLEDGE.find("unresolved").id == "unresolved"


def test_an_unknown_interpretation_is_a_wrong_request() -> None:
    with pytest.raises(UsageError, match="`lenient`") as caught:
        KNOWLEDGE.interpretation("lenient")
    assert caught.value.hint == "choose one of strict, mainstream, permissive"


@pytest.mark.parametrize(
    ("license", "expected"),
    [("mit", "MIT"), ("gpl-3.0", "GPL-3.0-only"), ("llama2", "LicenseRef-scancode-llama-2-license-2023"), ("nobody++", "LicenseRef-licet-nobodypp")],
)
def test_other_tools_know_a_licence_by_its_exported_id(license: str, expected: str) -> None:
    assert KNOWLEDGE.exported_id(license) == expected


def test_exported_ids_are_distinct_and_keep_to_the_letters_of_spdx() -> None:
    ids = [KNOWLEDGE.exported_id(name) for name in KNOWLEDGE.ids()]
    assert len(set(ids)) == len(ids)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") for name in ids)
