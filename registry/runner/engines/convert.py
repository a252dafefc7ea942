"""Brings a GGUF file into safetensors that can be trained: its blocks are unpacked, and its values stay as coarse as they were."""

from __future__ import annotations

import copy
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from registry.runner.engines.carried import make_folder
from registry.runner.engines.gguf_parts import join_parts
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.ledger import Ledger
from registry.runner.engines.loading import explained, refused
from registry.runner.engines.machine import ready_machine
from registry.runner.engines.tidy import tidy_model
from registry.runner.events import Finished, Noted
from registry.runner.job import ConvertJob
from registry.runner.safety_gguf import SafeGguf, check_gguf
from registry.sources.folder.gguf_header import GgufHeader
from registry.sources.notes import shown

_MAX_SHARD = "4GB"
_NAME = "model.gguf"
_PLAIN = {0: "fp32", 1: "fp16", 32: "bf16"}


class ConvertEngine:
    """Converts with transformers, for the architectures that it reads from GGUF."""

    def run(self, job: ConvertJob, tell: Tell) -> Finished:
        """Convert, and leave the model in the out folder.

        Raises:
            EngineError: The file is damaged, or of an architecture that cannot be read.
        """
        import torch
        import transformers

        ledger = Ledger(tell)
        with refused():
            checked = check_gguf(job.model.folder, job.file, job.model.name)
        header = checked.header
        readied = ready_machine(job.machine.model_copy(update={"precision": "auto"}), tell)  # it computes nothing in the type it stores
        stored = _stored_as(header)
        precision = _precision(job, header)
        dtype = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[precision]
        ledger.stage("loading", job.file)
        with _alone(job, checked) as place, explained(job.model.name, place):
            options: dict[str, Any] = {"gguf_file": _NAME, "local_files_only": True, "trust_remote_code": False}
            config = transformers.AutoConfig.from_pretrained(place, **options)
            kind = transformers.AutoModelForSeq2SeqLM if config.is_encoder_decoder else transformers.AutoModelForCausalLM
            loaded: Any = kind.from_pretrained(place, dtype=dtype, output_loading_info=True, **options)
            tokenizer: Any = transformers.AutoTokenizer.from_pretrained(place, **options)
        packed, info = loaded
        _check_whole(info, job)
        _check_numbers(packed, job)
        make_folder(job.out)
        ledger.stage("converting")
        model = _unpacked(kind, packed, dtype)
        ledger.stage("saving")
        model.save_pretrained(job.out, max_shard_size=_MAX_SHARD)
        tokenizer.save_pretrained(job.out)
        tidy_model(job.out, job.model)
        if header.quantized is not False:
            tell(Noted(text=f"the values come from {stored}: they can be trained on, and are as coarse as they were"))
        return ledger.finish(
            counts={"parameters_total": sum(parameter.numel() for parameter in model.parameters()), "parameters_trained": 0, "tensors": header.tensors},
            settings={
                "file": checked.paths[0].name,
                "file_sha256": _digest(checked.paths[0]),
                "parts": len(checked.paths),
                "gguf_version": header.version,
                "stored_as": stored,
                "precision": precision,
                "device": readied.device.type,
                "architecture": header.text("general.architecture"),
            },
        )


@contextmanager
def _alone(job: ConvertJob, checked: SafeGguf) -> Iterator[Path]:
    """A folder with nothing but the model in it, so that no configuration that lies beside it has a say; parts are put together there."""
    apart = len(checked.paths) > 1
    with tempfile.TemporaryDirectory(prefix=".licet-gguf-", dir=job.out.parent if apart else None) as place:
        file = Path(place) / _NAME
        if apart:  # as large as the model, so it is written where that has room
            with explained(job.model.name):
                join_parts(checked.paths, file, job.model.name)
        else:
            file.symlink_to(checked.paths[0])
        yield Path(place)


def _unpacked(kind: Any, packed: Any, dtype: Any) -> Any:
    """The same weights in a model that knows nothing of GGUF: transformers 5 refuses to save what it read from it."""
    import torch

    config = copy.deepcopy(packed.config)
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    with torch.device("meta"):  # its own weights are never made: those that were read take their place
        model = kind.from_config(config, dtype=dtype)
    model.load_state_dict(packed.state_dict(), assign=True)
    model.tie_weights()
    model.generation_config = packed.generation_config
    return model


def _check_whole(info: Mapping[str, Any], job: ConvertJob) -> None:
    """The file holds every tensor of its architecture: others would be made up.

    Raises:
        EngineError: One is missing.
    """
    missing = sorted(map(str, info.get("missing_keys") or ()))
    if missing:
        more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise EngineError("model", f"`{job.model.name}` lacks the tensor `{shown(missing[0], 80)}`{more}", "fetch the file anew")


def _check_numbers(model: Any, job: ConvertJob) -> None:
    """Every value is a number.

    Raises:
        EngineError: One is not.
    """
    for name, parameter in model.named_parameters():
        if not bool(parameter.isfinite().all()):
            raise EngineError(
                "model", f"the tensor `{name}` of `{job.model.name}` holds values that are not numbers", "fetch the file anew, or say `--precision fp32`"
            )


def _stored_as(header: GgufHeader) -> str:
    """The type of the file's blocks, in the words of the format."""
    import gguf

    kind = header.values.get("general.file_type")
    try:
        return str(gguf.LlamaFileType(kind if isinstance(kind, int) else -1).name).removeprefix("MOSTLY_").removeprefix("ALL_")
    except ValueError:
        return "a type that the file does not name"


def _precision(job: ConvertJob, header: GgufHeader) -> str:
    """The type to keep the values in: the file's own where it is a plain one, bf16 for unpacked blocks."""
    if job.machine.precision != "auto":
        return job.machine.precision
    kind = header.values.get("general.file_type")
    return _PLAIN.get(kind, "bf16") if isinstance(kind, int) else "bf16"


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
