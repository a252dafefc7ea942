"""That somebody accepted a licence for a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One acceptance of the terms of one model."""

    model: str
    """The model's name."""

    license: str
    """The licence id that was accepted."""

    accepted_by: str
    """Who accepted it; kept apart from the history, so that a person can be erased."""

    accepted_on: str
    """The day of acceptance."""

    terms_digest: str | None = None
    """Digest of the terms as they were known to us on that day."""
