"""The files that go along when a model's weights are made anew: configuration, tokenizer and processors; never weights, cards or code."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from registry.runner.engines.interface import EngineError
from registry.sources.notes import shown

TOKENIZER_FILES = (
    "added_tokens.json",
    "chat_template.jinja",
    "chat_template.json",
    "merges.txt",
    "sentencepiece.bpe.model",
    "source.spm",
    "special_tokens_map.json",
    "spiece.model",
    "target.spm",
    "tekken.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
    "vocab.txt",
)
"""What a tokenizer is made of."""

CONFIG_FILES = ("config.json", "generation_config.json")
"""What the model itself is made of, beside its weights."""

OTHER_FILES = (
    "1_Pooling/config.json",
    "config_sentence_transformers.json",
    "feature_extractor_config.json",
    "modules.json",
    "preprocessor_config.json",
    "processor_config.json",
    "sentence_bert_config.json",
)
"""How inputs and outputs are prepared."""


def make_folder(out: Path) -> None:
    """Make the folder that a model goes to.

    Raises:
        EngineError: It holds something already.
    """
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise EngineError("data", f"`{shown(out, 200)}` holds files already, and nothing is written over", "name another folder")


def carry_files(source: Path, out: Path, names: tuple[str, ...]) -> None:
    """Copy those of the files that a model has and the folder does not."""
    for name in names:
        target = out / name
        if (source / name).is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target)


def same_tokenizer(first: Path, second: Path) -> bool:
    """Whether two folders have the same tokenizer, as far as its vocabulary files tell."""
    return dict(_vocabulary(first)) == dict(_vocabulary(second))


def _vocabulary(folder: Path) -> Iterator[tuple[str, str]]:
    """The vocabulary files of a folder with their digests; where a `tokenizer.json` is, it tells all."""
    whole = folder / "tokenizer.json"
    names = ("tokenizer.json",) if whole.is_file() else ("merges.txt", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model", "vocab.json", "vocab.txt")
    for name in names:
        if (folder / name).is_file():
            with (folder / name).open("rb") as stream:
                yield name, hashlib.file_digest(stream, "sha256").hexdigest()
