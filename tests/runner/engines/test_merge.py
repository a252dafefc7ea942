"""Merging tiny real models: the mathematics against plain numpy, shards, types, and models that do not go together."""

from __future__ import annotations

import json
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from registry.runner.engines.infer import InferEngine
from registry.runner.engines.interface import EngineError
from registry.runner.engines.merge import MergeEngine
from registry.runner.engines.merge_adapter import AdapterMergeEngine
from registry.runner.engines.shards import ShardWriter
from registry.runner.events import Event, Finished, Noted
from registry.runner.job import InferJob, Machine, MergeJob, ModelInput
from registry.sources.weights.tensors import read_tensor_set
from tests.runner import tiny_models
from tests.runner.running import finetune

CPU = Machine(device="cpu", threads=1)
HERE = find_spec("mergekit") is not None
by_mergekit = pytest.mark.skipif(not HERE, reason="mergekit is not installed")


def models(*folders: Path) -> tuple[ModelInput, ...]:
    return tuple(ModelInput(name=f"acme/{folder.name}", folder=folder) for folder in folders)


def merge(out: Path, *folders: Path, **values: Any) -> tuple[Finished, list[Event]]:
    told: list[Event] = []
    job = MergeJob(models=models(*folders), out=out, machine=CPU, **values)
    engine = AdapterMergeEngine() if job.method == "adapter" else MergeEngine()
    return engine.run(job, told.append), told


def refusal(out: Path, *folders: Path, **values: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        merge(out, *folders, **values)
    return caught.value


def weights(folder: Path) -> dict[str, Any]:
    found = {}
    for file in sorted(folder.glob("*.safetensors")):
        found.update(load_file(file))
    return found


def notes(told: list[Event]) -> list[str]:
    return [event.text for event in told if isinstance(event, Noted)]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    place = tmp_path_factory.mktemp("three")
    return [tiny_models.make_causal_model(place / name, seed=seed) for seed, name in enumerate(("first", "second", "third"))]


def slerp(t: float, first: Any, second: Any) -> Any:
    """Shoemake 1985: along the arc between two directions; between lengths as the weights of the arc say."""
    a, b = first.ravel().astype(np.float64), second.ravel().astype(np.float64)
    cosine = float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    if abs(cosine) > 0.9995:
        return (1 - t) * first + t * second
    angle = np.arccos(cosine)
    return ((np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)).reshape(first.shape)


def ties(base: Any, others: list[Any], shares: list[float], density: float) -> Any:
    """Yadav et al. 2023, algorithm 1: trim, elect a sign, mean of those that agree."""
    changes = []
    for other in others:
        change = (other - base).astype(np.float64).ravel()
        kept = int(density * change.size)
        change[np.argsort(-np.abs(change), kind="stable")[kept:]] = 0
        changes.append(change)
    weighted = np.stack([share * change for share, change in zip(shares, changes, strict=True)])
    sign = np.where(weighted.sum(0) >= 0, 1.0, -1.0)
    agree = np.sign(weighted) == sign
    total = (agree * np.array(shares)[:, None]).sum(0)
    return base + ((weighted * agree).sum(0) / np.where(total == 0, 1, total)).reshape(base.shape)


def test_linear_is_the_weighted_mean_of_every_tensor(three: list[Path], tmp_path: Path) -> None:
    finished, told = merge(tmp_path / "out", *three, weights=(2.0, 1.0, 1.0))
    first, second, third, merged = (weights(folder) for folder in (*three, tmp_path / "out"))
    assert merged.keys() == first.keys()
    for name, tensor in merged.items():
        assert torch.allclose(tensor, 0.5 * first[name] + 0.25 * second[name] + 0.25 * third[name], atol=1e-6)
    assert any("scaled so that they sum to 1: 0.5, 0.25, 0.25" in note for note in notes(told))
    assert finished.settings["weights"] == ["0.5", "0.25", "0.25"]
    assert finished.counts["parameters_total"] == sum(tensor.numel() for tensor in first.values())


@by_mergekit
def test_linear_is_that_of_mergekit_to_the_last_digits(three: list[Path], tmp_path: Path) -> None:
    from mergekit.merge_methods import merge_tensors

    shares = [0.2, 0.3, 0.5]
    merge(tmp_path / "out", *three, weights=tuple(shares))
    sets = [weights(folder) for folder in three]
    for name, tensor in weights(tmp_path / "out").items():
        theirs = merge_tensors([each[name] for each in sets], "linear", parameters={"weight": shares}, dtype=torch.float32, out_dtype=torch.float32, name=name)
        assert torch.allclose(tensor, theirs, rtol=1e-6, atol=1e-7), name


@pytest.mark.parametrize("method", ["slerp", "ties"])
def test_without_mergekit_the_extra_is_named_and_linear_still_merges(three: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setitem(sys.modules, "mergekit", None)
    error = refusal(tmp_path / "out", *three[:2], method=method)
    assert (error.reason, error.extra) == ("missing", "merge")
    assert "licet[merge]" in str(error.hint)
    assert not (tmp_path / "out").exists()
    assert merge(tmp_path / "plain", *three[:2])[0].settings["method"] == "linear"


@by_mergekit
@pytest.mark.parametrize("t", [0.0, 0.3, 1.0])
def test_slerp_follows_the_arc(three: list[Path], tmp_path: Path, t: float) -> None:
    merge(tmp_path / "out", *three[:2], method="slerp", weights=(1 - t, t))
    first, second, merged = (weights(folder) for folder in (*three[:2], tmp_path / "out"))
    for name, tensor in merged.items():
        assert np.allclose(tensor.numpy(), slerp(t, first[name].numpy(), second[name].numpy()), atol=1e-5), name


@by_mergekit
@pytest.mark.parametrize(("shares", "density"), [((1.0, 1.0), 0.2), ((0.7, 0.2), 0.5), ((1.0, 3.0), 1.0)])
def test_ties_keeps_large_changes_whose_signs_agree(three: list[Path], tmp_path: Path, shares: tuple[float, float], density: float) -> None:
    finished, _ = merge(tmp_path / "out", *three, method="ties", weights=shares, density=density)
    base, second, third, merged = (weights(folder) for folder in (*three, tmp_path / "out"))
    for name, tensor in merged.items():
        wanted = ties(base[name].numpy(), [second[name].numpy(), third[name].numpy()], list(shares), density)
        assert np.allclose(tensor.numpy(), wanted, atol=1e-5), name
    assert (finished.settings["base"], finished.settings["density"]) == ("acme/first", density)


def test_a_merged_model_loads_and_writes(three: list[Path], tmp_path: Path) -> None:
    merge(tmp_path / "out", *three[:2])
    job = InferJob(
        task="text-generation",
        model=models(tmp_path / "out")[0],
        text="sun",
        output=tmp_path / "said.jsonl",
        parameters={"max_new_tokens": 5, "chat": False},
        machine=CPU,
    )
    assert InferEngine().run(job, lambda event: None).counts["failed"] == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"}


@pytest.mark.parametrize("make", [tiny_models.make_classifier, tiny_models.make_seq2seq, tiny_models.make_clip, tiny_models.make_masked_model])
def test_any_architecture_is_merged(tmp_path: Path, make: Any) -> None:
    first, second = make(tmp_path / "a", seed=1), make(tmp_path / "b", seed=2)
    merge(tmp_path / "out", first, second)
    assert weights(tmp_path / "out").keys() == weights(first).keys()


def test_types_are_kept_and_others_noted(tmp_path: Path) -> None:
    coarse = tiny_models.make_causal_model(tmp_path / "coarse", seed=1, dtype="bfloat16")
    fine = tiny_models.make_causal_model(tmp_path / "fine", seed=2)
    _, told = merge(tmp_path / "out", coarse, fine)
    assert {tensor.dtype for tensor in weights(tmp_path / "out").values()} == {torch.bfloat16}
    assert any("has values in F32; the types of `acme/coarse` are kept" in note for note in notes(told))


def test_models_in_shards_are_merged_into_shards(three: list[Path], tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    AutoModelForCausalLM.from_pretrained(three[0]).save_pretrained(tmp_path / "sharded", max_shard_size="40KB")
    assert len(list((tmp_path / "sharded").glob("*.safetensors"))) > 2
    merge(tmp_path / "out", tmp_path / "sharded", three[1])
    merge(tmp_path / "plain", three[0], three[1])
    sharded, plain = weights(tmp_path / "out"), weights(tmp_path / "plain")
    assert all(torch.equal(sharded[name], plain[name]) for name in plain)


def test_shards_hold_every_tensor_once_and_load_again(three: list[Path], tmp_path: Path) -> None:
    from transformers import AutoConfig, AutoModelForCausalLM

    tensors = weights(three[0])
    order = list(read_tensor_set(three[0]).tensors.values())
    out = tmp_path / "out"
    out.mkdir()
    writer = ShardWriter(out, order, limit=30_000)
    for tensor in order:
        writer.add(tensor.name, tensors[tensor.name])
    assert writer.close() == len(list(out.glob("*.safetensors"))) > 3
    AutoConfig.from_pretrained(three[0]).save_pretrained(out)
    assert read_tensor_set(out).tensors.keys() == tensors.keys()
    again = AutoModelForCausalLM.from_pretrained(out).state_dict()
    assert all(torch.equal(again[name], tensors[name]) for name in tensors)


def test_another_tokenizer_is_noted_and_the_first_is_kept(three: list[Path], tmp_path: Path) -> None:
    other = tiny_models.make_causal_model(tmp_path / "other", seed=5)
    tokenizer = json.loads((other / "tokenizer.json").read_text())
    tokenizer["truncation"] = None
    tokenizer["normalizer"] = {"type": "Lowercase"}
    (other / "tokenizer.json").write_text(json.dumps(tokenizer))
    _, told = merge(tmp_path / "out", three[0], other)
    assert any("the tokenizer of `acme/other` is not that of `acme/first`" in note for note in notes(told))
    assert (tmp_path / "out" / "tokenizer.json").read_bytes() == (three[0] / "tokenizer.json").read_bytes()


def test_two_architectures_are_not_merged(three: list[Path], tmp_path: Path) -> None:
    error = refusal(tmp_path / "out", three[0], tiny_models.make_classifier(tmp_path / "bert"))
    assert error.reason == "model"
    assert "is a BertForSequenceClassification, and `acme/first` is a LlamaForCausalLM" in error.message
    assert not (tmp_path / "out").exists()


def test_models_of_other_sizes_say_which_tensor_differs(three: list[Path], tmp_path: Path) -> None:
    wide = refusal(tmp_path / "out", three[0], tiny_models.make_causal_model(tmp_path / "wide", hidden=64))
    assert "is 260 by 32 in `acme/first` and 260 by 64 in `acme/wide`" in wide.message
    deep = refusal(tmp_path / "out", three[0], tiny_models.make_causal_model(tmp_path / "deep", layers=3))
    assert "`acme/deep` has the tensor `model.layers.2." in deep.message
    assert "and 8 more, which `acme/first` lacks" in deep.message


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_not_numbers_stop_a_merge(three: list[Path], tmp_path: Path, value: float) -> None:
    broken = tiny_models.make_causal_model(tmp_path / "broken", seed=4)
    tensors = load_file(broken / "model.safetensors")
    tensors["model.norm.weight"][3] = value
    save_file(tensors, broken / "model.safetensors", metadata={"format": "pt"})
    error = refusal(tmp_path / "out", three[0], broken)
    assert "`model.norm.weight` of `acme/broken` holds values that are not numbers" in error.message


@pytest.mark.parametrize(
    ("count", "values", "said"),
    [
        (1, {}, "two models at least"),
        (2, {"weights": (1.0,)}, "2 models and 1 weights"),
        (2, {"weights": (1.0, -1.0)}, "0 or more"),
        (2, {"weights": (0.0, 0.0)}, "not all of them 0"),
        (2, {"weights": (1.0, float("nan"))}, "0 or more"),
        (3, {"method": "slerp"}, "it takes two, not 3"),
        (2, {"density": 0.5}, "takes no density"),
        (3, {"method": "ties", "density": 0.0}, "keeps nothing"),
        (3, {"method": "ties", "weights": (1.0,)}, "2 models beside the base and 1 weights"),
        (3, {"method": "adapter"}, "folded into one base"),
    ],
)
def test_numbers_that_a_method_does_not_take_are_refused(three: list[Path], tmp_path: Path, count: int, values: dict[str, Any], said: str) -> None:
    error = refusal(tmp_path / "out", *three[:count], **values)
    assert error.reason == "data"
    assert said in error.message


def test_the_same_folder_twice_and_a_folder_with_files_are_refused(three: list[Path], tmp_path: Path) -> None:
    assert "named twice" in refusal(tmp_path / "out", three[0], three[0]).message
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    assert "holds files already" in refusal(tmp_path / "full", *three[:2]).message


def test_a_quantised_model_is_not_merged(three: list[Path], tmp_path: Path) -> None:
    quantised = tiny_models.make_causal_model(tmp_path / "quantised")
    config = json.loads((quantised / "config.json").read_text())
    (quantised / "config.json").write_text(json.dumps(config | {"quantization_config": {"quant_method": "torchao"}}))
    assert "are quantised (torchao)" in refusal(tmp_path / "out", three[0], quantised).message


def make_adapter(base: Path, folder: Path, **options: Any) -> Any:
    """A LoRA adapter as peft saves it; the model with it is given back."""
    import transformers
    from peft import LoraConfig, get_peft_model

    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)  # peft 0.21 with transformers 5.24
        torch.manual_seed(3)
        kind = transformers.AutoModelForSequenceClassification if options.get("task_type") == "SEQ_CLS" else transformers.AutoModelForCausalLM
        model = get_peft_model(kind.from_pretrained(base), LoraConfig(r=2, init_lora_weights=False, **options))
    model.save_pretrained(folder)
    return model.eval()


def test_a_folded_adapter_says_what_base_and_adapter_say_together(three: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("peft")
    from transformers import AutoModelForCausalLM

    together = make_adapter(three[0], tmp_path / "adapter", task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])
    finished, _ = merge(tmp_path / "out", three[0], tmp_path / "adapter", method="adapter")
    folded = AutoModelForCausalLM.from_pretrained(tmp_path / "out").eval()
    ids = torch.arange(20).reshape(2, 10)
    with torch.no_grad():
        assert torch.allclose(together(ids).logits, folded(ids).logits, atol=1e-4)
    assert not list((tmp_path / "out").glob("adapter*"))
    assert (tmp_path / "out" / "tokenizer.json").is_file()
    assert finished.settings["adapter_type"] == "LORA"


def test_an_adapter_with_a_head_of_its_own_is_folded_into_a_base_without_one(tmp_path: Path) -> None:
    pytest.importorskip("peft")
    from transformers import AutoModelForSequenceClassification

    base = tiny_models.make_encoder(tmp_path / "base")
    together = make_adapter(base, tmp_path / "adapter", task_type="SEQ_CLS", target_modules=["query", "value"])
    merge(tmp_path / "out", base, tmp_path / "adapter", method="adapter")
    folded = AutoModelForSequenceClassification.from_pretrained(tmp_path / "out").eval()
    ids = torch.arange(20).reshape(2, 10)
    with torch.no_grad():
        assert torch.allclose(together(ids).logits, folded(ids).logits, atol=1e-5)


def test_no_adapter_and_an_adapter_of_another_base_are_refused(three: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("peft")
    make_adapter(three[0], tmp_path / "adapter", task_type="CAUSAL_LM", target_modules=["q_proj"])
    assert "is no adapter" in refusal(tmp_path / "out", three[0], three[1], method="adapter").message
    other = tiny_models.make_causal_model(tmp_path / "wide", hidden=64)
    assert "does not fit `acme/wide`" in refusal(tmp_path / "out", other, tmp_path / "adapter", method="adapter").message
    assert "is an adapter" in refusal(tmp_path / "out", three[0], tmp_path / "adapter").message


def test_an_adapter_that_was_trained_here_keeps_the_names_of_its_labels(tmp_path: Path) -> None:
    pytest.importorskip("peft")
    base = tiny_models.make_encoder(tmp_path / "base")
    rows = [("team ball goal", "sport"), ("bank price market", "money"), ("film music song", "art")] * 12
    (tmp_path / "rows.csv").write_text("text,label\n" + "".join(f"{text} {number},{label}\n" for number, (text, label) in enumerate(rows)))
    finetune("text-classification", base, tmp_path / "rows.csv", tmp_path / "adapter", method="lora", max_steps=2, device="cpu")
    merge(tmp_path / "out", base, tmp_path / "adapter", method="adapter")
    assert sorted(json.loads((tmp_path / "out" / "config.json").read_text())["id2label"].values()) == ["art", "money", "sport"]

    def asked(output: Path, model: ModelInput, adapter: ModelInput | None = None) -> Any:
        question = InferJob(task="text-classification", model=model, adapter=adapter, text="team ball", output=output, parameters={"top_k": 3}, machine=CPU)
        InferEngine().run(question, lambda event: None)
        return json.loads(output.read_text())["output"]

    beside = asked(tmp_path / "beside.jsonl", *models(base, tmp_path / "adapter"))
    folded = asked(tmp_path / "folded.jsonl", *models(tmp_path / "out"))
    assert [each["label"] for each in beside] == [each["label"] for each in folded]
    assert {each["label"] for each in beside} == {"art", "money", "sport"}
    assert beside[0]["score"] == pytest.approx(folded[0]["score"], abs=1e-5)
