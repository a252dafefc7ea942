"""Tiny models with tokenizers of their own, made from a configuration: each learns in a second or two."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

TEXT = (
    "the a an and is was not very my your invoice parcel password account refund order delivery late broken wrong please help can you send reset change "
    "where when how why thank good bad great poor paid charge card email login open close today yesterday again never always question answer yes no "
    "red green blue one two three four five Anna Bruno Paris Rome Berlin went lives in to from works at Acme Initech : ? . , <user> <bot>"
)
WORDS = tuple(TEXT.split())


def tokenizer(kind: str = "encoder") -> Any:
    """A tokenizer of whole words and letters."""
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "</s>"]
    vocabulary = {word: number for number, word in enumerate([*special, *dict.fromkeys(WORDS), *"abcdefghijklmnopqrstuvwxyz0123456789"])}
    inner = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token=special[1]))
    inner.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace() if kind != "decoder" else tokenizers.pre_tokenizers.WhitespaceSplit()
    start, end = ("[CLS]", "[SEP]") if kind == "encoder" else ("<s>", "</s>")
    if kind == "encoder":
        inner.post_processor = tokenizers.processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
        )
    elif kind == "seq2seq":
        inner.post_processor = tokenizers.processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", vocabulary["</s>"])])
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "model_max_length": 128}
    names |= {"cls_token": start, "sep_token": end, "mask_token": "[MASK]"} if kind == "encoder" else {"eos_token": end}
    if kind == "decoder":
        names["bos_token"] = start
    return transformers.PreTrainedTokenizerFast(tokenizer_object=inner, **names)


def _saved(model: Any, words: Any, folder: Path) -> Path:
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def encoder(folder: Path, seed: int = 0, **config: Any) -> Path:
    """A BERT of some ten thousand parameters, without a head."""
    transformers = pytest.importorskip("transformers")
    words = tokenizer()
    transformers.set_seed(seed)
    values = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 64, **config}
    return _saved(transformers.BertModel(transformers.BertConfig(vocab_size=len(words), **values)), words, folder)


def decoder(folder: Path, seed: int = 0) -> Path:
    """A Llama of some ten thousand parameters."""
    transformers = pytest.importorskip("transformers")
    words = tokenizer("decoder")
    transformers.set_seed(seed)
    config = transformers.LlamaConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return _saved(transformers.LlamaForCausalLM(config), words, folder)


def encoder_decoder(folder: Path, seed: int = 0) -> Path:
    """A T5 of some ten thousand parameters."""
    transformers = pytest.importorskip("transformers")
    words = tokenizer("seq2seq")
    transformers.set_seed(seed)
    config = transformers.T5Config(
        vocab_size=len(words),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=2,
        num_heads=2,
        pad_token_id=words.pad_token_id,
        eos_token_id=words.eos_token_id,
        decoder_start_token_id=words.pad_token_id,
    )
    return _saved(transformers.T5ForConditionalGeneration(config), words, folder)


def json_lines(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Examples in a file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
