"""What may be done with a model of the catalogue, from a name to an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from registry.desk.catalog.entries import accept, add
from registry.desk.check import check_batch, check_models
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.errors import FactError, UnknownLicenseError, UnknownModelError, UsageError
from tests.desk.conftest import LLAMA, Open, add_application, check, codes, digest, own, specification

SERVICE: dict[str, Any] = {"commercial": True, "distribution": ["saas"]}

ITEM = {"model", "revision", "verdict", "curable", "interpretation", "flips", "date", "use", "assumptions", "missing_facts", "yes_when", "leaning", "licenses"}
ITEM |= {"reasons", "obligations", "headroom", "unverified", "findings", "warnings", "knowledge"}
PARTS = {
    "licenses": {"id", "type", "basis", "reach", "verdict"},
    "reasons": {"license", "term", "section", "outcome", "effect", "summary", "path", "evidence"},
    "obligations": {"license", "term", "section", "summary", "when"},
    "headroom": {"license", "fact", "limit", "comparator", "month", "value"},
    "findings": {"code", "severity", "summary"},
    "assumptions": {"fact", "value"},
}
VERDICTS = {"permitted", "permitted-with-obligations", "conditional", "undetermined", "needs-permission", "prohibited"}


@pytest.mark.parametrize("name", [LLAMA, "Llama 2 7B Chat", "llama2-7b-chat", "LLAMA_2_7B_CHAT", "meta-llama/llama-2-7b-chat"])
def test_every_spelling_finds_the_same_model(reader: Desk, name: str) -> None:
    assert check(reader, name)["model"] == LLAMA


def test_a_revision_is_kept(reader: Desk) -> None:
    assert check(reader, f"{LLAMA}@abc123")["revision"] == "abc123"
    assert check(reader, LLAMA)["revision"] is None


def test_an_unknown_revision_is_said(reader: Desk) -> None:
    assert check(reader, LLAMA)["warnings"] == []
    assert check(reader, f"{LLAMA}@main")["warnings"] == []
    (warning,) = check(reader, f"{LLAMA}@abc123")["warnings"]
    assert "abc123" in warning


def test_a_model_younger_than_its_use_is_said(reader: Desk) -> None:
    warnings = check(reader, LLAMA, date="2023-01-15")["warnings"]
    assert any("released" in warning for warning in warnings)
    assert any("younger than the use" in warning for warning in warnings)


def test_a_developer_s_own_newer_licence_speaks_for_its_work(reader: Desk) -> None:
    def binding(name: str, **given: Any) -> set[str]:
        return {each["id"] for each in check(reader, name, **given)["licenses"]}

    assert binding("deepseek-ai/DeepSeek-R1") == {"mit"}
    assert binding("deepseek-ai/DeepSeek-R1", license="apache-2.0") == {"apache-2.0", "deepseek-1.0"}
    assert "llama3" in binding("NousResearch/Hermes-2-Theta-Llama-3-8B")


@pytest.mark.parametrize("name", ["meta-llama/Llama-2-7b-chatt-hf", "lama-2-7b-chat"])
def test_a_misspelt_name_offers_three_near_ones(reader: Desk, name: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        check(reader, name)
    assert len(caught.value.nearest) == 3
    assert any(each.startswith("meta-llama/Llama-2-7b") for each in caught.value.nearest)
    assert caught.value.hint is not None
    assert all(each in caught.value.hint for each in caught.value.nearest)


@pytest.mark.parametrize("name", ["./model", "../model", "/srv/model", "~/model", "."])
def test_a_folder_is_no_model_of_the_catalogue(reader: Desk, name: str) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        check(reader, name)


def test_several_names_are_answered_in_their_order(reader: Desk) -> None:
    names = ["microsoft/phi-2", LLAMA, "dataset:the-pile", "01-ai/Yi-34B"]
    assert [item["model"] for item in check_models(reader, names, {})] == names


@pytest.mark.parametrize(
    "facts", [{}, SERVICE, {**SERVICE, "monthly_active_users": "800M"}, {"commercial": True, "distribution": ["weights"], "modified": True}]
)
@pytest.mark.parametrize("name", [LLAMA, "microsoft/phi-2", "facebook/opt-125m", "dataset:the-pile", "stabilityai/sdxl-turbo", "app:aurelia-lex"])
def test_an_item_has_every_key_that_others_rely_on(reader: Desk, name: str, facts: dict[str, Any]) -> None:
    for item in check_models(reader, [name], facts):
        assert item.keys() >= ITEM
        assert item["verdict"] in VERDICTS
        assert set(item["knowledge"]) == {"version", "digest"}
        for part, keys in PARTS.items():
            for entry in item[part]:
                assert entry.keys() >= keys, part
        assert all(reason["path"][0] == {"model": item["model"]} for reason in item["reasons"])
        assert all(set(step) == {"relation", "model"} for reason in item["reasons"] for step in reason["path"][1:])
        assert json.loads(json.dumps(item)) == item
        assert (item["yes_when"] is not None) == (item["verdict"] == "conditional")
        assert item["missing_facts"] or item["verdict"] != "conditional"


def test_the_answer_as_a_whole_for_a_model_above_its_limit(reader: Desk) -> None:
    item = check(reader, LLAMA, **SERVICE, monthly_active_users=["2023-06=800M"])
    (reason,) = [each for each in item["reasons"] if each["outcome"] == "decides"]
    assert (reason["license"], reason["term"], reason["effect"], reason["ask"]) == ("llama2", "active-users-limit", "needs-permission", "Meta")
    assert reason["section"].startswith("2")
    (limit,) = item["headroom"]
    assert (limit["limit"], limit["comparator"], limit["month"], limit["value"]) == (700_000_000, ">", "2023-06", 800_000_000)
    assert item["use"] == {"commercial": True, "distribution": ["saas"], "monthly_active_users": {"2023-06": 800_000_000}}


@pytest.mark.parametrize(
    ("users", "verdict"),
    [
        (["2023-06=699999999"], "permitted"),
        (["2023-06=700M"], "permitted"),
        (["2023-06=700000001"], "needs-permission"),
        (["2023-06=700000001", "2026-10=1"], "needs-permission"),
        (["2023-06=1", "2026-10=900M"], "permitted"),
        (["2026-10=900M"], "conditional"),
        (["product=700000001"], "needs-permission"),
        (["product=1"], "conditional"),
        (["group=700M"], "permitted"),
        ("700M", "permitted"),
        ("700000001", "needs-permission"),
        (None, "conditional"),
    ],
)
def test_the_limit_is_more_than_700_million_in_the_month_before_the_release(reader: Desk, users: Any, verdict: str) -> None:
    facts = {} if users is None else {"monthly_active_users": users}
    assert check(reader, LLAMA, **SERVICE, **facts)["verdict"] == verdict


def test_a_company_founded_later_had_no_users_then(reader: Desk) -> None:
    assert check(reader, LLAMA, **SERVICE, founded="2024-01", monthly_active_users="900M")["verdict"] == "permitted"


def test_a_bare_number_stands_for_the_past_month_and_says_so(reader: Desk) -> None:
    item = check(reader, LLAMA, **SERVICE, monthly_active_users="5M")
    assert {"fact": "monthly_active_users", "value": 5_000_000, "stands_for": "2023-06"} in item["assumptions"]
    item = check(reader, LLAMA, **SERVICE, monthly_active_users=["2023-06=5M"])
    assert "monthly_active_users" not in {each["fact"] for each in item["assumptions"]}


@pytest.mark.parametrize("users", ["5M", "900M"])
def test_strict_facts_leave_the_past_month_unknown(reader: Desk, users: str) -> None:
    item = check(reader, LLAMA, **SERVICE, monthly_active_users=users, strict_facts=True)
    assert (item["verdict"], item["missing_facts"]) == ("conditional", ["monthly_active_users"])
    assert "June 2023" in item["yes_when"]


def test_without_assumptions_every_open_fact_is_asked_for(reader: Desk) -> None:
    item = check(reader, LLAMA, **SERVICE, assume=False)
    assert item["verdict"] == "conditional"
    assert item["assumptions"] == []
    assert set(item["missing_facts"]) >= {"role", "monthly_active_users", "outputs_train", "fields_of_use"}
    facts: dict[str, Any] = {"role": "licensee", "monthly_active_users": ["2023-06=1"], "outputs_train": "none", "fields_of_use": [], "modified": False}
    filled = check(reader, LLAMA, **SERVICE, assume=False, **facts)
    assert (filled["verdict"], filled["missing_facts"], filled["assumptions"]) == ("permitted", [], [])


def test_what_is_assumed_is_told_unless_it_was_stated(reader: Desk) -> None:
    assumed = {each["fact"]: each["value"] for each in check(reader, LLAMA, **SERVICE)["assumptions"]}
    assert assumed["outputs_train"] == "none"
    stated = {each["fact"] for each in check(reader, LLAMA, **SERVICE, outputs_train="none")["assumptions"]}
    assert stated == set(assumed) - {"outputs_train"}


@pytest.mark.parametrize(
    ("name", "on", "license"),
    [
        ("01-ai/Yi-34B", "2023-11-02", "yi-1.0"),
        ("01-ai/Yi-34B", "2023-11-03", "yi-1.0"),
        ("01-ai/Yi-34B", "2023-11-04", "yi-2.0"),
        ("01-ai/Yi-34B", "2023-11-23", "yi-2.1"),
        ("01-ai/Yi-34B", "2024-05-30", "apache-2.0"),
        ("tiiuae/falcon-40b", "2023-05-26", "tii-falcon-llm-1.0"),
        ("tiiuae/falcon-40b", "2023-05-31", "apache-2.0"),
        ("stabilityai/stable-video-diffusion-img2vid-xt", "2023-12-01", "svd-nc-2023-11-21"),
        ("suno/bark", "2023-04-25", "cc-by-nc-4.0"),
        ("suno/bark", "2023-05-02", "mit"),
        ("internlm/internlm2-7b", "2024-06-01", "internlm-2023"),
        ("internlm/internlm2-7b", "2025-01-15", "apache-2.0"),
        ("black-forest-labs/FLUX.1-dev", "2024-08-05", "flux-1-dev-nc-1.0"),
    ],
)
def test_a_relicensed_model_answers_by_the_date(reader: Desk, name: str, on: str, license: str) -> None:
    assert own(check(reader, name, commercial=True, date=on)) == [license]
    assert own(check(reader, name, commercial=True, obtained_on=on)) == [license]
    assert own(check(reader, name, commercial=True, obtained_on=on, date="2026-11-21")) == [license]


def test_the_licence_of_the_day_decides(desk: Desk) -> None:
    stated = [{"license": "cc-by-nc-4.0", "valid_to": "2023-08-31"}, {"license": "apache-2.0", "valid_from": "2023-08-31"}]
    add(desk, "model", {"id": "acme/freed", "modality": "image", "licenses": stated})
    assert check(desk, "acme/freed", **SERVICE, date="2023-08-30")["verdict"] == "prohibited"
    assert check(desk, "acme/freed", **SERVICE)["verdict"] == "permitted"
    assert check(desk, "acme/freed", **SERVICE, obtained_on="2023-08-30")["verdict"] == "prohibited", "a copy stays under what it was got under"


def test_an_ancestor_is_taken_as_of_the_same_date(reader: Desk) -> None:
    item = check(reader, "01-ai/Yi-34B-Chat", commercial=True, date="2024-01-02")
    assert {license["id"] for license in item["licenses"]} == {"yi-2.1"}
    assert {license["id"] for license in check(reader, "01-ai/Yi-34B-Chat", commercial=True)["licenses"]} == {"apache-2.0"}


def test_a_licence_alone(reader: Desk) -> None:
    (item,) = check_models(reader, [], {**SERVICE, "monthly_active_users": "800M"}, license="llama2")
    assert (item["model"], item["license"], item["verdict"]) == (None, "llama2", "needs-permission")
    (choice,) = check_models(reader, [], {"commercial": True, "distribution": ["weights"]}, license="GPL-3.0-only OR MIT")
    assert choice["verdict"] == "permitted-with-obligations"
    with pytest.raises(UnknownLicenseError):
        check_models(reader, [], {}, license="no-such-licence-anywhere")


def test_as_if_a_model_were_under_another_licence(reader: Desk) -> None:
    item = check(reader, "01-ai/Yi-34B", commercial=True, license="cc-by-nc-4.0")
    assert (own(item), item["verdict"]) == (["cc-by-nc-4.0"], "prohibited")
    assert own(check(reader, "01-ai/Yi-34B", license="MIT License")) == ["mit"]
    assert own(check(reader, "01-ai/Yi-34B", license="mit OR apache-2.0")) == ["mit OR apache-2.0"]


def test_what_an_ancestor_asks_stays_as_if(reader: Desk) -> None:
    item = check(reader, LLAMA, **SERVICE, monthly_active_users="800M", license="mit")
    assert item["verdict"] == "needs-permission"
    assert "LIC101" in codes(item["findings"])


def test_a_dated_licence_name_is_the_text_of_the_day_the_copy_was_obtained(reader: Desk) -> None:
    assert own(check_models(reader, [], {"obtained_on": "2023-11-10"}, license="yi-license")[0]) == ["yi-2.0"]
    assert own(check(reader, "01-ai/Yi-34B", obtained_on="2023-11-10", license="yi-license")) == ["yi-2.0"]


def test_a_dataset_is_asked_about_like_a_model(reader: Desk) -> None:
    item = check(reader, "dataset:the-pile", commercial=True)
    assert item["model"] == "dataset:the-pile"
    assert item["verdict"] in VERDICTS
    with pytest.raises(UsageError, match="no dataset"):
        check(reader, "dataset:no-such-data")


def test_an_application_answers_the_limit_by_its_own_users(desk: Desk) -> None:
    def users(count: int, month: str = "2023-06") -> str:
        add(desk, "user-group", {"application": "kiosk", "id": "everyone", "countries": ["DE", "NO"], "monthly_users": {month: count}})
        return str(check(desk, "app:kiosk")["verdict"])

    add_application(desk, LLAMA)
    item = check(desk, "app:kiosk")
    assert (item["verdict"], item["application"], item["model"]) == ("conditional", "kiosk", LLAMA)
    assert users(700_000_000) == "permitted"
    assert users(700_000_001) == "needs-permission"
    item = check(desk, "app:kiosk")
    assert item["use"]["audience"] == ["DE", "NO"]
    assert (item["use"]["commercial"], item["use"]["distribution"]) == (True, ["saas"])
    assert item["use"]["monthly_active_users"]["product"] == {"2023-06": 700_000_001}
    assert not item["assumptions"] or "monthly_active_users" not in {each["fact"] for each in item["assumptions"]}


def test_the_users_of_all_applications_of_an_owner_count_together(desk: Desk) -> None:
    for name in ("kiosk", "stall"):
        group = {"id": "all", "monthly_users": {"2023-06": 400_000_000}}
        add_application(desk, LLAMA, id=name, user_groups=[group])
    item = check(desk, "app:kiosk")
    assert item["verdict"] == "needs-permission"
    assert item["use"]["monthly_active_users"]["licensee"] == {"2023-06": 800_000_000}


def test_what_the_asker_states_goes_before_what_an_application_records(desk: Desk) -> None:
    add_application(desk, LLAMA, user_groups=[{"id": "all", "monthly_users": {"2023-06": 900_000_000}}])
    assert check(desk, "app:kiosk")["verdict"] == "needs-permission"
    assert check(desk, "app:kiosk", monthly_active_users=["2023-06=5M"])["verdict"] == "permitted"
    assert check(desk, "app:kiosk", commercial=False)["use"]["commercial"] is False


def test_the_distribution_of_an_application_brings_its_duties(desk: Desk) -> None:
    add_application(desk, "microsoft/phi-2", distribution=["internal"])
    assert check(desk, "app:kiosk")["verdict"] == "permitted"
    add_application(desk, "microsoft/phi-2", distribution=["product"])
    item = check(desk, "app:kiosk")
    assert item["verdict"] == "permitted-with-obligations"
    assert {duty["do"] for duty in item["obligations"]} >= {"license-copy"}


def test_countries_of_users_and_of_the_company_are_kept_apart(desk: Desk) -> None:
    """Llama 3.2 Vision looks at where the company is; where its customers are does not settle that."""
    add_application(
        desk, "meta-llama/Llama-3.2-11B-Vision-Instruct", user_groups=[{"id": "all", "countries": ["DE"], "monthly_users": {"2024-08": 5, "2024-06": 5}}]
    )
    item = check(desk, "app:kiosk")
    assert (item["verdict"], item["missing_facts"]) == ("conditional", ["country"])
    assert check(desk, "app:kiosk", country="US")["verdict"] == "permitted-with-obligations"
    assert check(desk, "app:kiosk", country="DE")["verdict"] in {"prohibited", "needs-permission"}


def test_the_terms_of_the_host_bind_beside_the_model_s_own(desk: Desk) -> None:
    terms = "openai-services-agreement-2026-01-01"
    add(desk, "host", {"id": "corner-host", "kind": "api", "terms": terms})
    add_application(desk, {"model": "microsoft/phi-2", "host": "corner-host"})
    item = check(desk, "app:kiosk")
    assert own(item) == ["mit", terms]
    assert item["host"] == "corner-host"
    add_application(desk, "microsoft/phi-2", id="bare")
    assert own(check(desk, "app:bare")) == ["mit"]


def test_the_terms_of_a_host_are_no_licence_that_the_developer_declared(desk: Desk) -> None:
    """What a host asks of its customers says nothing about what the model's developer passed on."""
    model = "meta-llama/Llama-3.1-8B-Instruct"
    add_application(desk, model, id="bare")
    add_application(desk, {"model": model, "host": "groq"}, id="hosted")
    assert "LIC101" not in codes(check(desk, "app:bare")["findings"])
    assert "LIC101" not in codes(check(desk, "app:hosted")["findings"])


def test_every_model_of_an_application_is_answered(reader: Desk) -> None:
    items = check_models(reader, ["app:aurelia-lex"], {})
    assert len(items) >= 3
    assert {item["application"] for item in items} == {"aurelia-lex"}
    assert len({item["model"] for item in items}) == len(items)


def test_an_unknown_application_names_the_nearest(reader: Desk) -> None:
    with pytest.raises(UsageError) as caught:
        check_models(reader, ["app:aurelialex2"], {})
    assert "app:aurelia-lex" in (caught.value.hint or "")


GATED = "01-ai/Yi-6B-Chat"
"""Under yi-2.1 until 2024-05-30, of which commercial use asks for registration."""


def test_a_recorded_acceptance_opens_the_gate_of_that_model_only(desk: Desk) -> None:
    asked: dict[str, Any] = {"commercial": True, "date": "2024-02-01"}
    before = check(desk, GATED, **asked)
    assert (before["verdict"], before["missing_facts"]) == ("conditional", ["accepted"])
    accept(desk, GATED, "Kim", "2024-01-15")
    assert check(desk, GATED, **asked)["verdict"] == "permitted-with-obligations"
    assert check(desk, "01-ai/Yi-34B-Chat", **asked)["verdict"] == "conditional"
    assert check(desk, GATED, commercial=True, date="2024-01-14")["verdict"] == "conditional", "nobody had accepted it by then"


def test_stated_acceptances_are_taken_by_any_name(reader: Desk) -> None:
    asked: dict[str, Any] = {"commercial": True, "date": "2024-02-01"}
    assert check(reader, GATED, **asked, accepted=["yi-2.1"])["verdict"] == "permitted-with-obligations"
    assert check(reader, GATED, **asked, accepted=["yi-license"])["verdict"] == "permitted-with-obligations"
    assert check(reader, GATED, **asked, accepted=["all"])["verdict"] == "permitted-with-obligations"
    assert check(reader, GATED, **asked, accepted=["mit"])["verdict"] in {"conditional", "needs-permission"}
    with pytest.raises(UnknownLicenseError):
        check(reader, GATED, **asked, accepted=["no-such-licence-anywhere"])


def test_a_recorded_acceptance_counts_for_the_application_that_uses_the_model(desk: Desk) -> None:
    add_application(desk, GATED)
    accept(desk, GATED, "Kim", "2024-01-15")
    assert check(desk, "app:kiosk", date="2024-02-01")["verdict"] == "permitted-with-obligations"


def test_the_date_of_a_question_of_a_batch_picks_the_licence(reader: Desk) -> None:
    lines = [
        json.dumps({"model": "01-ai/Yi-34B", "use": {"commercial": True, **given}}) for given in ({}, {"date": "2023-11-10"}, {"obtained_on": "2023-11-10"})
    ]
    assert [own(answer) for answer in check_batch(reader, lines)] == [["apache-2.0"], ["yi-2.0"], ["yi-2.0"]]


def test_the_date_of_a_hypothesis_picks_the_licence_of_its_recorded_base(reader: Desk) -> None:
    what_if = {"models": [{"name": "mine", "license": "apache-2.0", "bases": ["01-ai/Yi-34B"]}]}
    (answer,) = check_batch(reader, [json.dumps({"what_if": what_if, "use": {"commercial": True, "date": "2023-11-10"}})])
    assert {license["id"] for license in answer["licenses"]} == {"apache-2.0", "yi-2.0"}


def test_a_batch_asks_the_catalogue_by_any_name(reader: Desk) -> None:
    first, second = check_batch(reader, ['{"id": 1, "model": "Llama 2 7B Chat", "use": {"commercial": true}}', '{"id": 2, "model": "nobody/none"}'])
    assert (first["id"], first["verdict"]) == (1, "conditional")
    assert second["id"] == 2
    assert "nobody/none" in second["error"]["message"]


def test_a_batch_and_a_single_question_agree(reader: Desk) -> None:
    for name in (LLAMA, "microsoft/phi-2", "facebook/opt-125m"):
        (answer,) = check_batch(reader, [json.dumps({"model": name, "use": {**SERVICE, "monthly_active_users": "800M"}})])
        assert answer["verdict"] == check(reader, name, **SERVICE, monthly_active_users="800M")["verdict"]


def test_a_name_that_breaks_a_name_rule_is_found(desk: Desk) -> None:
    """Llama 3.1, s. 1.b.i: the name of a derivative begins with Llama."""
    register_model(desk, specification("acme/Support-8B", "meta-llama/Llama-3.1-8B", license="llama3.1"), {})
    register_model(desk, specification("acme/Llama-Support-8B", "meta-llama/Llama-3.1-8B", license="llama3.1"), {})
    assert "LIC201" in codes(check(desk, "acme/Support-8B")["findings"])
    assert "LIC201" not in codes(check(desk, "acme/Llama-Support-8B")["findings"])
    assert "LIC201" not in codes(check(desk, "acme/Support-8B", derivative_name="Llama-Support-8B")["findings"])
    assert "LIC201" not in codes(check(desk, "meta-llama/Llama-3.1-8B")["findings"]), "the original is no derivative"


def test_other_readings_that_change_the_answer_are_told(desk: Desk) -> None:
    """Whether non-commercial data bind weights is unsettled."""
    add(desk, "dataset", {"id": "nc-data", "license": "cc-by-nc-4.0"})
    register_model(desk, specification("acme/trained", "microsoft/phi-2", license="mit", datasets=["nc-data"]), {})
    item = check(desk, "acme/trained", **SERVICE)
    strict = check(desk, "acme/trained", **SERVICE, interpretation="strict")
    assert strict["verdict"] == "prohibited"
    assert item["verdict"] != "prohibited"
    (flip,) = [each for each in item["flips"] if each["interpretation"] == "strict"]
    assert flip["verdict"] == "prohibited"
    assert flip["points"]
    assert {each["interpretation"]: each["verdict"] for each in strict["flips"]}["mainstream"] == item["verdict"]
    assert check(desk, "microsoft/phi-2", **SERVICE)["flips"] == []


def test_the_interpretation_of_the_settings_is_used(desk_over: Open) -> None:
    assert check(desk_over(interpretation="strict"), LLAMA)["interpretation"] == "strict"
    assert check(desk_over(interpretation="strict"), LLAMA, interpretation="permissive")["interpretation"] == "permissive"
    with pytest.raises(UsageError, match="kind"):
        check(desk_over(), LLAMA, interpretation="kind")


def test_the_company_s_facts_stand_unless_a_flag_overrules_them(desk_over: Open) -> None:
    desk = desk_over(facts={"commercial": True, "distribution": ["saas"], "monthly_active_users": {"2023-06": "800M"}, "country": "NO"})
    item = check(desk, LLAMA)
    assert item["verdict"] == "needs-permission"
    assert item["use"]["country"] == "NO"
    assert check(desk, LLAMA, monthly_active_users=["2023-06=1M"])["verdict"] == "permitted"


def test_a_wrong_fact_of_the_company_is_named(desk_over: Open) -> None:
    with pytest.raises(FactError, match="countryy"):
        check(desk_over(facts={"countryy": "NO"}), LLAMA)
    with pytest.raises(FactError, match="country"):
        check(desk_over(facts={"country": "Norway"}), LLAMA)


def test_asking_writes_nothing(desk: Desk) -> None:
    before = digest(desk)
    check_models(desk, [LLAMA, "app:aurelia-lex", "dataset:the-pile"], {**SERVICE, "monthly_active_users": "1M"})
    assert digest(desk) == before
