"""What a comparison of weights supports, over the whole range of what may be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.lineage.likeness import CLASSES, LEAST_TELLING, LITTLE, MOST, UNLIKE_RELATIONS, Comparison, Tally, judge_weights
from registry.supplychain.words import MODEL_RELATIONS


def seen(*, reshaped: int = 0, shrunk: int = 0, **parameters: int) -> Comparison:
    """A comparison with so many telling parameters in each class."""
    return Comparison({name: Tally(1 if count else 0, count, count) for name, count in parameters.items()}, reshaped=reshaped, shrunk=shrunk)


@pytest.mark.parametrize(
    ("comparison", "result"),
    [
        (seen(identical=100_000), "consistent"),
        (seen(near=100_000), "consistent"),
        (seen(near=50_000, far=50_000), "consistent"),
        (seen(near=49_000, far=51_000), "unverified"),
        (seen(near=10_000, far=90_000), "unverified"),
        (seen(near=9_000, far=91_000), "inconsistent"),
        (seen(far=100_000), "inconsistent"),
        (seen(identical=50_000, missing=500_000), "consistent"),
        (seen(identical=50_000, added=500_000), "consistent"),
        (seen(identical=50_000, added=500_000, missing=500_000), "unverified"),
        (seen(added=100_000, missing=100_000), "unverified"),
        (seen(added=100_000, missing=100_000, reshaped=90_000), "inconsistent"),
        (seen(added=100_000, missing=100_000, reshaped=90_000, shrunk=90_000), "unverified"),
        (seen(far=100_000, shrunk=100_000), "unverified"),
        (seen(identical=LEAST_TELLING - 1), "unverified"),
        (seen(far=LEAST_TELLING - 1), "unverified"),
        (seen(packed=10**9), "unverified"),
        (seen(), "unverified"),
    ],
)
def test_what_most_of_the_smaller_model_shows_decides(comparison: Comparison, result: str) -> None:
    opinion = judge_weights(comparison)
    assert opinion.result == result, opinion.reason
    assert opinion.reason.endswith(".")
    assert (opinion.looks_like is not None) == (result == "consistent")


@pytest.mark.parametrize("relation", MODEL_RELATIONS)
def test_a_student_need_not_resemble_its_teacher(relation: str) -> None:
    opinion = judge_weights(seen(far=100_000), relation)
    assert opinion.result == ("unverified" if relation in UNLIKE_RELATIONS else "inconsistent")
    assert judge_weights(seen(identical=100_000), relation).result == "consistent"


def test_what_the_differences_look_like() -> None:
    assert judge_weights(Comparison({"identical": Tally(9, 9_000, 9_000)})).looks_like == "copy"
    assert judge_weights(Comparison({"identical": Tally(9, 9_000, 9_000)}, recast=9)).looks_like == "converted"
    assert judge_weights(Comparison({"near": Tally(9, 9_000, 9_000)}, quantized=9)).looks_like == "quantized"
    assert judge_weights(Comparison({"near": Tally(9, 9_000, 9_000)}, low_rank=(8, 9, 64))).looks_like == "adapter"
    assert judge_weights(Comparison({"near": Tally(9, 9_000, 9_000)}, low_rank=(1, 9, 64))).looks_like == "finetune"
    assert judge_weights(Comparison({"identical": Tally(9, 9_000, 9_000)}, cut=1)).looks_like == "finetune"


@pytest.mark.property
@given(st.fixed_dictionaries({name: st.integers(0, 10**7) for name in CLASSES}), st.integers(0, 10**7), st.integers(0, 10**7))
def test_likeness_never_counts_against_a_model(parameters: dict[str, int], reshaped: int, more: int) -> None:
    order = {"inconsistent": 0, "unverified": 1, "consistent": 2}
    before = judge_weights(seen(**parameters, reshaped=min(reshaped, parameters["added"])))
    turned = min(more, parameters["far"])
    after = judge_weights(
        seen(**{**parameters, "far": parameters["far"] - turned, "near": parameters["near"] + turned}, reshaped=min(reshaped, parameters["added"]))
    )
    assert order[after.result] >= order[before.result]
    assert 0 < LITTLE < MOST < 1
