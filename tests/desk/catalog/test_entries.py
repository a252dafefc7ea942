"""Adding to every layer, recording acceptances, counting."""

from __future__ import annotations

from typing import Any

import pytest

from registry.catalogue.checkup import check_catalogue
from registry.cli.state import read_record
from registry.desk.catalog.entries import accept, add, stats
from registry.desk.check import check_models
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.errors import LineageError, UnknownLicenseError, UnknownModelError, UsageError
from registry.resources import resource_dir
from tests.desk.conftest import LLAMA, check, codes, digest

BASE = "meta-llama/Llama-2-7b-hf"
ENTRIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "developer": (
        {"id": "acme", "name": "Acme", "kind": "company", "country": "NO", "source": "acme.example", "read_on": "2026-11-01"},
        {"name": "Acme Norge"},
    ),
    "dataset": ({"id": "heap", "name": "The Heap", "license": "cc-by-4.0", "size_rows": 5, "languages": ["nb"], "personal_data": "no"}, {"size_rows": 6}),
    "host": ({"id": "corner", "name": "Corner", "kind": "api", "country": "NO", "terms": "groq-services-agreement-2025-10-15"}, {"name": "Corner AS"}),
    "model": ({"id": "acme/base", "modality": "text", "parameters": 5, "licenses": [{"license": "MIT License", "source": "card"}]}, {"parameters": 6}),
    "compute": ({"model": LLAMA, "hardware": "H100", "count": 8, "hours": 10.5, "source": "acme.example"}, {"count": 16}),
    "hosting": ({"model": LLAMA, "host": "groq", "price_input_usd_per_million": 0.2, "access": "api"}, {"price_input_usd_per_million": 0.3}),
    "application": (
        {"id": "kiosk", "owner": "Acme", "distribution": ["saas"], "commercial": True, "models": [{"model": "Llama 2 7B Chat"}]},
        {"owner": "Acme AS"},
    ),
    "user-group": ({"application": "aurelia-lex", "id": "clerks", "segment": "business", "monthly_users": {"2026-05": 3}}, {"monthly_users": {"2026-05": 4}}),
}


@pytest.mark.parametrize("layer", ENTRIES)
def test_an_entry_of_every_layer_is_added_then_replaced_then_left_alone(desk: Desk, layer: str) -> None:
    entry, other = ENTRIES[layer]
    first = add(desk, layer, entry)
    assert (first["schema"], first["layer"], first["created"]) == ("licet.catalog/1", layer, True)
    assert first["change_set"] == 2
    assert first["id"] == entry.get("id", entry.get("model"))
    second = add(desk, layer, {**entry, **other})
    assert (second["created"], second["change_set"]) == (False, 3)
    assert second["changed"]
    before = digest(desk)
    third = add(desk, layer, {**entry, **other})
    assert (third["created"], third["change_set"]) == (False, None)
    assert digest(desk) == before
    assert check_catalogue(desk.catalogue).problems == ()


def test_what_was_added_is_shown(desk: Desk) -> None:
    for layer, (entry, other) in ENTRIES.items():
        add(desk, layer, entry)
        add(desk, layer, {**entry, **other})
    model = show_model(desk, LLAMA)
    assert [(run["hardware"], run["count"]) for run in model["training"] if run["hours"] == 10.5] == [("H100", 16)]
    assert 0.3 in [row["price_input_usd_per_million"] for row in model["hostings"]]
    assert "kiosk" in {use.get("application") or use.get("name") for use in model["applications"]}
    assert show_model(desk, "app:kiosk")["owner"] == "Acme AS"
    assert show_model(desk, "app:kiosk")["models"][0]["model"] == LLAMA
    assert show_model(desk, "dataset:heap")["size_rows"] == 6
    assert [statement["license"] for statement in show_model(desk, "acme/base")["statements"]] == ["mit"]
    groups = {group["name"]: group for group in show_model(desk, "app:aurelia-lex")["user_groups"]}
    assert groups["clerks"]["monthly_users"] == {"2026-05": 4}
    assert len(groups) >= 3, "the groups that were there stay"


@pytest.mark.parametrize("layer", ["dataset", "model"])
def test_an_entry_with_another_licence_replaces_the_one_before(desk: Desk, layer: str) -> None:
    entry, _ = ENTRIES[layer]
    other = {"license": "mit"} if layer == "dataset" else {"licenses": [{"license": "llama2", "source": "card"}]}
    add(desk, layer, entry)
    result = add(desk, layer, {**entry, **other})
    name = f"dataset:{entry['id']}" if layer == "dataset" else entry["id"]
    assert [statement["license"] for statement in show_model(desk, name)["statements"]] == ["mit" if layer == "dataset" else "llama2"]
    assert result["created"] is False, "the entry was there; only what it says of its licence is new"


def test_a_training_run_with_an_id_stands_beside_the_others(desk: Desk) -> None:
    before = len(show_model(desk, LLAMA)["training"])
    add(desk, "compute", {"model": LLAMA, "id": "first", "hours": 1})
    add(desk, "compute", {"model": LLAMA, "id": "second", "hours": 2})
    add(desk, "compute", {"model": LLAMA, "id": "second", "hours": 3})
    assert sorted(run["hours"] for run in show_model(desk, LLAMA)["training"] if run["hours"]) == [1, 3]
    assert len(show_model(desk, LLAMA)["training"]) == before + 2


def test_a_model_with_bases_is_bound_by_them(desk: Desk) -> None:
    bases = [{"model": "Llama 2 7B", "relation": "finetune"}]
    add(desk, "model", {"id": "acme/tuned", "modality": "text", "licenses": [{"license": "mit", "source": "card"}], "bases": bases})
    item = check(desk, "acme/tuned", commercial=True)
    assert item["verdict"] == "conditional"
    assert "LIC101" in codes(item["findings"])
    assert show_model(desk, "acme/tuned")["bases"][0]["model"] == BASE


def test_an_application_keeps_its_models_where_none_are_given(desk: Desk) -> None:
    add(desk, "application", {"id": "kiosk", "owner": "Acme", "models": [LLAMA, {"model": "openai/gpt-4o", "host": "openai-api", "purpose": "answers"}]})
    add(desk, "application", {"id": "kiosk", "owner": "Acme AS"})
    shown = show_model(desk, "app:kiosk")
    assert shown["owner"] == "Acme AS"
    assert [(use["model"], use["host"], use["purpose"]) for use in shown["models"]] == [(LLAMA, None, None), ("openai/gpt-4o", "openai-api", "answers")]
    add(desk, "application", {"id": "kiosk", "models": []})
    assert show_model(desk, "app:kiosk")["models"] == []


def test_a_model_of_an_application_is_hosted_or_its_own(desk: Desk) -> None:
    uses = [{"model": "Llama 2 7B Chat", "host": "self-hosted"}, {"model": LLAMA, "host": "groq"}]
    add(desk, "application", {"id": "kiosk", "models": uses})
    assert [(use["model"], use["host"]) for use in show_model(desk, "app:kiosk")["models"]] == [(LLAMA, None), (LLAMA, "groq")]


def test_the_example_of_an_application_is_taken_and_answered(desk: Desk) -> None:
    entry = read_record(str(resource_dir("data") / "examples" / "application.yaml"))
    assert add(desk, "application", entry)["created"] is True
    items = check_models(desk, ["app:harbour-desk"], {})
    assert {(item["model"], item["host"]) for item in items} == {
        ("openai/gpt-4o", "openai-api"),
        ("meta-llama/Llama-3.1-70B-Instruct", None),
        ("BAAI/bge-m3", None),
    }
    assert items[0]["use"]["monthly_active_users"]["product"]["2026-10"] == 47_800
    assert items[0]["use"]["audience"] == ["DE", "DK", "SE"]


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("developer", {"name": "Acme"}, "`id`: it is missing"),
    ("developer", {"id": "acme", "kind": "moon"}, "`kind`"),
    ("developer", {"id": "acme", "country": "Norway"}, "`country`"),
    ("developer", {"id": "acme", "planet": "mars"}, "`planet`: there is no such key"),
    ("developer", {"id": "acme", "read_on": "soon"}, "`read_on`"),
    ("developer", {}, "`id`"),
    ("developer", {"id": "a\x07b"}, "control"),
    ("dataset", {"id": "d", "size_rows": -1}, "`size_rows`"),
    ("dataset", {"id": "d", "size_tokens": 2**63}, "`size_tokens`"),
    ("dataset", {"id": "d", "personal_data": "perhaps"}, "`personal_data`"),
    ("dataset", {"id": "d", "languages": "nb"}, "`languages`"),
    ("host", {"id": "h", "kind": "garage"}, "`kind`"),
    ("model", {"id": "acme/m", "modality": "smell"}, "`modality`"),
    ("model", {"id": "acme/m", "parameters": "7B"}, "`parameters`"),
    ("model", {"id": "acme/m", "released_on": "2026-13"}, "`released_on`"),
    ("model", {"id": "acme/m", "openness": {"weights": "maybe"}}, "`openness.weights`"),
    ("model", {"id": "acme/m", "licenses": [{}]}, "names no licence"),
    ("model", {"id": "acme/m", "licenses": [{"license": "mit", "basis": "felt"}]}, "`licenses.0.basis`"),
    ("model", {"id": "acme/m", "licenses": [{"license": "mit", "valid_from": "2026-01-02", "valid_to": "2026-01-01"}]}, "ends before it begins"),
    ("model", {"id": "acme/m", "bases": [{"model": BASE, "relation": "sibling"}]}, "`bases.0.relation`"),
    ("model", {"id": "acme/m", "bases": [{"relation": "finetune"}]}, "`bases.0.model`"),
    ("model", {"id": "acme/m@1"}, "`acme/m@1`"),
    ("model", {"id": "dataset:m"}, "`dataset:m`"),
    ("model", {"id": "acme/m", "training_flop": float("nan")}, "`training_flop`"),
    ("compute", {"hardware": "H100"}, "`model` is missing"),
    ("compute", {"model": BASE, "count": "many"}, "`count`"),
    ("hosting", {"model": BASE}, "`host`: it is missing"),
    ("hosting", {"host": "groq"}, "`model` is missing"),
    ("hosting", {"model": BASE, "host": "no-such-host"}, "no-such-host"),
    ("application", {"id": "a", "distribution": ["pigeon"]}, "`distribution.0`"),
    ("application", {"id": "a", "models": [{"model": BASE, "host": "no-such-host"}]}, "no-such-host"),
    ("application", {"id": "a", "models": [{"model": BASE, "host": "openai"}]}, "no host is called `openai`"),
    ("application", {"id": "a", "models": [5]}, "`models.0`"),
    ("application", {"id": "a", "countries": ["UK"]}, "`app:a`: `countries`: `UK` is not a country code of ISO 3166-1; did you mean GB?"),
    ("user-group", {"application": "aurelia-lex", "id": "g", "countries": ["XX"]}, "`XX` is not a country code"),
    ("user-group", {"id": "g"}, "`application` is missing"),
    ("user-group", {"application": "aurelia-lex"}, "`id`: it is missing"),
    ("user-group", {"application": "no-such-app", "id": "g"}, "no-such-app"),
    ("user-group", {"application": "aurelia-lex", "id": "g", "monthly_users": {"May": 4}}, "May"),
    ("user-group", {"application": "aurelia-lex", "id": "g", "monthly_users": {"2026-05": -4}}, "2026-05"),
    ("moon", {"id": "x"}, "there is no layer `moon`"),
]


@pytest.mark.parametrize(("layer", "entry", "said"), WRONG)
def test_a_wrong_entry_is_refused_and_its_field_named(desk: Desk, layer: str, entry: dict[str, Any], said: str) -> None:
    before = digest(desk)
    with pytest.raises(UsageError) as caught:
        add(desk, layer, entry)
    assert said in caught.value.message
    assert caught.value.hint
    assert digest(desk) == before


@pytest.mark.parametrize(
    ("layer", "entry", "error"),
    [
        ("dataset", {"id": "d", "license": "no-such-licence-anywhere"}, UnknownLicenseError),
        ("host", {"id": "h", "terms": "no-such-licence-anywhere"}, UnknownLicenseError),
        ("model", {"id": "acme/m", "licenses": [{"license": "no-such-licence-anywhere"}]}, UnknownLicenseError),
        ("model", {"id": "acme/m", "bases": [{"model": "meta-llama/Llama-2-7b-hff", "relation": "finetune"}]}, UnknownModelError),
        ("model", {"id": BASE, "bases": [{"model": LLAMA, "relation": "finetune"}]}, LineageError),
        ("model", {"id": "acme/m", "datasets": [{"dataset": "no-such-data"}]}, LineageError),
        ("compute", {"model": "nobody/none-at-all", "count": 1}, UnknownModelError),
        ("hosting", {"model": "nobody/none-at-all", "host": "groq"}, UnknownModelError),
        ("application", {"id": "a", "models": [{"model": "nobody/none-at-all"}]}, UnknownModelError),
    ],
)
def test_what_an_entry_names_has_to_be_known(desk: Desk, layer: str, entry: dict[str, Any], error: type[Exception]) -> None:
    before = digest(desk)
    with pytest.raises(error):
        add(desk, layer, entry)
    assert digest(desk) == before


def test_an_acceptance_keeps_the_digest_of_what_was_accepted(desk: Desk) -> None:
    result = accept(desk, "Llama 2 7B Chat", "Kim Example", "2026-02-01")
    assert (result["schema"], result["model"], result["by"], result["on"], result["created"]) == (
        "licet.acceptance/1",
        LLAMA,
        "Kim Example",
        "2026-02-01",
        True,
    )
    assert result["licenses"] == [{"license": "llama2", "digest": desk.knowledge.license_digest("llama2")}]
    assert result["digest"].startswith("sha256:")
    (row,) = show_model(desk, LLAMA)["acceptances"]
    assert (row["license"], row["accepted_by"], row["accepted_on"], row["terms_digest"]) == ("llama2", "Kim Example", "2026-02-01", result["digest"])


def test_accepting_again_is_one_acceptance(desk: Desk) -> None:
    accept(desk, LLAMA, "Kim", "2026-02-01")
    before = digest(desk)
    assert accept(desk, LLAMA, "Kim", "2026-02-01")["created"] is False
    assert digest(desk) == before
    assert accept(desk, LLAMA, "Robin", "2026-02-01")["created"] is True
    assert len(show_model(desk, LLAMA)["acceptances"]) == 2


def test_the_terms_of_the_day_and_of_every_ancestor_are_accepted(desk: Desk) -> None:
    assert [each["license"] for each in accept(desk, "01-ai/Yi-34B-Chat", "Kim", "2024-01-15")["licenses"]] == ["yi-2.1"]
    assert [each["license"] for each in accept(desk, "01-ai/Yi-34B-Chat", "Kim")["licenses"]] == ["apache-2.0"]
    accepted = {each["license"] for each in accept(desk, "meta-llama/Llama-3.2-11B-Vision-Instruct", "Kim")["licenses"]}
    assert accepted == {"llama3.2", "llama3.1"}


def test_the_history_names_the_acceptance_and_not_the_person(desk: Desk) -> None:
    accept(desk, LLAMA, "Kim Example", "2026-02-01")
    row = show_model(desk, LLAMA, history=True)["history"][-1]
    assert (row["kind"], row["what"]) == ("accept", "acceptance")
    assert "license: llama2" in row["change"]
    assert "Kim" not in row["change"]


@pytest.mark.parametrize(
    ("model", "by", "on", "said"),
    [
        (LLAMA, " ", None, "--by"),
        (LLAMA, "Kim\x1b[31m", None, "control"),
        (LLAMA, "Kim", "yesterday", "yesterday"),
        ("nobody/none-at-all", "Kim", None, "nobody/none-at-all"),
        ("app:aurelia-lex", "Kim", None, "application"),
        ("acme/bare", "Kim", None, "no licence"),
    ],
)
def test_an_acceptance_that_cannot_be_is_refused(desk: Desk, model: str, by: str, on: str | None, said: str) -> None:
    add(desk, "model", {"id": "acme/bare"})
    before = digest(desk)
    with pytest.raises(UsageError) as caught:
        accept(desk, model, by, on)
    assert said in f"{caught.value.message} {caught.value.hint}"
    assert digest(desk) == before


def test_what_the_catalogue_holds_is_counted(desk: Desk) -> None:
    before = stats(desk)
    assert before["schema"] == "licet.stats/1"
    assert before["models"] >= 250
    assert before["developers"] >= 60
    assert before["applications"] >= 12
    assert (before["change_sets"], before["acceptances"], before["models_known_by_name_only"]) == (1, 0, 0)
    assert before["licenses_known"] == len(desk.knowledge.ids())
    assert sum(before["modalities"].values()) == before["models"]
    assert sum(before["accesses"].values()) == before["models"]
    for layer, (entry, _) in ENTRIES.items():
        add(desk, layer, entry)
    accept(desk, LLAMA, "Kim")
    after = stats(desk)
    grown = {key for key in after if isinstance(after[key], int) and after[key] > before[key]}
    assert grown >= {
        "models",
        "developers",
        "datasets",
        "hosts",
        "hostings",
        "applications",
        "user_groups",
        "training_runs",
        "statements",
        "acceptances",
        "change_sets",
    }
    assert after["digest"] != before["digest"]
    assert after["digest"] == digest(desk)
