"""What a card states, as values: licences, bases, datasets, tags, and what of it could not be understood."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.sources.notes import Note


@dataclass(frozen=True, slots=True)
class BaseReference:
    """One model that a card names as one it comes from."""

    id: str
    """Its id on the Hub; a name without an owner where nobody knows its owner."""

    written: str
    """As the card has it."""

    relation: str | None = None
    """The relation that the card states, in the registry's word; none where it states none."""

    word: str | None = None
    """The word or key by which the card states it."""

    revision: str | None = None
    """The revision that it names."""

    line: int | None = None
    """The line it stands on."""


@dataclass(frozen=True, slots=True)
class DatasetReference:
    """One dataset that a card names."""

    id: str
    """Its id on the Hub; old and common names have no owner."""

    relation: str = "trained-on"
    """`trained-on`; cards have no key for test data that is told apart."""

    line: int | None = None
    """The line it stands on."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card states."""

    licenses: tuple[str, ...] = ()
    """Licence ids as written, in order; several are all stated."""

    license_name: str | None = None
    """The name that `license: other` goes with."""

    license_link: str | None = None
    """Where its text is."""

    bases: tuple[BaseReference, ...] = ()
    """The models it comes from."""

    unnamed_bases: tuple[str, ...] = ()
    """Bases that it has, by its own word, under no name that can be looked up (a path, a page elsewhere)."""

    datasets: tuple[DatasetReference, ...] = ()
    """The datasets it was trained on."""

    tags: tuple[str, ...] = ()
    """Tags, as written."""

    pipeline_tag: str | None = None
    """The task, in the Hub's word."""

    library_name: str | None = None
    """The library that loads it."""

    languages: tuple[str, ...] = ()
    """Languages, as written."""

    gated: bool = False
    """Whether the card sets conditions for access (`extra_gated_…`)."""

    quantized_by: str | None = None
    """Who quantised it, where it says so."""

    notes: tuple[Note, ...] = field(default=())
    """What could not be understood."""
