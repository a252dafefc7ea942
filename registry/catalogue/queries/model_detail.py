"""All that is recorded about one model, through all six layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from registry.catalogue.history import seq_known
from registry.catalogue.queries.acceptances import AcceptanceRow, read_acceptances
from registry.catalogue.queries.hosts import HostingRow, read_hostings
from registry.catalogue.queries.lineage import Link, links_of_children
from registry.catalogue.queries.statements import statements_of_models
from registry.catalogue.tables.application import application, application_model
from registry.catalogue.tables.compute import training_run
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.host import host
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import UNKNOWN_DOWNLOADS, model, model_name, revision
from registry.catalogue.tables.source import source
from registry.errors import UnknownModelError
from registry.supplychain.compute import TrainingRun
from registry.supplychain.developer import Developer
from registry.supplychain.model import Model, Openness, Revision
from registry.supplychain.source import Source
from registry.supplychain.statement import LicenseStatement


@dataclass(frozen=True, slots=True)
class ApplicationUse:
    """An application that uses the model."""

    application: str
    """Its name."""

    title: str | None
    """The name people use."""

    host: str | None
    """The host it reaches the model through."""

    purpose: str | None
    """What it uses it for."""


@dataclass(frozen=True, slots=True)
class ModelDetail:
    """One model with everything that is linked to it."""

    id: int
    """Its number."""

    model: Model
    """The model."""

    developer: Developer | None
    """Who made it."""

    statements: tuple[LicenseStatement, ...]
    """What is said about its licence, for all dates."""

    links: tuple[Link, ...]
    """Its relations to bases and datasets, with their evidence."""

    derivative_count: int
    """How many models name it as their base."""

    revisions: tuple[Revision, ...]
    """Its revisions."""

    training_runs: tuple[TrainingRun, ...]
    """What its training took."""

    hostings: tuple[HostingRow, ...]
    """Who serves it."""

    applications: tuple[ApplicationUse, ...]
    """What is built on it."""

    acceptances: tuple[AcceptanceRow, ...]
    """Who accepted its terms."""

    evidence_floor: str | None
    """The weakest evidence that its bindings rest on."""

    name_ok: bool | None
    """Whether its name keeps the name rules that reach it."""


def read_source(row: Any) -> Source | None:
    """The source of a row that was joined with its `reference` and `read_on`."""
    return None if row.reference is None else Source(row.reference, row.read_on or None)


def read_model(connection: Connection, model_id: int, *, as_known: str | None = None) -> ModelDetail:
    """All that is recorded about a model.

    Args:
        connection: A reading connection.
        model_id: Its number, from `find_model`.
        as_known: For its statements and relations, the date of our knowledge; today's, if not given.

    Raises:
        UnknownModelError: There is no model of that number.
    """
    seq = None if as_known is None else seq_known(connection, as_known)
    query = (
        select(
            model,
            source.c.reference,
            source.c.read_on,
            developer.c.name.label("developer"),
            developer.c.title.label("developer_title"),
            developer.c.kind.label("developer_kind"),
            developer.c.country.label("developer_country"),
        )
        .outerjoin(developer, developer.c.id == model.c.developer_id)
        .outerjoin(source, source.c.id == model.c.source_id)
        .where(model.c.id == model_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise UnknownModelError(f"no model has the number {model_id}")
    names = connection.execute(select(model_name.c.label).where(model_name.c.model_id == model_id).order_by(model_name.c.label)).scalars()
    described = Model(
        name=row.name,
        title=row.title,
        developer=row.developer,
        aliases=tuple(name for name in names if name not in {row.name, row.title}),
        modality=row.modality,
        architecture=row.architecture,
        stage=row.stage,
        access=row.access,
        openness=Openness(row.weights_openness, row.training_code_openness, row.inference_code_openness, row.data_openness),
        parameters=row.parameters,
        training_tokens=row.training_tokens,
        training_flop=row.training_flop,
        released_on=row.released_on,
        downloads=None if row.downloads == UNKNOWN_DOWNLOADS else row.downloads,
        source=read_source(row),
        recorded=row.recorded,
    )
    return ModelDetail(
        id=model_id,
        model=described,
        developer=Developer(row.developer, row.developer_title, row.developer_kind, row.developer_country) if row.developer else None,
        statements=tuple(each.statement for each in statements_of_models(connection, [model_id], seq).get(model_id, ())),
        links=links_of_children(connection, [model_id], seq=seq, evidence=True),
        derivative_count=_derivatives(connection, model_id),
        revisions=_revisions(connection, model_id, row.name),
        training_runs=_training_runs(connection, model_id, row.name),
        hostings=read_hostings(connection, model_id=model_id),
        applications=_applications(connection, model_id),
        acceptances=read_acceptances(connection, model_id=model_id, as_known=as_known),
        evidence_floor=row.evidence_floor,
        name_ok=row.name_ok,
    )


def _derivatives(connection: Connection, model_id: int) -> int:
    query = select(func.count(func.distinct(edge.c.child_id))).where(edge.c.parent_id == model_id, edge.c.grade.is_not(None))
    return int(connection.execute(query).scalar_one())


def _revisions(connection: Connection, model_id: int, name: str) -> tuple[Revision, ...]:
    query = (
        select(revision, source.c.reference, source.c.read_on)
        .outerjoin(source, source.c.id == revision.c.source_id)
        .where(revision.c.model_id == model_id)
        .order_by(revision.c.id)
    )
    return tuple(Revision(name, row.commit_id, row.digest, row.committed_on, read_source(row)) for row in connection.execute(query))


def _training_runs(connection: Connection, model_id: int, name: str) -> tuple[TrainingRun, ...]:
    query = (
        select(training_run, training_run.c.count.label("how_many"), source.c.reference, source.c.read_on)
        .outerjoin(source, source.c.id == training_run.c.source_id)
        .where(training_run.c.model_id == model_id)
        .order_by(training_run.c.origin, training_run.c.n)
    )
    return tuple(
        TrainingRun(name, row.hardware, row.how_many, row.hours, row.flop, row.energy_kwh, row.provider, row.region, read_source(row))
        for row in connection.execute(query)
    )


def _applications(connection: Connection, model_id: int) -> tuple[ApplicationUse, ...]:
    query = (
        select(application.c.name, application.c.title, host.c.name.label("host"), application_model.c.purpose)
        .join(application, application.c.id == application_model.c.application_id)
        .outerjoin(host, host.c.id == application_model.c.host_id)
        .where(application_model.c.model_id == model_id)
        .order_by(application.c.name, application_model.c.via)
    )
    return tuple(ApplicationUse(row.name, row.title, row.host, row.purpose) for row in connection.execute(query))
