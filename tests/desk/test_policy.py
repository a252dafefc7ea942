from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry.desk.policy import new_config, parse_policy_text, policy_schema, read_policy_file, sample_policies
from registry.errors import UsageError


def test_the_policies_that_travel_with_the_program_can_be_read() -> None:
    assert set(sample_policies()) == {"startup", "enterprise", "research-lab", "eu-public-body"}
    for name in sample_policies():
        assert read_policy_file(name).name == name


def test_the_published_schema_is_that_of_the_program(root: Path) -> None:
    assert json.loads((root / "data" / "schemas" / "policy-1.schema.json").read_text(encoding="utf-8")) == policy_schema()


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("licences: {allow: [mit]}", 1, "`licences`", "`licenses`"),
        ("name: x\nlicenses:\n  alow: [mit]", 3, "`alow`", "`allow`"),
        ("waivers:\n  - finding: LIC302\n    reason: x\n    expires: 2026-01-01", 2, "`owner` is missing", "owner"),
        ("waivers:\n  - {finding: LIC302, owner: a, reason: b, expires: soon}", 2, "expires", "mend"),
        ("severity:\n  LIC999: error", 2, "`LIC999`", ""),
        ("fail_on: [prohibted]", 1, "`prohibted`", "`prohibited`"),
        ("minimum_evidence: strong", 1, "minimum_evidence", "mend"),
        ("- a", 1, "not a mapping", "policy init"),
        ("policy:\n  nam: x", 2, "`nam`", "`name`"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_may_be_meant(text: str, line: int, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_policy_text(text, "policy.yaml")
    assert f"`policy.yaml` line {line}:" in caught.value.message
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("text", ["a: [", "x: !!python/object:os.system {}", "\x00"])
def test_hostile_text_is_refused_with_the_name_of_the_file(text: str) -> None:
    with pytest.raises(UsageError, match=r"`p\.yaml`"):
        parse_policy_text(text, "p.yaml")


def test_an_empty_policy_refuses_nothing() -> None:
    assert parse_policy_text("", "p.yaml").choices == {}


def test_a_policy_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-such") as caught:
        read_policy_file("no-such", tmp_path)
    assert "startup" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["startup", "enterprise", "research-lab", "eu-public-body"])
def test_a_begun_config_holds_the_policy(name: str) -> None:
    assert parse_policy_text(new_config(name), "licet.yaml").name == name
