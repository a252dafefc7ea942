"""The data layer: what models are trained and tested on."""

from __future__ import annotations

from dataclasses import dataclass

from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named collection of training or test data."""

    name: str
    """Its name in the registry; written `dataset:NAME` where models are named too."""

    title: str | None = None
    """The name people use."""

    size_tokens: int | None = None
    """How many tokens it holds."""

    size_rows: int | None = None
    """How many rows, documents, images or recordings it holds."""

    collection: str | None = None
    """How it was collected, in a few words (`web crawl`, `human-written instructions`)."""

    personal_data: str | None = None
    """Whether it holds personal data: `yes`, `no` or `unknown`."""

    languages: tuple[str, ...] = ()
    """The languages in it, as ISO 639 codes."""

    source: Source | None = None
    """Where this was read."""

    recorded: bool = True
    """False where only the name is known, because a model says it was trained on it."""
