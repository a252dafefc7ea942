"""Counting findings, group by group or model by model."""

from __future__ import annotations

import pytest

from registry.errors import UsageError
from registry.findings.codes import CODES
from registry.findings.finding import Finding
from registry.findings.tally import MOST_DEVELOPERS, Tally, read_wanted

LOOSE = Finding("LIC101", "m", "looser", "llama2", declared="mit")
DATA = Finding("LIC404", "m", "unknown", "unstated")


def test_groups_and_single_models_come_to_the_same_counts() -> None:
    grouped, single = Tally(), Tally()
    grouped.add((LOOSE, DATA), count=3, verdict="permitted")
    grouped.add((), count=2, verdict="permitted")
    for _ in range(3):
        single.add((LOOSE, DATA, DATA), verdict="permitted")
    for _ in range(2):
        single.add((), verdict="permitted")
    assert grouped.to_data({}) == single.to_data({})


def test_model_counts_once_a_code_and_under_its_gravest_severity() -> None:
    tally = Tally()
    tally.add((DATA, DATA, LOOSE))
    data = tally.to_data({})
    assert {entry["code"]: entry["models"] for entry in data["by_code"]} == {"LIC101": 1, "LIC404": 1}
    assert data["by_severity"] == {"error": 1, "warning": 0, "note": 0}
    assert data["by_pair"] == [{"declared": "mit", "ancestor": "llama2", "models": 1, "codes": {"LIC101": 1}}]


def test_developers_of_whose_models_most_is_found_are_named_and_the_others_counted() -> None:
    tally = Tally()
    concerned = [0, *range(1, MOST_DEVELOPERS + 6)]
    tally.rank_developers(concerned, [count // 2 for count in concerned])
    most = len(concerned) - 1
    data = tally.to_data({most: "Acme"})
    assert data["by_developer"][0] == {"developer": "Acme", "models": most, "errors": most // 2}
    assert [entry["models"] for entry in data["by_developer"]] == list(range(most, 5, -1))
    assert data["developers_with_findings"] == MOST_DEVELOPERS + 5


def test_beginning_of_codes_stands_for_all_that_begin_so() -> None:
    wanted = read_wanted(["lic1", "SEC001"], None)
    assert wanted.codes == {code for code in CODES if code.startswith("LIC1")} | {"SEC001"}


def test_severity_keeps_what_is_at_least_as_grave() -> None:
    kept = {code for code in CODES if read_wanted([], "warning").keeps(code)}
    assert kept == {code for code, each in CODES.items() if each.severity != "note"}


@pytest.mark.parametrize("word", ["LIC999", "L", "error", "*"])
def test_word_that_is_no_code_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="not the code of a finding"):
        read_wanted([word], None)
