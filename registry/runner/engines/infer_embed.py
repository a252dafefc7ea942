"""Asks models for embeddings: one vector a text, pooled as the model's own files say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from registry.runner.engines.asking import Answer, Question
from registry.runner.engines.interface import Tell
from registry.runner.engines.loading import load_model, load_part, text_limit
from registry.runner.engines.machine import Readied
from registry.runner.job import InferJob

_MAX_CONFIG = 1_000_000


class EmbeddingAsker:
    """An encoder; the answer is a list of numbers."""

    def __init__(self, job: InferJob, readied: Readied, tell: Tell) -> None:
        loaded = load_model(
            "AutoModel", job.model, readied, tell, adapter=job.adapter, trust_remote_code=job.machine.trust_remote_code, spare=("pooler", "decoder")
        )
        self.parameters = loaded.parameters
        model = loaded.model
        self._encoder = model.get_encoder() if model.config.is_encoder_decoder else model
        self._tokenizer: Any = load_part("AutoTokenizer", loaded)
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token or self._tokenizer.unk_token
        self._tokenizer.padding_side = "right"
        pooling, normalize, length = _said_by(loaded.folder)
        self._pooling = str(job.parameters.get("pooling", pooling))
        self._normalize = bool(job.parameters.get("normalize", normalize))
        limits = [each for each in (text_limit(self._tokenizer, model), length) if each]
        self._limit = min(limits, default=None)
        self.settings = {"pooling": self._pooling, "normalize": self._normalize, "context_tokens": self._limit}

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Embed a batch, in order."""
        import torch

        texts = [question.text for question in questions]
        lengths = [len(ids) for ids in self._tokenizer(texts)["input_ids"]]
        bound = {} if self._limit is None else {"truncation": True, "max_length": self._limit}
        inputs = self._tokenizer(texts, return_tensors="pt", padding=True, **bound).to(self._encoder.device)
        with torch.no_grad():
            states = self._encoder(**inputs).last_hidden_state.float()
        if self._pooling == "cls":
            vectors = states[:, 0]
        else:
            mask = inputs["attention_mask"].unsqueeze(-1).to(states.dtype)
            vectors = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
        if self._normalize:
            vectors = torch.nn.functional.normalize(vectors, dim=-1)
        answers = []
        for vector, length in zip(vectors.cpu().tolist(), lengths, strict=True):
            read = length if self._limit is None else min(length, self._limit)
            answers.append(Answer(vector, read, 0, cut=read < length))
        return answers


def _said_by(folder: Path) -> tuple[str, bool, int | None]:
    """How sentence-transformers would pool here: the way, whether vectors get length 1, and how many tokens are read."""
    modules = _read(folder / "modules.json")
    kinds = [str(module.get("type", "")) for module in modules if isinstance(module, dict)] if isinstance(modules, list) else []
    about = next((found for name in ("1_Pooling", "0_Pooling") if isinstance(found := _read(folder / name / "config.json"), dict)), {})
    first = about.get("pooling_mode_cls_token") is True or about.get("pooling_mode") == "cls"
    reads = _read(folder / "sentence_bert_config.json")
    length = reads.get("max_seq_length") if isinstance(reads, dict) else None
    return "cls" if first else "mean", any(kind.endswith("Normalize") for kind in kinds), length if isinstance(length, int) and length > 0 else None


def _read(path: Path) -> Any:
    """A small JSON file; none where there is none."""
    try:
        with path.open("rb") as stream:
            return json.loads(stream.read(_MAX_CONFIG))
    except (OSError, ValueError, RecursionError):
        return None
