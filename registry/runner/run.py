"""One run from its beginning to its end: find, check, ask the licences, digest, work, prepare, record, sign, put in place, take into the catalogue."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry import __version__
from registry.desk.provenance.keys import find_signing_key
from registry.desk.run.plan import Plan
from registry.desk.run.record import refuse_taken_name
from registry.errors import MissingExtraError, UsageError
from registry.provenance.layout import record_beside, terms_beside
from registry.runner.prepare import name_warning
from registry.runner.run_folder import find_partial, images_of, job_in_short, partial_of, refuse_existing
from registry.runner.run_gate import pass_gate
from registry.runner.run_inputs import Inputs, find_inputs, job_of, materials_of, name_of, plan_of
from registry.runner.run_outcome import LetThrough, Listener
from registry.runner.run_record import Begun, now
from registry.runner.run_request import FinetuneRequest, InferRequest, Request

if TYPE_CHECKING:
    from registry.desk.session import Desk

NEEDED = ("torch", "transformers", "safetensors")
"""Without these no engine runs."""


def perform(desk: Desk, request: Request, raw: Mapping[str, Any], listener: Listener) -> dict[str, Any]:
    """Do what is asked, record it, sign the record, and take the outcome into the catalogue; the answer is `licet.run/1`.

    Args:
        desk: The desk.
        request: What is asked.
        raw: The facts of the use as given.
        listener: Told what happens.

    Raises:
        RefusedError: The licences do not allow it, or a base is not what it was.
        UndecidedError: Facts that decide are not stated.
        RunError: It could not be done, or not to its end.
    """
    require_runner()
    name = name_of(request)
    if isinstance(request, InferRequest):
        place = refuse_existing(request.output, "--output", lambda file: (record_beside(file), terms_beside(file), images_of(file)))
    else:
        place = refuse_existing(request.out)
        refuse_taken_name(desk, name)
    inputs = find_inputs(desk, request, listener.digested)
    if not isinstance(request, InferRequest) and any(model.name == name for model, _ in inputs.models):
        raise UsageError(f"`{name}` is the name of what it is made from", "give the outcome another with `--name`")
    plan, gate = pass_gate(desk, plan_of(request, inputs, name), _facts(raw), override=request.override, ask=listener.ask, go_on=listener.go_on)
    if listener.planned:
        listener.planned(gate.check)
    for note in _notes(inputs, plan, name, request):
        if listener.says:
            listener.says(note)
    key = find_signing_key(desk.settings, make=True, progress=listener.says)
    digests = {model.name: model.digest.sha256 for model, _ in inputs.models} | {data.name: data.sha256 for data in (inputs.data, inputs.evaluation) if data}
    asked = job_in_short(job_of(request, inputs, place), digests)
    resumes = isinstance(request, FinetuneRequest) and request.resume
    partial, spent = find_partial(place, asked) if resumes else (partial_of(place), 0.0)
    begun = Begun(
        name=name,
        job=job_of(request, inputs, partial),
        materials=materials_of(inputs, plan.licenses, {}, __version__),
        gate=gate,
        started=now(),
        invocation=str(uuid.uuid4()),
        licet=__version__,
        knowledge={"version": desk.knowledge.version, "digest": desk.knowledge.digest},
        folders=(*inputs.folders(), partial.resolve(), place.parent.resolve(), Path.home()),
    )
    run = LetThrough(desk, request, inputs, plan, begun, listener, place, partial, key, asked, spent)
    return run.outputs() if isinstance(request, InferRequest) else run.model()


def require_runner() -> None:
    """Say which extra is missing before anything is looked at.

    Raises:
        MissingExtraError: The libraries that do the work are not installed.
    """
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtraError("`licet run`", "runner")


def _facts(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in ("modified", "published_under", "derivative_name")}


def _notes(inputs: Inputs, plan: Plan, name: str, request: Request) -> list[str]:
    """What a person should know before the work begins."""
    notes = [f"`{model.name}` is not what is on record; that is recorded, too" for model, _ in inputs.models if model.changed]
    notes += [data.note for data in (inputs.data, inputs.evaluation) if data is not None and data.note]
    if inputs.data is not None and inputs.data.outputs_of:
        notes.append(f"`{inputs.data.name}` is made of outputs of {' and '.join(f'`{each}`' for each in inputs.data.outputs_of)}")
    if not isinstance(request, InferRequest):
        warning = name_warning(plan.item, plan.outward, name)
        if warning:
            notes.append(warning)
    return notes
