"""How a model comes from a base it names, when that is not said: the documented order of rules, and which of them decided.

1. `stated`: the card states the relation for this base.
2. `indexed-tag`: the Hub's own tag does (`base_model:quantized:ORG/NAME`).
3. `merge`: the card names two or more bases, or says merge of one that stands beside others.
4. `format`: the model's name, tags, library or files are those of a quantised or converted format.
5. `adapter`: an adapter_config.json is there, or the tags or library are those of adapters.
6. `default`: a fine-tune, as on the Hub.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

RULES = ("stated", "indexed-tag", "merge", "format", "adapter", "default")
"""The rules in the order in which they are asked."""

_INDEXED = re.compile(r"base_model:(?:(finetune|adapter|merge|quantized):)?(.+)", re.IGNORECASE)
_MERGE_TAGS = frozenset({"merge", "merged", "mergekit", "lazymergekit", "moerge", "frankenmerge", "frankenmoe", "model_stock", "slerp", "dare_ties"})
_ADAPTER_TAGS = frozenset(
    {"adapter", "adapters", "adapter-transformers", "lora", "qlora", "dora", "peft", "controlnet", "textual_inversion", "ip-adapter", "t2i-adapter"}
)
_ADAPTER_LIBRARIES = frozenset({"peft", "adapter-transformers", "adapters"})
_QUANTIZED_WORDS = frozenset(
    {
        *("gguf", "ggml", "gptq", "awq", "exl2", "exl3", "hqq", "aqlm", "quip", "bnb", "bitsandbytes", "imatrix", "quantized", "quantised", "quantization"),
        *(
            "2bit",
            "3bit",
            "4bit",
            "5bit",
            "6bit",
            "8bit",
            "int2",
            "int3",
            "int4",
            "int8",
            "fp4",
            "nf4",
            "fp8",
            "nvfp4",
            "mxfp4",
            "mxfp8",
            "w4a16",
            "w8a8",
            "w8a16",
            "w4a8",
        ),
        *("autoround", "autogptq", "autoawq", "eetq", "marlin", "gptqmodel", "smashed", "hqq+", "bitnet"),
    }
)
_QUANTIZED_SHAPE = re.compile(r"(?:i?q[1-8](?:k|0|1|s|m|l)?|iq[1-4](?:xxs|xs|nl)|(?:bpw)?[1-8](?:\.\d+)?bpw|bpw\d(?:\.\d+)?|[2-8]bits?|q[2-8]f(?:16|32))")
_CONVERTED_WORDS = frozenset({"onnx", "mlx", "openvino", "ctranslate2", "ct2", "coreml", "tflite", "tensorrt", "trt", "mlc", "ncnn", "rknn", "qnn", "litert"})
_QUANTIZED_SUFFIXES = (".gguf", ".ggml")
_CONVERTED_SUFFIXES = (".onnx", ".mlmodel", ".mlpackage", ".tflite", ".engine", ".mnn", ".ncnn.bin")

_ADAPTER_WORDS = frozenset({"lora", "qlora", "adapter", "peft", "loras"})
_CONVERTED_TAGS = frozenset({"openvino", "ctranslate2", "coreml", "mlx"})

TELLING_TAGS = _MERGE_TAGS | _ADAPTER_TAGS | _QUANTIZED_WORDS | _CONVERTED_TAGS
"""The tags that can decide the relation, in lower case; of the quantised ones also with hyphens between."""

TELLING_LIBRARIES = _ADAPTER_LIBRARIES | _CONVERTED_WORDS | {"gguf", "ggml"}
"""The libraries that can, in lower case."""

MAY_TELL_IN_NAME = "|".join(
    [
        *(re.escape(word) for word in sorted(_QUANTIZED_WORDS | _CONVERTED_WORDS | _ADAPTER_WORDS)),
        *(r"i?q[1-8]", "bpw", r"\d\.?\d*bit", r"w\da1\.6"),
    ]
)
"""What a name holds, in any letter case, that has a word which can; a name without it has none."""

_BETWEEN_WORDS = re.compile(r"[-_ ]+|(?<!\d)\.|\.(?!\d)")


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a model that names a base."""

    name: str
    """The model's name."""

    bases: int = 1
    """How many bases it names."""

    stated: str | None = None
    """The relation that the card states for this base, in the registry's word."""

    tags: tuple[str, ...] = ()
    """The tags, those that the Hub adds included."""

    library: str | None = None
    """The library that loads it."""

    quantized_by: bool = False
    """Whether the card says who quantised it."""

    files: tuple[str, ...] = ()
    """The names of its files, where they are known."""

    adapter_config: bool = False
    """Whether its adapter_config.json was read."""

    quantization_config: bool = False
    """Whether its config.json has a quantisation, or its GGUF header a quantised type."""


@dataclass(frozen=True, slots=True)
class Inferred:
    """A relation, the rule that decided it and how good that is."""

    relation: str
    """The relation, in the registry's word."""

    rule: str
    """One of `RULES`."""

    evidence: str
    """`declared` where the card or its tags say it, `detected` where files show it, `inferred` where it was worked out."""

    sign: str | None = None
    """What the rule went by: a tag, a word of the name, a file."""

    @property
    def says(self) -> str:
        """The rule and its sign, as a relation keeps it."""
        return f"rule {self.rule}: {self.sign}" if self.sign else f"rule {self.rule}"


def infer_relation(signs: Signs, base: str) -> Inferred:
    """How a model comes from one of its bases.

    Args:
        signs: What is known of the model.
        base: The base's id.
    """
    if signs.stated is not None:
        return Inferred(signs.stated, "stated", "declared")
    indexed = indexed_relation(signs.tags, base)
    tags = {tag.casefold() for tag in signs.tags}
    if indexed is not None:
        return Inferred(indexed, "indexed-tag", "declared", f"base_model:{indexed}")
    if signs.bases > 1:
        tag = _first(tags & _MERGE_TAGS)
        return Inferred("merge", "merge", "declared" if tag else "inferred", tag or f"{signs.bases} bases")
    found = _format(signs, tags, base) or _adapter(signs, tags)
    if found is not None:
        return found
    tag = _first(tags & _MERGE_TAGS)
    if tag is not None:
        return Inferred("merge", "merge", "declared", tag)
    return Inferred("finetune", "default", "inferred")


def indexed_relation(tags: Iterable[str], base: str) -> str | None:
    """The relation that the Hub's own tags give a base; None where they give none."""
    for tag in tags:
        found = _INDEXED.fullmatch(tag) if ":" in tag else None
        if found and found[1] and found[2].casefold() == base.casefold():
            return found[1].lower()
    return None


def indexed_bases(tags: Iterable[str]) -> dict[str, str | None]:
    """The bases that the Hub's own tags name, each with its relation where a tag has one."""
    bases: dict[str, str | None] = {}
    for tag in tags:
        found = _INDEXED.fullmatch(tag)
        if found and (found[1] or ":" not in found[2]):
            bases[found[2]] = found[1].lower() if found[1] else bases.get(found[2])
    return bases


@lru_cache(maxsize=8_192)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a model's name, without its owner: `TheBloke/X-7B-GPTQ-4bit` gives `x`, `7b`, `gptq`, `4bit`."""
    plain = name.rsplit("/", 1)[-1].casefold()
    return tuple(word for word in _BETWEEN_WORDS.split(plain) if word)


def _format(signs: Signs, tags: set[str], base: str) -> Inferred | None:
    """A quantised or converted format, by files first, then by what the card says, then by the name."""
    if signs.quantization_config:
        return Inferred("quantized", "format", "detected", "quantization_config")
    file = next((file for file in signs.files if file.casefold().endswith(_QUANTIZED_SUFFIXES)), None)
    if file is not None:
        whole = re.search(r"[-_.](?:bf16|f16|fp16|f32|fp32)\.(?:gguf|ggml)$", file.casefold()) is not None
        whole = whole and sum(each.casefold().endswith(_QUANTIZED_SUFFIXES) for each in signs.files) == 1
        return Inferred("converted" if whole else "quantized", "format", "detected", file)
    if signs.quantized_by:
        return Inferred("quantized", "format", "declared", "quantized_by")
    inherited = name_words(base)  # a fine-tune of `X-bnb-4bit` often keeps these words in its own name
    words = [word for word in name_words(signs.name) if word not in inherited]
    library = (signs.library or "").casefold()
    quantized_tag = _first([*(tags & _QUANTIZED_WORDS), *(tag for tag in tags if "-" in tag and tag.replace("-", "") in _QUANTIZED_WORDS)])
    quantized_word = next((word for word in words if _is_quantized(word)), None)
    if library in ("gguf", "ggml") or quantized_tag:
        return Inferred("quantized", "format", "declared", quantized_tag or library)
    if quantized_word and not (quantized_word in ("bnb", "4bit", "8bit") and _is_adapter(signs, tags, words)):
        return Inferred("quantized", "format", "inferred", quantized_word)
    converted_tag = _first(tags & _CONVERTED_TAGS)
    if library in _CONVERTED_WORDS:
        return Inferred("converted", "format", "declared", library)
    converted_word = next((word for word in words if word in _CONVERTED_WORDS), None)
    if converted_word:
        return Inferred("converted", "format", "declared" if converted_word in tags else "inferred", converted_word)
    if converted_tag:
        return Inferred("converted", "format", "declared", converted_tag)
    file = next((file for file in signs.files if file.casefold().endswith(_CONVERTED_SUFFIXES)), None)
    if file is not None and not any(each.casefold().endswith((".safetensors", ".bin", ".pt", ".pth", ".h5", ".msgpack")) for each in signs.files):
        return Inferred("converted", "format", "detected", file)
    return None


def _adapter(signs: Signs, tags: set[str]) -> Inferred | None:
    if signs.adapter_config:
        return Inferred("adapter", "adapter", "detected", "adapter_config.json")
    if "adapter_config.json" in (file.rsplit("/", 1)[-1] for file in signs.files):
        return Inferred("adapter", "adapter", "detected", "adapter_config.json")
    tag = _first(tags & _ADAPTER_TAGS)
    if (signs.library or "").casefold() in _ADAPTER_LIBRARIES:
        return Inferred("adapter", "adapter", "declared", signs.library)
    if tag is not None:
        return Inferred("adapter", "adapter", "declared", tag)
    words = name_words(signs.name)
    word = next((word for word in words if word in _ADAPTER_WORDS), None)
    return Inferred("adapter", "adapter", "inferred", word) if word and "merged" not in words else None


def _is_adapter(signs: Signs, tags: set[str], words: list[str]) -> bool:
    return signs.adapter_config or bool(tags & _ADAPTER_TAGS) or (signs.library or "").casefold() in _ADAPTER_LIBRARIES or bool({"lora", "qlora"} & set(words))


@lru_cache(maxsize=65_536)
def _is_quantized(word: str) -> bool:
    return word in _QUANTIZED_WORDS or word.replace(".", "") in _QUANTIZED_WORDS or _QUANTIZED_SHAPE.fullmatch(word) is not None


def _first(words: Iterable[str]) -> str | None:
    return min(words, default=None)
