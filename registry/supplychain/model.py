"""Models, their immutable revisions, and how open their parts are."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class Openness:
    """Which parts of a model others can have."""

    weights: str | None = None
    """`open`, `gated`, `closed` or `unknown`."""

    training_code: str | None = None
    """`open`, `partly`, `closed` or `unknown`."""

    inference_code: str | None = None
    """`open`, `partly`, `closed` or `unknown`."""

    data: str | None = None
    """`open`, `partly`, `closed` or `unknown`."""


@dataclass(frozen=True, slots=True)
class Model:
    """A named foundation model, or a derivative of one."""

    name: str
    """Its name in the registry, as the Hub spells it where it is there (`org/name`)."""

    title: str | None = None
    """The name people use."""

    developer: str | None = None
    """The developer's name in the registry."""

    aliases: tuple[str, ...] = ()
    """Other names that it is known by."""

    modality: str | None = None
    """What it takes or makes: one of `words.MODALITIES`."""

    architecture: str | None = None
    """Its architecture, in a few words."""

    stage: str | None = None
    """`pretrained`, `domain-adapted` or `task-tuned`."""

    access: str | None = None
    """How it is reached: one of `words.ACCESSES`."""

    openness: Openness = field(default_factory=Openness)
    """Which of its parts others can have."""

    parameters: int | None = None
    """How many parameters it has in all."""

    training_tokens: int | None = None
    """How many tokens it was trained on."""

    training_flop: float | None = None
    """Floating-point operations of its training."""

    released_on: str | None = None
    """When it was first released, to the day or the month."""

    downloads: int | None = None
    """Downloads counted by the Hub, as last read."""

    source: Source | None = None
    """Where this was read."""

    recorded: bool = True
    """False where only the name is known, because another model names it as its base."""


@dataclass(frozen=True, slots=True)
class Revision:
    """An immutable state of a model."""

    model: str
    """The model's name."""

    commit: str
    """The Hub commit, or the content digest as `sha256:HEX`."""

    digest: str | None = None
    """A digest of the files at that commit, where it was taken."""

    committed_on: str | None = None
    """When it was made."""

    source: Source | None = None
    """Where this was read."""
