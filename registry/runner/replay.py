"""Doing a recorded run again with the same inputs and parameters, and saying what differs and why."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.provenance.keys import known_keys
from registry.desk.provenance.verify import find_places, now
from registry.errors import ProvenanceError, UntrustedError, UsageError
from registry.provenance.dependencies import Place, check_dependencies
from registry.provenance.digests import Progress, digest_file, digest_folder, list_files
from registry.provenance.layout import subject_of_record
from registry.provenance.run import FileDigest, Run
from registry.provenance.verification import Verification, read_documents, verify
from registry.runner.demo import demo_inputs
from registry.runner.events import Event
from registry.runner.job import Machine
from registry.runner.job_record import JOB, job_of_record
from registry.runner.process import run_worker
from registry.runner.replay_account import compare_tensors, differences, explain
from registry.runner.run_record import Told

if TYPE_CHECKING:
    from registry.desk.session import Desk

SCHEMA = "licet.provenance-replay/1"
"""The form of the answer."""

WEIGHTS = (".safetensors",)
"""Files that hold what was learnt: the rest (card, plot, tokenizer) is not what a replay is about."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of a replay.

    Attributes:
        places: Where that which went in stands, by name.
        base: Where the one base stands.
        out: Where the outcome is kept; None where it is removed after it was compared.
        public: The public keys to hold the record against.
        allow_unknown_key: Go on although nobody known has signed the record.
        trust_remote_code: Run the code that came with a model, as the first time.
        machine: What of the machine is to be other than it was: `device`, `threads`, `precision`.
    """

    places: Mapping[str, Path]
    base: Path | None = None
    out: Path | None = None
    public: Sequence[Path] = ()
    allow_unknown_key: bool = False
    trust_remote_code: bool = False
    machine: Mapping[str, Any] | None = None


def replay(
    desk: Desk,
    target: Path,
    wishes: Wishes,
    on_event: Callable[[Event], None],
    says: Callable[[str], None] | None = None,
    progress: Callable[[str], Progress | None] | None = None,
) -> dict[str, Any]:
    """Do the run of a record again and compare what comes out; the answer is `licet.provenance-replay/1`.

    Args:
        desk: The desk.
        target: The record, or what it is about.
        wishes: What is asked.
        on_event: Told what the worker tells.
        says: Told what a person should know.
        progress: Gives, for a part of the work, what is told how far digesting is.

    Raises:
        UntrustedError: The record does not hold, or an input is not what went in.
        UsageError: It is not known where an input stands.
        ProvenanceError: The record holds nothing that can be done again.
        RunError: It could not be done again.
    """
    meter = progress or (lambda _part: None)
    subject = subject_of_record(target)
    if not subject.exists():
        raise ProvenanceError(f"there is no `{target}`", "name a record, or what it is about")
    found = _trusted(desk, subject, wishes)
    run = found.run
    if run is None or run.outcome != "completed" or not run.files:
        raise ProvenanceError(f"`{target}` tells of no run that came to its end", "only such a run can be done again")
    said = run.parameters.get(JOB)
    if not isinstance(said, Mapping):
        raise ProvenanceError(f"`{target}` does not say what was asked for", "it was made by another version of licet")
    shipped = {name: Place(path) for name, path in demo_inputs([material.name for material in run.materials]).items()}
    places = _places(run, {**shipped, **find_places(run, wishes.places, wishes.base)})
    machine = _machine(run, wishes)
    keep = wishes.out
    if keep is not None and keep.exists():
        raise UsageError(f"`{keep}` is there already", "a run never overwrites; name another folder with `--out`")
    _refuse_other_inputs(run, places, meter("what went in"))
    _refuse_unsafe(run, places, said, wishes.trust_remote_code)
    if keep is not None:
        keep.resolve().parent.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=f".{subject.name}.replay-", dir=None if keep is None else keep.resolve().parent))
    try:
        out = room / (run.files[0].name if said.get("kind") == "infer" else "model")
        job = job_of_record(said, {name: place.path for name, place in places.items()}, out, machine)
        told = Told()

        def take(event: Event) -> None:
            told.take(event)
            on_event(event)

        if says:
            says(f"doing again what `{run.name}` is the outcome of: {run.task}")
        finished = run_worker(job, take)
        compared = _compare(run, found, subject, out, meter)
        reasons = differences(run, told, finished, job)
        if keep is not None:
            out.rename(keep)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return {
        "schema": SCHEMA,
        "record": str(target),
        "model": run.name,
        "task": run.task,
        "identical": compared["identical"],
        "compared": compared["files"],
        "tensors": compared["tensors"],
        "metrics": {"recorded": run.byproducts.get("metrics"), "again": {"before": told.before, "after": told.after}},
        "seconds": {"recorded": run.compute.wall_seconds, "again": round(sum(finished.seconds.values()), 3)},
        "differences": reasons,
        "explanation": explain(compared["identical"], reasons),
        "out": str(keep) if keep else None,
        "trusted": not found.findings,
    }


def _trusted(desk: Desk, subject: Path, wishes: Wishes) -> Verification:
    """The record, held against its signature, and the files beside it against the record."""
    keys = known_keys(desk.settings, wishes.public)
    at_hand = subject.is_file() or (subject.is_dir() and any(file.name.endswith(WEIGHTS) for file in list_files(subject, refused=[])))
    found = verify(subject, keys, at=now()) if at_hand else read_documents(subject, keys, at=now())
    wrong = [finding for finding in found.findings if finding.code != "LIC504" and not (finding.code == "LIC501" and wishes.allow_unknown_key)]
    if wrong:
        raise UntrustedError(
            f"the record of `{found.name}` cannot be believed: {wrong[0].summary}", f"`licet provenance verify {subject}` says all that is wrong"
        )
    if found.findings and not wishes.allow_unknown_key:
        raise UntrustedError(
            f"the record of `{found.name}` is not attested: {found.findings[0].summary}",
            "a replay does what a record says: run `licet provenance trust` for its key, or add `--allow-unknown-key`",
        )
    return found


def _places(run: Run, given: Mapping[str, Place]) -> dict[str, Place]:
    """Where everything stands that the job names, or which of it is missing.

    Raises:
        UsageError: It is not known where something stands.
    """
    needed = [
        material for material in run.materials if (material.sha256 or material.files) and material.kind in ("model", "adapter", "dataset", "prompt-template")
    ]
    missing = [
        material.name
        for material in needed
        if material.name not in given and not all(f"{material.name}/{file.name}" in given for file in material.files or [None])  # type: ignore[union-attr]
    ]
    if missing:
        raise UsageError(
            f"it is not known where {', '.join(f'`{name}`' for name in missing)} {'stands' if len(missing) == 1 else 'stand'}",
            "name each: " + " ".join(f"--dependency {name}=PATH" for name in missing),
        )
    places = dict(given)
    for material in run.materials:
        # A job names the data that it is measured on by its file alone.
        if (
            material.relation == "tested-on"
            and material.name in given
            and isinstance(data := run.parameters[JOB].get("data"), Mapping)
            and data.get("evaluation")
        ):
            places[f"{data.get('name')}/{data['evaluation']}"] = given[material.name]
    return places


def _machine(run: Run, wishes: Wishes) -> dict[str, Any]:
    """On what to compute: as it was asked for, with as many threads as there were, unless another wish is stated."""
    asked = {key: run.internals[key] for key in Machine.model_fields if key in run.internals}
    if asked.get("trust_remote_code") and not wishes.trust_remote_code:
        raise UsageError("the first time the model ran code of its own", "read that code; to run it again, add `--trust-remote-code`")
    if asked.get("threads") is None:
        asked["threads"] = run.internals.get("threads_used")
    return asked | dict(wishes.machine or {})


def _refuse_other_inputs(run: Run, places: Mapping[str, Place], progress: Progress | None) -> None:
    for each in check_dependencies(run, places, progress):
        if each.findings:
            raise UntrustedError(each.findings[0].summary, "a replay needs what went in, unchanged; get it at the revision that the record names")


def _refuse_unsafe(run: Run, places: Mapping[str, Place], job: Mapping[str, Any], trust_remote_code: bool) -> None:
    """Refuse weights that run code when they are read, as the first time; a record that says otherwise is not believed."""
    from registry.runner.safety import check_folder
    from registry.runner.safety_gguf import check_gguf

    for material in run.materials:
        if material.kind not in ("model", "adapter") or material.name not in places:
            continue
        folder = places[material.name].path
        if job.get("kind") == "convert":
            check_gguf(folder, str(job.get("file") or ""), material.name)
        else:
            check_folder(folder, material.name, trust_remote_code=trust_remote_code)


def _compare(run: Run, found: Verification, subject: Path, out: Path, meter: Callable[[str], Progress | None]) -> dict[str, Any]:
    """What of the outcome is the same: the digests of weights, or of the answers; where weights differ, which tensors and how far."""
    if out.is_file():
        again: tuple[FileDigest, ...] = (digest_file(out, run.files[0].name),)
        wanted = {run.files[0].name: run.files[0].sha256}
    else:
        again = digest_folder(out, progress=meter("what came out")).files
        wanted = {file.name: file.sha256 for file in run.files if file.name.endswith(WEIGHTS) and not file.name.startswith("checkpoints/")}
    actual = {file.name: file.sha256 for file in again}
    rows = [{"file": name, "recorded": wanted[name], "again": actual.get(name), "same": actual.get(name) == wanted[name]} for name in sorted(wanted)]
    if not rows:
        raise ProvenanceError(f"the record of `{run.name}` names no file that can be compared", "it names neither weights in safetensors nor answers")
    identical = all(row["same"] for row in rows)
    tensors = None
    if not identical and out.is_dir() and subject.is_dir():
        tensors = compare_tensors(out, subject, sorted(wanted))
    return {"identical": identical, "files": rows, "tensors": tensors}
