"""What is done with listings on their way in: notes counted, and records made for the catalogue's ordinary door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from registry.sources.notes import finding_of
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.listing import Listing, RowNote, released_on
from registry.supplychain.model import Model, Revision
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.remark import Remark
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement

MAX_NOTES = 1_000
"""How many notes are kept in full; the others are only counted."""


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
        remarks = remarks_on(listing, "dataset:", source)
        return Record(origin, datasets=datasets, statements=_statements(listing, "dataset:", source), remarks=remarks)
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
        remarks=remarks_on(listing, "", source),
        relations=(
            *(Relation(listing.names[each.position], each.base, each.relation, each.evidence, source, each.says) for each in listing.bases),
            *(Relation(listing.names[at], f"dataset:{name}", "trained-on", "declared", source) for at, name in listing.datasets),
        ),
    )


def remarks_on(listing: Listing, prefix: str, source: Source) -> tuple[Remark, ...]:
    """The notes on rows that an audit makes a finding of, for the catalogue to keep."""
    return tuple(
        Remark(prefix + note.name, note.code, note.message, finding, source=source)
        for note in listing.notes
        if note.name is not None and not note.lost and (finding := finding_of(note.code)) is not None
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
