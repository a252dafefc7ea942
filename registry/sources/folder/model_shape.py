"""The figures of a model's configuration: how large its vocabulary is, how many layers it has, how it is quantised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.sources.folder.facts import FolderFacts
from registry.sources.folder.files import FolderFiles

_FIGURES = {
    "vocab_size": ("vocab_size", "n_vocab"),
    "context_length": ("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length", "seq_length", "max_seq_len"),
    "embedding_length": ("hidden_size", "n_embd", "d_model", "dim"),
    "block_count": ("num_hidden_layers", "n_layer", "num_layers", "n_layers"),
    "attention_head_count": ("num_attention_heads", "n_head", "num_heads", "n_heads"),
    "attention_head_count_kv": ("num_key_value_heads", "n_head_kv", "multi_query_group_num"),
    "feed_forward_length": ("intermediate_size", "n_inner", "ffn_dim", "d_ff", "ffn_hidden_size"),
    "rope_dimension_count": ("rotary_dim", "rope_dim", "qk_rope_head_dim"),
}
"""Each figure with the keys that configurations give it under."""

MAX_FIGURE = 10**12
"""A larger figure is none."""


def read_shape(files: FolderFiles, facts: FolderFacts) -> dict[str, str]:
    """The figures that the configuration and the headers of weights state; what they do not state is left out.

    Args:
        files: The folder.
        facts: What its files say.
    """
    return shape_of(facts.config, files.read_json("tokenizer_config.json") or {}, [header.values for header in facts.gguf.values()])


def shape_of(config: Mapping[str, Any], tokenizer: Mapping[str, Any], headers: Iterable[Mapping[str, Any]] = ()) -> dict[str, str]:
    """The same of a configuration, the configuration of a tokenizer, and the values of GGUF headers."""
    found: dict[str, str] = {}
    nested = config.get("text_config")
    for level in (config, nested if isinstance(nested, Mapping) else {}):
        for name, keys in _FIGURES.items():
            value = next((level[key] for key in keys if _is_figure(level.get(key))), None)
            if value is not None:
                found.setdefault(name, str(value))
    for holder in (tokenizer, config):
        named = holder.get("tokenizer_class")
        if isinstance(named, str) and named.strip():
            found.setdefault("tokenizer_class", named.strip()[:200])
    found.update(_quantization(config, headers))
    family = config.get("model_type")
    if isinstance(family, str) and family.strip():
        found["model_type"] = family.strip()[:200]
    return found


def _is_figure(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < MAX_FIGURE


def _quantization(config: Mapping[str, Any], headers: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    stated = config.get("quantization_config")
    if isinstance(stated, Mapping):
        method, bits = stated.get("quant_method"), stated.get("bits")
        if isinstance(method, str) and method.strip():
            found["quantization_method"] = method.strip()[:100]
        if _is_figure(bits):
            found["quantization_bits"] = str(bits)
    for header in headers:
        for name, key in (("quantization_version", "general.quantization_version"), ("quantization_file_type", "general.file_type")):
            value = header.get(key)
            if isinstance(value, int) and not isinstance(value, bool):
                found.setdefault(name, str(value))
    return found
