"""What is asked of a run, from flags and from a file with the same keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import UsageError
from registry.runner.run_inputs import name_of
from registry.runner.run_request import KINDS, FinetuneRequest, InferRequest, read_request

LEAST = {"base": "acme/base", "data": "data.csv", "task": "causal-lm", "out": "out"}


def test_flags_win_over_the_file() -> None:
    request = read_request("finetune", {"epochs": 2.0, "base": "acme/other"}, {**LEAST, "epochs": 5, "learning-rate": 1e-5})
    assert isinstance(request, FinetuneRequest)
    assert (request.epochs, request.base, request.learning_rate) == (2.0, "acme/other", 1e-5)


def test_an_unknown_key_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="`lerning_rate`") as caught:
        read_request("finetune", LEAST, {"lerning_rate": 1}, "train.yaml")
    assert "train.yaml" in caught.value.message
    assert caught.value.hint == "did you mean `learning_rate`?"


def test_what_is_missing_is_named_by_its_flag() -> None:
    with pytest.raises(UsageError, match="`--data` is missing"):
        read_request("finetune", {**LEAST, "data": None})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("epochs", 0),
        ("epochs", "many"),
        ("learning_rate", float("nan")),
        ("epochs", float("inf")),
        ("seed", -1),
        ("evaluation_share", 1.0),
        ("task", "poetry"),
        ("batch_size", 0),
        ("method", "most"),
    ],
)
def test_a_value_that_cannot_be_is_named_by_its_flag(key: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"`--{key.replace('_', '-')}`"):
        read_request("finetune", {**LEAST, key: value})


def test_lists_may_be_written_with_commas() -> None:
    request = read_request("infer", {"model": "acme/base", "task": "zero-shot-image-classification", "output": "out.jsonl", "labels": "cat, dog"})
    assert isinstance(request, InferRequest)
    assert request.labels == ("cat", "dog")
    assert request.output == Path("out.jsonl")


ASK = {"model": "acme/base", "task": "text-classification"}


def test_an_input_of_several_words_is_the_text_that_is_asked_about() -> None:
    request = read_request("infer", {**ASK, "input": "Where is my refund? Order 12"})
    assert isinstance(request, InferRequest)
    assert (request.text, request.input, request.output) == ("Where is my refund? Order 12", None, Path("answers.jsonl"))


@pytest.mark.parametrize("given", ["rows.csv", "my rows.csv", "rows"])
def test_an_input_that_reads_as_a_file_stays_one(given: str) -> None:
    request = read_request("infer", {**ASK, "input": given})
    assert isinstance(request, InferRequest)
    assert (request.text, request.input) == (None, Path(given))


def test_a_file_whose_name_has_spaces_is_read(tmp_path: Path) -> None:
    (tmp_path / "my rows").write_text("one\n", encoding="utf-8")
    request = read_request("infer", {**ASK, "input": str(tmp_path / "my rows")})
    assert isinstance(request, InferRequest)
    assert request.input == tmp_path / "my rows"


def test_a_merge_takes_two_models_at_least() -> None:
    with pytest.raises(UsageError, match="`--model` is given once"):
        read_request("merge", {"models": ("acme/one",), "out": "out"})


def test_every_setting_of_every_job_can_be_asked_for() -> None:
    from registry.runner import job

    forms = {"finetune": job.FinetuneJob, "infer": job.InferJob, "merge": job.MergeJob, "quantize": job.QuantizeJob, "convert": job.ConvertJob}
    for kind, form in forms.items():
        wanted = set(form.model_fields) - {"machine", "training", "kind"}
        wanted |= set(job.Machine.model_fields) | (set(job.Hyperparameters.model_fields) if kind == "finetune" else set())
        assert wanted <= set(KINDS[kind].model_fields), kind


@pytest.mark.parametrize("name", ["dataset:made", "app:made", "acme/made@1", " ", "a\x1bb", "x" * 300])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        name_of(read_request("finetune", {**LEAST, "name": name}))
    assert name_of(read_request("finetune", LEAST)) == "out"


def test_a_launcher_is_split_as_a_shell_would() -> None:
    request = read_request("finetune", {**LEAST, "launcher": "'/opt/my tools/accelerate' launch --num_processes 2"})
    assert request.launcher == ("/opt/my tools/accelerate", "launch", "--num_processes", "2")
    with pytest.raises(UsageError, match="--launcher"):
        read_request("finetune", {**LEAST, "launcher": "'unclosed"})
