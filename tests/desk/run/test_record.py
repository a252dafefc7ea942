"""What a run brings into the catalogue, and what the catalogue then knows of it."""

from __future__ import annotations

import pytest

from registry.desk.run.plan_names import dataset_is_known, find_known, model_of_digests, outputs_with_digest
from registry.desk.run.record import MadeModel, UsedData, UsedModel, record_model, record_outputs, refuse_taken_name
from registry.desk.run.record_share import GENERAL_PURPOSE_FLOP, find_original, modifier_share
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.errors import UnknownModelError, UsageError
from tests.desk.conftest import check, codes
from tests.factories import model, record, relation, statement

BERT = "google-bert/bert-base-uncased"
LLAMA = "meta-llama/Llama-2-7b-hf"
ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")


def made(name: str = "acme/made", state: str = ONE, **values: object) -> MadeModel:
    plain = {
        "record": TWO, "license": "apache-2.0", "stage": "task-tuned", "modality": "text", "parameters": 7,
        "models": (UsedModel(BERT, "finetune", THREE),), "run": {"hardware": "H200", "count": 2, "hours": 1.5, "flop": 1e18, "energy_kwh": 2.0},
    }  # fmt: skip
    return MadeModel(name, state, **{**plain, **values})  # type: ignore[arg-type]


def test_a_model_is_known_by_its_digest_and_so_is_what_it_was_made_from(desk: Desk) -> None:
    record_model(desk, made())
    assert model_of_digests(desk, [ONE]) == "acme/made"
    assert model_of_digests(desk, [THREE]) == BERT
    assert model_of_digests(desk, [TWO]) is None
    known = find_known(desk, "acme/made")
    assert known is not None
    assert known.digests() == {ONE}
    assert known.stage == "task-tuned"


def test_a_digest_of_two_models_names_neither(desk: Desk) -> None:
    record_model(desk, made())
    record_model(desk, made("acme/copy"))
    assert model_of_digests(desk, [ONE]) is None


def test_a_digest_counts_for_its_commit_where_one_is_asked_for(desk: Desk) -> None:
    commit = "a" * 40
    record_model(desk, made(models=(UsedModel(BERT, "finetune", THREE, commit),)))
    known = find_known(desk, BERT)
    assert known is not None
    assert known.digests(commit) == {THREE}
    assert known.digests("b" * 40) == frozenset()
    assert THREE in known.digests()


def test_recording_the_same_again_changes_nothing(desk: Desk) -> None:
    assert record_model(desk, made())["added"]["model"] == 1
    again = record_model(desk, made())
    assert again["change_set"] is None


def test_a_base_that_nobody_knew_comes_with_what_its_folder_says(desk: Desk) -> None:
    described = record(model("tuned"), statement("tuned", "gemma"), origin="folder")
    record_model(desk, made(license=None, models=(UsedModel("tuned", "finetune", THREE, record=described),)))
    inherited = {entry["id"] for entry in check(desk, "acme/made")["licenses"]}
    assert "gemma" in inherited


def test_a_licence_that_the_user_states_stays_with_the_base(desk: Desk) -> None:
    described = record(model("tuned"), origin="folder")
    record_model(desk, made(models=(UsedModel("tuned", "finetune", THREE, record=described, license="mit"),)))
    assert [entry["id"] for entry in check(desk, "tuned")["licenses"]] == ["mit"]


def test_outputs_are_known_again_by_their_digest(desk: Desk) -> None:
    record_outputs(desk, "answers", ONE, TWO, 12, [UsedModel(LLAMA, None, THREE)])
    assert outputs_with_digest(desk, ONE) == ("answers", (LLAMA,))
    assert outputs_with_digest(desk, TWO) is None
    assert dataset_is_known(desk, "answers")
    shown = show_model(desk, "dataset:answers")
    assert (shown["size_rows"], shown["collection"]) == (12, f"outputs of {LLAMA}")


def test_a_student_of_recorded_outputs_is_linked_to_its_teacher(desk: Desk) -> None:
    record_outputs(desk, "answers", ONE, TWO, 12, [UsedModel(LLAMA, None, THREE)])
    record_model(desk, made(data=(UsedData("answers", "trained-on", 12, outputs_of=(LLAMA,)),)))
    item = check(desk, "acme/made", monthly_active_users="1000", distribution=["internal"])
    assert item["verdict"] == "prohibited"
    assert "LIC305" in codes(item["findings"])


def test_a_dataset_that_is_known_keeps_what_is_known_of_it(desk: Desk) -> None:
    before = show_model(desk, "dataset:allenai/c4")
    record_model(desk, made(data=(UsedData("allenai/c4", "trained-on", 5),)))
    after = show_model(desk, "dataset:allenai/c4")
    assert {"model": "acme/made", "relation": "trained-on", "evidence": "attested"} in after["models"]
    changing = {"models": None, "model_count": None}
    assert {**after, **changing} == {**before, **changing}


def test_remarks_stand_in_the_history(desk: Desk) -> None:
    record_model(desk, made(remarks=(("license-override", "passed over under LEGAL-42"),)))
    assert any("LEGAL-42" in row["change"] for row in show_model(desk, "acme/made", history=True)["history"])


def test_only_names_of_runs_and_registrations_can_be_taken_again(desk: Desk) -> None:
    refuse_taken_name(desk, "acme/free")
    record_model(desk, made())
    refuse_taken_name(desk, "acme/made")
    with pytest.raises(UsageError, match="another model"):
        refuse_taken_name(desk, BERT)


def test_a_name_that_nobody_knows_is_nobody(desk: Desk) -> None:
    assert find_known(desk, "acme/nothing-like-it") is None
    with pytest.raises((UnknownModelError, UsageError)):
        find_known(desk, " ")


def test_the_original_stands_at_the_top_of_the_lineage_not_at_the_last_run(desk: Desk) -> None:
    assert find_original(desk, LLAMA)[1] is not None
    record_model(desk, made(models=(UsedModel(LLAMA, "finetune", THREE),)))
    record_model(desk, made("acme/further", TWO, models=(UsedModel("acme/made", "adapter", ONE),)))
    assert find_original(desk, "acme/further") == find_original(desk, LLAMA)


def test_a_folder_that_nobody_knows_leads_to_the_base_that_it_names(desk: Desk) -> None:
    named = record(model("tuned"), relation("tuned", LLAMA), origin="folder")
    assert find_original(desk, "tuned", named) == find_original(desk, LLAMA)
    assert find_original(desk, "tuned", record(model("tuned"), origin="folder")) == ("tuned", None)


def test_of_a_model_that_comes_from_no_other_its_runs_count(desk: Desk) -> None:
    record_model(desk, made(models=()))
    assert find_original(desk, "acme/made") == ("acme/made", 1e18)


def test_a_modification_is_held_against_a_third_of_the_original() -> None:
    below, above = modifier_share(1e24, "acme/base", 4e24), modifier_share(2e24, "acme/base", 4e24)
    assert below is not None
    assert above is not None
    assert (below["share"], below["above_one_third"], below["assumed"]) == (0.25, False, None)
    assert (above["share"], above["above_one_third"]) == (0.5, True)


def test_exactly_one_third_is_not_above_it() -> None:
    share = modifier_share(1.0, "acme/base", 3.0)
    assert share is not None
    assert share["above_one_third"] is False


@pytest.mark.parametrize(("flop", "says"), [(None, None), (9e22, False), (1e23, False), (1.1e23, True)])
def test_only_more_than_the_criterion_makes_the_original_one_for_general_purposes(flop: float | None, says: bool | None) -> None:
    share = modifier_share(1e20, "acme/base", flop)
    assert share is not None
    assert share["general_purpose"] is says
    assert "C(2025) 7719" in share["rule"]


def test_where_the_original_is_not_known_the_threshold_stands_in_and_that_is_said() -> None:
    share = modifier_share(GENERAL_PURPOSE_FLOP / 2, "acme/base", None)
    assert share is not None
    assert share["above_one_third"] is True
    assert "not on record" in share["assumed"]
    assert "1e+25" in share["assumed"]


def test_where_its_own_computation_is_not_known_nothing_is_said() -> None:
    assert modifier_share(None, "acme/base", 1e24) is None
    assert modifier_share(1e24, None, None) is None
