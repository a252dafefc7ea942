"""How licences compose along a path, as algebra."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.lineage.bindings import Binding
from registry.lineage.reach import OUTPUT_RELATIONS, WEIGHT_RELATIONS, pass_on
from registry.terms.license import Reach
from tests.lineage.build import RELATIONS
from tests.terms.build import VOCABULARY

CLASSES = ("original", "copy", "derivative", "output-model", "data", "none")
STEPS = ("copy", "derivative", "output-model", "data", "none")
ORDER = {"original": 0, "copy": 0, "derivative": 1, "output-model": 2, "data": 3, "none": 4}
"""How far a class is from the thing that was licensed."""


def pass_along(binding: Binding | None, *relations: str, reach: Reach | None = None, taught: str | None = None) -> Binding | None:
    """The binding after several edges."""
    for relation in relations:
        if binding is None:
            return None
        binding = pass_on(binding, relation, RELATIONS, lambda license, relation: reach, taught)
    return binding


def test_the_table_is_whole() -> None:
    for reach, step in product(CLASSES, STEPS):
        assert RELATIONS.along(reach, step) in CLASSES


@pytest.mark.parametrize(("one", "two", "three"), list(product(CLASSES, STEPS, STEPS)))
def test_composition_is_associative(one: str, two: str, three: str) -> None:
    assert RELATIONS.along(RELATIONS.along(one, two), three) == RELATIONS.along(one, RELATIONS.along(two, three))


@pytest.mark.parametrize(("reach", "step"), list(product(CLASSES, STEPS)))
def test_nothing_comes_nearer_to_the_original_on_its_way(reach: str, step: str) -> None:
    assert ORDER[RELATIONS.along(reach, step)] >= ORDER[reach]


@pytest.mark.parametrize("step", STEPS)
def test_the_original_takes_the_class_of_the_edge(step: str) -> None:
    assert RELATIONS.along("original", step) == step


@pytest.mark.parametrize("reach", CLASSES)
def test_what_stopped_stays_stopped(reach: str) -> None:
    assert RELATIONS.along(reach, "none") == "none"
    assert RELATIONS.along("none", "derivative") == "none"


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        (["finetune"], "derivative"),
        (["adapter"], "derivative"),
        (["merge"], "derivative"),
        (["quantized"], "derivative"),
        (["converted"], "copy"),
        (["uses"], "copy"),
        (["converted", "converted"], "copy"),
        (["finetune", "finetune"], "derivative"),
        (["converted", "finetune"], "derivative"),
        (["finetune", "converted"], "derivative"),
        (["distilled"], "output-model"),
        (["trained-on-outputs", "finetune"], "output-model"),
        (["finetune", "trained-on-outputs"], "output-model"),
        (["trained-on-outputs", "trained-on-outputs"], "output-model"),
    ],
)
def test_classes_along_paths(relations: list[str], expected: str) -> None:
    reached = pass_along(Binding("mit"), *relations)
    assert reached is not None
    assert (reached.reach, reached.points, reached.otherwise) == (expected, (), None)


def test_a_licence_of_test_data_does_not_reach_the_model() -> None:
    assert pass_along(Binding("mit"), "tested-on") is None
    assert pass_along(Binding("mit"), "finetune", "tested-on", "finetune") is None


def test_training_data_reach_the_weights_over_an_open_point() -> None:
    reached = pass_along(Binding("mit"), "trained-on")
    assert reached == Binding("mit", "derivative", points=("data-to-weights",), otherwise="data")


@pytest.mark.parametrize("relation", sorted(VOCABULARY.relations - {"tested-on", "trained-on"}))
def test_an_open_point_is_carried_on_over_every_further_edge(relation: str) -> None:
    reached = pass_along(Binding("mit"), "trained-on", relation)
    assert reached is not None
    assert (reached.points, reached.otherwise) == (("data-to-weights",), "data")


def test_two_open_points_are_both_carried_in_one_order() -> None:
    silent = Reach("derivative", "silent-on-outputs", "none")
    start = pass_along(Binding("mit"), "trained-on")
    reached = pass_along(start, "distilled", reach=silent)
    assert reached is not None
    assert reached.points == ("data-to-weights", "silent-on-outputs")
    assert (reached.reach, reached.otherwise) == ("derivative", "none")
    again = pass_along(reached, "distilled", reach=silent)
    assert again is not None
    assert again.points == reached.points


def test_a_licence_that_stops_unless_a_point_binds_is_kept_as_open() -> None:
    reached = pass_along(Binding("mit"), "quantized", reach=Reach("derivative", "format-change", "none"))
    assert reached == Binding("mit", "derivative", points=("format-change",), otherwise="none")


def test_the_licences_own_word_goes_before_the_default() -> None:
    assert pass_along(Binding("mit"), "distilled", reach=Reach("derivative")) == Binding("mit", "derivative", taught="foundation-model")
    assert pass_along(Binding("mit"), "finetune", reach=Reach("none")) is None


@pytest.mark.parametrize("relation", sorted(OUTPUT_RELATIONS))
@pytest.mark.parametrize(("taught", "expected"), [(None, "foundation-model"), ("same-family", "same-family"), ("foundation-model", "foundation-model")])
def test_outputs_say_what_they_trained(relation: str, taught: str | None, expected: str) -> None:
    reached = pass_along(Binding("mit"), relation, taught=taught)
    assert reached is not None
    assert reached.taught == expected


def test_what_the_first_outputs_trained_is_kept() -> None:
    first = pass_along(Binding("mit"), "distilled", taught="same-family")
    second = pass_along(first, "finetune", "distilled", taught="foundation-model")
    assert second is not None
    assert second.taught == "same-family"


@pytest.mark.parametrize("relation", sorted(WEIGHT_RELATIONS))
def test_nothing_is_taught_where_weights_pass(relation: str) -> None:
    reached = pass_along(Binding("mit"), relation, taught="foundation-model")
    assert reached is not None
    assert reached.taught is None


def test_relations_are_sorted_into_outputs_and_weights_once() -> None:
    assert not OUTPUT_RELATIONS & WEIGHT_RELATIONS
    assert VOCABULARY.relations - {"trained-on", "tested-on", "uses"} == OUTPUT_RELATIONS | WEIGHT_RELATIONS


PATHS = st.lists(st.sampled_from(sorted(VOCABULARY.relations)), min_size=1, max_size=6)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(PATHS, st.integers(0, 6))
def test_the_class_at_the_end_does_not_hang_on_where_the_path_is_cut(relations: list[str], cut: int) -> None:
    assert pass_along(pass_along(Binding("mit"), *relations[:cut]), *relations[cut:]) == pass_along(Binding("mit"), *relations)


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(PATHS)
def test_a_binding_has_an_other_reach_exactly_where_it_has_open_points(relations: list[str]) -> None:
    reached = pass_along(Binding("mit"), *relations)
    if reached is None:
        assert "tested-on" in relations
    else:
        assert (reached.otherwise is not None) == bool(reached.points)
        assert bool(reached.points) == ("trained-on" in relations)
        assert (reached.taught is not None) == any(relation in OUTPUT_RELATIONS for relation in relations)
        assert reached.reach != "none"


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(PATHS)
def test_where_a_point_does_not_bind_a_licence_reaches_no_nearer(relations: list[str]) -> None:
    reached = pass_along(Binding("mit"), *relations)
    if reached is not None and reached.otherwise is not None:
        assert ORDER[reached.otherwise] >= ORDER[reached.reach]


@pytest.mark.property
@settings(deadline=None, derandomize=True)
@given(PATHS, PATHS)
def test_a_longer_path_never_has_fewer_open_points(relations: list[str], more: list[str]) -> None:
    shorter, longer = pass_along(Binding("mit"), *relations), pass_along(Binding("mit"), *relations, *more)
    if shorter is not None and longer is not None:
        assert set(shorter.points) <= set(longer.points)
