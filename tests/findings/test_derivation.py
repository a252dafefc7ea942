"""What findings make of a derivative: one code after another."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from registry.findings.finding import Finding
from registry.lineage.graph import Graph, Node
from tests.findings.build import codes, findings_of
from tests.lineage.build import a_graph
from tests.terms.build import a_license, a_term, a_use


def pair(parent: str | tuple[str, ...], child: str | tuple[str, ...], relation: str = "finetune", evidence: str = "declared") -> Graph:
    """A child of one parent; a dataset where the relation is to one."""
    nodes: dict[str, str | tuple[str, ...] | Node] = {"parent": parent, "child": child}
    if relation in ("trained-on", "tested-on"):
        nodes["parent"] = Node("parent", (parent,) if isinstance(parent, str) else parent, "dataset")
    return a_graph(nodes, f"child {relation} parent {evidence}")


def only(found: list[Finding], code: str) -> Finding:
    """The one finding of a code."""
    (finding,) = [each for each in found if each.code == code]
    return finding


@pytest.mark.parametrize("license", ["none", "unstated"])
def test_lic001_says_that_no_licence_is_declared(license: str) -> None:
    finding = only(findings_of(a_graph({"child": license}), "child"), "LIC001")
    assert (finding.subject, finding.severity, finding.fixable_by) == ("child", "error", "developer")


def test_lic002_says_that_a_name_leads_nowhere() -> None:
    assert codes(findings_of(a_graph({"child": "unresolved"}), "child")) == ["LIC002"]


def test_lic002_is_said_of_a_name_within_an_expression_too() -> None:
    assert "LIC002" in codes(findings_of(a_graph({"child": "mit AND unresolved"}), "child"))


@pytest.mark.parametrize("license", ["other", "cc", "bsd", "gpl"])
def test_lic003_says_that_a_tag_says_too_little(license: str) -> None:
    finding = only(findings_of(a_graph({"child": license}), "child"), "LIC003")
    assert (finding.license, finding.severity) == (license, "warning")


@pytest.mark.parametrize("license", ["none", "unstated", "unresolved", "other"])
def test_publishing_under_a_licence_replaces_what_is_declared(license: str) -> None:
    assert not set(codes(findings_of(pair("mit", license), "child", published="mit"))) & {"LIC001", "LIC002", "LIC003"}


@pytest.mark.parametrize("license", ["mit", "llama2", "cc-by-nc-4.0", "gpl-3.0"])
def test_a_licence_by_itself_has_no_findings(license: str) -> None:
    assert findings_of(a_graph({"child": license}), "child") == []


@pytest.mark.parametrize("license", ["mit", "apache-2.0", "llama2", "cc-by-nc-4.0", "gpl-3.0", "gemma", "creativeml-openrail-m", "cc-by-sa-4.0"])
def test_passing_the_same_licence_on_has_no_findings(license: str) -> None:
    assert findings_of(pair(license, license), "child") == []


@pytest.mark.parametrize(
    ("parent", "child", "details"),
    [
        ("llama2", "mit", ("use-restrictions", "user-limit")),
        ("cc-by-nc-4.0", "apache-2.0", ("non-commercial",)),
        ("creativeml-openrail-m", "mit", ("use-restrictions",)),
        ("cc-by-nc-4.0", "llama2", ("non-commercial",)),
    ],
)
def test_lic101_says_what_a_looser_label_drops(parent: str, child: str, details: tuple[str, ...]) -> None:
    finding = only(findings_of(pair(parent, child), "child"), "LIC101")
    assert (finding.license, finding.ancestors, finding.confidence) == (parent, ("parent",), "high")
    assert finding.details == details
    assert finding.clause
    assert f"looser than the recorded terms of its ancestor `parent` ({parent})" in finding.summary


@pytest.mark.parametrize(("evidence", "confidence"), [("inferred", "medium"), ("declared", "high"), ("detected", "high"), ("attested", "high")])
def test_lic101_is_as_certain_as_the_lineage(evidence: str, confidence: str) -> None:
    assert only(findings_of(pair("cc-by-nc-4.0", "mit", evidence=evidence), "child"), "LIC101").confidence == confidence


def test_lic101_is_less_certain_where_the_text_was_not_read() -> None:
    unread = a_license(a_term("bar", ask="Acme", when={"commercial": [True]}, confidence="secondary"), id="unread")
    assert only(findings_of(pair("unread", "mit"), "child", unread), "LIC101").confidence == "medium"


def test_lic101_looks_through_a_permissive_label_between() -> None:
    graph = a_graph({"a": "cc-by-nc-4.0", "b": "mit", "c": "mit"}, "b finetune a", "c quantized b")
    assert only(findings_of(graph, "c"), "LIC101").ancestors == ("a",)


def test_lic101_is_said_of_the_licence_it_is_to_be_published_under() -> None:
    assert codes(findings_of(pair("llama2", "llama2"), "child", published="mit")) == ["LIC101"]
    assert codes(findings_of(pair("llama2", "mit"), "child", published="llama2")) == []


def test_lic101_does_not_speak_of_a_student_that_is_no_derivative() -> None:
    assert "LIC101" not in codes(findings_of(pair("cc-by-nc-4.0", "mit", "trained-on-outputs"), "child"))


def test_lic101_speaks_of_a_student_where_the_text_makes_it_a_derivative() -> None:
    assert "LIC101" in codes(findings_of(pair("gemma", "mit", "distilled"), "child"))


def test_lic101_speaks_of_an_ancestor_under_several_licences_at_once() -> None:
    assert "LIC101" in codes(findings_of(pair("mit AND cc-by-nc-4.0", "mit"), "child"))


def test_lic101_speaks_of_a_choice_of_labels_that_all_drop_it() -> None:
    assert "LIC101" in codes(findings_of(pair("cc-by-nc-4.0", "mit OR apache-2.0"), "child"))


def test_lic102_says_that_an_ancestor_bars_derivatives() -> None:
    finding = only(findings_of(pair("cc-by-nc-nd-4.0", "cc-by-nc-nd-4.0"), "child"), "LIC102")
    assert (finding.fixable_by, finding.ancestors) == ("licensor", ("parent",))
    assert "LIC102" in codes(findings_of(pair("cc-by-nd-4.0", "mit"), "child"))


def test_lic102_is_not_said_of_an_unchanged_copy() -> None:
    assert "LIC102" not in codes(findings_of(pair("cc-by-nd-4.0", "cc-by-nd-4.0", "converted"), "child"))


def test_lic103_says_that_ancestors_cannot_be_combined() -> None:
    graph = a_graph({"a": "cc-by-sa-4.0", "b": "cc-by-nc-sa-4.0", "c": "mit"}, "c merge a", "c merge b")
    finding = only(findings_of(graph, "c"), "LIC103")
    assert finding.details == ("cc-by-nc-sa-4.0", "cc-by-sa-4.0")
    # What no label can mend is not held against the label besides.
    assert not set(codes(findings_of(graph, "c"))) & {"LIC101", "LIC104", "LIC107"}


@pytest.mark.parametrize("child", ["mit", "apache-2.0", "cc-by-4.0"])
def test_lic104_says_that_share_alike_is_not_kept(child: str) -> None:
    finding = only(findings_of(pair("cc-by-sa-4.0", child), "child"), "LIC104")
    assert (finding.license, finding.ancestors) == ("cc-by-sa-4.0", ("parent",))
    assert child in finding.summary
    assert "LIC107" not in codes(findings_of(pair("cc-by-sa-4.0", child), "child"))


@pytest.mark.parametrize(("parent", "child"), [("gpl-3.0", "gpl-3.0"), ("cc-by-sa-4.0", "gpl-3.0"), ("cc-by-sa-3.0", "cc-by-sa-4.0")])
def test_lic104_is_silent_where_the_text_allows_the_label(parent: str, child: str) -> None:
    assert "LIC104" not in codes(findings_of(pair(parent, child), "child"))


@pytest.mark.parametrize("license", ["none", "unknown", "unstated", "missing-ancestor", "unresolved"])
@pytest.mark.parametrize("depth", [1, 3])
def test_lic105_says_that_an_ancestor_has_no_known_licence_at_every_depth(license: str, depth: int) -> None:
    names = ["root", *(f"m{number}" for number in range(depth))]
    graph = a_graph(dict.fromkeys(names, "mit") | {"root": license}, *(f"{child} finetune {parent}" for parent, child in pairwise(names)))
    finding = only(findings_of(graph, names[-1]), "LIC105")
    assert (finding.ancestors, finding.fixable_by) == (("root",), "licensor")


def test_lic105_is_not_said_of_a_tag_that_says_too_little() -> None:
    assert "LIC105" not in codes(findings_of(pair("other", "mit"), "child"))


def test_lic106_says_that_a_label_asks_more_than_any_ancestor() -> None:
    finding = only(findings_of(pair("apache-2.0", "cc-by-nc-4.0"), "child"), "LIC106")
    assert (finding.severity, finding.details) == ("note", ("non-commercial",))


def test_lic106_is_silent_where_nothing_is_inherited_or_the_label_is_loose_elsewhere() -> None:
    assert "LIC106" not in codes(findings_of(a_graph({"child": "cc-by-nc-4.0"}), "child"))
    assert "LIC106" not in codes(findings_of(pair("llama2", "cc-by-nc-4.0"), "child"))
    assert "LIC106" not in codes(findings_of(pair("other", "cc-by-nc-4.0"), "child"))


def test_lic107_says_that_the_text_requires_its_own_licence() -> None:
    own = a_license(a_term("duty", "give", do="same-license", rule={"ids": ["house"]}), id="house", family="community-custom")
    finding = only(findings_of(pair("house", "mit"), "child", own), "LIC107")
    assert (finding.license, finding.details) == ("house", ("house",))
    assert "LIC104" not in codes(findings_of(pair("house", "mit"), "child", own))


def test_lic201_says_that_a_name_breaks_an_ancestors_rule() -> None:
    graph = pair("llama3", "llama3")
    finding = only(findings_of(graph, "child", derivative_name="Storm-8B"), "LIC201")
    assert (finding.license, finding.ancestors) == ("llama3", ("parent",))
    assert finding.clause
    assert "LIC201" not in codes(findings_of(graph, "child", derivative_name="acme/Llama-3-Storm"))


def test_lic201_is_silent_where_no_name_is_to_be_judged() -> None:
    assert "LIC201" not in codes(findings_of(pair("llama3", "llama3"), "child"))


def test_lic201_is_silent_on_a_models_own_licence() -> None:
    assert findings_of(a_graph({"child": "llama3"}), "child", derivative_name="Storm-8B") == []


def test_lic205_says_that_name_rules_contradict_each_other() -> None:
    gold = a_license(a_term("duty", "give", do="name-rule", rule={"starts_with": "Gold"}), id="gold")
    iron = a_license(a_term("duty", "give", do="name-rule", rule={"starts_with": "Iron"}), id="iron")
    graph = a_graph({"a": "gold", "b": "iron", "c": "mit"}, "c merge a", "c merge b")
    assert only(findings_of(graph, "c", gold, iron), "LIC205").details == ("gold", "iron")
    assert "LIC205" not in codes(findings_of(a_graph({"a": "llama3", "b": "llama3.1", "c": "llama3"}, "c merge a", "c merge b"), "c"))


def test_lic305_says_that_outputs_trained_a_model_against_the_terms() -> None:
    finding = only(findings_of(pair("llama2", "mit", "trained-on-outputs"), "child"), "LIC305")
    assert (finding.license, finding.clause, finding.ancestors) == ("llama2", "1.b.v", ("parent",))


def test_lic305_is_silent_within_the_family_and_where_outputs_are_free() -> None:
    family = a_graph({"a": "llama2", "b": "llama2", "c": "llama2"}, "c finetune b", "c trained-on-outputs a")
    assert "LIC305" not in codes(findings_of(family, "c"))
    assert "LIC305" not in codes(findings_of(pair("apache-2.0", "mit", "trained-on-outputs"), "child"))


def test_lic305_follows_a_student_into_its_finetunes() -> None:
    graph = a_graph({"a": "llama2", "b": "mit", "c": "mit"}, "b distilled a", "c finetune b")
    assert only(findings_of(graph, "c"), "LIC305").ancestors == ("a",)


@pytest.mark.parametrize(("interpretation", "expected"), [("strict", ["LIC401"]), ("mainstream", ["LIC401"]), ("permissive", [])])
def test_lic401_says_that_a_dataset_is_non_commercial(interpretation: str, expected: list[str]) -> None:
    found = findings_of(pair("cc-by-nc-4.0", "mit", "trained-on"), "child", interpretation=interpretation)
    assert codes(found) == expected
    assert all((finding.confidence, finding.severity, finding.ancestors) == ("medium", "warning", ("parent",)) for finding in found)


def test_lic402_says_that_a_dataset_is_share_alike() -> None:
    assert codes(findings_of(pair("cc-by-sa-4.0", "mit", "trained-on"), "child")) == ["LIC402"]
    assert codes(findings_of(pair("cc-by-nc-sa-4.0", "mit", "trained-on"), "child")) == ["LIC401", "LIC402"]


@pytest.mark.parametrize("license", ["none", "unstated", "unresolved", "unknown"])
def test_lic404_says_that_a_dataset_has_no_known_licence(license: str) -> None:
    found = findings_of(pair(license, "mit", "trained-on"), "child")
    assert codes(found) == ["LIC404"]
    assert only(found, "LIC404").severity == "note"


def test_data_behind_an_ancestor_are_told_of_the_descendant_too() -> None:
    graph = a_graph({"data": "cc-by-nc-4.0", "a": "mit", "b": "mit"}, "a trained-on data", "b finetune a")
    assert only(findings_of(graph, "b"), "LIC401").ancestors == ("data",)


@pytest.mark.parametrize("license", ["cc-by-nc-sa-4.0", "none", "llama2"])
def test_data_that_only_test_a_model_are_not_spoken_of(license: str) -> None:
    assert findings_of(pair(license, "mit", "tested-on"), "child") == []


@pytest.mark.parametrize("license", ["mit", "cc-by-4.0", "apache-2.0", "odc-by"])
def test_free_data_are_not_spoken_of(license: str) -> None:
    assert findings_of(pair(license, "mit", "trained-on"), "child") == []


def test_a_finding_that_comes_by_two_ways_is_said_once() -> None:
    graph = a_graph({"a": "cc-by-nc-4.0", "b": "mit", "c": "mit", "d": "mit"}, "d merge b", "d merge c", "b finetune a", "c finetune a")
    assert [finding.code for finding in findings_of(graph, "d")] == ["LIC101"]


def test_a_licence_that_comes_as_a_copy_and_as_a_derivative_is_spoken_of_once() -> None:
    graph = a_graph({"a": "cc-by-nc-4.0", "d": "mit"}, "d finetune a", "d converted a")
    assert [finding.code for finding in findings_of(graph, "d")] == ["LIC101"]


def test_findings_do_not_change_the_order_of_ancestors() -> None:
    nodes: dict[str, str | tuple[str, ...] | Node] = {"a": "cc-by-nc-4.0", "b": "llama2", "c": "mit"}
    one, two = (findings_of(a_graph(nodes, *edges), "c") for edges in (("c merge a", "c merge b"), ("c merge b", "c merge a")))
    assert one == two


@pytest.mark.parametrize("facts", [{}, {"commercial": True}, {"commercial": False, "distribution": ["weights"]}])
def test_findings_about_labels_do_not_hang_on_the_use(facts: dict[str, Any]) -> None:
    assert codes(findings_of(pair("cc-by-nc-4.0", "mit"), "child", use=a_use(**facts))) == ["LIC101"]
