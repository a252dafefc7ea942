"""Profiles: interned, counted, read back, listed in order."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import select, text

from registry.catalogue.checkup import check_catalogue
from registry.catalogue.engine import Catalogue
from registry.catalogue.profiles import Period, read_profile, read_profiles, store_periods
from registry.catalogue.queries.find_model import find_model
from registry.catalogue.queries.models_listing import ModelFilters, count_by_rank, list_models, read_model_rows
from registry.catalogue.queries.profile_ranks import profile_ranks, profile_sizes, read_bindings, read_conflicts
from registry.catalogue.tables.model import model as model_table
from registry.errors import UsageError
from registry.lineage.bindings import Binding, Conflict, Profile
from registry.supplychain.developer import Developer
from tests.catalogue.conftest import Write
from tests.catalogue.standing import store_profiles
from tests.factories import chain, model, profile, record, six_layers

RICH = Profile(
    frozenset({Binding("llama2", "derivative", None, "2023-07", "text", ("adapter-derivative", "data-to-weights"), "none"), Binding("mit")}),
    (Conflict("LIC103", frozenset({"give", "ship"}), ("llama2", "gpl-3.0"), "No licence keeps both."),),
)


def _ids(catalogue: Catalogue) -> dict[str, int]:
    with catalogue.reading() as connection:
        return {row.name: row.id for row in connection.execute(select(model_table.c.name, model_table.c.id).order_by(model_table.c.id))}


def test_a_profile_is_read_back_as_it_was_stored_and_kept_once(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a", "acme/b", "acme/c"))
    ids = _ids(catalogue)
    with catalogue.writing() as connection:
        numbers = store_profiles(connection, {ids["acme/a"]: RICH, ids["acme/b"]: RICH, ids["acme/c"]: profile("mit")})
        assert store_profiles(connection, {ids["acme/a"]: RICH}) == {ids["acme/a"]: numbers[ids["acme/a"]]}
    with catalogue.reading() as connection:
        found = read_profile(connection, ids["acme/b"])
        assert found is not None
        assert (found.profile, found.model_count) == (RICH, 2)
        assert len(read_profiles(connection)) == 2
        assert connection.execute(text("SELECT count(*) FROM binding")).scalar_one() == 2
    assert check_catalogue(catalogue).problems == ()


def test_counts_follow_the_models(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a", "acme/b"))
    ids = _ids(catalogue)
    with catalogue.writing() as connection:
        store_profiles(connection, dict.fromkeys(ids.values(), profile("mit")))
        store_profiles(connection, {ids["acme/b"]: profile("llama2")})
    with catalogue.reading() as connection:
        assert sorted((sorted(b.license for b in each.profile.bindings), each.model_count) for each in read_profiles(connection).values()) == [
            (["llama2"], 1),
            (["mit"], 1),
        ]
    assert check_catalogue(catalogue).problems == ()


def test_a_model_without_a_profile_has_none(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a"))
    with catalogue.reading() as connection:
        assert read_profile(connection, find_model(connection, "acme/a").id) is None


def test_periods_overlay_the_profile_on_their_dates(catalogue: Catalogue, write: Write) -> None:
    write(record(model("acme/a", downloads=2), model("acme/b", downloads=1)))
    ids = _ids(catalogue)
    with catalogue.writing() as connection:
        store_profiles(connection, {ids["acme/a"]: profile("mit"), ids["acme/b"]: profile("mit")})
        periods = [Period(None, "2024-05-30", profile("yi-2.1")), Period("2024-05-30", None, profile("mit"))]
        store_periods(connection, {ids["acme/a"]: periods, ids["acme/b"]: [Period(None, None, profile("mit"))]}, None)
        store_periods(connection, {ids["acme/a"]: periods}, [ids["acme/a"]])
    with catalogue.reading() as connection:

        def license_on(on: str | None) -> list[str]:
            found = read_profile(connection, ids["acme/a"], on)
            assert found is not None
            return [each.license for each in found.profile.bindings]

        assert license_on("2024-05-29") == ["yi-2.1"]
        assert license_on("2024-05-30") == ["mit"]
        assert license_on(None) == ["mit"]
        assert sum(profile_sizes(connection).values()) == 2
        by_license = {next(iter(each.profile.bindings)).license: number for number, each in read_profiles(connection).items()}
        assert count_by_rank(connection, {by_license["mit"]: 0, by_license["yi-2.1"]: 1}) == {0: 2}
        assert count_by_rank(connection, {by_license["mit"]: 0, by_license["yi-2.1"]: 1}, on="2024-01-01") == {0: 1, 1: 1}
        rows = list_models(connection, {by_license["mit"]: 0, by_license["yi-2.1"]: 1}, on="2024-01-01").items
        assert [(row.name, row.profile_id) for row in rows] == [("acme/b", by_license["mit"]), ("acme/a", by_license["yi-2.1"])]
        rows = list_models(connection, {by_license["mit"]: 0, by_license["yi-2.1"]: 1}).items
        assert [row.name for row in rows] == ["acme/a", "acme/b"]


def test_marks_are_kept_on_the_model(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a"))
    number = _ids(catalogue)["acme/a"]
    with catalogue.writing() as connection:
        store_profiles(connection, {number: profile("mit")}, "inferred", name_ok=False)
    with catalogue.reading() as connection:
        row = read_model_rows(connection, [number])[number]
        assert (row.evidence_floor, row.name_ok, row.downloads) == ("inferred", False, None)


@pytest.mark.parametrize("filters", [ModelFilters(), ModelFilters(modality={"text"})])
@pytest.mark.parametrize("few", [0, 5000])
def test_pages_join_to_the_whole_in_order(catalogue: Catalogue, write: Write, few: int, filters: ModelFilters) -> None:
    draw = random.Random(7)  # noqa: S311
    models = [model(f"acme/{draw.choice('aAbB')}-{n:02}", downloads=draw.choice([None, 0, 5, 5, 9])) for n in range(60)]
    write(record(*models))
    ids = _ids(catalogue)
    kinds = [profile("mit"), profile("llama2"), profile("gpl-3.0"), profile("none")]
    with catalogue.writing() as connection:
        numbers = store_profiles(connection, {number: draw.choice(kinds) for number in ids.values()})
    order = {number: rank for number, rank in zip(sorted(set(numbers.values())), (2, 0, 2, 1), strict=True)}  # noqa: C416
    with catalogue.reading() as connection:
        found: list[str] = []
        after = None
        while True:
            page = list_models(connection, order, filters, after=after, limit=7, few=few)
            found += [row.name for row in page.items]
            if page.next is None:
                break
            after = page.next
        assert profile_sizes(connection) == {number: list(numbers.values()).count(number) for number in order}
        some = next(number for number, rank in order.items() if rank == 1)
        assert {row.profile_id for row in list_models(connection, {some: 0}).items} == {some}

    def key(each: object) -> tuple[int, int, str]:
        name, downloads = each.name, each.downloads  # type: ignore[attr-defined]
        return order[numbers[ids[name]]], -(-1 if downloads is None else downloads), f"{name.casefold()} {name}"

    assert found == [each.name for each in sorted(models, key=key)]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (ModelFilters(), ["acme/chat-7b", "acme/base-7b", "bee/pix"]),
        (ModelFilters(modality={"image"}), ["bee/pix"]),
        (ModelFilters(developer={"ACME"}), ["acme/chat-7b", "acme/base-7b"]),
        (ModelFilters(developer={"bee labs"}), ["bee/pix"]),
        (ModelFilters(min_params=10**9), ["acme/chat-7b", "acme/base-7b"]),
        (ModelFilters(max_params=10**9), []),
        (ModelFilters(min_params=10**9, max_params=10**10), ["acme/chat-7b", "acme/base-7b"]),
        (ModelFilters(licenses={"llama2"}), ["acme/base-7b"]),
        (ModelFilters(reached_by={"llama2"}), ["acme/chat-7b", "acme/base-7b"]),
        (ModelFilters(access={"api"}), ["bee/pix"]),
        (ModelFilters(layer={"data"}), ["acme/base-7b"]),
        (ModelFilters(layer={"compute"}), ["acme/base-7b"]),
        (ModelFilters(layer={"host"}), ["acme/base-7b"]),
        (ModelFilters(layer={"application"}), ["acme/chat-7b"]),
        (ModelFilters(layer={"user", "compute"}), ["acme/chat-7b", "acme/base-7b"]),
        (ModelFilters(layer={"developer"}, modality={"text"}, min_params=10**12), []),
    ],
)
def test_filters_restrict_lists_and_counts_alike(catalogue: Catalogue, write: Write, filters: ModelFilters, names: list[str]) -> None:
    write(six_layers())
    write(record(Developer("bee", "Bee Labs"), model("bee/pix", modality="image", access="api", developer="bee"), origin="more"))
    ids = _ids(catalogue)
    with catalogue.writing() as connection:
        store_profiles(
            connection,
            {
                ids["acme/base-7b"]: profile("llama2"),
                ids["acme/chat-7b"]: Profile(frozenset({Binding("mit"), Binding("llama2", "derivative")})),
                ids["bee/pix"]: profile("mit"),
            },
        )
    with catalogue.reading() as connection:
        every = dict.fromkeys(read_profiles(connection), 0)
        for few in (0, 5000):
            page = list_models(connection, every, filters, few=few)
            assert ([row.name for row in page.items], page.total, page.next) == (names, len(names), None)


def _random_catalogue(catalogue: Catalogue, write: Write, draw: random.Random) -> tuple[dict[str, int], dict[str, Any]]:
    """Three hundred models with random profiles, some of them with others at other times; the ranks of the profiles and the models."""
    modalities, developers = ("text", "text", "text", "image", "video", None), ("acme", "bee", "cee")
    made = {
        f"{developer}/{draw.choice('aAbB')}-{n:03}": {
            "modality": draw.choice(modalities),
            "developer": developer,
            "parameters": draw.choice([None, None, 10**9, 7 * 10**9]),
            "downloads": draw.choice([None, 0, 0, 0, 5, 5, 9, 300]),
        }
        for n in range(300)
        for developer in [draw.choice(developers)]
    }
    write(record(*(Developer(name) for name in developers), *(model(name, **facts) for name, facts in made.items())))
    ids = _ids(catalogue)
    kinds = [profile(name) for name in ("mit", "mit", "mit", "llama2", "gpl-3.0", "none")]
    own = {name: draw.choice(kinds) for name in made}
    before = {name: draw.choice(kinds) for name in draw.sample(sorted(made), 40)}
    with catalogue.writing() as connection:
        store_profiles(connection, {ids[name]: each for name, each in own.items()})
        store_periods(connection, {ids[name]: [Period(None, "2025-01-01", each), Period("2025-01-01", None, own[name])] for name, each in before.items()}, None)
    with catalogue.reading() as connection:
        ranks = {next(iter(stored.profile.bindings)).license: number for number, stored in read_profiles(connection).items()}
    for name, facts in made.items():
        facts["license"] = next(iter(own[name].bindings)).license
        facts["license_then"] = next(iter(before.get(name, own[name]).bindings)).license
    return ranks, made


@pytest.mark.parametrize("on", [None, "2024-06-01"])
def test_every_way_of_listing_gives_what_looking_at_each_model_gives(catalogue: Catalogue, write: Write, on: str | None) -> None:
    draw = random.Random(11)  # noqa: S311
    numbers, made = _random_catalogue(catalogue, write, draw)
    own = "license" if on is None else "license_then"
    with catalogue.reading() as connection:
        for _ in range(60):
            ranks = {license: draw.randint(0, 3) for license in draw.sample(sorted(numbers), draw.randint(1, len(numbers)))}
            modality, developer, least, reached = (
                draw.choice(["text", "video", None, None]),
                draw.choice(["bee", None, None]),
                draw.choice([2 * 10**9, None]),
                draw.choice([{"mit"}, None, None]),
            )
            filters = ModelFilters(
                modality={modality} if modality else None, developer={developer} if developer else None, min_params=least, reached_by=reached
            )
            fitting = {
                name: facts
                for name, facts in made.items()
                if facts[own] in ranks
                and modality in (None, facts["modality"])
                and developer in (None, facts["developer"])
                and (least is None or (facts["parameters"] or 0) >= least)
                and (reached is None or facts[own] in reached)
            }
            wanted = sorted(
                fitting, key=lambda name: (ranks[made[name][own]], -(-1 if made[name]["downloads"] is None else made[name]["downloads"]), name.casefold(), name)
            )
            found: list[str] = []
            after = None
            limit = draw.choice([1, 7, 50, 400])
            while len(found) < 40 * limit:
                page = list_models(
                    connection,
                    {numbers[license]: rank for license, rank in ranks.items()},
                    filters,
                    on=on,
                    after=after,
                    limit=limit,
                    few=draw.choice([0, 5000]),
                )
                assert page.total in (None, len(wanted))
                assert page.at_least <= len(wanted)
                assert all(row.profile_id == numbers[made[row.name][own]] for row in page.items)
                found += [row.name for row in page.items]
                after = page.next
                if after is None:
                    assert found == wanted
                    break
            assert found == wanted[: len(found)]


def test_profiles_rank_as_their_worst_binding_does(catalogue: Catalogue, write: Write) -> None:
    write(chain("acme/a", "acme/b", "acme/c"))
    ids = _ids(catalogue)
    both = Profile(frozenset({Binding("mit"), Binding("llama2", "derivative")}), RICH.conflicts)
    with catalogue.writing() as connection:
        numbers = store_profiles(connection, {ids["acme/a"]: profile("mit"), ids["acme/b"]: both, ids["acme/c"]: Profile(frozenset())})
    with catalogue.reading() as connection:
        bindings = read_bindings(connection)
        assert set(bindings.values()) == {Binding("mit"), Binding("llama2", "derivative")}
        ranks = profile_ranks(connection, {number: 4 if binding.license == "llama2" else 1 for number, binding in bindings.items()})
        assert ranks == {numbers[ids["acme/a"]]: 1, numbers[ids["acme/b"]]: 4, numbers[ids["acme/c"]]: 0}
        assert read_conflicts(connection) == {numbers[ids["acme/b"]]: RICH.conflicts}


def test_models_known_only_by_name_are_not_listed(catalogue: Catalogue, write: Write) -> None:
    from tests.factories import relation

    write(record(model("acme/a"), relation("acme/a", "acme/ghost")), allow_unknown_bases=True)
    ids = _ids(catalogue)
    with catalogue.writing() as connection:
        numbers = store_profiles(connection, dict.fromkeys(ids.values(), profile("missing-ancestor")))
    with catalogue.reading() as connection:
        assert profile_sizes(connection) == {numbers[ids["acme/a"]]: 1}
        assert [row.name for row in list_models(connection, dict.fromkeys(numbers.values(), 0)).items] == ["acme/a"]


def test_wrong_filters_and_keys_are_refused(catalogue: Catalogue) -> None:
    with catalogue.reading() as connection:
        with pytest.raises(UsageError, match="no layer"):
            list_models(connection, {1: 0}, ModelFilters(layer={"cellar"}))
        with pytest.raises(UsageError, match="no developer"):
            list_models(connection, {1: 0}, ModelFilters(developer={"nobody"}))
        with pytest.raises(UsageError, match="key of the page"):
            list_models(connection, {1: 0}, after="nonsense")
