"""What the files of a model folder say beside its card: configurations, headers of weights, and what a reader should beware of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.errors import KnowledgeError
from registry.sources.card.front_matter import bound_problem
from registry.sources.folder.files import FolderFiles
from registry.sources.folder.gguf_header import GgufHeader, read_gguf_header
from registry.sources.notes import Note, shown
from registry.sources.weights.headers import TensorHeader, begins_like_pickle, looks_pickled, read_safetensors_header
from registry.yaml12 import read_yaml

MAX_MERGE_CONFIG = 1_000_000
"""A longer merge configuration is not read."""

MAX_HEADERS = 2_000
"""So many files of weights are looked at."""

_TOKENIZERS = (
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tekken.json",
)
CONFIGS = (
    "config.json",
    "tokenizer_config.json",
    "processor_config.json",
    "preprocessor_config.json",
    "generation_config.json",
    "feature_extractor_config.json",
)
"""The configurations of a model that libraries read."""
_MERGE_CONFIGS = ("mergekit_config.yml", "mergekit_config.yaml", "mergekit_moe_config.yml")


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What the files of a folder say."""

    config: Mapping[str, Any] = field(default_factory=dict)
    """config.json."""

    adapter: Mapping[str, Any] | None = None
    """adapter_config.json; none where there is none."""

    merged: tuple[str, ...] = ()
    """The models that a merge configuration names, as written."""

    merge_config: str | None = None
    """The name of that configuration."""

    tensors: Mapping[str, TensorHeader] = field(default_factory=dict)
    """The headers of safetensors, by file."""

    gguf: Mapping[str, GgufHeader] = field(default_factory=dict)
    """The headers of GGUF files, by file."""

    tokenizer: bool = False
    """Whether a tokenizer is there."""

    names: tuple[str, ...] = ()
    """The names of all files."""

    @property
    def quantized(self) -> bool:
        """Whether a configuration or a header says that the weights are quantised."""
        return bool(self.config.get("quantization_config")) or any(header.quantized for header in self.gguf.values())

    @property
    def parameters(self) -> int | None:
        """How many parameters the weights hold; none where they are quantised (values are packed), an adapter, or not told."""
        if self.adapter is not None or self.quantized:
            return None
        headers = [header for name, header in self.tensors.items() if "/" not in name and (header.values or header.tensors)]
        dtypes = {dtype for header in headers for dtype in header.dtypes}
        return sum(header.values for header in headers) if headers and dtypes <= {"F32", "F16", "BF16", "F64"} else None

    @property
    def architecture(self) -> str | None:
        """The architecture that the configuration names."""
        named = self.config.get("architectures")
        first = named[0] if isinstance(named, list) and named else None
        return first[:200] if isinstance(first, str) else next((text for header in self.gguf.values() if (text := header.text("general.architecture"))), None)


def read_folder_facts(files: FolderFiles, notes: list[Note]) -> FolderFacts:
    """Everything that the files of a folder say beside the card; what cannot be read is noted."""
    configs = {name: value for name in CONFIGS if (value := files.read_json(name)) is not None}
    adapter = files.read_json("adapter_config.json")
    merge_config = next((name for name in _MERGE_CONFIGS if name in files.files), None)
    merged = _merged(files, merge_config, notes) if merge_config else ()
    tensors, gguf = _headers(files, notes)
    notes.extend(_dangers(files, configs))
    return FolderFacts(
        config=configs.get("config.json", {}),
        adapter=adapter if "adapter_config.json" in files.files else None,
        merged=merged,
        merge_config=merge_config,
        tensors=tensors,
        gguf=gguf,
        tokenizer=any(name in files.files for name in _TOKENIZERS),
        names=tuple(files.files),
    )


def _headers(files: FolderFiles, notes: list[Note]) -> tuple[dict[str, TensorHeader], dict[str, GgufHeader]]:
    tensors: dict[str, TensorHeader] = {}
    gguf: dict[str, GgufHeader] = {}
    for name in files.files:
        if len(tensors) + len(gguf) >= MAX_HEADERS:
            notes.append(Note("files-many", f"the headers of more than {MAX_HEADERS:,} files of weights were not read"))
            break
        if name.lower().endswith(".safetensors"):
            header, problem = files.look(name, read_safetensors_header) or (None, None)
            if header is not None:
                tensors[name] = header
            if problem:
                notes.append(Note("safetensors-header", problem, file=name))
        elif name.lower().endswith(".gguf"):
            found, problem = files.look(name, read_gguf_header) or (None, None)
            if found is not None:
                gguf[name] = found
            if problem:
                notes.append(Note("gguf-header", problem, file=name))
    return tensors, gguf


def _dangers(files: FolderFiles, configs: Mapping[str, Mapping[str, Any]]) -> Iterator[Note]:
    """Files that run code when they are loaded: pickles, and code that a configuration asks to be run."""
    for name in files.files:
        pickled = looks_pickled(name)
        if pickled is None:
            pickled = begins_like_pickle(files.read(name, 4) or b"")
        if pickled:
            yield Note("weights-pickled", "it is a pickle, which can run code when it is loaded; it was not opened", file=name, finding="SEC001")
    for name, config in configs.items():
        if config.get("auto_map"):
            yield Note("code-remote", "`auto_map` asks for code of the repository to be run", file=name, finding="SEC002")


def _merged(files: FolderFiles, name: str, notes: list[Note]) -> tuple[str, ...]:
    """The models that a merge configuration names: those that are merged, and the base they are merged into."""
    data = files.read(name, MAX_MERGE_CONFIG + 1)
    if data is None:
        return ()
    text = data.decode("utf-8", errors="replace")
    problem = f"it has more than {MAX_MERGE_CONFIG:,} bytes" if len(data) > MAX_MERGE_CONFIG else None
    bound = bound_problem(text) if problem is None else None
    if problem is None and bound is None:
        try:
            value = read_yaml(text, name)
        except (KnowledgeError, RecursionError, ValueError) as error:
            problem = f"it is no YAML: {shown(error, 160)}"
        else:
            found: dict[str, None] = {}
            _gather(value, found, 0)
            return tuple(found)
    notes.append(Note("merge-config", problem or (bound[0] if bound else "it cannot be read"), bound[1] + 1 if bound else None, name))
    return ()


def _gather(value: Any, found: dict[str, None], depth: int) -> None:
    if depth > 12 or len(found) > 500:
        return
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key in ("model", "base_model", "source_model") and isinstance(each, Mapping):
                each = each.get("model", each).get("path") if isinstance(each.get("model", each), Mapping) else each.get("model")
            if key in ("model", "base_model", "source_model") and isinstance(each, str):
                # `ORG/NAME+ORG/LORA` is a model with an adapter on it.
                found.update((part.strip(), None) for part in each.split("+") if part.strip())
            else:
                _gather(each, found, depth + 1)
    elif isinstance(value, list):
        for each in value[:1000]:
            _gather(each, found, depth + 1)
