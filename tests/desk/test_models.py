"""Which models permit a use: the listing over the whole seeded catalogue."""

from __future__ import annotations

from typing import Any

import pytest

from registry.desk.catalog.entries import add
from registry.desk.models import ListingPage, ModelFilters, list_models
from registry.desk.register import register_model
from registry.desk.session import Desk
from registry.errors import FactError, UnknownLicenseError, UsageError
from registry.terms.verdict import Verdict
from tests.desk.conftest import LLAMA, check, specification

SERVICE: dict[str, Any] = {"commercial": True, "distribution": ["saas"]}
ALL = 10_000
KEYS = {"model", "developer", "license", "license_type", "verdict", "deciding", "yes_when", "parameters", "modality", "downloads"}


def listed(desk: Desk, limit: int = ALL, after: str | None = None, facts: dict[str, Any] | None = None, **filters: Any) -> ListingPage:
    return list_models(desk, SERVICE if facts is None else facts, ModelFilters(**filters), limit, after)


@pytest.fixture(scope="module")
def everything(reader: Desk) -> list[dict[str, Any]]:
    """Every model for a commercial service."""
    page = listed(reader)
    assert page.next is None
    assert page.total == len(page.items)
    return page.items


def names(page: ListingPage) -> list[str]:
    return [item["model"] for item in page.items]


def test_every_model_is_listed_once(reader: Desk, everything: list[dict[str, Any]]) -> None:
    assert len(everything) >= 250
    assert len({item["model"] for item in everything}) == len(everything)
    assert all(item.keys() >= KEYS for item in everything)


@pytest.mark.parametrize("facts", [{}, SERVICE, {**SERVICE, "monthly_active_users": "1B"}, {"commercial": False, "purpose": "research"}])
def test_models_stand_by_verdict_then_downloads_then_name(reader: Desk, facts: dict[str, Any]) -> None:
    def place(item: dict[str, Any]) -> tuple[int, int, str]:
        return int(Verdict.from_word(item["verdict"])), -item["downloads"] if item["downloads"] is not None else 1, item["model"].casefold()

    items = listed(reader, facts=facts).items
    assert [place(item) for item in items] == sorted(place(item) for item in items)


def test_every_verdict_but_permitted_says_what_decides(everything: list[dict[str, Any]]) -> None:
    seen = {item["verdict"] for item in everything}
    assert seen == {"permitted", "permitted-with-obligations", "conditional", "undetermined", "needs-permission", "prohibited"}
    for item in everything:
        if item["verdict"] != "permitted":
            assert item["deciding"], item["model"]
            assert item["deciding"]["section"]
            assert item["deciding"]["summary"]


def test_a_condition_is_told_in_words_and_only_there(everything: list[dict[str, Any]]) -> None:
    for item in everything:
        assert (item["yes_when"] is not None) == (item["verdict"] == "conditional"), item["model"]
        assert item["yes_when"] is None or len(item["yes_when"]) > 10
    llama = next(item for item in everything if item["model"] == LLAMA)
    assert "700M monthly active users" in llama["yes_when"]
    assert "June 2023" in llama["yes_when"]


def test_the_listing_and_a_single_question_agree(reader: Desk, everything: list[dict[str, Any]]) -> None:
    for item in everything[:: max(1, len(everything) // 40)]:
        assert check(reader, item["model"], **SERVICE)["verdict"] == item["verdict"], item["model"]


def test_a_limit_that_is_kept_is_shown_beside_a_yes(reader: Desk) -> None:
    page = listed(reader, facts={**SERVICE, "monthly_active_users": "1M"}, license="llama2", verdict=("permitted",))
    llama = next(item for item in page.items if item["model"] == LLAMA)
    assert llama["deciding"]["term"] == "active-users-limit"


@pytest.mark.parametrize("size", [1, 97, 500, 831])
def test_pages_go_on_where_the_last_one_ended(reader: Desk, everything: list[dict[str, Any]], size: int) -> None:
    wanted = [item["model"] for item in everything]
    if size == 1:
        wanted = wanted[:12]
    seen: list[str] = []
    after = None
    while True:
        page = listed(reader, limit=size, after=after)
        assert page.total == len(everything)
        assert len(page.items) <= size
        seen += names(page)
        after = page.next
        if after is None or (size == 1 and len(seen) == len(wanted)):
            break
    assert seen == wanted


@pytest.mark.parametrize(
    "filters", [{"modality": "text"}, {"type": ("open-source",)}, {"verdict": ("conditional", "prohibited")}, {"layer": "data", "min_parameters": "1B"}]
)
def test_pages_of_a_filtered_list_yield_each_model_once(reader: Desk, filters: dict[str, Any]) -> None:
    whole = listed(reader, **filters)
    seen: list[str] = []
    after = None
    for _ in range(len(whole.items)):
        page = listed(reader, limit=90, after=after, **filters)
        seen += names(page)
        after = page.next
        if after is None:
            break
    assert seen == names(whole)
    assert whole.total == len(seen)


def test_a_page_key_that_is_none_is_refused(reader: Desk) -> None:
    for key in ("x", "1", "1:", "1:x:y", "a:2:c"):
        with pytest.raises(UsageError, match="key"):
            listed(reader, after=key)


@pytest.mark.parametrize("wanted", ["open-source", "custom", "commercial"])
def test_licence_types_are_told_apart(reader: Desk, wanted: str) -> None:
    items = listed(reader, type=(wanted,)).items
    assert items
    assert {item["license_type"] for item in items} == {wanted}


def test_the_three_types_and_the_untyped_make_the_whole(reader: Desk, everything: list[dict[str, Any]]) -> None:
    parts = [set(names(listed(reader, type=(kind,)))) for kind in ("open-source", "custom", "commercial")]
    untyped = {item["model"] for item in everything if item["license_type"] is None}
    assert set().union(untyped, *parts) == {item["model"] for item in everything}
    assert set(names(listed(reader, type=("custom", "commercial")))) == parts[1] | parts[2]


def test_filters_by_modality_size_and_developer(reader: Desk, everything: list[dict[str, Any]]) -> None:
    def matching(condition: Any) -> set[str]:
        return {item["model"] for item in everything if condition(item)}

    assert set(names(listed(reader, modality="video"))) == matching(lambda item: item["modality"] == "video") != set()
    assert set(names(listed(reader, min_parameters="70B"))) == matching(lambda item: (item["parameters"] or 0) >= 70_000_000_000) != set()
    assert set(names(listed(reader, developer="Meta"))) == matching(lambda item: item["developer"] == "Meta") != set()
    assert names(listed(reader, developer="meta-llama")) == names(listed(reader, developer="META"))


def test_filters_narrow_together(reader: Desk) -> None:
    both = set(names(listed(reader, modality="image", type=("custom",))))
    assert both == set(names(listed(reader, modality="image"))) & set(names(listed(reader, type=("custom",))))
    assert both


def test_a_licence_filter_finds_derivatives_too(desk: Desk) -> None:
    register_model(desk, specification("acme/support-7b", "meta-llama/Llama-2-7b-hf", license="mit"), {})
    found = names(listed(desk, license="llama2"))
    assert {LLAMA, "acme/support-7b"} <= set(found)
    assert names(listed(desk, license="Llama 2 Community License Agreement")) == found


def test_osi_approval_is_no_type(reader: Desk) -> None:
    osi, open_source = set(names(listed(reader, osi=True))), set(names(listed(reader, type=("open-source",))))
    assert osi < open_source, "open content such as CC-BY is open source here without OSI approval"


def test_verdicts_are_filtered_and_counted(reader: Desk, everything: list[dict[str, Any]]) -> None:
    for verdict in ("permitted", "conditional", "prohibited"):
        page = listed(reader, verdict=(verdict,), limit=3)
        assert {item["verdict"] for item in page.items} == {verdict}
        assert page.total == sum(item["verdict"] == verdict for item in everything)


@pytest.mark.parametrize("layer", ["data", "compute", "developer", "host", "application", "user"])
def test_a_layer_is_where_a_model_has_a_record(reader: Desk, layer: str) -> None:
    page = listed(reader, layer=layer)
    assert page.total
    assert set(names(page)) <= set(names(listed(reader)))
    if layer == "application":
        assert "meta-llama/Llama-3.2-11B-Vision-Instruct" in names(page)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"type": ("free",)}, "free"),
        ({"layer": "cloud"}, "cloud"),
        ({"modality": "smell"}, "smell"),
        ({"developer": "Nobody Ltd"}, "Nobody Ltd"),
        ({"min_parameters": "lots"}, "lots"),
        ({"verdict": ("fine",)}, "fine"),
    ],
)
def test_a_filter_that_says_nothing_is_wrong_usage(reader: Desk, filters: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        listed(reader, **filters)
    assert caught.value.hint


def test_an_unknown_licence_or_fact_is_wrong_usage(reader: Desk) -> None:
    with pytest.raises(UnknownLicenseError):
        listed(reader, license="no-such-licence-anywhere")
    with pytest.raises(FactError, match="head_counted"):
        listed(reader, facts={"head_counted": "3"})


def test_nothing_found_is_an_empty_list_and_no_error(reader: Desk) -> None:
    page = listed(reader, modality="video", min_parameters="900B")
    assert (page.items, page.next, page.total) == ([], None, 0)


def test_the_date_of_use_moves_models(reader: Desk) -> None:
    def row(name: str, **facts: Any) -> dict[str, Any]:
        return next(item for item in listed(reader, facts={"commercial": True, **facts}).items if item["model"] == name)

    assert row("01-ai/Yi-34B", date="2023-11-10")["verdict"] == "needs-permission"
    assert row("01-ai/Yi-34B")["verdict"] == "permitted-with-obligations"
    assert row("01-ai/Yi-34B", obtained_on="2023-11-10")["license"] == "yi-2.0"
    assert row("01-ai/Yi-34B", obtained_on="2023-11-10", date="2026-01-01")["license"] == "yi-2.0"


def test_a_use_that_does_not_say_whether_it_is_commercial_is_told_so(reader: Desk) -> None:
    assert "--commercial" in " ".join(listed(reader, facts={}, limit=1).notes)
    assert listed(reader, limit=1).notes == []


def test_a_registered_derivative_is_listed_with_what_it_inherits(desk: Desk) -> None:
    register_model(desk, specification("acme/support-7b", "meta-llama/Llama-2-7b-hf", license="mit", parameters="7B"), {})
    item = next(each for each in listed(desk).items if each["model"] == "acme/support-7b")
    assert (item["license"], item["license_type"], item["verdict"]) == ("mit", "open-source", "conditional")
    assert item["deciding"]["license"] == "llama2"
    assert "700M" in item["yes_when"]
    assert (item["parameters"], item["modality"]) == (7_000_000_000, "text")


def test_a_model_of_two_licences_is_listed_under_its_narrower_type(desk: Desk) -> None:
    licenses = [{"license": "mit", "source": "the card"}, {"license": "llama2", "source": "the repository"}]
    add(desk, "model", {"id": "acme/two", "modality": "text", "licenses": licenses})
    item = next(each for each in listed(desk).items if each["model"] == "acme/two")
    assert (item["license"], item["license_type"]) == ("llama2 AND mit", "custom")


def test_a_base_that_is_known_by_name_only_is_not_listed(desk: Desk) -> None:
    register_model(desk, specification("acme/from-nowhere", "nobody/lost", license="mit", allow_unknown_base=True), {})
    page = listed(desk)
    assert "nobody/lost" not in names(page)
    item = next(each for each in page.items if each["model"] == "acme/from-nowhere")
    assert item["verdict"] == "undetermined"
    assert page.total == len(page.items)
