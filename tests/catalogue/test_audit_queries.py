"""What an audit and the shape of the catalogue read, on both engines."""

from __future__ import annotations

from registry.catalogue.engine import Catalogue
from registry.catalogue.profiles import Period, store_periods
from registry.catalogue.queries.audit import (
    audit_rows,
    developer_ids,
    developer_names,
    held_remarks,
    lineage_claims,
    links_between_bases,
    models_with_files_read,
    models_with_remarks,
    models_with_rival_bases,
    most_developers,
    periods_on,
    profiles_of_models,
    rows_of,
)
from registry.catalogue.queries.audit_links import dataset_names, developers_with_title, read_links
from registry.catalogue.queries.stats_shape import NOT_LISTED, names_of_models, read_shape, relation_counts, self_loops
from registry.lineage.bindings import Binding, Profile
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.remark import Remark
from registry.supplychain.source import Source
from tests import factories
from tests.catalogue.conftest import Write
from tests.catalogue.standing import store_profiles

CARD, FILES = Source("https://example.org/m: README.md"), Source("https://example.org/m: config.json")
MIT = Profile(frozenset({Binding("mit")}))
NONE = Profile(frozenset({Binding("unstated")}))


def fill(write: Write) -> None:
    write(
        factories.record(
            Developer("acme", "Acme Ltd", source=factories.SOURCE),
            Dataset("heap", source=factories.SOURCE),
            factories.model("acme/base", developer="acme", downloads=5),
            factories.model("acme/lora", developer="acme", downloads=9),
            factories.model("acme/loop"),
            factories.model("other/plain", downloads=5),
            factories.model("x/unlisted", recorded=False),
            factories.statement("acme/base", None, raw_name="apache-2.0"),
            factories.statement("acme/lora", None, raw_name="mit"),
            factories.statement("acme/lora", "gpl-3.0", basis="detected"),
            factories.relation("acme/lora", "acme/base", "adapter", source=CARD),
            factories.relation("acme/lora", "other/plain", "adapter", source=FILES),
            factories.relation("acme/lora", "dataset:heap", "trained-on"),
            factories.relation("acme/loop", "acme/base"),
            factories.relation("acme/base", "acme/loop"),
            factories.relation("other/plain", "x/unlisted"),
            Remark("acme/base", "weights-pickled", "it is a pickle", "SEC001", "model.bin", 2),
            Remark("acme/base", "odd", "it is odd"),
            Remark("acme/lora", "self-base", "it names itself", "LIC108"),
        ),
        allow_unknown_bases=True,
        allow_circles=True,
    )


def numbers_of(catalogue: Catalogue) -> dict[str, int]:
    with catalogue.reading() as connection:
        return {row.name: number for number, row in rows_of(connection, range(1, 20)).items()}


def test_models_come_most_downloaded_first_and_then_by_name(catalogue: Catalogue, write: Write) -> None:
    fill(write)
    with catalogue.reading() as connection:
        names = [row.name for part in audit_rows(connection) for row in part]
        assert names == ["acme/lora", "acme/base", "other/plain", "acme/loop"]
        acme = developer_ids(connection, ["ACME ltd"])
        assert [row.name for part in audit_rows(connection, acme) for row in part] == ["acme/lora", "acme/base", "acme/loop"]
        assert developer_names(connection, acme) == {acme[0]: "Acme Ltd"}
        assert most_developers(connection) >= acme[0]
        assert developers_with_title(connection, ["Acme Ltd", "acme ltd"]) == frozenset(acme)


def test_models_are_counted_by_profile_and_name(catalogue: Catalogue, write: Write) -> None:
    fill(write)
    numbers = numbers_of(catalogue)
    with catalogue.writing() as connection:
        stored = store_profiles(connection, {numbers["acme/base"]: MIT, numbers["other/plain"]: NONE})
        store_profiles(connection, {numbers["acme/lora"]: MIT}, name_ok=False)
        store_periods(connection, {numbers["acme/base"]: [Period(None, "2025-01-01", NONE), Period("2025-01-01", None, MIT)]}, None)
    with catalogue.reading() as connection:
        told = {number: (profile, name_ok == 0) for number, _, profile, name_ok in profiles_of_models(connection)}
        assert told == {
            numbers["acme/base"]: (stored[numbers["acme/base"]], False),
            numbers["acme/lora"]: (stored[numbers["acme/base"]], True),
            numbers["other/plain"]: (stored[numbers["other/plain"]], False),
            numbers["acme/loop"]: (None, False),
        }
        assert periods_on(connection, "2024-06-01") == {numbers["acme/base"]: stored[numbers["other/plain"]]}
        assert rows_of(connection, [numbers["acme/lora"]])[numbers["acme/lora"]].name_breaks


def test_models_with_something_recorded_beside_their_terms_are_found(catalogue: Catalogue, write: Write) -> None:
    fill(write)
    numbers = numbers_of(catalogue)
    with catalogue.reading() as connection:
        assert models_with_files_read(connection) == [numbers["acme/lora"]]
        assert models_with_rival_bases(connection) == [numbers["acme/lora"]]
        assert {(claim.parent, claim.relation) for claim in lineage_claims(connection, numbers.values()) if claim.model_id == numbers["acme/lora"]} == {
            ("acme/base", "adapter"),
            ("other/plain", "adapter"),
        }
        assert len({claim.source for claim in lineage_claims(connection, [numbers["acme/lora"]])}) == 2
        assert models_with_remarks(connection) == sorted([numbers["acme/base"], numbers["acme/lora"]])
        (remark,) = held_remarks(connection, [numbers["acme/base"]])[numbers["acme/base"]]
        assert (remark.subject, remark.finding, remark.file, remark.line) == ("acme/base", "SEC001", "model.bin", 2)
        between = {(numbers["acme/loop"], numbers["acme/base"]), (numbers["acme/base"], numbers["acme/loop"]), (numbers["other/plain"], numbers["x/unlisted"])}
        assert set(links_between_bases(connection)) == between


def test_links_are_read_with_datasets_after_models(catalogue: Catalogue, write: Write) -> None:
    fill(write)
    numbers = numbers_of(catalogue)
    with catalogue.reading() as connection:
        links = read_links(connection)
        above = links.above(numbers["acme/lora"])
        assert [parent for parent, _ in above[:2]] == [numbers["acme/base"], numbers["other/plain"]]
        assert above[0][1] == above[1][1] != above[2][1]
        (of_set,) = [parent - links.first_dataset for parent, _ in above if parent >= links.first_dataset]
        assert dataset_names(connection, [of_set]) == {of_set: "heap"}
        assert links.with_ancestors([numbers["acme/lora"]]) == set(numbers.values())


def test_shape_is_read_with_tags_as_written(catalogue: Catalogue, write: Write) -> None:
    fill(write)
    numbers = numbers_of(catalogue)
    with catalogue.reading() as connection:
        rows = read_shape(connection)
        assert rows.models == 4
        assert rows.tags[rows.tag[numbers["acme/base"]]] == "apache-2.0"
        assert rows.tags[rows.tag[numbers["acme/lora"]]] == "mit"
        assert (rows.tag[numbers["acme/loop"]], rows.tag[numbers["x/unlisted"]]) == (0, NOT_LISTED)
        assert len(rows.children) == 5
        assert relation_counts(connection) == {"finetune": 3, "adapter": 2, "trained-on": 1}
        assert self_loops(connection) == 1
        assert names_of_models(connection, [numbers["acme/base"]]) == {numbers["acme/base"]: "acme/base"}
