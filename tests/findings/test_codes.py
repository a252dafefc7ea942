"""The closed table of codes, and what a finding takes from it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from registry.findings.codes import CODES, SEVERITIES
from registry.findings.finding import Finding

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_says_what_how_grave_who_and_what_to_do(code: str) -> None:
    entry = CODES[code]
    assert re.fullmatch(r"(LIC|SEC|POL)[0-9]{3}", code)
    assert entry.code == code
    assert entry.severity in SEVERITIES
    assert entry.fixable_by in ("you", "developer", "licensor")
    assert entry.title
    assert entry.fix


def test_no_two_codes_say_the_same() -> None:
    assert len({entry.title for entry in CODES.values()}) == len(CODES)


def test_codes_once_published_are_there() -> None:
    published = "001 002 003 101 102 103 104 105 106 107 201 205 305 401 402 404"
    assert {f"LIC{number}" for number in published.split()} <= set(CODES)


def test_every_code_that_is_raised_is_in_the_table_and_every_entry_is_raised() -> None:
    raised: set[str] = set()
    for path in sorted((ROOT / "registry").rglob("*.py")):
        if path.name != "codes.py":
            raised |= set(re.findall(r"\"((?:LIC|SEC|POL)[0-9]{3})\"", path.read_text(encoding="utf-8")))
    assert raised == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_test_of_its_own(code: str) -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))
    assert f"def test_{code.lower()}_" in tests


def test_a_finding_takes_severity_and_remedy_from_its_code() -> None:
    finding = Finding("LIC101", "acme/model", "It is looser.")
    assert (finding.severity, finding.fixable_by, finding.hint) == ("error", "developer", CODES["LIC101"].fix)
    assert finding.confidence == "high"


def test_findings_are_values() -> None:
    finding = Finding("LIC101", "acme/model", "It is looser.", ancestors=("a",))
    assert finding == replace(finding)
    assert len({finding, replace(finding), replace(finding, ancestors=("b",))}) == 2
