"""What lies below models and datasets, on both engines."""

from __future__ import annotations

import pytest

from registry.catalogue.engine import Catalogue
from registry.catalogue.queries.affected import affected_by, model_numbers
from registry.catalogue.queries.applications import read_applications
from registry.catalogue.queries.family import read_family
from registry.catalogue.queries.hosts import require_host
from registry.catalogue.queries.impact import find_dataset_number, read_descent, registered_among, trained_on
from registry.errors import UsageError
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.data import Dataset
from registry.supplychain.host import Host
from tests.catalogue.conftest import Write
from tests.factories import model, record, relation, statement


def names_of(numbers: dict[str, int], wanted: set[int]) -> set[str]:
    return {name for name, number in numbers.items() if number in wanted}


def test_the_descent_is_that_of_a_family_with_the_shortest_way(catalogue: Catalogue, write: Write) -> None:
    names = [f"acme/m{number}" for number in range(40)]
    links = {(names[at], names[at * step % 11 % at]) for at in range(1, 40) for step in (3, 7)}
    write(
        record(*(model(name) for name in names), *(statement(name) for name in names), *(relation(child, parent, "merge") for child, parent in sorted(links)))
    )
    with catalogue.reading() as connection:
        numbers = model_numbers(connection, names)
        for start in ("acme/m0", "acme/m1", "acme/m7", "acme/m39"):
            found = read_descent(connection, [numbers[start]])
            assert found.depths == read_family(connection, numbers[start], up=False).distances
            for number, depth in found.depths.items():
                path = found.path(number)
                assert len(path) == depth
                assert [step.child for step in path] == [number, *(step.parent for step in path)][:depth]
                assert not path or path[-1].parent == numbers[start]
        several = read_descent(connection, [numbers["acme/m1"], numbers["acme/m2"]])
        assert several.depths[numbers["acme/m1"]] == several.depths[numbers["acme/m2"]] == 0
        assert read_descent(connection, []).depths == {}


def test_what_was_registered_here_is_told_from_what_was_imported(catalogue: Catalogue, write: Write) -> None:
    every = ("acme/base", "acme/own", "acme/run", "acme/seen", "acme/gone")
    write(record(*(model(name) for name in every), *(statement(name) for name in every), relation("acme/seen", "acme/base", "finetune"), origin="hub"))
    write(record(relation("acme/own", "acme/base", "finetune"), relation("acme/gone", "acme/base", "finetune"), origin="register"))
    write(record(relation("acme/run", "acme/own", "quantized"), origin="run"))
    write(record(model("acme/gone"), origin="register"))
    with catalogue.reading() as connection:
        numbers = model_numbers(connection, every)
        assert names_of(numbers, registered_among(connection)) == {"acme/own", "acme/run"}
        assert names_of(numbers, registered_among(connection, [numbers["acme/run"], numbers["acme/seen"]])) == {"acme/run"}
        assert registered_among(connection, profiles=[]) == set()
        by_model, _ = affected_by(connection, [numbers["acme/base"]])
        assert by_model[numbers["acme/base"]].derivatives == ("acme/own", "acme/run")


def test_a_dataset_is_found_with_the_models_that_used_it(catalogue: Catalogue, write: Write) -> None:
    used = record(Dataset("heap", "The Heap"), *(model(f"acme/{name}") for name in "abc"), *(statement(f"acme/{name}") for name in "abc"))
    write(
        used,
        record(
            relation("acme/a", "dataset:heap", "trained-on"),
            relation("acme/b", "dataset:heap", "tested-on"),
            relation("acme/c", "acme/a", "finetune"),
            origin="x",
        ),
    )
    with catalogue.reading() as connection:
        number = find_dataset_number(connection, "dataset:heap")
        assert number == find_dataset_number(connection, "The Heap")
        numbers = model_numbers(connection, ["acme/a", "acme/b"])
        assert {child: step.relation for child, step in trained_on(connection, number).items()} == {
            numbers["acme/a"]: "trained-on",
            numbers["acme/b"]: "tested-on",
        }
        with pytest.raises(UsageError, match="no dataset is called `pile`"):
            find_dataset_number(connection, "dataset:pile")


def test_applications_are_read_by_name_and_a_host_has_to_be_there(catalogue: Catalogue, write: Write) -> None:
    apps = tuple(Application(name, models=(ModelUse("acme/a", "corner"),)) for name in ("b", "a", "c"))
    write(record(model("acme/a"), statement("acme/a"), Host("corner"), *apps))
    with catalogue.reading() as connection:
        assert [row.application.name for row in read_applications(connection, ["c", "a", "nobody"])] == ["a", "c"]
        require_host(connection, "corner")
        with pytest.raises(UsageError, match="no host is called `corne`") as refused:
            require_host(connection, "corne")
    assert "corner" in (refused.value.hint or "")
