"""The tiny models are what the other tests take them for: small, real and the same each time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tests.runner import tiny_models

MAKERS = [getattr(tiny_models, name) for name in sorted(dir(tiny_models)) if name.startswith("make_")]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_tiny_model_is_small_and_the_same_each_time(make: Callable[..., Path], tmp_path: Path) -> None:
    first, second, other = make(tmp_path / "first"), make(tmp_path / "second"), make(tmp_path / "other", seed=1)
    weights = [hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() for folder in (first, second, other)]
    assert weights[0] == weights[1] != weights[2]
    assert sum(file.stat().st_size for file in first.iterdir()) < 1_000_000
