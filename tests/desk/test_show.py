"""What is recorded about one thing, as it is and as it was known."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest
from sqlalchemy import text

from registry.catalogue.history import begin_change_set, end_change_set
from registry.catalogue.ingest.writer import ingest
from registry.desk.catalog.entries import accept, add
from registry.desk.facts import today
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.desk.show import show_model
from registry.errors import FactError, UnknownModelError, UsageError
from registry.supplychain.source import Source
from tests.desk.conftest import LLAMA, Open, specification
from tests.factories import model, record, relation, statement

BASE = "meta-llama/Llama-2-7b-hf"


def test_a_model_with_its_layers(reader: Desk) -> None:
    record = show_model(reader, "Llama 2 7B")
    assert (record["schema"], record["model"], record["recorded"]) == ("licet.show/1", BASE, True)
    assert record["developer"]["title"] == "Meta"
    assert (record["modality"], record["access"], record["released_on"]) == ("text", "gated", "2023-07-18")
    assert record["parameters"] == 6_738_415_616
    assert [statement["license"] for statement in record["statements"]] == ["llama2"]
    assert all(statement["source"] for statement in record["statements"])
    assert record["datasets"][0]["relation"] == "trained-on"
    assert record["training"]
    assert record["training"][0]["flop"] > 1e22
    assert record["derivative_count"] >= 1
    assert record["knowledge"]["digest"] == reader.knowledge.digest
    json.dumps(record)


def test_a_derivative_names_its_base(reader: Desk) -> None:
    (base,) = show_model(reader, LLAMA)["bases"]
    assert (base["model"], base["relation"], base["evidence"]) == (BASE, "finetune", "declared")
    assert base["source"]


def test_hosts_come_with_their_terms(reader: Desk) -> None:
    hostings = show_model(reader, "mistralai/mistral-large-2402")["hostings"]
    assert any(row["terms"] for row in hostings)
    assert all(row["host"] for row in hostings)


def test_a_relicensed_model_keeps_every_statement_and_says_which_holds(reader: Desk) -> None:
    statements = show_model(reader, "01-ai/Yi-34B")["statements"]
    assert [(row["license"], row["holds_today"]) for row in statements] == [("yi-1.0", False), ("yi-2.0", False), ("yi-2.1", False), ("apache-2.0", True)]
    assert [row["valid_to"] for row in statements] == ["2023-11-04", "2023-11-23", "2024-05-30", None]


def test_a_dataset(reader: Desk) -> None:
    record = show_model(reader, "dataset:the-pile")
    assert (record["id"], record["name"], record["personal_data"]) == ("dataset:the-pile", "The Pile", "yes")
    assert record["statements"]
    assert "EleutherAI/pythia-12b" in {row["model"] for row in record["models"]} or len(record["models"]) > 3


def test_an_application(reader: Desk) -> None:
    record = show_model(reader, "app:aurelia-lex")
    assert (record["id"], record["owner"], record["distribution"], record["example"]) == ("app:aurelia-lex", "Aurelia Lex GmbH", ["saas"], True)
    months = record["monthly_users"]
    assert months["2026-05"] == sum(group["monthly_users"]["2026-05"] for group in record["user_groups"])
    assert len(months) >= 6
    hosted = [row for row in record["models"] if row["host"]]
    assert hosted
    assert all(row["host_terms"] for row in hosted)


@pytest.mark.parametrize("name", ["meta-llama/Llama-2-7b-hff", "dataset:no-such", "app:no-such", "./folder"])
def test_what_is_not_there_is_wrong_usage(reader: Desk, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        show_model(reader, name)
    assert name.rpartition(":")[2] in caught.value.message
    assert caught.value.hint


def test_the_history_says_who_changed_what_and_when(desk: Desk) -> None:
    register_model(desk, specification("acme/support-7b", BASE, license="llama2"), {})
    accept(desk, "acme/support-7b", "Kim", "2026-01-01")
    history = show_model(desk, "acme/support-7b", history=True)["history"]
    assert [row["what"] for row in history] == ["model", "statement", "relation", "acceptance"]
    assert [row["kind"] for row in history] == ["register", "register", "register", "accept"]
    assert all(row["actor"] for row in history)
    assert all(row["at"].startswith(today()[:4]) for row in history)
    assert [row["seq"] for row in history] == sorted(row["seq"] for row in history)
    assert "license: llama2" in history[1]["change"]
    assert f"parent: {BASE}" in history[2]["change"]
    assert "history" not in show_model(desk, "acme/support-7b")


def test_the_actor_is_the_one_of_the_settings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_ACTOR", "Grace of the platform team")
    register_model(desk, specification("acme/support-7b", BASE, license="mit"), {})
    assert {row["actor"] for row in show_model(desk, "acme/support-7b", history=True)["history"]} == {"Grace of the platform team"}


def test_a_changed_licence_shows_both(desk: Desk) -> None:
    for license in ("llama2", "mit"):
        register_model(desk, specification("acme/support-7b", BASE, license=license), {})
    record = show_model(desk, "acme/support-7b", history=True)
    assert [statement["license"] for statement in record["statements"]] == ["mit"]
    changes = " | ".join(row["change"] for row in record["history"] if row["what"] == "statement")
    assert "llama2" in changes
    assert "mit" in changes


def test_the_history_of_the_seed_is_kept_too(reader: Desk) -> None:
    history = show_model(reader, BASE, history=True)["history"]
    assert {row["kind"] for row in history} == {"seed"}
    assert {row["actor"] for row in history} == {"licet"}
    assert {"model", "statement"} <= {row["what"] for row in history}


def test_an_application_and_a_dataset_have_a_history(desk: Desk) -> None:
    add(desk, "dataset", {"id": "d", "license": "mit"})
    add(desk, "application", {"id": "a", "models": [{"model": BASE}]})
    assert [row["what"] for row in show_model(desk, "dataset:d", history=True)["history"]] == ["dataset", "statement"]
    assert "application" in {row["what"] for row in show_model(desk, "app:a", history=True)["history"]}


def test_before_a_registration_the_catalogue_knew_nothing_of_it(desk: Desk) -> None:
    register_model(desk, specification("acme/support-7b", BASE, license="mit"), {})
    with pytest.raises(UsageError, match="knew nothing on 2020-01-01"):
        show_model(desk, "acme/support-7b", as_known="2020-01-01")
    assert show_model(desk, "acme/support-7b", as_known=today())["statements"][0]["license"] == "mit"


def test_a_model_that_came_with_a_load_says_so(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        log = begin_change_set(connection, by="me", kind="import")
        for written in (
            "INSERT INTO model (name, sort_key, downloads, recorded, added_set) VALUES ('acme/mass', 'acme/mass', 1, true, :seq)",
            "INSERT INTO model_name (model_id, label, folded, owner, key) SELECT id, name, name, 'acme', 'mass' FROM model WHERE added_set = :seq",
        ):
            connection.execute(text(written), {"seq": log.seq})
        log.add("the Hub's metadata, as a dump", "load", None, {"origin": "dump", "rows": {"model": 1}, "sha256": "ab"})
        end_change_set(connection, log)
    (row,) = show_model(desk, "acme/mass", history=True)["history"]
    assert (row["what"], row["kind"], row["actor"]) == ("load", "import", "me")
    assert row["change"] == "came with a load of the Hub's metadata, as a dump (1 model)"
    assert show_model(desk, "acme/mass", as_known=today())["model"] == "acme/mass"


def test_a_model_with_rows_of_its_own_came_with_no_load(desk: Desk) -> None:
    register_model(desk, specification("acme/support-7b", BASE, license="mit"), {})
    assert "load" not in {row["what"] for row in show_model(desk, "acme/support-7b", history=True)["history"]}


def test_declared_detected_and_concluded_stand_side_by_side(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        card = statement("acme/torn", None, raw_name="apache-2.0", source=Source("card", "2026-11-01"))
        file = statement("acme/torn", "llama2", basis="detected", raw_name="LICENSE", text_digest="sha256:" + "a" * 64, source=Source("LICENSE", "2026-11-01"))
        ingest(connection, [record(model("acme/torn"), card, file)], actor="me", kind="import")
    license = show_model(desk, "acme/torn")["license"]
    assert [(claim["license"], claim["step"], claim["source"]) for claim in license["declared"]] == [("apache-2.0", "id", "card")]
    assert [(claim["license"], claim["step"], claim["source"]) for claim in license["detected"]] == [("llama2", "fingerprint", "LICENSE")]
    concluded = license["concluded"]
    assert (concluded["licenses"], concluded["basis"], concluded["step"]) == (["llama2"], "detected", "fingerprint")
    assert "files count more" in concluded["reason"]
    assert [finding["code"] for finding in license["findings"]] == ["LIC004"]
    assert "apache-2.0" in license["findings"][0]["summary"]


def test_where_nothing_is_declared_the_ancestors_bind_and_grant_nothing(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        ingest(connection, [record(model("acme/silent"), relation("acme/silent", BASE))], actor="me", kind="import")
    license = show_model(desk, "acme/silent")["license"]
    assert (license["declared"], license["detected"], license["findings"]) == ([], [], [])
    assert license["concluded"]["licenses"] == []
    assert (license["concluded"]["step"], license["concluded"]["from"]) == ("inherited", BASE)
    assert "grants nothing" in license["concluded"]["reason"]
    first = license["inherited"][0]
    assert (first["license"], first["from"], first["relation"], first["reach"], first["links"]) == ("llama2", BASE, "finetune", "derivative", 1)


def test_a_card_that_agrees_with_the_files_is_no_contradiction(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        said = [statement("acme/same", None, raw_name="MIT License"), statement("acme/same", "mit", basis="detected")]
        ingest(connection, [record(model("acme/same"), *said)], actor="me", kind="import")
    license = show_model(desk, "acme/same")["license"]
    assert (license["concluded"]["licenses"], license["findings"]) == (["mit"], [])


def test_other_beside_a_licence_that_is_named_decides_nothing(desk: Desk) -> None:
    with desk.catalogue.writing() as connection:
        ingest(connection, [record(model("acme/tower"), statement("acme/tower", "other"), origin="dump")], actor="tests", kind="test")
        ingest(connection, [record(model("acme/tower"), statement("acme/tower", "llama2"), origin="seed")], actor="tests", kind="test")
    concluded = show_model(desk, "acme/tower")["license"]["concluded"]
    assert (concluded["licenses"], concluded["from"], len(concluded["claims"])) == (["llama2"], "llama2", 2)
    assert "gives way" in concluded["reason"]
    assert "all of which bind" not in concluded["reason"]


def test_a_file_that_leads_to_no_known_text_contradicts_no_card(desk: Desk) -> None:
    said = (statement("acme/tower", "mit"), statement("acme/tower", license="unresolved", basis="detected"))
    with desk.catalogue.writing() as connection:
        ingest(connection, [record(model("acme/tower"), *said)], actor="tests", kind="test")
    license = show_model(desk, "acme/tower")["license"]
    assert (license["concluded"]["licenses"], license["findings"]) == (["unresolved"], [])


def test_only_what_holds_today_is_concluded(reader: Desk) -> None:
    license = show_model(reader, "01-ai/Yi-34B")["license"]
    assert license["concluded"]["licenses"] == ["apache-2.0"]
    assert [claim["license"] for claim in license["declared"]] == ["apache-2.0"]


def backdate(desk: Desk, instants: dict[int, str]) -> None:
    """Say that change sets were written earlier, as only time could; the chain's own guard is put out of the way."""
    file = desk.settings.catalogue
    desk.close()
    with sqlite3.connect(file) as raw:
        raw.execute("DROP TRIGGER tr_change_set_update")
        for seq, at in instants.items():
            raw.execute("UPDATE change_set SET at = ? WHERE seq = ?", (at, seq))
    raw.close()


def test_as_known_is_the_state_of_our_knowledge_on_that_day(desk_over: Open) -> None:
    desk = desk_over()
    add(desk, "model", {"id": "acme/late", "modality": "text", "licenses": [{"license": "llama2", "source": "card"}], "bases": []})
    add(
        desk,
        "model",
        {"id": "acme/late", "modality": "text", "licenses": [{"license": "mit", "source": "card"}], "bases": [{"model": BASE, "relation": "finetune"}]},
    )
    accept(desk, "acme/late", "Kim", "2026-01-01")
    backdate(desk, {1: "2025-01-01T00:00:00.000000Z", 2: "2025-03-01T12:00:00.000000Z", 3: "2025-06-01T12:00:00.000000Z"})
    desk = desk_over()

    def known(day: str) -> dict[str, Any]:
        return show_model(desk, "acme/late", as_known=day)

    with pytest.raises(UsageError, match="knew nothing"):
        known("2024-12-31")
    with pytest.raises(UnknownModelError):
        known("2025-02-28")
    assert [row["license"] for row in known("2025-03-01")["statements"]] == ["llama2"]
    assert known("2025-05-31")["bases"] == []
    assert [row["license"] for row in known("2025-06-01")["statements"]] == ["mit"]
    assert [row["model"] for row in known("2025-06-01")["bases"]] == [BASE]
    assert known("2025-06-01")["acceptances"] == []
    assert {row["license"] for row in show_model(desk, "acme/late")["acceptances"]} == {"mit", "llama2"}


def test_a_day_that_is_none_is_refused_under_the_name_of_its_own_flag(reader: Desk) -> None:
    with pytest.raises(FactError) as caught:
        show_model(reader, BASE, as_known="soon")
    assert "soon" in caught.value.message
    assert "--as-known" in f"{caught.value.message} {caught.value.hint}"


def test_an_application_is_kept_as_it_is_now(reader: Desk) -> None:
    with pytest.raises(UsageError, match="--as-known"):
        show_model(reader, "app:aurelia-lex", as_known="2026-01-01")
