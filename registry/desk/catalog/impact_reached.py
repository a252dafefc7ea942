"""What a change of terms reaches, before it is put into words: numbers of models with what is known of those that are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.terms.verdict import Verdict

Way = list[dict[str, str]]
"""The way from a thing up to what changes: `{"model": ...}`, then `{"relation": ..., "model": ...}` for each link."""


@dataclass
class Reached:
    """What is reached, before it is put into words.

    Attributes:
        subject: What changes.
        counts: How many models are reached, in all and by what.
        top: The most downloaded of them.
        registered: The most downloaded of those that were registered here.
        used: Those that applications use, with the names of these.
        info: What is shown of each that is shown.
        paths: The way from each to what changes.
        ranks: What a use comes to for each profile; empty where no use is stated.
        profiles: The profile of each that is shown.
    """

    subject: dict[str, Any]
    counts: dict[str, Any]
    top: list[int]
    registered: list[int]
    used: dict[int, list[str]]
    info: dict[int, dict[str, Any]]
    paths: dict[int, Way]
    ranks: Mapping[int, int]
    profiles: Mapping[int, int | None]


def tally(word: str, counted: Counter[str]) -> list[dict[str, Any]]:
    """Models by a word, the commonest first."""
    return [{word: name, "models": count} for name, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]


def by_verdict(counted: Counter[int | None]) -> list[dict[str, Any]]:
    """Models by what the use comes to for them; what is not recorded has terms that are not known."""
    found: Counter[int] = Counter()
    for rank, count in counted.items():
        found[int(Verdict.UNDETERMINED) if rank is None else rank] += count
    return [{"verdict": Verdict(rank).word, "models": count} for rank, count in sorted(found.items(), reverse=True)]


def verdict_of(reached: Reached, number: int) -> str | None:
    """What a use comes to for a model; None where no use was stated."""
    if not reached.ranks:
        return None
    return Verdict(reached.ranks.get(reached.profiles[number] or 0, int(Verdict.UNDETERMINED))).word
