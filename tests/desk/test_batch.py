"""Many questions at once: a line in, a line out, whatever stands in the line."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.desk.batch import MAX_LINE, answer_lines
from registry.lineage.graph import Graph
from tests.desk.build import a_model, ask, ask_lines, fail, unknown
from tests.lineage.build import a_graph
from tests.terms.build import KNOWLEDGE, TODAY

INSIDE: dict[str, Any] = {"commercial": True, "distribution": ["internal"]}


def catalogue(name: str, on: str) -> Graph | None:
    """A catalogue with one finetune of a model that bars commercial use."""
    return a_graph({"acme/tuned": "mit", "acme/base": "cc-by-nc-4.0"}, "acme/tuned finetune acme/base") if name == "acme/tuned" else None


def path_of(answer: dict[str, Any], license: str) -> list[dict[str, str]]:
    """The path over which a licence came that decides."""
    path: list[dict[str, str]] = next(reason["path"] for reason in answer["reasons"] if reason["license"] == license and reason["outcome"] == "decides")
    return path


def test_answers_come_in_the_order_of_the_lines_with_their_ids() -> None:
    lines = [json.dumps({"id": number, "license": license, "use": INSIDE}) for number, license in enumerate(["mit", "nobody", "gpl-3.0", "cc-by-nc-4.0"])]
    answers = ask_lines(*lines)
    assert [answer["id"] for answer in answers] == [0, 1, 2, 3]
    assert [answer["verdict"] == "undetermined" for answer in answers] == [False, True, False, False]
    assert next(iter(answers[0])) == "id"


@pytest.mark.parametrize("identity", ["q1", 7, None])
def test_an_id_comes_back_as_it_was_given(identity: Any) -> None:
    assert ask(id=identity, license="mit")["id"] == identity
    (answer,) = ask_lines(json.dumps({"id": identity, "license": "nobody"}))
    assert answer["id"] == identity


def test_a_line_without_an_id_has_none() -> None:
    assert ask(license="mit")["id"] is None


def test_empty_lines_are_passed_over() -> None:
    assert len(ask_lines("", "  \n", json.dumps({"license": "mit"}) + "\n", "\t")) == 1


@pytest.mark.parametrize(
    "line", ["{", "not json", "{'license': 'mit'}", '{"license": "mit"', '{"license": mit}', "\0", "[" * 100_000, '{"a":' * 100_000, "{}{}"]
)
def test_a_line_that_is_not_json_is_an_error_with_its_number_and_the_run_goes_on(line: str) -> None:
    before, broken, after = ask_lines('{"license": "mit"}', line, '{"license": "mit"}')
    assert broken["error"]["message"].startswith("line 2 ")
    assert broken["error"]["hint"]
    assert "verdict" in before
    assert "verdict" in after


@pytest.mark.parametrize("line", ["[]", "null", '"text"', "5", "true", "NaN"])
def test_json_that_is_no_object_is_an_error(line: str) -> None:
    (answer,) = ask_lines(line)
    assert answer["id"] is None
    assert answer["error"]["message"].startswith("line 1")


def test_a_number_of_thousands_of_digits_is_an_error_of_its_line() -> None:
    (answer,) = ask_lines('{"license": "mit", "id": ' + "9" * 5000 + "}")
    assert answer["error"]["message"].startswith("line 1")


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"license": ["mit"]}, "license"),
        ({"license": "mit", "use": [1]}, "use"),
        ({"license": "mit", "assume": "perhaps"}, "assume"),
        ({"license": "mit", "id": [1]}, "id"),
        ({"what_if": {}}, "what_if.models"),
        ({"what_if": {"models": []}}, "what_if.models"),
        ({"what_if": {"models": [{"license": "mit"}]}}, "what_if.models.0.name"),
        ({"what_if": {"models": [{"name": ""}]}}, "what_if.models.0.name"),
        ({"what_if": {"models": [{"name": "x" * 501}]}}, "what_if.models.0.name"),
        ({"what_if": {"models": [{"name": "a", "bases": [5]}]}}, "what_if.models.0.bases.0"),
        ({"what_if": {"models": [{"name": "a", "license": 5}]}}, "what_if.models.0.license"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(question: dict[str, Any], field: str) -> None:
    assert fail(**question)["message"].startswith(f"line 1, field `{field}")


def test_keys_that_are_not_ours_are_passed_over() -> None:
    answer = ask(license="mit", use=INSIDE, expected={"verdict": "prohibited"}, why="no reason", what_if=None)
    assert answer["verdict"] == "permitted"


def test_a_line_that_asks_nothing_is_an_error() -> None:
    assert "names neither" in fail(use=INSIDE)["message"]


def test_an_unknown_licence_cannot_be_told_and_names_the_nearest() -> None:
    answer = ask(license="lama2", use=INSIDE)
    assert answer["verdict"] == "undetermined"
    assert "llama2" in answer["candidates"]
    assert [finding["code"] for finding in answer["findings"]] == ["LIC002"]


def test_an_ambiguous_licence_cannot_be_told_and_names_the_candidates() -> None:
    answer = ask(license="modified-mit", use=INSIDE)
    assert answer["verdict"] == "undetermined"
    assert "kimi-k2-modified-mit" in answer["candidates"]


@pytest.mark.parametrize("written", ["foo and bar", "terms or conditions", "with or without you"])
def test_an_expression_in_which_no_name_is_known_cannot_be_told(written: str) -> None:
    assert ask(license=written, use=INSIDE)["verdict"] == "undetermined"


def test_an_unknown_model_is_an_error_that_says_what_to_do() -> None:
    assert "nobody/model" in fail(model="nobody/model", use=INSIDE)["message"]


def test_an_unknown_interpretation_is_an_error() -> None:
    assert "lenient" in fail(license="mit", interpretation="lenient")["message"]


@pytest.mark.parametrize(
    "use", [{"weather": "wet"}, {"country": "EU"}, {"commercial": "perhaps"}, {"monthly_active_users": -1}, {"monthly_active_users": {}}, {"date": "tomorrow"}]
)
def test_a_wrong_fact_is_an_error_that_names_it(use: dict[str, Any]) -> None:
    (name,) = use
    assert f"`{name}`" in fail(license="mit", use=use)["message"]


def test_a_line_that_is_too_long_is_refused_without_being_read() -> None:
    (answer,) = ask_lines('{"license": "' + "x" * MAX_LINE + '"}')
    assert f"{MAX_LINE:,}" in answer["error"]["message"]


def test_lines_are_answered_one_by_one_as_they_come() -> None:
    seen: list[int] = []

    def lines() -> Any:
        for number in range(1_000_000):
            seen.append(number)
            yield '{"license": "mit"}'

    assert len(list(islice(answer_lines(KNOWLEDGE, lines(), TODAY, unknown), 3))) == 3
    assert len(seen) == 3


def test_without_assumptions_what_is_not_stated_is_unknown() -> None:
    question: dict[str, Any] = {"license": "llama2", "use": {"commercial": True, "distribution": ["internal"], "monthly_active_users": 5}}
    assumed, plain = ask(**question), ask(**question, assume=False)
    assert assumed["verdict"] == "permitted"
    assert assumed["assumptions"]
    assert plain["verdict"] == "conditional"
    assert [entry for entry in plain["assumptions"] if "stands_for" not in entry] == []
    assert set(plain["missing_facts"]) >= {"outputs_train", "fields_of_use"}


def test_strict_facts_make_a_bare_number_unknown_for_a_month_long_past() -> None:
    question: dict[str, Any] = {"license": "llama2", "use": {**INSIDE, "monthly_active_users": 5}}
    assert ask(**question)["verdict"] == "permitted"
    strict = ask(**question, strict_facts=True)
    assert (strict["verdict"], strict["missing_facts"]) == ("conditional", ["monthly_active_users"])


def test_the_date_of_a_use_is_today_unless_stated() -> None:
    assert ask(license="mit")["date"] == TODAY
    assert ask(license="mit", use={"date": "2024-01-31"})["date"] == "2024-01-31"


def test_a_dated_name_is_the_text_in_force_when_the_copy_was_obtained() -> None:
    assert ask(license="yi-license", use={"obtained_on": "2023-11-02"})["license"] == "yi-1.0"
    assert ask(license="yi-license", use={"date": "2023-11-05"})["license"] == "yi-2.0"
    assert ask(license="yi-license", use={"date": "2026-01-01", "obtained_on": "2023-11-05"})["license"] == "yi-2.0"
    assert ask(license="yi-license")["license"] == "yi-2.1"


@pytest.mark.parametrize(("interpretation", "expected"), [("strict", "needs-permission"), ("mainstream", "permitted"), ("permissive", "permitted")])
def test_an_interpretation_is_chosen_by_the_line_and_its_flips_are_told(interpretation: str, expected: str) -> None:
    what_if = {"models": [a_model("m", "mit", datasets=["data"])], "datasets": [{"name": "data", "license": "cc-by-nc-4.0"}]}
    answer = ask(what_if=what_if, use=INSIDE, interpretation=interpretation)
    assert (answer["verdict"] == "permitted") == (expected == "permitted")
    assert answer["interpretation"] == interpretation
    assert {flip["interpretation"] for flip in answer["flips"]} == ({"strict"} if interpretation != "strict" else {"mainstream", "permissive"})


def test_a_model_of_the_catalogue_is_answered_with_its_lineage() -> None:
    answer = ask(catalogue, model="acme/tuned", use=INSIDE)
    assert answer["model"] == "acme/tuned"
    assert answer["verdict"] != "permitted"
    assert path_of(answer, "cc-by-nc-4.0") == [{"model": "acme/tuned"}, {"relation": "finetune", "model": "acme/base"}]
    assert [finding["code"] for finding in answer["findings"]] == ["LIC101"]


def test_a_base_that_the_hypothesis_does_not_describe_is_looked_up_in_the_catalogue() -> None:
    answer = ask(catalogue, what_if={"models": [a_model("mine", "mit", "merge:acme/tuned")]}, use=INSIDE)
    assert path_of(answer, "cc-by-nc-4.0")[-1] == {"relation": "finetune", "model": "acme/base"}
    error = fail(catalogue, what_if={"models": [a_model("mine", "mit", "merge:acme/other")]}, use=INSIDE)
    assert "`acme/other`, which is neither in the question nor in the catalogue" in error["message"]


def test_the_last_model_of_a_hypothesis_is_asked_about_unless_another_is_named() -> None:
    what_if = {"models": [a_model("a", "cc-by-nc-4.0"), a_model("b", "mit", "a")]}
    assert ask(what_if=what_if, use=INSIDE)["model"] == "b"
    assert ask(what_if=what_if, model="a", use=INSIDE)["model"] == "a"
    assert "`c` is not among the models" in fail(what_if=what_if, model="c", use=INSIDE)["message"]


def test_every_answer_is_plain_json() -> None:
    for answer in ask_lines('{"license": "llama2", "use": {}}', '{"license": "nobody"}', "{"):
        assert json.loads(json.dumps(answer, allow_nan=False)) == answer


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FACTS = st.dictionaries(st.sampled_from([*sorted(KNOWLEDGE.vocabulary.facts), "weather"]), JSON, max_size=3)
KEYS = st.fixed_dictionaries(
    {},
    optional={
        "license": st.sampled_from(["mit", "llama2", "x"]) | JSON,
        "model": JSON,
        "use": FACTS | JSON,
        "assume": JSON,
        "what_if": JSON,
        "interpretation": st.sampled_from(["strict", "x"]) | JSON,
        "id": JSON,
    },
)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(KEYS)
def test_whatever_is_asked_gives_one_answer_or_one_error(question: dict[str, Any]) -> None:
    (answer,) = ask_lines(json.dumps(question))
    assert ("error" in answer) != ("verdict" in answer)
    json.dumps(answer)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(st.text(max_size=40).filter(str.strip))
def test_whatever_stands_in_a_line_gives_one_line(line: str) -> None:
    assert len(ask_lines(line)) == 1
