"""What cannot be asked, or asked about, is told in one line and before it can do harm."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tests.runner import tiny_models
from tests.runner.asking import ask, refusal


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
