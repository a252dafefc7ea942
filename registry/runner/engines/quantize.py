"""Stores the weights of a model in fewer bits: int8 by torchao, eight or four bits by bitsandbytes, in the form that transformers itself loads again.

The result is saved, let go of and loaded anew before it is measured, so what is measured is what others will load.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from registry.runner.engines.carried import OTHER_FILES, TOKENIZER_FILES, carry_files, make_folder
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.ledger import Ledger
from registry.runner.engines.likeness import Reading, compare, read_sentences
from registry.runner.engines.loading import Loaded, explained, load_model, load_part, own_class, require_whole
from registry.runner.engines.machine import Readied, ready_machine
from registry.runner.engines.shards import settle_headers
from registry.runner.engines.tidy import tidy_model
from registry.runner.events import Finished, Metrics, Noted
from registry.runner.job import ModelInput, QuantizeJob
from registry.runner.safety import SafeFolder
from registry.sources.notes import shown

_LIBRARIES = {
    "int8": ("torchao", "runner"),
    "dynamic-int8": ("torchao", "runner"),
    "bitsandbytes-4bit": ("bitsandbytes", "quantize"),
    "bitsandbytes-8bit": ("bitsandbytes", "quantize"),
}
_TORCHAO = {"int8": "Int8WeightOnlyConfig", "dynamic-int8": "Int8DynamicActivationInt8WeightConfig"}
_MAX_SHARD = "4GB"


class QuantizeEngine:
    """Quantises with any method of `QuantizeJob`."""

    def run(self, job: QuantizeJob, tell: Tell) -> Finished:
        """Quantise, measure, and leave the model in the out folder.

        Raises:
            EngineError: The model cannot be quantised, or what came of it does not load.
        """
        library, part = _LIBRARIES[job.method]
        if find_spec(library) is None:
            raise EngineError(
                "missing", f"`{job.method}` needs `{library}`, which is not installed", f"run `python -m pip install 'licet[{part}]'`", extra=part
            )
        ledger = Ledger(tell)
        readied = ready_machine(job.machine, tell)
        checked = require_whole(job.model, tell, trust_remote_code=job.machine.trust_remote_code)
        _check(job, checked)
        kind = own_class(checked)
        make_folder(job.out)
        ledger.stage("loading", job.model.name)
        before, total = _before(job, kind, readied, ledger, tell)
        ledger.stage("quantizing")
        layers, left = _quantize(job, kind, checked, readied)
        carry_files(checked.folder, job.out, (*OTHER_FILES, *TOKENIZER_FILES))
        tidy_model(job.out, job.model)
        if layers == 0:
            raise EngineError("model", f"`{job.model.name}` has no linear layer that `{job.method}` makes smaller", "it is left as it is")
        ledger.stage("evaluating")
        after = _after(job, kind, readied, tell)
        sizes = {"before": _bytes(checked.folder), "after": _bytes(job.out)}
        _tell_measures(before, after, sizes, tell)
        return ledger.finish(
            counts={
                "parameters_total": total,
                "parameters_trained": 0,
                "layers_quantized": layers,
                "layers_left": left,
                "bytes_before": sizes["before"],
                "bytes_after": sizes["after"],
            },
            settings={"method": job.method, "library": library, "dtype": "as stored"},
        )


def _check(job: QuantizeJob, checked: SafeFolder) -> None:
    """It is a whole model that has not been quantised yet.

    Raises:
        EngineError: It is not.
    """
    name = job.model.name
    if checked.quantization is not None:
        raise EngineError("model", f"`{name}` is quantised already ({checked.quantization})", "start from the model that it was made from")


def _before(job: QuantizeJob, kind: str, readied: Readied, ledger: Ledger, tell: Tell) -> tuple[Reading | None, int]:
    """What the model as it stands makes of the sentences, and how many parameters it has.

    Raises:
        EngineError: It holds values that are not numbers.
    """
    loaded = load_model(kind, job.model, readied, tell, trust_remote_code=job.machine.trust_remote_code, keep_dtype=True, spare=("pooler",))
    for name, parameter in loaded.model.named_parameters():
        if parameter.is_floating_point() and not bool(parameter.isfinite().all()):
            raise EngineError("model", f"the tensor `{shown(name, 80)}` of `{job.model.name}` holds values that are not numbers", "mend the model first")
    ledger.stage("evaluating")
    return _read(loaded, tell), loaded.parameters


def _quantize(job: QuantizeJob, kind: str, checked: SafeFolder, readied: Readied) -> tuple[int, int]:
    """Load it anew with coarser weights and save it; how many linear layers are coarser, and how many were left."""
    import torch
    import transformers

    with explained(job.model.name, checked.folder), _conversion(kind, job):
        model = getattr(transformers, kind).from_pretrained(
            checked.folder,
            quantization_config=_config(job, readied),
            dtype="auto",
            device_map={"": readied.device},
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=job.machine.trust_remote_code,
        )
        linear = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
        coarse = [module for module in linear if type(module.weight) is not torch.nn.Parameter or not module.weight.is_floating_point()]
        model.save_pretrained(job.out, max_shard_size=_MAX_SHARD)
    settle_headers(job.out)
    return len(coarse), len(linear) - len(coarse)


@contextmanager
def _conversion(kind: str, job: QuantizeJob) -> Iterator[None]:
    """What transformers says where an architecture and a method do not go together.

    Raises:
        EngineError: They do not.
    """
    try:
        yield
    except (RuntimeError, NotImplementedError) as error:
        if isinstance(error, NotImplementedError) or "conversion" in str(error):
            raise EngineError("model", f"transformers does not quantise a {kind} by `{job.method}`", "try another method, or another model") from error
        raise


def _config(job: QuantizeJob, readied: Readied) -> Any:
    """What transformers is told of the method."""
    import importlib

    import transformers

    if job.method in _TORCHAO:
        return transformers.TorchAoConfig(getattr(importlib.import_module("torchao.quantization"), _TORCHAO[job.method])())
    make: Any = transformers.BitsAndBytesConfig
    if job.method == "bitsandbytes-8bit":
        return make(load_in_8bit=True)
    # Dettmers et al. 2023 (QLoRA), section 3: the type made for weights that are spread normally, and scales that are quantised as well.
    return make(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=readied.dtype)


def _after(job: QuantizeJob, kind: str, readied: Readied, tell: Tell) -> Reading | None:
    """What the saved model makes of the sentences.

    Raises:
        EngineError: It does not load, or gives what is no number.
    """
    gc.collect()
    result = ModelInput(name=f"{job.model.name} ({job.method})", folder=job.out)
    loaded = load_model(kind, result, readied, tell, trust_remote_code=job.machine.trust_remote_code, keep_dtype=True, spare=("pooler",))
    return _read(loaded, tell)


def _read(loaded: Loaded, tell: Tell) -> Reading | None:
    """The reading of a model; none, with a note, where it has no tokenizer or reads no text."""
    try:
        tokenizer = load_part("AutoTokenizer", loaded)
    except EngineError:
        tokenizer = None
    reading = read_sentences(loaded.model, tokenizer) if tokenizer is not None else None
    if reading is None:
        tell(Noted(text=f"`{loaded.name}` has no tokenizer, or reads no text alone, so what it says was not compared"))
    elif not all(bool(output.isfinite().all()) for output in reading.outputs):
        raise EngineError("model", f"`{loaded.name}` gives what is no number", "try another method")
    return reading


def _tell_measures(before: Reading | None, after: Reading | None, sizes: dict[str, int], tell: Tell) -> None:
    """The same figures before and after, and how alike the two are."""
    values: dict[str, dict[str, float]] = {phase: {"bytes": float(size)} for phase, size in sizes.items()}
    for phase, reading in (("before", before), ("after", after)):
        if reading is not None:
            values[phase]["seconds_per_pass"] = round(reading.seconds, 5)
            if reading.perplexity is not None:
                values[phase]["perplexity"] = reading.perplexity
    if before is not None and after is not None:
        values["after"] |= compare(before, after)
    tell(Metrics(phase="before", values=values["before"]))
    tell(Metrics(phase="after", values={name: value for name, value in values["after"].items() if math.isfinite(value)}))
    if sizes["after"] >= sizes["before"]:
        tell(Noted(text="the files are no smaller: most of the weights are not in linear layers"))


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))
