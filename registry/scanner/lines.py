"""References in files of lines: assignments such as `MODEL=owner/name`, and texts in quotes that read like names of models."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.scanner.loaders import read_loaders
from registry.scanner.names import looks_like_model, name_of
from registry.scanner.reference import Reference
from registry.scanner.setting import in_setting

QUICK = re.compile(
    rb"(?i)model|llm|checkpoint|hugging|hf[ _.]|ollama|vllm|whisper|dataset|lora|adapter|tokenizer|pretrained|llama|gpt-|claude-|gemini-|embed|spacy|mergekit|safetensors|gguf"
)
"""What a file of settings or commands holds if it names a model."""

_ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:export[ \t]+|set[ \t]+|ENV[ \t]+|ARG[ \t]+|-[ \t]+)?["']?([A-Za-z_][\w.-]*)["']?[ \t]*(?:=|:[ \t]|:=|\?=|[ \t])[ \t]*["']?([^"'\s#,]+)"""
)
_QUOTED = re.compile(r"""["'`]([A-Za-z0-9][\w.:/@-]{2,200})["'`]""")


def assignments(text: str, file: str, library: str | None = None) -> Iterator[Reference]:
    """What lines of the form KEY=VALUE name."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > 2_000:
            continue
        match = _ASSIGNMENT.match(line)
        if match is not None:
            value = re.sub(r"^\$\{\w+:?-([^}]*)\}$", r"\1", match.group(2))
            yield from in_setting((match.group(1),), value, file, number, match.start(2) + 1, library)


def mentions(text: str, file: str, first: int = 1) -> Iterator[Reference]:
    """Texts in quotes that read like names of models."""
    facts = read_loaders().facts
    for number, line in enumerate(text.splitlines(), first):
        if len(line) > 4_000:
            continue
        for match in _QUOTED.finditer(line):
            name = match.group(1).removeprefix("local:")
            if looks_like_model(name, facts):
                found = name_of(name, facts)
                yield Reference(
                    found.name, match.group(1), "model", "mention", file, number, match.start(1) + 1, provider=found.provider, confidence="possible"
                )
