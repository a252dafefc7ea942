"""Licences listed, shown by name and date, and put side by side."""

from __future__ import annotations

import json
from typing import Any

import pytest

from registry.desk.licenses import compare_licenses, list_licenses, show_license
from registry.desk.session import Desk
from registry.errors import FactError, UnknownLicenseError, UsageError


def ids(result: dict[str, Any]) -> list[str]:
    return [item["id"] for item in result["items"]]


def test_every_licence_is_listed_by_id(reader: Desk) -> None:
    result = list_licenses(reader)
    assert result["schema"] == "licet.licenses/1"
    assert ids(result) == sorted(reader.knowledge.ids())
    keys = {"id", "name", "type", "steward", "spdx", "osi_approved", "released", "confidence"}
    assert all(set(item) >= keys for item in result["items"])


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("llama", "llama3.1"),
        ("LLAMA", "llama3.1"),
        ("Creative Commons", "cc-by-nc-4.0"),
        ("Stability AI", "stability-ai-community-2024-07-05"),
        ("Expat", "mit"),
    ],
)
def test_a_word_is_looked_for_in_id_name_alias_and_steward(reader: Desk, word: str, found: str) -> None:
    assert found in ids(list_licenses(reader, search=word))
    assert len(ids(list_licenses(reader, search=word))) < len(ids(list_licenses(reader)))


def test_filters_by_type_and_approval(reader: Desk) -> None:
    parts = {kind: set(ids(list_licenses(reader, type=kind))) for kind in ("open-source", "custom", "commercial")}
    assert "mit" in parts["open-source"]
    assert "llama2" in parts["custom"]
    assert "openai-services-agreement-2026-01-01" in parts["commercial"]
    assert set().union(*parts.values()) == set(ids(list_licenses(reader)))
    assert sum(map(len, parts.values())) == len(ids(list_licenses(reader)))
    approved = set(ids(list_licenses(reader, osi=True)))
    assert {"mit", "apache-2.0", "gpl-3.0"} <= approved <= parts["open-source"]
    assert "cc-by-4.0" not in approved
    assert ids(list_licenses(reader, search="llama", type="custom"))
    assert ids(list_licenses(reader, search="no licence has this word")) == []


@pytest.mark.parametrize(
    ("name", "license"),
    [
        ("mit", "mit"),
        ("MIT", "mit"),
        ("MIT License", "mit"),
        ("Apache-2.0", "apache-2.0"),
        ("Apache License, Version 2.0", "apache-2.0"),
        ("https://www.apache.org/licenses/LICENSE-2.0", "apache-2.0"),
        ("LLAMA 2 Community License Agreement", "llama2"),
        ("https://ai.meta.com/llama/license", "llama2"),
        ("cc-by-nc-4.0", "cc-by-nc-4.0"),
        ("CC-BY-NC-4.0", "cc-by-nc-4.0"),
    ],
)
def test_a_licence_is_shown_by_any_of_its_names(reader: Desk, name: str, license: str) -> None:
    assert show_license(reader, name)["id"] == license


@pytest.mark.parametrize(
    ("name", "on", "license"),
    [
        ("flux-1-dev-non-commercial-license", "2024-08-05", "flux-1-dev-nc-1.0"),
        ("flux-1-dev-non-commercial-license", "2025-08-01", "flux-1-dev-nc-1.1.1"),
        ("flux-1-dev-non-commercial-license", "2026-11-01", "flux-dev-nc-2.0"),
        ("Gemma Terms of Use", "2024-06-01", "gemma-2024-04-01"),
        ("Gemma Terms of Use", "2025-03-23", "gemma-2024-04-01"),
        ("Gemma Terms of Use", "2025-03-24", "gemma"),
        ("https://ai.google.dev/gemma/terms", "2024-06-01", "gemma-2024-04-01"),
        ("yi-license", "2023-11-02", "yi-1.0"),
        ("yi-license", "2023-11-10", "yi-2.0"),
        ("yi-license", "2023-12-01", "yi-2.1"),
    ],
)
def test_texts_that_share_a_name_are_told_apart_by_the_date(reader: Desk, name: str, on: str, license: str) -> None:
    assert show_license(reader, name, on)["id"] == license


def test_a_name_of_several_texts_means_the_one_of_today(reader: Desk) -> None:
    assert show_license(reader, "Gemma Terms of Use")["id"] == "gemma"
    assert show_license(reader, "yi-license")["id"] == "yi-2.1"


def test_a_date_before_every_text_offers_them_all(reader: Desk) -> None:
    with pytest.raises(UnknownLicenseError) as caught:
        show_license(reader, "yi-license", "2020-01-01")
    assert caught.value.nearest == ("yi-1.0", "yi-2.0", "yi-2.1")


def test_an_unknown_licence_offers_near_ones(reader: Desk) -> None:
    with pytest.raises(UnknownLicenseError) as caught:
        show_license(reader, "lama2")
    assert len(caught.value.nearest) == 3
    assert "llama2" in caught.value.nearest


def test_a_date_that_is_none_is_refused(reader: Desk) -> None:
    for name in ("mit", "yi-license"):
        with pytest.raises((FactError, UsageError), match="soon"):
            show_license(reader, name, "soon")


@pytest.mark.parametrize("name", ["llama2", "llama3.1", "gemma", "cc-by-nc-4.0", "mit", "stability-ai-community-2024-07-05", "other"])
def test_a_licence_is_shown_whole(reader: Desk, name: str) -> None:
    shown = show_license(reader, name)
    assert (shown["schema"], shown["id"]) == ("licet.license/1", name)
    assert all(term["section"] and term["summary"] and term["confidence"] for term in shown["terms"])
    for term in shown["terms"]:
        assert (term["when"] is not None) == bool(term.get("if")), term["id"]
    disputed = {point for term in shown["terms"] for point in term.get("disputed", ())}
    assert disputed <= set(shown["points"])
    assert "examples" not in shown
    json.dumps(shown)


def test_a_limit_is_shown_with_its_month(reader: Desk) -> None:
    (limit,) = [term for term in show_license(reader, "llama2")["terms"] if term["id"] == "active-users-limit"]
    assert "700M" in limit["when"]
    assert "June 2023" in limit["when"]


def test_showing_a_licence_does_not_change_it(reader: Desk) -> None:
    before = json.dumps(reader.knowledge.raw("llama2"), sort_keys=True)
    show_license(reader, "llama2")["terms"][0]["summary"] = "changed"
    assert json.dumps(reader.knowledge.raw("llama2"), sort_keys=True) == before


PAIRS = [("llama2", "llama3.1"), ("mit", "apache-2.0"), ("gemma", "llama3.1"), ("cc-by-4.0", "cc-by-nc-4.0"), ("openrail++", "creativeml-openrail-m")]


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_comparing_is_symmetric(reader: Desk, left: str, right: str) -> None:
    one, other = compare_licenses(reader, left, right), compare_licenses(reader, right, left)
    assert (one["left"], one["right"]) == (other["right"], other["left"])
    assert [term["id"] for term in one["only_left"]] == [term["id"] for term in other["only_right"]]
    assert [term["id"] for term in one["only_right"]] == [term["id"] for term in other["only_left"]]
    for part in ("differences", "common"):
        assert {(row["about"], row["left"]["term"], row["right"]["term"]) for row in one[part]} == {
            (row["about"], row["right"]["term"], row["left"]["term"]) for row in other[part]
        }


@pytest.mark.parametrize("name", ["mit", "llama3.1", "gemma"])
def test_a_licence_compared_with_itself_has_no_difference(reader: Desk, name: str) -> None:
    result = compare_licenses(reader, name, name)
    assert (result["differences"], result["only_left"], result["only_right"]) == ([], [], [])
    assert result["common"]


def test_a_comparison_names_what_one_has_and_the_other_lacks(reader: Desk) -> None:
    result = compare_licenses(reader, "mit", "llama2")
    assert "active-users-limit" in {term["id"] for term in result["only_right"]}
    assert all(term["about_words"] and term["section"] for part in ("only_left", "only_right") for term in result[part])
    users = next(row for row in compare_licenses(reader, "llama2", "llama3.1")["differences"] if "users" in row["about"])
    assert "June 2023" in users["left"]["summary"]
    assert "June 2024" in users["right"]["summary"]


def test_comparing_with_what_is_not_known(reader: Desk) -> None:
    with pytest.raises(UnknownLicenseError, match="no-such"):
        compare_licenses(reader, "mit", "no-such-licence-anywhere")
