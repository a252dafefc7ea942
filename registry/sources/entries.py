"""The form of an entry: how a model, dataset, host or application is written down by people, and what it becomes.

The seed is made of such entries, and `licet catalog add` takes one. No key but those listed here is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from registry.supplychain.application import SELF_HOSTED, Application, ModelUse
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


def text_of_year(value: object) -> object:
    """A bare year is read as a number; as a date it is text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Date = Annotated[str, BeforeValidator(text_of_year), Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Access = Literal["open", "gated", "on-request", "api", "unreleased"]
Openly = Literal["open", "partly", "closed", "unknown"]


class Entry(BaseModel):
    """What all entries share: no key but those that are listed, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Sourced(Entry):
    """An entry that says where it was read."""

    source: Name | None = None
    read_on: Date | None = None


class DeveloperEntry(Sourced):
    """A developer."""

    id: Name
    name: Name | None = None
    kind: Literal["company", "academic", "nonprofit", "government", "individual", "community"] | None = None
    country: Country | None = None


class DatasetEntry(Sourced):
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


class HostEntry(Sourced):
    """A host with its general terms."""

    id: Name
    name: Name | None = None
    kind: Literal["api", "cloud", "hub", "marketplace"] | None = None
    country: Country | None = None
    terms: Name | None = None


class LicenseEntry(Sourced):
    """A licence statement."""

    license: Name | None = None
    license_raw: Name | None = None
    license_link: Name | None = None
    basis: Literal["declared", "detected", "concluded"] = "declared"
    text_digest: Name | None = None
    stated_on: Date | None = None
    valid_from: Date | None = None
    valid_to: Date | None = None


class BaseEntry(Sourced):
    """A relation to another model."""

    model: Name
    relation: Literal["finetune", "adapter", "merge", "quantized", "converted", "distilled", "trained-on-outputs"]
    evidence: Literal["declared", "detected", "attested", "inferred"] = "declared"
    says: str | None = None


class DatasetUseEntry(Sourced):
    """A relation to a dataset."""

    dataset: Name
    relation: Literal["trained-on", "tested-on"] = "trained-on"
    evidence: Literal["declared", "detected", "attested", "inferred"] = "declared"


class TrainingEntry(Sourced):
    """A training run."""

    hardware: str | None = None
    count: Count | None = None
    hours: Amount | None = None
    flop: Amount | None = None
    energy_kwh: Amount | None = None
    provider: str | None = None
    region: str | None = None


class HostingEntry(Sourced):
    """A host that serves the model."""

    host: Name
    terms: Name | None = None
    price_input_usd_per_million: Amount | None = None
    price_output_usd_per_million: Amount | None = None
    price_usd: Amount | None = None
    price_unit: str | None = None
    region: str | None = None
    access: Access | None = None


class OpennessEntry(Entry):
    """Which parts of a model others can have."""

    weights: Literal["open", "gated", "closed", "unknown"] | None = None
    training_code: Openly | None = None
    inference_code: Openly | None = None
    data: Literal["open", "partly", "closed", "unknown"] | None = None


class ModelEntry(Sourced):
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


def plain_use(value: object) -> object:
    """A model that is only named, as an entry; that it is self-hosted is said by no host."""
    if isinstance(value, str):
        return {"model": value}
    if isinstance(value, Mapping) and value.get("host") == SELF_HOSTED:
        return {**value, "host": None}
    return value


class UseEntry(Entry):
    """A model that an application uses."""

    model: Name
    host: Name | None = None
    purpose: str | None = None


Use = Annotated[UseEntry, BeforeValidator(plain_use)]


class UserGroupEntry(Sourced):
    """A group of users of an application."""

    id: Name
    segment: Literal["business", "organisation", "individual"] | None = None
    countries: tuple[Country, ...] = ()
    seats: Count | None = None
    monthly_users: dict[Month, Count] = Field(default_factory=dict)


class ApplicationEntry(Sourced):
    """An application with its models and users."""

    id: Name
    name: Name | None = None
    owner: Name | None = None
    distribution: tuple[Literal["internal", "saas", "api", "product", "weights"], ...] = ()
    countries: tuple[Country, ...] = ()
    commercial: bool | None = None
    models: tuple[Use, ...] = ()
    example: bool = False
    user_groups: tuple[UserGroupEntry, ...] = ()


def _source_of(entry: Sourced, owner: Sourced | None = None) -> Source | None:
    """Where an entry was read; where it does not say, its owner's source stands in."""
    if entry.source is not None:
        return Source(entry.source, entry.read_on or (owner.read_on if owner else None))
    return _source_of(owner) if owner is not None else None


def _dataset_of(each: DatasetEntry) -> Dataset:
    return Dataset(each.id, each.name, each.size_tokens, each.size_rows, each.collection, each.personal_data, each.languages, _source_of(each))


def _dataset_statements(each: DatasetEntry) -> Iterator[LicenseStatement]:
    if each.license is not None or each.license_raw is not None or each.license_link is not None:
        yield LicenseStatement(
            f"dataset:{each.id}", each.basis, each.license, each.license_raw, each.license_link, source=_source_of(each), stated_on=each.stated_on
        )


def _model_of(developer: str | None, each: ModelEntry) -> Model:
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
        source=_source_of(each),
    )


def _statement_of(each: ModelEntry, license: LicenseEntry) -> LicenseStatement:
    return LicenseStatement(
        subject=each.id,
        basis=license.basis,
        license=license.license,
        raw_name=license.license_raw,
        raw_link=license.license_link,
        text_digest=license.text_digest,
        source=_source_of(license, each),
        stated_on=license.stated_on,
        valid_from=license.valid_from,
        valid_to=license.valid_to,
    )


def _relations_of(each: ModelEntry) -> Iterator[Relation]:
    for base in each.bases:
        yield Relation(each.id, base.model, base.relation, base.evidence, _source_of(base, each), base.says)
    for use in each.datasets:
        yield Relation(each.id, f"dataset:{use.dataset}", use.relation, use.evidence, _source_of(use, each))


def _training_run_of(each: ModelEntry, run: TrainingEntry) -> TrainingRun:
    return TrainingRun(each.id, run.hardware, run.count, run.hours, run.flop, run.energy_kwh, run.provider, run.region, _source_of(run, each))


def _hosting_of(each: ModelEntry, hosting: HostingEntry) -> Hosting:
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
        source=_source_of(hosting, each),
    )


def _application_of(each: ApplicationEntry) -> Application:
    return Application(
        name=each.id,
        title=each.name,
        owner=each.owner,
        distribution=tuple(each.distribution),
        countries=each.countries,
        commercial=each.commercial,
        models=tuple(ModelUse(use.model, use.host, use.purpose) for use in each.models),
        example=each.example,
        source=_source_of(each),
    )


def build_record(
    origin: str,
    *,
    developers: Sequence[DeveloperEntry] = (),
    datasets: Sequence[DatasetEntry] = (),
    hosts: Sequence[HostEntry] = (),
    models: Sequence[tuple[str | None, ModelEntry]] = (),
    applications: Sequence[ApplicationEntry] = (),
) -> Record:
    """One record of entries; a model stands with its developer, which its own `developer` overrules."""
    return Record(
        origin=origin,
        developers=tuple(Developer(each.id, each.name, each.kind, each.country, _source_of(each)) for each in developers),
        datasets=tuple(_dataset_of(each) for each in datasets),
        hosts=tuple(Host(each.id, each.name, each.kind, each.country, each.terms, _source_of(each)) for each in hosts),
        models=tuple(_model_of(developer, each) for developer, each in models),
        revisions=tuple(Revision(each.id, each.revision, source=_source_of(each)) for _, each in models if each.revision),
        statements=(
            *(statement for each in datasets for statement in _dataset_statements(each)),
            *(_statement_of(each, license) for _, each in models for license in each.licenses),
        ),
        relations=tuple(relation for _, each in models for relation in _relations_of(each)),
        training_runs=tuple(_training_run_of(each, run) for _, each in models for run in each.training),
        hostings=tuple(_hosting_of(each, hosting) for _, each in models for hosting in each.hostings),
        applications=tuple(_application_of(each) for each in applications),
        user_groups=tuple(
            UserGroup(each.id, group.id, group.segment, group.countries, group.seats, dict(group.monthly_users), _source_of(group, each))
            for each in applications
            for group in each.user_groups
        ),
    )


class LinkedTo(Entry):
    """What an entry of its own belongs to."""

    to: Name


def training_record(origin: str, model: str, run: TrainingEntry) -> Record:
    """One training run of a recorded model."""
    return Record(origin, training_runs=(_training_run_of(ModelEntry(id=model), run),))


def hosting_record(origin: str, model: str, hosting: HostingEntry) -> Record:
    """One host of a recorded model."""
    return Record(origin, hostings=(_hosting_of(ModelEntry(id=model), hosting),))


def user_group_record(origin: str, application: str, group: UserGroupEntry) -> Record:
    """One group of users of a recorded application."""
    users = UserGroup(application, group.id, group.segment, group.countries, group.seats, dict(group.monthly_users), _source_of(group))
    return Record(origin, user_groups=(users,))
