"""`licet import hub` as a user runs it, against a Hub on loopback: whole lists, interruptions, limits of rate, and a token that is seen nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.bad_input.refusal import Done, Licet
from tests.sources.hub_server import Fault, HubServer, serving

TOKEN = "hf_DoNotShowThisAnywhere"  # noqa: S105 - made up

pytestmark = pytest.mark.usefixtures("spoils")


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with serving() as server:
        for number in range(8):
            server.add(f"acme/m{number}", tags=["license:mit"], createdAt=f"2024-05-{number + 1:02}T10:00:00.000Z", downloads=number)
            server.add(f"acme/d{number}", kind="dataset", tags=["license:cc0-1.0"], createdAt=f"2024-05-{number + 1:02}T10:00:00.000Z")
        yield server


@pytest.fixture
def take(hub: HubServer, licet: Licet, tmp_path: Path) -> Licet:
    """Runs the command with its Hub on loopback."""

    def call(*arguments: str, **variables: str) -> Done:
        return licet(*arguments, environment={"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "hf"), **variables})

    return call


def result_of(done: Done) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_everything_there_is_of_either_kind(take: Licet, hub: HubServer) -> None:
    assert result_of(take("import", "hub", "--all", "--format", "json"))["models"] == [f"acme/m{number}" for number in range(8)]
    assert result_of(take("import", "hub", "--all", "--kind", "dataset", "--format", "json"))["added"]["dataset"] == 8
    assert result_of(take("import", "hub", "--limit", "2", "--format", "json"))["models"] == ["acme/m7", "acme/m6"]
    assert {request.query.get("full", ["none"])[0] for request in hub.asked("/api/models")} == {"none"}, "files are not asked for"


def test_a_list_that_breaks_off_goes_on_behind_the_last_page(take: Licet, hub: HubServer) -> None:
    hub.fail("/api/models", Fault(), Fault(404))
    broken = take("import", "hub", "--all")
    assert broken.returncode == 4
    assert "error: " in broken.stderr
    asked = len(hub.asked("/api/models"))
    again = result_of(take("import", "hub", "--all", "--format", "json"))
    assert again["models"] == [f"acme/m{number}" for number in range(3, 8)], "the first page is not asked for again"
    assert len(hub.asked("/api/models")) == asked + 2
    assert "cursor" in json.dumps(hub.asked("/api/models")[asked].query)


def test_limits_of_rate_are_waited_out_and_said(take: Licet, hub: HubServer) -> None:
    hub.fail("/api/models/acme/m1", Fault(429, {"Retry-After": "3"}), Fault(503))
    done = take("import", "hub", "acme/m1")
    assert done.returncode == 0
    assert "waiting 4 s for the Hub" in done.stderr


def test_a_body_that_is_cut_short_is_asked_for_again(take: Licet, hub: HubServer) -> None:
    hub.fail("/api/models/acme/m1", Fault(cut=20))
    assert result_of(take("import", "hub", "acme/m1", "--format", "json"))["models"] == ["acme/m1"]
    assert len(hub.asked("/api/models/acme/m1")) == 2


@pytest.mark.parametrize(("status", "code"), [(401, "log in"), (403, "accept"), (404, "check the name")])
def test_a_refusal_is_clear_and_leaves_nothing_half_done(take: Licet, hub: HubServer, status: int, code: str) -> None:
    headers = {"X-Error-Code": "GatedRepo"} if status == 403 else {}
    hub.fail("/api/models/acme/m1", Fault(status, headers))
    done = take("import", "hub", "acme/m1")
    assert done.returncode == 4
    assert code in done.stderr
    assert take("show", "acme/m1").returncode == 2


def test_offline_is_kept(take: Licet, hub: HubServer) -> None:
    for done in (take("import", "hub", "acme/m1", HF_HUB_OFFLINE="1"), take("--offline", "import", "hub", "acme/m1")):
        assert done.returncode in (2, 4)
        assert "error: " in done.stderr
    assert hub.requests == []


def test_the_token_is_sent_and_is_seen_nowhere(take: Licet, hub: HubServer, tmp_path: Path) -> None:
    hub.token = TOKEN
    hub.private.add("acme/m1")
    hub.fail("/api/models/acme/m2", Fault(400, {"X-Error-Message": f"no {TOKEN} here"}), Fault(400, {"X-Error-Message": f"no {TOKEN} here"}))
    asked = (("acme/m1",), ("acme/m2",), ("--all",), ("dataset:acme/d1",), ("acme/none",))
    said = [take("--debug", "import", "hub", *arguments, HF_TOKEN=TOKEN, XDG_CACHE_HOME=str(tmp_path / "cache")) for arguments in asked]
    assert [done.returncode for done in said] == [0, 4, 0, 0, 4]
    assert f"Bearer {TOKEN}" in {request.headers.get("Authorization") or request.headers.get("authorization") for request in hub.requests}
    assert not [done for done in said if TOKEN in done.stdout + done.stderr]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
