"""Lists of the Hub: paging, fields, filters, resuming, and what is made of the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.errors import SourceError, UsageError
from registry.sources.hub.query import DATASET_FIELDS, MODEL_FIELDS, HubQuery
from registry.sources.hub.source import HubSource
from registry.sources.interface import Source
from tests.sources.hub_server import Fault, HubServer, serving


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A Hub with eight models of one owner, one of another, and two datasets."""
    with serving() as server:
        for number in range(8):
            server.add(f"acme/m{number}", downloads=number, tags=["license:mit", "text-generation"], pipeline_tag="text-generation")
        server.add(
            "other/x",
            downloads=99,
            gated="manual",
            tags=["license:other", "base_model:acme/m1", "base_model:quantized:acme/m1", "dataset:acme/corpus", "region:us"],
            cardData={"license": "other", "license_name": "acme-terms", "license_link": "https://example.org/terms", "datasets": ["acme/corpus"]},
            safetensors={"parameters": {"BF16": 100, "F32": 7}, "total": 107},
            createdAt="2023-07-18T01:02:03.000Z",
        )
        server.add("acme/corpus", kind="dataset", tags=["license:cc-by-4.0", "language:en", "language:nb"])
        server.add("acme/more", kind="dataset")
        yield server


def names(source: HubSource) -> list[str]:
    return [name for listing in source.listings() for name in listing.names]


def test_every_page_of_a_list_is_followed(hub: HubServer) -> None:
    told: list[tuple[int, int | None]] = []
    source = HubSource(query=HubQuery(), endpoint=hub.endpoint, progress=lambda done, total: told.append((done, total)))
    assert isinstance(source, Source)
    assert len(names(source)) == 9
    assert told == [(3, None), (6, None), (9, None)]
    first, second, _ = hub.asked("/api/models")
    assert first.query["expand"] == list(MODEL_FIELDS)
    assert first.query["sort"] == ["createdAt"]
    assert second.query["expand"] == list(MODEL_FIELDS)
    assert first.headers["user-agent"].startswith("licet/")


def test_what_is_asked_reaches_the_hub(hub: HubServer) -> None:
    assert names(HubSource(query=HubQuery(author="acme", search="M1"), endpoint=hub.endpoint)) == ["acme/m1"]
    assert names(HubSource(query=HubQuery(filters=("license:other", "region:us")), endpoint=hub.endpoint)) == ["other/x"]
    assert names(HubSource(query=HubQuery(limit=4), endpoint=hub.endpoint)) == ["other/x", "acme/m7", "acme/m6", "acme/m5"]
    assert hub.requests[1].query["filter"] == ["license:other", "region:us"]


def test_a_limit_asks_for_no_page_too_many(hub: HubServer) -> None:
    source = HubSource(query=HubQuery(limit=3), endpoint=hub.endpoint)
    assert len(names(source)) == 3
    assert len(hub.requests) == 1
    assert source.position is None


def test_a_model_becomes_a_record(hub: HubServer) -> None:
    (record,) = HubSource(query=HubQuery(author="other"), endpoint=hub.endpoint).records()
    (model,) = record.models
    assert (record.origin, record.replaces) == ("hub", True)
    assert (model.name, model.developer, model.access, model.parameters, model.downloads) == ("other/x", "other", "gated", 107, 99)
    assert model.released_on == "2023-07-18"
    assert [(each.raw_name, each.raw_link, each.license) for each in record.statements] == [("acme-terms", "https://example.org/terms", None)]
    assert [(each.parent, each.relation, each.evidence) for each in record.relations] == [
        ("acme/m1", "quantized", "declared"),
        ("dataset:acme/corpus", "trained-on", "declared"),
    ]
    assert [each.commit for each in record.revisions] == [hub.models["other/x"]["sha"]]
    assert record.statements[0].source is not None
    assert record.statements[0].source.reference == f"{hub.endpoint}/api/models"


def test_datasets_are_listed_too(hub: HubServer) -> None:
    (record,) = HubSource(query=HubQuery("dataset"), endpoint=hub.endpoint).records()
    assert [(each.name, each.languages) for each in record.datasets] == [("acme/corpus", ("en", "nb")), ("acme/more", ())]
    assert [(each.subject, each.raw_name) for each in record.statements] == [("dataset:acme/corpus", "cc-by-4.0")]
    assert hub.requests[0].query["expand"] == list(DATASET_FIELDS)


def test_an_interrupted_list_goes_on_behind_what_was_kept(hub: HubServer, tmp_path: Path) -> None:
    file, query = tmp_path / "cache" / "position.json", HubQuery(author="acme")
    source = HubSource(query=query, endpoint=hub.endpoint, position_file=file)
    pages = source.listings()
    first = next(pages).names
    source.keep_position()
    lost = next(pages).names  # written by nobody: the run ends here
    pages.close()
    again = HubSource(query=query, endpoint=hub.endpoint, position_file=file)
    assert names(again) == [*lost, "acme/m6", "acme/m7"]
    assert (first, again.resumed) == (["acme/m0", "acme/m1", "acme/m2"], 3)
    again.keep_position()
    assert not file.exists()


def test_row_numbers_go_on_after_an_interruption(hub: HubServer, tmp_path: Path) -> None:
    file = tmp_path / "position.json"
    source = HubSource(query=HubQuery(), endpoint=hub.endpoint, position_file=file)
    next(source.listings())
    source.keep_position()
    again = HubSource(query=HubQuery(), endpoint=hub.endpoint, position_file=file)
    assert [row for listing in again.listings() for row in listing.rows] == [4, 5, 6, 7, 8, 9]


def test_the_position_of_another_list_is_not_taken_up(hub: HubServer, tmp_path: Path) -> None:
    file = tmp_path / "position.json"
    source = HubSource(query=HubQuery(author="acme"), endpoint=hub.endpoint, position_file=file)
    next(source.listings())
    source.keep_position()
    assert HubSource(query=HubQuery(), endpoint=hub.endpoint, position_file=file)._file is not None
    assert len(names(HubSource(query=HubQuery(), endpoint=hub.endpoint, position_file=file))) == 9


@pytest.mark.parametrize("content", ["", "{", "[]", '{"query": 1}', "[" * 100_000, "\x00", '{"next": "x y", "done": -1}'])
def test_a_spoilt_position_begins_anew(hub: HubServer, tmp_path: Path, content: str) -> None:
    file = tmp_path / "position.json"
    file.write_text(content, encoding="utf-8")
    assert len(names(HubSource(query=HubQuery(), endpoint=hub.endpoint, position_file=file))) == 9


def test_an_expired_cursor_is_forgotten(hub: HubServer, tmp_path: Path) -> None:
    file = tmp_path / "position.json"
    source = HubSource(query=HubQuery(), endpoint=hub.endpoint, position_file=file)
    next(source.listings())
    source.keep_position()
    hub.fail("/api/models", Fault(400, {"X-Error-Message": "Invalid cursor"}))
    with pytest.raises(SourceError, match="its cursor has expired"):
        names(HubSource(query=HubQuery(), endpoint=hub.endpoint, position_file=file))
    assert not file.exists()


def test_the_token_is_never_kept(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret0123")
    file = tmp_path / "position.json"
    for endpoint, way in ((hub.endpoint, "Bearer hf_secret0123"), (hub.endpoint.replace("http://", "http://user:pass@"), "Basic ")):
        source = HubSource(query=HubQuery(), endpoint=endpoint, position_file=file)
        record = next(source.records())
        source.keep_position()
        assert hub.requests[-1].headers["authorization"].startswith(way)
    for written in (file.read_text(), repr(record), json.dumps(source.notes.counts)):
        assert "secret" not in written
        assert "pass" not in written


def test_no_page_leads_the_token_elsewhere(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret0123")
    hub.next_host = "http://127.0.0.1:9"  # nobody is there: were it asked, the list would fail
    assert len(names(HubSource(query=HubQuery(), endpoint=hub.endpoint))) == 9


def test_rows_that_cannot_be_read_are_noted(hub: HubServer) -> None:
    rows = [{"id": "acme/ok"}, 7, {"id": "bad\x00name"}, {"tags": []}, {"id": "acme/ok"}, {"id": "acme/odd", "downloads": -5, "tags": {"a": 1}}]
    hub.fail("/api/models", Fault(body=json.dumps(rows).encode()))
    source = HubSource(query=HubQuery(limit=6), endpoint=hub.endpoint)
    assert names(source) == ["acme/ok", "acme/odd"]
    assert [(note.row, note.code, note.lost) for note in source.notes.kept] == [
        (2, "unreadable", True),
        (3, "bad-name", True),
        (4, "no-name", True),
        (5, "twice", True),
        (6, "bad-value", False),
        (6, "bad-value", False),
    ]
    assert source.notes.lost == 4
    assert all(note.message.isprintable() for note in source.notes.kept)


def test_asking_for_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing was asked"):
        HubSource()
