"""The developer layer: who makes models."""

from __future__ import annotations

from dataclasses import dataclass

from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class Developer:
    """A body or person that develops models."""

    name: str
    """Its name in the registry: the owner part of its models' names where it has one."""

    title: str | None = None
    """The name people use."""

    kind: str | None = None
    """What sort of body it is: one of `words.DEVELOPER_KINDS`."""

    country: str | None = None
    """Where it is domiciled, as ISO 3166-1 alpha-2."""

    source: Source | None = None
    """Where this was read."""
