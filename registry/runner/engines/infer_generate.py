"""Asks models that write text: text generation, summarisation and translation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import TemplateError

from registry.errors import RunError
from registry.runner.engines.asking import Answer, Question
from registry.runner.engines.interface import EngineError, Tell
from registry.runner.engines.loading import Loaded, load_model, load_part, text_limit
from registry.runner.engines.machine import Readied
from registry.runner.job import InferJob
from registry.runner.parameters import check_parameters
from registry.sources.notes import shown

DEFAULT_NEW_TOKENS = 128
"""So many tokens are written where neither the job nor the model says."""

_DRAWN = frozenset({"temperature", "top_k", "top_p"})
_OWN = frozenset({"chat", "system", "prefix", "source_language", "target_language"})
_RECORDED = (
    "do_sample",
    "max_new_tokens",
    "min_new_tokens",
    "num_beams",
    "num_return_sequences",
    "temperature",
    "top_k",
    "top_p",
    "repetition_penalty",
    "length_penalty",
    "no_repeat_ngram_size",
)


class GenerationAsker:
    """A model that writes on, or writes anew, with its way of writing fixed."""

    def __init__(self, job: InferJob, readied: Readied, tell: Tell) -> None:
        self._writes_on = job.task == "text-generation"
        loaded = load_model(
            "AutoModelForCausalLM" if self._writes_on else "AutoModelForSeq2SeqLM",
            job.model,
            readied,
            tell,
            adapter=job.adapter,
            trust_remote_code=job.machine.trust_remote_code,
        )
        self._loaded = loaded
        self._tokenizer: Any = load_part("AutoTokenizer", loaded)
        self.parameters = loaded.parameters
        self._ready_tokenizer()
        self._system = str(job.parameters.get("system", ""))
        has_template = bool(getattr(self._tokenizer, "chat_template", None))
        self._chat = self._writes_on and bool(job.parameters.get("chat", has_template))
        if self._chat and not has_template:
            raise EngineError("model", f"the tokenizer of `{loaded.name}` has no conversation format", "leave `chat` out, or say `chat=false`")
        self._prefix = str(job.parameters.get("prefix", "" if self._writes_on else _taught_prefix(loaded, job.task)))
        self._config = self._generation_config(job)
        self._limit = text_limit(self._tokenizer, loaded.model)
        self._room = self._find_room(job)
        self.settings = {
            "chat": self._chat,
            "prefix": self._prefix or None,
            "context_tokens": self._limit,
            **{name: value for name in _RECORDED if isinstance(value := getattr(self._config, name, None), (bool, int, float))},
        } | {name: value for name, value in job.parameters.items() if name in ("source_language", "target_language", "system")}

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Write for a batch, in order."""
        import torch

        texts = [self._prompt(question.text) for question in questions]
        words = {"add_special_tokens": not self._chat}
        lengths = [len(ids) for ids in self._tokenizer(texts, **words)["input_ids"]]
        bound = {} if self._room is None else {"truncation": True, "max_length": self._room}
        inputs = self._tokenizer(texts, return_tensors="pt", padding=True, **words, **bound)
        inputs = {name: tensor.to(self._loaded.model.device) for name, tensor in inputs.items() if name in ("input_ids", "attention_mask")}
        with torch.no_grad():
            written = self._loaded.model.generate(**inputs, generation_config=self._config, tokenizer=self._tokenizer)
        written = (written[:, inputs["input_ids"].shape[1] :] if self._writes_on else written[:, 1:]).tolist()
        each = len(written) // len(questions)
        answers = []
        for number, length in enumerate(lengths):
            ids = [self._until_end(row) for row in written[number * each : (number + 1) * each]]
            found = [text.strip() if not self._writes_on else text for text in self._tokenizer.batch_decode(ids, skip_special_tokens=True)]
            read = length if self._room is None else min(length, self._room)
            answers.append(Answer(found[0] if each == 1 else found, read, sum(map(len, ids)), cut=read < length))
        return answers

    def _ready_tokenizer(self) -> None:
        tokenizer = self._tokenizer
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
        if self._writes_on:  # what is written follows the last token, and the question usually stands at the end
            tokenizer.padding_side = tokenizer.truncation_side = "left"

    def _generation_config(self, job: InferJob) -> Any:
        """The model's own way of writing, changed as the job says."""
        import copy

        config = copy.deepcopy(self._loaded.model.generation_config)
        asked: dict[str, Any] = {name: value for name, value in job.parameters.items() if name not in _OWN}
        asked.setdefault("do_sample", bool(_DRAWN & set(asked) or config.do_sample))
        asked.setdefault("num_beams", config.num_beams or 1)
        asked.setdefault("num_return_sequences", config.num_return_sequences or 1)
        if not asked["do_sample"]:
            for name in _DRAWN:  # they mean nothing unless tokens are drawn, and transformers warns of them
                setattr(config, name, None)
                asked.pop(name, None)
        for name, value in asked.items():
            setattr(config, name, value)
        known: dict[str, Any] = {name: found for name in _RECORDED if (found := getattr(config, name, None)) is not None}
        try:
            check_parameters("text-generation", known)
        except RunError as error:
            raise EngineError(
                "model", f"`generation_config.json` of `{self._loaded.name}`: {error.message}", "mend the file, or say it with `--param`"
            ) from error
        if config.max_new_tokens is None:
            config.max_new_tokens = max(1, (config.max_length - 1) if config.max_length and not self._writes_on else DEFAULT_NEW_TOKENS)
        config.max_length = None
        config.pad_token_id = self._tokenizer.pad_token_id if config.pad_token_id is None else config.pad_token_id
        self._set_languages(job, config)
        try:
            config.validate(strict=True)
        except ValueError as error:
            said = next((line.strip("- ") for line in str(error).splitlines() if line.startswith("- ")), str(error))
            raise EngineError("data", f"these parameters do not go together: {shown(said, 300)}", "leave out what contradicts the rest") from error
        return config

    def _set_languages(self, job: InferJob, config: Any) -> None:
        source, target = job.parameters.get("source_language"), job.parameters.get("target_language")
        if source is not None:
            if not hasattr(self._tokenizer, "src_lang"):
                raise EngineError("model", f"the tokenizer of `{self._loaded.name}` knows no codes of languages", "leave `source_language` out")
            self._tokenizer.src_lang = str(source)
        if target is not None:
            number = self._tokenizer.get_lang_id(str(target)) if hasattr(self._tokenizer, "get_lang_id") else self._tokenizer.convert_tokens_to_ids(str(target))
            if number is None or number == self._tokenizer.unk_token_id:
                raise EngineError("data", f"`{self._loaded.name}` knows no language `{target}`", "use the codes of its tokenizer, such as `deu_Latn`")
            config.forced_bos_token_id = number

    def _find_room(self, job: InferJob) -> int | None:
        """How many tokens a prompt may have; none where nothing limits them."""
        if self._limit is None or not self._writes_on:
            return self._limit
        wanted = int(self._config.max_new_tokens)
        if wanted >= self._limit and "max_new_tokens" not in job.parameters:
            wanted = self._config.max_new_tokens = max(1, self._limit // 2)
        if wanted >= self._limit:
            raise EngineError(
                "data", f"{wanted:,} new tokens leave no room for a prompt: `{self._loaded.name}` takes {self._limit:,} in all", "lower `max_new_tokens`"
            )
        return self._limit - wanted

    def _prompt(self, text: str) -> str:
        if not self._chat:
            return self._prefix + text
        turns = [{"role": "user", "content": text}]
        if self._system:
            turns.insert(0, {"role": "system", "content": self._system})
        try:
            return str(self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))
        except (TemplateError, ArithmeticError, ValueError, TypeError) as error:  # the format is a program of its own, in a sandbox
            said = shown(str(error).partition("\n")[0], 200)
            raise EngineError(
                "model", f"the conversation format of `{self._loaded.name}` does not take this: {said}", "leave `system` out, or say `chat=false`"
            ) from error

    def _until_end(self, ids: list[int]) -> list[int]:
        """What was written, without the padding after its end."""
        ends = self._config.eos_token_id
        stops = {self._config.pad_token_id, *(ends if isinstance(ends, list) else [ends])}
        return next((ids[:at] for at, number in enumerate(ids) if number in stops), ids)


def _taught_prefix(loaded: Loaded, task: str) -> str:
    """The words that a model was taught to find before a text, as its configuration says (T5: `summarize: `)."""
    taught = getattr(loaded.model.config, "task_specific_params", None)
    about = taught.get(task) if isinstance(taught, dict) else None
    prefix = about.get("prefix") if isinstance(about, dict) else None
    return prefix if isinstance(prefix, str) else ""
