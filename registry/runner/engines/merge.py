"""Merges the weights of models of one architecture, tensor by tensor: linear, slerp and TIES.

The mathematics of slerp and TIES is mergekit's, which is under LGPL-3.0-only and therefore an extra of its own; a weighted mean needs none. mergekit's own
planner knows the architectures of decoders; read by tensor, its methods serve any architecture, shards come and go one at a time, and nothing but a shard
of the outcome and one tensor of each model is in memory.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from registry.errors import SourceError
from registry.runner.engines.carried import CONFIG_FILES, OTHER_FILES, TOKENIZER_FILES, carry_files, make_folder, same_tokenizer
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.ledger import Ledger
from registry.runner.engines.loading import require_whole
from registry.runner.engines.machine import Readied, ready_machine
from registry.runner.engines.shards import ShardWriter
from registry.runner.engines.tidy import tidy_model
from registry.runner.events import Finished, Noted
from registry.runner.job import MergeJob
from registry.runner.safety import SafeFolder
from registry.sources.notes import shown
from registry.sources.weights.tensors import TensorSet, read_tensor_set

DEFAULT_DENSITY = 0.2
"""Of each change TIES keeps the largest fifth (Yadav et al. 2023, section 4, where the top 20% are kept)."""

_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})


@dataclass(frozen=True, slots=True)
class Recipe:
    """How tensors are merged: the words that mergekit has for it."""

    method: str
    parameters: Mapping[str, Any]
    base: int | None
    told: Mapping[str, int | float | str | bool | list[str] | None]


class MergeEngine:
    """Merges with `linear`, `slerp` or `ties`; of these the last takes its first model as the base of the others."""

    def run(self, job: MergeJob, tell: Tell) -> Finished:
        """Merge, and leave the model in the out folder.

        Raises:
            EngineError: The models cannot be merged.
        """
        ledger = Ledger(tell)
        recipe = _recipe(job, tell)
        if job.method != "linear" and find_spec("mergekit") is None:
            raise EngineError(
                "missing",
                f"`{job.method}` needs `mergekit`, which is not installed",
                "run `python -m pip install 'licet[merge]'`, or say `--method linear`",
                extra="merge",
            )
        readied = ready_machine(job.machine, tell)
        ledger.stage("preparing")
        safe = [require_whole(model, tell, trust_remote_code=job.machine.trust_remote_code) for model in job.models]
        _check_kinds(job, safe)
        sets = [_tensors(folder.folder) for folder in safe]
        _check_tensors(job, sets, tell)
        for model, folder in zip(job.models[1:], safe[1:], strict=True):
            if not same_tokenizer(safe[0].folder, folder.folder):
                tell(Noted(text=f"the tokenizer of `{model.name}` is not that of `{job.models[0].name}`, whose tokenizer is kept"))
        make_folder(job.out)
        ledger.stage("merging")
        shards = _merge(job, recipe, sets, readied, ledger)
        ledger.stage("saving")
        carry_files(safe[0].folder, job.out, (*CONFIG_FILES, *OTHER_FILES, *TOKENIZER_FILES))
        tidy_model(job.out, job.models[0])
        return ledger.finish(
            counts={"parameters_total": sets[0].parameters, "parameters_trained": 0, "tensors": len(sets[0].tensors), "files": shards},
            settings={"method": job.method, "models": [model.name for model in job.models], **recipe.told},
        )


def _recipe(job: MergeJob, tell: Tell) -> Recipe:
    """The method and its numbers, checked.

    Raises:
        EngineError: They are too many or too few, or none that a method takes.
    """
    count = len(job.models)
    if count < 2:
        raise EngineError("data", "a merge takes two models at least", "name more")
    if len({model.folder.resolve() for model in job.models}) < count:
        raise EngineError("data", "the same folder is named twice", "name each model once, and give it its weight")
    weights = job.weights
    if any(not math.isfinite(weight) or weight < 0 for weight in weights) or (weights and sum(weights) == 0):
        raise EngineError("data", "weights are numbers of 0 or more, and not all of them 0", "such as `--weight 0.7 --weight 0.3`")
    if job.density is not None and job.method != "ties":
        raise EngineError("data", f"`{job.method}` takes no density", "it is for `ties`")
    if job.method == "ties":
        return _ties(job)
    if weights and len(weights) != count:
        raise EngineError("data", f"there are {count} models and {len(weights)} weights", "give one weight to each model, in order")
    shares = [weight / sum(weights) for weight in weights] if weights else [1 / count] * count
    if weights and not math.isclose(sum(weights), 1):
        tell(Noted(text=f"the weights were scaled so that they sum to 1: {', '.join(f'{share:.4g}' for share in shares)}"))
    told: dict[str, int | float | str | bool | list[str] | None] = {"weights": [f"{share:.6g}" for share in shares]}
    if job.method == "linear":
        return Recipe("linear", {"weight": shares}, None, told)
    if job.method != "slerp":
        raise EngineError("internal", f"no way to merge is called `{job.method}`", "it is `linear`, `slerp`, `ties` or `adapter`")
    if count != 2:
        raise EngineError("data", f"slerp goes from one model to another: it takes two, not {count}", "merge with `linear`, or two at a time")
    return Recipe("slerp", {"t": shares[1]}, 0, told | {"t": shares[1]})


def _ties(job: MergeJob) -> Recipe:
    """TIES: of the others' changes to the first model, the large ones whose signs agree."""
    density = DEFAULT_DENSITY if job.density is None else job.density
    if not 0 < density <= 1:
        raise EngineError("data", f"a density of {density:g} keeps nothing, or more than all", "it is above 0 and at most 1")
    others = len(job.models) - 1
    weights = job.weights[1:] if len(job.weights) == others + 1 else job.weights
    if weights and (len(weights) != others or sum(weights) == 0):
        raise EngineError("data", f"there are {others} models beside the base and {len(weights)} weights", "give one weight to each but the base, in order")
    shares = list(weights or [1.0] * others)
    # mergekit numbers the inputs, the base included.
    parameters = {"weight": {number + 1: share for number, share in enumerate(shares)}, "density": density}
    return Recipe("ties", parameters, 0, {"base": job.models[0].name, "weights": [f"{share:.6g}" for share in shares], "density": density, "normalize": True})


def _check_kinds(job: MergeJob, safe: list[SafeFolder]) -> None:
    """All are models of one architecture, with weights as they are.

    Raises:
        EngineError: One is not.
    """
    for model, folder in zip(job.models, safe, strict=True):
        if folder.quantization is not None:
            raise EngineError(
                "model", f"the weights of `{model.name}` are quantised ({folder.quantization})", "merge the models that were quantised, then quantise again"
            )
    first = _architecture(safe[0])
    for model, folder in zip(job.models[1:], safe[1:], strict=True):
        if (other := _architecture(folder)) != first:
            raise EngineError("model", f"`{model.name}` is a {other}, and `{job.models[0].name}` is a {first}", "only models of one architecture can be merged")


def _check_tensors(job: MergeJob, sets: list[TensorSet], tell: Tell) -> None:
    """All have the same tensors.

    Raises:
        EngineError: They differ in names or sides.
    """
    first, name = sets[0].tensors, job.models[0].name
    for model, each in zip(job.models[1:], sets[1:], strict=True):
        for missing, here, there in (
            (sorted(first.keys() - each.tensors.keys()), name, model.name),
            (sorted(each.tensors.keys() - first.keys()), model.name, name),
        ):
            if missing:
                more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
                raise EngineError("model", f"`{here}` has the tensor `{shown(missing[0], 80)}`{more}, which `{there}` lacks", "merge models of the same make")
        unlike = [key for key in first if first[key].shape != each.tensors[key].shape]
        if unlike:
            sides = [" by ".join(map(str, tensors[unlike[0]].shape)) for tensors in (first, each.tensors)]
            raise EngineError(
                "model",
                f"the tensor `{shown(unlike[0], 80)}` is {sides[0]} in `{name}` and {sides[1]} in `{model.name}`; {len(unlike):,} differ so",
                "merge models of one size, with one vocabulary",
            )
        other = {each.tensors[key].dtype for key in first if each.tensors[key].dtype != first[key].dtype}
        if other:
            tell(Noted(text=f"`{model.name}` has values in {', '.join(sorted(other))}; the types of `{name}` are kept"))


def _merge(job: MergeJob, recipe: Recipe, sets: list[TensorSet], readied: Readied, ledger: Ledger) -> int:
    """Merge every tensor and write the shards; how many were written."""
    import torch
    from safetensors import safe_open

    mix = weighted_mean if recipe.method == "linear" else _by_mergekit
    files: dict[Path, Any] = {}
    order = sorted(sets[0].tensors.values(), key=lambda tensor: (str(tensor.path), tensor.start))
    with ExitStack() as stack, torch.no_grad():

        def read(number: int, name: str) -> Any:
            path = sets[number].tensors[name].path
            if path not in files:
                files[path] = stack.enter_context(safe_open(path, framework="pt"))
            tensor = files[path].get_tensor(name)
            if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
                raise EngineError("model", f"the tensor `{shown(name, 80)}` of `{job.models[number].name}` holds values that are not numbers", "leave it out")
            return tensor.to(readied.device)

        writer = ShardWriter(job.out, order)
        for done, about in enumerate(order, start=1):
            tensors = [read(number, about.name) for number in range(len(sets))]
            kept = tensors[0].dtype
            if about.dtype in _FLOATS:
                exact = torch.float64 if kept == torch.float64 else torch.float32
                merged = mix(recipe, [tensor.to(exact) for tensor in tensors], about.name).to(kept)
            elif all(torch.equal(tensors[0], tensor) for tensor in tensors[1:]):
                merged = tensors[0]
            else:
                raise EngineError(
                    "model", f"the tensor `{shown(about.name, 80)}` holds {about.dtype}, which cannot be mixed, and differs", "merge models of the same make"
                )
            writer.add(about.name, merged.cpu())
            ledger.progress(done, len(order), unit="tensors")
        return writer.close()


def weighted_mean(recipe: Recipe, tensors: list[Any], name: str) -> Any:
    """The mean of tensors by the shares of a recipe (Wortsman et al. 2022, arXiv:2203.05482)."""
    import torch

    mixed = torch.zeros_like(tensors[0])
    for share, tensor in zip(recipe.parameters["weight"], tensors, strict=True):
        mixed.add_(tensor, alpha=share)
    return mixed


def _by_mergekit(recipe: Recipe, tensors: list[Any], name: str) -> Any:
    """One tensor, by a method of mergekit."""
    options: dict[str, Any] = {} if recipe.base is None else {"base_index": recipe.base}
    exact = tensors[0].dtype
    merge_tensors = importlib.import_module("mergekit.merge_methods").merge_tensors
    return merge_tensors(tensors, recipe.method, parameters=recipe.parameters, dtype=exact, out_dtype=exact, name=name, **options)


def _tensors(folder: Path) -> TensorSet:
    try:
        return read_tensor_set(folder)
    except SourceError as error:
        raise EngineError("model", error.message, error.hint) from error


def _architecture(folder: SafeFolder) -> str:
    named = folder.config.get("architectures")
    first = named[0] if isinstance(named, list) and named else folder.config.get("model_type")
    return shown(first or "model that does not say what it is", 80)
