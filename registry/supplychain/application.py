"""The application layer: what is built on models."""

from __future__ import annotations

from dataclasses import dataclass

from registry.supplychain.source import Source

SELF_HOSTED = "self-hosted"
"""Written in the place of a host where the application runs the weights itself; it is kept as no host."""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """One model that an application uses."""

    model: str
    """The model's name."""

    host: str | None = None
    """The host it is reached through; none where the application runs the weights itself."""

    purpose: str | None = None
    """What the application uses it for, in a few words."""


@dataclass(frozen=True, slots=True)
class Application:
    """A product or service built on models."""

    name: str
    """Its name in the registry; written `app:NAME` where models are named too."""

    title: str | None = None
    """The name people use."""

    owner: str | None = None
    """Who answers for it."""

    distribution: tuple[str, ...] = ()
    """How it reaches those who use it: some of `words.DISTRIBUTIONS`."""

    countries: tuple[str, ...] = ()
    """Where it is offered, as ISO 3166-1 alpha-2; empty where that is not known."""

    commercial: bool | None = None
    """Whether it is used for commercial ends."""

    models: tuple[ModelUse, ...] = ()
    """The models it uses and the hosts between."""

    example: bool = False
    """True where it is invented to show how the registry works."""

    source: Source | None = None
    """Where this was read."""
