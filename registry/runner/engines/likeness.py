"""How far a model whose weights were made coarser still says what it said: the same sentences before and after, and how long a pass takes.

The sentences are ours and few: they show whether a model broke, not how good it is.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

SENTENCES = (
    "The committee met on Tuesday and agreed to publish its report before the end of the month.",
    "Water boils at a lower temperature on a mountain, because the air presses less on its surface.",
    "She opened the old box, found a letter inside, and read it twice without saying a word.",
    "The licence allows anyone to copy the work, provided that the notice is kept with every copy.",
    "Prices rose by three per cent last year, while wages stayed almost where they had been.",
    "If the first train is late, take the bus from the square in front of the station.",
    "He scored twice in the second half, and the home team won for the first time this season.",
    "Plants turn light into sugar, and the animals that eat them live on what the sun gave.",
)
"""What is read before and after."""

_REPEATS = 3
_ENOUGH_SECONDS = 5.0
_MAX_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model made of the sentences."""

    outputs: tuple[Any, ...]
    """Of each sentence, the last layer's outputs by token."""

    perplexity: float | None
    """How surprised it was, where it predicts the next token."""

    seconds: float
    """How long one pass over all of them took, at best."""


def read_sentences(model: Any, tokenizer: Any) -> Reading | None:
    """Have a model read the sentences; None where it does not read text alone."""
    import torch

    device = next(model.parameters()).device
    encoded = [tokenizer(sentence, return_tensors="pt", truncation=True, max_length=_MAX_TOKENS).to(device) for sentence in SENTENCES]
    outputs: list[Any] = []
    losses: list[tuple[float, int]] = []
    best, taken = math.inf, 0.0
    try:
        for turn in range(_REPEATS):
            if device.type == "cuda":
                torch.cuda.synchronize()
            start = time.perf_counter()
            made = [_pass(model, inputs) for inputs in encoded]
            if device.type == "cuda":
                torch.cuda.synchronize()
            seconds = time.perf_counter() - start
            best, taken = min(best, seconds), taken + seconds
            if turn == 0:
                outputs = [each.float().cpu() for each in made]
            if taken > _ENOUGH_SECONDS:
                break
    except (TypeError, ValueError, AttributeError, KeyError):  # it wants images, or sounds
        return None
    if _predicts_next(model):
        for inputs, output in zip(encoded, outputs, strict=True):
            ids = inputs["input_ids"][0].cpu()
            if len(ids) > 1:
                losses.append((float(torch.nn.functional.cross_entropy(output[:-1], ids[1:], reduction="sum")), len(ids) - 1))
    tokens = sum(count for _, count in losses)
    return Reading(tuple(outputs), math.exp(min(sum(loss for loss, _ in losses) / tokens, 700)) if tokens else None, best)


def compare(before: Reading, after: Reading) -> dict[str, float]:
    """How alike two readings are: the mean cosine of outputs, and the share of places where the likeliest is the same."""
    import torch

    cosines, same, places = [], 0, 0
    for one, two in zip(before.outputs, after.outputs, strict=True):
        cosines += torch.nn.functional.cosine_similarity(one, two, dim=-1).tolist()
        same += int((one.argmax(-1) == two.argmax(-1)).sum())
        places += one.shape[0]
    return {"output_cosine": sum(cosines) / len(cosines), "same_choice": same / places}


def _pass(model: Any, inputs: Any) -> Any:
    """The outputs for one sentence: a row a token, or one row for the whole."""
    import torch

    values = dict(inputs)
    if model.config.is_encoder_decoder:
        start = model.config.decoder_start_token_id
        values["decoder_input_ids"] = torch.tensor([[0 if start is None else start]], device=inputs["input_ids"].device)
    with torch.no_grad():
        output = model(**values)
    first = next((found for name in ("logits", "start_logits", "last_hidden_state") if (found := getattr(output, name, None)) is not None), None)
    if first is None:
        raise ValueError("it gives nothing that can be compared")
    return first.reshape(-1, first.shape[-1]) if first.dim() > 1 else first.reshape(1, -1)


def _predicts_next(model: Any) -> bool:
    return type(model).__name__.endswith(("ForCausalLM", "LMHeadModel"))
