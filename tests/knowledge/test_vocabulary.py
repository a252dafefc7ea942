"""The vocabulary is closed, and everything that hangs together in it does."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from registry.errors import KnowledgeError
from registry.knowledge.vocabulary import build_vocabulary
from registry.terms.facts import read_fact
from registry.terms.interpretation import SETTLEMENTS
from registry.yaml12 import read_yaml
from tests.knowledge.build import DATA
from tests.terms.build import KNOWLEDGE

PLAIN: dict[str, Any] = read_yaml((DATA / "vocabulary.yaml").read_text(encoding="utf-8"), "vocabulary.yaml")
VOCABULARY = build_vocabulary(PLAIN)


@pytest.mark.parametrize("section", sorted(set(PLAIN) - {"confidences"}))
def test_a_vocabulary_without_a_section_is_refused(section: str) -> None:
    data = {name: value for name, value in PLAIN.items() if name != section}
    with pytest.raises(KnowledgeError, match=f"`vocabulary.yaml`: .*{section}"):
        build_vocabulary(data)


@pytest.mark.parametrize(
    ("section", "entry", "value"),
    [
        ("facts", "weather", {"label": "weather"}),
        ("facts", "weather", {"kind": "choice"}),
        ("facts", "weather", "wet"),
        ("facts", "weather", {"kind": "count", "label": "weather", "within": ["climate"]}),
        ("facts", "weather", {"kind": "choice", "label": "weather", "values": "kinds_of_weather"}),
        ("acts", "fly", {"label": "fly"}),
        ("acts", "fly", {"label": "fly", "from": {}}),
        ("acts", "fly", {"label": "fly", "from": {"modified": True, "role": "licensee"}}),
        ("duties", "dance", {"label": "dance"}),
        ("regions", "OTHER", {"FR": {"to": "2020-01-01"}}),
        ("currencies", "XAU", [1]),
        ("currencies", "XAU", ["low", "high"]),
    ],
)
def test_a_misshapen_entry_is_refused(section: str, entry: str, value: Any) -> None:
    data = copy.deepcopy(PLAIN)
    data[section][entry] = value
    with pytest.raises(KnowledgeError, match=r"vocabulary\.yaml"):
        build_vocabulary(data)


@pytest.mark.parametrize("data", [None, [], "text", 5])
def test_what_is_no_mapping_is_refused(data: Any) -> None:
    with pytest.raises(KnowledgeError, match=r"vocabulary\.yaml"):
        build_vocabulary(data)


def test_a_new_fact_needs_no_code() -> None:
    data = copy.deepcopy(PLAIN)
    data["facts"]["weather"] = {"kind": "choice", "values": ["wet", "dry"], "label": "weather"}
    data["fields_of_use"]["knitting"] = "knitting"
    vocabulary = build_vocabulary(data)
    assert read_fact(vocabulary, "weather", "wet") == "wet"
    assert read_fact(vocabulary, "fields_of_use", "knitting") == frozenset({"knitting"})


def test_every_act_follows_from_a_value_its_fact_can_have() -> None:
    for act in VOCABULARY.acts.values():
        fact = VOCABULARY.facts[act.fact]
        assert act.values <= (fact.values or {True, False}), act.name


def test_every_group_is_made_of_acts_and_all_of_all() -> None:
    assert set(VOCABULARY.act_groups["all"]) == set(VOCABULARY.acts)
    assert all(set(group) <= set(VOCABULARY.acts) for group in VOCABULARY.act_groups.values())
    assert not set(VOCABULARY.act_groups) & set(VOCABULARY.acts)


def test_every_measure_leads_to_a_fact_that_counts() -> None:
    for periods in VOCABULARY.measures.values():
        for fact in periods.values():
            assert VOCABULARY.facts[fact].kind in ("count", "money")


def test_wider_and_narrower_counts_mirror_each_other() -> None:
    assert VOCABULARY.wider["daily_active_users"] == ("monthly_active_users", "monthly_visits")
    for name, wider in VOCABULARY.wider.items():
        assert name not in wider
        for other in wider:
            assert name in VOCABULARY.narrower[other]


def test_regions_hold_countries_and_dates() -> None:
    for region, members in VOCABULARY.regions.items():
        assert region not in VOCABULARY.countries
        for code, membership in members.items():
            assert code in VOCABULARY.countries
            assert membership.since <= (membership.until or "9999")


def test_norway_is_a_country_and_not_in_the_union() -> None:
    assert "NO" in VOCABULARY.countries
    assert "NO" not in VOCABULARY.regions["EU"]
    assert len(VOCABULARY.countries) == 249
    assert sum(membership.until is None for membership in VOCABULARY.regions["EU"].values()) == 27


def test_bands_of_rates_have_a_lower_and_an_upper_end() -> None:
    assert VOCABULARY.currencies["USD"] == (1, 1)
    assert all(0 < low <= high for low, high in VOCABULARY.currencies.values())


def test_everything_assumed_of_a_use_is_a_fact_with_a_value_it_can_have() -> None:
    for name, value in KNOWLEDGE.ordinary.items():
        for assumed in value["values"].values() if isinstance(value, dict) else [value]:
            assert read_fact(VOCABULARY, name, assumed) is not None


@pytest.mark.parametrize(
    "fact", ["monthly_active_users", "monthly_visits", "annual_revenue_usd", "country", "audience", "commercial", "distribution", "modality_used"]
)
def test_what_decides_most_is_never_assumed(fact: str) -> None:
    assert fact not in KNOWLEDGE.ordinary


def test_interpretations_run_from_strict_to_permissive_and_settle_points_in_four_words() -> None:
    assert list(KNOWLEDGE.interpretations) == ["strict", "mainstream", "permissive"]
    for interpretation in KNOWLEDGE.interpretations.values():
        assert set(interpretation.points) <= set(VOCABULARY.points)
        assert {interpretation.default, *interpretation.points.values()} <= set(SETTLEMENTS)


@pytest.mark.parametrize("point", sorted(VOCABULARY.points))
def test_no_point_is_taken_more_favourably_by_a_stricter_reading(point: str) -> None:
    readings = [SETTLEMENTS.index(interpretation.settle([point])) for interpretation in KNOWLEDGE.interpretations.values()]
    assert readings == sorted(readings, reverse=True)
