"""What bears a name already: asked by sources that name things by their titles, before anything of them is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Connection, or_, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.tables.application import application
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.host import host, hosting
from registry.catalogue.tables.model import model, model_name
from registry.catalogue.tables.source import source
from registry.supplychain.model import Model, Openness
from registry.supplychain.source import Source

_TABLES = {"application": application, "dataset": dataset, "developer": developer, "host": host}


def named_model(connection: Connection, label: str, owner: str | None, besides: Collection[str] = ()) -> str | None:
    """The one recorded model that bears a label, letter case overlooked; with an owner, the one of the developer so named or titled.

    Args:
        connection: The catalogue.
        label: The name that is looked for.
        owner: Its developer's name or title.
        besides: What was read from these is left out, so that the answer does not hang on the order in which tables were taken in.
    """
    told = source.alias("told")
    query = (
        select(model.c.name, developer.c.name.label("owner"), developer.c.title.label("owner_title"), told.c.reference.label("told"))
        .join(model_name, model_name.c.model_id == model.c.id)
        .outerjoin(developer, developer.c.id == model.c.developer_id)
        .outerjoin(told, told.c.id == developer.c.source_id)
        .outerjoin(source, source.c.id == model.c.source_id)
        .where(model_name.c.folded == label.casefold(), model.c.recorded, _not_from(besides))
        .order_by(model.c.sort_key)
        .limit(50)
    )
    rows = connection.execute(query).all()
    if owner is not None:
        wanted = owner.casefold()
        rows = [row for row in rows if wanted in ((row.owner or "").casefold(), "" if row.told in besides else (row.owner_title or "").casefold())]
    names = dict.fromkeys(row.name for row in rows)
    return next(iter(names)) if len(names) == 1 else None


def named(connection: Connection, kind: str, label: str, besides: Collection[str] = ()) -> str | None:
    """The one dataset, developer or host that bears a name or title, and was not read from what is to be left out."""
    table = _TABLES[kind]
    query = (
        select(table.c.name)
        .outerjoin(source, source.c.id == table.c.source_id)
        .where(or_(table.c.name == label, table.c.title == label), _not_from(besides))
        .order_by(table.c.name)
        .limit(2)
    )
    names = list(connection.execute(query).scalars())
    return label if label in names else names[0] if len(names) == 1 else None


def _not_from(references: Collection[str]) -> ColumnElement[bool]:
    return or_(source.c.reference.is_(None), source.c.reference.not_in(references))


def held_models(connection: Connection, names: Iterable[str]) -> dict[str, Model]:
    """The recorded models of these names, with the facts that are held in columns and where they were read."""
    found: dict[str, Model] = {}
    query = (
        select(model, developer.c.name.label("developer"), source.c.reference)
        .outerjoin(developer, developer.c.id == model.c.developer_id)
        .outerjoin(source, source.c.id == model.c.source_id)
        .order_by(model.c.id)
    )
    for part in chunks(sorted(set(names))):
        for row in connection.execute(query.where(model.c.name.in_(part), model.c.recorded)):
            found[row.name] = Model(
                row.name,
                title=row.title,
                developer=row.developer,
                modality=row.modality,
                architecture=row.architecture,
                stage=row.stage,
                access=row.access,
                openness=Openness(row.weights_openness, row.training_code_openness, row.inference_code_openness, row.data_openness),
                parameters=row.parameters,
                training_tokens=row.training_tokens,
                training_flop=row.training_flop,
                released_on=row.released_on,
                source=Source(row.reference) if row.reference is not None else None,
            )
    return found


def held_sources(connection: Connection, kind: str, names: Iterable[str]) -> dict[str, str | None]:
    """Where the applications, datasets, developers or hosts of these names were read, for those that are on record."""
    table = _TABLES[kind]
    query = select(table.c.name, source.c.reference).outerjoin(source, source.c.id == table.c.source_id).order_by(table.c.id)
    if kind == "dataset":
        query = query.where(dataset.c.recorded)
    found: dict[str, str | None] = {}
    for part in chunks(sorted(set(names))):
        found.update((row.name, row.reference) for row in connection.execute(query.where(table.c.name.in_(part))))
    return found


def held_hostings(connection: Connection, models: Iterable[str]) -> dict[tuple[str, str, str], str | None]:
    """Where the hostings of these models were read, by model, host and region."""
    query = (
        select(model.c.name, host.c.name.label("host"), hosting.c.region, source.c.reference)
        .join(hosting, hosting.c.model_id == model.c.id)
        .join(host, host.c.id == hosting.c.host_id)
        .outerjoin(source, source.c.id == hosting.c.source_id)
        .order_by(model.c.id, host.c.id)
    )
    found: dict[tuple[str, str, str], str | None] = {}
    for part in chunks(sorted(set(models))):
        found.update(((row.name, row.host, row.region), row.reference) for row in connection.execute(query.where(model.c.name.in_(part))))
    return found
