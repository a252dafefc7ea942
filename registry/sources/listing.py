"""A listing: many models or datasets of the Hub as columns, lean enough for millions of rows.

A frozen record for every row costs kilobytes and tens of microseconds; a listing costs a list entry a column. What most rows lack
(bases, datasets, links) is kept apart as short tuples that carry the position of the row they belong to. Both the records
of the catalogue's ordinary door and a bulk loader are made from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.model import Model, Revision
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement

KINDS = ("dataset", "model")
"""What the rows of a listing are."""

FIRST_KNOWN_DAY = "2022-03-02"
"""The Hub dates everything older than this to this day, so it is no release date."""

MAX_NOTES = 1_000
"""How many notes are kept in full; the others are only counted."""


@dataclass(frozen=True, slots=True)
class RowNote:
    """What could not be understood in one row of a listing."""

    code: str
    """What kind of trouble it is: `unreadable`, `no-name`, `bad-name`, `twice`, `bad-value`, `self-base`, `renamed`, or a code of a card's note."""

    message: str
    """What is wrong, in a few words."""

    row: int | None
    """The row's number in its source, from 1."""

    name: str | None = None
    """The model or dataset, where its name could be read."""

    lost: bool = False
    """Whether the whole row was left out for it."""


class NoteBook:
    """Counts notes, and keeps the first of them."""

    def __init__(self, limit: int = MAX_NOTES) -> None:
        self._limit = limit
        self.counts: Counter[str] = Counter()
        """How many notes there are of each code."""
        self.kept: list[RowNote] = []
        """The first notes, in the order of their rows."""
        self.lost = 0
        """How many rows were left out."""

    def add(self, notes: Iterable[RowNote]) -> None:
        """Take notes in."""
        for note in notes:
            self.counts[note.code] += 1
            self.lost += note.lost
            if len(self.kept) < self._limit:
                self.kept.append(note)


class BaseLink(NamedTuple):
    """That the model at a position of a listing comes from another."""

    position: int
    """The position of the model."""

    base: str
    """The name of the model it comes from, as it was found."""

    relation: str
    """One of `words.MODEL_RELATIONS`."""

    evidence: str
    """How good the claim is: one of `words.GRADES`."""

    says: str | None
    """The rule by which the relation was told, where the source does not state it."""


@dataclass(slots=True)
class Listing:
    """Some rows of a listing, as columns of one length; what few rows have stands in lists of (position, value)."""

    kind: str
    """`model` or `dataset`."""

    rows: list[int] = field(default_factory=list)
    """The rows' numbers in their source, from 1."""

    names: list[str] = field(default_factory=list)
    """Names; no name stands twice in one listing."""

    developers: list[str | None] = field(default_factory=list)
    """Who published each."""

    downloads: list[int | None] = field(default_factory=list)
    """Downloads as the source counts them."""

    created: list[str | None] = field(default_factory=list)
    """The day on which the repository was made."""

    modalities: list[str | None] = field(default_factory=list)
    """One of `words.MODALITIES` each."""

    accesses: list[str | None] = field(default_factory=list)
    """`open` or `gated`; none where the source does not tell."""

    revisions: list[str | None] = field(default_factory=list)
    """The commit that the row was read at."""

    parameters: list[int | None] = field(default_factory=list)
    """Parameter counts, from the headers of the weights."""

    licenses: list[tuple[int, str]] = field(default_factory=list)
    """Licences as they are declared: the Hub's tag, or the name that stands beside `other`."""

    license_links: list[tuple[int, str]] = field(default_factory=list)
    """Links given for a licence."""

    bases: list[BaseLink] = field(default_factory=list)
    """Models that models come from."""

    datasets: list[tuple[int, str]] = field(default_factory=list)
    """Datasets that models were trained on."""

    aliases: list[tuple[int, str]] = field(default_factory=list)
    """Other names that were asked for and led here."""

    languages: list[tuple[int, str]] = field(default_factory=list)
    """Languages of datasets."""

    notes: list[RowNote] = field(default_factory=list)
    """What could not be understood."""

    def __len__(self) -> int:
        return len(self.names)


def released_on(created: str | None) -> str | None:
    """The release date that a repository's age stands for: none where the Hub does not know it."""
    return None if created is None or created <= FIRST_KNOWN_DAY else created


def record_of(listing: Listing, origin: str, source: Source) -> Record:
    """The record of a listing, for the catalogue's ordinary door.

    Its claims carry neither commit nor day: a newer listing that says the same is to change nothing.

    Args:
        listing: The rows.
        origin: The origin of what they claim.
        source: Where they were read; the same for every listing of one origin, since it is part of a claim.
    """
    developers = tuple(Developer(name, source=source) for name in sorted({name for name in listing.developers if name}))
    if listing.kind == "dataset":
        languages = _by_position(listing.languages)
        datasets = tuple(Dataset(name, languages=tuple(languages.get(at, ())), source=source) for at, name in enumerate(listing.names))
        return Record(origin, datasets=datasets, statements=_statements(listing, "dataset:", source))
    aliases = _by_position(listing.aliases)
    columns = zip(listing.names, listing.developers, listing.modalities, listing.accesses, listing.parameters, listing.created, listing.downloads, strict=True)
    models = tuple(
        Model(
            name=name,
            developer=developer,
            aliases=tuple(aliases.get(at, ())),
            modality=modality,
            access=access,
            parameters=parameters,
            released_on=released_on(created),
            downloads=downloads,
            source=source,
        )
        for at, (name, developer, modality, access, parameters, created, downloads) in enumerate(columns)
    )
    return Record(
        origin,
        developers=developers,
        models=models,
        revisions=tuple(Revision(name, commit, source=source) for name, commit in zip(listing.names, listing.revisions, strict=True) if commit is not None),
        statements=_statements(listing, "", source),
        relations=(
            *(Relation(listing.names[each.position], each.base, each.relation, each.evidence, source, each.says) for each in listing.bases),
            *(Relation(listing.names[at], f"dataset:{name}", "trained-on", "declared", source) for at, name in listing.datasets),
        ),
    )


def _by_position(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for at, value in pairs:
        found.setdefault(at, []).append(value)
    return found


def _statements(listing: Listing, prefix: str, source: Source) -> tuple[LicenseStatement, ...]:
    """One statement a declared licence; a link belongs to the first of them, or stands alone."""
    links = dict(listing.license_links)
    found = [LicenseStatement(prefix + listing.names[at], raw_name=name, raw_link=links.pop(at, None), source=source) for at, name in listing.licenses]
    found.extend(LicenseStatement(prefix + listing.names[at], raw_link=link, source=source) for at, link in links.items())
    return tuple(found)
