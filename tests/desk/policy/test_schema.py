"""The published schemas: what they take the program takes, and the reverse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from registry.desk.policy.file import read_data
from registry.desk.policy.policies import find_policy, new_config, sample_policies
from registry.desk.policy.schema import config_schema, policy_schema, schema_text
from registry.desk.policy.words import LICENSE_TYPES, closed_words, settle
from registry.desk.session import Desk
from registry.errors import UsageError
from registry.knowledge.store import Knowledge
from registry.resources import resource_dir
from registry.terms.facts import read_fact
from registry.yaml12 import read_yaml

KNOWLEDGE = Knowledge.load(resource_dir("data"), None)
WORDS = closed_words(KNOWLEDGE)
CHECKER = Draft202012Validator(policy_schema(KNOWLEDGE), format_checker=Draft202012Validator.FORMAT_CHECKER)
CONFIG = Draft202012Validator(config_schema(KNOWLEDGE))

# Half of what is drawn is right, so that both answers are seen.
JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.just(""), st.sampled_from(["mit", "LIC", "x", "lic302", "2027-13-01"]), st.just([]), st.just({})
)
TEXT = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=8)


def perhaps(right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.integers(0, 24), right, JUNK).map(lambda drawn: drawn[2] if drawn[0] == 24 else drawn[1])


def words_of(right: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return perhaps(st.one_of(right, st.lists(perhaps(right), max_size=3)))


def choice_of(right: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return perhaps(st.fixed_dictionaries({}, optional={"allow": words_of(right), "refuse": words_of(right)}))


def severities() -> st.SearchStrategy[Any]:
    return perhaps(
        st.dictionaries(
            st.one_of(st.sampled_from(WORDS["severity"]), st.just("LIC9")), perhaps(st.sampled_from(["ignore", "note", "warning", "error"])), max_size=2
        )
    )


DAY = st.one_of(st.dates().map(lambda day: day.isoformat()), st.sampled_from(["2027-02-30", "2027-3-1", "20270301", "soon"]))
WAIVERS = st.lists(
    perhaps(
        st.fixed_dictionaries(
            {"finding": perhaps(st.sampled_from(WORDS["severity"])), "owner": perhaps(TEXT), "reason": perhaps(TEXT), "expires": perhaps(DAY)},
            optional={"model": perhaps(TEXT), "path": perhaps(TEXT), "ticket": TEXT},
        )
    ),
    max_size=2,
)
PATHS = st.lists(perhaps(st.fixed_dictionaries({"match": words_of(TEXT)}, optional={"ignore": perhaps(st.booleans()), "severity": severities()})), max_size=2)
RIGHT_KEYS = st.fixed_dictionaries(
    {},
    optional={
        "name": perhaps(TEXT),
        "description": perhaps(TEXT),
        "extends": perhaps(TEXT),
        "interpretation": perhaps(st.sampled_from(["strict", "mainstream", "permissive"])),
        "license_types": choice_of(st.sampled_from([*LICENSE_TYPES, "*"])),
        "families": choice_of(st.sampled_from(WORDS["families"])),
        "licenses": choice_of(st.sampled_from(["mit", "apache-2.0", "llama*"])),
        "developers": choice_of(TEXT),
        "countries": choice_of(st.sampled_from(WORDS["countries"])),
        "hosts": choice_of(TEXT),
        "datasets": choice_of(TEXT),
        "models": choice_of(TEXT),
        "minimum_evidence": perhaps(st.sampled_from(["inferred", "declared", "detected", "attested"])),
        "duties_shown": words_of(st.sampled_from(WORDS["duties_shown"])),
        "severity": severities(),
        "fail_on": words_of(st.sampled_from(WORDS["fail_on"])),
        "unresolved": perhaps(st.sampled_from(["ignore", "note", "warning", "error"])),
        "waivers": perhaps(WAIVERS),
        "paths": perhaps(PATHS),
    },
)
POLICIES = st.one_of(RIGHT_KEYS, RIGHT_KEYS, RIGHT_KEYS, RIGHT_KEYS.map(lambda data: {**data, "licences": "mit"}))


def loads(data: Any) -> str | None:
    """Why the program does not take it, or None."""
    try:
        settle(KNOWLEDGE, read_data(data, "p.yaml", "", ()))
    except UsageError as error:
        return error.message
    return None


def names_no_licence(message: str | None) -> bool:
    """Licences go by any name that is known, which no schema can list."""
    return message is not None and ("licence goes by" in message or "is the name of several" in message)


@pytest.mark.property
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(POLICIES)
def test_what_the_schema_takes_the_program_takes_and_the_reverse(data: dict[str, Any]) -> None:
    refused = loads(data)
    if not names_no_licence(refused):
        assert CHECKER.is_valid(data) == (refused is None), (refused, [error.message for error in CHECKER.iter_errors(data)])


def test_both_answers_are_drawn() -> None:
    drawn: list[bool] = []

    @settings(max_examples=200, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(POLICIES)
    def draw(data: dict[str, Any]) -> None:
        drawn.append(loads(data) is None)

    draw()
    share = sum(drawn) / len(drawn)
    assert 0.1 < share < 0.9, share


@pytest.mark.parametrize(("name", "schema"), [("policy-1", policy_schema), ("config-1", config_schema)])
def test_the_published_schema_is_that_of_the_program(root: Path, name: str, schema: Any, update_golden: bool) -> None:
    path = root / "data" / "schemas" / f"{name}.schema.json"
    if update_golden:
        path.write_text(schema_text(schema(KNOWLEDGE)), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == schema_text(schema(KNOWLEDGE))
    Draft202012Validator.check_schema(schema(KNOWLEDGE))


@pytest.mark.parametrize("name", sorted(sample_policies()))
def test_every_sample_and_what_init_writes_is_valid(reader: Desk, name: str) -> None:
    data = read_yaml(new_config(name), name)
    CONFIG.validate(data)
    CHECKER.validate(data["policy"])
    assert find_policy(reader, name).name == name


@pytest.mark.parametrize(
    ("data", "valid"),
    [
        ({}, True),
        ({"facts": None, "policy": None}, True),
        ({"policy": "startup"}, True),
        ({"app": "kiosk", "exclude": ["vendor/"], "applications": [{"name": "web", "path": "web", "app": "kiosk", "facts": {"commercial": True}}]}, True),
        ({"applications": [{"path": "web"}]}, False),
        ({"applications": [{"name": "web", "fact": {}}]}, False),
        ({"facts": {"comercial": True}}, False),
        ({"facts": {"country": "UK"}}, False),
        ({"facts": {"monthly_active_users": {"2026-10": "1M", "group": 5}, "audience": ["EU", "US"], "business": ["competitor-of:acme"]}}, True),
        ({"policies": {}}, False),
        ({"policy": {"licences": {}}}, False),
    ],
)
def test_a_licet_yaml_is_valid_or_not(data: dict[str, Any], valid: bool) -> None:
    assert CONFIG.is_valid(data) is valid


def test_every_fact_of_the_vocabulary_may_be_stated() -> None:
    facts = {"country": "DE", "audience": ["EU"], "founded": "2020-01", "obtained_on": "2026-01-01", "date": "2026-01-01", "accepted": ["llama2"]}
    CONFIG.validate({"facts": facts})
    for name, value in facts.items():
        read_fact(KNOWLEDGE.vocabulary, name, value)
    assert set(json.loads(schema_text(config_schema(KNOWLEDGE)))["$defs"]["Facts"]["properties"]) == set(KNOWLEDGE.vocabulary.facts)
