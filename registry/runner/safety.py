"""Whether the files of a model may be handed to the libraries that load them: only safetensors (or GGUF, to be converted), no code, no link out.

Nothing is loaded here: names, configurations and headers are read with bounds, so both the command line and the worker can ask before any heavy library is there.
A folder is checked again by the worker right before it loads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from registry.errors import RunError, SourceError
from registry.sources.folder.facts import CONFIGS
from registry.sources.folder.files import FolderFiles
from registry.sources.notes import shown
from registry.sources.weights.headers import begins_like_pickle, looks_pickled, read_safetensors_header
from registry.sources.weights.tensors import read_tensor_set

Kind = Literal["model", "adapter", "pipeline"]
"""What a folder holds: a model, an adapter without its base, or a diffusion pipeline of several models."""

PICKLE_HINT = (
    "a pickle can run code when it is loaded: ask for a revision with safetensors, or convert it on a machine that you can throw away "
    "(https://huggingface.co/docs/safetensors/convert-weights)"
)
"""What to do about weights that are a pickle."""

CODE_HINT = "read that code first, then allow it with `--trust-remote-code`; where your transformers knows the architecture itself, delete `auto_map` from a copy instead"
"""What to do about a model that brings code of its own."""

MAX_LAYERS = 2_000
"""More layers than any model has."""

MAX_SIZE = 100_000_000
"""A larger vocabulary, context or width than any model has."""

_CONFIGS = (*CONFIGS, "adapter_config.json", "model_index.json")
_PIPELINE_LIBRARIES = frozenset({"diffusers", "transformers", "stable_diffusion"})
_LINKS = frozenset({"link-outside", "link-to-folder", "file-special"})
_MAX_DEPTH = 12
_MAX_MODULES = 1_000_000


@dataclass(frozen=True, slots=True)
class SafeFolder:
    """A model folder that may be loaded, and what was seen of it."""

    folder: Path
    """The folder, with links resolved."""

    kind: Kind
    """What it holds."""

    config: Mapping[str, Any] = field(default_factory=dict)
    """Its `config.json`, `adapter_config.json` or `model_index.json`."""

    quantization: str | None = None
    """How its weights are quantised, in the word of its configuration; none where they are not."""

    remote_code: bool = False
    """Whether loading it runs code of its own, which was allowed."""

    notes: tuple[str, ...] = ()
    """What a reader should know: files that were passed over, code that was allowed."""


def check_folder(folder: Path, name: str, *, trust_remote_code: bool = False) -> SafeFolder:
    """Look at a model folder before it is loaded.

    Args:
        folder: The folder.
        name: The model's name, for messages.
        trust_remote_code: Code that comes with the model is allowed.

    Raises:
        RunError: It must not be loaded (`reason` is `unsafe`), or cannot be (`model`).
    """
    files = list_files(folder, name)
    configs = _configs(files, name)
    kind: Kind = "pipeline" if "model_index.json" in configs else "adapter" if "adapter_config.json" in configs else "model"
    if kind == "model" and "config.json" not in configs:
        raise unusable(name, "it has no `config.json`", "name the folder that holds the model's files; a GGUF file is brought in with `licet run convert`")
    _check_sizes(configs.get("config.json", {}), name)
    weights = [file for file in files.files if file.lower().endswith(".safetensors")]
    pickles = _pickles(files)
    if not weights:
        if pickles:
            raise unsafe(name, f"its weights are a pickle (`{shown(pickles[0], 80)}`), and no safetensors stand beside it", PICKLE_HINT)
        if any(file.lower().endswith(".gguf") for file in files.files):
            raise unusable(name, "its weights are in GGUF alone", "bring them into safetensors with `licet run convert` first")
        raise unusable(name, "it holds no file of safetensors", "fetch the whole model")
    if kind == "adapter" and "adapter_model.safetensors" not in files.files:
        raise unusable(name, "it has no `adapter_model.safetensors`", "ask for the adapter as safetensors; peft's `save_pretrained` writes them")
    for file in weights:
        _check_weights(files, file, name)
    _check_set(files.root, kind, name)
    asked = sorted(set(_code_of(files, configs)))
    if asked and not trust_remote_code:
        raise unsafe(name, f"it asks to run code of its own: {'; '.join(asked[:3])} (SEC002)", CODE_HINT)
    notes = [f"`{shown(name, 80)}`: `{shown(file, 80)}` is a pickle and is passed over (SEC001)" for file in pickles[:5]]
    notes += [f"`{shown(name, 80)}` runs code of its own, as allowed: {each} (SEC002)" for each in asked[:5]]
    config = configs.get("model_index.json") or configs.get("adapter_config.json") or configs["config.json"]
    return SafeFolder(files.root, kind, config, _quantization(config), bool(asked), tuple(notes))


def list_files(folder: Path, name: str) -> FolderFiles:
    """The files of a model folder, none of which lies elsewhere.

    Raises:
        RunError: One does, or the folder cannot be read.
    """
    place = folder.resolve()
    # A snapshot in the Hub's cache keeps its bytes beside itself, in `blobs`.
    cached = place.parent.name == "snapshots" and place.parent.parent.name.startswith("models--")
    try:
        files = FolderFiles(folder, place.parent.parent if cached else folder)
    except SourceError as error:
        raise unusable(name, error.message, error.hint) from error
    for note in files.notes:
        if note.code in _LINKS:
            raise unsafe(name, f"`{note.file}`: {note.message}", "replace the link with the file itself")
    return files


def _configs(files: FolderFiles, name: str) -> dict[str, Mapping[str, Any]]:
    """Every configuration that is there; one that cannot be read is not passed on to a library that might."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in _CONFIGS:
        if file not in files.files:
            continue
        config = files.read_json(file)
        if config is None:
            said = next((note.message for note in reversed(files.notes) if note.file == file), "it cannot be read")
            raise unusable(name, f"`{file}`: {said}", "mend the file, or fetch it anew")
        found[file] = config
    return found


def _check_sizes(config: Mapping[str, Any], name: str) -> None:
    """No size is beyond any model's: a library would try to build it before it looks at the weights."""
    for key, value in config.items():
        most = MAX_LAYERS if "layers" in key else MAX_SIZE
        if isinstance(value, int) and value > most and ("layers" in key or key.endswith(("_size", "_dim", "_heads", "_positions"))):
            raise unusable(name, f"`config.json` gives {value:,} for `{shown(key, 40)}`, which no model has", "mend the file, or fetch it anew")


def _pickles(files: FolderFiles) -> list[str]:
    """Files that are pickles, or may be: those that only may be are looked into."""
    return [name for name in files.files if looks_pickled(name) or (looks_pickled(name) is None and begins_like_pickle(files.read(name, 4) or b""))]


def _check_weights(files: FolderFiles, file: str, name: str) -> None:
    """A file is safetensors by its header, not by its name."""
    header, problem = files.look(file, read_safetensors_header) or (None, "it cannot be read")
    if header is not None:
        return
    if begins_like_pickle(files.read(file, 4) or b""):
        raise unsafe(name, f"`{shown(file, 80)}` is a pickle, whatever its name says", PICKLE_HINT)
    raise unusable(name, f"`{shown(file, 80)}` cannot be read: {problem}", "fetch the file anew; it is damaged, or not what it claims to be")


def _check_set(folder: Path, kind: Kind, name: str) -> None:
    """The parts of the weights are all there, and none lies elsewhere."""
    try:
        tensors = read_tensor_set(folder)
    except SourceError as error:
        raise unusable(name, error.message, error.hint) from error
    if kind == "model" and not tensors.tensors:
        raise unusable(name, tensors.lacks or "it holds no tensor", "name the folder that holds the model")


def _code_of(files: FolderFiles, configs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Every way in which the files ask for code of theirs, or for a module that they choose, to be run."""
    for file, config in configs.items():
        if _mentions(config, "auto_map", 0):
            yield f"`auto_map` in `{file}`"
        if _mentions(config, "custom_pipelines", 0):
            yield f"`custom_pipelines` in `{file}`"
        for kernel in _kernels(config, 0):  # transformers fetches and runs it (its `kernels` integration)
            yield f"the kernel `{shown(kernel, 60)}` in `{file}`"
    adapter = configs.get("adapter_config.json", {})
    if adapter.get("megatron_config") is not None or adapter.get("megatron_core") not in (None, "megatron.core"):
        yield "`megatron_core` in `adapter_config.json`"  # peft imports the module that it names
    for part, value in configs.get("model_index.json", {}).items():
        if not part.startswith("_") and isinstance(value, list) and value and value[0] is not None and value[0] not in _PIPELINE_LIBRARIES:
            yield f"`{shown(part, 40)}` of `{shown(value[0], 40)}` in `model_index.json`"
    if not _known_modules(files):
        yield "a module in `modules.json` that is none of sentence-transformers"


def _known_modules(files: FolderFiles) -> bool:
    """Whether `modules.json`, whose classes are imported by name, names only classes of its own library."""
    if "modules.json" not in files.files:
        return True
    try:
        modules = json.loads(files.read("modules.json", _MAX_MODULES) or b"")
    except (ValueError, RecursionError):
        return False
    kinds = [module.get("type") if isinstance(module, Mapping) else None for module in modules] if isinstance(modules, list) else [None]
    return all(isinstance(kind, str) and kind.startswith("sentence_transformers.") for kind in kinds)


def _mentions(value: Any, key: str, depth: int) -> bool:
    """Whether a key with a value stands anywhere in a configuration."""
    if depth > _MAX_DEPTH:
        return True  # deeper than any configuration: not looked through, so not trusted
    if isinstance(value, Mapping):
        return bool(value.get(key)) or any(_mentions(each, key, depth + 1) for each in value.values())
    return isinstance(value, list) and any(_mentions(each, key, depth + 1) for each in value if isinstance(each, (Mapping, list)))


def _kernels(value: Any, depth: int) -> Iterator[str]:
    """Every repository of compiled code that a configuration names as an implementation."""
    if not isinstance(value, Mapping) or depth > _MAX_DEPTH:
        return
    for key, each in value.items():
        if "_implementation" in key:
            named = each.values() if isinstance(each, Mapping) else [each]
            yield from (name for name in named if isinstance(name, str) and "/" in name)
        yield from _kernels(each, depth + 1)


def _quantization(config: Mapping[str, Any]) -> str | None:
    """The way of quantisation that a configuration names."""
    about = config.get("quantization_config")
    if not isinstance(about, Mapping) or not about:
        return None
    return shown(about.get("quant_method") or "unnamed", 40)


def unsafe(name: str, what: str, hint: str) -> RunError:
    """The error for a model that must not be loaded."""
    return RunError(f"`{shown(name, 120)}` was not loaded: {what}", hint, reason="unsafe")


def unusable(name: str, what: str, hint: str | None) -> RunError:
    """The error for a model that cannot be loaded."""
    return RunError(f"`{shown(name, 120)}` cannot be used: {what}", hint, reason="model")
