"""Loads a model to start from, and its tokenizer: from its folder alone, safetensors only, without running code that came with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.runner.engines.adapters import quantization
from registry.runner.engines.four_bits import settle_four_bits
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.loading import has_tokenizer, require_whole, text_limit
from registry.runner.engines.rows import quoted
from registry.runner.events import Noted
from registry.runner.job import FinetuneJob, ModelInput

if TYPE_CHECKING:
    from registry.runner.engines.finetune import Work


def check_base(job: FinetuneJob, tell: Tell) -> None:
    """The folder is one of a model that can be trained, and safe to load.

    Raises:
        EngineError: It is not, and why.
    """
    checked = require_whole(job.base, tell, trust_remote_code=job.machine.trust_remote_code)
    if checked.quantization is not None and job.method == "full":
        raise EngineError(
            "model", f"`{job.base.name}` is quantised ({checked.quantization}), and its weights cannot learn", "start from its base, or say `--method lora`"
        )


def load_tokenizer(job: FinetuneJob) -> Any:
    """The tokenizer of the base, with a token to pad with.

    Raises:
        EngineError: It has none.
    """
    from transformers import AutoTokenizer

    base = job.base
    if not has_tokenizer(base.folder):
        raise EngineError("model", f"`{base.name}` has no tokenizer", "copy the tokenizer files of the model that it comes from into its folder")
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(base.folder), local_files_only=True, trust_remote_code=job.machine.trust_remote_code)
    except (OSError, ValueError, KeyError, TypeError, ImportError, RuntimeError) as error:
        raise refused(base, "tokenizer", error) from error
    if tokenizer.pad_token_id is None:
        if tokenizer.eos_token_id is None:
            raise EngineError("model", f"the tokenizer of `{base.name}` has neither a padding nor an end token", "name one in its tokenizer_config.json")
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(work: Work, kind: Any, **options: Any) -> Any:
    """The base as a model of a kind, ready to train; what is new in it is noted and kept in `work.new_layers`.

    Args:
        work: What it is for.
        kind: An `AutoModelFor...` of transformers.
        options: More for `from_pretrained`.

    Raises:
        EngineError: It cannot be loaded, or is no such model.
    """
    import torch

    job, machine, base = work.job, work.machine, work.job.base
    # Adapters leave the base as it is, so it may stay as coarse as it computes; whole models learn in full precision.
    dtype = machine.dtype if job.method != "full" and machine.precision == "bf16" else torch.float32
    try:
        model, info = kind.from_pretrained(
            str(base.folder),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=job.machine.trust_remote_code,
            output_loading_info=True,
            dtype=dtype,
            **quantization(job, machine),
            **options,
        )
    except (OSError, ValueError, KeyError, TypeError, ImportError, RuntimeError, AttributeError) as error:
        raise refused(base, "model", error) from error
    except Exception as error:
        if type(error).__name__ == "SafetensorError":
            raise refused(base, "model", error) from error
        raise
    settle_four_bits(model, learns=True)
    work.new_layers = _new_layers(base, model, info)
    if work.new_layers:
        work.note(f"new and untrained, since `{base.name}` has no such layer, or one of another size: {quoted(work.new_layers)}")
    rows = model.get_input_embeddings().weight.shape[0]
    if len(work.tokenizer) > rows:
        raise EngineError(
            "model", f"the tokenizer of `{base.name}` knows {len(work.tokenizer):,} tokens, the model only {rows:,}", "use the tokenizer that belongs to it"
        )
    if model.config.pad_token_id is None:
        model.config.pad_token_id = work.tokenizer.pad_token_id
    return model


def length_limit(job: FinetuneJob, tokenizer: Any, model: Any, default: int, tell: Tell) -> int:
    """The longest text in tokens: what was asked for, within what the model can take."""
    asked = job.training.max_length or default
    most = min(asked, text_limit(tokenizer, model) or asked)
    if most < asked and job.training.max_length is not None:
        tell(Noted(text=f"texts are cut at {most:,} tokens: `{job.base.name}` takes no longer ones"))
    return most


def refused(base: ModelInput, what: str, error: Exception) -> EngineError:
    """The error for a folder that its library refuses."""
    text = " ".join(str(error).split())
    if "trust_remote_code" in text:
        return EngineError(
            "unsafe", f"`{base.name}` wants to run code that came with it", "read that code; `--trust-remote-code` runs it, and the record says so"
        )
    without_folder = text.replace(str(base.folder), base.name).replace(str(Path(base.folder).resolve()), base.name)
    return EngineError("model", f"the {what} of `{base.name}` cannot be loaded: {without_folder[:300]}", "see whether the folder holds the whole model")


def _new_layers(base: ModelInput, model: Any, info: dict[str, Any]) -> list[str]:
    """The layers that the base does not have.

    Raises:
        EngineError: They are most of the model.
    """
    names = {str(key[0] if isinstance(key, tuple) else key) for key in (*info.get("missing_keys", ()), *info.get("mismatched_keys", ()))}
    body = f"{model.base_model_prefix}."
    own = [name for name, _ in model.named_parameters() if name.startswith(body)]
    lost = [name for name in names if name.startswith(body) and "pooler" not in name]
    if own and len(lost) * 2 > len(own):
        raise EngineError(
            "model",
            f"the weights of `{base.name}` do not fit its config.json: {len(lost)} of {len(own)} layers are missing",
            "use the configuration that belongs to the weights",
        )
    return sorted({name.rsplit(".", 1)[0] for name in names})
