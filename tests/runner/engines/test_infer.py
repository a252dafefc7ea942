"""Asking tiny real models: in batches and in order, with templates, conversations and adapters."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from registry.runner.engines.infer import InferEngine
from registry.runner.events import Event, Noted, Progress
from registry.runner.job import InferJob, Machine, ModelInput
from tests.runner import tiny_models
from tests.runner.asking import CPU, ask, json_lines, refusal, table


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet", "txt"])
def test_answers_keep_the_order_of_the_rows_whatever_the_file(tiny: Callable[..., Path], tmp_path: Path, kind: str) -> None:
    texts = [f"the {'good ' * (number % 5)}film {number}" for number in range(11)]
    path = tmp_path / f"input.{kind}"
    if kind == "csv":
        table(path, [{"id": number, "text": text} for number, text in enumerate(texts)])
    elif kind == "jsonl":
        json_lines(path, *({"text": text} for text in texts))
    elif kind == "json":
        path.write_text(json.dumps(texts))
    elif kind == "parquet":
        arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        parquet.write_table(arrow.table({"text": texts}), path)
    else:
        path.write_text("\n".join(texts) + "\n\n")
    lines, finished, told = ask(tiny("classifier"), tmp_path / "out.jsonl", "text-classification", input=path, batch_size=4)
    assert [(line["index"], line["input"]) for line in lines] == list(enumerate(texts))
    assert {line["output"][0]["label"] for line in lines} <= {"negative", "positive"}
    assert finished.counts["examples"] == finished.data["input"]["rows"] == 11
    assert finished.artifacts == {"outputs": "out.jsonl"}
    done = [event for event in told if isinstance(event, Progress)]
    assert (done[-1].done, done[-1].total, done[-1].unit) == (11, 11, "rows")


def test_an_answer_does_not_depend_on_its_batch(tiny: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / "input.txt"
    path.write_text("good film\nthe bad player of the old club lost the match\nsun\n")
    for task, model in (
        ("text-classification", "classifier"),
        ("feature-extraction", "encoder"),
        ("text-generation", "causal_model"),
        ("translation", "seq2seq"),
    ):
        parameters = {"max_new_tokens": 8} if task in ("text-generation", "translation") else {}
        alone, _, _ = ask(tiny(model), tmp_path / f"{task}-1.jsonl", task, input=path, batch_size=1, parameters=parameters)
        together, _, _ = ask(tiny(model), tmp_path / f"{task}-3.jsonl", task, input=path, batch_size=3, parameters=parameters)
        for one, three in zip(alone, together, strict=True):
            if task == "text-classification":
                assert one["output"][0]["label"] == three["output"][0]["label"]
                assert one["output"][0]["score"] == pytest.approx(three["output"][0]["score"], abs=1e-5)
            elif task == "feature-extraction":
                assert one["output"] == pytest.approx(three["output"], abs=1e-5)
            else:
                assert one["output"] == three["output"]


def test_generation_is_what_the_model_itself_writes(tiny: Callable[..., Path], tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tiny("causal_model")
    lines, finished, _ = ask(folder, tmp_path / "out.jsonl", "text-generation", text="the sun", parameters={"max_new_tokens": 12, "chat": False})
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    inputs = tokenizer("the sun", return_tensors="pt")
    with torch.no_grad():
        written = model.generate(**inputs, max_new_tokens=12, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    assert lines[0]["output"] == tokenizer.decode(written, skip_special_tokens=True)
    assert finished.counts["tokens_in"] == inputs["input_ids"].shape[1]
    assert finished.settings["do_sample"] is False
    assert finished.settings["max_new_tokens"] == 12
    assert finished.counts["parameters_total"] == sum(parameter.numel() for parameter in model.parameters())


def test_a_conversation_format_is_used_where_there_is_one(tiny: Callable[..., Path], tmp_path: Path) -> None:
    wanted = {"max_new_tokens": 4, "system": "be brief"}
    _, chatting, _ = ask(tiny("causal_model"), tmp_path / "chat.jsonl", "text-generation", text="sun", parameters=wanted)
    _, plain, _ = ask(tiny("causal_model"), tmp_path / "plain.jsonl", "text-generation", text="sun", parameters={"max_new_tokens": 4, "chat": False})
    assert chatting.settings["chat"] is True
    template = "<|system|>be brief</s><|user|>sun</s><|assistant|>"
    # `</s>` is one token, every other character is one.
    assert chatting.counts["tokens_in"] == len(template.replace("</s>", "!"))
    assert plain.counts["tokens_in"] == len("sun") + 1


def test_sampling_is_the_same_with_the_same_seed(tiny: Callable[..., Path], tmp_path: Path) -> None:
    def draw(seed: int, name: str) -> list[Any]:
        job = InferJob(
            task="text-generation",
            model=ModelInput(name="acme/tiny", folder=tiny("causal_model")),
            text="the sun",
            output=tmp_path / name,
            parameters={"temperature": 2.0, "max_new_tokens": 20, "num_return_sequences": 3},
            machine=Machine(device="cpu", threads=1, seed=seed),
        )
        finished = InferEngine().run(job, lambda event: None)
        assert finished.settings["do_sample"] is True
        return json.loads((tmp_path / name).read_text())["output"]

    first = draw(1, "a")
    assert len(first) == 3
    assert first == draw(1, "b") != draw(2, "c")


def test_a_prompt_template_is_filled_in_and_told_by_digest(tiny: Callable[..., Path], tmp_path: Path) -> None:
    import hashlib

    template = tmp_path / "prompt.txt"
    template.write_text("{{{name}}} says: {text}")
    rows = table(tmp_path / "in.csv", [{"name": "Ann {text}", "text": "the sun {name}"}])
    lines, finished, _ = ask(tiny("classifier"), tmp_path / "out.jsonl", "text-classification", input=rows, prompt_template=template)
    assert lines[0]["prompt"] == "{Ann {text}} says: the sun {name}"
    assert finished.settings["prompt_template_sha256"] == hashlib.sha256(template.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{text.__class__}", "more than a plain name"),
        ("{text[0]}", "more than a plain name"),
        ("{text!r}", "more than a plain name"),
        ("{text:>1000000000}", "more than a plain name"),
        ("{}", "or with none"),
        ("{text", "cannot be read"),
        ("say it", "no placeholder"),
        ("{subject} {text}", "asks for `{subject}`"),
    ],
)
def test_a_template_holds_plain_names_of_columns_and_nothing_else(tiny: Callable[..., Path], tmp_path: Path, template: str, said: str) -> None:
    path = tmp_path / "prompt.txt"
    path.write_text(template)
    error = refusal(tiny("classifier"), tmp_path / "out.jsonl", "text-classification", text="sun", prompt_template=path)
    assert error.reason == "data"
    assert said in error.message
    assert not (tmp_path / "out.jsonl").exists()


def test_long_texts_are_cut_and_counted(tiny: Callable[..., Path], tmp_path: Path) -> None:
    rows = json_lines(tmp_path / "in.jsonl", {"text": "good " * 500}, {"text": "good"})
    for task, model, parameters in (("text-classification", "classifier", {}), ("text-generation", "causal_model", {"max_new_tokens": 5, "chat": False})):
        lines, finished, told = ask(tiny(model), tmp_path / f"{task}.jsonl", task, input=rows, parameters=parameters)
        assert [line.get("cut", False) for line in lines] == [True, False]
        assert finished.counts["cut"] == 1
        assert any("1 text was longer than the model takes, and cut" in event.text for event in told if isinstance(event, Noted))


def make_adapter(base: Path, folder: Path, kind: str, **options: Any) -> Path:
    """A LoRA adapter with weights that change what the base says, saved as peft does."""
    import torch
    import transformers
    from peft import LoraConfig, get_peft_model

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)  # peft 0.21 with transformers 5.24
        model = get_peft_model(getattr(transformers, kind).from_pretrained(base), LoraConfig(r=2, init_lora_weights=False, **options))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                torch.nn.init.normal_(parameter, std=0.5)
    model.save_pretrained(folder)
    return folder


def test_an_adapter_answers_on_its_base(tiny: Callable[..., Path], tmp_path: Path) -> None:
    pytest.importorskip("peft")
    adapter = make_adapter(tiny("causal_model"), tmp_path / "adapter", "AutoModelForCausalLM", task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])
    parameters = {"max_new_tokens": 8, "chat": False}
    plain, _, _ = ask(tiny("causal_model"), tmp_path / "plain.jsonl", "text-generation", text="the sun", parameters=parameters)
    adapted, finished, told = ask(
        tiny("causal_model"),
        tmp_path / "adapted.jsonl",
        "text-generation",
        text="the sun",
        parameters=parameters,
        adapter=ModelInput(name="acme/adapter", folder=adapter),
    )
    assert plain[0]["output"] != adapted[0]["output"]
    assert finished.settings["adapter"] == "acme/adapter"
    assert not [event for event in told if isinstance(event, Noted)]


def test_an_adapter_alone_or_on_another_base_is_refused(tiny: Callable[..., Path], tmp_path: Path) -> None:
    pytest.importorskip("peft")
    adapter = make_adapter(tiny("causal_model"), tmp_path / "adapter", "AutoModelForCausalLM", task_type="CAUSAL_LM", target_modules=["q_proj"])
    alone = refusal(adapter, tmp_path / "alone.jsonl", "text-generation", text="sun")
    assert "is an adapter, and cannot answer without its base" in alone.message
    wide = tiny_models.make_causal_model(tmp_path / "wide", hidden=64)
    other = refusal(wide, tmp_path / "other.jsonl", "text-generation", text="sun", adapter=ModelInput(name="acme/adapter", folder=adapter))
    assert other.reason == "model"
    assert "does not fit `acme/tiny`" in other.message
    none = refusal(wide, tmp_path / "none.jsonl", "text-generation", text="sun", adapter=ModelInput(name="acme/wide", folder=wide))
    assert "is no adapter" in none.message


def test_a_worker_answers_and_an_interrupted_one_says_so(tiny: Callable[..., Path], tmp_path: Path) -> None:
    import _thread

    from registry.errors import RunError
    from registry.runner.process import run_worker

    rows = tmp_path / "in.txt"
    rows.write_text("the sun\n" * 400)
    job = InferJob(
        task="text-generation",
        model=ModelInput(name="acme/tiny", folder=tiny("causal_model")),
        input=rows,
        output=tmp_path / "out.jsonl",
        batch_size=2,
        parameters={"max_new_tokens": 60, "min_new_tokens": 60, "chat": False},
        machine=CPU,
    )
    told: list[Event] = []

    def stop_early(event: Event) -> None:
        told.append(event)
        if isinstance(event, Progress):
            _thread.interrupt_main()

    with pytest.raises(RunError) as caught:
        run_worker(job, stop_early)
    assert caught.value.reason == "interrupted"
    assert told[0].event == "started"
    assert 0 < len((tmp_path / "out.jsonl").read_text().splitlines()) < 400

    short = job.model_copy(update={"input": None, "text": "the sun", "output": tmp_path / "short.jsonl"})
    finished = run_worker(short, lambda event: None)
    assert finished.counts["tokens_out"] == 60
    assert finished.peak_memory_bytes
    assert finished.cpu_seconds > 0
