"""What is said about the licence of a model or dataset, by whom, and for which time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registry.supplychain.source import Source
from registry.supplychain.words import BASES


@dataclass(frozen=True, slots=True)
class LicenseStatement:
    """One claim about the licence of one subject. Claims are kept apart, never overwritten by one another."""

    subject: str
    """The model's name, or `dataset:NAME`."""

    basis: str = "declared"
    """`declared` (a card says so), `detected` (files show it) or `concluded` (we hold it)."""

    license: str | None = None
    """The licence id or SPDX expression, where the name was resolved."""

    raw_name: str | None = None
    """The name as it was found, where it was not resolved."""

    raw_link: str | None = None
    """The link as it was found."""

    text_digest: str | None = None
    """SHA-256 of the licence text that was seen."""

    revision: str | None = None
    """The commit it holds for; none where it holds for the model as such."""

    source: Source | None = None
    """Who says so, and when it was read."""

    stated_on: str | None = None
    """When it was said."""

    valid_from: str | None = None
    """The first day on which it holds; none where it holds from the start."""

    valid_to: str | None = None
    """The first day on which it no longer holds; none where it still does."""


def in_force(statement: LicenseStatement, on: str) -> bool:
    """Whether a statement holds on a date: `valid_from <= on < valid_to`."""
    return (statement.valid_from is None or statement.valid_from <= on) and (statement.valid_to is None or on < statement.valid_to)


def statements_on(statements: Iterable[LicenseStatement], on: str) -> tuple[LicenseStatement, ...]:
    """The statements that count on a date: those in force, of the strongest basis that any of them has.

    Several can be left (two sources that contradict each other); the latest stated comes first.
    """
    holding = [statement for statement in statements if in_force(statement, on)]
    if not holding:
        return ()
    strongest = max(BASES.index(statement.basis) for statement in holding)
    chosen = [statement for statement in holding if BASES.index(statement.basis) == strongest]
    chosen.sort(key=lambda statement: (statement.license or "", statement.raw_name or "", statement.raw_link or ""))
    chosen.sort(key=lambda statement: statement.stated_on or "", reverse=True)
    return tuple(chosen)
