"""Asks models that choose: the label of a text, or the word that is hidden in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.runner.engines.asking import Answer, Question, RowError
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.loading import Loaded, load_model, load_part, text_limit
from registry.runner.engines.machine import Readied
from registry.runner.job import InferJob

_MASKS = ("[MASK]", "<mask>")


class LabelAsker:
    """A text classifier; the answer is a list of labels with scores, the likeliest first."""

    def __init__(self, job: InferJob, readied: Readied, tell: Tell) -> None:
        loaded = load_model(
            "AutoModelForSequenceClassification", job.model, readied, tell, adapter=job.adapter, trust_remote_code=job.machine.trust_remote_code
        )
        self.parameters = loaded.parameters
        self._pipe = _Piped("text-classification", loaded)
        self._top = min(int(job.parameters.get("top_k", 1)), loaded.model.config.num_labels)
        self.settings = {"top_k": self._top, "context_tokens": self._pipe.limit}

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Label a batch, in order."""
        texts = [question.text for question in questions]
        found = self._pipe(texts, top_k=self._top, **self._pipe.bound)
        return [
            Answer([{"label": each["label"], "score": each["score"]} for each in labels], read, 0, cut)
            for labels, (read, cut) in zip(found, self._pipe.lengths(texts), strict=True)
        ]


class MaskAsker:
    """A masked language model; the answer is a list of words with scores, the likeliest first."""

    def __init__(self, job: InferJob, readied: Readied, tell: Tell) -> None:
        loaded = load_model("AutoModelForMaskedLM", job.model, readied, tell, adapter=job.adapter, trust_remote_code=job.machine.trust_remote_code)
        self.parameters = loaded.parameters
        self._pipe = _Piped("fill-mask", loaded)
        self._mask = self._pipe.tokenizer.mask_token
        if self._mask is None:
            raise EngineError("model", f"the tokenizer of `{loaded.name}` has no mask", "name a masked language model")
        self._top = min(int(job.parameters.get("top_k", 5)), len(self._pipe.tokenizer))
        self.settings = {"top_k": self._top, "context_tokens": self._pipe.limit, "mask": self._mask}

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Fill in a batch, in order.

        Raises:
            RowError: A text has no mask, or several, or one that was cut off.
        """
        from transformers.pipelines.base import PipelineException

        texts = [self._with_mask(question.text) for question in questions]
        try:
            found = self._pipe(texts, top_k=self._top, tokenizer_kwargs=self._pipe.bound)
        except PipelineException as error:
            raise RowError(f"its `{self._mask}` lies beyond the {self._pipe.limit} tokens that the model takes") from error
        # For one text alone the pipeline leaves the outer list out.
        each = [found] if len(texts) == 1 and found and isinstance(found[0], dict) else found
        return [
            Answer([{"token": word["token_str"], "score": word["score"], "text": word["sequence"]} for word in words], read, 0, cut)
            for words, (read, cut) in zip(each, self._pipe.lengths(texts), strict=True)
        ]

    def _with_mask(self, text: str) -> str:
        for written in _MASKS:
            text = text.replace(written, self._mask)
        if text.count(self._mask) != 1:
            raise RowError(f"it has {text.count(self._mask)} places marked `{self._mask}`, and one is wanted")
        return text


class _Piped:
    """A pipeline of transformers around a model that is loaded."""

    def __init__(self, task: str, loaded: Loaded) -> None:
        from transformers import pipeline

        self.tokenizer: Any = load_part("AutoTokenizer", loaded)
        if self.tokenizer.pad_token is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token or self.tokenizer.unk_token
        if loaded.model.config.get_text_config().pad_token_id is None:  # classifiers built on decoders find the last token by it
            loaded.model.config.get_text_config().pad_token_id = self.tokenizer.pad_token_id
        self.limit = text_limit(self.tokenizer, loaded.model)
        self.bound: dict[str, Any] = {} if self.limit is None else {"truncation": True, "max_length": self.limit}
        make: Any = pipeline
        self._run = make(task, model=loaded.model, tokenizer=self.tokenizer, device=loaded.model.device)

    def __call__(self, texts: list[str], **options: Any) -> Any:
        return self._run(texts, batch_size=len(texts), **options)

    def lengths(self, texts: list[str]) -> list[tuple[int, bool]]:
        """Of each text, how many tokens were read, and whether it was cut."""
        whole = [len(ids) for ids in self.tokenizer(texts)["input_ids"]]
        return [(length if self.limit is None else min(length, self.limit), self.limit is not None and length > self.limit) for length in whole]
