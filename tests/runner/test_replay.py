"""Doing a recorded run again: the same to the last bit on the same machine, and an account of what differs on another."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.desk.provenance.keys import make_signing_key
from registry.desk.provenance.write import write_records
from registry.desk.session import Desk
from registry.errors import ProvenanceError, RunError, UntrustedError, UsageError
from registry.provenance.digests import digest_file, digest_folder
from registry.provenance.keys import SigningKey, read_signing_key
from registry.provenance.layout import RECORD_FILE
from registry.provenance.run import Gate, Material, Run
from registry.runner.events import Event
from registry.runner.job import DataInput, FinetuneJob, Hyperparameters, Machine, ModelInput
from registry.runner.job_record import job_of_record, job_to_record
from registry.runner.process import run_worker
from registry.runner.replay import Wishes, replay
from registry.runner.run_record import Begun, Told, run_of
from tests.desk.conftest import Open
from tests.provenance import build
from tests.provenance.build import model_folder
from tests.runner.running import json_lines
from tests.runner.tiny_models import make_encoder
from tests.sources.model_folders import safetensors

pytest.importorskip("securesystemslib")


def silent(_: Event) -> None:
    """Say nothing."""


@pytest.fixture
def desk(desk_over: Open, tmp_path: Path) -> Desk:
    """A desk with a folder of trusted keys."""
    return desk_over(trusted_keys=tmp_path / "trusted")


@pytest.fixture
def own(desk: Desk, tmp_path: Path) -> SigningKey:
    """A key that the desk trusts."""
    make_signing_key(desk.settings, out=tmp_path / "keys" / "own.pem")
    return read_signing_key(tmp_path / "keys" / "own.pem")


ROWS = [
    {"text": f"{'refund my card' if number % 2 else 'parcel is late'} {['one', 'two', 'three', 'four', 'five'][number % 5]}", "label": str(number % 2)}
    for number in range(20)
]


def job_for(place: Path) -> FinetuneJob:
    """A job over a base and data in a folder."""
    return FinetuneJob(
        task="text-classification",
        base=ModelInput(name="acme/base", folder=place / "base"),
        data=DataInput(name="tickets", train=json_lines(place / "tickets.jsonl", ROWS), evaluation=json_lines(place / "measured.jsonl", ROWS[:6])),
        out=place / "out",
        training=Hyperparameters(max_steps=3, batch_size=4, learning_rate=1e-3),
        machine=Machine(device="cpu", threads=2, seed=7),
    )


def materials_in(place: Path) -> tuple[Material, ...]:
    """What goes into that job."""
    whole, train, test = digest_folder(place / "base"), digest_file(place / "tickets.jsonl"), digest_file(place / "measured.jsonl")
    return (
        Material("model", "acme/base", "finetune", None, None, whole.sha256, whole.files),
        Material("dataset", "tickets", "trained-on", None, None, train.sha256, (train,)),
        Material("dataset", "measured", "tested-on", None, None, test.sha256, (test,)),
    )


@pytest.fixture(scope="module")
def told_of(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """The same without any training: a folder that looks as if a run had made it, for what is refused before anything is done."""
    place = tmp_path_factory.mktemp("told")
    model_folder(place / "base", safetensors())
    model_folder(place / "out", b"out")
    job = job_for(place)
    said = build.run(
        name="acme/sorter",
        parameters={"job": job_to_record(job)},
        internals=job.machine.model_dump(mode="json"),
        materials=materials_in(place),
        files=digest_folder(place / "out").files,
    )
    return place, said


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A folder with a tiny base, data, and a classifier that was really trained from them; and what a record tells of it."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    place = tmp_path_factory.mktemp("replay")
    make_encoder(place / "base")
    job = job_for(place)
    told = Told()
    finished = run_worker(job, told.take)
    materials = materials_in(place)
    begun = Begun("acme/sorter", job, materials, Gate({}), "2026-11-20T10:00:00Z", "1", "0.1.0", {"version": "1", "digest": "x"})
    files = digest_folder(place / "out").files
    return place, run_of(begun, told, outcome="completed", wall_seconds=1.0, finished=finished, files=files)


@pytest.fixture
def recorded(own: SigningKey, tmp_path: Path) -> Callable[..., Path]:
    """Signs the record of a run, with changes, beside a copy of what came out."""

    def make(made: tuple[Path, Run], **changes: Any) -> Path:
        place, run = made
        shutil.copytree(place / "out", tmp_path / "model")
        write_records(tmp_path / "model", replace(run, **changes), own)
        return tmp_path / "model"

    return make


def places(made: tuple[Path, Run], **other: Path) -> dict[str, Path]:
    place, _ = made
    return {"acme/base": place / "base", "tickets": place / "tickets.jsonl", "measured": place / "measured.jsonl", **other}


@pytest.mark.slow
def test_the_same_comes_out_to_the_last_bit(desk: Desk, done: tuple[Path, Run], recorded: Callable[..., Path], tmp_path: Path) -> None:
    result = replay(desk, recorded(done) / RECORD_FILE, Wishes(places(done), out=tmp_path / "again"), silent)
    assert result["identical"], result["differences"]
    assert (result["differences"], result["tensors"]) == ([], None)
    assert result["explanation"] == "The outcome is the same to the last bit."
    assert result["metrics"]["recorded"] == result["metrics"]["again"]
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == (tmp_path / "model" / "model.safetensors").read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.slow
def test_what_was_other_than_the_first_time_is_told_even_where_the_outcome_is_the_same(
    desk: Desk, done: tuple[Path, Run], recorded: Callable[..., Path]
) -> None:
    environment = done[1].environment
    other = replace(environment, device_name="Another processor", packages={**environment.packages, "torch": "1.0"})
    result = replay(desk, recorded(done, environment=other), Wishes(places(done)), silent)
    assert result["identical"]
    assert {row["what"]: row["recorded"] for row in result["differences"]} == {"device name": "Another processor", "package torch": "1.0"}
    assert result["explanation"].endswith("although not everything about the machine was the same.")


@pytest.mark.slow
def test_another_seed_shows_which_tensors_differ_and_why(desk: Desk, done: tuple[Path, Run], recorded: Callable[..., Path]) -> None:
    result = replay(desk, recorded(done), Wishes(places(done), machine={"seed": 8}), silent)
    assert not result["identical"]
    assert {"what": "seed", "recorded": 7, "again": 8} in result["differences"]
    assert result["tensors"]["compared"]
    assert result["tensors"]["rows"]
    assert result["tensors"]["relative_difference"] > 0
    assert "seed" in result["explanation"]


def test_everything_that_went_in_must_be_at_hand(desk: Desk, told_of: tuple[Path, Run], recorded: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="`acme/base`, `measured` stand") as raised:
        replay(desk, recorded(told_of), Wishes({"tickets": told_of[0] / "tickets.jsonl"}), silent)
    assert "--dependency acme/base=PATH --dependency measured=PATH" in (raised.value.hint or "")


def test_data_that_is_not_what_went_in_is_refused(desk: Desk, told_of: tuple[Path, Run], recorded: Callable[..., Path], tmp_path: Path) -> None:
    other = json_lines(tmp_path / "tickets.jsonl", [{"text": "refund", "label": "1"}])
    with pytest.raises(UntrustedError, match="is not what went in"):
        replay(desk, recorded(told_of), Wishes(places(told_of, tickets=other)), silent)


def test_a_record_by_an_unknown_key_is_not_obeyed(desk_over: Open, told_of: tuple[Path, Run], recorded: Callable[..., Path], tmp_path: Path) -> None:
    folder = recorded(told_of)
    with pytest.raises(UntrustedError, match="not attested"):
        replay(desk_over(trusted_keys=tmp_path / "nobody"), folder, Wishes(places(told_of)), silent)


def test_a_record_that_was_changed_is_not_obeyed_whoever_allows_it(desk: Desk, told_of: tuple[Path, Run], recorded: Callable[..., Path]) -> None:
    folder = recorded(told_of)
    text = (folder / RECORD_FILE).read_text(encoding="utf-8")
    (folder / RECORD_FILE).write_text(text.replace('"sig": "', '"sig": "AAAA'), encoding="utf-8")
    with pytest.raises(UntrustedError, match="cannot be believed"):
        replay(desk, folder, Wishes(places(told_of), allow_unknown_key=True), silent)


@pytest.mark.parametrize("changes", [{"outcome": "interrupted", "files": ()}, {"parameters": {}}, {"parameters": {"job": {"kind": "shell"}}}])
def test_a_record_of_nothing_that_can_be_done_again_is_told(
    desk: Desk, told_of: tuple[Path, Run], recorded: Callable[..., Path], changes: dict[str, Any]
) -> None:
    with pytest.raises(ProvenanceError) as raised:
        replay(desk, recorded(told_of, **changes), Wishes(places(told_of)), silent)
    assert not isinstance(raised.value, UntrustedError)


def test_remote_code_is_not_run_again_without_being_asked_for(told_of: tuple[Path, Run], desk: Desk, recorded: Callable[..., Path]) -> None:
    internals = {**told_of[1].internals, "trust_remote_code": True}
    with pytest.raises(UsageError, match="code of its own"):
        replay(desk, recorded(told_of, internals=internals), Wishes(places(told_of)), silent)


def test_weights_that_run_code_are_not_loaded_whatever_a_record_says(
    desk: Desk, told_of: tuple[Path, Run], recorded: Callable[..., Path], tmp_path: Path
) -> None:
    base = tmp_path / "pickled"
    base.mkdir()
    (base / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    (base / "pytorch_model.bin").write_bytes(b"\x80\x02}q\x00.")
    whole = digest_folder(base)
    first, *rest = told_of[1].materials
    materials = (replace(first, sha256=whole.sha256, files=whole.files), *rest)
    with pytest.raises(RunError) as raised:
        replay(desk, recorded(told_of, materials=materials), Wishes(places(told_of, **{"acme/base": base})), silent)
    assert raised.value.reason == "unsafe"


def test_an_outcome_is_never_overwritten(desk: Desk, told_of: tuple[Path, Run], recorded: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is there already"):
        replay(desk, recorded(told_of), Wishes(places(told_of), out=tmp_path), silent)


def test_a_job_comes_back_from_its_record(told_of: tuple[Path, Run], tmp_path: Path) -> None:
    place, run = told_of
    found = {"acme/base": place / "base", "tickets": place / "tickets.jsonl", "tickets/measured.jsonl": place / "measured.jsonl"}
    job = job_of_record(run.parameters["job"], found, tmp_path / "again", {"device": "cpu", "threads": 2, "seed": 7})
    assert isinstance(job, FinetuneJob)
    again, recorded = job_to_record(job), dict(run.parameters["job"])
    machine = again.pop("machine")
    recorded.pop("machine", None)
    assert again == recorded
    assert (machine["seed"], machine["threads"]) == (7, 2)
    assert (job.data.train, job.data.evaluation, job.base.folder) == (place / "tickets.jsonl", place / "measured.jsonl", place / "base")
