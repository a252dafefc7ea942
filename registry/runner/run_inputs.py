"""Everything that goes into a run, found and digested, as the licence gate, the worker and the record each need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.run.plan import Planned, PlannedData, PlannedModel
from registry.desk.run.record import UsedData, UsedModel
from registry.errors import ProvenanceError, SourceError, UsageError
from registry.provenance.digests import digest_file
from registry.provenance.run import FileDigest, Material
from registry.runner.job import ConvertJob, DataInput, FinetuneJob, InferJob, Job, MergeJob, ModelInput, QuantizeJob
from registry.runner.parameters import check_parameters
from registry.runner.run_data import FoundData, find_data
from registry.runner.run_models import FoundModel, find_file, find_model
from registry.runner.run_request import ConvertRequest, FinetuneRequest, InferRequest, MergeRequest, QuantizeRequest, Request
from registry.runner.safety import check_folder
from registry.runner.safety_gguf import check_gguf, whole_models
from registry.supplychain.names import check_name

if TYPE_CHECKING:
    from registry.desk.session import Desk

Told = Callable[[str, int, int], None]
"""Told what is digested, how many bytes of it are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What goes into a run.

    Attributes:
        models: The models, each with what the outcome is to it; None where they are only run.
        data: What is learnt from.
        evaluation: What the outcome is measured on, where that is another file.
        input: What is asked of a model, where that is a file.
        template: The prompt template.
        file: The GGUF file of a conversion, below its folder.
    """

    models: tuple[tuple[FoundModel, str | None], ...]
    data: FoundData | None = None
    evaluation: FoundData | None = None
    input: FileDigest | None = None
    template: FileDigest | None = None
    file: str | None = None

    def folders(self) -> tuple[Path, ...]:
        """Every path that must not be told in a record."""
        paths = [model.folder for model, _ in self.models]
        paths += [data.path for data in (self.data, self.evaluation) if data is not None]
        return tuple(dict.fromkeys(path.resolve() for path in paths))


def relation_of(request: Request) -> str | None:
    """What the outcome of a request is to the models that go in; None where they are only run."""
    if isinstance(request, FinetuneRequest):
        return "finetune" if request.method == "full" else "adapter"
    return {"infer": None, "merge": "merge", "quantize": "quantized", "convert": "converted"}[request.kind]


def find_inputs(desk: Desk, request: Request, told: Told | None = None) -> Inputs:
    """Find and digest everything that a request names.

    Raises:
        UsageError: Something is not there.
        RefusedError: Files of a model are not those on record.
        RunError: A model must not be loaded.
    """
    relation = relation_of(request)
    given: dict[str, Any] = {"allow_changed": request.allow_changed_base, "told": told}
    if isinstance(request, FinetuneRequest):
        base = find_model(desk, request.base, base_name=request.base_name, **given)
        data = find_data(desk, request.data, request.data_name)
        evaluation = find_data(desk, request.evaluation_data) if request.evaluation_data else None
        return _checked(Inputs(((base, relation),), data, evaluation), request)
    if isinstance(request, InferRequest):
        if (request.text is None) == (request.input is None):
            raise UsageError("there are two ways to ask: give one of `--text` and `--input`", "a file has many texts, one a row")
        check_parameters(request.task, request.parameters)
        models = [find_model(desk, request.model, base_name=request.base_name, **given)]
        if request.adapter:
            models.append(find_model(desk, request.adapter, **given))
        found = tuple((model, relation) for model in models)
        return _checked(Inputs(found, input=_file(request.input), template=_file(request.prompt_template)), request)
    if isinstance(request, MergeRequest):
        if request.base_name is not None:
            raise UsageError(
                "`--base-name` says which model one folder holds, and several models are merged", "record each folder first, with `licet import folder`"
            )
        merged = tuple((find_model(desk, reference, **given), relation) for reference in request.models)
        if len({model.digest.sha256 for model, _ in merged}) < len(merged):
            raise UsageError("the same model is given twice", "name each model to merge once; `--weight` says how much it counts")
        return _checked(Inputs(merged), request)
    reference, file = request.model, request.file if isinstance(request, ConvertRequest) else None
    if isinstance(request, ConvertRequest) and reference.lower().endswith(".gguf") and Path(reference).expanduser().is_file():
        path = Path(reference).expanduser()
        if len(check_gguf(path.parent, path.name, path.stem).paths) > 1:
            raise UsageError(f"`{reference}` is one part of several", f"name the folder, and the first part with `--file`: `{path.parent}`")
        return _checked(Inputs(((find_file(desk, path, base_name=request.base_name, **given), relation),), file=path.name), request)
    model = find_model(desk, reference, base_name=request.base_name, **given)
    if isinstance(request, ConvertRequest) and file is None:
        held = whole_models(each.name for each in model.digest.files)
        if len(held) != 1:
            raise UsageError(f"`{request.model}` holds {len(held)} models in GGUF", "say which with `--file`" if held else "name a folder or file in GGUF")
        file = held[0]
    return _checked(Inputs(((model, relation),), file=file), request)


def _checked(inputs: Inputs, request: Request) -> Inputs:
    """Refuse what must not be loaded, before anything else is asked or done."""
    for model, _ in inputs.models:
        if isinstance(request, ConvertRequest):
            check_gguf(model.folder, inputs.file or "", model.name)
        else:
            check_folder(model.folder, model.name, trust_remote_code=request.trust_remote_code)
    return inputs


def _file(path: Path | None) -> FileDigest | None:
    if path is None:
        return None
    if not path.expanduser().is_file():
        raise UsageError(f"there is no file `{path}`", "check the path")
    try:
        return digest_file(path.expanduser())
    except ProvenanceError as error:
        raise SourceError(error.message, error.hint) from error


def plan_of(request: Request, inputs: Inputs, name: str) -> Planned:
    """The run as the licence gate judges it."""
    models = tuple(
        PlannedModel(model.name, relation or "run", model.record, request.base_license, only_if_open=len(inputs.models) > 1)
        for model, relation in inputs.models
    )
    if isinstance(request, InferRequest):
        return Planned(None, models)
    data = [
        PlannedData(found.name, relation, getattr(request, "data_license", None) if relation == "trained-on" else None, found.outputs_of)
        for found, relation in ((inputs.data, "trained-on"), (inputs.evaluation, "tested-on"))
        if found is not None
    ]
    return Planned(name, models, tuple(data), request.license, modality_of(inputs))


def modality_of(inputs: Inputs) -> str | None:
    """The modality of what comes out: that of the first model of which one is known."""
    for model, _ in inputs.models:
        if model.known is not None and model.known.modality:
            return model.known.modality
        described = next((each for each in model.record.models if each.name == model.name), None) if model.record is not None else None
        if described is not None and described.modality:
            return described.modality
    return None


def job_of(request: Request, inputs: Inputs, out: Path) -> Job:
    """The job for the worker."""
    models = tuple(ModelInput(name=model.name, folder=model.folder.resolve(), revision=model.commit) for model, _ in inputs.models)
    machine = request.machine()
    if isinstance(request, FinetuneRequest):
        if inputs.data is None:
            raise UsageError("there is nothing to learn from", "name it with `--data`")
        data = DataInput(
            name=inputs.data.name,
            train=inputs.data.path.resolve(),
            evaluation=inputs.evaluation.path.resolve() if inputs.evaluation else None,
            columns=request.columns,
            evaluation_share=request.evaluation_share,
        )
        return FinetuneJob(
            task=request.task, method=request.method, base=models[0], data=data, out=out, resume=request.resume, training=request.training(), machine=machine
        )
    if isinstance(request, InferRequest):
        return InferJob(
            task=request.task,
            model=models[0],
            adapter=models[1] if len(models) > 1 else None,
            text=request.text,
            input=request.input.expanduser().resolve() if request.input else None,
            column=request.column,
            prompt_template=request.prompt_template.expanduser().resolve() if request.prompt_template else None,
            labels=request.labels,
            output=out,
            batch_size=request.batch_size,
            parameters=request.parameters,
            machine=machine,
        )
    if isinstance(request, MergeRequest):
        return MergeJob(method=request.method, models=models, weights=request.weights, density=request.density, out=out, machine=machine)
    if isinstance(request, QuantizeRequest):
        return QuantizeJob(method=request.method, model=models[0], out=out, machine=machine)
    return ConvertJob(model=models[0], file=inputs.file or "", out=out, machine=machine)


def materials_of(inputs: Inputs, licenses: Mapping[str, tuple[str, ...]], rows: Mapping[str, Mapping[str, int | str]], version: str) -> tuple[Material, ...]:
    """What went in, for the record."""
    found = []
    for at, (model, relation) in enumerate(inputs.models):
        uri = f"pkg:huggingface/{model.name}@{model.commit}" if model.commit and "/" in model.name else None
        notes = {"changed_since_recorded": True} if model.changed else {}
        if inputs.file is not None:
            notes["file"] = inputs.file  # type: ignore[assignment]
        kind = "adapter" if relation is None and at > 0 else "model"
        found.append(Material(kind, model.name, relation, uri, model.commit, model.digest.sha256, model.digest.files, licenses.get(model.name, ()), notes))
    for data, relation, part in ((inputs.data, "trained-on", "train"), (inputs.evaluation, "tested-on", "evaluation")):
        if data is None:
            continue
        said = dict(rows.get(part, {}))
        if inputs.evaluation is None and "evaluation" in rows:
            said.update({f"evaluation_{key}": value for key, value in rows["evaluation"].items()})
        uri = f"pkg:huggingface/datasets/{data.name}@{data.commit}" if data.commit else None
        if data.outputs_of:
            said["outputs_of"] = ", ".join(data.outputs_of)
        found.append(Material("dataset", data.name, relation, uri, data.commit, data.sha256, data.files, licenses.get(f"dataset:{data.name}", ()), said))
        if relation == "trained-on":
            found += [Material("model", name, "trained-on-outputs") for name in data.outputs_of]
    if inputs.input is not None:
        found.append(Material("dataset", inputs.input.name, None, None, None, inputs.input.sha256, (inputs.input,)))
    if inputs.template is not None:
        found.append(Material("prompt-template", inputs.template.name, None, None, None, inputs.template.sha256, (inputs.template,)))
    found.append(Material("code", "licet", None, f"pkg:pypi/licet@{version}", notes={"version": version}))
    return tuple(found)


def used_models(inputs: Inputs, stated: Mapping[str, str]) -> tuple[UsedModel, ...]:
    """The models that went in, for the catalogue, with the licences that the user stated where none was on record."""
    return tuple(
        # Files that are not those of their commit are a state of their own; what is on record of the commit stays.
        UsedModel(model.name, relation, model.state, None if model.changed else model.commit, model.record, stated.get(model.name))
        for model, relation in inputs.models
    )


def used_data(inputs: Inputs, rows: Mapping[str, Mapping[str, int | str]], stated: Mapping[str, str]) -> tuple[UsedData, ...]:
    """The datasets that went in, for the catalogue, with the licences that the user stated where none was on record."""
    found = []
    for data, relation, part in ((inputs.data, "trained-on", "train"), (inputs.evaluation, "tested-on", "evaluation")):
        if data is not None:
            count = rows.get(part, {}).get("rows")
            found.append(UsedData(data.name, relation, count if isinstance(count, int) else None, stated.get(f"dataset:{data.name}"), data.outputs_of))
    return tuple(found)


def name_of(request: Request) -> str:
    """The name of what comes out: as stated, else that of its folder or file.

    Raises:
        UsageError: It cannot be a name.
    """
    if isinstance(request, InferRequest):
        name, what = request.name or request.output.name.split(".")[0] or request.output.name, "dataset"
    else:
        name, what = request.name or request.out.expanduser().resolve().name, "model"
    check_name(name, what)
    if name.startswith(("dataset:", "app:")) or "@" in name:
        raise UsageError(f"`{name}` cannot be the name of a {what}", "leave out `dataset:`, `app:` and `@`, or give it another with `--name`")
    return name
