"""Classes of openness: each asks for the parts of the one below, under open licences; what is not known is named and never counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry.reports.openness import CLASSES, REQUIRED, Part, openness_class

OPEN, SHUT, UNSAID = Part(True, True), Part(False, None), Part(True, None)
EVERY = [part for name in CLASSES for part in REQUIRED[name]]


def parts(*classes: str, **other: Part) -> dict[str, Part]:
    return {**{part: OPEN for name in classes for part in REQUIRED[name]}, **{name.replace("_", " "): part for name, part in other.items()}}


def test_each_class_needs_all_of_the_one_below() -> None:
    assert openness_class(parts("III")).name == "III"
    assert openness_class(parts("III", "II")).name == "II"
    assert openness_class(parts("III", "II", "I")).name == "I"
    assert openness_class(parts("II", "I")).name is None


def test_what_is_missing_for_the_next_class_is_named_apart_from_what_is_not_known() -> None:
    found = openness_class(parts("III", inference_code=SHUT, evaluation_code=UNSAID))
    assert (found.name, found.next, found.at_most) == ("III", "II", "III")
    assert found.missing == ("inference code",)
    assert set(found.unknown) == {"training, validation and testing code", "evaluation code", "evaluation data"}


def test_a_licence_that_is_not_open_is_as_good_as_a_part_that_is_kept_back() -> None:
    found = openness_class(parts("III", final_model_parameters=Part(True, False)))
    assert (found.name, found.at_most, found.missing) == (None, None, ("final model parameters",))


def test_a_research_paper_stands_in_for_the_technical_report() -> None:
    assert openness_class(parts("III", technical_report=SHUT, research_paper=OPEN)).name == "III"
    assert openness_class(parts("III", technical_report=SHUT)).name is None


def test_the_highest_class_has_none_above() -> None:
    found = openness_class(parts("III", "II", "I"))
    assert (found.next, found.missing, found.unknown) == (None, (), ())


@given(
    st.dictionaries(st.sampled_from(EVERY), st.builds(Part, st.sampled_from([True, False, None]), st.sampled_from([True, False, None]))), st.sampled_from(EVERY)
)
def test_opening_a_part_never_lowers_the_class(held: dict[str, Part], opened: str) -> None:
    rank = {None: 0, "III": 1, "II": 2, "I": 3}
    before, after = openness_class(held), openness_class({**held, opened: OPEN})
    assert rank[after.name] >= rank[before.name]
    assert rank[before.name] <= rank[before.at_most]
