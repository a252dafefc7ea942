"""Hosts, and which models they serve on which terms."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import Connection, func, select

from registry.catalogue.queries.page import Page
from registry.catalogue.tables.host import host, hosting
from registry.catalogue.tables.model import model
from registry.catalogue.tables.source import source
from registry.errors import UsageError
from registry.supplychain.host import Host, Hosting
from registry.supplychain.source import Source


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host with how much it serves."""

    host: Host
    """The host."""

    model_count: int
    """How many models it serves."""


@dataclass(frozen=True, slots=True)
class HostingRow:
    """A hosting with the terms that hold in the end."""

    hosting: Hosting
    """The hosting."""

    host: Host
    """The host."""

    terms: str | None
    """The hosting's own terms, else the host's."""


def list_hosts(connection: Connection, *, after: str | None = None, limit: int = 100) -> Page[HostRow]:
    """Hosts by name, from after a name on."""
    count = select(func.count(func.distinct(hosting.c.model_id))).where(hosting.c.host_id == host.c.id).scalar_subquery().label("model_count")
    query = select(host, source.c.reference, source.c.read_on, count).outerjoin(source, source.c.id == host.c.source_id).order_by(host.c.name).limit(limit + 1)
    if after is not None:
        query = query.where(host.c.name > after)
    rows = connection.execute(query).all()
    items = tuple(
        HostRow(
            Host(row.name, row.title, row.kind, row.country, row.terms, Source(row.reference, row.read_on or None) if row.reference is not None else None),
            row.model_count,
        )
        for row in rows[:limit]
    )
    return Page(items, items[-1].host.name if len(rows) > limit else None)


def read_host(connection: Connection, name: str) -> Host | None:
    """One host by its name; None where none is called that."""
    row = connection.execute(select(host).where(host.c.name == name)).first()
    return Host(row.name, row.title, row.kind, row.country, row.terms) if row is not None else None


def require_host(connection: Connection, name: str) -> None:
    """Refuse a host that is not recorded.

    Raises:
        UsageError: None is called that; the hint names the nearest.
    """
    if read_host(connection, name) is None:
        names = list(connection.execute(select(host.c.name).order_by(host.c.name)).scalars())
        near = get_close_matches(name, names, 3, 0.4)
        hint = f"did you mean {', '.join(f'`{each}`' for each in near)}?" if near else "record the host first, with `licet catalog add host`"
        raise UsageError(f"no host is called `{name}`", hint)


def read_hostings(connection: Connection, *, model_id: int | None = None, host_name: str | None = None) -> tuple[HostingRow, ...]:
    """Hostings of one model, or by one host, by model, host and region."""
    query = (
        select(
            hosting,
            model.c.name.label("model"),
            host.c.name.label("host"),
            host.c.title.label("host_title"),
            host.c.kind.label("host_kind"),
            host.c.country.label("host_country"),
            host.c.terms.label("host_terms"),
            source.c.reference,
            source.c.read_on,
        )
        .join(model, model.c.id == hosting.c.model_id)
        .join(host, host.c.id == hosting.c.host_id)
        .outerjoin(source, source.c.id == hosting.c.source_id)
        .order_by(model.c.sort_key, host.c.name, hosting.c.region)
    )
    if model_id is not None:
        query = query.where(hosting.c.model_id == model_id)
    if host_name is not None:
        query = query.where(host.c.name == host_name)
    found = []
    for row in connection.execute(query):
        served = Hosting(
            model=row.model,
            host=row.host,
            terms=row.terms,
            price_input_usd_per_million=row.price_input_usd_per_million,
            price_output_usd_per_million=row.price_output_usd_per_million,
            price_usd=row.price_usd,
            price_unit=row.price_unit,
            region=row.region or None,
            access=row.access,
            source=Source(row.reference, row.read_on or None) if row.reference is not None else None,
        )
        found.append(HostingRow(served, Host(row.host, row.host_title, row.host_kind, row.host_country, row.host_terms), row.terms or row.host_terms))
    return tuple(found)
