"""What tells at a glance, before a Python file is taken apart or gone through, whether that is worth it."""

from __future__ import annotations

import re

from registry.scanner.facts import Facts
from registry.scanner.names import looks_like_model
from registry.scanner.python.sweep import DATA_KEYS, HUB, MODEL_KEYS, SIZED, is_file


def holds_more(source: str, lines: set[int], facts: Facts) -> bool:
    """Whether a file has a text that may name a model on any other line than these; most have none, and need not be gone through."""
    for pattern in _TEXTS:
        for match in pattern.finditer(source):
            text = match.group(1)
            if text is None or looks_like_model(text, facts) or ((HUB.fullmatch(text) or SIZED.fullmatch(text)) and _kept(source, match.start())):
                line = source.count("\n", 0, match.start()) + 1
                if line not in lines:
                    return True
    return False


def may_name(data: bytes, facts: Facts) -> bool:
    """Whether a file of which nothing else is known has a text in quotes that reads like the name of a model, or is kept near a word that speaks of such."""
    for pattern in _NAMED:
        for match in pattern.finditer(data):
            if match.group(1) is None:
                return True
            text = match.group(1).decode()
            if looks_like_model(text, facts) or (HUB.fullmatch(text) and not is_file(text) and _NEAR.search(data, max(match.start() - 120, 0), match.start())):
                return True
    return False


_NEAR = re.compile(rb"(?i)model|checkpoint|repo|pretrained|embed|encoder|tokenizer|dataset|llm")
_PROGRAM = r"(?:ollama|huggingface-cli|hf|vllm|llama-server|llama-cli|text-generation-launcher)(?:['\"] *,| +[a-z-])"
"""A command that is written as a text or a list of such."""

_TEXT = r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.:/@-]*|[A-Za-z]\w*[.:-][\w.:-]+|[A-Za-z]+\d[\w.:-]*"
_TEXTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf'"(?:({_TEXT})"|{_PROGRAM})',
        rf"'(?:({_TEXT})'|{_PROGRAM})",
        r"https?://(?:huggingface|hf\.|api-inference|router\.hugging)(\0)?",
        r"=['\"]?([\w.-]+/[\w.-]+)",
    )
)
# Each begins with a sign of its own, which is what makes a search fast.
_NAME = r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.:@/-]*|(?:gpt|claude|gemini|chatgpt|text-embedding|mistral|llama|bert|roberta|distilbert|deepseek|qwen|embed|rerank|voyage|dall|all|paraphrase|multi-qa)[-\d][\w.:-]*|[a-z]{2}_core_\w+"
_NAMED = tuple(re.compile(pattern.encode()) for pattern in (rf'"(?:({_NAME})"|{_PROGRAM})', rf"'(?:({_NAME})'|{_PROGRAM})"))


def _kept(source: str, position: int) -> bool:
    before = source[max(position - 120, 0) : position]
    line = before[before.rfind("\n") + 1 :]
    return bool(MODEL_KEYS.search(line) or DATA_KEYS.search(line)) or ((not line.strip() or "=" in line) and _SPEAKS.search(before) is not None)


_SPEAKS = re.compile(r"(?i)model|checkpoint|repo|pretrained|embed|encoder|tokenizer|dataset|llm")
