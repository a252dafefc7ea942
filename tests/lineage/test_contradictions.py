"""Where sources contradict each other on a model's bases, and which links run in a circle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry.lineage.contradictions import Claim, find_circles, find_contradictions

CARD, CONFIG = "acme/tuned: README.md", "acme/tuned: adapter_config.json"


def card(parent: str, relation: str = "finetune") -> Claim:
    return Claim(parent, relation, "declared", CARD)


def config(parent: str, relation: str = "adapter") -> Claim:
    return Claim(parent, relation, "detected", CONFIG)


def test_card_and_configuration_that_name_different_bases_contradict_each_other() -> None:
    found = find_contradictions([card("x"), config("y")])
    sentence = f"{CARD} names `x`, but {CONFIG} names `y`"
    assert found == {("x", "finetune"): sentence, ("y", "adapter"): sentence}


def test_a_card_that_names_less_than_the_files_show_is_silent_not_contradicted() -> None:
    assert find_contradictions([card("x", "merge"), config("x", "merge"), config("y", "merge")]) == {}
    assert find_contradictions([config("y")]) == {}
    assert find_contradictions([card("x"), card("y")]) == {}


def test_two_relations_to_one_base_contradict_each_other() -> None:
    found = find_contradictions([card("x", "finetune"), config("x", "adapter")])
    assert set(found) == {("x", "finetune"), ("x", "adapter")}
    assert found["x", "adapter"] == f"{CARD} says finetune; {CONFIG} says adapter"


def test_one_source_that_gives_a_base_two_relations_does_not_contradict_itself() -> None:
    assert find_contradictions([card("x", "finetune"), card("x", "merge")]) == {}
    assert find_contradictions([card("x", "finetune"), card("x", "adapter"), config("x", "adapter")]) == {}


def test_what_a_rule_inferred_contradicts_nothing() -> None:
    assert find_contradictions([card("x", "adapter"), Claim("x", "finetune", "inferred", "a rule")]) == {}
    assert find_contradictions([Claim("x", "finetune", "inferred", "a rule"), config("y")]) == {}


def test_weights_speak_against_a_base_and_never_for_another_one() -> None:
    against = Claim("x", "finetune", "inferred", "weights", against=True, by_weights=True)
    assert find_contradictions([card("x"), against]) == {("x", "finetune"): "the weights speak against it"}
    alike = Claim("y", "finetune", "detected", "weights", by_weights=True)
    assert find_contradictions([card("x"), alike]) == {}


def test_links_of_a_circle_are_told_from_those_that_lead_to_it() -> None:
    assert find_circles([("b", "a"), ("c", "b"), ("a", "c"), ("d", "c"), ("a", "z")]) == {("b", "a"), ("c", "b"), ("a", "c")}
    assert find_circles([("a", "b"), ("b", "a")]) == {("a", "b"), ("b", "a")}
    assert find_circles([("b", "a"), ("c", "a"), ("d", "b"), ("d", "c")]) == frozenset()
    assert find_circles((number + 1, number) for number in range(20_000)) == frozenset()


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] != pair[1]), max_size=16))
def test_a_link_is_on_a_circle_just_when_its_parent_leads_back_to_its_child(links: list[tuple[int, int]]) -> None:
    def leads(start: int, goal: int) -> bool:
        seen, pending = {start}, [start]
        while pending:
            here = pending.pop()
            for child, parent in links:
                if child == here and parent not in seen:
                    seen.add(parent)
                    pending.append(parent)
        return goal in seen

    assert find_circles(links) == {(child, parent) for child, parent in links if leads(parent, child)}
