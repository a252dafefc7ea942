"""History: chained, append-only, and asked for what was known."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from registry.catalogue.checkup import check_catalogue
from registry.catalogue.engine import Catalogue
from registry.catalogue.history import erase_actor, head_hash, verify_chain
from registry.catalogue.queries.acceptances import read_acceptances
from registry.catalogue.queries.find_model import find_model
from registry.catalogue.queries.history_of import change_sets, history_of
from registry.catalogue.queries.lineage import read_ancestors, read_descendants
from registry.catalogue.queries.profile_graph import profile_graph
from registry.catalogue.queries.statements import statements_about
from registry.errors import CatalogueError, UsageError
from registry.supplychain.acceptance import Acceptance
from tests.catalogue.conftest import Write
from tests.factories import chain, model, record, relation, six_layers, statement


def test_every_transaction_is_one_link_of_the_chain(catalogue: Catalogue, write: Write) -> None:
    hashes = [write(chain("acme/a")).hash, write(chain("acme/b")).hash, write(record(statement("acme/a", "llama2"))).hash]
    with catalogue.reading() as connection:
        sets = change_sets(connection).items
        assert [each.hash for each in sets] == hashes
        assert [each.prev_hash for each in sets] == ["0" * 64, *hashes[:-1]]
        assert head_hash(connection) == hashes[-1]
        assert verify_chain(connection) == []


@pytest.mark.parametrize(
    "statement_text", ["UPDATE change SET after = '{}'", "DELETE FROM change", "UPDATE change_set SET kind = 'x'", "DELETE FROM change_set"]
)
def test_what_was_recorded_cannot_be_changed(catalogue: Catalogue, write: Write, statement_text: str) -> None:
    write(chain("acme/a"))
    with pytest.raises(CatalogueError, match="append-only"), catalogue.writing() as connection:
        connection.execute(text(statement_text))
    with catalogue.reading() as connection:
        assert verify_chain(connection) == []


def _disarm(catalogue: Catalogue, statement_text: str) -> None:
    """Change history as somebody who owns the file can."""
    with catalogue.writing() as connection:
        if connection.dialect.name == "sqlite":
            for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(text(statement_text))


@pytest.mark.parametrize(
    ("statement_text", "words"),
    [
        ('UPDATE change SET after = \'{"license":"mit"}\' WHERE set_seq = 2', "rows of change set 2 were altered"),
        ("DELETE FROM change WHERE set_seq = 1 AND n = 1", "rows of change set 1 were altered"),
        ("UPDATE change_set SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 1", "change set 1 was altered"),
        ("DELETE FROM change_set WHERE seq = 2", "change set 2 is missing"),
        ("UPDATE chain_head SET seq = 2", "the head of the chain"),
    ],
)
def test_tampering_is_found(catalogue: Catalogue, write: Write, statement_text: str, words: str) -> None:
    for name in ("acme/a", "acme/b", "acme/c"):
        write(chain(name))
    if catalogue.engine.dialect.name == "sqlite":
        with catalogue.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
    _disarm(catalogue, statement_text)
    assert any(words in problem for problem in check_catalogue(catalogue).problems)


def test_history_shows_what_changed_by_whom(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a", parameters=7), statement("acme/a", "mit")), actor="ada", kind="register", on="2026-01-01")
    write(record(model("acme/a", parameters=8, downloads=9), statement("acme/a", "llama2")), actor="bob", kind="correct", on="2026-02-01")
    with catalogue.reading() as connection:
        page = history_of(connection, "acme/a", limit=2)
        rest = history_of(connection, "acme/a", after=page.next)
    rows = [*page.items, *rest.items]
    assert [(row.at[:10], row.actor, row.kind, row.what) for row in rows] == [
        ("2026-01-01", "ada", "register", "model"),
        ("2026-01-01", "ada", "register", "statement"),
        ("2026-02-01", "bob", "correct", "model"),
        ("2026-02-01", "bob", "correct", "statement"),
        ("2026-02-01", "bob", "correct", "statement"),
    ]
    assert (rows[2].before, rows[2].after) == ({"parameters": 7}, {"parameters": 8})
    assert [(row.before or {}).get("license") for row in rows[3:]] == [None, "mit"]


def test_a_person_can_be_erased_and_the_chain_stays_whole(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a"), record(Acceptance("acme/a", "mit", "ada@example.org", "2026-01-01", "ab" * 32)), actor="ada@example.org")
    with catalogue.writing() as connection:
        assert erase_actor(connection, "ada@example.org")
        assert not erase_actor(connection, "ada@example.org")
    with catalogue.reading() as connection:
        assert verify_chain(connection) == []
        assert [row.accepted_by for row in read_acceptances(connection)] == [None]
        assert change_sets(connection).items[0].actor is None
        held = [str(list(row)) for table in ("actor", "change", "acceptance") for row in connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608
    assert not any("ada" in row for row in held)


def test_acceptances_are_recorded_once(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a"))
    accepted = record(Acceptance("acme/a", "llama2", "acme legal", "2026-03-01", "cd" * 32))
    assert write(accepted, kind="accept").added == {"acceptance": 1}
    assert write(accepted, kind="accept").change_set is None
    with catalogue.reading() as connection:
        (row,) = read_acceptances(connection, model_id=find_model(connection, "acme/a").id)
        assert (row.license, row.accepted_by, row.accepted_on, row.terms_digest) == ("llama2", "acme legal", "2026-03-01", "cd" * 32)
        assert read_acceptances(connection, on="2026-02-28") == ()
        assert read_acceptances(connection, accepted_by="nobody") == ()


def test_what_was_known_on_a_day_is_still_known(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a", "acme/b"), on="2026-01-10")
    write(record(model("acme/a"), statement("acme/a", "llama2")), on="2026-02-10")
    write(record(model("acme/b"), model("acme/c"), statement("acme/b"), relation("acme/c", "acme/a")), on="2026-03-10")
    with catalogue.reading() as connection:
        a, b = (find_model(connection, name).id for name in ("acme/a", "acme/b"))

        def known(day: str) -> tuple[list[str | None], list[str], list[str]]:
            said = [each.license for each in statements_about(connection, "acme/a", as_known=day)]
            up = [link.parent for link in read_ancestors(connection, b, as_known=day).links]
            down = [link.child for link in read_descendants(connection, a, as_known=day).links]
            return said, up, down

        assert known("2026-01-10") == (["mit"], ["acme/a"], ["acme/b"])
        assert known("2026-02-15") == (["llama2"], ["acme/a"], ["acme/b"])
        assert known("2026-03") == (["llama2"], [], ["acme/c"])
        assert [link.child for link in profile_graph(connection, as_known="2026-02").links] == ["acme/b"]
        assert [link.child for link in profile_graph(connection).links] == ["acme/c"]
        with pytest.raises(UsageError, match="knew nothing"):
            statements_about(connection, "acme/a", as_known="2025-12-31")


def test_the_date_of_use_and_the_date_of_knowledge_are_two_clocks(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a"), statement("acme/a", "yi-2.1")), on="2024-01-01")
    write(record(model("acme/a"), statement("acme/a", "yi-2.1", valid_to="2024-05-30"), statement("acme/a", "mit", valid_from="2024-05-30")), on="2024-07-01")
    with catalogue.reading() as connection:

        def license_on(on: str, as_known: str | None = None) -> list[str | None]:
            return [each.license for each in statements_about(connection, "acme/a", on=on, as_known=as_known)]

        assert license_on("2024-06-15") == ["mit"]
        assert license_on("2024-06-15", "2024-06-15") == ["yi-2.1"]
        assert license_on("2024-03-01") == ["yi-2.1"]


def test_time_never_runs_backwards_along_the_chain(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a"), on="2026-05-01")
    write(chain("acme/b"), on="2026-04-01")
    with catalogue.reading() as connection:
        first, second = change_sets(connection).items
    assert second.at >= first.at


def test_layers_beyond_models_have_their_history_too(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    with catalogue.reading() as connection:
        for subject, whats in {
            "dataset:the-heap": {"dataset", "statement"},
            "app:helpdesk": {"application", "uses", "user-group", "user-count"},
            "developer:acme": {"developer"},
            "host:cloud-one": {"host"},
            "acme/base-7b": {"model", "statement", "revision", "relation", "training-run", "hosting"},
        }.items():
            assert {row.what for row in history_of(connection, subject).items} == whats
