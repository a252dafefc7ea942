"""The Hub when it refuses, limits the rate, breaks off or does not answer; and single models."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from registry.errors import SourceError, UsageError
from registry.sources.hub.files import fetch_file
from registry.sources.hub.query import HubQuery
from registry.sources.hub.source import HubSource
from tests.sources.hub_server import Fault, HubServer, serving

MODEL = "/api/models/acme/m"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A Hub with one model."""
    with serving() as server:
        server.add("acme/m", tags=["license:mit"], files={"LICENSE": b"some terms", "big.txt": b"x" * 2_000})
        yield server


def read(hub: HubServer, name: str = "acme/m", waits: list[float] | None = None, **options: float) -> list[str]:
    source = HubSource([name], endpoint=hub.endpoint, wait=([] if waits is None else waits).append, **options)  # type: ignore[arg-type]
    return [name for listing in source.listings() for name in listing.names]


def test_a_model_is_asked_for_by_name(hub: HubServer) -> None:
    assert read(hub) == ["acme/m"]
    assert read(hub, "acme/m@main") == ["acme/m"]
    assert [request.path for request in hub.requests] == [MODEL, f"{MODEL}/revision/main"]


def test_a_renamed_model_keeps_the_name_that_was_asked_for(hub: HubServer) -> None:
    hub.moved["acme/old"] = "acme/m"
    source = HubSource(["acme/old"], endpoint=hub.endpoint)
    (record,) = source.records()
    assert (record.models[0].name, record.models[0].aliases) == ("acme/m", ("acme/old",))
    assert source.notes.counts == {"renamed": 1}


@pytest.mark.parametrize(
    ("faults", "waits"),
    [
        ([Fault(429, {"RateLimit": '"api";r=0;t=41', "Retry-After": "3"})], [42]),
        ([Fault(429, {"Retry-After": "3"})], [4]),
        ([Fault(429), Fault(429), Fault(429)], [1, 2, 4]),
        ([Fault(500), Fault(502), Fault(503, {"Retry-After": "9"}), Fault(504)], [1, 2, 10, 8]),
        ([Fault(429, {"Retry-After": "soon"})], [1]),
        ([Fault(cut=20), Fault(body=b'{"id": "acme/')], [1, 2]),
    ],
)
def test_a_passing_fault_is_waited_out(hub: HubServer, faults: list[Fault], waits: list[float]) -> None:
    found: list[float] = []
    hub.fail(MODEL, *faults)
    assert read(hub, waits=found) == ["acme/m"]
    assert found == waits


def test_a_date_in_retry_after_is_understood(hub: HubServer) -> None:
    found: list[float] = []
    hub.fail(MODEL, Fault(429, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)}))
    read(hub, waits=found)
    assert 25 < found[0] <= 31


def test_a_spent_rate_is_waited_for_before_asking_again(hub: HubServer) -> None:
    found: list[float] = []
    hub.fail(MODEL, Fault(headers={"RateLimit": '"api";r=0;t=11'}))
    source = HubSource(["acme/m", "acme/m@main"], endpoint=hub.endpoint, wait=found.append)
    assert len(list(source.listings())) == 2
    assert found == [12]


def test_lists_wait_like_models(hub: HubServer) -> None:
    found: list[float] = []
    hub.fail("/api/models", Fault(429, {"RateLimit": '"api";r=0;t=5'}), Fault(503))
    assert len(list(HubSource(query=HubQuery(), endpoint=hub.endpoint, wait=found.append).listings())) == 1
    assert found == [6, 2]


@pytest.mark.parametrize(
    ("faults", "words", "hint"),
    [
        ([Fault(429)] * 6, "still limits the rate after 6 tries (429)", "with a token"),
        ([Fault(429, {"Retry-After": "86400"})], "asks to wait 86,401 seconds", "goes on where it stopped"),
        ([Fault(503)] * 6, "still fails after 6 tries (503)", "try again later"),
        ([Fault(body=b"<html>")] * 6, "ends too early or is no JSON", "the network"),
        ([Fault(body=b"[" * 100_000)], "nested too deep", "less"),
        ([Fault(body=b"[]")], "is no object", "HF_ENDPOINT"),
        ([Fault(body=b'{"id": null}')], "names no model", "HF_ENDPOINT"),
        ([Fault(401, {"X-Error-Code": "RepoNotFound"})], "not on the Hub, or is private (401)", "hf auth login"),
        ([Fault(404, {"X-Error-Code": "RepoNotFound"})], "not on the Hub, or is private (404)", "hf auth login"),
        ([Fault(403, {"X-Error-Code": "GatedRepo"})], "is gated, and you are not let in (403)", "accept its terms"),
        ([Fault(404, {"X-Error-Code": "RevisionNotFound"})], "no such revision", "after `@`"),
        ([Fault(403, {"X-Error-Message": "Access to this resource is disabled."})], "has been disabled", "dump"),
        ([Fault(403, {"X-Error-Message": "no rights"})], "the Hub forbids it (403): no rights", "right to read"),
        ([Fault(400, {"X-Error-Message": "no such field"})], "does not understand the request (400): no such field", "filter"),
        ([Fault(418)], "the Hub answers 418", "later"),
    ],
)
def test_each_refusal_says_what_to_do(hub: HubServer, faults: list[Fault], words: str, hint: str) -> None:
    hub.fail(MODEL, *faults)
    with pytest.raises(SourceError) as caught:
        read(hub)
    assert "`acme/m`" in caught.value.message
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_wrong_token_is_told_from_a_missing_model(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.token = "hf_right"  # noqa: S105 - an invented one
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(SourceError, match="does not accept your token"):
        read(hub)
    monkeypatch.setenv("HF_TOKEN", "hf_right")
    assert read(hub) == ["acme/m"]
    hub.private.add("acme/m")
    assert read(hub) == ["acme/m"]
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(SourceError, match="or is private"):
        read(hub)


def test_an_error_does_not_repeat_the_token(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret0123")
    hub.fail(MODEL, Fault(403, {"X-Error-Message": "token hf_secret0123 may not"}))
    with pytest.raises(SourceError) as caught:
        read(hub)
    assert "token [token] may not" in caught.value.message
    assert "secret" not in repr(caught.value.__cause__)


def test_a_slow_hub_is_given_up(hub: HubServer) -> None:
    hub.fail(MODEL, *[Fault(delay=0.4)] * 6)
    with pytest.raises(SourceError, match=r"did not answer within 0\.05 seconds"):
        read(hub, timeout=0.05)


def test_a_hub_that_is_not_there_is_named(hub: HubServer) -> None:
    source = HubSource(["acme/m"], endpoint="http://someone:secret@127.0.0.1:9", wait=lambda _: None)
    with pytest.raises(SourceError, match=r"http://127\.0\.0\.1:9 cannot be read after 6 tries") as caught:
        list(source.listings())
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("name", ["", "a b", "a/b/c", "../x", "acme/m@", "acme/m@..", "app:helpdesk", "x" * 300, "acme/\x00", "acme/m@a\nb"])
def test_what_cannot_be_a_name_is_never_asked_for(hub: HubServer, name: str) -> None:
    with pytest.raises(UsageError):
        read(hub, name)
    assert hub.requests == []


def test_offline_asks_nothing(hub: HubServer) -> None:
    with pytest.raises(SourceError, match="offline"):
        list(HubSource(["acme/m"], endpoint=hub.endpoint, offline=True).listings())
    assert hub.requests == []


PROGRAM = "from registry.sources.hub.source import HubSource; print([x.names for x in HubSource(['acme/m']).listings()])"


@pytest.mark.parametrize(("offline", "output"), [("", "[['acme/m']]"), ("1", "licet is offline")])
def test_the_client_is_set_by_the_environment(hub: HubServer, root: Path, offline: str, output: str) -> None:
    variables = {**os.environ, "HF_ENDPOINT": hub.endpoint, "HF_HUB_OFFLINE": offline, "HF_TOKEN": "hf_given"}
    ended = subprocess.run([sys.executable, "-c", PROGRAM], env=variables, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert output in ended.stdout + ended.stderr
    assert [request.headers["authorization"] for request in hub.requests] == ([] if offline else ["Bearer hf_given"])
    assert "hf_given" not in ended.stdout + ended.stderr


def test_a_file_is_fetched_by_the_client(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert fetch_file("acme/m", "LICENSE", endpoint=hub.endpoint) == b"some terms"
    assert fetch_file("acme/m", "NOTICE", endpoint=hub.endpoint) is None
    assert fetch_file("acme/m", "LICENSE", endpoint=hub.endpoint, offline=True) == b"some terms"
    with pytest.raises(SourceError, match="not on the Hub, or is private"):
        fetch_file("acme/none", "LICENSE", endpoint=hub.endpoint)
    monkeypatch.setattr("registry.sources.hub.files.MAX_FILE", 1_000)
    with pytest.raises(SourceError, match="2000 bytes"):
        fetch_file("acme/m", "big.txt", endpoint=hub.endpoint)
    hub.gated.add("acme/m")
    with pytest.raises(SourceError, match="is gated"):
        fetch_file("acme/m", "README.md", endpoint=hub.endpoint)
