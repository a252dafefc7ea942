"""Eight and four bits by bitsandbytes, and adapters on a base that it keeps in four: on the processor, where the library is installed."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from registry.runner.engines.interface import EngineError
from registry.runner.events import Metrics
from registry.runner.job import ModelInput, QuantizeJob
from registry.runner.safety import check_folder
from tests.runner import tiny_models
from tests.runner.asking import CPU, ask
from tests.runner.running import classify, finetune, json_lines, run

HERE = find_spec("bitsandbytes") is not None
installed = pytest.mark.skipif(not HERE, reason="bitsandbytes is not installed")
absent = pytest.mark.skipif(HERE, reason="bitsandbytes is installed")


@installed
@pytest.mark.parametrize(("method", "alike"), [("bitsandbytes-8bit", 0.99), ("bitsandbytes-4bit", 0.9)])
def test_a_model_is_stored_in_fewer_bits_and_answers(tmp_path: Path, method: str, alike: float) -> None:
    folder, out = tiny_models.make_causal_model(tmp_path / "model", hidden=64), tmp_path / "out"
    ran = run(QuantizeJob(model=ModelInput(name="acme/tiny", folder=folder), out=out, machine=CPU, method=method))
    assert ran.finished.counts["layers_quantized"] >= 14
    assert ran.finished.counts["bytes_after"] < ran.finished.counts["bytes_before"]
    before, after = (event.values for event in ran.events if isinstance(event, Metrics))
    assert after["output_cosine"] > alike
    assert after["perplexity"] == pytest.approx(before["perplexity"], rel=0.1)
    checked = check_folder(out, "acme/coarse")
    assert (checked.quantization, checked.notes) == ("bitsandbytes", ())
    lines, finished, _ = ask(out, tmp_path / "answers.jsonl", "text-generation", text="the sun", parameters={"max_new_tokens": 5})
    assert isinstance(lines[0]["output"], str)
    assert finished.counts["parameters_total"] == ran.finished.counts["parameters_total"]


ROWS: dict[str, list[dict[str, Any]]] = {
    "causal-lm": [{"text": "please send my parcel to Rome today . thank you"}] * 40,
    "embedding": [{"anchor": f"my {word}", "positive": f"your {word}"} for word in ("parcel", "order", "refund", "card")] * 10,
    "instruction": [{"prompt": "who wins?", "completion": "the red team"}] * 40,
    "seq2seq": [{"source": "red please", "target": "one"}] * 40,
    "token-classification": [{"tokens": ["Anna", "works"], "tags": ["B-PER", "O"]}] * 40,
    "dpo": [{"prompt": "my order is late", "chosen": "thank you", "rejected": "not my question"}] * 40,
}


def wide_encoder(folder: Path) -> Path:
    return tiny_models.make_encoder(folder, hidden_size=64)


def wide_causal_model(folder: Path) -> Path:
    return tiny_models.make_causal_model(folder, hidden=64)


def wide_seq2seq(folder: Path) -> Path:
    return tiny_models.make_seq2seq(folder, hidden=64)


BASES = {"causal-lm": wide_causal_model, "instruction": wide_causal_model, "dpo": wide_causal_model, "seq2seq": wide_seq2seq}


@installed
@pytest.mark.parametrize("task", ROWS)
def test_qlora_teaches_an_adapter_on_the_processor(tmp_path: Path, task: str) -> None:
    base = BASES.get(task, wide_encoder)(tmp_path / "base")
    data = json_lines(tmp_path / "set.jsonl", ROWS[task])
    plain = finetune(task, base, data, tmp_path / "plain", method="lora", max_steps=1).finished.counts
    ran = finetune(task, base, data, tmp_path / "out", method="qlora", learning_rate=1e-2, max_steps=12)
    assert ran.metrics("after")["loss"] < ran.metrics("before")["loss"]
    assert ran.finished.settings["method"] == "qlora"
    counts = ran.finished.counts
    assert (counts["parameters_total"], counts["parameters_trained"]) == (plain["parameters_total"], plain["parameters_trained"])
    config = json.loads((tmp_path / "out" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "acme/tiny"


@installed
def test_qlora_of_a_classifier_answers_on_its_base(data: Path, tmp_path: Path) -> None:
    base = wide_encoder(tmp_path / "base")
    ran = classify(base, data, tmp_path / "out", method="qlora", learning_rate=3e-2, epochs=10)
    assert ran.metrics("after")["accuracy"] > ran.metrics("before")["accuracy"]
    adapter = ModelInput(name="acme/adapter", folder=tmp_path / "out")
    lines, _, _ = ask(base, tmp_path / "answers.jsonl", "text-classification", text="my parcel is late", adapter=adapter)
    assert lines[0]["output"][0]["label"] in ("access", "billing", "shipping")


@installed
def test_layers_that_the_short_cut_of_the_library_cannot_take_are_computed_all_the_same(base: Path, data: Path, tmp_path: Path) -> None:
    ran = classify(base, data, tmp_path / "out", method="qlora", max_steps=2)  # rows of 32 values
    assert ran.metrics("after")["loss"] > 0


@installed
def test_gradients_come_through_layers_in_four_bits_after_a_measurement(tmp_path: Path) -> None:
    import torch
    import transformers

    from registry.runner.engines.four_bits import settle_four_bits

    folder = wide_causal_model(tmp_path / "model")
    config = transformers.BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.float32)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, quantization_config=config, dtype=torch.float32)
    settle_four_bits(model, learns=True)
    ids = torch.tensor([[5, 6, 7, 8]])
    gradients = []
    for turn in range(2):
        vectors = model.get_input_embeddings()(ids).detach().requires_grad_()
        model.train()(inputs_embeds=vectors, labels=ids).loss.backward()
        gradients.append(vectors.grad)
        if turn == 0:
            with torch.no_grad():
                model.eval()(input_ids=ids)
    assert torch.allclose(gradients[0], gradients[1], rtol=1e-3, atol=1e-6)


@absent
def test_qlora_without_its_library_names_the_extra_that_brings_it(base: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        classify(base, data, tmp_path / "out", method="qlora")
    assert (caught.value.reason, caught.value.extra) == ("missing", "quantize")
    assert "licet[quantize]" in str(caught.value.hint)
    assert not (tmp_path / "out").exists()


def test_a_device_that_the_library_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import torch

    from registry.runner.engines.adapters import check_method
    from registry.runner.engines.machine import Readied
    from tests.runner.running import finetune_job

    library = tmp_path / "bitsandbytes.py"
    library.write_text("supported_torch_devices = {'cuda'}\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "bitsandbytes"]:
        monkeypatch.delitem(sys.modules, name)
    job = finetune_job("causal-lm", tmp_path, tmp_path, tmp_path / "out", method="qlora")
    try:
        with pytest.raises(EngineError, match="does not compute on `cpu`"):
            check_method(job, Readied(torch.device("cpu"), "fp32"))
    finally:
        sys.modules.pop("bitsandbytes", None)
