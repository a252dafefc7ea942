"""The answer for one subject, as others read it."""

from __future__ import annotations

from typing import Any

import pytest

from registry.desk.answer import Question, answer, license_question
from registry.desk.answer_item import to_item
from registry.lineage.graph import Node
from registry.terms.facts import Use
from registry.terms.verdict import VERDICT_WORDS
from tests.desk.build import a_model, ask
from tests.lineage.build import a_graph
from tests.terms.build import KNOWLEDGE, a_use

INSIDE: dict[str, Any] = {"commercial": True, "distribution": ["internal"]}
KEYS = [
    "model",
    "license",
    "revision",
    "verdict",
    "curable",
    "interpretation",
    "flips",
    "date",
    "use",
    "assumptions",
    "missing_facts",
    "yes_when",
    "leaning",
    "licenses",
    "reasons",
    "obligations",
    "headroom",
    "unverified",
    "findings",
    "knowledge",
]


def of_license(license: str, use: Use | None = None, interpretation: str = "mainstream") -> dict[str, Any]:
    """The item for a licence alone."""
    return to_item(KNOWLEDGE, answer(KNOWLEDGE, license_question(KNOWLEDGE, license, use or a_use(**INSIDE), interpretation, None)))


def item(question: Question) -> dict[str, Any]:
    """The item for a question."""
    return to_item(KNOWLEDGE, answer(KNOWLEDGE, question))


@pytest.mark.parametrize("license", ["mit", "llama2", "unstated", "none", "mit OR cc-by-nc-4.0", "gemma AND mit"])
def test_an_item_has_every_key_that_others_rely_on(license: str) -> None:
    found = of_license(license)
    assert set(KEYS) <= set(found)
    assert found["verdict"] in VERDICT_WORDS
    assert found["knowledge"] == {"version": KNOWLEDGE.version, "digest": KNOWLEDGE.digest}
    for reason in found["reasons"]:
        assert {"license", "term", "section", "outcome", "effect", "summary", "path", "evidence"} <= set(reason)
        assert reason["outcome"] in ("decides", "adds-duty", "cleared")
        assert reason["effect"] in VERDICT_WORDS


def test_a_question_about_a_licence_names_it_and_no_model() -> None:
    found = of_license("MIT License")
    assert (found["license"], found["model"]) == ("mit", None)
    found = of_license("mit OR isc")
    assert (found["license"], found["model"]) == ("mit OR isc", None)


def test_a_question_about_a_model_names_it_and_its_revision() -> None:
    found = item(Question(a_graph({"acme/m": "mit"}), "acme/m", a_use(**INSIDE), revision="abc"))
    assert (found["model"], found["license"], found["revision"]) == ("acme/m", None, "abc")


def test_what_was_stated_comes_back_and_nothing_else() -> None:
    assert of_license("mit")["use"] == {"commercial": True, "distribution": ["internal"]}
    assert of_license("mit", a_use())["use"] == {}


def test_only_assumptions_that_a_term_reads_are_told() -> None:
    assert {entry["fact"] for entry in of_license("mit")["assumptions"]} <= {"modified", "outputs_train", "role"}
    assert {"fields_of_use", "outputs_train", "role"} <= {entry["fact"] for entry in of_license("llama2")["assumptions"]}
    assert "outputs_train" not in {entry["fact"] for entry in of_license("llama2", a_use(**INSIDE, outputs_train="none"))["assumptions"]}


def test_a_bare_number_that_stands_for_a_month_is_told() -> None:
    found = of_license("llama2", a_use(**INSIDE, monthly_active_users=5))
    assert {"fact": "monthly_active_users", "value": 5, "stands_for": "2023-06"} in found["assumptions"]
    series = of_license("llama2", a_use(**INSIDE, monthly_active_users={"2023-06": 5}))
    assert not [entry for entry in series["assumptions"] if "stands_for" in entry]


def test_a_conditional_answer_says_when_it_is_a_yes_and_what_is_missing() -> None:
    found = of_license("llama2", a_use(commercial=True, distribution=["internal"]))
    assert found["verdict"] == "conditional"
    assert found["missing_facts"] == ["monthly_active_users"]
    assert "700M" in found["yes_when"]
    assert found["yes_when_condition"]


@pytest.mark.parametrize("license", ["mit", "cc-by-nc-4.0", "unstated"])
def test_any_other_answer_says_neither(license: str) -> None:
    found = of_license(license)
    assert (found["yes_when"], found["missing_facts"]) == (None, [])


def test_stating_what_is_missing_settles_the_answer() -> None:
    facts: dict[str, Any] = {"commercial": True, "distribution": ["saas"]}
    found = of_license("llama3.1", a_use(**facts))
    values: dict[str, Any] = {"monthly_active_users": {"2024-06": 5}, "country": "DE", "accepted": ["all"]}
    for _ in range(6):
        if found["verdict"] != "conditional":
            break
        facts |= {name: values[name] for name in found["missing_facts"]}
        found = of_license("llama3.1", a_use(**facts))
    assert found["verdict"] == "permitted-with-obligations"


def test_headroom_says_limit_comparator_month_and_value() -> None:
    found = of_license("llama2", a_use(**INSIDE, monthly_active_users={"2023-06": 800_000_000}))
    (limit,) = found["headroom"]
    expected = {"license": "llama2", "fact": "monthly_active_users", "limit": 700_000_000, "comparator": ">", "month": "2023-06", "value": 800_000_000}
    assert expected.items() <= limit.items()
    assert found["verdict"] == "needs-permission"
    assert found["reasons"][0]["term"] == "active-users-limit"


def test_an_obligation_says_what_to_do_where_it_stands_and_whence_it_comes() -> None:
    graph = a_graph({"a": "llama2", "b": "mit"}, "b finetune a")
    found = item(Question(graph, "b", a_use(commercial=True, distribution=["weights"], monthly_active_users=5)))
    (notice,) = [duty for duty in found["obligations"] if duty["term"] == "notice-file"]
    assert (notice["license"], notice["section"], notice["do"], notice["from"], notice["when"]) == ("llama2", "1.b.iii", "notice-file", "a", None)
    assert notice["wording"].startswith("Llama 2 is licensed under")


def test_a_duty_whose_trigger_is_not_known_says_when() -> None:
    found = of_license("llama2", a_use(commercial=True, monthly_active_users=5))
    assert any(duty["when"] for duty in found["obligations"])


def test_a_reason_from_an_ancestor_has_the_path_and_its_weakest_evidence() -> None:
    graph = a_graph({"a": "cc-by-nc-4.0", "b": "mit", "c": "mit"}, "c quantized b detected", "b finetune a inferred")
    found = item(Question(graph, "c", a_use(**INSIDE)))
    reason = next(reason for reason in found["reasons"] if reason["license"] == "cc-by-nc-4.0")
    assert reason["path"] == [{"model": "c"}, {"relation": "quantized", "model": "b"}, {"relation": "finetune", "model": "a"}]
    assert reason["evidence"] == "inferred"


def test_a_reason_from_one_of_a_choice_has_a_path_too() -> None:
    graph = a_graph({"a": "cc-by-nc-4.0 AND mit", "b": "mit"}, "b finetune a")
    found = item(Question(graph, "b", a_use(**INSIDE)))
    reason = next(reason for reason in found["reasons"] if reason["license"] == "cc-by-nc-4.0")
    assert reason["path"][-1] == {"relation": "finetune", "model": "a"}


def test_a_reason_is_told_by_the_way_on_which_it_binds() -> None:
    # Over the dataset the licence binds nobody; it is the finetune that decides.
    nodes: dict[str, str | tuple[str, ...] | Node] = {"data": Node("data", ("cc-by-nc-4.0",), "dataset"), "a": "cc-by-nc-4.0", "b": "mit", "c": "mit"}
    graph = a_graph(nodes, "c trained-on data", "c finetune b", "b finetune a")
    found = item(Question(graph, "c", a_use(**INSIDE)))
    reason = next(reason for reason in found["reasons"] if reason["license"] == "cc-by-nc-4.0" and reason["outcome"] == "decides")
    assert reason["path"][-1] == {"relation": "finetune", "model": "a"}


def test_every_licence_on_the_way_is_listed_with_its_own_verdict() -> None:
    graph = a_graph({"a": "cc-by-nc-4.0", "b": Node("b", ("mit",), basis="detected")}, "b finetune a")
    licenses = item(Question(graph, "b", a_use(**INSIDE)))["licenses"]
    assert [(entry["id"], entry["type"], entry["basis"], entry["reach"], entry["from"]) for entry in licenses] == [
        ("mit", "open-source", "detected", "original", "b"),
        ("cc-by-nc-4.0", "custom", "declared", "derivative", "a"),
    ]
    assert [entry["verdict"] for entry in licenses] == ["permitted", of_license("cc-by-nc-4.0")["verdict"]]


def test_the_verdict_is_the_worst_of_the_listed_ones_where_nothing_clashes() -> None:
    graph = a_graph({"a": "llama2", "b": "cc-by-nc-4.0", "c": "mit"}, "c merge a", "c merge b")
    found = item(Question(graph, "c", a_use(**INSIDE, monthly_active_users=5)))
    assert VERDICT_WORDS.index(found["verdict"]) == max(VERDICT_WORDS.index(entry["verdict"]) for entry in found["licenses"])


def test_flips_name_the_readings_under_which_the_verdict_changes() -> None:
    graph = a_graph({"data": Node("data", ("cc-by-nc-4.0",), "dataset"), "m": "mit"}, "m trained-on data")
    found = item(Question(graph, "m", a_use(**INSIDE)))
    assert [flip["interpretation"] for flip in found["flips"]] == ["strict"]
    assert found["licenses"][1]["points"] == ["data-to-weights"]
    assert item(Question(a_graph({"m": "mit"}), "m", a_use(**INSIDE)))["flips"] == []


def test_a_clash_of_ancestors_under_a_stricter_reading_flips_the_verdict() -> None:
    nodes: dict[str, str | tuple[str, ...] | Node] = {"data": Node("data", ("cc-by-sa-4.0",), "dataset"), "a": "cc-by-nc-sa-4.0", "m": "cc-by-nc-sa-4.0"}
    graph = a_graph(nodes, "m trained-on data", "m finetune a")
    use = a_use(commercial=False, distribution=["weights"])
    strict = item(Question(graph, "m", use, "strict"))
    mainstream = item(Question(graph, "m", use))
    assert strict["verdict"] == "prohibited"
    assert ("strict", "prohibited") in {(flip["interpretation"], flip["verdict"]) for flip in mainstream["flips"]}


def test_findings_have_code_severity_and_who_can_mend_it() -> None:
    graph = a_graph({"a": "cc-by-nc-4.0", "b": "mit"}, "b finetune a")
    (finding,) = item(Question(graph, "b", a_use(**INSIDE)))["findings"]
    assert {
        "code": "LIC101",
        "severity": "error",
        "confidence": "high",
        "subject": "b",
        "ancestors": ["a"],
        "fixable_by": "developer",
    }.items() <= finding.items()
    assert finding["hint"]


@pytest.mark.parametrize(
    ("name_to_judge", "stated", "expected"), [(None, None, []), ("Storm", None, ["LIC201"]), ("Storm", "Llama 3 Storm", []), (None, "Storm", ["LIC201"])]
)
def test_a_stated_name_is_judged_before_the_subjects_own(name_to_judge: str | None, stated: str | None, expected: list[str]) -> None:
    graph = a_graph({"a": "llama3", "b": "llama3"}, "b finetune a")
    use = a_use(commercial=True, distribution=["weights"], monthly_active_users=5, derivative_name=stated)
    found = item(Question(graph, "b", use, name_to_judge=name_to_judge))
    assert [finding["code"] for finding in found["findings"]] == expected
    assert (found["verdict"] == "prohibited") == (stated == "Storm")


def test_publishing_under_an_alias_is_publishing_under_the_licence() -> None:
    what_if = {"models": [a_model("a", "llama2"), a_model("b", "llama2", "a")]}
    use = {"commercial": True, "distribution": ["weights"], "monthly_active_users": 5}
    for under, expected in (("MIT License", "prohibited"), ("Llama 2 Community License", "permitted-with-obligations")):
        assert ask(what_if=what_if, use={**use, "published_under": under})["verdict"] == expected


@pytest.mark.parametrize("under", ["a licence that nobody knows", "foo and bar"])
def test_publishing_under_a_licence_that_nobody_knows_is_no_yes(under: str) -> None:
    what_if = {"models": [a_model("a", "llama2"), a_model("b", "llama2", "a")]}
    use = {"commercial": True, "distribution": ["weights"], "monthly_active_users": 5, "published_under": under}
    assert ask(what_if=what_if, use=use)["verdict"] not in ("permitted", "permitted-with-obligations")


def test_an_undetermined_answer_says_where_it_leans_and_what_was_not_read() -> None:
    unread = [license for license in KNOWLEDGE if license.confidence != "text-read" and not license.placeholder]
    for license in unread[:5]:
        found = of_license(license.id)
        if found["verdict"] == "undetermined":
            assert found["leaning"] in VERDICT_WORDS
            assert found["unverified"]


def test_the_order_of_facts_and_edges_changes_nothing() -> None:
    nodes: dict[str, str | tuple[str, ...] | Node] = {"a": "llama2", "b": "gemma", "c": "mit"}
    one = item(Question(a_graph(nodes, "c merge a", "c merge b"), "c", a_use(commercial=True, distribution=["saas", "weights"])))
    two = item(Question(a_graph(nodes, "c merge b", "c merge a"), "c", a_use(distribution=["weights", "saas"], commercial=True)))
    for key in ("verdict", "yes_when", "missing_facts", "flips", "findings"):
        assert one[key] == two[key]
