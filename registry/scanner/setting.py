"""What a setting names: a key, as people call it, and a text kept under it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from registry.scanner.loaders import Rule, read_loaders
from registry.scanner.names import hub_address, is_path, looks_like_model, name_of, read_name
from registry.scanner.python_sweep import DATA_KEYS, MODEL_KEYS, OTHERS
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

_ROUTER = Rule("litellm", "litellm", kind="api", form="litellm")
_HUB_RULE = Rule("", "hub", kind="config")
_OWNERS = frozenset(("application", "image", "images", "audio", "text", "video", "models", "model", "data", "dataset", "datasets", "checkpoints", "src", "lib", "app", "docker", "github", "outputs", "output", "out", "results", "assets", "tmp", "configs", "config", "actions"))  # fmt: skip


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
    facts = read_loaders().facts
    key = path[-1] if path else ""
    lowered = key.lower().replace("-", "_")
    parent = path[-2].lower() if len(path) > 1 else ""
    if "://" in text and not text.startswith("hf://"):
        found = hub_address(text)
        if found is not None:
            used = "/resolve/" in text or bool(MODEL_KEYS.search(key))
            yield Reference(
                found[1],
                text,
                found[0],
                "download" if used else "mention",
                file,
                line,
                column,
                provider="hub",
                library=library,
                revision=found[2],
                confidence="likely" if used else "possible",
            )
        return
    if lowered in OTHERS or (library == "litellm" and lowered == "model_name"):
        return
    data = (
        lowered in DATASETS
        or bool(DATA_KEYS.search(key) and not MODEL_KEYS.search(key))
        or (lowered in ("path", "name", "ds_name", "repo_id") and any(each in DATASETS for each in path[:-1]))
    )
    if parent in LITELLM and lowered == "model":
        name = read_name(text, _ROUTER, facts)
        if name is not None:
            yield Reference(
                name.name,
                text,
                "model",
                "api",
                file,
                line,
                column,
                provider=name.provider,
                library="litellm",
                revision=name.revision,
                confidence="likely" if name.doubt else "certain",
            )
        return
    if (
        not data
        and not MODEL_KEYS.search(key)
        and lowered not in STRONG
        and not any(MODEL_KEYS.search(each) for each in path[-3:-1] if lowered in ("name", "id", "path", "uri", "value", "repository", "source"))
    ):
        if facts.is_spacy(text) or ("/" in text and looks_like_model(text, facts) and not facts.routes(text) and _SPEAKS.search(" ".join(path[-3:])) is None):
            name = name_of(text, facts)
            kind = "config" if any(MODEL_KEYS.search(each) for each in path[-3:-1]) else "mention"
            yield Reference(name.name, text, "model", kind, file, line, column, provider=name.provider, library=library, confidence="possible")
        return
    base = text.removeprefix("hf://")
    if _HUB.fullmatch(text) and not is_path(text) and not _FILE.search(text) and base.partition("/")[0].lower() not in _OWNERS:
        if facts.routes(base) and not data:
            name = read_name(base, _ROUTER, facts)
            if name is not None:
                yield Reference(name.name, text, "model", "config", file, line, column, provider=name.provider, library=library, confidence="likely")
            return
        name = read_name(base, _HUB_RULE, facts)
        if name is not None and name.provider == "hub":
            sure = (
                "certain"
                if library and (lowered in STRONG or lowered == "model")
                else "likely"
                if lowered in STRONG or data or facts.has_model_word(name.name)
                else "possible"
            )
            yield Reference(
                name.name,
                text,
                "dataset" if data else "model",
                "config",
                file,
                line,
                column,
                provider="hub",
                library=library,
                revision=name.revision,
                confidence=sure,
            )
    elif not data and looks_like_model(text, facts):
        name = name_of(text, facts)
        yield Reference(name.name, text, "model", "config", file, line, column, provider=name.provider, library=library, confidence="likely")
    elif (
        not data
        and "/" not in text
        and re.fullmatch(r"[A-Za-z][\w.-]*(?::[\w.-]+)?", text)
        and facts.has_model_word(text)
        and (lowered in STRONG or key.isupper())
    ):
        yield Reference(text, text, "model", "config", file, line, column, provider="ollama" if ":" in text else None, library=library, confidence="possible")
