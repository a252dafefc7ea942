"""The condition language: three leaves, three connectives, nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from registry.terms.conditions import ConditionError, parse_condition, to_data


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({}, "one condition"),
        ([], "one condition"),
        ({"all": []}, "list of conditions"),
        ({"commercial": []}, "at least one value"),
        ({"commercial": {"gt": 1}}, "one of eq, in, overlaps"),
        ({"commercial": [{"a": 1}]}, "neither a word"),
        ({"place": {"of": "moon", "in": ["EU"]}}, "place.of"),
        ({"place": {"of": "licensee"}}, "takes `of` and `in`"),
        ({"measure": {"what": "active-users"}}, "exactly one of"),
        ({"measure": {"what": "active-users", "over": 1, "at_least": 2}}, "exactly one of"),
        ({"measure": {"what": "active-users", "over": "many"}}, "must be a number"),
        ({"measure": {"what": "active-users", "over": 1, "of": "me"}}, "measure.of"),
        ({"measure": {"what": "active-users", "over": 1, "colour": "red"}}, "does not know `colour`"),
        ({"measure": {"what": "active-users", "over": 1, "at": "once"}}, "needs an `anchor`"),
        ({"not": {"any": [{"place": 3}]}}, "place"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_field(data: Any, complaint: str) -> None:
    with pytest.raises(ConditionError, match=complaint.replace("(", r"\(")):
        parse_condition(data)


@pytest.mark.parametrize(
    "data",
    [
        {"commercial": [True]},
        {"all": [{"role": ["licensee"]}, {"not": {"purpose": ["education", "research"]}}]},
        {"any": [{"place": {"of": "end-users", "in": ["EU", "GB"]}}, {"fields_of_use": ["military"]}]},
        {"measure": {"what": "revenue", "of": "group", "products": "all", "per": "year", "at": "any-time", "unit": "USD", "latch": True, "over": 1_000_000}},
        {"measure": {"what": "active-users", "of": "group", "products": "all", "per": "month", "at": "once", "anchor": "license-date", "at_least": 5}},
    ],
)
def test_a_condition_is_written_as_it_is_read(data: dict[str, Any]) -> None:
    assert to_data(parse_condition(data)) == data


def test_several_keys_in_one_mapping_all_have_to_hold() -> None:
    assert parse_condition({"commercial": [True], "role": ["licensee"]}) == parse_condition({"all": [{"commercial": [True]}, {"role": ["licensee"]}]})
