"""How single values of the Hub's metadata are read: names, days, counts, gates, tags and kinds of task."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from registry.errors import UsageError
from registry.supplychain.names import check_name, split_reference

MAX_TEXT = 4_000
"""A text longer than this is no fact of ours."""

MAX_COUNT = 2**63 - 1
"""The largest whole number that is kept."""

RELATIONS = frozenset({"adapter", "finetune", "merge", "quantized"})
"""The relations that the Hub writes into tags."""

PLAIN_NAME = re.compile(r"[0-9A-Za-z_.-]{1,96}/[0-9A-Za-z_.-]{1,96}")
"""A name as nearly every repository has it, which needs no closer look."""

_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_DAY = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:[T ].*)?", re.DOTALL)

MODALITY_OF_TASK = {
    task: modality
    for modality, tasks in {
        "text": "conversational fill-mask multiple-choice question-answering summarization table-question-answering table-to-text text-classification"
        " text-generation text-ranking text-retrieval text2text-generation token-classification translation zero-shot-classification",
        "image": "depth-estimation image-classification image-segmentation image-to-image keypoint-detection keypoint-matching mask-generation"
        " object-detection text-to-image unconditional-image-generation zero-shot-image-classification zero-shot-object-detection",
        "audio": "audio-classification audio-to-audio automatic-speech-recognition speech-segmentation text-to-audio text-to-speech voice-activity-detection",
        "video": "image-to-video text-to-video video-classification video-to-video",
        "multimodal": "any-to-any audio-text-to-text document-question-answering image-text-to-image image-text-to-text image-text-to-video"
        " image-to-text text-to-image-and-video video-text-to-text visual-document-retrieval visual-question-answering",
        "embedding": "feature-extraction image-feature-extraction sentence-similarity",
        "other": "graph-ml image-to-3d reinforcement-learning robotics tabular-classification tabular-regression tabular-to-text text-to-3d"
        " time-series-forecasting",
    }.items()
    for task in tasks.split()
}
"""What a model of each of the Hub's tasks takes or makes."""


def shown(text: object, length: int = 60) -> str:
    """A value from outside as a message can show it: printable and short."""
    written = str(text)[: length + 1]
    plain = written if written.isprintable() else ascii(written)[1:-1]
    return plain if len(plain) <= length else plain[:length] + "…"


def name_problem(name: str, what: str) -> str | None:
    """Why a text cannot be the name of a model or dataset; none if it can."""
    try:
        check_name(name, what)
    except UsageError as error:
        return error.message
    if split_reference(name)[0] != "model" or "@" in name:
        return f"`{shown(name)}` cannot be the name of a {what}"
    return None


def plain_text(value: object) -> str | None:
    """A short text without control characters, or none."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    return text if text and len(text) <= MAX_TEXT and not _CONTROL.search(text) else None


def day_of(value: object) -> str | None:
    """The day of a point in time, written as text or held as a date."""
    if isinstance(value, str):
        found = _DAY.fullmatch(value.strip()) if len(value) < 64 else None
        return found[1] if found else None
    written = getattr(value, "isoformat", None)
    return day_of(written()) if callable(written) else None


def count_of(value: object) -> int | None:
    """A whole number that is not negative, or none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else _float(text)
    if isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= MAX_COUNT else None


def _float(text: str) -> float:
    try:
        return float(text) if len(text) < 40 else float("nan")
    except ValueError:
        return float("nan")


def access_of(gated: object, private: object = None) -> str | None:
    """How a repository is reached, from what the Hub says of its gate."""
    if private in (True, "true", "True", 1):
        return "on-request"
    if gated in (False, "false", "False", ""):
        return "open"
    if gated in (True, "true", "True", "auto", "manual"):
        return "gated"
    return None


def texts_of(value: object) -> list[str] | None:
    """The texts of a list, which a table may hold as JSON, as Python writes it, or with commas; none if it is no list."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [each for each in value if isinstance(each, str) and each]
    if isinstance(value, str):
        value = _list_in(value)
    if isinstance(value, dict) or not isinstance(value, Iterable):
        return None
    return [each for each in value if isinstance(each, str) and each]


def object_of(value: object) -> dict[str, Any] | None:
    """The object that a value is, or that it holds as JSON; none if it is neither."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def owner_of(name: str) -> str | None:
    """Who publishes under a name: the part before the slash."""
    owner, slash, _ = name.partition("/")
    return owner if slash and owner else None


def commit_of(value: object) -> str | None:
    """A commit, where the value can be one."""
    return value if isinstance(value, str) and 7 <= len(value) <= 64 and value.isalnum() and value.isascii() else None


def parameters_of(stated: object, safetensors: object, gguf: object = None) -> int | None:
    """How many parameters there are, by the headers of the weights."""
    found = count_of(stated) if not isinstance(stated, dict) else None
    if found is not None:
        return found
    for held in (object_of(safetensors), object_of(gguf)):
        if held:
            total = count_of(held.get("total"))
            counts = object_of(held.get("parameters")) or {}
            each = [count_of(count) or 0 for count in counts.values()]
            found = total or sum(each) or None
            if found is not None and count_of(found) is not None:
                return found
    return None


def file_names(siblings: object) -> tuple[str, ...]:
    """The names of a repository's files."""
    if isinstance(siblings, str):
        siblings = texts_of(siblings)
    if not isinstance(siblings, Sequence) or isinstance(siblings, str):
        return ()
    names = (each.get("rfilename") if isinstance(each, Mapping) else each for each in siblings)
    return tuple(name for name in names if isinstance(name, str))


@lru_cache(maxsize=4_096)
def plain_license(written: str) -> str | None:
    """The name of a licence, remembered: the same few are declared again and again."""
    return plain_text(written)


def _list_in(text: str) -> object:
    plain = text.strip()
    if plain[:1] not in "[(":
        return [part.strip() for part in plain.split(",")]
    try:
        return json.loads(plain)
    except (ValueError, RecursionError):
        pass
    try:
        return literal_eval(plain) if len(plain) <= 1_000_000 else None
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
