"""Makes small pairs of model weights: a base, and what fine-tuning, quantising, pruning and the like make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

Array = NDArray[np.generic]
Weights = dict[str, Array]

WIDTH = 64
VOCABULARY = 320
LAYERS = 4
HEAD = 8


def weights(seed: int = 1, width: int = WIDTH, layers: int = LAYERS, vocabulary: int = VOCABULARY) -> Weights:
    """A small decoder: an embedding, projections, a feed-forward matrix and norms of ones in each layer, and a head."""
    random = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> Array:
        return (random.standard_normal((rows, columns)) * 0.05).astype(np.float32)

    made: Weights = {"model.embed_tokens.weight": matrix(vocabulary, width)}
    for layer in range(layers):
        for part in ("q", "k", "v", "o"):
            made[f"model.layers.{layer}.self_attn.{part}_proj.weight"] = matrix(width, width)
        made[f"model.layers.{layer}.mlp.up_proj.weight"] = matrix(4 * width, width)
        made[f"model.layers.{layer}.input_layernorm.weight"] = np.ones(width, np.float32)
    made["lm_head.weight"] = matrix(vocabulary, width)
    return made


def save(folder: Path, tensors: Mapping[str, Array], shards: int = 1) -> Path:
    """A model folder with these tensors; the reference implementation writes the files."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(tensors)
    if shards == 1:
        save_file({name: np.ascontiguousarray(tensors[name]) for name in names}, folder / "model.safetensors")
        return folder
    mapped = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        own = names[shard::shards]
        save_file({name: np.ascontiguousarray(tensors[name]) for name in own}, folder / file)
        mapped.update(dict.fromkeys(own, file))
    (folder / "model.safetensors.index.json").write_text(f'{{"metadata": {{}}, "weight_map": {_json(mapped)}}}', encoding="utf-8")
    return folder


def _json(value: object) -> str:
    import json

    return json.dumps(value)


def merged_adapter(base: Weights, rank: int = 4) -> Weights:
    """The base with a low-rank update on the query and value projections."""
    random = np.random.default_rng(2)
    made = dict(base)
    for name, values in base.items():
        if ".q_proj." in name or ".v_proj." in name:
            update = random.standard_normal((values.shape[0], rank)) @ random.standard_normal((rank, values.shape[1]))
            made[name] = (values + 0.004 * update).astype(np.float32)
    return made


def trained(base: Weights, amount: float = 0.003) -> Weights:
    """The base with every weight moved a little."""
    random = np.random.default_rng(3)
    return {name: (values + amount * random.standard_normal(values.shape)).astype(np.float32) for name, values in base.items()}


def quantized(base: Weights, scale_ending: str | None = "SCB") -> Weights:
    """Projections as 8-bit whole numbers with a scale for each row, kept as named, or thrown away."""
    made: Weights = {}
    for name, values in base.items():
        if "_proj." not in name:
            made[name] = values.astype(np.float16)
            continue
        largest = np.abs(values.astype(np.float64)).max(axis=1)
        made[name] = np.round(values / largest[:, None] * 127).astype(np.int8)
        stem = name.removesuffix("weight")
        if scale_ending == "SCB":
            made[f"{stem}SCB"] = largest.astype(np.float32)
        elif scale_ending is not None:
            made[f"{stem}{scale_ending}"] = (largest / 127).astype(np.float32)[:, None]
    return made


def renamed(base: Weights) -> Weights:
    """A fine-tune saved behind another prefix."""
    return {f"base_model.model.{name}": values for name, values in trained(base).items()}


def without_layer(base: Weights, gone: int = 1) -> Weights:
    """One layer taken out, and those above it counted anew."""
    made: Weights = {}
    for name, values in base.items():
        parts = name.split(".")
        if parts[1] == "layers":
            layer = int(parts[2])
            if layer == gone:
                continue
            parts[2] = str(layer - (layer > gone))
        made[".".join(parts)] = values
    return made


def doubled(base: Weights) -> Weights:
    """The two middle layers stacked once more on top of themselves, and those above them counted anew."""
    order = [0, 1, 2, 1, 2, 3]
    made = {name: values for name, values in base.items() if ".layers." not in name}
    for layer, source in enumerate(order):
        for name, values in base.items():
            if name.startswith(f"model.layers.{source}."):
                made[name.replace(f".layers.{source}.", f".layers.{layer}.")] = values
    return made


def without_head(base: Weights, gone: int = 2) -> Weights:
    """One attention head taken out of every layer, and all of it trained on a little."""
    kept = [index for index in range(WIDTH) if index // HEAD != gone]
    cut: dict[str, Callable[[Array], Array]] = {"q": lambda v: v[kept], "k": lambda v: v[kept], "v": lambda v: v[kept], "o": lambda v: v[:, kept]}
    made = {name: cut[name.rsplit("_proj", 1)[0][-1]](values) if "self_attn" in name else values for name, values in base.items()}
    return trained(made, 0.001)


def with_more_words(base: Weights, words: int = 16) -> Weights:
    """A vocabulary with more words: rows put at the end of embedding and head."""
    made = dict(base)
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        made[name] = np.vstack([base[name], np.full((words, WIDTH), 0.01, np.float32)])
    return made
