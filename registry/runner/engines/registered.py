"""The engines, by kind of job and task. They are imported when they are used, since all of them bring heavy libraries."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from registry.runner.engines.interface import Engine
from registry.runner.job import Job


@dataclass(frozen=True, slots=True)
class Registered:
    """An engine that has not been imported yet: the kind and tasks (of jobs without a task: methods) it is for, its module and its class."""

    kind: str
    tasks: tuple[str, ...]
    module: str
    name: str


ENGINES: tuple[Registered, ...] = (
    Registered("convert", (), "registry.runner.engines.convert", "ConvertEngine"),
    Registered("finetune", ("causal-lm",), "registry.runner.engines.finetune_causal_lm", "CausalLanguageModel"),
    Registered("finetune", ("dpo",), "registry.runner.engines.finetune_dpo", "Preference"),
    Registered("finetune", ("embedding",), "registry.runner.engines.finetune_embedding", "Embedding"),
    Registered("finetune", ("instruction",), "registry.runner.engines.finetune_instruction", "Instruction"),
    Registered("finetune", ("seq2seq",), "registry.runner.engines.finetune_seq2seq", "SequenceToSequence"),
    Registered("finetune", ("text-classification",), "registry.runner.engines.finetune_text_classification", "TextClassification"),
    Registered("finetune", ("token-classification",), "registry.runner.engines.finetune_token_classification", "TokenClassification"),
    Registered("infer", (), "registry.runner.engines.infer", "InferEngine"),
    Registered("merge", ("linear", "slerp", "ties"), "registry.runner.engines.merge", "MergeEngine"),
    Registered("merge", ("adapter",), "registry.runner.engines.merge_adapter", "AdapterMergeEngine"),
    Registered("quantize", (), "registry.runner.engines.quantize", "QuantizeEngine"),
)
"""All of them, sorted by kind and module. No tasks means any."""


def task_of(job: Job) -> str:
    """What tells engines of one kind apart: the task, else the method, of a job."""
    return str(getattr(job, "task", getattr(job, "method", "")))


def find_engine(job: Job, engines: tuple[Registered, ...] = ENGINES) -> Engine | None:
    """The engine for a job, or None where there is none for its task."""
    task = task_of(job)
    for engine in engines:
        if engine.kind == job.kind and (not engine.tasks or task in engine.tasks):
            found: Engine = getattr(importlib.import_module(engine.module), engine.name)()
            return found
    return None
