"""The questions that lists, details and look-ups ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registry.catalogue.engine import Catalogue
from registry.catalogue.queries.applications import find_application, list_applications
from registry.catalogue.queries.catalogue_digest import catalogue_digest
from registry.catalogue.queries.datasets import find_dataset, list_datasets, models_of_dataset
from registry.catalogue.queries.developers import list_developers
from registry.catalogue.queries.find_model import find_model, find_models
from registry.catalogue.queries.hosts import list_hosts, read_hostings
from registry.catalogue.queries.lineage import read_ancestors, read_descendants
from registry.catalogue.queries.model_detail import read_model
from registry.catalogue.queries.page import Page
from registry.catalogue.queries.profile_graph import profile_graph
from registry.catalogue.queries.stats import is_empty, read_stats
from registry.errors import UnknownModelError, UsageError
from registry.supplychain.application import Application
from registry.supplychain.data import Dataset
from registry.supplychain.host import Host
from tests.catalogue.conftest import Write
from tests.factories import chain, model, record, relation, six_layers, statement

LLAMA = record(
    model("meta-llama/Llama-2-7b-hf", title="Llama 2 7B"),
    model("meta-llama/Llama-2-7b-chat-hf", title="Llama 2 7B Chat"),
    model("meta-llama/Llama-2-70b-chat-hf", title="Llama 2 70B Chat"),
    model("mirror/Llama-2-7b-chat-hf"),
    model("other/Phi-1_5", aliases=("Small Phi",)),
    relation("mirror/Llama-2-7b-chat-hf", "meta-llama/Llama-2-7b-chat-hf", "converted"),
)


@pytest.mark.parametrize(
    "spelling",
    [
        "meta-llama/Llama-2-7b-chat-hf",
        "Llama 2 7B Chat",
        "llama2-7b-chat",
        "META-LLAMA/llama-2-7B-chat-hf",
        "Llama-2-7b-chat-hf",
        "Meta-Llama/Llama 2 7b chat",
        "llama_2_7b_chat",
    ],
)
def test_spellings_of_one_name_find_the_same_model(catalogue: Catalogue, write: Write, spelling: str) -> None:
    write(LLAMA)
    with catalogue.reading() as connection:
        assert find_model(connection, spelling).name == "meta-llama/Llama-2-7b-chat-hf"


def test_the_owner_and_the_revision_are_heeded(catalogue: Catalogue, write: Write) -> None:
    write(LLAMA)
    with catalogue.reading() as connection:
        found = find_model(connection, "mirror/llama2-7b-chat@main")
        assert (found.name, found.revision) == ("mirror/Llama-2-7b-chat-hf", "main")
        assert [each.name for each in find_models(connection, ["small phi", "phi 1.5"])] == ["other/Phi-1_5", "other/Phi-1_5"]
        with pytest.raises(UnknownModelError):
            find_model(connection, "nobody/Llama-2-7b-chat-hf")


@pytest.mark.parametrize(
    ("text", "first"), [("lama-2-7b-chat", "meta-llama/Llama-2-7b-chat-hf"), ("Llama 2", "meta-llama/Llama-2-7b-hf"), ("phi-1.6", "other/Phi-1_5")]
)
def test_a_misspelling_gets_the_nearest_names(catalogue: Catalogue, write: Write, text: str, first: str) -> None:
    write(LLAMA)
    with catalogue.reading() as connection, pytest.raises(UnknownModelError) as caught:
        find_model(connection, text)
    assert caught.value.nearest[0] == first
    assert len(caught.value.nearest) <= 3
    assert first in str(caught.value.hint)
    with catalogue.reading() as connection, pytest.raises(UnknownModelError) as caught:
        find_model(connection, text, suggest=False)
    assert caught.value.nearest == ()


def test_a_name_of_several_models_is_not_guessed(catalogue: Catalogue, write: Write) -> None:
    write(record(model("one/Tiny"), model("two/tiny"), model("three/TINY")))
    with catalogue.reading() as connection:
        with pytest.raises(UnknownModelError, match="3 models") as caught:
            find_model(connection, "tiny")
        assert find_model(connection, "two/tiny").name == "two/tiny"
    assert set(caught.value.nearest) == {"one/Tiny", "two/tiny", "three/TINY"}


@pytest.mark.parametrize("reference", ["dataset:heap", "app:helpdesk", "a\x00b", ""])
def test_what_cannot_name_a_model_is_refused(catalogue: Catalogue, reference: str) -> None:
    with catalogue.reading() as connection, pytest.raises(UsageError):
        find_model(connection, reference)


def test_a_name_with_nothing_like_it_says_where_to_look(catalogue: Catalogue) -> None:
    with catalogue.reading() as connection, pytest.raises(UnknownModelError, match="no model") as caught:
        find_model(connection, "zzz")
    assert caught.value.hint


def test_lineage_goes_up_and_down_to_a_depth(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a", "acme/b", "acme/c", "acme/d"))
    write(
        record(
            Dataset("heap"),
            relation("acme/a", "dataset:heap", "trained-on"),
            model("acme/e"),
            relation("acme/e", "acme/b", "merge"),
            relation("acme/e", "acme/c", "merge"),
        )
    )
    with catalogue.reading() as connection:
        ids = {name: find_model(connection, f"acme/{name}").id for name in "abcde"}
        up = read_ancestors(connection, ids["e"])
        assert set(up.model_ids) == {ids[name] for name in "abce"}
        assert {(link.child, link.parent) for link in up.links} == {
            ("acme/a", "dataset:heap"),
            ("acme/b", "acme/a"),
            ("acme/c", "acme/b"),
            ("acme/e", "acme/b"),
            ("acme/e", "acme/c"),
        }
        assert all(link.evidence[0].origin == "test" for link in up.links)
        assert set(read_ancestors(connection, ids["d"], depth=1).model_ids) == {ids["d"], ids["c"]}
        assert [link.parent for link in read_ancestors(connection, ids["d"], depth=1).links] == ["acme/c"]
        assert read_ancestors(connection, ids["d"], depth=0).links == ()
        assert set(read_descendants(connection, ids["a"]).model_ids) == set(ids.values())
        assert {link.child for link in read_descendants(connection, ids["b"], depth=1).links} == {"acme/c", "acme/e"}


def test_the_graph_of_a_change_holds_descendants_and_all_their_ancestors(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    write(chain("other/x", "other/y"))
    write(record(relation("acme/chat-7b", "other/x", "merge"), replaces=False))
    with catalogue.reading() as connection:
        base = find_model(connection, "acme/base-7b").id
        graph = profile_graph(connection, [base], descendants=True)
        assert set(graph.targets) == {"acme/base-7b", "acme/chat-7b"}
        assert set(graph.nodes) == {"acme/base-7b", "acme/chat-7b", "other/x", "dataset:the-heap"}
        node = graph.nodes["acme/base-7b"]
        assert (node.released_on, node.modality, node.developer, [each.license for each in node.statements]) == ("2024-02", "text", "Acme", ["llama2"])
        assert [each.license for each in graph.nodes["dataset:the-heap"].statements] == ["cc-by-nc-4.0"]
        assert {(link.child, link.parent) for link in graph.links} == {
            ("acme/base-7b", "dataset:the-heap"),
            ("acme/chat-7b", "acme/base-7b"),
            ("acme/chat-7b", "other/x"),
        }
        assert set(profile_graph(connection).targets) == {"acme/base-7b", "acme/chat-7b", "other/x", "other/y"}


def test_lists_are_paged_by_key(catalogue: Catalogue, write: Write) -> None:
    names = [f"n{n:02}" for n in range(7)]
    write(record(*(Dataset(name) for name in names), *(Host(name) for name in names), *(Application(name, owner="Acme") for name in names)))
    write(record(*(model(f"{name}/m") for name in names)))
    with catalogue.reading() as connection:
        questions: tuple[tuple[Callable[..., Page[Any]], str], ...] = (
            (list_datasets, "dataset"),
            (list_hosts, "host"),
            (list_applications, "application"),
            (list_developers, "developer"),
        )
        for ask, what in questions:
            found: list[str] = []
            after = None
            while True:
                page = ask(connection, after=after, limit=3)
                found += [getattr(row, what).name for row in page.items]
                if page.next is None:
                    break
                after = page.next
            assert found == names
        assert list_applications(connection, owner="Nobody").items == ()


def test_datasets_are_found_by_near_spellings(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    with catalogue.reading() as connection:
        for name in ("the-heap", "dataset:the-heap", "The Heap", "theheap"):
            row = find_dataset(connection, name)
            assert (row.dataset.name, row.dataset.languages, row.model_count) == ("the-heap", ("en", "nb"), 1)
            assert row.statements == (statement("dataset:the-heap", "cc-by-nc-4.0"),)
        assert [(use.model, use.relation) for use in models_of_dataset(connection, row.id)] == [("acme/base-7b", "trained-on")]
        with pytest.raises(UsageError, match="no dataset"):
            find_dataset(connection, "nothing")


def test_an_unknown_application_gets_near_names(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    with catalogue.reading() as connection, pytest.raises(UsageError, match="no application") as caught:
        find_application(connection, "app:helpdsk")
    assert "app:helpdesk" in str(caught.value.hint)


def test_hosts_count_and_list_what_they_serve(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    with catalogue.reading() as connection:
        (row,) = list_hosts(connection).items
        assert (row.host.name, row.model_count) == ("cloud-one", 1)
        assert [each.hosting.model for each in read_hostings(connection, host_name="cloud-one")] == ["acme/base-7b"]


def test_detail_names_the_applications_and_users_of_a_model(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    with catalogue.reading() as connection:
        detail = read_model(connection, find_model(connection, "Chat 7B").id)
        assert [(use.application, use.host, use.purpose) for use in detail.applications] == [("helpdesk", "cloud-one", "answers")]
        with pytest.raises(UnknownModelError):
            read_model(connection, 10**6)


def test_stats_count_every_layer(catalogue: Catalogue, write: Write) -> None:
    with catalogue.reading() as connection:
        assert is_empty(connection)
    write(six_layers())
    with catalogue.reading() as connection:
        assert not is_empty(connection)
        stats = read_stats(connection)
    expected = {"models": 2, "developers": 1, "datasets": 1, "hosts": 1, "hostings": 1, "applications": 1, "user_groups": 2, "training_runs": 1}
    assert {name: stats.counts[name] for name in expected} == expected
    assert stats.modalities == {"text": 2}


def test_the_digest_changes_with_any_row(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a")))
    with catalogue.reading() as connection:
        before = catalogue_digest(connection)
        assert catalogue_digest(connection) == before
    write(record(model("acme/a", downloads=3)))
    with catalogue.reading() as connection:
        assert catalogue_digest(connection) != before
