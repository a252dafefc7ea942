"""The licence gate: a run is judged as its outcome would be, before anything is loaded."""

from __future__ import annotations

from typing import Any

import pytest

from registry.desk.run.plan import Plan, Planned, PlannedData, PlannedModel, plan_run
from registry.desk.session import Desk
from registry.errors import UnknownLicenseError, UnknownModelError
from tests.desk.conftest import codes
from tests.factories import model, record, relation, statement

MINI = "sentence-transformers/all-MiniLM-L6-v2"
LLAMA = "meta-llama/Llama-2-7b-hf"
LLAMA_CHAT = "meta-llama/Llama-2-7b-chat-hf"
LLAMA_3 = "meta-llama/Meta-Llama-3-8B"
GEMMA = "google/gemma-2b-it"
NON_COMMERCIAL = "CohereForAI/c4ai-command-r-v01"
FEW = {"monthly_active_users": "1000"}


def plan(desk: Desk, *bases: str, data: tuple[PlannedData, ...] = (), relation: str = "finetune", license: str | None = None, **facts: Any) -> Plan:
    return plan_run(desk, Planned("acme/made", tuple(PlannedModel(base, relation) for base in bases), data, license), facts)


def test_a_fine_tune_of_an_open_model_is_allowed_without_any_fact(reader: Desk) -> None:
    found = plan(reader, MINI, data=(PlannedData("messages", license="cc0-1.0"),))
    assert found.verdict == "permitted"
    assert found.item["model"] == "acme/made"
    assert found.licenses == {MINI: ("apache-2.0",), "dataset:messages": ("cc0-1.0",)}


def test_running_it_inside_the_house_is_part_of_every_run(reader: Desk) -> None:
    assert plan(reader, MINI).item["use"]["distribution"] == ["internal"]
    assert plan(reader, MINI, distribution=["weights"]).item["use"]["distribution"] == ["internal", "weights"]


def test_a_base_with_a_user_limit_asks_for_the_users(reader: Desk) -> None:
    found = plan(reader, LLAMA, commercial=True)
    assert found.verdict == "conditional"
    assert found.item["missing_facts"] == ["monthly_active_users"]
    assert plan(reader, LLAMA, **FEW).verdict == "permitted"


def test_a_field_of_use_that_the_policy_bars_refuses_the_run(reader: Desk) -> None:
    found = plan(reader, GEMMA, fields_of_use=["sexual-content"])
    assert found.verdict == "prohibited"
    (decider,) = [reason for reason in found.item["reasons"] if reason["outcome"] == "decides"]
    assert decider["license"] == "gemma"
    assert [step["model"] for step in decider["path"]] == ["acme/made", GEMMA]


def test_a_non_commercial_base_refuses_a_commercial_run_and_asks_where_nothing_is_said(reader: Desk) -> None:
    assert plan(reader, NON_COMMERCIAL, commercial=True).verdict == "prohibited"
    assert plan(reader, NON_COMMERCIAL).item["missing_facts"] == ["commercial"]
    assert plan(reader, NON_COMMERCIAL, commercial=False).verdict in ("permitted", "permitted-with-obligations")


def test_learning_from_outputs_of_a_model_that_bars_it_is_refused(reader: Desk) -> None:
    outputs = (PlannedData("answers", outputs_of=(LLAMA_CHAT,)),)
    found = plan(reader, MINI, data=outputs, **FEW)
    assert found.verdict == "prohibited"
    assert "LIC305" in codes(found.item["findings"])


def test_learning_from_outputs_within_the_family_is_allowed(reader: Desk) -> None:
    outputs = (PlannedData("answers", outputs_of=(LLAMA_CHAT,)),)
    assert plan(reader, LLAMA, data=outputs, **FEW).verdict == "permitted"


def test_only_the_asker_can_say_that_the_student_is_narrow(reader: Desk) -> None:
    outputs = (PlannedData("answers", outputs_of=(LLAMA_3,)),)
    assert plan(reader, MINI, data=outputs, **FEW).verdict == "prohibited"
    assert plan(reader, MINI, data=outputs, outputs_train="narrow-model", **FEW).verdict in ("permitted", "permitted-with-obligations")


def test_outputs_that_are_only_measured_on_teach_nothing(reader: Desk) -> None:
    outputs = (PlannedData("answers", "tested-on", outputs_of=(LLAMA_CHAT,)),)
    assert plan(reader, MINI, data=outputs, **FEW).verdict == "permitted"


def test_a_student_of_gemma_carries_its_terms(reader: Desk) -> None:
    found = plan(reader, MINI, data=(PlannedData("answers", outputs_of=(GEMMA,)),))
    assert found.choice is not None
    assert found.choice.license == "gemma"


def test_the_outcome_carries_the_licence_of_its_base(reader: Desk) -> None:
    for base, license in ((MINI, "apache-2.0"), (LLAMA, "llama2"), (GEMMA, "gemma")):
        choice = plan(reader, base, **FEW).choice
        assert choice is not None
        assert (choice.license, choice.why) == (license, "inherited")


def test_of_an_open_and_a_custom_ancestor_the_custom_one_names_the_licence(reader: Desk) -> None:
    choice = plan(reader, MINI, GEMMA, relation="merge").choice
    assert choice is not None
    assert choice.license == "gemma"
    assert set(choice.inherited) == {"apache-2.0", "gemma"}


def test_where_no_licence_keeps_everything_none_is_made_up(reader: Desk) -> None:
    choice = plan(reader, GEMMA, LLAMA, relation="merge", **FEW).choice
    assert choice is not None
    assert (choice.license, choice.why) == (None, "none-keeps-all")


def test_a_stated_licence_that_drops_terms_is_refused(reader: Desk) -> None:
    found = plan(reader, GEMMA, license="mit")
    assert found.verdict == "prohibited"
    assert "LIC101" in codes(found.item["findings"])
    assert plan(reader, MINI, license="mit").verdict == "permitted"


def test_a_name_that_breaks_a_rule_is_found_before_the_run(reader: Desk) -> None:
    found = plan(reader, LLAMA_3, **FEW)
    assert "LIC201" in codes(found.item["findings"])
    assert {duty["do"] for duty in found.outward["obligations"]} >= {"name-rule", "display", "license-copy"}
    good = plan_run(reader, Planned("acme/Llama-3-made", (PlannedModel(LLAMA_3, "finetune"),)), FEW)
    assert "LIC201" not in codes(good.item["findings"])


def test_duties_towards_others_are_told_even_where_the_use_stays_inside(reader: Desk) -> None:
    found = plan(reader, MINI)
    assert found.item["obligations"] == []
    assert {duty["do"] for duty in found.outward["obligations"]} >= {"license-copy", "retain-notices", "state-changes"}


def test_a_model_that_is_only_run_is_judged_itself(reader: Desk) -> None:
    found = plan_run(reader, Planned(None, (PlannedModel(GEMMA, "run"),)), {})
    assert found.item["model"] == GEMMA
    assert found.choice is None
    assert found.verdict == "permitted"


def test_of_several_models_that_are_run_the_worst_answer_counts(reader: Desk) -> None:
    found = plan_run(reader, Planned(None, (PlannedModel(MINI, "run"), PlannedModel(NON_COMMERCIAL, "run"))), {"commercial": True})
    assert (found.verdict, found.item["model"]) == ("prohibited", NON_COMMERCIAL)


def test_a_model_of_a_folder_counts_as_its_folder_describes_it(reader: Desk) -> None:
    described = record(model("tuned"), statement("tuned", "apache-2.0"), relation("tuned", GEMMA))
    found = plan_run(reader, Planned("made", (PlannedModel("tuned", "finetune", described),)), {})
    assert [entry["id"] for entry in found.item["licenses"] if entry["from"] == GEMMA] == ["gemma"]
    assert found.choice is not None
    assert found.choice.license == "gemma"


def test_a_folder_that_says_nothing_leaves_the_answer_open_until_a_licence_is_stated(reader: Desk) -> None:
    silent = record(model("silent"))
    assert plan_run(reader, Planned("made", (PlannedModel("silent", "finetune", silent),)), {}).verdict == "undetermined"
    assert plan_run(reader, Planned("made", (PlannedModel("silent", "finetune", silent, "mit"),)), {}).verdict == "permitted"


def test_a_model_that_nobody_knows_is_refused_by_name(reader: Desk) -> None:
    with pytest.raises(UnknownModelError, match="acme/nothing-like-it"):
        plan(reader, "acme/nothing-like-it")


def test_a_licence_that_nobody_knows_is_refused_by_name(reader: Desk) -> None:
    with pytest.raises(UnknownLicenseError, match="lizenz-von-morgen"):
        plan(reader, MINI, license="lizenz-von-morgen")
