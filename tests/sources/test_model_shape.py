"""The figures of a configuration, whatever a family calls them; what is no figure is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.sources.folder.facts import read_folder_facts
from registry.sources.folder.files import FolderFiles
from registry.sources.folder.model_shape import read_shape


def shape(folder: Path, config: Any, tokenizer: Any = None) -> dict[str, str]:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    if tokenizer is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    files = FolderFiles(folder)
    return read_shape(files, read_folder_facts(files, []))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"hidden_size": 384, "num_hidden_layers": 6, "vocab_size": 30522}, {"embedding_length": "384", "block_count": "6", "vocab_size": "30522"}),
        (
            {"n_embd": 768, "n_layer": 12, "n_head": 12, "n_ctx": 1024},
            {"embedding_length": "768", "block_count": "12", "attention_head_count": "12", "context_length": "1024"},
        ),
        ({"text_config": {"num_key_value_heads": 8}, "model_type": "llava"}, {"attention_head_count_kv": "8", "model_type": "llava"}),
        ({"quantization_config": {"quant_method": "gptq", "bits": 4}}, {"quantization_method": "gptq", "quantization_bits": "4"}),
        ({"vocab_size": True, "hidden_size": -1, "n_layer": "12", "model_type": 3}, {}),
    ],
)
def test_figures_are_read_under_any_of_their_names(tmp_path: Path, config: Any, expected: dict[str, str]) -> None:
    assert shape(tmp_path, config) == expected


def test_the_tokenizer_is_named_by_its_own_configuration_first(tmp_path: Path) -> None:
    assert shape(tmp_path, {"tokenizer_class": "Old"}, {"tokenizer_class": "BertTokenizer"})["tokenizer_class"] == "BertTokenizer"
