from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from registry.cli.use import FLAGS, GivenUse, flag_for, use_flags
from registry.yaml12 import read_yaml


def given(*arguments: str) -> GivenUse:
    seen: list[GivenUse] = []

    @click.command()
    @use_flags()
    def command(use: GivenUse) -> None:
        seen.append(use)

    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    if result.exit_code:
        raise AssertionError(result.output)
    return seen[0]


@pytest.fixture
def vocabulary(root: Path) -> dict[str, Any]:
    read = read_yaml((root / "data/vocabulary.yaml").read_text(encoding="utf-8"), "vocabulary.yaml")
    assert isinstance(read, dict)
    return read


def test_nothing_stated_is_nothing_given() -> None:
    assert given() == GivenUse({}, None)


@pytest.mark.parametrize(
    ("arguments", "raw"),
    [
        (["--commercial"], {"commercial": True}),
        (["--non-commercial"], {"commercial": False}),
        (["--unmodified"], {"modified": False}),
        (["--mau", "700M"], {"monthly_active_users": ["700M"]}),
        (["--mau", "2023-06=12M", "--mau", "product=5M"], {"monthly_active_users": ["2023-06=12M", "product=5M"]}),
        (["--mau", "700,000,000"], {"monthly_active_users": ["700,000,000"]}),
        (["--audience", "DE,FR", "--audience", "NO"], {"audience": ["DE", "FR", "NO"]}),
        (["--distribution", "saas, api"], {"distribution": ["saas", "api"]}),
        (["--permission-from", "Meta Platforms, Inc."], {"permission_from": ["Meta Platforms, Inc."]}),
        (["--country", "NO"], {"country": "NO"}),
        (["--on", "2026-01-31"], {"date": "2026-01-31"}),
        (["--fact", "edge-devices=6000"], {"edge_devices": "6000"}),
        (["--fact", "headcount=2025-01=5", "--fact", "headcount=group=9"], {"headcount": ["2025-01=5", "group=9"]}),
        (["--no-assume", "--strict-facts"], {"assume": False, "strict_facts": True}),
        (["--accepted", "all"], {"accepted": ["all"]}),
    ],
)
def test_flags_collect_text_and_nothing_more(arguments: list[str], raw: dict[str, Any]) -> None:
    assert given(*arguments).raw == raw


def test_interpretation_stands_apart_from_the_facts() -> None:
    assert given("--interpretation", "strict") == GivenUse({}, "strict")


def test_every_flag_states_a_fact_of_the_vocabulary_and_every_flagged_fact_has_its_flag(vocabulary: dict[str, Any]) -> None:
    mine = {flag.fact: flag.flag for flag in FLAGS}
    theirs = {name: entry["flag"] for name, entry in vocabulary["facts"].items() if entry.get("flag", "--fact") != "--fact"}
    assert mine == theirs


def test_the_help_of_a_choice_names_its_values(vocabulary: dict[str, Any]) -> None:
    for flag in FLAGS:
        values = vocabulary["facts"][flag.fact].get("values", [])
        if isinstance(values, list) and "such as" not in flag.help and "..." not in flag.help:
            missing = [value for value in values if not re.search(rf"\b{re.escape(value)}\b", flag.help)]
            assert not missing, flag.flag


def test_multiple_values_are_taken_where_the_vocabulary_has_lists(vocabulary: dict[str, Any]) -> None:
    for flag in FLAGS:
        entry = vocabulary["facts"][flag.fact]
        several = entry["kind"] in ("choices", "countries", "texts") or entry.get("scoped") or entry.get("series")
        assert flag.repeats == bool(several), flag.flag


def test_a_missing_fact_is_asked_for_by_the_flag_that_gives_it() -> None:
    assert flag_for("monthly_active_users") == "--mau COUNT"
    assert flag_for("commercial") == "--commercial or --non-commercial"
    assert flag_for("purpose") == "--purpose VALUE"
    assert flag_for("edge_devices") == "--fact edge_devices=VALUE"
