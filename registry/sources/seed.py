"""The seed: the models, data, hosts and example applications that a new catalogue begins with, from `data/seed/`.

The files are made to be read and edited by people. What is in them is checked to the last key, and an error names the file,
the line and the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from registry.errors import KnowledgeError, SourceError
from registry.resources import resource_dir
from registry.supplychain.application import Application, ModelUse
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.host import Host, Hosting
from registry.supplychain.model import Model, Openness, Revision
from registry.supplychain.record import Record
from registry.supplychain.relation import Relation
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement
from registry.supplychain.user import UserGroup
from registry.yaml12 import line_of, read_yaml

ORIGIN = "seed"
"""The origin of everything that is read here."""


def _text_of_year(value: object) -> object:
    """A bare year is read as a number; as a date it is text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Date = Annotated[str, BeforeValidator(_text_of_year), Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Access = Literal["open", "gated", "on-request", "api", "unreleased"]
Openly = Literal["open", "partly", "closed", "unknown"]


class _Entry(BaseModel):
    """What all entries share: no key but those that are listed, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class _Sourced(_Entry):
    """An entry that says where it was read."""

    source: Name | None = None
    read_on: Date | None = None


class DeveloperEntry(_Sourced):
    """A developer."""

    id: Name
    name: Name | None = None
    kind: Literal["company", "academic", "nonprofit", "government", "individual", "community"] | None = None
    country: Country | None = None


class DatasetEntry(_Sourced):
    """A dataset with its licence."""

    id: Name
    name: Name | None = None
    license: Name | None = None
    license_raw: Name | None = None
    license_link: Name | None = None
    basis: Literal["declared", "detected", "concluded"] = "declared"
    stated_on: Date | None = None
    size_tokens: Count | None = None
    size_rows: Count | None = None
    collection: str | None = None
    personal_data: Literal["yes", "no", "unknown"] | None = None
    languages: tuple[str, ...] = ()


class HostEntry(_Sourced):
    """A host with its general terms."""

    id: Name
    name: Name | None = None
    kind: Literal["api", "cloud", "hub", "marketplace"] | None = None
    country: Country | None = None
    terms: Name | None = None


class LicenseEntry(_Sourced):
    """A licence statement."""

    license: Name | None = None
    license_raw: Name | None = None
    license_link: Name | None = None
    basis: Literal["declared", "detected", "concluded"] = "declared"
    text_digest: Name | None = None
    stated_on: Date | None = None
    valid_from: Date | None = None
    valid_to: Date | None = None


class BaseEntry(_Sourced):
    """A relation to another model."""

    model: Name
    relation: Literal["finetune", "adapter", "merge", "quantized", "converted", "distilled", "trained-on-outputs"]
    evidence: Literal["declared", "detected", "attested", "inferred"] = "declared"
    says: str | None = None


class DatasetUseEntry(_Sourced):
    """A relation to a dataset."""

    dataset: Name
    relation: Literal["trained-on", "tested-on"] = "trained-on"
    evidence: Literal["declared", "detected", "attested", "inferred"] = "declared"


class TrainingEntry(_Sourced):
    """A training run."""

    hardware: str | None = None
    count: Count | None = None
    hours: Amount | None = None
    flop: Amount | None = None
    energy_kwh: Amount | None = None
    provider: str | None = None
    region: str | None = None


class HostingEntry(_Sourced):
    """A host that serves the model."""

    host: Name
    terms: Name | None = None
    price_input_usd_per_million: Amount | None = None
    price_output_usd_per_million: Amount | None = None
    price_usd: Amount | None = None
    price_unit: str | None = None
    region: str | None = None
    access: Access | None = None


class OpennessEntry(_Entry):
    """Which parts of a model others can have."""

    weights: Literal["open", "gated", "closed", "unknown"] | None = None
    training_code: Openly | None = None
    inference_code: Openly | None = None
    data: Literal["open", "partly", "closed", "unknown"] | None = None


class ModelEntry(_Sourced):
    """A model with all that is linked to it."""

    id: Name
    name: Name | None = None
    developer: Name | None = None
    aliases: tuple[Name, ...] = ()
    modality: Literal["text", "image", "audio", "video", "multimodal", "code", "embedding", "other"] | None = None
    architecture: str | None = None
    stage: Literal["pretrained", "domain-adapted", "task-tuned"] | None = None
    access: Access | None = None
    openness: OpennessEntry = OpennessEntry()
    parameters: Count | None = None
    training_tokens: Count | None = None
    training_flop: Amount | None = None
    released_on: Date | None = None
    downloads: Count | None = None
    revision: Name | None = None
    licenses: tuple[LicenseEntry, ...] = ()
    bases: tuple[BaseEntry, ...] = ()
    datasets: tuple[DatasetUseEntry, ...] = ()
    training: tuple[TrainingEntry, ...] = ()
    hostings: tuple[HostingEntry, ...] = ()


class UseEntry(_Entry):
    """A model that an application uses."""

    model: Name
    host: Name | None = None
    purpose: str | None = None


class UserGroupEntry(_Sourced):
    """A group of users of an application."""

    id: Name
    segment: Literal["business", "organisation", "individual"] | None = None
    countries: tuple[Country, ...] = ()
    seats: Count | None = None
    monthly_users: dict[Month, Count] = Field(default_factory=dict)


class ApplicationEntry(_Sourced):
    """An application with its models and users."""

    id: Name
    name: Name | None = None
    owner: Name | None = None
    distribution: tuple[Literal["internal", "saas", "api", "product", "weights"], ...] = ()
    countries: tuple[Country, ...] = ()
    commercial: bool | None = None
    models: tuple[UseEntry, ...] = ()
    example: bool = False
    user_groups: tuple[UserGroupEntry, ...] = ()


class DevelopersFile(_Entry):
    """`developers.yaml`."""

    developers: tuple[DeveloperEntry, ...] = ()


class DatasetsFile(_Entry):
    """`datasets.yaml`."""

    datasets: tuple[DatasetEntry, ...] = ()


class HostsFile(_Entry):
    """`hosts.yaml`."""

    hosts: tuple[HostEntry, ...] = ()


class ModelsFile(_Entry):
    """`models/<developer>.yaml`."""

    developer: Name
    models: tuple[ModelEntry, ...] = ()


class ApplicationsFile(_Entry):
    """`applications.yaml`."""

    applications: tuple[ApplicationEntry, ...] = ()


File = TypeVar("File", bound=BaseModel)


class SeedSource:
    """Reads the seed.

    Args:
        folder: Where it is; the folder that travels with the program, if not given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The origin of its records."""
        return ORIGIN

    def records(self) -> Iterator[Record]:
        """One record with all of it: what a file names may stand in any other.

        Raises:
            SourceError: A file is missing or cannot be read.
            KnowledgeError: A file breaks its form; the message names file, line and field.
        """
        folder = self._folder if self._folder is not None else resource_dir("data") / "seed"
        if not folder.is_dir():
            raise SourceError(f"there is no seed folder `{folder}`", "reinstall licet")
        developers = [each for file in self._read(folder, "developers*.yaml", DevelopersFile) for each in file.developers]
        datasets = [each for file in self._read(folder, "datasets*.yaml", DatasetsFile) for each in file.datasets]
        hosts = [each for file in self._read(folder, "hosts*.yaml", HostsFile) for each in file.hosts]
        applications = [each for file in self._read(folder, "applications*.yaml", ApplicationsFile) for each in file.applications]
        models = [(file.developer, each) for file in self._read(folder, "models/**/*.yaml", ModelsFile) for each in file.models]
        _refuse_twins("developer", [each.id for each in developers])
        _refuse_twins("dataset", [each.id for each in datasets])
        _refuse_twins("host", [each.id for each in hosts])
        _refuse_twins("application", [each.id for each in applications])
        _refuse_twins("model", [each.id for _, each in models])
        yield Record(
            origin=ORIGIN,
            developers=tuple(Developer(each.id, each.name, each.kind, each.country, _source(each)) for each in developers),
            datasets=tuple(_dataset(each) for each in datasets),
            hosts=tuple(Host(each.id, each.name, each.kind, each.country, each.terms, _source(each)) for each in hosts),
            models=tuple(_model(developer, each) for developer, each in models),
            revisions=tuple(Revision(each.id, each.revision, source=_source(each)) for _, each in models if each.revision),
            statements=(
                *(statement for each in datasets for statement in _dataset_statements(each)),
                *(_statement(each, license) for _, each in models for license in each.licenses),
            ),
            relations=tuple(relation for _, each in models for relation in _relations(each)),
            training_runs=tuple(_training_run(each, run) for _, each in models for run in each.training),
            hostings=tuple(_hosting(each, hosting) for _, each in models for hosting in each.hostings),
            applications=tuple(_application(each) for each in applications),
            user_groups=tuple(
                UserGroup(each.id, group.id, group.segment, group.countries, group.seats, dict(group.monthly_users), _source(group, each))
                for each in applications
                for group in each.user_groups
            ),
        )

    def _read(self, folder: Path, pattern: str, form: type[File]) -> list[File]:
        """The files that fit a pattern, in the order of their names."""
        return [_read_file(path, path.relative_to(folder.parent.parent).as_posix(), form) for path in sorted(folder.glob(pattern))]


def _read_file(path: Path, name: str, form: type[File]) -> File:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"`{name}` cannot be read: {error.strerror}", "check the installation") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"`{name}` is not UTF-8 at byte {error.start}", "save the file as UTF-8") from error
    value = read_yaml(text, name)
    try:
        return form.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = tuple(step for step in first["loc"] if step != "[key]")
        line = line_of(text, place)
        field = ".".join(str(step) for step in place) or "the file"
        others = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise KnowledgeError(f"`{name}` line {line}: `{field}`: {_said(first)}{others}", "mend the file at that line") from error


def _said(problem: Mapping[str, Any]) -> str:
    """What is wrong, in a few words."""
    if problem["type"] == "extra_forbidden":
        return "there is no such key"
    if problem["type"] == "missing":
        return "it is missing"
    if problem["type"] == "string_pattern_mismatch":
        return f"`{str(problem['input'])[:60]}` has not the form that it needs"
    message = str(problem["msg"])
    return message[:1].lower() + message[1:]


def _refuse_twins(what: str, names: list[str]) -> None:
    """Refuse two entries of one name.

    Raises:
        KnowledgeError: There are.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise KnowledgeError(f"the seed has two entries for the {what} `{name}`", "merge them")
        seen.add(name)


def _source(entry: _Sourced, owner: _Sourced | None = None) -> Source | None:
    """Where an entry was read; where it does not say, its owner's source stands in."""
    if entry.source is not None:
        return Source(entry.source, entry.read_on or (owner.read_on if owner else None))
    return _source(owner) if owner is not None else None


def _dataset(each: DatasetEntry) -> Dataset:
    return Dataset(each.id, each.name, each.size_tokens, each.size_rows, each.collection, each.personal_data, each.languages, _source(each))


def _dataset_statements(each: DatasetEntry) -> Iterator[LicenseStatement]:
    if each.license is not None or each.license_raw is not None or each.license_link is not None:
        yield LicenseStatement(
            f"dataset:{each.id}", each.basis, each.license, each.license_raw, each.license_link, source=_source(each), stated_on=each.stated_on
        )


def _model(developer: str, each: ModelEntry) -> Model:
    return Model(
        name=each.id,
        title=each.name,
        developer=each.developer or developer,
        aliases=each.aliases,
        modality=each.modality,
        architecture=each.architecture,
        stage=each.stage,
        access=each.access,
        openness=Openness(each.openness.weights, each.openness.training_code, each.openness.inference_code, each.openness.data),
        parameters=each.parameters,
        training_tokens=each.training_tokens,
        training_flop=each.training_flop,
        released_on=each.released_on,
        downloads=each.downloads,
        source=_source(each),
    )


def _statement(each: ModelEntry, license: LicenseEntry) -> LicenseStatement:
    return LicenseStatement(
        subject=each.id,
        basis=license.basis,
        license=license.license,
        raw_name=license.license_raw,
        raw_link=license.license_link,
        text_digest=license.text_digest,
        source=_source(license, each),
        stated_on=license.stated_on,
        valid_from=license.valid_from,
        valid_to=license.valid_to,
    )


def _relations(each: ModelEntry) -> Iterator[Relation]:
    for base in each.bases:
        yield Relation(each.id, base.model, base.relation, base.evidence, _source(base, each), base.says)
    for use in each.datasets:
        yield Relation(each.id, f"dataset:{use.dataset}", use.relation, use.evidence, _source(use, each))


def _training_run(each: ModelEntry, run: TrainingEntry) -> TrainingRun:
    return TrainingRun(each.id, run.hardware, run.count, run.hours, run.flop, run.energy_kwh, run.provider, run.region, _source(run, each))


def _hosting(each: ModelEntry, hosting: HostingEntry) -> Hosting:
    return Hosting(
        model=each.id,
        host=hosting.host,
        terms=hosting.terms,
        price_input_usd_per_million=hosting.price_input_usd_per_million,
        price_output_usd_per_million=hosting.price_output_usd_per_million,
        price_usd=hosting.price_usd,
        price_unit=hosting.price_unit,
        region=hosting.region,
        access=hosting.access,
        source=_source(hosting, each),
    )


def _application(each: ApplicationEntry) -> Application:
    return Application(
        name=each.id,
        title=each.name,
        owner=each.owner,
        distribution=tuple(each.distribution),
        countries=each.countries,
        commercial=each.commercial,
        models=tuple(ModelUse(use.model, use.host, use.purpose) for use in each.models),
        example=each.example,
        source=_source(each),
    )
