"""The course of a fine-tuning: the same outcome every time, checkpoints and resuming, and every way in which it can end early."""

from __future__ import annotations

import hashlib
import json
import math
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.errors import RunError
from registry.runner.defaults import OPTIMIZERS
from registry.runner.engines.interface import EngineError
from registry.runner.events import Checkpoint, Event, Finished, Metrics, Progress, Stage, Started
from registry.runner.process import run_worker
from tests.runner import tiny_models
from tests.runner.running import classify, finetune, finetune_job, json_lines, texts

pytest.importorskip("torch")
pytest.importorskip("transformers")


def digest(folder: Path, name: str = "model.safetensors") -> str:
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()


def test_same_seed_gives_the_same_weights_to_the_bit(base: Path, data: Path, tmp_path: Path) -> None:
    runs = [classify(base, data, tmp_path / name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    assert digest(tmp_path / "a") == digest(tmp_path / "b") != digest(tmp_path / "c")
    assert runs[0].finished.losses == runs[1].finished.losses
    assert (tmp_path / "a/training/loss.png").read_bytes() == (tmp_path / "b/training/loss.png").read_bytes()
    started = next(event for event in runs[0].events if isinstance(event, Started))
    assert started.determinism["deterministic_algorithms"] is True
    assert started.determinism["seed"] == "1"
    assert started.packages["torch"]


def test_events_tell_the_stages_in_order(base: Path, data: Path, tmp_path: Path) -> None:
    ran = classify(base, data, tmp_path / "out")
    assert [event.name for event in ran.events if isinstance(event, Stage)] == ["loading", "preparing", "evaluating", "training", "evaluating", "saving"]
    progress = [event for event in ran.events if isinstance(event, Progress)]
    assert (progress[-1].done, progress[-1].total) == (15, 15)
    assert progress[-1].loss is not None
    assert [event.step for event in ran.events if isinstance(event, Checkpoint)] == [5, 10]
    assert {event.phase for event in ran.events if isinstance(event, Metrics)} == {"before", "after"}


def test_losses_are_written_as_they_were_told(base: Path, data: Path, tmp_path: Path) -> None:
    ran = classify(base, data, tmp_path / "out")
    lines = (tmp_path / "out/training/losses.csv").read_text().splitlines()
    assert lines[0] == "step,loss"
    assert [(int(step), float(loss)) for step, loss in (line.split(",") for line in lines[1:])] == ran.finished.losses
    assert (tmp_path / "out/training/loss.png").read_bytes().startswith(b"\x89PNG")
    told = [json.loads(line) for line in (tmp_path / "out/training/log.jsonl").read_text().splitlines()]
    assert [event["name"] for event in told if event["event"] == "stage"][-1] == "saving"
    assert [event["phase"] for event in told if event["event"] == "metrics"] == ["before", "after"]
    assert not [event for event in told if event["event"] in ("progress", "checkpoint")]


@pytest.mark.parametrize("task", ["text-classification", "causal-lm", "seq2seq"])
def test_step_in_parts_has_the_loss_of_a_whole_one(tmp_path: Path, task: str) -> None:
    bases: dict[str, Callable[[Path], Path]] = {"causal-lm": tiny_models.make_causal_model, "seq2seq": tiny_models.make_seq2seq}
    base = bases.get(task, tiny_models.make_encoder)(tmp_path / "base")
    rows = [{"text": "red please the one", "label": "ab"[number % 2], "source": "red please", "target": "one two"} for number in range(200)]
    data = json_lines(tmp_path / "set.jsonl", rows)
    options: dict[str, Any] = {"max_steps": 2, "max_length": 16, "columns": {"source": "source"} if task == "seq2seq" else {}}
    whole = finetune(task, base, data, tmp_path / "whole", batch_size=16, **options).finished
    parts = finetune(task, base, data, tmp_path / "parts", batch_size=4, gradient_accumulation=4, **options).finished
    assert parts.counts["examples"] == whole.counts["examples"] == 32
    assert parts.losses[0][1] == pytest.approx(whole.losses[0][1], rel=0.1)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_trains(base: Path, data: Path, tmp_path: Path, optimizer: str) -> None:
    ran = classify(base, data, tmp_path / "out", optimizer=optimizer, max_steps=3, learning_rate=1e-3)
    assert ran.finished.settings["optimizer"] == optimizer
    assert digest(tmp_path / "out") != digest(base)


def test_five_epochs_with_adam_as_the_courses_teach(base: Path, data: Path, tmp_path: Path) -> None:
    ran = classify(base, data, tmp_path / "out", epochs=5, learning_rate=1e-5, optimizer="adam")
    settings = ran.finished.settings
    assert (settings["epochs"], settings["learning_rate"], settings["optimizer"], settings["adam_beta1"]) == (5.0, 1e-5, "adam", 0.9)
    assert ran.finished.counts["steps"] == 25
    assert ran.finished.counts["examples"] == 5 * 72


class Telling(list[Event]):
    """A list that also calls."""

    def __init__(self, call: Callable[[Event], None]) -> None:
        super().__init__()
        self.call = call

    def append(self, event: Event) -> None:
        super().append(event)
        self.call(event)


def press_once(kind: type[Event] = Progress) -> Telling:
    """Press Ctrl-C at the first event of a kind: `Progress` comes with the first step, `Checkpoint` with the end of the first epoch."""
    pressed: list[bool] = []

    def call(event: Event) -> None:
        if isinstance(event, kind) and not pressed:
            pressed.append(True)
            os.kill(os.getpid(), signal.SIGINT)

    return Telling(call)


@pytest.mark.parametrize("kind", [Progress, Checkpoint])
def test_interrupted_run_goes_on_to_the_same_weights(base: Path, data: Path, tmp_path: Path, kind: type[Event]) -> None:
    whole = classify(base, data, tmp_path / "whole")
    with pytest.raises(EngineError) as caught:
        classify(base, data, tmp_path / "parts", events=press_once(kind))
    assert caught.value.reason == "interrupted"
    assert caught.value.checkpoint is not None
    assert Path(caught.value.checkpoint).is_dir()
    assert not (tmp_path / "parts/model.safetensors").exists()
    assert not list((tmp_path / "parts").rglob("training_args.bin"))
    assert list((tmp_path / "parts/checkpoints").glob("*/model.safetensors"))
    resumed = classify(base, data, tmp_path / "parts", resume=True)
    assert digest(tmp_path / "parts") == digest(tmp_path / "whole")
    assert resumed.finished.losses == whole.finished.losses
    assert resumed.finished.counts == whole.finished.counts
    assert resumed.finished.flop == whole.finished.flop
    assert "goes on from `checkpoint-" in resumed.notes()
    assert not (tmp_path / "parts/checkpoints").exists()


def test_preference_tuning_of_an_adapter_resumes(tmp_path: Path) -> None:
    pytest.importorskip("trl")
    base = tiny_models.make_causal_model(tmp_path / "base")
    data = json_lines(tmp_path / "set.jsonl", [{"prompt": "my order is late", "chosen": "thank you", "rejected": "not my question"}] * 30)
    options: dict[str, Any] = {"method": "lora", "batch_size": 8, "learning_rate": 1e-2, "epochs": 2}
    finetune("dpo", base, data, tmp_path / "whole", **options)
    with pytest.raises(EngineError, match="interrupted"):
        finetune("dpo", base, data, tmp_path / "parts", events=press_once(), **options)
    finetune("dpo", base, data, tmp_path / "parts", resume=True, **options)
    assert digest(tmp_path / "parts", "adapter_model.safetensors") == digest(tmp_path / "whole", "adapter_model.safetensors")


def test_resuming_with_other_values_is_refused(base: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        classify(base, data, tmp_path / "out", events=press_once())
    with pytest.raises(EngineError, match="holds another run: it differs in training"):
        classify(base, data, tmp_path / "out", resume=True, learning_rate=1e-4)
    texts(data, count=60)
    with pytest.raises(EngineError, match="holds another run: it differs in data"):
        classify(base, data, tmp_path / "out", resume=True)


def test_checkpoint_that_was_not_written_to_its_end_is_passed_over(base: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        classify(base, data, tmp_path / "out", events=press_once())
    torn = tmp_path / "out/checkpoints/checkpoint-99"
    torn.mkdir()
    (torn / "model.safetensors").write_bytes(b"half")
    assert f"goes on from `{Path(str(caught.value.checkpoint)).name}`" in classify(base, data, tmp_path / "out", resume=True).notes()


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (str(self.path), "w")


@pytest.mark.parametrize("name", ["optimizer.pt", "scheduler.pt", "rng_state.pth"])
def test_checkpoint_with_code_in_it_is_never_run(base: Path, data: Path, tmp_path: Path, name: str) -> None:
    import torch

    with pytest.raises(EngineError) as caught:
        classify(base, data, tmp_path / "out", events=press_once())
    torch.save(Touch(tmp_path / "ran"), Path(str(caught.value.checkpoint)) / name)
    with pytest.raises(EngineError, match="holds something else than numbers") as refused:
        classify(base, data, tmp_path / "out", resume=True)
    assert refused.value.reason == "unsafe"
    assert not (tmp_path / "ran").exists()


def test_folder_that_holds_something_is_never_written_over(base: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/precious.txt").write_text("precious")
    with pytest.raises(EngineError, match="`out` exists already"):
        classify(base, data, tmp_path / "out")
    with pytest.raises(EngineError, match="holds no run that could be gone on with"):
        classify(base, data, tmp_path / "out", resume=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["precious.txt"]


def test_loss_that_is_no_number_stops_with_the_last_good_checkpoint(base: Path, data: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    with pytest.raises(EngineError) as caught:
        classify(base, data, tmp_path / "out", learning_rate=3e37, optimizer="sgd", epochs=40, batch_size=72, scheduler="constant", events=events)
    assert caught.value.reason == "diverged"
    assert caught.value.hint is not None
    assert "lower learning rate" in caught.value.hint
    assert not (tmp_path / "out/model.safetensors").exists()
    kept = [event for event in events if isinstance(event, Checkpoint)]
    assert caught.value.checkpoint == (kept[-1].path if kept else None)


def test_checkpoint_before_the_divergence_is_good(base: Path, tmp_path: Path) -> None:
    """The rate rises so fast that the first epochs are sound."""
    from safetensors.numpy import load_file

    data = texts(tmp_path / "set.jsonl", 60)
    with pytest.raises(EngineError) as caught:
        classify(base, data, tmp_path / "out", learning_rate=1e39, optimizer="sgd", epochs=60, batch_size=48, warmup_ratio=0.99, evaluation_share=0.2)
    assert caught.value.reason == "diverged"
    assert caught.value.checkpoint is not None
    weights = load_file(Path(caught.value.checkpoint) / "model.safetensors")
    assert all(math.isfinite(float(value.sum())) for value in weights.values())


def test_long_texts_are_cut_and_counted(tmp_path: Path) -> None:
    base = tiny_models.make_encoder(tmp_path / "base", max_position_embeddings=64)
    rows = [{"text": "invoice " * (5 if number % 3 else 90), "label": "ab"[number % 2]} for number in range(30)]
    ran = classify(base, json_lines(tmp_path / "set.jsonl", rows), tmp_path / "out", max_length=500, max_steps=1)
    assert "texts are cut at 64 tokens" in ran.notes()
    assert "10 of 30 examples were longer than 64 tokens" in ran.notes()


def test_nothing_kept_apart_trains_without_measuring(base: Path, data: Path, tmp_path: Path) -> None:
    ran = classify(base, data, tmp_path / "out", evaluation_share=0, max_steps=2)
    assert not [event for event in ran.events if isinstance(event, Metrics)]
    assert ran.finished.data.keys() == {"train"}


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limits on files here")
def test_full_disk_leaves_no_half_model(base: Path, data: Path, tmp_path: Path) -> None:
    job = finetune_job("text-classification", base, data, tmp_path / "out", max_steps=2)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))  # the worker inherits it; the weights are larger
    try:
        with pytest.raises(RunError) as caught:
            run_worker(job, lambda event: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.reason == "disk"
    assert caught.value.hint == "free some space, then run it again"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory are not kept elsewhere")
def test_want_of_memory_names_the_batch_size_to_try(tmp_path: Path) -> None:
    base = tiny_models.make_encoder(tmp_path / "base", intermediate_size=8192, max_position_embeddings=512)
    rows = [{"text": "the parcel is late " * 150, "label": "ab"[number % 2]} for number in range(700)]
    job = finetune_job("text-classification", base, json_lines(tmp_path / "set.jsonl", rows), tmp_path / "out", batch_size=512, max_length=512)
    with pytest.raises(RunError) as caught:
        run_worker(job, lambda event: None, launcher=("sh", "-c", 'ulimit -v 7000000; exec "$0" "$@"', sys.executable))
    assert caught.value.reason == "memory"
    assert caught.value.hint == "try `--batch-size 256 --gradient-accumulation 2`, or shorter texts"


def test_worker_fine_tunes_from_start_to_end(base: Path, data: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    finished = run_worker(finetune_job("text-classification", base, data, tmp_path / "out", max_steps=2), events.append)
    assert isinstance(events[-1], Finished)
    assert finished.counts["steps"] == 2
    assert (tmp_path / "out/model.safetensors").is_file()
