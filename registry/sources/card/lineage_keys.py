"""The keys under which cards write where a model comes from, misspelt ones included, and the relation that a key or word states."""

from __future__ import annotations

import re
from functools import lru_cache

_BASE_KEYS: dict[str, str | None] = {
    **dict.fromkeys(
        (
            *(
                "basemodel",
                "basemodels",
                "basemodelid",
                "basemodelids",
                "basemodelname",
                "basemodal",
                "basemdoel",
                "basemodle",
                "basemodei",
                "basmodel",
                "bassemodel",
            ),
            *("modelbase", "parentmodel", "parentmodels", "parent", "parents", "derivedfrom", "derivedfrommodel", "derivativeof", "basedon", "basedonmodel"),
            *("sourcemodel", "sourcemodels", "originalmodel", "originmodel", "upstreammodel", "foundationmodel", "pretrainedmodel", "pretrainedmodelname"),
            *("pretrainedfrom", "initializedfrom", "initialisedfrom", "initmodel", "backbonemodel"),
        ),
        None,
    ),
    **dict.fromkeys(
        (
            "finetunedfrom",
            "finetunedfrommodel",
            "finetunefrom",
            "finetuneof",
            "finetunedof",
            "finetunedmodelfrom",
            "finetunedon",
            "finetunebase",
            "continuedfrom",
        ),
        "finetune",
    ),
    **dict.fromkeys(("adapterfor", "adapterof", "adapterto", "lorafor", "loraof", "adapterbasemodel"), "adapter"),
    **dict.fromkeys(("mergedfrom", "mergedmodels", "mergeof", "mergedof", "mergemodels", "mergesources", "modelsmerged", "sourcemerge"), "merge"),
    **dict.fromkeys(
        ("quantizedfrom", "quantisedfrom", "quantizedversionof", "quantizationof", "quantizedof", "quantof", "quantfrom", "unquantizedmodel"), "quantized"
    ),
    **dict.fromkeys(("convertedfrom", "conversionof", "duplicatedfrom", "mirrorof", "copyof", "copiedfrom"), "converted"),
    **dict.fromkeys(("distilledfrom", "distillationof", "teachermodel", "teachermodels", "teacher"), "distilled"),
}

_RELATION_KEYS = frozenset(
    (
        *(
            "basemodelrelation",
            "basemodelralation",
            "basemodelrelations",
            "basemodelrelationship",
            "basemodelrelatoin",
            "basemodelrealtion",
            "basemodelreleation",
        ),
        *(
            "basemodelrelaton",
            "basemodelsrelation",
            "basemodelrelationtype",
            "basemodelrelationtobase",
            "basemodeltype",
            "relationtobasemodel",
            "modelrelation",
        ),
    )
)

_RELATION_WORDS: dict[str, str] = {
    **dict.fromkeys(
        (
            "finetune",
            "finetuned",
            "finetuning",
            "finetunes",
            "sft",
            "dpo",
            "rlhf",
            "instructiontuned",
            "instructtuned",
            "continuedpretraining",
            "fulltuning",
            "fullfinetune",
        ),
        "finetune",
    ),
    **dict.fromkeys(("adapter", "adapters", "lora", "qlora", "dora", "peft", "adapted", "controlnet", "textualinversion"), "adapter"),
    **dict.fromkeys(("merge", "merged", "merges", "merging", "frankenmerge", "slerp"), "merge"),
    **dict.fromkeys(
        ("quantized", "quantised", "quantize", "quantise", "quant", "quants", "quantization", "quantisation", "gguf", "gptq", "awq", "exl2"), "quantized"
    ),
    **dict.fromkeys(("converted", "conversion", "convert", "format", "reformatted", "copy", "duplicate", "mirror", "onnx"), "converted"),
    **dict.fromkeys(("distilled", "distill", "distil", "distillation", "distilledfrom", "student"), "distilled"),
}

_DATASET_KEYS = {
    "datasets": "trained-on",
    "dataset": "trained-on",
    "trainingdata": "trained-on",
    "trainingdatasets": "trained-on",
    "trainingdataset": "trained-on",
    "traindatasets": "trained-on",
    "traindataset": "trained-on",
    "trainedon": "trained-on",
}

_LICENSE_KEYS = frozenset({"license", "licence", "licenses", "licences", "lisence", "liscense", "licens", "licenze", "lincense", "licnese"})
_LICENSE_NAME_KEYS = frozenset({"licensename", "licencename"})
_LICENSE_LINK_KEYS = frozenset({"licenselink", "licencelink", "licenseurl", "licenceurl"})
_LOOKS_LIKE_LINEAGE = re.compile(
    r"base_?-?model|parent_?model|deriv|fine_?-?tuned?_?from|merged?_?(?:from|of|models)|quantized_?(?:from|of)|distilled|teacher", re.IGNORECASE
)
_READ_ELSEWHERE = re.compile(
    r"^base_?model_?(?:config|revision|version|commit|class|type|creator|license|licence|url|link|architecture|params?)$", re.IGNORECASE
)


@lru_cache(maxsize=4_096)
def fold_key(key: str) -> str:
    """A key without case and inner separators; one that begins with a separator stays apart (`-license` in a pasted diff was taken out)."""
    return re.sub(r"(?<=.)[\s_\-.]+", "", key.strip().casefold())


def base_key(key: str) -> tuple[bool, str | None]:
    """Whether a key names bases, and the relation that the key itself states."""
    folded = fold_key(key)
    return folded in _BASE_KEYS, _BASE_KEYS.get(folded)


def is_relation_key(key: str) -> bool:
    """Whether a key states how the model comes from its bases."""
    return fold_key(key) in _RELATION_KEYS


def dataset_key(key: str) -> str | None:
    """The relation of the datasets that a key names; None where it names none."""
    return _DATASET_KEYS.get(fold_key(key))


@lru_cache(maxsize=4_096)
def license_key(key: str) -> str | None:
    """`license`, `license_name` or `license_link`, where a key is one of these or a misspelling of it."""
    folded = fold_key(key)
    if folded in _LICENSE_KEYS:
        return "license"
    if folded in _LICENSE_NAME_KEYS:
        return "license_name"
    return "license_link" if folded in _LICENSE_LINK_KEYS else None


@lru_cache(maxsize=4_096)
def looks_like_lineage(key: str) -> bool:
    """Whether a key that is not read seems to be about lineage, and so deserves a note."""
    return bool(_LOOKS_LIKE_LINEAGE.search(key)) and not _READ_ELSEWHERE.match(key)


def read_relation(word: str) -> str | None:
    """The relation that a word states, in the registry's own word; None where it states none."""
    return _RELATION_WORDS.get(re.sub(r"[\s_\-.]+", "", word.strip().casefold()))
