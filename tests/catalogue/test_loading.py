"""Loading: the same rows come to the same catalogue as by the ordinary door, once or again, and a newer listing changes only what changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, inspect, select

from registry.catalogue.checkup import check_catalogue
from registry.catalogue.engine import Catalogue
from registry.catalogue.history import verify_chain
from registry.catalogue.ingest.writer import ingest
from registry.catalogue.loading.load import Load, LoadResult
from registry.catalogue.opening import open_catalogue
from registry.catalogue.queries.catalogue_digest import catalogue_digest
from registry.catalogue.queries.find_model import find_model
from registry.catalogue.queries.history_of import history_of, was_known
from registry.catalogue.queries.statements import statements_about
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.indexes import loaded_indexes
from registry.catalogue.tables.license import statement
from registry.catalogue.tables.lineage import edge, edge_evidence
from registry.catalogue.tables.model import model, model_name, revision
from registry.catalogue.tables.remark import remark
from registry.errors import UsageError
from registry.sources.listing import record_of
from registry.supplychain.developer import Developer
from registry.supplychain.listing import BaseLink, Listing, RowNote
from registry.supplychain.source import Source
from tests.catalogue.conftest import Write
from tests.factories import model as model_noun
from tests.factories import record
from tests.factories import statement as said

SAID_BY = Source("the list", "2026-11-01")
Row = dict[str, Any]


def listing(*rows: Row, kind: str = "model") -> Listing:
    """A listing of rows given by what they have."""
    made = Listing(kind)
    for at, row in enumerate(rows):
        made.rows.append(at + 1)
        made.names.append(row["id"])
        made.developers.append(row.get("by"))
        made.downloads.append(row.get("downloads"))
        made.created.append(row.get("created"))
        made.modalities.append(row.get("modality"))
        made.accesses.append(row.get("access"))
        made.revisions.append(row.get("sha"))
        made.parameters.append(row.get("parameters"))
        made.licenses.extend((at, name) for name in row.get("licenses", ()))
        made.license_links.extend((at, link) for link in row.get("links", ()))
        made.bases.extend(BaseLink(at, base, relation, "declared", says) for base, relation, says in row.get("bases", ()))
        made.datasets.extend((at, name) for name in row.get("datasets", ()))
        made.notes.extend(RowNote(code, "odd", at + 1, row["id"]) for code in row.get("notes", ()))
    return made


def load(catalogue: Catalogue, *listings: Listing, expected: int | None = None) -> LoadResult:
    """Load listings as one."""
    with catalogue.loading() as connection:
        finding = {"self-base": "LIC108"}.get
        with Load(connection, listings[0].kind, origin="dump", said_by=SAID_BY, actor="tests", expected=expected, finding_of=finding) as own:
            for each in listings:
                own.add(each)
            return own.finish()


ROWS = (
    {"id": "acme/base", "licenses": ["llama2"], "links": ["https://example.org/LICENSE"], "downloads": 9, "created": "2023-07-18", "sha": "a" * 40},
    {"id": "acme/chat", "licenses": ["mit", "other"], "bases": [("acme/base", "finetune", None)], "datasets": ["heap"], "modality": "text"},
    {"id": "zoe/mix", "bases": [("acme/chat", "merge", "rule"), ("ACME/Base", "merge", "rule"), ("gone/away", "merge", None)], "parameters": 7},
)


def contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """What a catalogue holds, by names: numbers, sources and the order of writing left out."""
    child, parent = model.alias("child"), model.alias("parent")
    queries = {
        "models": select(
            model.c.name,
            model.c.sort_key,
            developer.c.name,
            model.c.modality,
            model.c.access,
            model.c.parameters,
            model.c.released_on,
            model.c.downloads,
            model.c.recorded,
        ).outerjoin(developer, developer.c.id == model.c.developer_id),
        "names": select(model.c.name, model_name.c.label, model_name.c.folded, model_name.c.owner, model_name.c.key).join(
            model_name, model_name.c.model_id == model.c.id
        ),
        "developers": select(developer.c.name),
        "datasets": select(dataset.c.name, dataset.c.languages, dataset.c.recorded),
        "revisions": select(model.c.name, revision.c.commit_id).join(revision, revision.c.model_id == model.c.id),
        "statements": select(statement.c.digest, statement.c.origin, statement.c.basis, statement.c.raw_name, statement.c.raw_link).where(
            statement.c.retired_set.is_(None)
        ),
        "links": select(child.c.name, parent.c.name, dataset.c.name, edge.c.relation, edge.c.grade)
        .join(child, child.c.id == edge.c.child_id)
        .outerjoin(parent, parent.c.id == edge.c.parent_id)
        .outerjoin(dataset, dataset.c.id == edge.c.dataset_id)
        .where(edge.c.grade.is_not(None)),
        "evidence": select(edge_evidence.c.digest, edge_evidence.c.origin, edge_evidence.c.grade, edge_evidence.c.says).where(
            edge_evidence.c.retired_set.is_(None)
        ),
    }
    return {what: sorted((tuple(map(str, row)) for row in connection.execute(query)), key=str) for what, query in queries.items()}


def held(catalogue: Catalogue) -> dict[str, list[tuple[Any, ...]]]:
    with catalogue.reading() as connection:
        return contents(connection)


@pytest.fixture(params=[None, 1_000_000], ids=["some", "first"])
def expected(request: pytest.FixtureRequest) -> int | None:
    """How many rows a load says it may bring: a first load is done another way, and has to come to the same."""
    count: int | None = request.param
    return count


@pytest.fixture
def twin(tmp_path: Path, empty_file: Path) -> Iterator[Catalogue]:
    """A second catalogue to compare with."""
    path = tmp_path / "twin.db"
    shutil.copy(empty_file, path)
    opened = open_catalogue(path)
    yield opened
    opened.close()


def ingested(catalogue: Catalogue, *listings: Listing) -> None:
    """The same listings by the ordinary door, as one record each."""
    with catalogue.writing() as connection:
        records = [record_of(each, "dump", SAID_BY) for each in listings]
        ingest(connection, records, actor="tests", kind="import", allow_unknown_bases=True, allow_circles=True)


def test_a_load_comes_to_what_the_ordinary_door_writes(catalogue: Catalogue, twin: Catalogue, expected: int | None) -> None:
    result = load(catalogue, listing(*ROWS), expected=expected)
    ingested(twin, listing(*ROWS))
    assert result.added["model"] == 4
    assert [row[1] for row in held(catalogue)["links"] if row[0] == "zoe/mix"] == ["acme/base", "acme/chat", "gone/away"]
    assert held(catalogue) == held(twin)
    assert check_catalogue(catalogue).problems == ()


def test_loading_again_changes_nothing(catalogue: Catalogue, expected: int | None) -> None:
    load(catalogue, listing(*ROWS), expected=expected)
    with catalogue.reading() as connection:
        before = catalogue_digest(connection)
    again = load(catalogue, listing(*ROWS))
    assert (again.change_set, again.added, again.changed, again.retired, again.touched_models) == (None, {}, {}, {}, frozenset())
    with catalogue.reading() as connection:
        assert catalogue_digest(connection) == before


def test_a_newer_listing_changes_only_what_changed_and_says_so(catalogue: Catalogue) -> None:
    load(catalogue, listing(*ROWS))
    base, chat, mix = ROWS
    newer = listing(
        {**base, "downloads": 12},
        {**chat, "licenses": ["apache-2.0"]},
        {**mix, "bases": [("acme/chat", "merge", "rule"), ("acme/new", "merge", "rule")]},
        {"id": "acme/new", "licenses": ["mit"]},
    )
    result = load(catalogue, newer)
    assert result.added == {"model": 1, "relation": 1, "statement": 2}
    assert (result.changed, result.retired) == ({}, {"relation": 2, "statement": 2})
    with catalogue.reading() as connection:
        names = {row.id: row.name for row in connection.execute(select(model.c.id, model.c.name).order_by(model.c.id))}
        assert {names[number] for number in result.touched_models} == {"acme/chat", "zoe/mix", "acme/new"}
        assert [(each.what, each.before is None, each.after is None) for each in history_of(connection, "acme/chat").items if each.seq == 2] == [
            ("statement", True, False),
            ("statement", False, True),
            ("statement", False, True),
        ]
        assert history_of(connection, "acme/base").items[-1].seq == 1
        assert connection.execute(select(model.c.downloads).where(model.c.name == "acme/base")).scalar_one() == 12
    assert check_catalogue(catalogue).problems == ()


def test_a_first_load_tells_what_it_changed_of_what_was_known_before(catalogue: Catalogue) -> None:
    load(catalogue, listing(*ROWS))
    again = load(catalogue, listing({"id": "acme/chat", "licenses": ["mit"]}), expected=1_000_000)
    assert (again.added, again.retired) == ({}, {"relation": 2, "statement": 1})
    with catalogue.reading() as connection:
        assert [each.what for each in history_of(connection, "acme/chat").items if each.seq == 2] == ["statement", "relation", "relation"]
    assert check_catalogue(catalogue).problems == ()


def test_what_others_claim_is_left_alone(catalogue: Catalogue, write: Write) -> None:
    write(record(model_noun("acme/base"), said("acme/base", "apache-2.0")))
    load(catalogue, listing(*ROWS))
    load(catalogue, listing({"id": "acme/base"}))
    with catalogue.reading() as connection:
        assert [each.license for each in statements_about(connection, "acme/base")] == ["apache-2.0"]


def test_an_owner_of_a_repository_does_not_take_the_place_of_a_known_developer(catalogue: Catalogue, twin: Catalogue, expected: int | None) -> None:
    known = record(Developer("Acme Inc", "Acme"), model_noun("acme/base", developer="Acme Inc", source=None))
    for each in (catalogue, twin):
        with each.writing() as connection:
            ingest(connection, [known], actor="tests", kind="seed")
    load(catalogue, listing({**ROWS[0], "by": "acme"}, *ROWS[1:]), expected=expected)
    ingested(twin, listing({**ROWS[0], "by": "acme"}, *ROWS[1:]))
    assert held(catalogue) == held(twin)
    assert {row[0]: row[2] for row in held(catalogue)["models"]} == {"acme/base": "Acme Inc", "acme/chat": "acme", "zoe/mix": "zoe", "gone/away": "None"}


def test_a_first_load_is_told_of_as_a_whole_and_its_models_say_since_when_they_are_known(catalogue: Catalogue, write: Write) -> None:
    write(record(model_noun("acme/old")), on="2026-01-05")
    result = load(catalogue, listing(*ROWS), expected=1_000_000)
    assert result.whole
    with catalogue.reading() as connection:
        (told,) = history_of(connection, SAID_BY.reference).items
        assert (told.what, told.after is not None and told.after["rows"]["model"]) == ("load", 4)
        assert verify_chain(connection) == []
        assert was_known(connection, "acme/old", "2026-02-01")
        assert not was_known(connection, "acme/base", "2026-02-01")
        assert {index["name"] for table in ("model", "statement", "edge") for index in inspect(connection).get_indexes(table)} >= {
            index.name for index in loaded_indexes("model") if index.table is not None and index.table.name in ("model", "statement", "edge")
        }


def test_an_error_in_the_middle_leaves_everything_as_it_was(catalogue: Catalogue, expected: int | None) -> None:
    load(catalogue, listing(ROWS[0]))
    with catalogue.reading() as connection:
        before = catalogue_digest(connection)
    with pytest.raises(UsageError, match="control characters"):
        load(catalogue, listing(ROWS[1]), listing({"id": "acme/bad", "licenses": ["m\x00it"]}), expected=expected)
    with catalogue.reading() as connection:
        assert catalogue_digest(connection) == before
    load(catalogue, listing(*ROWS))
    assert check_catalogue(catalogue).problems == ()


def test_a_name_that_comes_twice_counts_once(catalogue: Catalogue) -> None:
    result = load(catalogue, listing(ROWS[0]), listing({"id": "acme/base", "licenses": ["mit"]}))
    assert result.skipped == 1
    assert [row[3] for row in held(catalogue)["statements"]] == ["llama2"]


def test_circles_are_kept_and_a_model_that_names_itself_is_remarked_on(catalogue: Catalogue) -> None:
    rows: tuple[Row, ...] = (
        {"id": "a/a", "bases": [("a/b", "finetune", None), ("A/a", "finetune", None)]},
        {"id": "a/b", "bases": [("a/a", "finetune", None)], "notes": ["self-base", "renamed"]},
    )
    load(catalogue, listing(*rows))
    assert len(held(catalogue)["links"]) == 2
    query = select(model.c.name, remark.c.code, remark.c.finding).join(remark, remark.c.model_id == model.c.id).order_by(model.c.name)
    with catalogue.reading() as connection:
        assert [tuple(row) for row in connection.execute(query)] == [("a/a", "self-base", "LIC108"), ("a/b", "self-base", "LIC108")]
    assert load(catalogue, listing(*rows)).change_set is None
    assert load(catalogue, listing({"id": "a/b"})).retired == {"relation": 1, "remark": 1}


def test_datasets_are_loaded_with_their_licenses(catalogue: Catalogue, twin: Catalogue, expected: int | None) -> None:
    load(catalogue, listing(*ROWS))
    ingested(twin, listing(*ROWS))
    rows = listing({"id": "heap", "licenses": ["cc-by-nc-4.0"]}, {"id": "new", "by": "acme"}, kind="dataset")
    rows.languages.append((0, "nb"))
    result = load(catalogue, rows, expected=expected)
    ingested(twin, rows)
    assert held(catalogue) == held(twin)
    assert result.whole or {find(catalogue, "acme/chat")} == result.touched_models
    assert load(catalogue, rows).change_set is None


def find(catalogue: Catalogue, name: str) -> int:
    with catalogue.reading() as connection:
        return find_model(connection, name).id


@st.composite
def hubs(draw: st.DrawFn) -> list[Row]:
    """A small hub as somebody may list it: dangling, circular and oddly spelt bases included."""
    names = draw(st.lists(st.sampled_from([f"{owner}/m{n}" for owner in ("a", "B") for n in range(4)]), min_size=1, max_size=6, unique=True))
    base = st.sampled_from([*names, *(name.swapcase() for name in names), "gone/x", "Gone/x"])
    relations = st.sampled_from(["finetune", "merge", "quantized"])
    rows: list[Row] = []
    for name in names:
        chosen = draw(st.lists(st.tuples(base, relations), max_size=3, unique_by=lambda pair: pair[0].casefold()))
        rows.append(
            {
                "id": name,
                "licenses": draw(st.lists(st.sampled_from(["mit", "llama2", "other"]), max_size=2, unique=True)),
                "bases": [(parent, relation, None) for parent, relation in chosen if parent.casefold() != name.casefold()],
                "datasets": draw(st.lists(st.sampled_from(["d1", "d2"]), max_size=2, unique=True)),
                "downloads": draw(st.none() | st.integers(0, 9)),
            }
        )
    return rows


@pytest.mark.property
@given(first=hubs(), second=hubs(), whole=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_two_listings_come_to_what_the_ordinary_door_writes(
    empty_file: Path, tmp_path_factory: pytest.TempPathFactory, first: list[Row], second: list[Row], whole: bool
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    pair = []
    for name in ("loaded.db", "ingested.db"):
        shutil.copy(empty_file, folder / name)
        pair.append(open_catalogue(folder / name))
    loaded, other = pair
    for rows in (first, second):
        load(loaded, listing(*rows), expected=1_000_000 if whole else None)
        ingested(other, listing(*rows))
        assert held(loaded) == held(other)
    assert check_catalogue(loaded).problems == ()
    for each in pair:
        each.close()
    shutil.rmtree(folder)
