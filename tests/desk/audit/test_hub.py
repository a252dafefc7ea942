"""Names that the catalogue does not have, looked up on a Hub on loopback: bounded, judged, never recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.desk.audit.application import ApplicationAudit
from registry.desk.audit.hub import MOST_NAMES, MOST_SECONDS, HubLookup
from registry.desk.session import Desk
from tests.desk.audit.applications import SAAS, app, audit, codes, write
from tests.desk.conftest import Open, digest
from tests.sources.hub_server import Fault, HubServer, serving

LLAMA_CARD = {"license": "llama2"}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with serving() as server:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", server.endpoint)
        yield server


def online(desk: Desk, folder: Path, raw: dict[str, Any] | None = None) -> ApplicationAudit:
    return audit(desk, folder, SAAS if raw is None else raw, online=True)


def test_a_name_that_the_catalogue_does_not_have_is_judged_by_the_hub(reader: Desk, hub: HubServer, tmp_path: Path) -> None:
    hub.add("acme/new-7b", cardData={"license": "cc-by-nc-4.0"}, tags=["license:cc-by-nc-4.0"])
    found = online(reader, app(tmp_path, "acme/new-7b"))
    (model,) = found.head["models"]
    assert (model["model"], model["verdict"], model["recorded"], model["known_from"]) == ("acme/new-7b", "prohibited", False, "hub")
    assert "LIC302" in codes(found)
    assert "the Hub was asked about 1 names and knows 1 of them" in found.head["assurance"]
    assert "no network was used" not in found.head["assurance"]


def test_terms_flow_from_a_base_in_the_catalogue_and_from_one_on_the_hub(reader: Desk, hub: HubServer, tmp_path: Path) -> None:
    hub.add("acme/chat", cardData={"license": "mit", "base_model": "acme/base"}, tags=["license:mit", "base_model:acme/base", "base_model:finetune:acme/base"])
    hub.add(
        "acme/base", cardData={"license": "mit", "base_model": "meta-llama/Llama-2-7b-hf"}, tags=["license:mit", "base_model:finetune:meta-llama/Llama-2-7b-hf"]
    )
    found = online(reader, app(tmp_path, "acme/chat"), {**SAAS, "monthly_active_users": "900M"})
    told = next(each for each in found.told if each.finding.code == "LIC301")
    assert (told.finding.subject, told.finding.license) == ("acme/chat", "llama2")
    assert {request.path for request in hub.requests} == {"/api/models/acme/chat", "/api/models/acme/base"}


def test_a_dataset_is_looked_up_too(reader: Desk, hub: HubServer, tmp_path: Path) -> None:
    hub.add("acme/rows", kind="dataset", cardData={"license": "cc-by-nc-4.0"}, tags=["license:cc-by-nc-4.0"])
    found = online(reader, write(tmp_path, app_py='from datasets import load_dataset\nload_dataset("acme/rows")\n'))
    assert [(each["model"], each["verdict"]) for each in found.head["models"]] == [("dataset:acme/rows", "prohibited")]


def test_a_name_that_moved_is_judged_as_what_it_is_called_now(reader: Desk, hub: HubServer, tmp_path: Path) -> None:
    hub.add("openai/whisper-tiny", tags=["license:mit"])
    hub.moved["acme/old-name"] = "openai/whisper-tiny"
    found = online(reader, app(tmp_path, "acme/old-name"))
    assert [each["model"] for each in found.head["models"]] == ["openai/whisper-tiny"]


def test_what_the_hub_does_not_have_stays_unknown(reader: Desk, hub: HubServer, tmp_path: Path) -> None:
    found = online(reader, app(tmp_path, "acme/unheard-of"))
    assert "LIC309" in codes(found)
    assert found.head["verdict"] == "undetermined"
    assert "knows 0 of them" in found.head["assurance"]


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(status=429, headers={"Retry-After": "9999"}), Fault(cut=10), Fault(body=b"<html>")])
def test_a_hub_that_does_not_answer_is_asked_once(reader: Desk, hub: HubServer, tmp_path: Path, fault: Fault) -> None:
    names = [f"acme/m{number}" for number in range(5)]
    for name in names:
        hub.add(name, tags=["license:mit"])
        hub.fail(f"/api/models/{name}", *[fault] * 10)
    found = online(reader, app(tmp_path, *names))
    assert len(hub.requests) == 1
    assert "the Hub did not answer" in found.head["assurance"]


def test_so_many_names_are_asked_for_and_no_more(reader: Desk, hub: HubServer, tmp_path: Path) -> None:
    found = online(reader, app(tmp_path, *(f"acme/m{number}" for number in range(MOST_NAMES + 7))))
    assert len(hub.requests) == MOST_NAMES
    assert f"only {MOST_NAMES} of them could be asked for" in found.head["assurance"]


def test_after_so_many_seconds_nothing_more_is_asked(reader: Desk, hub: HubServer) -> None:
    times = iter([0.0, 1.0, MOST_SECONDS + 1, MOST_SECONDS + 2])
    lookup = HubLookup(reader, clock=lambda: next(times))
    lookup.look_up(["acme/a", "acme/b"])
    assert lookup.asked == ["acme/a"]
    assert lookup.trouble is not None


def test_offline_and_by_default_nobody_is_asked(desk_over: Open, reader: Desk, hub: HubServer, tmp_path: Path) -> None:
    folder = app(tmp_path / "app", "acme/unheard-of")
    audit(reader, folder, SAAS)
    audit(desk_over(offline=True), folder, SAAS, online=True)
    assert hub.requests == []


def test_nothing_is_recorded_by_it(desk: Desk, hub: HubServer, tmp_path: Path) -> None:
    hub.add("acme/new-7b", tags=["license:mit"])
    before = digest(desk)
    assert online(desk, app(tmp_path / "app", "acme/new-7b")).head["models"][0]["verdict"].startswith("permitted")
    assert digest(desk) == before


@pytest.mark.parametrize("name", ["../../etc/passwd", "acme/a/b", "acme/..", "a b/c", "acme/x?y=1", "acme/x#y", "x" * 200 + "/y"])
def test_what_cannot_be_a_name_on_the_hub_is_not_asked_for(reader: Desk, hub: HubServer, name: str) -> None:
    HubLookup(reader).look_up([name])
    assert hub.requests == []


def test_a_circle_on_the_hub_ends(reader: Desk, hub: HubServer, tmp_path: Path) -> None:
    for one, other in (("acme/a", "acme/b"), ("acme/b", "acme/a")):
        hub.add(one, cardData={"license": "mit", "base_model": other}, tags=["license:mit", f"base_model:finetune:{other}"])
    found = online(reader, app(tmp_path, "acme/a"))
    assert found.head["models"][0]["known_from"] == "hub"
    assert len(hub.requests) == 2
