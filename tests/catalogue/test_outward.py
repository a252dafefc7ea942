"""What leaves the catalogue: whole tables in batches, and what changed, on both engines."""

from __future__ import annotations

from registry.catalogue.engine import Catalogue
from registry.catalogue.queries.affected import affected_by, dataset_numbers, model_numbers
from registry.catalogue.queries.changes import changed_things, last_set, read_sets
from registry.catalogue.queries.export import DATASETS, DEVELOPERS, EDGES, MODELS, STATEMENTS, export_batches, export_counts
from tests.catalogue.conftest import Write
from tests.factories import chain, model, record, relation, six_layers, statement


def test_tables_are_read_in_batches_of_columns(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    with catalogue.reading() as connection:
        counts = export_counts(connection)
        for table in (MODELS, EDGES, STATEMENTS, DATASETS, DEVELOPERS):
            batches = list(export_batches(connection, table, 1))
            assert [len(batch[0]) for batch in batches] == [1] * counts[table.name], table.name
            assert all(len(batch) - len(table.columns) in (0, 1) for batch in batches)
        (batch,) = export_batches(connection, MODELS)
    named = dict(zip((column.name for column in MODELS.columns), batch, strict=False))
    assert named["model"] == ("acme/base-7b", "acme/chat-7b")
    assert list(named["source"]) == ["https://example.org/facts"] * 2
    assert [bool(value) for value in named["recorded"]] == [True, True]
    assert named["downloads"] == (1000, 5000)


def test_things_that_changed_come_by_name_with_their_rows(catalogue: Catalogue, write: Write) -> None:
    write(six_layers(), on="2026-01-01")
    write(record(statement("acme/chat-7b", "mit"), model("acme/chat-7b")), on="2026-02-01", actor="Kim")
    with catalogue.reading() as connection:
        assert last_set(connection) == 2
        assert last_set(connection, before="2026-02-01") == 1
        assert last_set(connection, before="2025-01-01") == 0
        things = dict(changed_things(connection, 1, 2))
        assert {name: [row.what for row in rows] for name, rows in things.items()} == {"acme/chat-7b": ["statement", "statement", "relation"]}
        assert [name for name, _ in changed_things(connection, 0, 2)] == sorted(name for name, _ in changed_things(connection, 0, 2))
        assert read_sets(connection, [2])[2].actor == "Kim"


def test_a_change_reaches_registered_derivatives_and_applications_only(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a", "acme/b", "acme/c"), six_layers())
    write(record(model("house/d"), relation("house/d", "acme/c"), relation("house/d", "dataset:the-heap", "trained-on"), origin="register"))
    with catalogue.reading() as connection:
        numbers = model_numbers(connection, ["acme/a", "acme/c", "acme/base-7b", "house/d", "no/such"])
        sets = dataset_numbers(connection, ["the-heap"])
        by_model, by_dataset = affected_by(connection, numbers.values(), sets.values())
    assert by_model[numbers["acme/a"]].derivatives == by_model[numbers["acme/c"]].derivatives == ("house/d",)
    assert by_model[numbers["house/d"]].derivatives == ()
    assert by_model[numbers["acme/base-7b"]].applications == ("helpdesk",)
    assert (by_dataset[sets["the-heap"]].derivatives, by_dataset[sets["the-heap"]].applications) == (("house/d",), ("helpdesk",))
