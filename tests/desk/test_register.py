"""Recording a derivative: what it inherits at once, and that nothing is lost when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from registry.catalogue.checkup import check_catalogue
from registry.desk.catalog.entries import add, stats
from registry.desk.models import ModelFilters, list_models
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.errors import FactError, LineageError, UnknownLicenseError, UsageError
from tests.desk.conftest import check, codes, digest, specification

BASE = "meta-llama/Llama-2-7b-hf"
APACHE = "mistralai/Mistral-7B-v0.1"
SERVICE: dict[str, Any] = {"commercial": True, "distribution": ["saas"]}


def register(desk: Desk, name: str, *bases: str, facts: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    return register_model(desk, specification(name, *bases, **given), SERVICE if facts is None else facts)


def inherited(result: dict[str, Any]) -> set[tuple[str, str]]:
    return {(entry["license"], entry["reach"]) for entry in result["inherits"]}


def verdict(desk: Desk, name: str, **facts: Any) -> str:
    """The verdict of the listing, which reads the stored profile, and of a single question, which does not; they are one."""
    listed = {item["model"]: item["verdict"] for item in list_models(desk, {**SERVICE, **facts}, ModelFilters(), 10_000).items}
    assert listed[name] == check(desk, name, **SERVICE, **facts)["verdict"]
    return str(listed[name])


def test_a_fine_tune_inherits_what_binds_its_base(desk: Desk) -> None:
    result = register(desk, "acme/support-7b", BASE, license="mit")
    assert (result["schema"], result["model"], result["created"]) == ("licet.register/1", "acme/support-7b", True)
    assert result["bases"] == [{"model": BASE, "relation": "finetune"}]
    assert ("llama2", "derivative") in inherited(result)
    (entry,) = [each for each in result["inherits"] if each["license"] == "llama2"]
    assert entry["path"] == [{"model": "acme/support-7b"}, {"relation": "finetune", "model": BASE}]
    assert entry["name"] == "Llama 2 Community License Agreement"
    assert "LIC101" in codes(result["conflicts"])
    assert result["check"]["verdict"] == "conditional"
    assert result["check"]["missing_facts"] == ["monthly_active_users"]
    assert verdict(desk, "acme/support-7b", monthly_active_users=["2023-06=800M"]) == "needs-permission"


def test_the_answer_is_for_the_use_that_was_stated(desk: Desk) -> None:
    assert register(desk, "acme/a", BASE, license="llama2", facts={**SERVICE, "monthly_active_users": "1M"})["check"]["verdict"] == "permitted"
    result = register(desk, "acme/b", BASE, license="llama2", facts={"commercial": True, "distribution": ["weights"], "monthly_active_users": "1M"})
    assert result["check"]["verdict"] == "permitted-with-obligations"
    assert {duty["do"] for duty in result["check"]["obligations"]} >= {"license-copy", "notice-file"}


def test_a_derivative_under_its_base_s_licence_is_in_order(desk: Desk) -> None:
    result = register(desk, "acme/same", "01-ai/Yi-34B", license="apache-2.0")
    assert result["conflicts"] == []
    assert result["check"]["verdict"] == "permitted"


def test_a_merge_is_bound_by_both(desk: Desk) -> None:
    result = register(desk, "acme/merged", "Llama 2 7B:merge", f"{APACHE}:merge", license="apache-2.0")
    assert result["bases"] == [{"model": BASE, "relation": "merge"}, {"model": APACHE, "relation": "merge"}]
    assert inherited(result) == {("llama2", "derivative"), ("apache-2.0", "derivative")}
    assert codes(result["conflicts"]) >= {"LIC101"}
    assert verdict(desk, "acme/merged", monthly_active_users=["2023-06=800M"]) == "needs-permission"


def test_a_merge_of_what_cannot_be_combined_is_told(desk: Desk) -> None:
    """Share-alike of one and non-commercial share-alike of the other leave no licence for both."""
    for name, license in (("acme/open", "cc-by-sa-4.0"), ("acme/closed", "cc-by-nc-sa-4.0")):
        add(desk, "model", {"id": name, "modality": "text", "licenses": [{"license": license, "source": "card"}]})
    result = register(desk, "acme/both", "acme/open:merge", "acme/closed:merge", license="cc-by-nc-sa-4.0")
    assert "LIC103" in codes(result["conflicts"])
    assert verdict(desk, "acme/both") == "prohibited"


def test_terms_come_down_from_far_up(desk: Desk) -> None:
    register(desk, "acme/one", BASE, license="mit")
    register(desk, "acme/two", "acme/one", license="mit")
    result = register(desk, "acme/three", "acme/two:quantized", license="mit")
    assert "llama2" in {license for license, _ in inherited(result)}
    (entry,) = [each for each in result["inherits"] if each["license"] == "llama2"]
    assert [step["model"] for step in entry["path"]] == ["acme/three", "acme/two", "acme/one", BASE]


def test_a_dataset_is_kept_with_its_relation(desk: Desk) -> None:
    add(desk, "dataset", {"id": "nc-data", "license": "cc-by-nc-4.0"})
    result = register(desk, "acme/trained", APACHE, license="apache-2.0", datasets=["nc-data", "the-pile:tested-on"])
    assert {"model": "dataset:nc-data", "relation": "trained-on"} in result["bases"]
    record = show_model(desk, "acme/trained")
    assert {(row["dataset"], row["relation"]) for row in record["datasets"]} == {("nc-data", "trained-on"), ("the-pile", "tested-on")}
    assert "LIC401" in codes(result["conflicts"])
    assert check(desk, "acme/trained", **SERVICE, interpretation="strict")["verdict"] == "prohibited"


def test_what_is_given_is_recorded(desk: Desk) -> None:
    given: dict[str, Any] = {
        "license": "MIT License",
        "parameters": "7B",
        "released_on": "2026-01-15",
        "revision": "a" * 40,
        "source": "ticket 12",
        "modality": "code",
    }
    register(desk, "acme/full", BASE, **given)
    record = show_model(desk, "acme/full")
    assert (record["parameters"], record["released_on"], record["modality"]) == (7_000_000_000, "2026-01-15", "code")
    assert [revision["commit"] for revision in record["revisions"]] == ["a" * 40]
    assert [statement["license"] for statement in record["statements"]] == ["mit"]
    assert record["source"].startswith("ticket 12")


def test_the_modality_is_that_of_the_base_unless_given(desk: Desk) -> None:
    register(desk, "acme/pictures", "stabilityai/stable-diffusion-xl-base-1.0", license="openrail++")
    assert show_model(desk, "acme/pictures")["modality"] == "image"


def test_no_licence_is_no_permission(desk: Desk) -> None:
    result = register(desk, "acme/bare", APACHE)
    assert result["check"]["verdict"] == "undetermined"
    assert "LIC001" in codes(result["conflicts"])


def test_a_choice_of_licences_is_kept(desk: Desk) -> None:
    register(desk, "acme/choice", APACHE, license="GPL-3.0-only OR Apache-2.0")
    assert check(desk, "acme/choice", **SERVICE)["verdict"] == "permitted"


@pytest.mark.parametrize("base", ["meta-llama/Llama-2-7b-hff", "Lama 2 7B"])
def test_an_unknown_base_is_refused_with_near_names(desk: Desk, base: str) -> None:
    before = digest(desk)
    with pytest.raises(LineageError) as caught:
        register(desk, "acme/lost", base)
    assert base in caught.value.message
    assert BASE in (caught.value.hint or "")
    assert "--allow-unknown-base" in (caught.value.hint or "")
    assert digest(desk) == before


def test_an_unknown_base_is_recorded_by_name_where_that_is_allowed(desk: Desk) -> None:
    result = register(desk, "acme/lost", "nobody/lost-7b", license="mit", allow_unknown_base=True)
    assert result["check"]["verdict"] == "undetermined"
    assert "LIC105" in codes(result["conflicts"])
    assert show_model(desk, "nobody/lost-7b")["recorded"] is False
    assert verdict(desk, "acme/lost") == "undetermined"
    register(desk, "nobody/lost-7b", APACHE, license="apache-2.0")
    assert show_model(desk, "nobody/lost-7b")["recorded"] is True
    assert verdict(desk, "acme/lost") == "permitted", "once the base is known, so is the answer"


def test_a_misspelt_base_is_not_recorded_as_a_known_one(desk: Desk) -> None:
    register(desk, "acme/lost", "meta-llama/Llama-2-7b-hff", allow_unknown_base=True)
    assert [base["model"] for base in show_model(desk, "acme/lost")["bases"]] == ["meta-llama/Llama-2-7b-hff"]


def test_a_circle_is_refused_and_named(desk: Desk) -> None:
    register(desk, "acme/one", APACHE, license="mit")
    register(desk, "acme/two", "acme/one", license="mit")
    register(desk, "acme/three", "acme/two", license="mit")
    before = digest(desk)
    with pytest.raises(LineageError) as caught:
        register(desk, "acme/one", "acme/three", license="mit")
    assert all(f"`acme/{name}`" in caught.value.message for name in ("one", "two", "three"))
    assert digest(desk) == before
    with pytest.raises(LineageError, match="acme/self"):
        register(desk, "acme/self", "acme/self", allow_unknown_base=True)
    assert digest(desk) == before


@pytest.mark.parametrize(
    ("error", "said", "given"),
    [
        (LineageError, "sibling", {"bases": [f"{BASE}:sibling"]}),
        (LineageError, "no-such-data", {"datasets": ["no-such-data"]}),
        (UnknownLicenseError, "no-such-licence", {"license": "no-such-licence-anywhere"}),
        (UsageError, "lots", {"parameters": "lots"}),
        (UsageError, "smell", {"modality": "smell"}),
        (FactError, "soon", {"released_on": "soon"}),
        (FactError, "commercial", {"facts": {"commercial": "maybe"}}),
        (UsageError, "interpretation", {"facts": {"interpretation": "kind"}}),
        (UsageError, "dataset:x", {"name": "dataset:x"}),
        (UsageError, "app:x", {"name": "app:x"}),
        (UsageError, "a@b", {"name": "a@b"}),
        (UsageError, "control", {"name": "acme/\x1b[31mred"}),
        (UsageError, "control", {"source": "a\x00b"}),
        (UsageError, "control", {"revision": "a\nb"}),
        (UsageError, "200", {"name": "acme/" + "x" * 300}),
        (UsageError, "acme", {"name": " acme/space "}),
        (UsageError, "control", {"bases": ["acme/\x07bell"], "allow_unknown_base": True}),
    ],
)
def test_a_registration_that_cannot_be_leaves_nothing_behind(desk: Desk, error: type[Exception], said: str, given: dict[str, Any]) -> None:
    before = digest(desk)
    bases = given.pop("bases", [BASE])
    name = given.pop("name", "acme/wrong")
    with pytest.raises(error, match=said):
        register(desk, name, *bases, **given)
    assert digest(desk) == before


def test_a_wrong_release_date_is_named_by_its_own_flag(desk: Desk) -> None:
    with pytest.raises(FactError) as caught:
        register(desk, "acme/wrong", BASE, released_on="soon")
    assert "--released-on" in f"{caught.value.message} {caught.value.hint}"


def test_doing_it_again_changes_nothing(desk: Desk) -> None:
    register(desk, "acme/support-7b", BASE, license="mit", datasets=["the-pile"], parameters="7B")
    before, sets = digest(desk), stats(desk)["change_sets"]
    again = register(desk, "acme/support-7b", BASE, license="mit", datasets=["the-pile"], parameters="7B")
    assert again["created"] is False
    assert (digest(desk), stats(desk)["change_sets"]) == (before, sets)


def test_a_second_registration_takes_the_place_of_the_first(desk: Desk) -> None:
    register(desk, "acme/support-7b", BASE, license="mit")
    register(desk, "acme/support-7b", APACHE, license="apache-2.0")
    record = show_model(desk, "acme/support-7b", history=True)
    assert [base["model"] for base in record["bases"]] == [APACHE]
    assert [statement["license"] for statement in record["statements"]] == ["apache-2.0"]
    assert len({row["seq"] for row in record["history"]}) == 2
    assert verdict(desk, "acme/support-7b", monthly_active_users=["2023-06=800M"]) == "permitted"


def test_descendants_follow_when_an_ancestor_s_licence_changes(desk: Desk) -> None:
    add(desk, "model", {"id": "acme/root", "modality": "text", "licenses": [{"license": "apache-2.0", "source": "card"}]})
    register(desk, "acme/child", "acme/root", license="mit")
    register(desk, "acme/grandchild", "acme/child:adapter", license="mit")
    assert verdict(desk, "acme/grandchild") == "permitted"
    add(desk, "model", {"id": "acme/root", "modality": "text", "licenses": [{"license": "cc-by-nc-4.0", "source": "card"}]})
    assert verdict(desk, "acme/child") == "prohibited"
    assert verdict(desk, "acme/grandchild") == "prohibited"
    add(desk, "model", {"id": "acme/root", "modality": "text", "licenses": [{"license": "mit", "source": "card"}]})
    assert verdict(desk, "acme/grandchild") == "permitted"


def test_descendants_follow_when_a_dataset_s_licence_changes(desk: Desk) -> None:
    add(desk, "dataset", {"id": "data", "license": "mit"})
    register(desk, "acme/child", APACHE, license="apache-2.0", datasets=["data"])
    register(desk, "acme/grandchild", "acme/child", license="apache-2.0")
    assert verdict(desk, "acme/grandchild", interpretation="strict") == "permitted"
    add(desk, "dataset", {"id": "data", "license": "cc-by-nc-4.0"})
    assert verdict(desk, "acme/grandchild", interpretation="strict") == "prohibited"


def test_the_history_has_rows_with_their_actor(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_ACTOR", "build robot 7")
    register(desk, "acme/support-7b", BASE, license="mit")
    rows = show_model(desk, "acme/support-7b", history=True)["history"]
    assert {(row["actor"], row["kind"]) for row in rows} == {("build robot 7", "register")}
    assert {row["what"] for row in rows} == {"model", "statement", "relation"}


def test_after_it_all_the_catalogue_is_whole(desk: Desk) -> None:
    register(desk, "acme/one", BASE, license="mit", datasets=["the-pile"])
    register(desk, "acme/two", "acme/one:merge", f"{APACHE}:merge", license="llama2")
    register(desk, "acme/one", APACHE, license="apache-2.0")
    report = check_catalogue(desk.catalogue)
    assert report.problems == ()
    assert report.change_sets == 4
