"""Which statements count on a date."""

from __future__ import annotations

from registry.supplychain.statement import statements_on
from tests.factories import statement


def test_relicensing_is_picked_by_date() -> None:
    old = statement(license="yi-2.1", valid_to="2024-05-30")
    new = statement(license="apache-2.0", valid_from="2024-05-30")
    assert statements_on([old, new], "2024-05-29") == (old,)
    assert statements_on([old, new], "2024-05-30") == (new,)


def test_what_we_hold_counts_before_what_files_show_and_cards_say() -> None:
    said = [statement(license="mit"), statement(license="llama2", basis="concluded"), statement(license="apache-2.0", basis="detected")]
    assert [each.license for each in statements_on(said, "2026-01-01")] == ["llama2"]


def test_statements_that_contradict_each_other_all_count_latest_first() -> None:
    said = [statement(license="mit", stated_on="2024-01"), statement(license="gpl-3.0", stated_on="2025-01")]
    assert [each.license for each in statements_on(said, "2026-01-01")] == ["gpl-3.0", "mit"]


def test_before_any_statement_nothing_counts() -> None:
    assert statements_on([statement(valid_from="2024-01-01")], "2023-12-31") == ()


def test_a_month_begins_with_its_first_day() -> None:
    assert statements_on([statement(valid_from="2024-05")], "2024-05-01")
    assert not statements_on([statement(valid_to="2024-05")], "2024-05-01")
