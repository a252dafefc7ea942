"""Loads models the one way that is allowed: from files on this disk, safetensors only, and no code of theirs unless that was allowed."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from registry.errors import RunError
from registry.runner.engines.flop import values_in
from registry.runner.engines.four_bits import settle_four_bits
from registry.runner.engines.interface import EngineError, Reason, Tell
from registry.runner.engines.labels import read_labels
from registry.runner.engines.machine import Readied
from registry.runner.events import Noted
from registry.runner.job import ModelInput
from registry.runner.safety import SafeFolder, check_folder
from registry.sources.notes import shown

TOKENIZER_FILES = (
    "tokenizer_config.json",  # all there is of one that reads bytes
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
"""One of these at least stands beside a model that reads text."""

_BEHIND_PADDING = frozenset({"roberta", "xlm-roberta", "camembert"})

_LONG = 1_000_000  # tokenizers without a limit name an absurdly large one
_REASONS = frozenset(get_args(Reason))


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is ready to answer."""

    name: str
    """Its name in the registry."""

    model: Any
    """The model itself, on its device, in evaluation."""

    folder: Path
    """Its folder."""

    parts: Path
    """Where its tokenizer and processors are: the adapter's folder where that has its own."""

    trust_remote_code: bool
    """Whether code of its own was allowed."""

    @property
    def parameters(self) -> int:
        """How many parameters it has."""
        return sum(values_in(parameter) for parameter in self.model.parameters())


@contextmanager
def refused() -> Iterator[None]:
    """What the runner itself refuses, as the error of an engine.

    Raises:
        EngineError: Something within was refused.
    """
    try:
        yield
    except RunError as error:
        reason: Any = error.reason if error.reason in _REASONS else "internal"
        raise EngineError(reason, error.message, error.hint) from error


@contextmanager
def explained(name: str, folder: Path | None = None) -> Iterator[None]:
    """What the loading libraries raise, and what the runner refuses, as the error of an engine.

    Args:
        name: The model that is loaded within.
        folder: Its folder, which messages call by the name.

    Raises:
        EngineError: Something within could not be done.
    """
    try:
        with refused():
            yield
    except (EngineError, MemoryError):
        raise
    except ImportError as error:
        raise EngineError(
            "missing", f"`{shown(name, 120)}` needs a library that is not installed: {_said(error, name, folder)}", "install it, then run it again"
        ) from error
    except RuntimeError as error:
        if not any(word in str(error) for word in ("size", "shape")):
            raise
        raise EngineError(
            "model", f"`{shown(name, 120)}` cannot be loaded: {_said(error, name, folder)}", "its weights do not fit its configuration"
        ) from error
    except Exception as error:  # what the libraries raise over a broken file is of many classes of theirs, some of them plain `Exception`
        if isinstance(error, OSError) and error.errno is not None and error.filename is None:
            raise  # a full disk, and its like
        raise EngineError(
            "model", f"`{shown(name, 120)}` cannot be loaded: {_said(error, name, folder)}", "see whether the folder holds the whole model"
        ) from error


def require_safe(model: ModelInput, tell: Tell, *, trust_remote_code: bool = False) -> SafeFolder:
    """See that a folder may be loaded, and tell what a reader should know of it.

    Raises:
        EngineError: It must not be loaded, or cannot be.
    """
    with refused():
        checked = check_folder(model.folder, model.name, trust_remote_code=trust_remote_code)
    for note in checked.notes:
        tell(Noted(text=note))
    return checked


def require_whole(model: ModelInput, tell: Tell, *, trust_remote_code: bool = False) -> SafeFolder:
    """See that a folder may be loaded and holds one whole model: what can be trained, merged or quantised.

    Raises:
        EngineError: It must not be loaded, or holds something else.
    """
    checked = require_safe(model, tell, trust_remote_code=trust_remote_code)
    if checked.kind == "adapter":
        raise EngineError("model", f"`{model.name}` is an adapter, no whole model", "fold it into its base first: `licet run merge --method adapter`")
    if checked.kind == "pipeline":
        raise EngineError("model", f"`{model.name}` is a diffusion pipeline, which can only be asked here", "name a transformer")
    return checked


def load_model(
    kind: str,
    model: ModelInput,
    readied: Readied,
    tell: Tell,
    *,
    adapter: ModelInput | None = None,
    trust_remote_code: bool = False,
    spare: tuple[str, ...] = (),
    keep_dtype: bool = False,
) -> Loaded:
    """Load a model, with an adapter on it where one is given.

    Args:
        kind: The class that loads it, as transformers calls it, such as `AutoModelForCausalLM`.
        model: The model.
        readied: The device and precision.
        tell: Takes what a reader should know.
        adapter: The adapter.
        trust_remote_code: Code that comes with the model is allowed.
        spare: Parts that may be missing from the files, since the task does not use them.
        keep_dtype: Values stay in the type they are stored in, whatever the precision of the machine.

    Raises:
        EngineError: It must not be loaded, cannot be, or lacks the head for the task.
    """
    checked = require_safe(model, tell, trust_remote_code=trust_remote_code)
    if checked.kind == "adapter":
        base = shown(checked.config.get("base_model_name_or_path") or "its base", 80)
        raise EngineError("model", f"`{model.name}` is an adapter, and cannot answer without its base", f"name `{base}` as the model, and this as its adapter")
    if checked.kind == "pipeline":
        raise EngineError("model", f"`{model.name}` is a diffusion pipeline, and this task wants a transformer", "name another model or another task")
    onto = require_safe(adapter, tell) if adapter is not None else None
    if onto is not None and onto.kind != "adapter":
        raise EngineError("model", f"`{adapter.name if adapter else ''}` is no adapter: it has no `adapter_config.json`", "name the folder of an adapter")
    parts = onto.folder if onto is not None and has_tokenizer(onto.folder) else checked.folder
    with explained(model.name, checked.folder):
        labels = read_labels(onto.folder) if onto is not None else {}
        loaded = _load(kind, checked, labels, "auto" if keep_dtype else readied.dtype, readied, trust_remote_code)
    own, missing = loaded
    own_later = tuple(map(str, (onto.config.get("modules_to_save") or ()) if onto is not None else ()))
    lacking = [name for name in missing if not any(part in name.split(".") or name.startswith(f"{part}.") for part in (*spare, *own_later))]
    if lacking:
        raise EngineError(
            "model",
            f"`{model.name}` has not been taught this task: {len(lacking)} tensors are missing, such as `{shown(lacking[0], 80)}`",
            "fine-tune it for the task first, or name a model that was",
        )
    if adapter is not None and onto is not None:
        own = _with_adapter(own, model, adapter, onto, tell)
    if checked.quantization is None:  # quantised weights were laid on the device as they were read
        own.to(readied.device)
    settle_four_bits(own, learns=False)
    own.eval()
    return Loaded(model.name, own, checked.folder, parts, trust_remote_code)


def load_part(kind: str, loaded: Loaded) -> Any:
    """The tokenizer or processor of a model: `AutoTokenizer`, `AutoImageProcessor` or another class of transformers.

    Raises:
        EngineError: It has none that can be loaded.
    """
    with explained(loaded.name, loaded.parts):
        if kind == "AutoTokenizer" and not has_tokenizer(loaded.parts):
            raise RunError(f"`{loaded.name}` has no tokenizer", "fetch the whole model", reason="model")
        loader = getattr(importlib.import_module("transformers"), kind)
        return loader.from_pretrained(loaded.parts, local_files_only=True, trust_remote_code=loaded.trust_remote_code)


def has_tokenizer(folder: Path) -> bool:
    """Whether a folder holds a tokenizer."""
    return any((folder / name).is_file() for name in TOKENIZER_FILES)


def own_class(folder: SafeFolder) -> str:
    """The class of transformers that a model's configuration names, which loads it with the head it was saved with.

    Raises:
        EngineError: It names none, or something else.
    """
    import transformers

    listed = folder.config.get("architectures")
    named = listed[0] if isinstance(listed, list) and listed else None
    found = getattr(transformers, named, None) if isinstance(named, str) and named.isidentifier() else None
    if isinstance(found, type) and issubclass(found, transformers.PreTrainedModel):
        return str(named)
    raise EngineError("model", f"`config.json` names no architecture that is known here: {shown(named or 'none', 80)}", "see `architectures` in `config.json`")


def text_limit(tokenizer: Any, model: Any) -> int | None:
    """How many tokens a model takes at once; none where nothing says."""
    config = model.config.get_text_config()
    positions = getattr(config, "max_position_embeddings", None)
    if positions is not None and config.model_type in _BEHIND_PADDING:
        positions -= 2  # these begin to count behind the padding position
    said = [getattr(tokenizer, "model_max_length", None), positions, getattr(config, "n_positions", None)]
    limits = [int(each) for each in said if isinstance(each, (int, float)) and 0 < each < _LONG]
    return min(limits, default=None)


def _load(kind: str, checked: SafeFolder, labels: Mapping[str, Any], dtype: Any, readied: Readied, trust_remote_code: bool) -> tuple[Any, list[str]]:
    """The model, and the names of tensors that its files lack."""
    import transformers

    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": trust_remote_code}
    config = transformers.AutoConfig.from_pretrained(checked.folder, **labels, **options)
    if checked.quantization is None:
        options["dtype"] = dtype
    else:
        options["device_map"] = {"": readied.device}
    loader = getattr(transformers, kind)
    model, info = loader.from_pretrained(checked.folder, config=config, use_safetensors=True, output_loading_info=True, **options)
    told: Mapping[str, Any] = dict(info)
    return model, sorted(map(str, told.get("missing_keys") or ()))


def _with_adapter(base: Any, model: ModelInput, adapter: ModelInput, onto: SafeFolder, tell: Tell) -> Any:
    from peft import PeftModel

    named = onto.config.get("base_model_name_or_path")
    if isinstance(named, str) and named and named.partition("@")[0] not in (model.name, str(model.folder)):
        tell(Noted(text=f"`{adapter.name}` names `{shown(named, 80)}` as its base, and is put on `{model.name}`"))
    try:
        with explained(adapter.name, onto.folder), warnings.catch_warnings():
            # peft 0.21 asks transformers by a name that transformers 5.24 gave up.
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)
            return PeftModel.from_pretrained(base, str(onto.folder), is_trainable=False, local_files_only=True)
    except EngineError as error:
        raise EngineError("model", f"`{adapter.name}` does not fit `{model.name}`: {error.message}", "name the base that it was made for") from error


def _said(error: BaseException, name: str, folder: Path | None) -> str:
    """What a library says, in one line and without the path of the folder."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    line = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
    return shown(line.replace(str(folder), name) if folder is not None else line, 300)
