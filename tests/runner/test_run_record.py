"""What a record tells of a run: all that was measured, no path of the machine, no secret."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from registry.provenance.run import FileDigest, Gate, Material, Run
from registry.provenance.statement import provenance_statement
from registry.runner.environment import cpu_model, installed_packages, memory_bytes, operating_system, read_environment
from registry.runner.events import Checkpoint, Finished, Metrics, Noted, Stage, Started
from registry.runner.job import DataInput, FinetuneJob, Hyperparameters, Machine, ModelInput
from registry.runner.run_record import MOST_LOSSES, Begun, Told, run_of, stage_of, task_of, thinned, tidied

STARTED = Started(device="cpu", device_name="A processor", threads=2, packages={"torch": "2.13.0"}, determinism={"deterministic_algorithms": True})


def job(folder: Path = Path("/home/alice/models/base"), task: str = "text-classification") -> FinetuneJob:
    return FinetuneJob(
        task=task,  # type: ignore[arg-type]
        base=ModelInput(name="acme/base", folder=folder),
        data=DataInput(name="messages", train=Path("/home/alice/data/messages.csv"), columns={"text": "body"}),
        out=Path("/home/alice/out"),
        training=Hyperparameters(epochs=2, learning_rate=1e-4),
        machine=Machine(seed=7, threads=2),
    )


def begun() -> Begun:
    return Begun(
        name="acme/made",
        job=job(),
        materials=(Material("model", "acme/base", "finetune", sha256="ab" * 32),),
        gate=Gate({"verdict": "permitted"}),
        started="2026-11-01T10:00:00Z",
        invocation="0",
        licet="1",
        knowledge={"version": "1", "digest": "sha256:0"},
        folders=(Path("/home/alice/models/base"), Path("/home/alice")),
    )


def told(*notes: str) -> Told:
    found = Told()
    for event in (STARTED, Stage(name="training"), Metrics(phase="before", values={"accuracy": 0.2}), Metrics(phase="after", values={"accuracy": 0.9})):
        found.take(event)
    found.take(Metrics(phase="during", values={"accuracy": 0.5}))
    for note in notes:
        found.take(Noted(text=note))
    return found


def finish(**values: object) -> Run:
    done = Finished(
        counts={"examples": 10, "tokens": 100, "steps": 5, "parameters_total": 7, "parameters_trained": 7},
        settings={"learning_rate": 1e-4, "epochs": 2.0, "batch_size": 16},
        losses=[(1, 0.5), (2, 0.25)],
        artifacts={"loss-plot": "training/loss.png", "gone": "training/gone.png"},
        flop=4.2e9,
        flop_formula="6ND",
        cpu_seconds=1.5,
    )
    files = (FileDigest("training/loss.png", 3, "cd" * 32), FileDigest("model.safetensors", 5, "ef" * 32))
    return run_of(begun(), told("weights were made anew"), **{"outcome": "completed", "wall_seconds": 2.0, "finished": done, "files": files, **values})  # type: ignore[arg-type]


def test_a_record_tells_what_was_chosen_and_what_was_used() -> None:
    run = finish()
    assert run.task == "finetune/text-classification"
    assert run.parameters["job"]["training"]["epochs"] == 2
    assert run.parameters["job"]["data"] == {
        "name": "messages",
        "train": "messages.csv",
        "evaluation": None,
        "columns": {"text": "body"},
        "evaluation_share": 0.2,
    }
    assert run.parameters["used"]["batch_size"] == 16
    assert run.internals["seed"] == 7
    assert run.internals["determinism"] == {"deterministic_algorithms": True}


def test_a_record_tells_what_was_measured() -> None:
    run = finish()
    assert run.byproducts["metrics"] == {"before": {"accuracy": 0.2}, "after": {"accuracy": 0.9}}
    assert run.byproducts["losses"] == [[1, 0.5], [2, 0.25]]
    assert run.byproducts["loss-plot"] == {"name": "training/loss.png", "size": 3, "sha256": "cd" * 32}
    assert "gone" not in run.byproducts
    assert run.compute.flop == 4.2e9
    assert run.compute.parameters_trained == 7
    assert run.compute.wall_seconds == 2.0


def test_a_record_holds_no_path_of_the_machine() -> None:
    found = run_of(
        begun(), told("read /home/alice/models/base/config.json"), outcome="failed", wall_seconds=1.0, reason="data: `/home/alice/data/messages.csv` is empty"
    )
    text = json.dumps(provenance_statement(found))
    assert "alice" not in text
    assert found.reason == "data: `data/messages.csv` is empty"
    assert found.byproducts["notes"] == ["read config.json"]


def test_a_text_is_tidied_of_paths_and_of_what_stands_before_the_at_of_an_address() -> None:
    assert tidied("cannot open '/tmp/x/y.json'") == "cannot open 'y.json'"
    assert tidied(r"C:\Users\alice\model is no folder") == "model is no folder"
    assert tidied("fetched from https://user:secret@example.org/file") == "fetched from https://example.org/file"
    assert tidied("3 of 4 rows and/or a ratio of 1/2") == "3 of 4 rows and/or a ratio of 1/2"


def test_a_long_curve_is_kept_in_part_with_its_last_point() -> None:
    losses = [(step, 1.0 / (step + 1)) for step in range(12_345)]
    kept = thinned(losses)
    assert len(kept) <= MOST_LOSSES + 1
    assert (kept[0], kept[-1]) == (losses[0], losses[-1])
    assert thinned(losses[:10]) == losses[:10]


def test_continued_pretraining_is_a_stage_of_its_own() -> None:
    assert stage_of(job(task="causal-lm")) == "domain-adapted"
    assert stage_of(job(task="instruction")) == "task-tuned"
    assert task_of(job(task="dpo")) == "finetune/dpo"


def test_the_last_checkpoint_is_kept_in_mind() -> None:
    found = told()
    found.take(Checkpoint(path="checkpoints/5", step=5))
    assert found.checkpoint == "checkpoints/5"
    assert found.stages == ["training"]


def test_the_environment_has_names_and_versions_and_nothing_that_says_who() -> None:
    environment = read_environment(STARTED)
    assert environment.packages["torch"] == "2.13.0"
    assert environment.packages["pydantic"]
    assert environment.device_name == "A processor"
    assert operating_system()
    assert cpu_model()
    assert memory_bytes() is None or memory_bytes() > 1_000_000  # type: ignore[operator]
    assert list(installed_packages()) == sorted(installed_packages())
    import getpass
    import platform

    text = json.dumps(asdict(environment))
    assert platform.node() not in text or not platform.node()
    assert f'"{getpass.getuser()}"' not in text
