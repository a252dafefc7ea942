"""From the worker's start to the catalogue: the part of a run that comes after the licences let it through."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry import __version__
from registry.desk.provenance.terms import terms_with_ancestors
from registry.desk.provenance.write import Records, write_file_records, write_records
from registry.desk.run.plan import Plan
from registry.desk.run.record import CHANGED_BASE, OVERRIDDEN, MadeModel, record_model, record_outputs
from registry.desk.run.record_share import find_original, modifier_share
from registry.errors import CatalogueError, ProvenanceError, RegistryError, RunError
from registry.provenance.digests import digest_file, digest_folder
from registry.runner.events import Event, Finished, Noted
from registry.runner.job import FinetuneJob
from registry.runner.prepare import prepare_folder, read_about
from registry.runner.process import processes_asked, run_worker
from registry.runner.run_folder import clean, discard, images_of, note_job, put_in_place
from registry.runner.run_gate import Ask
from registry.runner.run_inputs import Inputs, materials_of, modality_of, used_data, used_models
from registry.runner.run_record import Begun, Told, run_of, stage_of, task_of, tidied
from registry.runner.run_request import FinetuneRequest, InferRequest, Request

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.provenance.keys import SigningKey

_KEPT = frozenset({"interrupted", "diverged", "memory", "disk", "internal"})
"""Reasons to end after which there is something to tell: the work had begun."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told what, while a run goes on.

    Attributes:
        event: Every event of the worker.
        digested: What is digested, how many bytes of it are done, and of how many.
        planned: What the licences make of it, before the work begins.
        says: A line for the person at the terminal.
        ask: Asks for a fact; None where nobody is there.
        go_on: Go on although facts that decide are not stated.
    """

    event: Callable[[Event], None]
    digested: Callable[[str, int, int], None] | None = None
    planned: Callable[[Mapping[str, Any]], None] | None = None
    says: Callable[[str], None] | None = None
    ask: Ask | None = None
    go_on: bool = False


@dataclass
class LetThrough:
    """A run that was let through the gate; `model` or `outputs` does it.

    Attributes:
        desk: The desk.
        request: What is asked.
        inputs: What goes in.
        plan: What the licences make of it.
        begun: What it is, for its record.
        listener: Told what happens.
        place: Where the outcome goes.
        partial: Where it is made.
        key: What signs.
        asked: What the job asks in short, by which an unfinished run is known again.
        spent: Seconds that were spent on it before it was gone on with.
    """

    desk: Desk
    request: Request
    inputs: Inputs
    plan: Plan
    begun: Begun
    listener: Listener
    place: Path
    partial: Path
    key: SigningKey
    asked: dict[str, Any]
    spent: float = 0.0

    def __post_init__(self) -> None:
        self.told = Told()
        self.wall_seconds = self.spent

    def work(self) -> Finished:
        """Let the worker do it; what it leaves where it cannot is kept or removed."""

        def take(event: Event) -> None:
            self.told.take(event)
            self.listener.event(event)

        began = time.monotonic()
        try:
            finished = run_worker(self.begun.job, take, launcher=self.request.launcher)
            ran, asked = finished.counts.get("processes", 1), processes_asked(self.request.launcher) or 1
            if ran < asked:
                take(
                    Noted(text=f"the launcher was asked for {asked} processes, and {ran} ran: on processors `torchrun --nproc-per-node {asked}` starts several")
                )
            return finished
        except RunError as error:
            self.wall_seconds = self.spent + time.monotonic() - began
            self._ended(error)
            raise
        except BaseException:
            self._discard_unless_kept(None)
            raise
        finally:
            self.wall_seconds = self.spent + time.monotonic() - began

    def _ended(self, error: RunError) -> None:
        """Leave a signed record of a run that did not come to its end, beside what can be gone on from."""
        kept = error.checkpoint or self.told.checkpoint
        if error.reason not in _KEPT or isinstance(self.request, InferRequest):
            self._discard_unless_kept(kept)
            return
        with contextlib.suppress(OSError, RegistryError):  # on a full disk there may be no room for it
            self.partial.mkdir(exist_ok=True)
            if kept or (isinstance(self.request, FinetuneRequest) and self.request.resume):
                note_job(self.partial, self.asked, self.wall_seconds)
            outcome = "interrupted" if error.reason == "interrupted" else "failed"
            run = run_of(self.begun, self.told, outcome=outcome, wall_seconds=self.wall_seconds, reason=f"{error.reason}: {error.message}")
            write_records(self.partial, run, self.key)
            if self.listener.says:
                self.listener.says(f"the record of this run is in `{self.partial.name}`" + (", with its last checkpoint" if kept else ""))

    def _discard_unless_kept(self, checkpoint: str | None) -> None:
        """Remove what was begun, unless something in it can be gone on from: of this run, or of the one that it took up."""
        resumes = isinstance(self.request, FinetuneRequest) and self.request.resume
        if (checkpoint or resumes) and self.partial.is_dir():
            note_job(self.partial, self.asked, self.wall_seconds)
        else:
            discard(self.partial)
            discard(images_of(self.partial))

    def model(self) -> dict[str, Any]:
        """A run out of which a model comes."""
        about = read_about(self.request.about) if not isinstance(self.request, InferRequest) else ""
        finished = self.work()
        plan, name = self.plan, self.begun.name
        with self._says_where_it_is():
            clean(self.partial)
            prepared = prepare_folder(
                self.partial, self.desk.knowledge, plan, self.inputs, self.begun.job, name, self.told, finished, self.begun.gate.override, about
            )
            share = self._share(finished)
            digest = digest_folder(self.partial, progress=self._progress("what was made"))
            begun = self._with_rows(finished)
            run = run_of(begun, self.told, outcome="completed", wall_seconds=self.wall_seconds, finished=finished, files=digest.files, share=share)
            records = write_records(self.partial, run, self.key, terms=terms_with_ancestors(self.desk, run, plan.choice.license if plan.choice else None))
        put_in_place(self.partial, self.place)
        record = self.place / records.record.name
        remarks = (
            [(OVERRIDDEN, f"the licence check said {plan.verdict}; passed over under the approval {self.begun.gate.override}")]
            if self.begun.gate.override
            else []
        )
        remarks += [(CHANGED_BASE, f"the files of {model.name} were not those on record") for model, _ in self.inputs.models if model.changed]
        told = self.told.started
        trained = isinstance(self.begun.job, FinetuneJob)
        made = MadeModel(
            name=name,
            state=f"sha256:{digest.sha256}",
            record=f"sha256:{digest_file(record).sha256}",
            license=plan.choice.license if plan.choice else None,
            stage=stage_of(self.begun.job) or self._stage_of_bases(),
            modality=modality_of(self.inputs),
            parameters=finished.counts.get("parameters_trained" if self.inputs.models[0][1] == "adapter" else "parameters_total"),
            models=used_models(self.inputs, plan.stated),
            data=used_data(self.inputs, finished.data, plan.stated),
            run={
                "hardware": told.device_name if told else None,
                "count": run.compute.devices,
                "hours": round(self.wall_seconds / 3600, 6),
                "flop": finished.flop,
                "energy_kwh": finished.energy_kwh,
            }
            if trained
            else None,
            remarks=tuple(remarks),
        )
        registered = self._registered(lambda: record_model(self.desk, made))
        return {
            **self._answer(finished, records, registered, record),
            "model": name,
            "out": str(self.request.out),  # type: ignore[union-attr]
            "license": made.license,
            "stage": made.stage,
            "digest": made.state,
            "findings": list(plan.item["findings"]),
            "duties": list(plan.outward["obligations"]),
            "terms_files": {
                "copied": [{"file": own, "from": model, "as": theirs, "digest": sha256} for own, model, theirs, sha256 in prepared.terms.copied],
                "pointed": [{"license": terms.id, "link": terms.link} for terms in prepared.terms.pointed],
            },
            "name_warning": prepared.name_warning,
            "one_third_rule": share,
        }

    def outputs(self) -> dict[str, Any]:
        """A run out of which answers come."""
        finished = self.work()
        put_in_place(self.partial, self.place)
        if (images := images_of(self.partial)).is_dir():
            put_in_place(images, images_of(self.place))
        file = digest_file(self.place)
        # Two files of answers may be called alike; their content tells them apart.
        name = self.begun.name if self.request.name else f"{self.begun.name}-{file.sha256[:8]}"
        run = run_of(
            replace(self._with_rows(finished), name=name), self.told, outcome="completed", wall_seconds=self.wall_seconds, finished=finished, files=(file,)
        )
        try:
            with self._says_where_it_is():
                records = write_file_records(self.place, run, self.key)
        except RunError:
            self.place.rename(self.partial)  # answers without a record are not passed off as recorded ones
            raise
        rows = finished.counts.get("answers") or finished.counts.get("examples")
        override = self.begun.gate.override
        kept = f"the licence check said {self.plan.verdict}; passed over under the approval {override}" if override else None
        models = used_models(self.inputs, self.plan.stated)
        registered = self._registered(
            lambda: record_outputs(self.desk, name, f"sha256:{file.sha256}", f"sha256:{digest_file(records.record).sha256}", rows, models, kept)
        )
        return {
            **self._answer(finished, records, registered, records.record),
            "dataset": f"dataset:{name}",
            "out": str(self.request.output),  # type: ignore[union-attr]
            "digest": f"sha256:{file.sha256}",
            "findings": list(self.plan.item["findings"]),
            "duties": list(self.plan.outward["obligations"]),
        }

    @contextlib.contextmanager
    def _says_where_it_is(self) -> Iterator[None]:
        """Where the outcome cannot be recorded or signed, it is kept, under the name it was made under."""
        try:
            yield
        except (OSError, ProvenanceError, CatalogueError) as error:
            why = error.message if isinstance(error, RegistryError) else error.strerror or str(error)
            hint = f"free some space or mend what is wrong; what was made is kept, unsigned, in `{self.partial.name}`"
            raise RunError(f"the work is done, but could not be recorded: {tidied(why, self.begun.folders)}", hint, reason="disk") from error

    def _registered(self, write: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Take the outcome into the catalogue; where that fails, what was made and its record are whole all the same."""
        try:
            return write()
        except RegistryError as error:
            hint = f"the outcome and its record are whole in `{self.place.name}`; take it in with `licet register --from-record {self.place.name}`"
            raise type(error)(f"the run is done, but the catalogue did not take it: {error.message}", hint) from error

    def _with_rows(self, finished: Finished) -> Begun:
        return replace(self.begun, materials=materials_of(self.inputs, self.plan.licenses, finished.data, __version__))

    def _stage_of_bases(self) -> str | None:
        """A copy, or a merge of models of one stage, is of that stage."""
        stages = {model.known.stage if model.known else None for model, _ in self.inputs.models}
        return stages.pop() if len(stages) == 1 else None

    def _share(self, finished: Finished) -> dict[str, Any] | None:
        if not isinstance(self.begun.job, FinetuneJob):
            return None
        base = self.inputs.models[0][0]
        return modifier_share(finished.flop, *find_original(self.desk, base.name, base.record))

    def _progress(self, what: str) -> Callable[[int, int], None] | None:
        digested = self.listener.digested
        return None if digested is None else (lambda done, total: digested(what, done, total))

    def _answer(self, finished: Finished, records: Records, registered: Mapping[str, Any], record: Path) -> dict[str, Any]:
        beside = Path(self.request.output).parent if isinstance(self.request, InferRequest) else Path(self.request.out)
        return {
            "schema": "licet.run/1",
            "task": task_of(self.begun.job),
            "invocation": self.begun.invocation,
            "inputs": [
                {
                    "name": material.name,
                    "kind": material.kind,
                    "relation": material.relation,
                    "digest": f"sha256:{material.sha256}" if material.sha256 else None,
                }
                for material in self.begun.materials
                if material.kind != "code"
            ],
            "check": dict(self.begun.gate.check),
            "override": self.begun.gate.override,
            "metrics": {"before": dict(self.told.before), "after": dict(self.told.after)},
            "settings": dict(finished.settings),
            "counts": dict(finished.counts),
            "seconds": {**finished.seconds, "all": round(self.wall_seconds, 3)},
            "cpu_seconds": finished.cpu_seconds,
            "flop": finished.flop,
            "artifacts": dict(finished.artifacts),
            "notes": list(self.told.notes),
            "record": str(beside / record.name),
            "key": records.key,
            "registered": dict(registered),
        }
