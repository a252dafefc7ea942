"""What a setting names: a key, as people call it, and a text kept under it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from registry.scanner.facts import Facts
from registry.scanner.loaders import Rule, read_loaders
from registry.scanner.names import Name, hub_address, is_path, looks_like_model, name_of, read_name
from registry.scanner.python.sweep import DATA_KEYS, MODEL_KEYS, OTHERS
from registry.scanner.reference import Reference

STRONG = frozenset((
    "base_model", "model_name_or_path", "pretrained_model_name_or_path", "base_model_name_or_path", "_name_or_path", "source_model_name", "hf_model_id", "model_id", "modelid", "repo_id",
    "hf_model", "huggingface_model", "huggingface_repo", "pretrained_model", "embedding_model", "embed_model", "reranker_model", "rerank_model", "adapter_name_or_path", "lora_weights",
    "draft_model", "speculative_model", "teacher_model", "reward_model", "tokenizer_name", "hf_repo", "model_repo", "llm_model", "chat_model", "default_model", "hf_hub_url", "storageuri",
    "model_name", "modelname", "tokenizer", "processor", "vision_tower", "text_encoder", "repo_name", "litellm_model", "openai_model", "anthropic_model", "ollama_model",
))  # fmt: skip
"""Keys under which hardly anything but a name of the Hub or of a provider stands."""

LITELLM = frozenset(("litellm_params",))
"""Parents under which a `model` is a router's name."""

DATASETS = frozenset(
    (
        "dataset_name",
        "dataset_id",
        "train_dataset",
        "eval_dataset",
        "hf_hub_url",
        "datasets",
        "data_path",
        "dataset",
        "dataset_path",
        "test_datasets",
        "pretraining_dataset",
    )
)
"""Keys under which datasets stand."""

_HUB = re.compile(r"(?:hf://)?[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}(?:@[\w.-]+)?")
_FILE = re.compile(r"\.(?:py|json|ya?ml|toml|txt|csv|md|html?|png|jpe?g|svg|sh|jsonl|parquet|lock|js|ts|css)$")
_SPEAKS = re.compile(r"(?i)image|repository|uses|package|dependenc|import|url|homepage|author|command|description|title|schema|mount|volume")
"""Keys under which names with a slash are those of other things."""

_WORD = re.compile(r"[A-Za-z][\w.-]*(?::[\w.-]+)?")
"""A name without an owner, with a tag or without."""

_ROUTER = Rule("litellm", "litellm", kind="api", form="litellm")
_HUB_RULE = Rule("", "hub", kind="config")
_OWNERS = frozenset(("application", "image", "images", "audio", "text", "video", "models", "model", "data", "dataset", "datasets", "checkpoints", "src", "lib", "app", "docker", "github", "outputs", "output", "out", "results", "assets", "tmp", "configs", "config", "actions"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Setting:
    """A text under a way of keys, and where it stands."""

    path: Sequence[str]
    text: str
    file: str
    line: int
    column: int
    library: str | None

    @property
    def key(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def lowered(self) -> str:
        return self.key.lower().replace("-", "_")

    @property
    def is_data(self) -> bool:
        """Whether a dataset stands under such a key."""
        return (
            self.lowered in DATASETS
            or bool(DATA_KEYS.search(self.key) and not MODEL_KEYS.search(self.key))
            or (self.lowered in ("path", "name", "ds_name", "repo_id") and any(each in DATASETS for each in self.path[:-1]))
        )

    @property
    def is_model(self) -> bool:
        """Whether a model stands under such a key, or under its parent's."""
        return bool(
            MODEL_KEYS.search(self.key)
            or self.lowered in STRONG
            or (self.lowered in ("name", "id", "path", "uri", "value", "repository", "source") and self.is_below_model)
        )

    @property
    def is_below_model(self) -> bool:
        """Whether a key around it speaks of models."""
        return any(MODEL_KEYS.search(each) for each in self.path[-3:-1])

    def reference(self, name: Name, kind: str, confidence: str, about: str = "model") -> Reference:
        """What it names, as a reference."""
        return Reference(
            name.name,
            self.text,
            about,
            kind,
            self.file,
            self.line,
            self.column,
            provider=name.provider,
            library=self.library,
            revision=name.revision,
            confidence=confidence,
        )


def in_setting(path: Sequence[str], text: str, file: str, line: int, column: int = 1, library: str | None = None) -> Iterator[Reference]:
    """What a text kept under a way of keys names.

    Args:
        path: The keys, from the outermost.
        text: The text.
        file: The file.
        line: Its line.
        column: Its column.
        library: What reads the file, where that is known.
    """
    text = text.strip()
    if not 2 <= len(text) <= 300 or "\n" in text:
        return
    found = _read(_Setting(path, text, file, line, column, library), read_loaders().facts)
    if found is not None:
        yield found


def _read(setting: _Setting, facts: Facts) -> Reference | None:
    """The one thing that a setting names, if it names any."""
    text, lowered = setting.text, setting.lowered
    if "://" in text and not text.startswith("hf://"):
        return _addressed(setting)
    if lowered in OTHERS or (setting.library == "litellm" and lowered == "model_name"):
        return None
    if lowered == "model" and len(setting.path) > 1 and setting.path[-2].lower() in LITELLM:
        name = read_name(text, _ROUTER, facts)
        return replace(setting, library="litellm").reference(name, "api", "likely" if name.doubt else "certain") if name is not None else None
    if not setting.is_data and not setting.is_model:
        return _under_other_key(setting, facts)
    base = text.removeprefix("hf://")
    if _HUB.fullmatch(text) and not is_path(text) and not _FILE.search(text) and base.partition("/")[0].lower() not in _OWNERS:
        return _of_hub(setting, base, facts)
    if setting.is_data:
        return None
    if looks_like_model(text, facts):
        return setting.reference(name_of(text, facts), "config", "likely")
    is_word = "/" not in text and _WORD.fullmatch(text) is not None and facts.has_model_word(text)
    if is_word and (lowered in STRONG or setting.key.isupper()):
        found = setting.reference(Name(text, "ollama"), "config", "possible")
        return found if ":" in text else replace(found, provider=None)
    return None


def _addressed(setting: _Setting) -> Reference | None:
    """A page or file of the Hub, by its address."""
    found = hub_address(setting.text)
    if found is None:
        return None
    about, name, revision = found
    used = "/resolve/" in setting.text or bool(MODEL_KEYS.search(setting.key))
    return setting.reference(Name(name, "hub", revision=revision), "download" if used else "mention", "likely" if used else "possible", about)


def _under_other_key(setting: _Setting, facts: Facts) -> Reference | None:
    """What reads like a model under a key that does not speak of one."""
    text = setting.text
    like_model = "/" in text and looks_like_model(text, facts) and not facts.routes(text) and _SPEAKS.search(" ".join(setting.path[-3:])) is None
    if not facts.is_spacy(text) and not like_model:
        return None
    return setting.reference(name_of(text, facts), "config" if setting.is_below_model else "mention", "possible")


def _of_hub(setting: _Setting, base: str, facts: Facts) -> Reference | None:
    """What has the form `owner/name`: a router's name of a provider's model, or something on the Hub."""
    data = setting.is_data
    if facts.routes(base) and not data:
        routed = read_name(base, _ROUTER, facts)
        return setting.reference(routed, "config", "likely") if routed is not None else None
    name = read_name(base, _HUB_RULE, facts)
    if name is None or name.provider != "hub":
        return None
    if setting.library and (setting.lowered in STRONG or setting.lowered == "model"):
        sure = "certain"
    else:
        sure = "likely" if setting.lowered in STRONG or data or facts.has_model_word(name.name) else "possible"
    return setting.reference(name, "config", sure, "dataset" if data else "model")
