"""Quantising tiny real models: what comes of it loads again, is smaller and still says what it said."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from registry.runner.engines.infer import InferEngine
from registry.runner.engines.interface import EngineError
from registry.runner.engines.quantize import QuantizeEngine
from registry.runner.events import Event, Finished, Metrics, Noted
from registry.runner.job import InferJob, Machine, ModelInput, QuantizeJob
from registry.runner.safety import check_folder
from tests.runner import tiny_models

CPU = Machine(device="cpu", threads=1)


def quantize(folder: Path, out: Path, **values: Any) -> tuple[Finished, list[Event]]:
    told: list[Event] = []
    job = QuantizeJob(model=ModelInput(name="acme/tiny", folder=folder), out=out, machine=CPU, **values)
    return QuantizeEngine().run(job, told.append), told


def refusal(folder: Path, out: Path, **values: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        quantize(folder, out, **values)
    return caught.value


def ask(folder: Path, output: Path, task: str) -> Any:
    job = InferJob(
        task=task,
        model=ModelInput(name="acme/tiny", folder=folder),
        text="the good film",
        output=output,
        parameters={"max_new_tokens": 5} if task == "text-generation" else {},
        machine=CPU,
    )
    InferEngine().run(job, lambda event: None)
    return json.loads(output.read_text())["output"]


@pytest.mark.parametrize("method", ["dynamic-int8", "int8"])
@pytest.mark.parametrize(("make", "task"), [(tiny_models.make_causal_model, "text-generation"), (tiny_models.make_classifier, "text-classification")])
def test_an_int8_model_is_smaller_loads_again_and_says_nearly_the_same(tmp_path: Path, make: Any, task: str, method: str) -> None:
    pytest.importorskip("torchao")
    from safetensors.torch import load_file

    folder = make(tmp_path / "model")
    finished, told = quantize(folder, tmp_path / "out", method=method)
    assert finished.counts["bytes_after"] < finished.counts["bytes_before"] == (folder / "model.safetensors").stat().st_size
    assert finished.counts["layers_quantized"] >= 12
    tensors = load_file(tmp_path / "out" / "model.safetensors")
    assert {"torch.int8"} <= {str(tensor.dtype) for tensor in tensors.values()}
    before, after = (event.values for event in told if isinstance(event, Metrics))
    assert after["output_cosine"] > 0.99
    assert after["seconds_per_pass"] > 0
    assert ("perplexity" in before) is (task == "text-generation")
    if "perplexity" in before:
        assert after["perplexity"] == pytest.approx(before["perplexity"], rel=0.02)
    checked = check_folder(tmp_path / "out", "acme/tiny-int8")
    assert (checked.quantization, checked.notes) == ("torchao", ())
    plain, coarse = ask(folder, tmp_path / "plain.jsonl", task), ask(tmp_path / "out", tmp_path / "coarse.jsonl", task)
    if task == "text-classification":
        assert plain[0]["score"] == pytest.approx(coarse[0]["score"], abs=0.01)
    else:
        assert isinstance(coarse, str)


def test_the_same_model_becomes_the_same_files_each_time(tmp_path: Path) -> None:
    pytest.importorskip("torchao")
    from safetensors import safe_open

    folder = tiny_models.make_classifier(tmp_path / "model")
    for name in ("first", "second"):
        quantize(folder, tmp_path / name)
    first, second = (tmp_path / name / "model.safetensors" for name in ("first", "second"))
    with safe_open(first, framework="pt") as file:
        assert len(file.metadata()) > 2
        assert list(json.loads(first.read_bytes()[8 : 8 + int.from_bytes(first.read_bytes()[:8], "little")])["__metadata__"]) == sorted(file.metadata())
    assert first.read_bytes() == second.read_bytes()


def test_a_model_without_a_tokenizer_is_quantised_without_a_comparison(tmp_path: Path) -> None:
    pytest.importorskip("torchao")
    folder = tiny_models.make_causal_model(tmp_path / "model")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    finished, told = quantize(folder, tmp_path / "out")
    assert finished.counts["bytes_after"] < finished.counts["bytes_before"]
    assert any("has no tokenizer" in event.text for event in told if isinstance(event, Noted))


def test_an_architecture_that_the_method_does_not_know_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torchao")
    error = refusal(tiny_models.make_clip(tmp_path / "clip"), tmp_path / "out")
    assert (error.reason, error.message) == ("model", "transformers does not quantise a CLIPModel by `dynamic-int8`")


def test_a_model_of_two_halves_is_compared_too(tmp_path: Path) -> None:
    pytest.importorskip("torchao")
    _, told = quantize(tiny_models.make_seq2seq(tmp_path / "model"), tmp_path / "out")
    assert [event.values for event in told if isinstance(event, Metrics)][1]["output_cosine"] > 0.95


@pytest.mark.skipif(find_spec("bitsandbytes") is not None, reason="bitsandbytes is installed")
def test_a_library_that_is_missing_is_named_with_the_extra_that_brings_it(tmp_path: Path) -> None:
    error = refusal(tmp_path / "model", tmp_path / "out", method="bitsandbytes-4bit")
    assert (error.reason, error.extra) == ("missing", "quantize")
    assert "licet[quantize]" in str(error.hint)


def test_a_model_that_is_quantised_already_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torchao")
    quantize(tiny_models.make_causal_model(tmp_path / "model"), tmp_path / "once")
    error = refusal(tmp_path / "once", tmp_path / "twice")
    assert error.reason == "model"
    assert "is quantised already (torchao)" in error.message
    assert not (tmp_path / "twice").exists()


def test_values_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("torchao")
    from safetensors.torch import load_file, save_file

    folder = tiny_models.make_causal_model(tmp_path / "model")
    tensors = load_file(folder / "model.safetensors")
    tensors["model.norm.weight"][0] = float("nan")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    assert "`model.norm.weight` of `acme/tiny` holds values that are not numbers" in refusal(folder, tmp_path / "out").message


def test_an_architecture_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torchao")
    folder = tiny_models.make_causal_model(tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    for named in (["pipeline"], ["os"], [], ["LlamaForNothing"]):
        (folder / "config.json").write_text(json.dumps(config | {"architectures": named}))
        assert "names no architecture that is known here" in refusal(folder, tmp_path / "out").message
