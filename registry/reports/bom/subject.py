"""What a bill of materials is made from: plain values, filled from the catalogue, model folders and records of runs.

Every claim keeps its source and day, so that a bill can say who said what; what nobody said is None or empty, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.reports.bom.licensing import LicenseInfo, Licensing
from registry.supplychain.application import Application
from registry.supplychain.source import Source

MOST_FILES = 2_000
"""So many files of a model are listed with their digests."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who made or serves something.

    Attributes:
        name: Its name in the registry.
        title: The name people use.
        kind: What sort of body it is.
        country: Where it is domiciled.
    """

    name: str
    title: str | None = None
    kind: str | None = None
    country: str | None = None

    @property
    def shown(self) -> str:
        """The name people use, else the registry's."""
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured figure.

    Attributes:
        type: What was measured: `accuracy`, `eval_loss`.
        value: The figure, as written.
        data: On which data.
    """

    type: str
    value: str
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Energy:
    """What a training took.

    Attributes:
        activity: `training`, `fine-tuning` or `other`.
        kwh: Kilowatt-hours.
        provider: Who ran the machines.
        source: How the figure was come by.
        co2_kg: Carbon dioxide equivalent, in kilograms.
    """

    activity: str
    kwh: float | None = None
    provider: str | None = None
    source: str | None = None
    co2_kg: float | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What a model card and the configuration beside it say; only for models whose folder was read.

    Attributes:
        task: The task, in the Hub's word.
        library: The library that loads it.
        tags: Its tags.
        languages: Its languages.
        texts: What its sections say, by what they are about: `description`, `intended-use`, `limitations`, ...
        links: Links it gives, by what they lead to: `paper`, `repository`, `website`.
        metrics: What was measured.
        hyperparameters: How it was trained.
        shape: Figures of its configuration: `vocab_size`, `context_length`, ...
        co2_kg: What its training emitted, in kilograms of carbon dioxide equivalent.
        developer: Who it says developed the model.
        cited: Where all this was read.
    """

    task: str | None = None
    library: str | None = None
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    shape: Mapping[str, str] = field(default_factory=dict)
    co2_kg: float | None = None
    developer: str | None = None
    cited: Source | None = None


@dataclass(frozen=True, slots=True)
class VerdictNote:
    """What the recorded licences make of the stated use, for one thing that was asked about."""

    verdict: str
    sentence: str
    deciding: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileHash:
    """A file of a model with its SHA-256 in hex."""

    name: str
    sha256: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class RunMaterial:
    """What went into a run: a model, a dataset, code."""

    name: str
    uri: str | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BomRun:
    """The record of the run that a model came out of.

    Attributes:
        model: The model.
        kind: What was done, as its record names it.
        invocation: The identifier of the run.
        started: When it began.
        ended: When it ended.
        parameters: What the user chose.
        internals: What the outcome depends on beside.
        materials: What went in.
        metrics: What was measured.
        energy: What it took.
        record: The name of the record and its digest.
        verified: What is known of its signature, in words.
    """

    model: str
    kind: str
    invocation: str | None = None
    started: str | None = None
    ended: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    internals: Mapping[str, str] = field(default_factory=dict)
    materials: tuple[RunMaterial, ...] = ()
    metrics: tuple[Metric, ...] = ()
    energy: Energy | None = None
    record: str = ""
    verified: str = "not verified"


@dataclass(frozen=True, slots=True)
class BomHosting:
    """Through whom a model is served."""

    host: str
    title: str | None = None
    access: str | None = None
    region: str | None = None
    terms: str | None = None


@dataclass(frozen=True, slots=True)
class BomModel:
    """A model of a bill.

    Attributes:
        name: Its name in the registry.
        recorded: False where only the name is known.
        on_hub: Whether it is known to be a repository of the Hub.
        commit: The commit of the Hub, 40 hex digits.
        digest: A digest of its files, as `sha256:HEX`.
        origin: Where the record of it was read.
    """

    name: str
    title: str | None = None
    developer: Party | None = None
    recorded: bool = True
    on_hub: bool = False
    commit: str | None = None
    digest: str | None = None
    files: tuple[FileHash, ...] = ()
    modality: str | None = None
    architecture: str | None = None
    stage: str | None = None
    access: str | None = None
    parameters: int | None = None
    training_tokens: int | None = None
    training_flop: float | None = None
    released_on: str | None = None
    openness: Mapping[str, str] = field(default_factory=dict)
    licensing: Licensing = field(default_factory=Licensing)
    inherited: tuple[Mapping[str, str], ...] = ()
    energies: tuple[Energy, ...] = ()
    hostings: tuple[BomHosting, ...] = ()
    card: Card | None = None
    verdict: VerdictNote | None = None
    origin: Source | None = None


@dataclass(frozen=True, slots=True)
class BomDataset:
    """A dataset of a bill."""

    name: str
    title: str | None = None
    recorded: bool = True
    size_tokens: int | None = None
    size_rows: int | None = None
    collection: str | None = None
    personal_data: str | None = None
    languages: tuple[str, ...] = ()
    licensing: Licensing = field(default_factory=Licensing)
    on_hub: bool = False
    origin: Source | None = None


@dataclass(frozen=True, slots=True)
class BomLink:
    """Where a model comes from.

    Attributes:
        child: The model.
        parent: The model or `dataset:NAME` it comes from.
        relation: What the child is to it.
        evidence: The best grade of evidence.
        cited: Who says so.
    """

    child: str
    parent: str
    relation: str
    evidence: str = "declared"
    cited: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class BomSubject:
    """All that goes into one bill.

    Attributes:
        targets: What was asked about: models and `app:NAME`.
        models: Every model, those asked about first.
        datasets: Every dataset.
        applications: The applications asked about.
        hosts: The hosts that applications go through.
        licenses: Every licence that is named, by our id.
        links: Where models come from.
        runs: Records of runs.
        use: The facts of the use, as stated.
        interpretation: How unsettled points were taken.
        date: The date of the use.
        created: When the bill was made, RFC 3339 in UTC.
        knowledge: Version and digest of the licence knowledge.
        catalogue: The digest of the catalogue's history.
        tool: The version of licet.
        author: The organisation that makes the bill, where somebody says.
        notes: What could not be said.
    """

    targets: tuple[str, ...]
    models: tuple[BomModel, ...] = ()
    datasets: tuple[BomDataset, ...] = ()
    applications: tuple[Application, ...] = ()
    hosts: tuple[Party, ...] = ()
    licenses: Mapping[str, LicenseInfo] = field(default_factory=dict)
    links: tuple[BomLink, ...] = ()
    runs: tuple[BomRun, ...] = ()
    use: Mapping[str, Any] = field(default_factory=dict)
    interpretation: str = "mainstream"
    date: str = ""
    created: str = "1970-01-01T00:00:00Z"
    knowledge: Mapping[str, str] = field(default_factory=dict)
    catalogue: str | None = None
    tool: str = ""
    author: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def contexts(self) -> tuple[str, ...]:
        """Where what is said comes from: `build` (records of runs), `analysis` (files that were looked at), `catalogue` (what others say)."""
        looked = {model.name for model in self.models if model.files}
        found = {"build": bool(self.runs), "analysis": bool(looked), "catalogue": len(looked) < len(self.models)}
        return tuple(word for word, holds in found.items() if holds)

    def model(self, name: str) -> BomModel | None:
        """A model by name."""
        return next((each for each in self.models if each.name == name), None)
