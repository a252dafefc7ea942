"""Which class asks for which task of inference; each is imported only for its own."""

from __future__ import annotations

import importlib

from registry.runner.engines.asking import Asker
from registry.runner.engines.interface import Tell
from registry.runner.engines.machine import Readied
from registry.runner.job import InferJob, InferTask

_HERE = "registry.runner.engines"

ASKERS: dict[InferTask, tuple[str, str]] = {
    "feature-extraction": (f"{_HERE}.infer_embed", "EmbeddingAsker"),
    "fill-mask": (f"{_HERE}.infer_classify", "MaskAsker"),
    "question-answering": (f"{_HERE}.infer_answer", "PassageAsker"),
    "summarization": (f"{_HERE}.infer_generate", "GenerationAsker"),
    "text-classification": (f"{_HERE}.infer_classify", "LabelAsker"),
    "text-generation": (f"{_HERE}.infer_generate", "GenerationAsker"),
    "text-to-image": (f"{_HERE}.infer_image", "PictureAsker"),
    "translation": (f"{_HERE}.infer_generate", "GenerationAsker"),
    "zero-shot-image-classification": (f"{_HERE}.infer_image", "ImageLabelAsker"),
}
"""By task, the module and the class."""


def make_asker(job: InferJob, readied: Readied, tell: Tell) -> Asker:
    """Load the model of a job for its task.

    Raises:
        EngineError: It must not be loaded, or cannot be.
    """
    module, name = ASKERS[job.task]
    asker: Asker = getattr(importlib.import_module(module), name)(job, readied, tell)
    return asker
