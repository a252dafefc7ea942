"""One run over two processes: one record of events, one result, one model."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from registry.errors import RunError
from registry.runner.events import Event, Finished, Progress, Stage, Started
from registry.runner.process import run_worker
from tests.runner import tiny_models
from tests.runner.running import finetune_job, texts

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="gloo over loopback")]

TWO = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


def test_two_processes_make_one_model(tmp_path: Path) -> None:
    job = finetune_job("text-classification", tiny_models.make_encoder(tmp_path / "base"), texts(tmp_path / "set.jsonl"), tmp_path / "out", batch_size=8)
    events: list[Event] = []
    finished = run_worker(job, events.append, launcher=TWO)
    assert finished.counts["processes"] == 2
    assert finished.counts["steps"] == 6 * 5  # 72 examples in steps of 2 times 8
    assert finished.counts["examples"] == 6 * 5 * 16  # the last step of an epoch is filled up from its beginning
    assert [sum(isinstance(event, kind) for event in events) for kind in (Started, Finished)] == [1, 1]
    assert [event.name for event in events if isinstance(event, Stage)] == ["loading", "preparing", "evaluating", "training", "evaluating", "saving"]
    assert 0.5 < finished.losses[0][1] < 3  # not multiplied by the number of processes
    assert {"model.safetensors", "training"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert not (tmp_path / "out" / "checkpoints").exists()


def test_ctrl_c_stops_both_processes_with_one_checkpoint(tmp_path: Path) -> None:
    job = finetune_job("text-classification", tiny_models.make_encoder(tmp_path / "base"), texts(tmp_path / "set.jsonl", 900), tmp_path / "out", epochs=500)
    pressed: list[Event] = []

    def on_event(event: Event) -> None:
        if isinstance(event, Progress) and not pressed:
            pressed.append(event)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(RunError) as caught:
        run_worker(job, on_event, launcher=TWO)
    assert caught.value.reason == "interrupted"
    assert caught.value.checkpoint is not None
    assert (Path(caught.value.checkpoint) / "tally.json").is_file()


def test_accelerate_starts_the_worker_as_well(tmp_path: Path) -> None:
    launcher = (sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "1", "--num_machines", "1")
    launcher += ("--mixed_precision", "no", "--dynamo_backend", "no")
    base, data = tiny_models.make_encoder(tmp_path / "base"), texts(tmp_path / "set.jsonl")
    finished = run_worker(finetune_job("text-classification", base, data, tmp_path / "out", max_steps=2), lambda event: None, launcher=launcher)
    assert finished.counts["steps"] == 2
    assert (tmp_path / "out" / "model.safetensors").is_file()
