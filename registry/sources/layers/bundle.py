"""What a table of the supply chain says, gathered layer by layer and handed on as a few records that stand on one another."""

from __future__ import annotations

from collections.abc import Iterator

from registry.sources.hub.words import plain_text
from registry.sources.notes import Note
from registry.supplychain.application import Application
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.host import Host, Hosting
from registry.supplychain.model import Model, Revision
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement

MOST_ROWS = 200_000
"""A table of more rows is none of these."""

MAX_TABLE = 256_000_000
"""A table of more bytes is none of these."""


class Bundle:
    """Gathers what one table says.

    Args:
        origin: The origin of its claims.
        source: Where they were read.
    """

    def __init__(self, origin: str, source: Source) -> None:
        self.origin = origin
        self.source = source
        self.developers: dict[str, Developer] = {}
        """Developers by name."""
        self.datasets: dict[str, Dataset] = {}
        """Datasets by name."""
        self.hosts: dict[str, Host] = {}
        """Hosts by name."""
        self.models: dict[str, Model] = {}
        """Models by name."""
        self.applications: dict[str, Application] = {}
        """Applications by name."""
        self.hostings: dict[tuple[str, str], Hosting] = {}
        """Hostings by model and host."""
        self.revisions: dict[tuple[str, str], Revision] = {}
        """Revisions by model and commit."""
        self.training_runs: list[TrainingRun] = []
        """Training runs."""
        self.notes: list[Note] = []
        """What was not understood."""
        self._statements: dict[tuple[str, str | None, str | None, str, str], LicenseStatement] = {}
        self._parents: dict[str, set[str]] = {}
        self._relations: dict[tuple[str, str, str], Relation] = {}

    def note(self, code: str, message: str, *, file: str | None = None, line: int | None = None, row: int | None = None, finding: str | None = None) -> None:
        """Note what was not understood."""
        self.notes.append(Note(code, message, line, file, finding, row))

    def state(self, subject: str, license: str | None, link: str | None = None, *, basis: str = "declared", text: str | None = None, by: str = "") -> None:
        """A licence, as it is named there.

        Args:
            subject: The model's name, or `dataset:NAME`.
            license: The name or expression.
            link: The link.
            basis: One of `words.BASES`.
            text: The digest of the licence's text, where it stands there.
            by: Whose word it is, where it is not the developer's: said with the source.
        """
        name, address = plain_text(license), plain_text(link)
        if name is not None or address is not None:
            source = Source(f"{self.source.reference} ({by})", self.source.read_on) if by else self.source
            each = LicenseStatement(subject, basis, raw_name=name, raw_link=address, text_digest=text, source=source)
            self._statements.setdefault((subject, name, address, basis, by), each)

    def relate(self, child: str, parent: str, relation: str, evidence: str = "declared", says: str | None = None) -> None:
        """A link of a model to a base or a dataset."""
        self._parents.setdefault(child, set()).add(parent)
        self._relations.setdefault((child, parent, relation), Relation(child, parent, relation, evidence, self.source, says))

    def parents_of(self, child: str) -> set[str]:
        """What a model is said to come from, so far."""
        return self._parents.get(child, set())

    def records(self) -> Iterator[Record]:
        """Who and what there is; then the models; then what was trained, served and built."""
        statements = tuple(self._statements.values())
        of_data = tuple(each for each in statements if each.subject.startswith("dataset:"))
        if self.developers or self.datasets or self.hosts:
            yield Record(self.origin, tuple(self.developers.values()), tuple(self.datasets.values()), tuple(self.hosts.values()), statements=of_data)
        if self.models:
            yield Record(
                self.origin,
                models=tuple(self.models.values()),
                revisions=tuple(self.revisions.values()),
                statements=tuple(each for each in statements if not each.subject.startswith("dataset:")),
                relations=tuple(self._relations.values()),
            )
        if self.training_runs or self.hostings or self.applications:
            yield Record(
                self.origin,
                training_runs=tuple(self.training_runs),
                hostings=tuple(self.hostings.values()),
                applications=tuple(self.applications.values()),
            )


class BundledSource:
    """What the sources that read a whole table share: the name of their origin, and their notes.

    Args:
        bundle: What the table says is gathered in.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    @property
    def name(self) -> str:
        """The origin of its records."""
        return self._bundle.origin

    @property
    def notes(self) -> list[Note]:
        """What was not understood, so far."""
        return self._bundle.notes
