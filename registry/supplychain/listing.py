"""A listing: many models or datasets of a host as columns, lean enough for millions of rows.

A frozen record for every row costs kilobytes and tens of microseconds; a listing costs a list entry a column. What most rows lack
(bases, datasets, links) is kept apart as short tuples that carry the position of the row they belong to. Both the records
of the catalogue's ordinary door and its bulk loader are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

KINDS = ("dataset", "model")
"""What the rows of a listing are."""

FIRST_KNOWN_DAY = "2022-03-02"
"""The Hub dates everything older than this to this day, so it is no release date."""


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
