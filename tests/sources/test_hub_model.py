"""What the Hub says of one model for a bill: its record, its card and configuration, its digests; gated, odd and broken answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.errors import SourceError
from registry.sources.hub.client import TRIES, HubClient
from registry.sources.hub.model import ask_hub_model, read_hub_model
from tests.sources.hub_server import Fault, HubServer, serving

CARD = b"---\nlicense: mit\npipeline_tag: text-generation\n---\n# Duck\n\nIt quacks.\n\n## Limitations\n\nOne pond only.\n"
CONFIG = {"architectures": ["DuckForCausalLM"], "model_type": "duck", "hidden_size": 64, "num_hidden_layers": 2}
NAME = "acme/duck-7b"
LARGE = {"rfilename": "model.safetensors", "size": 10, "lfs": {"sha256": "ab" * 32, "size": 10}}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    from huggingface_hub import constants

    with serving() as server:
        for name, value in {
            "ENDPOINT": server.endpoint,
            "HF_HUB_CACHE": str(tmp_path / "hub"),
            "HUGGINGFACE_CO_URL_TEMPLATE": server.endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        }.items():
            monkeypatch.setattr(constants, name, value)
        yield server


def quick() -> HubClient:
    return HubClient(wait=lambda _seconds: None)


def test_record_card_and_configuration_are_read_at_one_commit(hub: HubServer) -> None:
    names = ("README.md", "config.json")
    hub.add(
        NAME,
        files={"README.md": CARD, "config.json": json.dumps(CONFIG).encode()},
        tags=["arxiv:2401.01234", "region:us"],
        siblings=[*({"rfilename": name, "size": 5} for name in names), LARGE],
        library_name="transformers",
        safetensors={"parameters": {"F32": 7_000}, "total": 7_000},
        gated="auto",
    )
    found = ask_hub_model(NAME, client=quick())
    assert (found.name, found.commit) == (NAME, hub.models[NAME]["sha"])
    assert (found.task, found.library, found.architecture, found.parameters, found.access) == (
        "text-generation",
        "transformers",
        "DuckForCausalLM",
        7_000,
        "gated",
    )
    assert found.card.licenses == ("mit",)
    assert found.story.texts["limitations"] == "One pond only."
    assert found.story.links["paper"] == "https://arxiv.org/abs/2401.01234"
    assert (found.shape["embedding_length"], found.shape["model_type"]) == ("64", "duck")
    assert [(each.name, each.sha256, each.size) for each in found.files] == [("model.safetensors", "ab" * 32, 10)]
    assert hub.asked(f"/{NAME}/resolve/{found.commit}/README.md")
    assert hub.asked(f"/api/models/{NAME}")[0].query == {"blobs": ["true"]}
    assert not hub.asked(f"/{NAME}/resolve/{found.commit}/model.safetensors"), "weights are not fetched"


def test_of_a_gated_model_the_record_still_tells(hub: HubServer) -> None:
    said = {"cardData": {"license": "gemma", "language": "de", "pipeline_tag": "translation"}, "config": {"architectures": ["X"]}}
    hub.add(NAME, files={"README.md": CARD, "config.json": b"{}"}, **said)
    hub.gated.add(NAME)
    found = ask_hub_model(NAME, client=quick())
    assert (found.card.licenses, found.card.languages, found.task, found.architecture) == (("gemma",), ("de",), "translation", "X")
    assert len(found.notes) == 1
    assert "is gated" in found.notes[0]


def test_another_revision_is_asked_for_by_its_name(hub: HubServer) -> None:
    hub.add(NAME)
    commit = hub.models[NAME]["sha"]
    assert ask_hub_model(NAME, commit, client=quick()).commit == commit
    with pytest.raises(SourceError):
        ask_hub_model(NAME, "f" * 40, client=quick())


def test_a_model_that_is_not_there_is_an_error_and_so_is_an_answer_of_another_kind(hub: HubServer) -> None:
    with pytest.raises(SourceError):
        ask_hub_model("acme/none", client=quick())
    hub.add(NAME)
    hub.fail(f"/api/models/{NAME}", Fault(status=200, body=b"[]"))
    with pytest.raises(SourceError, match="no object"):
        ask_hub_model(NAME, client=quick())


def test_a_client_that_gave_up_says_so(hub: HubServer) -> None:
    client = quick()
    with pytest.raises(SourceError):
        ask_hub_model("acme/none", client=client)
    assert not client.given_up
    hub.fail("/api/models/acme/none", *(Fault(status=503) for _ in range(TRIES)))
    with pytest.raises(SourceError, match="still fails"):
        ask_hub_model("acme/none", client=client)
    assert client.given_up


@pytest.mark.parametrize(
    "held",
    [
        {},
        {"cardData": 3, "config": [], "tags": {"a": 1}, "siblings": "x", "gguf": 1, "safetensors": "y", "sha": 3, "pipeline_tag": ["a"], "id": None},
        {"siblings": [None, 3, {"rfilename": 4}, {"rfilename": "w", "lfs": {"sha256": "zz"}}, {"rfilename": "w", "lfs": 3}]},
        {"config": {"architectures": [None], "hidden_size": "x"}, "model-index": "…"},
    ],
)
def test_what_cannot_be_understood_says_nothing(held: dict[str, Any]) -> None:
    found = read_hub_model(NAME, held, {"config.json": b"[", "README.md": b"\xff\xfe", "tokenizer_config.json": b"3"})
    assert found.name == NAME
    assert (found.commit, found.task, found.architecture, found.files, dict(found.shape)) == (None, None, None, (), {})


def test_the_header_of_gguf_weights_tells_architecture_and_context() -> None:
    found = read_hub_model(NAME, {"gguf": {"total": 7, "architecture": "llama", "context_length": 4096}}, {})
    assert (found.architecture, found.parameters, found.shape["context_length"]) == ("llama", 7, "4096")


def test_figures_stand_in_the_record_where_the_card_is_not_at_hand() -> None:
    index = [{"name": "x", "results": [{"dataset": {"name": "Pond"}, "metrics": [{"type": "accuracy", "value": 0.5}]}]}]
    (figure,) = read_hub_model(NAME, {"model-index": index, "cardData": {}}, {}).story.metrics
    assert (figure.type, figure.value, figure.data) == ("accuracy", "0.5", "Pond")


def test_a_file_that_is_named_twice_is_one() -> None:
    other = {**LARGE, "lfs": {"sha256": "cd" * 32}}
    assert [each.sha256 for each in read_hub_model(NAME, {"siblings": [LARGE, other]}, {}).files] == ["ab" * 32]
