"""A run as plain values: what went in, what was done, on what, and what came out. Statements are built from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A file of an artefact by its path within it, with its size in bytes and its SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Material:
    """Something that went into a run.

    Attributes:
        kind: `model`, `dataset`, `adapter`, `prompt-template`, `code` or `package`.
        name: Its name in the registry, or the file's own name; never a path of the machine.
        relation: How the outcome comes from it: one of the relations of models or datasets; None for code and packages.
        uri: Where it can be had, where that is known (`pkg:huggingface/...`, `https://...`).
        revision: The Hub commit, where it has one.
        sha256: One digest for all of it: of the file, or of a folder's files in the manner of OpenSSF model signing.
        files: Its files.
        licenses: The licences that the catalogue held for it at the time.
        notes: Anything more: rows, split, version.
    """

    kind: str
    name: str
    relation: str | None = None
    uri: str | None = None
    revision: str | None = None
    sha256: str | None = None
    files: tuple[FileDigest, ...] = ()
    licenses: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Environment:
    """The machine and the software of a run; names and versions, nothing that tells who or where."""

    operating_system: str
    python: str
    cpu: str
    cores: int
    memory_bytes: int | None
    device: str
    device_name: str
    driver: str | None
    packages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compute:
    """What a run took. Estimates say how they were made."""

    wall_seconds: float
    cpu_seconds: float
    examples: int | None = None
    tokens: int | None = None
    steps: int | None = None
    parameters_total: int | None = None
    parameters_trained: int | None = None
    flop: float | None = None
    flop_formula: str | None = None
    peak_memory_bytes: int | None = None
    peak_device_memory_bytes: int | None = None
    energy_kwh: float | None = None
    energy_source: str | None = None
    devices: int = 1


@dataclass(frozen=True, slots=True)
class Gate:
    """What the check of the licences said before the run began.

    Attributes:
        check: The item of `licet.check/1` for the outcome as planned.
        override: The reference of the approval under which a refusal was passed over.
        overridden_by: The actor who gave it.
    """

    check: Mapping[str, Any]
    override: str | None = None
    overridden_by: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        name: The name in the registry of the model that came out; of the output file, for answers.
        task: What was done: `finetune/text-classification`, `infer/text-generation`, `merge/linear`, ...
        stage: `domain-adapted` or `task-tuned`, where the outcome is a model and that is known.
        parameters: What the user chose, including defaults as they were used.
        internals: Seed, precision, device, determinism flags: what the outcome depends on beside the parameters.
        materials: What went in.
        outcome: `completed`, `interrupted` or `failed`.
        reason: Why not completed.
        files: What came out, without the records and signatures themselves.
        byproducts: Metrics before and after, the loss curve, names and digests of plots and logs.
        started: When it began, RFC 3339 in UTC.
        ended: When it ended.
        invocation: An identifier of this run.
        licet: The version of licet.
        knowledge: Version and digest of the licence knowledge.
    """

    name: str
    task: str
    stage: str | None
    parameters: Mapping[str, Any]
    internals: Mapping[str, Any]
    materials: tuple[Material, ...]
    outcome: str
    files: tuple[FileDigest, ...]
    byproducts: Mapping[str, Any]
    environment: Environment
    compute: Compute
    started: str
    ended: str
    invocation: str
    licet: str
    knowledge: Mapping[str, str]
    gate: Gate | None = None
    reason: str | None = None
