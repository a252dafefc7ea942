"""What changed, and whom it reaches, over a real catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.ingest.writer import ingest
from registry.desk.catalog.changes import read_changes
from registry.desk.catalog.entries import accept, add
from registry.desk.facts import today
from registry.desk.imports import import_dump
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.errors import FactError, UnknownModelError, UsageError
from tests.desk.conftest import Open, add_application, specification
from tests.factories import model, record, relation, statement

BEFORE = [
    {"id": "acme/one", "tags": ["license:mit"]},
    {"id": "acme/two", "tags": ["license:apache-2.0", "base_model:finetune:acme/one"]},
    {"id": "acme/aside", "tags": ["license:mit"]},
]
AFTER = [
    {"id": "acme/one", "tags": ["license:cc-by-nc-4.0"]},
    {"id": "acme/two", "tags": ["license:apache-2.0", "base_model:finetune:acme/one"]},
    {"id": "acme/aside", "tags": ["license:mit"], "downloads": 70},
    {"id": "acme/three", "tags": ["license:mit"]},
]


def listing(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps({"downloads": 1, **row}) + "\n" for row in rows), encoding="utf-8")
    return path


def head(desk: Desk) -> str:
    return str(read_changes(desk, "0", limit=1)["until"])


@pytest.fixture
def listed(desk: Desk, tmp_path: Path) -> Desk:
    """A catalogue with a listing, a derivative that was registered on one of its models, and an application on that."""
    import_dump(desk, listing(tmp_path / "before.jsonl", BEFORE))
    register_model(desk, specification("house/support", "acme/two", license="apache-2.0"), {})
    add_application(desk, "house/support", id="helpline")
    return desk


def test_a_newer_listing_with_another_licence_names_the_change_the_derivative_and_the_application(listed: Desk, tmp_path: Path) -> None:
    since = head(listed)
    import_dump(listed, listing(tmp_path / "after.jsonl", AFTER))
    result = read_changes(listed, since)
    assert result["schema"] == "licet.changes/1"
    assert [(item["kind"], item["subject"]) for item in result["items"]] == [("license", "acme/one"), ("new", "acme/three")]
    change = result["items"][0]
    assert (change["before"], change["after"]) == (["mit"], ["cc-by-nc-4.0"])
    assert (change["derivatives"], change["derivative_count"]) == (["house/support"], 1)
    assert (change["applications"], change["application_count"]) == (["app:helpline"], 1)
    assert change["changes"] == [{"what": "statement", "change": "raw_name: mit -> cc-by-nc-4.0"}]
    assert result["counts"] == {"license": 1, "new": 1}


def test_a_changed_licence_says_what_it_turns_for_the_use_of_the_house(desk_over: Open, tmp_path: Path) -> None:
    desk = desk_over(facts={"commercial": True, "distribution": ["internal"]})
    import_dump(desk, listing(tmp_path / "before.jsonl", BEFORE))
    since = head(desk)
    import_dump(desk, listing(tmp_path / "after.jsonl", AFTER))
    change, new = read_changes(desk, since)["items"]
    assert change["verdict_before"] in ("permitted", "permitted-with-obligations")
    assert change["verdict_after"] in ("needs-permission", "prohibited")
    assert (new["verdict_before"], new["verdict_after"]) == (None, None)


def test_the_same_listing_again_changes_nothing(listed: Desk, tmp_path: Path) -> None:
    path = listing(tmp_path / "after.jsonl", AFTER)
    import_dump(listed, path)
    since = head(listed)
    import_dump(listed, path)
    result = read_changes(listed, since)
    assert (result["items"], result["counts"], result["next"]) == ([], {}, None)


def test_a_changed_lineage_says_both_states(listed: Desk, tmp_path: Path) -> None:
    since = head(listed)
    rows = [{"id": "acme/two", "tags": ["license:apache-2.0", "base_model:quantized:acme/aside"]}]
    import_dump(listed, listing(tmp_path / "after.jsonl", rows))
    (item,) = read_changes(listed, since)["items"]
    assert (item["kind"], item["before"], item["after"]) == ("lineage", ["finetune of acme/one"], ["quantized of acme/aside"])
    assert item["derivatives"] == ["house/support"]


def test_a_licence_that_changes_and_changes_back_is_no_change_of_licence(listed: Desk, tmp_path: Path) -> None:
    since = head(listed)
    import_dump(listed, listing(tmp_path / "after.jsonl", AFTER[:1]))
    import_dump(listed, listing(tmp_path / "back.jsonl", BEFORE[:1]))
    result = read_changes(listed, since)
    assert [item["kind"] for item in result["items"]] == ["other"]
    middle = int(since) + 1
    assert [item["after"] for item in read_changes(listed, since, str(middle))["items"]] == [["cc-by-nc-4.0"]]
    assert [item["after"] for item in read_changes(listed, str(middle))["items"]] == [["mit"]]


def test_another_name_of_the_same_licence_is_no_change_of_licence(listed: Desk, tmp_path: Path) -> None:
    since = head(listed)
    import_dump(listed, listing(tmp_path / "after.jsonl", [{"id": "acme/one", "tags": ["license:MIT License"]}]))
    (item,) = read_changes(listed, since)["items"]
    assert item["kind"] == "other"
    assert "MIT License" in item["changes"][0]["change"]


def test_a_dataset_reaches_what_was_trained_on_it(desk: Desk) -> None:
    add(desk, "dataset", {"id": "heap", "license": "mit"})
    register_model(desk, specification("house/base", "mistralai/Mistral-7B-v0.1", license="apache-2.0", datasets=["heap"]), {})
    register_model(desk, specification("house/chat", "house/base", license="apache-2.0"), {})
    add_application(desk, "house/chat", id="helpline")
    since = head(desk)
    add(desk, "dataset", {"id": "heap", "license": "cc-by-nc-4.0"})
    (item,) = read_changes(desk, since)["items"]
    assert (item["subject"], item["kind"], item["before"], item["after"]) == ("dataset:heap", "license", ["mit"], ["cc-by-nc-4.0"])
    assert (item["derivatives"], item["applications"]) == (["house/base", "house/chat"], ["app:helpline"])


def test_many_changes_that_reach_one_derivative_name_it_once_in_sum(desk: Desk, tmp_path: Path) -> None:
    names = [f"acme/part-{n:02}" for n in range(30)]
    import_dump(desk, listing(tmp_path / "before.jsonl", [{"id": name, "tags": ["license:mit"]} for name in names]))
    register_model(desk, specification("house/merge", *(f"{name}:merge" for name in names), license="mit"), {})
    since = head(desk)
    import_dump(desk, listing(tmp_path / "after.jsonl", [{"id": name, "tags": ["license:cc-by-nc-4.0"]} for name in names]))
    result = read_changes(desk, since)
    assert len(result["items"]) == 30
    assert result["affected"] == [{"id": "house/merge", "changes": 30}]


def test_a_change_that_reaches_many_derivatives_names_few_and_counts_all(desk: Desk, tmp_path: Path) -> None:
    import_dump(desk, listing(tmp_path / "before.jsonl", BEFORE[:1]))
    with desk.catalogue.writing() as connection:
        things = [(model(f"house/m{n:03}"), relation(f"house/m{n:03}", "acme/one")) for n in range(60)]
        ingest(connection, [record(*pair, origin="register") for pair in things], actor="me", kind="register")
    since = head(desk)
    import_dump(desk, listing(tmp_path / "after.jsonl", AFTER[:1]))
    (item,) = read_changes(desk, since)["items"]
    assert item["derivative_count"] == 60
    assert item["derivatives"] == [f"house/m{n:03}" for n in range(5)]


def test_derivatives_that_nobody_registered_are_not_named(desk: Desk, tmp_path: Path) -> None:
    import_dump(desk, listing(tmp_path / "before.jsonl", BEFORE))
    since = head(desk)
    import_dump(desk, listing(tmp_path / "after.jsonl", AFTER))
    assert read_changes(desk, since)["items"][0]["derivative_count"] == 0


def test_a_load_is_one_line(desk: Desk) -> None:
    from registry.catalogue.history import begin_change_set, end_change_set

    since = head(desk)
    with desk.catalogue.writing() as connection:
        log = begin_change_set(connection, by="me", kind="import")
        log.add("the Hub's metadata, as a dump", "load", None, {"origin": "dump", "rows": {"model": 3_000_000, "statement": 1_400_000}, "sha256": "ab"})
        end_change_set(connection, log)
    (item,) = read_changes(desk, since)["items"]
    assert (item["kind"], item["subject"]) == ("load", "the Hub's metadata, as a dump")
    assert item["after"] == ["3000000 model", "1400000 statement"]


def test_pages_follow_one_another_without_gap_or_repeat(listed: Desk, tmp_path: Path) -> None:
    since = head(listed)
    import_dump(listed, listing(tmp_path / "after.jsonl", AFTER))
    accept(listed, "acme/aside", "Kim", "2026-01-01")
    whole = [item["subject"] for item in read_changes(listed, since)["items"]]
    paged: list[str] = []
    key: str | None = None
    while True:
        page = read_changes(listed, since, limit=1, after=key)
        paged += [item["subject"] for item in page["items"]]
        key = page["next"]
        if key is None:
            break
    assert paged == whole == ["acme/one", "acme/three", "acme/aside"]


def test_only_what_is_asked_for(listed: Desk, tmp_path: Path) -> None:
    since = head(listed)
    import_dump(listed, listing(tmp_path / "after.jsonl", AFTER))
    accept(listed, "acme/aside", "Kim", "2026-01-01")

    def subjects(**asked: Any) -> list[str]:
        return [item["subject"] for item in read_changes(listed, since, **asked)["items"]]

    assert subjects(what=("license",)) == ["acme/one"]
    assert subjects(what=("statement",)) == ["acme/one", "acme/three"]
    assert subjects(what=("acceptance", "new")) == ["acme/three", "acme/aside"]
    assert subjects(subject="acme/one") == ["acme/one"]
    assert subjects(subject="dataset:no-such") == []


def test_a_base_that_is_only_named_is_not_new_until_it_is_recorded(desk: Desk, tmp_path: Path) -> None:
    since = head(desk)
    import_dump(desk, listing(tmp_path / "one.jsonl", [{"id": "acme/child", "tags": ["license:mit", "base_model:finetune:acme/parent"]}]))
    kinds = {item["subject"]: item["kind"] for item in read_changes(desk, since)["items"]}
    assert (kinds["acme/child"], kinds["acme/parent"]) == ("new", "other")
    since = head(desk)
    import_dump(desk, listing(tmp_path / "two.jsonl", [{"id": "acme/parent", "tags": ["license:mit"]}]))
    assert {item["subject"]: item["kind"] for item in read_changes(desk, since)["items"]} == {"acme/parent": "new"}


def test_a_withdrawn_statement_leaves_nothing_declared(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        ingest(connection, [record(model("acme/x"), statement("acme/x", "mit"))], actor="me", kind="import")
    since = head(desk)
    with desk.catalogue.writing() as connection:
        ingest(connection, [record(model("acme/x"))], actor="me", kind="import")
    (item,) = read_changes(desk, since)["items"]
    assert (item["kind"], item["before"], item["after"]) == ("license", ["mit"], [])
    assert item["changes"][0]["change"].startswith("withdrawn: ")


def test_days_bound_the_period_from_their_beginning_to_their_end(listed: Desk) -> None:
    everything = read_changes(listed, today(), today(), limit=10_000)
    assert (everything["since"], str(everything["until"])) == (0, head(listed))
    assert len(everything["items"]) > 900
    assert read_changes(listed, "2020-01-01", "2020-12-31")["items"] == []


@pytest.mark.parametrize(
    ("asked", "error", "named"),
    [
        ({"since": "soon"}, FactError, "--since"),
        ({"since": "0", "until": "soon"}, FactError, "--until"),
        ({"since": "²"}, FactError, "--since"),
        ({"since": ""}, FactError, "--since"),
        ({"since": "999999"}, UsageError, "999999"),
        ({"since": "9" * 400}, UsageError, "--since"),
        ({"since": "1", "until": "0"}, UsageError, "end of the period"),
        ({"since": "0", "what": ("licence",)}, UsageError, "licence"),
        ({"since": "0", "after": "nonsense"}, UsageError, "page"),
        ({"since": "0", "subject": "no/such"}, UnknownModelError, "no/such"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_hint(reader: Desk, asked: dict[str, Any], error: type[UsageError], named: str) -> None:
    with pytest.raises(error) as caught:
        read_changes(reader, **asked)
    assert named in caught.value.message
    assert caught.value.hint
