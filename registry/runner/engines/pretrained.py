"""Loads a model to start from, and its tokenizer: from its folder alone, safetensors only, without running code that came with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.loading import require_safe
from registry.runner.engines.machine import Readied
from registry.runner.engines.rows import quoted
from registry.runner.events import Noted
from registry.runner.job import FinetuneJob, ModelInput

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer.model",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "source.spm",
    "tokenizer.tiktoken",
    "tiktoken.model",
    "tekken.json",
)
"""One of these is in every folder with a tokenizer."""


def check_base(job: FinetuneJob, tell: Tell) -> None:
    """The folder is one of a model that can be trained, and safe to load.

    Raises:
        EngineError: It is not, and why.
    """
    base = job.base
    checked = require_safe(base, tell, trust_remote_code=job.machine.trust_remote_code)
    if checked.kind == "adapter":
        raise EngineError("model", f"`{base.name}` is an adapter, no whole model", "fold it into its base first: `licet run merge --method adapter`")
    if checked.kind == "pipeline":
        raise EngineError("model", f"`{base.name}` is a diffusion pipeline, which cannot be fine-tuned here", "name a transformer")
    if checked.quantization is not None and job.method == "full":
        raise EngineError(
            "model", f"`{base.name}` is quantised ({checked.quantization}), and its weights cannot learn", "start from its base, or say `--method lora`"
        )


def load_tokenizer(job: FinetuneJob) -> Any:
    """The tokenizer of the base, with a token to pad with.

    Raises:
        EngineError: It has none.
    """
    from transformers import AutoTokenizer

    base = job.base
    if not any((base.folder / name).is_file() for name in TOKENIZER_FILES):
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


def load_model(job: FinetuneJob, kind: Any, machine: Readied, tokenizer: Any, tell: Tell, **options: Any) -> Any:
    """The base as a model of a kind, ready to train; what is new in it is noted.

    Args:
        job: Names the base.
        kind: An `AutoModelFor...` of transformers.
        machine: What computes.
        tokenizer: The base's.
        tell: Told of layers that the base does not have.
        options: More for `from_pretrained`.

    Raises:
        EngineError: It cannot be loaded, or is no such model.
    """
    import torch

    base = job.base
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
            **options,
        )
    except (OSError, ValueError, KeyError, TypeError, ImportError, RuntimeError, AttributeError) as error:
        raise refused(base, "model", error) from error
    except Exception as error:
        if type(error).__name__ == "SafetensorError":
            raise refused(base, "model", error) from error
        raise
    _note_new_layers(base, model, info, tell)
    rows = model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > rows:
        raise EngineError(
            "model", f"the tokenizer of `{base.name}` knows {len(tokenizer):,} tokens, the model only {rows:,}", "use the tokenizer that belongs to it"
        )
    if model.config.pad_token_id is None:
        model.config.pad_token_id = tokenizer.pad_token_id
    return model


def length_limit(job: FinetuneJob, tokenizer: Any, model: Any, default: int, tell: Tell) -> int:
    """The longest text in tokens: what was asked for, within what the model can take."""
    asked = job.training.max_length or default
    config = model.config.get_text_config()
    limit = getattr(config, "max_position_embeddings", None)
    if limit is not None and config.model_type in ("roberta", "xlm-roberta", "camembert"):
        limit -= 2  # these begin to count behind the padding position
    limits = [value for value in (limit, tokenizer.model_max_length) if isinstance(value, int) and 0 < value < 10**9]
    most = min([asked, *limits])
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
    return EngineError("model", f"the {what} of `{base.name}` cannot be loaded: {without_folder[:300]}")


def _note_new_layers(base: ModelInput, model: Any, info: dict[str, Any], tell: Tell) -> None:
    names = {str(key[0] if isinstance(key, tuple) else key) for key in (*info.get("missing_keys", ()), *info.get("mismatched_keys", ()))}
    if not names:
        return
    body = f"{model.base_model_prefix}."
    parameters = dict(model.named_parameters())
    own = [name for name in parameters if name.startswith(body)]
    lost = [name for name in names if name.startswith(body) and "pooler" not in name]
    if own and len(lost) * 2 > len(own):
        raise EngineError("model", f"the weights of `{base.name}` do not fit its config.json: {len(lost)} of {len(own)} layers are missing")
    heads = sorted({name.rsplit(".", 1)[0] for name in names})
    tell(Noted(text=f"new and untrained, since `{base.name}` has no such layer, or one of another size: {quoted(heads)}"))
