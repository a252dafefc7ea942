"""Tiny models and texts that several files of tests work with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import tiny_models
from tests.runner.running import texts


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a tiny model once, by the name of its maker."""
    made: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in made:
            made[name] = getattr(tiny_models, f"make_{name}")(tmp_path_factory.mktemp(name) / "model")
        return made[name]

    return get


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A tiny encoder to start from."""
    return tiny_models.make_encoder(tmp_path / "base")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Texts with labels."""
    return texts(tmp_path / "set.jsonl")
