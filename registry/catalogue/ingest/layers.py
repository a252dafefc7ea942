"""The six layers, written from the nouns of `registry.supplychain`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update

from registry.catalogue.ingest.ledger import Ledger
from registry.catalogue.ingest.rows import Layer, chunks
from registry.catalogue.nearest import nearest_names
from registry.catalogue.tables.application import application, application_model
from registry.catalogue.tables.compute import training_run
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.host import host, hosting
from registry.catalogue.tables.model import UNKNOWN_DOWNLOADS, model, model_name, revision
from registry.catalogue.tables.user import user_count, user_group
from registry.errors import LineageError, UnknownModelError, UsageError
from registry.supplychain.application import Application
from registry.supplychain.compute import TrainingRun
from registry.supplychain.data import Dataset
from registry.supplychain.developer import Developer
from registry.supplychain.host import Host, Hosting
from registry.supplychain.model import Model, Revision
from registry.supplychain.names import name_key, owner_key, sort_key
from registry.supplychain.user import UserGroup

Rows = dict[tuple[Any, ...], dict[str, Any]]

_BINDING_FIELDS = frozenset({"released_on", "modality", "recorded"})
"""Columns of a model that its profile is computed from."""


def _merge(rows: Rows, key: tuple[Any, ...], values: Mapping[str, Any]) -> None:
    """Add values to a row; a thing that two records describe has what either knows, the later one winning."""
    known = rows.setdefault(key, dict.fromkeys(values))
    known.update({name: value for name, value in values.items() if value is not None})


def _same(kind: str) -> Any:
    prefix = "" if kind == "model" else {"application": "app"}.get(kind, kind) + ":"
    return lambda key: f"{prefix}{key[0]}"


def write_developers(ledger: Ledger, developers: Iterable[Developer]) -> None:
    """Write developers."""
    rows: Rows = {}
    for each in developers:
        _merge(rows, (each.name,), {"title": each.title, "kind": each.kind, "country": each.country, "source_id": ledger.source_id(each.source)})
    ledger.write(Layer(developer, ("name",), "developer", _same("developer")), rows)


def write_datasets(ledger: Ledger, datasets: Iterable[Dataset]) -> None:
    """Write datasets."""
    rows: Rows = {}
    for each in datasets:
        values = {
            "title": each.title,
            "size_tokens": each.size_tokens,
            "size_rows": each.size_rows,
            "collection": each.collection,
            "personal_data": each.personal_data,
            "languages": list(each.languages) or None,
            "recorded": True if each.recorded else None,
            "source_id": ledger.source_id(each.source),
        }
        _merge(rows, (each.name,), values)
    _settle_recorded(ledger, dataset, rows)
    written = ledger.write(Layer(dataset, ("name",), "dataset", _same("dataset")), rows)
    for key in written.added | {key for key, columns in written.changed.items() if "recorded" in columns}:
        ledger.touched_datasets.add(written.ids[key])


def write_hosts(ledger: Ledger, hosts: Iterable[Host]) -> None:
    """Write hosts."""
    rows: Rows = {}
    for each in hosts:
        values = {"title": each.title, "kind": each.kind, "country": each.country, "terms": each.terms, "source_id": ledger.source_id(each.source)}
        _merge(rows, (each.name,), values)
    ledger.write(Layer(host, ("name",), "host", _same("host")), rows)


def write_models(ledger: Ledger, models: Iterable[Model]) -> None:
    """Write models with the names they are found by. A developer that nobody described is noted by name."""
    given = list(models)
    owners = {each.name: _developer_of(each) for each in given}
    named = {owner for owner in owners.values() if owner}
    unknown = named - ledger.ids(developer, named).keys()
    write_developers(ledger, [Developer(name) for name in sorted(unknown)])
    ids = ledger.ids(developer, named)
    rows: Rows = {}
    for each in given:
        owner = owners[each.name]
        values = {
            "title": each.title,
            "developer_id": ids[owner] if owner else None,
            "modality": each.modality,
            "architecture": each.architecture,
            "stage": each.stage,
            "access": each.access,
            "weights_openness": each.openness.weights,
            "training_code_openness": each.openness.training_code,
            "inference_code_openness": each.openness.inference_code,
            "data_openness": each.openness.data,
            "parameters": each.parameters,
            "training_tokens": each.training_tokens,
            "training_flop": each.training_flop,
            "released_on": each.released_on,
            "downloads": each.downloads,
            "recorded": True if each.recorded else None,
            "sort_key": sort_key(each.name),
            "source_id": ledger.source_id(each.source),
        }
        _merge(rows, (each.name,), values)
    _settle_recorded(ledger, model, rows)
    known = ledger.ids(model, (key[0] for key in rows))
    for key, values in rows.items():
        if values["downloads"] is None and key[0] not in known:
            values["downloads"] = UNKNOWN_DOWNLOADS
    _keep_developers(ledger, rows, known, ids)
    layer = Layer(
        model,
        ("name",),
        "model",
        _same("model"),
        quiet=frozenset({"source_id", "downloads"}),
        labels={"developer_id": {number: name for name, number in ids.items()}},
    )
    written = ledger.write(layer, rows)
    for key in written.added | {key for key, columns in written.changed.items() if columns & _BINDING_FIELDS}:
        ledger.touched.add(written.ids[key])
    _write_names(ledger, given, {key[0]: number for key, number in written.ids.items()})


def _keep_developers(ledger: Ledger, rows: Rows, known: Mapping[str, int], ids: Mapping[str, int]) -> None:
    """Who owns a repository stands in for its developer only where none is known: whoever knows better has said so."""
    owned = {key: ids.get(owner_part(key[0]) or "") for key in rows if key[0] in known}
    doubtful = {known[key[0]]: key for key, owner in owned.items() if owner is not None and rows[key]["developer_id"] == owner}
    for part in chunks(sorted(doubtful)):
        query = select(model.c.id).where(model.c.id.in_(part), model.c.developer_id.is_not(None)).order_by(model.c.id)
        for number in ledger.connection.execute(query).scalars():
            rows[doubtful[number]]["developer_id"] = None


def owner_part(name: str) -> str | None:
    """The owner of the repository that a name stands for, if it names one."""
    return name.rpartition("/")[0] or None


def _developer_of(each: Model) -> str | None:
    """The developer a model names, else the owner part of its name."""
    if each.developer is not None or not each.recorded:
        return each.developer
    return owner_part(each.name)


def _settle_recorded(ledger: Ledger, table: Any, rows: Rows) -> None:
    """A new thing of which only the name is known says so; a known one never falls back to that."""
    known = ledger.ids(table, (key[0] for key in rows))
    for key, values in rows.items():
        if values["recorded"] is None and key[0] not in known:
            values["recorded"] = False


def _write_names(ledger: Ledger, models: Iterable[Model], ids: Mapping[str, int]) -> None:
    """Write the spellings under which models are found."""
    labels: dict[int, dict[str, None]] = {}
    for each in models:
        own = labels.setdefault(ids[each.name], {})
        for label in (each.name, each.title, *each.aliases):
            if label:
                own[label] = None
    known: set[tuple[int, str]] = set()
    for part in chunks(sorted(labels)):
        query = select(model_name.c.model_id, model_name.c.label).where(model_name.c.model_id.in_(part)).order_by(model_name.c.model_id, model_name.c.label)
        known.update((row.model_id, row.label) for row in ledger.connection.execute(query))
    new = [
        {"model_id": number, "label": label, "folded": label.casefold(), "owner": owner_key(label), "key": name_key(label)}
        for number, own in labels.items()
        for label in own
        if (number, label) not in known
    ]
    for rows in chunks(new, 1000):
        ledger.connection.execute(insert(model_name), rows)


def require_models(ledger: Ledger, names: Iterable[str]) -> dict[str, int]:
    """The ids of models that have to be there.

    Raises:
        UnknownModelError: One is not.
    """
    wanted = set(names)
    ids = ledger.ids(model, wanted)
    for name in sorted(wanted - ids.keys()):
        near = nearest_names(ledger.connection, name)
        raise UnknownModelError(f"no model is called `{name}`", f"did you mean {', '.join(f'`{each}`' for each in near)}?" if near else None, near)
    return ids


def require_parents(ledger: Ledger, children: Mapping[str, str]) -> dict[str, int]:
    """The ids of models that are named as bases; unknown ones are noted by name where that is allowed.

    Args:
        ledger: The state.
        children: Base to one child that names it.

    Raises:
        LineageError: A base is not known.
    """
    unknown = children.keys() - ledger.ids(model, children).keys()
    if unknown and not ledger.allow_unknown_bases:
        name = min(unknown)
        near = nearest_names(ledger.connection, name)
        hint = f"did you mean {', '.join(f'`{each}`' for each in near)}?" if near else "record the base first"
        raise LineageError(f"`{children[name]}` names `{name}` as its base, which no model is called", f"{hint} Or allow unknown bases")
    write_models(ledger, [Model(name, recorded=False) for name in sorted(unknown)])
    return ledger.ids(model, children)


def require_datasets(ledger: Ledger, users: Mapping[str, str]) -> dict[str, int]:
    """The ids of datasets that are named; unknown ones are noted by name where that is allowed.

    Raises:
        LineageError: A dataset is not known.
    """
    unknown = users.keys() - ledger.ids(dataset, users).keys()
    if unknown and not ledger.allow_unknown_bases:
        name = min(unknown)
        raise LineageError(f"`{users[name]}` names the dataset `{name}`, which is not known", "record the dataset first, or allow unknown bases")
    write_datasets(ledger, [Dataset(name, recorded=False) for name in sorted(unknown)])
    return ledger.ids(dataset, users)


def write_revisions(ledger: Ledger, revisions: Iterable[Revision]) -> None:
    """Write revisions of models."""
    given = list(revisions)
    ids = require_models(ledger, (each.model for each in given))
    names = {number: name for name, number in ids.items()}
    rows: Rows = {}
    for each in given:
        values = {"digest": each.digest, "committed_on": each.committed_on, "source_id": ledger.source_id(each.source)}
        _merge(rows, (ids[each.model], each.commit), values)
    ledger.write(Layer(revision, ("model_id", "commit_id"), "revision", lambda key: names[key[0]]), rows)


def write_training_runs(ledger: Ledger, runs: Iterable[tuple[str, TrainingRun]]) -> None:
    """Write training runs by origin: what an origin says about a model's training replaces what it said before."""
    given = list(runs)
    ids = require_models(ledger, (each.model for _, each in given))
    names = {number: name for name, number in ids.items()}
    rows: Rows = {}
    counts: dict[tuple[int, str], int] = {}
    for origin, each in given:
        owner = (ids[each.model], origin)
        counts[owner] = counts.get(owner, 0) + 1
        rows[(*owner, counts[owner])] = {
            "hardware": each.hardware,
            "count": each.count,
            "hours": each.hours,
            "flop": each.flop,
            "energy_kwh": each.energy_kwh,
            "provider": each.provider,
            "region": each.region,
            "source_id": ledger.source_id(each.source),
        }
    ledger.write(Layer(training_run, ("model_id", "origin", "n"), "training-run", lambda key: names[key[0]]), rows)
    for (number, origin), count in counts.items():
        where = (training_run.c.model_id == number, training_run.c.origin == origin, training_run.c.n > count)
        for row in ledger.connection.execute(select(training_run.c.n, training_run.c.hardware).where(*where).order_by(training_run.c.n)).all():
            ledger.log.add(names[number], "training-run", {"n": row.n, "hardware": row.hardware, "origin": origin}, None)
            ledger.retired["training-run"] += 1
        ledger.connection.execute(delete(training_run).where(*where))


def _require_hosts(ledger: Ledger, names: Iterable[str]) -> dict[str, int]:
    wanted = set(names)
    ids = ledger.ids(host, wanted)
    if wanted - ids.keys():
        raise UsageError(f"no host is called `{min(wanted - ids.keys())}`", "record the host first")
    return ids


def write_hostings(ledger: Ledger, hostings: Iterable[Hosting]) -> None:
    """Write which host serves which model."""
    given = list(hostings)
    models = require_models(ledger, (each.model for each in given))
    hosts = _require_hosts(ledger, (each.host for each in given))
    names = {number: name for name, number in models.items()}
    rows: Rows = {}
    for each in given:
        values = {
            "terms": each.terms,
            "price_input_usd_per_million": each.price_input_usd_per_million,
            "price_output_usd_per_million": each.price_output_usd_per_million,
            "price_usd": each.price_usd,
            "price_unit": each.price_unit,
            "access": each.access,
            "source_id": ledger.source_id(each.source),
        }
        _merge(rows, (models[each.model], hosts[each.host], each.region or ""), values)
    labels = {"host_id": {number: name for name, number in hosts.items()}}
    ledger.write(Layer(hosting, ("model_id", "host_id", "region"), "hosting", lambda key: names[key[0]], labels=labels), rows)


def write_applications(ledger: Ledger, applications: Iterable[Application]) -> None:
    """Write applications with the models they use; models that an application no longer names are taken off it."""
    given = {each.name: each for each in applications}
    rows: Rows = {}
    for each in given.values():
        values = {
            "title": each.title,
            "owner": each.owner,
            "distribution": list(each.distribution) or None,
            "countries": list(each.countries) or None,
            "commercial": each.commercial,
            "example": each.example,
            "source_id": ledger.source_id(each.source),
        }
        _merge(rows, (each.name,), values)
    written = ledger.write(Layer(application, ("name",), "application", _same("application")), rows)
    models = require_models(ledger, (use.model for each in given.values() for use in each.models))
    hosts = _require_hosts(ledger, (use.host for each in given.values() for use in each.models if use.host))
    names = {number: f"app:{key[0]}" for key, number in written.ids.items()}
    uses: Rows = {}
    for each in given.values():
        for use in each.models:
            key = (written.ids[(each.name,)], models[use.model], use.host or "")
            _merge(uses, key, {"host_id": hosts[use.host] if use.host else None, "purpose": use.purpose})
    labels = {"model_id": {number: name for name, number in models.items()}, "host_id": {number: name for name, number in hosts.items()}}
    layer = Layer(application_model, ("application_id", "model_id", "via"), "uses", lambda key: names[key[0]], labels=labels)
    ledger.write(layer, uses)
    for part in chunks(sorted(names)):
        query = (
            select(application_model, model.c.name.label("used"))
            .join(model, model.c.id == application_model.c.model_id)
            .where(application_model.c.application_id.in_(part))
            .order_by(application_model.c.id)
        )
        for row in ledger.connection.execute(query).all():
            if (row.application_id, row.model_id, row.via) not in uses:
                ledger.connection.execute(delete(application_model).where(application_model.c.id == row.id))
                ledger.log.add(names[row.application_id], "uses", {"model": row.used, "via": row.via, "purpose": row.purpose}, None)
                ledger.retired["uses"] += 1


def write_user_groups(ledger: Ledger, groups: Iterable[UserGroup]) -> None:
    """Write groups of users with their monthly counts; a month that is counted anew is corrected."""
    given = list(groups)
    apps = ledger.ids(application, (each.application for each in given))
    for each in given:
        if each.application not in apps:
            raise UsageError(f"no application is called `{each.application}`", "record the application first")
    names = {number: f"app:{name}" for name, number in apps.items()}
    rows: Rows = {}
    for each in given:
        values = {"segment": each.segment, "countries": list(each.countries) or None, "seats": each.seats, "source_id": ledger.source_id(each.source)}
        _merge(rows, (apps[each.application], each.name), values)
    written = ledger.write(Layer(user_group, ("application_id", "name"), "user-group", lambda key: names[key[0]]), rows)
    for each in given:
        number = written.ids[(apps[each.application], each.name)]
        query = select(user_count.c.month, user_count.c.users).where(user_count.c.user_group_id == number).order_by(user_count.c.month)
        known = {row.month: row.users for row in ledger.connection.execute(query)}
        new = {month: users for month, users in each.monthly_users.items() if month not in known}
        other = {month: users for month, users in each.monthly_users.items() if month in known and known[month] != users}
        if new:
            ledger.connection.execute(insert(user_count), [{"user_group_id": number, "month": month, "users": users} for month, users in sorted(new.items())])
        for month, users in sorted(other.items()):
            where = (user_count.c.user_group_id == number, user_count.c.month == month)
            ledger.connection.execute(update(user_count).where(*where).values(users=users))
        if new or other:
            before: dict[str, object] | None = {"group": each.name, "monthly_users": {month: known[month] for month in other}} if other else None
            ledger.log.add(f"app:{each.application}", "user-count", before, {"group": each.name, "monthly_users": {**new, **other}})
            ledger.added["user-count"] += len(new)
            ledger.changed["user-count"] += len(other)
