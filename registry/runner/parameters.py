"""What may be said with `--param NAME=VALUE` of how a model is asked: by task, with type and bounds. Needs no heavy library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.errors import RunError
from registry.runner.job import InferTask
from registry.sources.notes import shown

Value = int | float | str | bool
"""What a parameter can be."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a task."""

    kind: type[int] | type[float] | type[str] | type[bool]
    """The type of its value; a whole number will do where a number is wanted."""

    says: str
    """What it means, in one sentence."""

    least: float | None = None
    """The smallest value it takes."""

    most: float | None = None
    """The largest value it takes."""

    choices: tuple[str, ...] = ()
    """The words it takes, where it takes only some."""


_GENERATION: dict[str, Parameter] = {
    "do_sample": Parameter(bool, "draw tokens by their probability instead of taking the likeliest"),
    "early_stopping": Parameter(bool, "beams end as soon as enough of them are done"),
    "length_penalty": Parameter(float, "above 0 favours longer beams", -10, 10),
    "max_new_tokens": Parameter(int, "so many tokens are written at most", 1, 100_000),
    "min_new_tokens": Parameter(int, "so many tokens are written at least", 0, 100_000),
    "no_repeat_ngram_size": Parameter(int, "runs of so many tokens stand only once", 0, 100),
    "num_beams": Parameter(int, "so many beams are followed", 1, 64),
    "num_return_sequences": Parameter(int, "so many answers are given to each prompt", 1, 64),
    "repetition_penalty": Parameter(float, "above 1 discourages what was written already", 0.01, 10),
    "temperature": Parameter(float, "below 1 sharpens the draw, above 1 flattens it", 0.001, 100),
    "top_k": Parameter(int, "only so many of the likeliest tokens are drawn from", 0, 1_000_000),
    "top_p": Parameter(float, "only the likeliest tokens that make up this probability are drawn from", 0.0001, 1),
}

PARAMETERS: dict[InferTask, dict[str, Parameter]] = {
    "text-generation": _GENERATION
    | {
        "chat": Parameter(bool, "the text is a user's turn in the model's conversation format; true where the tokenizer has one"),
        "system": Parameter(str, "the system's turn before it"),
    },
    "summarization": _GENERATION | {"prefix": Parameter(str, "is put before every text; T5 was taught `summarize: `")},
    "translation": _GENERATION
    | {
        "prefix": Parameter(str, "is put before every text; T5 was taught `translate English to German: `"),
        "source_language": Parameter(str, "the tokenizer's code of the language of the text"),
        "target_language": Parameter(str, "the tokenizer's code of the language to write"),
    },
    "text-classification": {"top_k": Parameter(int, "so many labels are told, the likeliest first", 1, 10_000)},
    "fill-mask": {"top_k": Parameter(int, "so many words are told, the likeliest first", 1, 10_000)},
    "question-answering": {
        "max_answer_tokens": Parameter(int, "an answer has so many tokens at most", 1, 1_000),
        "stride": Parameter(int, "by so many tokens the windows over a long text overlap", 0, 10_000),
        "window": Parameter(int, "so many tokens are read at a time", 32, 100_000),
    },
    "feature-extraction": {
        "normalize": Parameter(bool, "every embedding has length 1; as the model's own files say, if not given"),
        "pooling": Parameter(str, "how the embeddings of tokens become one; as the model's own files say, else the mean", choices=("mean", "cls")),
    },
    "zero-shot-image-classification": {
        "hypothesis_template": Parameter(str, "the text that every label is put into, at `{}`"),
        "top_k": Parameter(int, "so many labels are told, the likeliest first", 1, 10_000),
    },
    "text-to-image": {
        "guidance_scale": Parameter(float, "how closely the prompt is followed", 0, 100),
        "height": Parameter(int, "the height in pixels", 8, 8192),
        "negative_prompt": Parameter(str, "what the image should not show"),
        "num_inference_steps": Parameter(int, "so many steps are taken", 1, 1_000),
        "width": Parameter(int, "the width in pixels", 8, 8192),
    },
}
"""By task, every parameter that it takes."""


def check_parameters(task: InferTask, parameters: Mapping[str, Value]) -> None:
    """See that a task takes these parameters.

    Raises:
        RunError: It does not (`reason` is `data`).
    """
    known = PARAMETERS[task]
    for name, value in parameters.items():
        about = known.get(name)
        if about is None:
            raise RunError(f"`{task}` takes no parameter `{shown(name, 40)}`", f"it takes {', '.join(f'`{each}`' for each in sorted(known))}", reason="data")
        problem = _problem(about, value)
        if problem is not None:
            raise RunError(f"`{name}` of `{task}` {problem}, not `{shown(value, 40)}`", f"it says: {about.says}", reason="data")
    template = str(parameters.get("hypothesis_template", "{}"))
    if template.count("{}") != 1 or set(template.replace("{}", "")) & set("{}"):
        raise RunError("`hypothesis_template` wants one place `{}` for the label, and no other braces", "such as `a photo of {}`", reason="data")


def _problem(about: Parameter, value: Value) -> str | None:
    """What is wrong with a value; none where nothing is."""
    if about.kind is float:
        right = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value and abs(value) != float("inf")
    else:
        right = isinstance(value, about.kind) and isinstance(value, bool) is (about.kind is bool)
    if not right:
        return {int: "is a whole number", float: "is a number", bool: "is true or false", str: "is a text"}[about.kind]
    if about.choices and value not in about.choices:
        return f"is one of {', '.join(about.choices)}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if about.least is not None and value < about.least:
            return f"is at least {about.least:g}"
        if about.most is not None and value > about.most:
            return f"is at most {about.most:g}"
    return None
