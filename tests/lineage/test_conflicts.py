"""Ancestors whose terms cannot be kept together, whatever the derivative is published under."""

from __future__ import annotations

from itertools import permutations

import pytest

from registry.lineage.bindings import Binding, Conflict
from registry.terms.license import License
from tests.lineage.build import conflicts_of
from tests.terms.build import a_license, a_term


def among(*licenses: str, reach: str = "derivative") -> tuple[Conflict, ...]:
    """The conflicts among shipped licences that all reach a model."""
    return conflicts_of([Binding(license, reach) for license in licenses])


def codes(conflicts: tuple[Conflict, ...]) -> list[str]:
    """Their codes."""
    return [conflict.code for conflict in conflicts]


@pytest.mark.parametrize(
    "licenses",
    [
        ("cc-by-sa-4.0", "cc-by-nc-sa-4.0"),
        ("cc-by-sa-4.0", "cc-by-nc-4.0"),
        ("gpl-3.0", "cc-by-nc-4.0"),
        ("gpl-3.0", "llama2"),
        ("agpl-3.0", "llama3"),
        ("cc-by-sa-4.0", "creativeml-openrail-m"),
        ("gpl-2.0", "gpl-3.0"),
        ("cc-by-sa-3.0", "cc-by-nc-sa-3.0"),
    ],
)
def test_share_alike_and_what_its_licences_do_not_keep_clash(licenses: tuple[str, ...]) -> None:
    (conflict,) = [each for each in among(*licenses) if each.code == "LIC103"]
    assert conflict.licenses == tuple(sorted(licenses))
    assert conflict.acts
    assert all(license in conflict.summary for license in licenses)


@pytest.mark.parametrize(
    "licenses",
    [
        ("cc-by-sa-3.0", "cc-by-sa-4.0"),
        ("gpl-3.0", "apache-2.0"),
        ("gpl-3.0", "mit", "bsd-3-clause"),
        ("gpl-2.0-or-later", "gpl-3.0"),
        ("gpl-3.0", "agpl-3.0"),
        ("cc-by-sa-4.0", "cc-by-4.0"),
        ("cc-by-nc-4.0", "cc-by-nc-sa-4.0"),
        ("lgpl-3.0", "gpl-3.0"),
        ("mit", "apache-2.0", "cc-by-4.0"),
        ("llama2", "cc-by-nc-4.0"),
        ("gpl-3.0",),
        (),
    ],
)
def test_what_one_licence_keeps_together_does_not_clash(licenses: tuple[str, ...]) -> None:
    assert among(*licenses) == ()


def test_gpl_3_allows_sharing_alike_of_cc_by_sa_4_one_way() -> None:
    assert among("gpl-3.0", "cc-by-sa-4.0") == ()


def test_two_required_beginnings_of_a_name_clash() -> None:
    gold = a_license(a_term("duty", "give", do="name-rule", rule={"starts_with": "Gold"}), id="gold")
    iron = a_license(a_term("duty", "give ship", do="name-rule", rule={"starts_with": "Iron"}), id="iron")
    assert conflicts_of([Binding("iron", "derivative"), Binding("gold", "derivative")], gold, iron) == (
        Conflict("LIC205", frozenset({"give"}), ("gold", "iron"), "No name can begin as both gold and iron ask."),
    )


def test_beginnings_of_one_word_can_be_kept_together() -> None:
    assert among("llama3", "llama3.1") == ()
    assert among("llama3", "llama3.1", "llama3.2", "llama3.3", "llama4") == ()


def test_a_beginning_within_another_can_be_kept_with_it() -> None:
    short = a_license(a_term("duty", "give", do="name-rule", rule={"starts_with": "Gold"}), id="short")
    long = a_license(a_term("duty", "give", do="name-rule", rule={"starts_with": ["Gold Standard", "Other"]}), id="long")
    assert conflicts_of([Binding("short", "derivative"), Binding("long", "derivative")], short, long) == ()


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ({"contains": "Iron"}, {}),
        ({"not_primary": "Iron"}, {}),
        ({"starts_with": "Iron"}, {"must": False}),
        ({"starts_with": "Iron"}, {"binds": {"original"}}),
        (None, {}),
    ],
)
def test_a_rule_that_leaves_the_beginning_free_does_not_clash(rule: object, given: dict[str, object]) -> None:
    gold = a_license(a_term("duty", "give", do="name-rule", rule={"starts_with": "Gold"}), id="gold")
    iron = a_license(a_term("duty", "give", do="name-rule", rule=rule, **given), id="iron")
    assert conflicts_of([Binding("gold", "derivative"), Binding("iron", "derivative")], gold, iron) == ()


def test_a_beginning_that_must_be_and_must_not_be_clashes() -> None:
    gold = a_license(a_term("duty", "give", do="name-rule", rule={"starts_with": "Gold"}), id="gold")
    other = a_license(a_term("duty", "give", do="name-rule", rule={"not_primary": "Gold"}), id="other")
    assert codes(conflicts_of([Binding("gold", "derivative"), Binding("other", "derivative")], gold, other)) == ["LIC205"]


@pytest.mark.parametrize("reach", ["original", "data"])
def test_only_what_comes_from_ancestors_into_the_weights_clashes(reach: str) -> None:
    assert conflicts_of([Binding("cc-by-sa-4.0", reach), Binding("cc-by-nc-sa-4.0", "derivative")]) == ()


def test_outputs_do_not_bind_the_student_to_share_alike() -> None:
    assert among("cc-by-sa-4.0", "cc-by-nc-sa-4.0", reach="output-model") == ()


def test_a_licence_reached_twice_does_not_clash_with_itself() -> None:
    assert conflicts_of([Binding("gpl-3.0", "derivative"), Binding("gpl-3.0", "copy")]) == ()


def test_a_licence_that_is_output_here_and_weights_there_counts_as_weights() -> None:
    bindings = [Binding("cc-by-sa-4.0", "copy"), Binding("cc-by-nc-4.0", "output-model", "foundation-model"), Binding("cc-by-nc-4.0", "derivative")]
    for order in permutations(bindings):
        assert codes(conflicts_of(order)) == ["LIC103"]


def test_a_placeholder_or_an_expression_does_not_clash() -> None:
    assert among("gpl-3.0", "other", "unstated", "none", "mit OR apache-2.0", "nobody") == ()


def test_only_a_duty_that_must_be_kept_clashes() -> None:
    gentle = a_license(a_term("duty", "give", do="same-license", must=False, rule={"ids": ["gentle"]}), id="gentle")
    assert conflicts_of([Binding("gentle", "derivative"), Binding("cc-by-nc-4.0", "derivative")], gentle) == ()


def test_two_share_alike_licences_meet_in_a_third_that_both_allow() -> None:
    def sharing(name: str, *allowed: str) -> License:
        return a_license(a_term("duty", "give", do="same-license", rule={"ids": [name, *allowed]}), id=name)

    one, two = sharing("one", "three"), sharing("two", "three")
    three = a_license(id="three")
    both = [Binding("one", "derivative"), Binding("two", "derivative")]
    assert conflicts_of(both, one, two, three) == ()
    assert codes(conflicts_of(both, sharing("one"), sharing("two"))) == ["LIC103"]


def test_three_share_alike_licences_that_only_meet_in_pairs_clash() -> None:
    def sharing(name: str, *allowed: str) -> License:
        return a_license(a_term("duty", "give", do="same-license", rule={"ids": [name, *allowed]}), id=name)

    licenses = [sharing("one", "x", "y"), sharing("two", "y", "z"), sharing("three", "z", "x"), *(a_license(id=name) for name in "xyz")]
    assert codes(conflicts_of([Binding(name, "derivative") for name in ("one", "two", "three")], *licenses)) == ["LIC103"]


@pytest.mark.parametrize("order", list(permutations(("cc-by-sa-4.0", "cc-by-nc-sa-4.0", "apache-2.0"))))
def test_the_order_of_ancestors_changes_nothing(order: tuple[str, ...]) -> None:
    assert among(*order) == among(*sorted(order))


def test_acts_of_a_conflict_are_those_of_the_share_alike_duty() -> None:
    (conflict,) = among("gpl-3.0", "cc-by-nc-4.0")
    assert "run" not in conflict.acts
    assert "give" in conflict.acts
