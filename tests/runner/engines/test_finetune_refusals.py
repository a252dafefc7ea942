"""What cannot be learnt, or learnt from, is named before any work begins."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.runner.engines.interface import EngineError
from tests.runner.running import classify, json_lines, texts

pytest.importorskip("torch")
pytest.importorskip("transformers")


def test_one_class_only_is_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="every training example has the label `billing`"):
        classify(base, texts(tmp_path / "one.jsonl", labels=["billing"]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_label_known_to_evaluation_alone_is_refused(base: Path, data: Path, tmp_path: Path) -> None:
    other = json_lines(tmp_path / "other.jsonl", [{"text": "help", "label": "praise"}])
    with pytest.raises(EngineError, match="labels that no training example has: `praise`"):
        classify(base, data, tmp_path / "out", evaluation=other)


def test_text_that_is_none_is_named(base: Path, tmp_path: Path) -> None:
    data = json_lines(tmp_path / "set.jsonl", [{"text": {"a": 1}, "label": "x"}, {"text": "b", "label": "y"}] * 10)
    with pytest.raises(EngineError, match="is no text but a dict"):
        classify(base, data, tmp_path / "out")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"batch_size": 0}, "the batch size cannot be 0"),
        ({"learning_rate": -1.0}, "the learning rate cannot be -1.0"),
        ({"learning_rate": float("nan")}, "the learning rate cannot be nan"),
        ({"epochs": 0.0}, "the number of epochs cannot be 0"),
        ({"max_steps": 0}, "the number of steps cannot be 0"),
        ({"warmup_ratio": 1.0}, "the warm-up ratio cannot be 1"),
        ({"optimizer": "magic"}, "`magic` is no optimizer"),
        ({"scheduler": "magic"}, "`magic` is no schedule"),
        ({"method": "lora", "lora_rank": -3}, "the rank of the adapter cannot be -3"),
        ({"seed": -1}, "the seed -1 is not between"),
        ({"threads": 0}, "0 threads cannot compute"),
    ],
)
def test_values_that_no_training_can_use_are_named(base: Path, data: Path, tmp_path: Path, values: dict[str, Any], words: str) -> None:
    with pytest.raises(EngineError, match=words):
        classify(base, data, tmp_path / "out", **values)


PICKLE = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94."


def break_config(base: Path) -> None:
    (base / "config.json").write_text("{")


def only_pickle(base: Path) -> None:
    (base / "model.safetensors").unlink()
    (base / "pytorch_model.bin").write_bytes(PICKLE)


def only_gguf(base: Path) -> None:
    (base / "model.safetensors").rename(base / "model.gguf")


def no_tokenizer(base: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (base / name).unlink()


def pickle_in_disguise(base: Path) -> None:
    (base / "model.safetensors").write_bytes(PICKLE)


def other_weights(base: Path) -> None:
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "model_type": "distilbert", "architectures": ["DistilBertModel"], "dim": 32, "n_heads": 2}))


def own_code(base: Path) -> None:
    config = json.loads((base / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForSequenceClassification": "own.Model"}}
    (base / "config.json").write_text(json.dumps(config))
    (base / "own.py").write_text(f"import pathlib\npathlib.Path({str(base / 'ran')!r}).touch()\n")


def only_adapter(base: Path) -> None:
    (base / "config.json").rename(base / "adapter_config.json")
    (base / "model.safetensors").rename(base / "adapter_model.safetensors")


def quantized(base: Path) -> None:
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "quantization_config": {"quant_method": "gptq", "bits": 4}}))


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        (break_config, "model", "cannot be used: `config.json`"),
        (only_pickle, "unsafe", "its weights are a pickle"),
        (only_gguf, "model", "its weights are in GGUF alone"),
        (no_tokenizer, "model", "has no tokenizer"),
        (pickle_in_disguise, "unsafe", "is a pickle, whatever its name says"),
        (other_weights, "model", "do not fit its config.json"),
        (own_code, "unsafe", "asks to run code of its own"),
        (only_adapter, "model", "is an adapter"),
        (quantized, "model", "is quantised (gptq), and its weights cannot learn"),
    ],
)
def test_base_that_cannot_be_trained_is_named_with_the_reason(
    base: Path, data: Path, tmp_path: Path, change: Callable[[Path], None], reason: str, words: str
) -> None:
    change(base)
    with pytest.raises(EngineError) as caught:
        classify(base, data, tmp_path / "out")
    assert (caught.value.reason, words in caught.value.message) == (reason, True), caught.value.message
    assert "`acme/tiny`" in caught.value.message
    assert str(base) not in caught.value.message
    assert not (base / "ran").exists()
