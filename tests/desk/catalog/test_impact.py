"""What a change of terms reaches: derivatives, applications, users, and the way there."""

from __future__ import annotations

from typing import Any

import pytest

from registry.desk.catalog.entries import add
from registry.desk.catalog.impact import impact_as_rows, read_impact
from registry.desk.catalog.users import Given, record_users
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.errors import UnknownLicenseError, UnknownModelError, UsageError
from tests.desk.conftest import add_application, specification

BASE = "acme/base"


def family(desk: Desk) -> None:
    """A base with two generations below it: a child, two grandchildren of which one is reached twice, an application on the last."""
    add(desk, "model", {"id": BASE, "modality": "text", "licenses": [{"license": "llama2", "source": "card"}]})
    register(desk, "acme/child", BASE)
    register(desk, "acme/adapter", "acme/child:adapter")
    register(desk, "acme/merged", "acme/child:merge", f"{BASE}:merge", license="apache-2.0")
    register(desk, "acme/small", "acme/merged:quantized", license="apache-2.0")
    add(desk, "model", {"id": "other/imported", "bases": [{"model": BASE, "relation": "quantized"}], "downloads": 70, "licenses": [{"license": "llama2"}]})
    add_application(desk, "acme/small", {"model": "acme/adapter", "host": "groq"}, countries=["DE"])
    record_users(desk, "kiosk", [Given("2026-09", "5M"), Given("2026-10", "6M"), Given("2026-10", "1M", ("DE",), "shops")])


def register(desk: Desk, name: str, *bases: str, **given: Any) -> None:
    register_model(desk, specification(name, *bases, **{"license": "llama2", **given}), {})


def impact(desk: Desk, name: str, **asked: Any) -> dict[str, Any]:
    what, limit = asked.pop("what", None), asked.pop("limit", 20)
    return read_impact(desk, name, asked, limit, what)


def named(items: list[dict[str, Any]]) -> list[str]:
    return [item["model"] for item in items]


def test_derivatives_are_counted_by_relation_and_distance_each_once(desk: Desk) -> None:
    family(desk)
    result = impact(desk, BASE)
    counts = result["counts"]
    assert (counts["models"], counts["registered"], counts["imported"]) == (5, 4, 1)
    assert counts["by_relation"] == [
        {"relation": "quantized", "models": 2},
        {"relation": "adapter", "models": 1},
        {"relation": "finetune", "models": 1},
        {"relation": "merge", "models": 1},
    ]
    assert counts["by_depth"] == [{"depth": 1, "models": 3}, {"depth": 2, "models": 2}]
    assert named(result["models"])[0] == "other/imported", "the most downloaded first"
    assert sorted(named(result["registered"])) == ["acme/adapter", "acme/child", "acme/merged", "acme/small"]
    small = next(item for item in result["models"] if item["model"] == "acme/small")
    assert small["path"] == [{"model": "acme/small"}, {"relation": "quantized", "model": "acme/merged"}, {"relation": "merge", "model": BASE}]
    assert (small["depth"], small["registered"]) == (2, True)


def test_applications_and_their_users_are_reached_through_derivatives(desk: Desk) -> None:
    family(desk)
    result = impact(desk, BASE)
    (application,) = result["applications"]
    assert (application["application"], application["owner"], application["month"], application["users"]) == ("kiosk", "Kiosk Ltd", "2026-10", 6_000_000)
    uses = {use["model"]: use for use in application["uses"]}
    assert {model: use["host"] for model, use in uses.items()} == {"acme/small": None, "acme/adapter": "groq"}
    assert [step["model"] for step in uses["acme/adapter"]["path"]] == ["acme/adapter", "acme/child", BASE]
    assert {group["group"]: (group["countries"], group["month"], group["users"]) for group in result["user_groups"]} == {
        "all": ([], "2026-10", 6_000_000),
        "shops/DE": (["DE"], "2026-10", 1_000_000),
    }
    assert (result["counts"]["applications"], result["counts"]["user_groups"]) == (1, 2)


def test_a_model_that_an_application_uses_itself_is_its_impact(desk: Desk) -> None:
    add(desk, "model", {"id": BASE, "licenses": [{"license": "llama2"}]})
    add_application(desk, BASE)
    result = impact(desk, BASE)
    assert (result["counts"]["models"], result["models"], result["counts"]["by_depth"]) == (0, [], [])
    assert result["applications"][0]["uses"][0]["path"] == [{"model": BASE}]


def test_a_licence_reaches_all_that_it_binds_and_not_only_those_that_declare_it(desk: Desk) -> None:
    before = impact(desk, "llama2")["counts"]
    family(desk)
    result = impact(desk, "llama2", limit=500)
    counts = result["counts"]
    assert counts["models"] - before["models"] == 6
    reach = {row["reach"]: row["models"] for row in counts["by_reach"]}
    assert sum(reach.values()) == counts["models"]
    small = next(item for item in result["registered"] if item["model"] == "acme/small")
    assert small["path"][:2] == [{"model": "acme/small"}, {"relation": "quantized", "model": "acme/merged"}]
    assert small["path"][2]["model"] in {"acme/child", BASE}, "both are under it"
    assert next(item for item in result["models"] if item["model"] == BASE)["path"] == [{"model": BASE}]
    assert "kiosk" in {each["application"] for each in result["applications"]}
    assert result["subject"]["digest"]


def test_the_numbers_of_a_licence_are_those_of_a_listing(reader: Desk) -> None:
    from registry.desk.models import ModelFilters, list_models

    for license in ("llama2", "apache-2.0", "qwen-2024", "mit"):
        page = list_models(reader, {}, ModelFilters(license=license), 1000)
        assert impact(reader, license, limit=0)["counts"]["models"] == page.total == len(page.items), license


def test_a_dataset_reaches_what_was_trained_on_it_and_what_came_of_that(desk: Desk) -> None:
    add(desk, "dataset", {"id": "heap", "license": "cc-by-nc-4.0"})
    register(desk, "acme/first", BASE_OF_SEED, datasets=["heap"])
    register(desk, "acme/second", "acme/first")
    result = impact(desk, "dataset:heap")
    assert result["subject"] == {"kind": "dataset", "name": "dataset:heap"}
    assert {item["model"]: item["depth"] for item in result["models"]} == {"acme/first": 1, "acme/second": 2}
    second = next(item for item in result["models"] if item["model"] == "acme/second")
    assert second["path"][-1] == {"relation": "trained-on", "model": "dataset:heap"}
    with pytest.raises(UsageError, match="no dataset"):
        impact(desk, "dataset:nothing")


BASE_OF_SEED = "microsoft/phi-2"


def test_circles_end_where_they_began(desk: Desk) -> None:
    from registry.catalogue.ingest.writer import ingest
    from tests.factories import model, record, relation, statement

    circle = record(
        *(model(f"acme/{name}") for name in "abc"),
        *(statement(f"acme/{name}") for name in "abc"),
        relation("acme/b", "acme/a", "finetune"),
        relation("acme/c", "acme/b", "finetune"),
        relation("acme/a", "acme/c", "finetune"),
    )
    with desk.catalogue.writing() as connection:
        ingest(connection, [circle], actor="t", kind="test", allow_circles=True)
    result = impact(desk, "acme/a")
    assert result["counts"]["by_depth"] == [{"depth": 1, "models": 1}, {"depth": 2, "models": 1}]


def test_models_are_counted_by_verdict_where_a_use_is_stated(desk: Desk) -> None:
    family(desk)
    assert impact(desk, BASE)["counts"]["by_verdict"] == []
    asked = impact(desk, BASE, commercial=True, distribution=["saas"], monthly_active_users="900M")
    assert asked["counts"]["by_verdict"] == [{"verdict": "needs-permission", "models": 5}]
    assert {item["verdict"] for item in asked["models"]} == {"needs-permission"}
    assert {use["verdict"] for use in asked["applications"][0]["uses"]} == {"needs-permission"}
    by_license = impact(desk, "llama2", commercial=True, distribution=["saas"], monthly_active_users="900M", limit=0)
    assert sum(row["models"] for row in by_license["counts"]["by_verdict"]) == by_license["counts"]["models"]


def test_what_is_listed_is_limited_and_all_is_counted(desk: Desk) -> None:
    family(desk)
    result = impact(desk, BASE, limit=2)
    assert (len(result["models"]), len(result["registered"]), result["counts"]["models"], result["counts"]["registered"]) == (2, 2, 5, 4)
    assert impact(desk, BASE, limit=0)["applications"] == []
    none = impact(desk, BASE, limit=0)
    assert (none["counts"]["applications"], none["counts"]["user_groups"], none["user_groups"]) == (1, 2, [])
    assert len(impact(desk, BASE, limit=1)["user_groups"]) == 1


def test_rows_hold_each_thing_once(desk: Desk) -> None:
    family(desk)
    rows = impact_as_rows(impact(desk, BASE))
    assert sorted(row["name"] for row in rows if row["kind"] == "model") == ["acme/adapter", "acme/child", "acme/merged", "acme/small", "other/imported"]
    assert sorted((row["name"], row["model"]) for row in rows if row["kind"] == "application") == [("kiosk", "acme/adapter"), ("kiosk", "acme/small")]
    assert sorted(row["name"] for row in rows if row["kind"] == "user-group") == ["kiosk/all", "kiosk/shops/DE"]


def test_a_name_of_both_is_told_apart(desk: Desk) -> None:
    add(desk, "model", {"id": "mit", "licenses": [{"license": "apache-2.0"}]})
    assert impact(desk, "mit")["subject"]["kind"] == "license"
    assert impact(desk, "mit", what="model")["subject"] == {"kind": "model", "name": "mit"}
    assert impact(desk, "Llama 2 Community License Agreement")["subject"]["name"] == "llama2"


def test_what_is_neither_offers_the_nearest_of_both(reader: Desk) -> None:
    with pytest.raises(UnknownModelError, match="neither a model nor a licence is called `lama2x`") as refused:
        impact(reader, "lama2x")
    assert "llama2" in refused.value.nearest
    with pytest.raises(UnknownLicenseError):
        impact(reader, "acme/no-such", what="license")
    with pytest.raises(UsageError, match="limit"):
        impact(reader, "mit", limit=-1)
