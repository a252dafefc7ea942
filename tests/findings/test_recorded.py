"""Findings on what is recorded: statements that differ, sources that contradict each other, circles, remarks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from registry.findings.finding import NAME, Finding, said_of
from registry.findings.recorded import LineageClaim, circle_finding, lineage_findings, remark_finding, statement_findings, without_doubles
from registry.lineage.graph import Edge
from registry.supplychain.remark import Remark


def test_shared_finding_keeps_everything_but_the_name() -> None:
    shared = Finding("LIC101", NAME, f"`{NAME}` is looser.", "llama2", "2", "medium", ("a",), ("user-limit",), "mit", (Edge(NAME, "a", "finetune"),), "f", 3)
    assert said_of(shared, "m") == replace(shared, subject="m", summary="`m` is looser.")
    assert said_of(shared, "m").path == shared.path


def said(declared: set[str], detected: set[str]) -> list[str]:
    return [finding.code for finding in statement_findings("m", {"declared": frozenset(declared), "detected": frozenset(detected)})]


def test_lic004_is_found_where_card_and_files_have_nothing_in_common() -> None:
    assert said({"mit"}, {"llama2"}) == ["LIC004"]
    assert said({"mit"}, {"mit"}) == []
    assert said({"mit", "llama2"}, {"llama2"}) == []
    assert said({"mit"}, set()) == []
    assert said(set(), {"mit"}) == []


def contradictions(*claims: tuple[Any, ...]) -> list[tuple[str, ...]]:
    return [finding.ancestors for finding in lineage_findings("m", (LineageClaim(*claim) for claim in claims))]


def test_lic109_is_found_where_sources_name_different_bases_of_an_adapter() -> None:
    assert contradictions(("card", "a", "adapter"), ("files", "b", "adapter")) == [("a", "b")]
    assert contradictions(("card", "a", "adapter"), ("files", "a", "adapter")) == []
    assert contradictions(("card", "a", "adapter"), ("files", "a", "adapter"), ("files", "b", "adapter")) == []


def test_two_bases_of_a_merge_are_no_contradiction() -> None:
    assert contradictions(("card", "a", "merge"), ("files", "b", "merge")) == []


def test_lic109_is_found_where_sources_call_one_base_by_different_relations() -> None:
    assert contradictions(("card", "a", "finetune"), ("hub", "a", "quantized")) == [("a",)]
    assert contradictions(("card", "a", "finetune"), ("card", "a", "quantized")) == []


def test_lic109_is_found_where_weights_deny_a_base_and_such_a_claim_names_no_relation() -> None:
    assert contradictions(("card", "a", "finetune"), ("weights", "a", "finetune", True)) == [("a",)]
    assert contradictions(("card", "a", "finetune"), ("weights", "a", "quantized", True), ("weights", "b", "adapter", True)) == [("a",), ("b",)]


def test_lic108_names_the_others_of_the_circle() -> None:
    assert circle_finding("a", ["a", "b", "c"]).ancestors == ("b", "c")
    assert "`b`, `c`" in circle_finding("a", ["a", "b", "c"]).summary
    assert "made from itself" in circle_finding("a", ["a"]).summary
    assert "and 94 more" in circle_finding("a", [f"m{number}" for number in range(100)]).summary


def test_stored_remark_is_found_with_its_place() -> None:
    found = remark_finding(Remark("m", "weights-pickled", "it is a pickle.", "SEC001", "model.bin", 3))
    assert found is not None
    assert (found.code, found.file, found.line, found.summary) == ("SEC001", "model.bin", 3, "`m`: it is a pickle.")
    assert remark_finding(Remark("m", "odd", "something", "NEW999")) is None
    assert remark_finding(Remark("m", "odd", "something")) is None


def test_what_was_noted_counts_before_what_was_derived_of_the_same_code() -> None:
    derived = statement_findings("m", {"declared": frozenset({"mit"}), "detected": frozenset({"llama2"})})
    noted = remark_finding(Remark("m", "license-differs", "the card declares mit", "LIC004", "LICENSE"))
    assert noted is not None
    assert without_doubles(derived, [noted]) == [noted]
    assert without_doubles(derived, []) == derived
