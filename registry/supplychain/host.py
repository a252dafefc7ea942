"""The host layer: who serves models, on which terms, at which price."""

from __future__ import annotations

from dataclasses import dataclass

from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class Host:
    """A service through which models are used."""

    name: str
    """Its name in the registry."""

    title: str | None = None
    """The name people use."""

    kind: str | None = None
    """How it gives access: one of `words.HOST_KINDS`."""

    country: str | None = None
    """Where its operator is domiciled, as ISO 3166-1 alpha-2."""

    terms: str | None = None
    """The licence id of its general terms."""

    source: Source | None = None
    """Where this was read."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """One model served by one host in one region."""

    model: str
    """The model's name."""

    host: str
    """The host's name."""

    terms: str | None = None
    """The licence id of the terms under which this model is served, where they are not the host's own."""

    price_input_usd_per_million: float | None = None
    """Price of a million input tokens, in US dollars."""

    price_output_usd_per_million: float | None = None
    """Price of a million output tokens, in US dollars."""

    price_usd: float | None = None
    """Price of one unit where it is not sold by the token, in US dollars."""

    price_unit: str | None = None
    """What that unit is (`image`, `second of audio`, `hour`)."""

    region: str | None = None
    """Where it is served; none means that it is not told apart."""

    access: str | None = None
    """How it is reached there: one of `words.ACCESSES`."""

    source: Source | None = None
    """Where this was read."""
