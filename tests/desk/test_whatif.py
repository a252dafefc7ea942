"""Hypothetical lineages: what would bind a model that need not exist."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry.desk.whatif import MAX_MODELS, WhatIf, build_graph, resolve_all
from registry.errors import LineageError
from registry.lineage.graph import Edge, Graph
from tests.desk.build import a_model, unknown
from tests.lineage.build import a_graph
from tests.terms.build import KNOWLEDGE, TODAY


def graph_of(*models: dict[str, Any], datasets: list[dict[str, Any]] | None = None, known: Any = unknown, on: str = TODAY) -> Graph:
    """The graph of a hypothesis."""
    return build_graph(WhatIf.model_validate({"models": list(models), "datasets": datasets or []}), KNOWLEDGE, on, known)


def licenses_of(on: str = TODAY, **stated: Any) -> tuple[str, ...]:
    """The licences behind a statement."""
    what_if = WhatIf.model_validate({"models": [{"name": "m", **stated}]})
    return resolve_all(KNOWLEDGE, what_if.models[0], on)


def test_a_base_is_a_finetune_unless_it_says_otherwise() -> None:
    graph = graph_of(a_model("a"), a_model("b", "mit", "a"), a_model("c", "mit", "quantized:b", "merge:a"))
    assert graph.parents == {"b": [Edge("b", "a", "finetune")], "c": [Edge("c", "b", "quantized"), Edge("c", "a", "merge")]}


def test_a_dataset_is_trained_on_unless_it_says_otherwise() -> None:
    graph = graph_of(
        a_model("a", datasets=["d", {"name": "e", "relation": "tested-on", "evidence": "inferred"}]), datasets=[{"name": "d", "license": "odbl"}, {"name": "e"}]
    )
    assert graph.parents["a"] == [Edge("a", "d", "trained-on"), Edge("a", "e", "tested-on", "inferred")]
    assert (graph.nodes["d"].kind, graph.nodes["d"].licenses, graph.nodes["e"].licenses) == ("dataset", ("odbl",), ("none",))


def test_models_may_stand_in_any_order() -> None:
    assert graph_of(a_model("b", "mit", "a"), a_model("a")).order() == ["a", "b"]


def test_release_and_modality_are_kept() -> None:
    node = graph_of(a_model("a", released_on="2024-07", modality="image")).nodes["a"]
    assert (node.released_on, node.modality, node.kind) == ("2024-07", "image", "model")


@pytest.mark.parametrize("relation", ["uncle", "", "Finetune"])
def test_an_unknown_relation_is_refused_with_the_known_ones(relation: str) -> None:
    with pytest.raises(LineageError, match=f"`{relation}` is not a relation") as caught:
        graph_of(a_model("a"), {"name": "b", "bases": [{"name": "a", "relation": relation}]})
    assert "finetune" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("models", "says"),
    [
        ([a_model("a", "mit", "a")], "itself"),
        ([a_model("a", "mit", "b"), a_model("b", "mit", "a")], "circle"),
        ([a_model("a", "mit", "gone")], "neither in the question"),
    ],
)
def test_a_lineage_that_cannot_be_is_refused(models: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(LineageError, match=says):
        graph_of(*models)


def test_a_name_that_stands_twice_is_refused() -> None:
    # Whichever came last would win without a word, and with it the answer.
    with pytest.raises((LineageError, ValidationError)):
        graph_of(a_model("a", "cc-by-nc-4.0"), a_model("a", "mit"))


def test_a_model_and_a_dataset_of_one_name_are_refused() -> None:
    with pytest.raises((LineageError, ValidationError)):
        graph_of(a_model("a", "cc-by-nc-4.0"), datasets=[{"name": "a", "license": "mit"}])


def test_evidence_is_one_of_the_grades() -> None:
    with pytest.raises((LineageError, ValidationError)):
        graph_of(a_model("a"), {"name": "b", "license": "mit", "bases": [{"name": "a", "evidence": "hearsay"}]})


def test_a_dataset_said_to_be_finetuned_on_is_still_a_dataset() -> None:
    graph = graph_of(a_model("a", datasets=[{"name": "d", "relation": "finetune"}]), datasets=[{"name": "d"}])
    assert graph.parents["a"] == [Edge("a", "d", "trained-on")]


def test_too_many_models_or_bases_are_refused() -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"models": [a_model(f"m{number}") for number in range(MAX_MODELS + 1)]},
        {"models": [a_model("a", "mit", *["b"] * 1001)]},
        {"models": []},
    )
    for data in wrong:
        with pytest.raises(ValidationError):
            WhatIf.model_validate(data)


def catalogue(name: str, on: str) -> Graph | None:
    """A catalogue in which a tuned model descends from a base."""
    recorded = a_graph({"tuned": "mit", "base": "llama2"}, "tuned finetune base")
    return recorded if name in recorded.nodes else None


def test_a_recorded_base_brings_its_own_lineage() -> None:
    graph = graph_of(a_model("mine", "mit", "merge:tuned"), known=catalogue)
    assert set(graph.nodes) == {"mine", "tuned", "base"}
    assert set(graph.ancestors("mine")) == {"tuned", "base"}


def test_a_recorded_base_named_twice_brings_its_lineage_once() -> None:
    graph = graph_of(a_model("one", "mit", "tuned"), a_model("two", "mit", "merge:tuned", "merge:one"), known=catalogue)
    assert graph.parents["tuned"] == [Edge("tuned", "base", "finetune")]


def test_what_the_question_says_of_a_model_goes_before_the_catalogue() -> None:
    graph = graph_of(a_model("base", "apache-2.0"), a_model("mine", "mit", "tuned"), known=catalogue)
    assert graph.nodes["base"].licenses == ("apache-2.0",)


def test_the_catalogue_is_not_asked_for_what_the_question_describes() -> None:
    def known(name: str) -> Graph | None:
        raise AssertionError(name)

    assert graph_of(a_model("a"), a_model("b", "mit", "a"), known=known).order() == ["a", "b"]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"license": "mit"}, ("mit",)),
        ({"license": "MIT License"}, ("mit",)),
        ({"license": None}, ("none",)),
        ({}, ("none",)),
        ({"license": []}, ("none",)),
        ({"license": ""}, ("none",)),
        ({"license": ["mit", "apache-2.0"]}, ("mit", "apache-2.0")),
        ({"license": ["mit", "MIT"]}, ("mit",)),
        ({"license": "mit OR apache-2.0"}, ("mit OR apache-2.0",)),
        ({"license": "nobody"}, ("unresolved",)),
        ({"license": "other"}, ("other",)),
        ({"license": "other", "license_name": "llama2"}, ("llama2",)),
        ({"license": "Other", "license_name": "llama2"}, ("llama2",)),
        ({"license": "other", "license_name": "nobody"}, ("other",)),
        ({"license": "other", "license_link": "https://ai.meta.com/llama/license"}, ("llama2",)),
        ({"license": "other", "license_link": "LICENSE", "license_name": "llama2"}, ("llama2",)),
        ({"license": "other", "license_link": "https://ai.meta.com/llama/license", "license_name": "mit"}, ("llama2",)),
        ({"license": ["mit", "other"], "license_name": "llama2"}, ("mit", "llama2")),
        ({"license": "mit", "license_name": "llama2"}, ("mit",)),
    ],
)
def test_a_statement_comes_to_licences(stated: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert licenses_of(**stated) == expected


def test_a_dated_name_is_the_text_in_force_when_the_model_was_released() -> None:
    graph = graph_of(
        a_model("old", "yi-license", released_on="2023-11-02"),
        a_model("mid", "other", license_name="yi-license", released_on="2023-11-10"),
        a_model("now", "yi-license"),
    )
    assert [graph.nodes[name].licenses for name in ("old", "mid", "now")] == [("yi-1.0",), ("yi-2.0",), ("yi-2.1",)]
    assert graph_of(a_model("m", "yi-license"), on="2023-11-03").nodes["m"].licenses == ("yi-1.0",)


def test_a_dated_name_from_before_its_first_text_is_unresolved() -> None:
    assert graph_of(a_model("m", "yi-license", released_on="2020-01-01")).nodes["m"].licenses == ("unresolved",)
