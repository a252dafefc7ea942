"""Asks models that point at the answer within a text; a long text is read through windows that overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.runner.engines.asking import Answer, Question, RowError
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.loading import load_model, load_part, text_limit
from registry.runner.engines.machine import Readied
from registry.runner.job import InferJob

WINDOW, STRIDE, MAX_ANSWER = 384, 128, 30
"""So many tokens are read at a time, windows overlap by so many, and an answer has so many at most: as for SQuAD in Devlin et al. 2019."""

_WINDOWS_AT_ONCE = 16


class PassageAsker:
    """A model for extractive question answering; the answer is a piece of the context, with its place and score."""

    def __init__(self, job: InferJob, readied: Readied, tell: Tell) -> None:
        loaded = load_model("AutoModelForQuestionAnswering", job.model, readied, tell, adapter=job.adapter, trust_remote_code=job.machine.trust_remote_code)
        self._model = loaded.model
        self._tokenizer: Any = load_part("AutoTokenizer", loaded)
        if not getattr(self._tokenizer, "is_fast", False):
            raise EngineError(
                "model", f"the tokenizer of `{loaded.name}` does not tell where its tokens stand in the text", "name a model with `tokenizer.json`"
            )
        self.parameters = loaded.parameters
        limit = text_limit(self._tokenizer, loaded.model)
        window = int(job.parameters.get("window", WINDOW))
        self._window = window if limit is None else min(window, limit)
        self._stride = min(int(job.parameters.get("stride", STRIDE)), self._window // 2)
        self._longest = int(job.parameters.get("max_answer_tokens", MAX_ANSWER))
        self.settings = {"window": self._window, "stride": self._stride, "max_answer_tokens": self._longest}

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Look each question up in its context."""
        return [self._ask(question) for question in questions]

    def _ask(self, question: Question) -> Answer:
        import torch

        asked = len(self._tokenizer(question.text)["input_ids"])
        if asked + self._stride + 8 > self._window:  # what is left has to hold more than the overlap
            raise RowError(f"its question has {asked} tokens, which leaves no room in the {self._window} that are read at a time")
        encoded = self._tokenizer(
            question.text,
            question.context,
            truncation="only_second",
            max_length=self._window,
            stride=self._stride,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
            return_tensors="pt",
        )
        windows, offsets = int(encoded["input_ids"].shape[0]), encoded.pop("offset_mapping")
        encoded.pop("overflow_to_sample_mapping", None)
        best: tuple[float, int, int] | None = None
        for start in range(0, windows, _WINDOWS_AT_ONCE):
            part = {name: tensor[start : start + _WINDOWS_AT_ONCE].to(self._model.device) for name, tensor in encoded.items()}
            with torch.no_grad():
                output = self._model(**part)
            for number in range(part["input_ids"].shape[0]):
                inside = torch.tensor([place == 1 for place in encoded.sequence_ids(start + number)])
                found = self._best_span(output.start_logits[number].float().cpu(), output.end_logits[number].float().cpu(), inside)
                if found is not None and (best is None or found[0] > best[0]):
                    first, last = offsets[start + number][found[1]], offsets[start + number][found[2]]
                    best = (found[0], int(first[0]), int(last[1]))
        if best is None:
            raise RowError("its context has no token")
        score, begin, end = best
        output_of = {"answer": question.context[begin:end], "score": score, "start": begin, "end": end}
        return Answer(output_of, int(encoded["attention_mask"].sum()))

    def _best_span(self, starts: Any, ends: Any, inside: Any) -> tuple[float, int, int] | None:
        """The likeliest span of a window that lies in the context: its probability, first and last token."""
        import torch

        if not bool(inside.any()):
            return None
        begin = starts.softmax(-1).masked_fill(~inside, 0.0)
        end = ends.softmax(-1).masked_fill(~inside, 0.0)
        spans = torch.triu(torch.outer(begin, end)).tril(self._longest - 1)
        at = int(spans.argmax())
        first, last = divmod(at, spans.shape[1])
        return float(spans[first, last]), first, last
