"""A catalogue seeded once for all tests of the use cases, and copied for those that write to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue.queries.catalogue_digest import catalogue_digest
from registry.desk.catalog.entries import add
from registry.desk.check import check_models
from registry.desk.session import Desk
from registry.knowledge.store import Knowledge
from registry.resources import resource_dir
from registry.settings import Settings

Open = Callable[..., Desk]
"""Opens a desk over a catalogue; keywords are fields of the settings."""

LLAMA = "meta-llama/Llama-2-7b-chat-hf"
"""A model with a user limit, the recorded derivative of another under the same licence."""


def silent(message: str) -> None:
    """Say nothing."""


def settings_for(folder: Path, catalogue: Path, cache: Path, **given: Any) -> Settings:
    """Settings in which everything lies in folders of the test."""
    return Settings(**{"catalogue": str(catalogue), "catalogue_is_default": False, "data_folder": folder, "cache_folder": cache, **given})


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the compiled knowledge lies for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def knowledge(cache: Path) -> Knowledge:
    """The licences, read once for all tests."""
    return Knowledge.load(resource_dir("data"), cache)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, cache: Path, knowledge: Knowledge) -> Path:
    """The file of a catalogue as it is on first use."""
    folder = tmp_path_factory.mktemp("seeded")
    with closing(Desk(settings_for(folder, folder / "catalogue.db", cache), silent, knowledge)) as desk:
        assert desk.catalogue.label
    return folder / "catalogue.db"


@pytest.fixture(scope="session")
def reader(seeded: Path, cache: Path, knowledge: Knowledge) -> Iterator[Desk]:
    """The desk over the seeded catalogue, for tests that only ask; one that wrote would fail the whole run."""
    with closing(Desk(settings_for(seeded.parent, seeded, cache), silent, knowledge)) as desk:
        before = digest(desk)
        yield desk
        assert digest(desk) == before, "a test that only asks has written to the catalogue"


@pytest.fixture
def copied(seeded: Path, tmp_path: Path) -> Path:
    """The file of a seeded catalogue of one's own."""
    path = tmp_path / "catalogue.db"
    shutil.copy(seeded, path)
    return path


@pytest.fixture
def desk_over(copied: Path, cache: Path, knowledge: Knowledge) -> Iterator[Open]:
    """Opens desks over one's own catalogue, with the settings that are given."""
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(closing(Desk(settings_for(copied.parent, given.pop("file", copied), cache, **given), silent, knowledge)))


@pytest.fixture
def desk(desk_over: Open) -> Desk:
    """A desk over one's own seeded catalogue."""
    return desk_over()


def digest(desk: Desk) -> str:
    """What stands for all that the catalogue holds."""
    with desk.catalogue.reading() as connection:
        return catalogue_digest(connection)


def check(desk: Desk, name: str, *, license: str | None = None, **facts: Any) -> dict[str, Any]:
    """The one answer about one model."""
    (item,) = check_models(desk, [name], facts, license=license)
    return item


def own(item: Mapping[str, Any]) -> list[str]:
    """The licences that an answer holds for the model's own."""
    return [license["id"] for license in item["licenses"] if license["reach"] == "original"]


def codes(findings: list[dict[str, Any]]) -> set[str]:
    """The codes of findings."""
    return {finding["code"] for finding in findings}


def specification(name: str, *bases: str, **given: Any) -> dict[str, Any]:
    """What `register` is given; a base is written `name` or `name:relation`, and so is a dataset."""
    datasets = given.pop("datasets", ())
    empty = dict.fromkeys(("license", "modality", "parameters", "released_on", "revision", "source"))
    return {
        **empty,
        "name": name,
        "bases": [dict(zip(("model", "relation"), _split(base, "finetune"), strict=True)) for base in bases],
        "datasets": [dict(zip(("dataset", "relation"), _split(dataset, "trained-on"), strict=True)) for dataset in datasets],
        "allow_unknown_base": False,
        **given,
    }


def _split(text: str, usual: str) -> tuple[str, str]:
    name, _, relation = text.partition(":")
    return name, relation or usual


def add_application(desk: Desk, *models: Mapping[str, Any] | str, **given: Any) -> None:
    """Record an application; a model is written by name, or with its host."""
    uses = [{"model": each} if isinstance(each, str) else dict(each) for each in models]
    add(desk, "application", {"id": "kiosk", "owner": "Kiosk Ltd", "commercial": True, "distribution": ["saas"], **given, "models": uses})
