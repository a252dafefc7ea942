"""Writing records: all or nothing, once or again, and never a circle."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.catalogue.engine import Catalogue
from registry.catalogue.queries.applications import find_application
from registry.catalogue.queries.catalogue_digest import catalogue_digest
from registry.catalogue.queries.find_model import find_model
from registry.catalogue.queries.history_of import history_of
from registry.catalogue.queries.lineage import ancestor_ids, read_ancestors
from registry.catalogue.queries.model_detail import ModelDetail, read_model
from registry.catalogue.queries.statements import statements_about
from registry.catalogue.queries.stats import read_stats
from registry.errors import LineageError, UnknownModelError, UsageError
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.host import Host, Hosting
from registry.supplychain.model import Model
from registry.supplychain.record import Record
from registry.supplychain.revenue import Revenue
from registry.supplychain.source import Source
from registry.supplychain.user import UserGroup
from tests.catalogue.conftest import Write
from tests.factories import SOURCE, chain, model, record, relation, six_layers, statement


def _digest(catalogue: Catalogue) -> str:
    with catalogue.reading() as connection:
        return catalogue_digest(connection)


def _detail(catalogue: Catalogue, name: str) -> ModelDetail:
    with catalogue.reading() as connection:
        return read_model(connection, find_model(connection, name).id)


def test_what_was_written_is_read_back_through_all_layers(catalogue: Catalogue, write: Write) -> None:
    given_record = six_layers()
    result = write(given_record)
    assert result.change_set == 1
    detail = _detail(catalogue, "acme/base-7b")
    assert detail.model == given_record.models[0]
    assert detail.developer is not None
    assert detail.developer.country == "NO"
    assert detail.statements == (given_record.statements[1],)
    assert detail.revisions == given_record.revisions
    assert detail.training_runs == given_record.training_runs
    assert detail.training_runs[0].flop == 3.8e25
    assert detail.hostings[0].hosting == given_record.hostings[0]
    assert detail.hostings[0].terms == "cloud-one-terms"
    assert [(link.parent, link.relation, link.grade) for link in detail.links] == [("dataset:the-heap", "trained-on", "declared")]
    assert detail.derivative_count == 1
    with catalogue.reading() as connection:
        helpdesk = find_application(connection, "app:helpdesk")
    assert helpdesk.application == given_record.applications[0]
    assert list(helpdesk.user_groups) == sorted(given_record.user_groups, key=lambda group: group.name)
    assert helpdesk.monthly_users == {"2026-05": 940, "2026-06": 1238}
    assert helpdesk.used[0].host_terms == "cloud-one-terms"


def test_writing_again_changes_nothing(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    before = _digest(catalogue)
    again = write(six_layers())
    assert (again.change_set, again.added, again.changed, again.retired, again.touched_models) == (None, {}, {}, {}, frozenset())
    assert _digest(catalogue) == before


def test_reading_the_same_facts_on_another_day_is_no_news(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a", "acme/b"))
    later = Source(SOURCE.reference, "2026-12-01")
    again = record(
        model("acme/a", source=later),
        model("acme/b", source=later),
        statement("acme/a", source=later),
        statement("acme/b", source=later),
        relation("acme/b", "acme/a", source=later),
    )
    assert write(again).change_set is None


def test_a_value_that_is_not_given_never_erases_one_that_is_known(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a", parameters=7, title="A", downloads=5)))
    write(record(Model("acme/a", architecture="transformer", recorded=False)))
    found = _detail(catalogue, "acme/a").model
    assert (found.parameters, found.title, found.downloads, found.architecture, found.recorded) == (7, "A", 5, "transformer", True)


def test_an_origin_retires_only_its_own_claims(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a"), statement("acme/a", "mit"), origin="seed"))
    write(record(statement("acme/a", "llama2", basis="detected"), origin="hub"))
    write(record(model("acme/a"), statement("acme/a", "apache-2.0"), origin="seed"))
    assert {each.license for each in _detail(catalogue, "acme/a").statements} == {"llama2", "apache-2.0"}
    write(record(statement("acme/a", "gpl-3.0"), origin="seed", replaces=False))
    assert {each.license for each in _detail(catalogue, "acme/a").statements} == {"llama2", "apache-2.0", "gpl-3.0"}


def test_a_claim_can_be_retired_and_made_again(catalogue: Catalogue, write: Write) -> None:
    both = chain("acme/a", "acme/b")
    write(both)
    write(record(model("acme/b"), statement("acme/b")))
    assert _detail(catalogue, "acme/b").links == ()
    write(both)
    assert [link.parent for link in _detail(catalogue, "acme/b").links] == ["acme/a"]


def test_a_link_has_the_best_grade_that_is_held(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a"), model("acme/b"), relation("acme/b", "acme/a", evidence="inferred"), origin="seed"))
    write(record(relation("acme/b", "acme/a", evidence="attested"), origin="runner"))
    (link,) = _detail(catalogue, "acme/b").links
    assert (link.grade, len(link.evidence)) == ("attested", 2)
    write(record(relation("acme/b", "acme/a", evidence="declared"), origin="runner"))
    assert _detail(catalogue, "acme/b").links[0].grade == "declared"


def test_what_changes_a_profile_is_named(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    with catalogue.reading() as connection:
        base = find_model(connection, "acme/base-7b").id
    assert write(record(statement("dataset:the-heap", "mit"))).touched_models == {base}
    assert write(record(model("acme/base-7b", released_on="2024-03"), replaces=False)).touched_models == {base}
    assert write(record(model("acme/base-7b", parameters=8), replaces=False)).touched_models == frozenset()


@pytest.mark.parametrize(
    ("child", "parent", "words"),
    [("acme/a", "acme/a", "own base"), ("acme/a", "acme/c", "circle"), ("acme/a", "acme/b", "circle")],
)
def test_a_circle_is_refused_and_named(catalogue: Catalogue, write: Write, child: str, parent: str, words: str) -> None:
    write(chain("acme/a", "acme/b", "acme/c"))
    before = _digest(catalogue)
    with pytest.raises(LineageError, match=words) as caught:
        write(record(model("acme/new"), relation(child, parent)))
    assert f"`{child}`" in caught.value.message
    assert _digest(catalogue) == before


def test_a_circle_within_one_record_is_refused(write: Write) -> None:
    with pytest.raises(LineageError, match="`acme/a` → `acme/b` → `acme/a`"):
        write(record(model("acme/a"), model("acme/b"), relation("acme/a", "acme/b"), relation("acme/b", "acme/a", "merge")))


def test_a_retired_link_closes_no_circle(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a", "acme/b"))
    write(record(model("acme/b"), model("acme/a"), relation("acme/a", "acme/b")))
    assert [link.parent for link in _detail(catalogue, "acme/a").links] == ["acme/b"]


def test_an_unknown_base_is_refused_with_near_names_or_noted_by_name(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/base-7b"))
    derived = record(model("acme/mine"), relation("acme/mine", "acme/bsae-7b"))
    before = _digest(catalogue)
    with pytest.raises(LineageError, match="acme/bsae-7b") as caught:
        write(derived)
    assert "`acme/base-7b`" in str(caught.value.hint)
    assert _digest(catalogue) == before
    write(derived, allow_unknown_bases=True)
    assert not _detail(catalogue, "acme/bsae-7b").model.recorded
    write(record(model("acme/bsae-7b")))
    assert _detail(catalogue, "acme/bsae-7b").model.recorded


def test_an_unknown_dataset_is_refused_or_noted_by_name(catalogue: Catalogue, write: Write) -> None:
    trained = record(model("acme/a"), relation("acme/a", "dataset:heap", "trained-on"))
    with pytest.raises(LineageError, match="heap"):
        write(trained)
    write(trained, allow_unknown_bases=True)
    assert _detail(catalogue, "acme/a").links[0].parent == "dataset:heap"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (model("a\x00b"), "control characters"),
        (model("dataset:x"), "cannot be the name"),
        (model("a@b"), "cannot be the name"),
        (model("acme/a", title="a\x07b"), "control characters"),
        (model("acme/a", architecture="a\x00b"), "control characters"),
        (model("acme/a", architecture="\ud800"), "control characters"),
        (model("acme/a", modality="smell"), "modality"),
        (model("acme/a", parameters=-1), "parameters"),
        (model("acme/a", parameters=2**63), "parameters"),
        (model("acme/a", training_flop=float("nan")), "training_flop"),
        (model("acme/a", released_on="last May"), "released_on"),
        (model("acme/a", architecture="x" * 5000), "longer than"),
        (Dataset("d", personal_data="some"), "personal_data"),
        (statement("acme/base-7b", license=None), "names no licence"),
        (statement("acme/base-7b", basis="guessed"), "basis"),
        (statement("acme/base-7b", valid_from="2024-02", valid_to="2024-01"), "ends before"),
        (statement("acme/nobody"), "acme/nobody"),
        (statement("dataset:nothing"), "not known"),
        (relation("acme/base-7b", "acme/base-7b2", "cousin"), "relation"),
        (Hosting("acme/base-7b", "nowhere"), "nowhere"),
        (Application("app", distribution=("pigeon",)), "distribution"),
        (UserGroup("nothing", "all"), "nothing"),
        (UserGroup("app", "all", monthly_users={"May": 1}), "no month"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_nothing_is_written(catalogue: Catalogue, write: Write, bad: object, words: str) -> None:
    write(chain("acme/base-7b"))
    before = _digest(catalogue)
    with pytest.raises(UsageError, match=words) as caught:
        write(record(model("acme/other"), bad))
    assert caught.value.message.isprintable()
    assert caught.value.exit_code == 2
    assert _digest(catalogue) == before


def test_a_use_of_an_unknown_model_is_refused_with_near_names(write: Write) -> None:
    write(chain("acme/base-7b"))
    with pytest.raises(UnknownModelError) as caught:
        write(record(Application("app", models=(ModelUse("acme/base-7B"),))))
    assert caught.value.nearest == ("acme/base-7b",)


def test_an_application_uses_what_it_names_now(catalogue: Catalogue, write: Write) -> None:
    write(six_layers())
    write(record(Application("helpdesk", models=(ModelUse("acme/base-7b"),))))
    with catalogue.reading() as connection:
        found = find_application(connection, "Helpdesk")
    assert [use.model for use in found.application.models] == ["acme/base-7b"]
    assert found.application.owner == "Acme"


def test_training_runs_of_an_origin_replace_its_earlier_ones(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a"), TrainingRun("acme/a", "A100", 8), TrainingRun("acme/a", "A100", 16)))
    write(record(TrainingRun("acme/a", "H100", 8)))
    assert [(run.hardware, run.count) for run in _detail(catalogue, "acme/a").training_runs] == [("H100", 8)]


def test_hostings_are_told_apart_by_region(catalogue: Catalogue, write: Write) -> None:
    write(record(Host("h"), model("acme/a"), Hosting("acme/a", "h", region="eu"), Hosting("acme/a", "h", "own-terms", 0.5)))
    write(record(Hosting("acme/a", "h", price_input_usd_per_million=0.25)))
    assert [(row.hosting.region, row.terms, row.hosting.price_input_usd_per_million) for row in _detail(catalogue, "acme/a").hostings] == [
        (None, "own-terms", 0.25),
        ("eu", None, None),
    ]


def test_many_models_at_once_are_counted_and_linked(catalogue: Catalogue, write: Write) -> None:
    names = [f"acme/model-{n:04}" for n in range(1500)]
    result = write(chain(*names))
    assert result.added == {"developer": 1, "model": 1500, "relation": 1499, "statement": 1500}
    with catalogue.reading() as connection:
        last = find_model(connection, names[-1]).id
        assert len(ancestor_ids(connection, [last])) == 1500
        assert len(read_ancestors(connection, last, depth=3).model_ids) == 4
        assert read_stats(connection).counts["models"] == 1500


def test_a_statement_keeps_the_digest_of_the_text_and_the_revision(catalogue: Catalogue, write: Write) -> None:
    said = statement("acme/a", "llama2", basis="detected", text_digest="ab" * 32, revision="c" * 40, raw_name="LICENSE.txt")
    write(record(model("acme/a"), said))
    with catalogue.reading() as connection:
        assert statements_about(connection, "acme/a") == (said,)
        assert statements_about(connection, "acme/a", on="2026-01-01") == (said,)
    assert _detail(catalogue, "acme/a").revisions[0].commit == "c" * 40


def test_a_bulk_load_keeps_only_its_digest(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a", "acme/b"), keep_rows=False)
    with catalogue.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one() == 0
        assert connection.exec_driver_sql("SELECT n_rows FROM change_set").scalar_one() == 6


@pytest.mark.property
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(links=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12), run=st.uuids())
def test_a_record_is_refused_just_when_its_links_run_in_a_circle(catalogue: Catalogue, write: Write, links: list[tuple[int, int]], run: object) -> None:
    names = [f"{run}/m{n}" for n in range(6)]
    reach = {(child, parent) for child, parent in links}
    for middle in range(6):
        reach |= {(child, parent) for child in range(6) for parent in range(6) if (child, middle) in reach and (middle, parent) in reach}
    circular = any((number, number) in reach for number in range(6))
    given_record = record(*(model(name) for name in names), *(relation(names[child], names[parent]) for child, parent in links))
    if circular:
        with pytest.raises(LineageError):
            write(given_record)
    else:
        write(given_record)
        with catalogue.reading() as connection:
            for number, name in enumerate(names):
                found = read_ancestors(connection, find_model(connection, name).id)
                assert {link.parent for link in found.links} == {names[parent] for child, parent in links if child == number or (number, child) in reach}


def test_records_of_one_bundle_describe_the_same_thing_together(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a", parameters=7)), record(replace(model("acme/a"), title="A")))
    found = _detail(catalogue, "acme/a").model
    assert (found.parameters, found.title) == (7, "A")


def test_revenue_of_a_product_and_of_an_owner_is_kept_and_corrected(catalogue: Catalogue, write: Write) -> None:
    apps = tuple(Application(name, owner="Acme") for name in ("kiosk", "stall"))
    write(Record("a", applications=apps, revenues=(Revenue("kiosk", "product", "2026-05", 5), Revenue("kiosk", "group", "2025", 70, "EUR"))))
    done = write(Record("a", revenues=(Revenue("stall", "group", "2025", 80, "EUR"), Revenue("kiosk", "product", "2026-05", 5))))
    assert (dict(done.added), dict(done.changed)) == ({}, {"revenue": 1})
    with catalogue.reading() as connection:
        found = {name: find_application(connection, name).revenues for name in ("kiosk", "stall")}
        told = [row for row in history_of(connection, "app:stall").items if row.what == "revenue"]
    assert [(each.application, each.scope, each.period, each.amount, each.currency) for each in found["kiosk"]] == [
        ("kiosk", "group", "2025", 80, "EUR"),
        ("kiosk", "product", "2026-05", 5, "USD"),
    ]
    assert [each.scope for each in found["stall"]] == ["group"]
    assert [(row.before or {}).get("amount") for row in told] == [70]


@pytest.mark.parametrize(
    ("revenue", "said"),
    [
        (Revenue("kiosk", "owner", "2025", 5), "scope"),
        (Revenue("kiosk", "product", "May", 5), "no month or year"),
        (Revenue("kiosk", "product", "2025", 5, "euro"), "no currency"),
        (Revenue("kiosk", "product", "2025", -5), "amount"),
        (Revenue("kiosk", "group", "2025", 5), "names no owner"),
        (Revenue("nobody", "group", "2025", 5), "no application"),
    ],
)
def test_revenue_that_cannot_be_kept_is_refused(write: Write, revenue: Revenue, said: str) -> None:
    write(Record("a", applications=(Application("kiosk"),)))
    with pytest.raises(UsageError, match=said):
        write(Record("a", revenues=(revenue,)))
