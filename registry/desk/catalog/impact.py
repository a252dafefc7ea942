"""What a change of terms reaches: everything downstream of a model, a dataset or a licence, with the way there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.desk.catalog.impact_below import below_license, below_model
from registry.desk.catalog.impact_reached import Reached, verdict_of
from registry.desk.facts import read_use, resolve_named_licenses
from registry.desk.models import ranks_of_profiles
from registry.errors import UnknownLicenseError, UnknownModelError, UsageError
from registry.lineage.judge import Judge
from registry.supplychain.names import split_reference
from registry.terms.facts import use_to_data

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.queries.applications import ApplicationRow
    from registry.desk.session import Desk

MOST = 10_000
"""So many of each kind are listed at most; all are counted."""


def read_impact(desk: Desk, name: str, raw: Mapping[str, Any], limit: int = 20, what: str | None = None) -> dict[str, Any]:
    """Everything downstream of a model (`org/name`), a dataset (`dataset:NAME`) or a licence, `licet.impact/1`.

    Args:
        desk: The desk.
        name: The model, dataset or licence.
        raw: Facts of a use: the models are then also counted by what they come to for it.
        limit: How many models, registered models and applications are listed; all are counted.
        what: `model` or `license`, for a name that both may go by.

    Raises:
        UnknownModelError: Nothing goes by the name, neither a model nor a licence.
        UnknownLicenseError: No licence does, where one is meant.
        FactError: A fact cannot be read.
    """
    if not 0 <= limit <= MOST:
        raise UsageError(f"`--limit {limit}` cannot be", f"give 0 to {MOST:,}; all are counted in any case")
    stated = {**desk.settings.facts, **raw}
    with desk.catalogue.reading() as connection:
        kind = what or _kind_of(desk, connection, name)
        judge = _judge(desk, raw)
        ranks = _ranks(connection, judge) if any(fact != "date" for fact in judge.use.stated) else {}
        reached = below_license(desk, connection, name, limit, ranks) if kind == "license" else below_model(connection, name, limit, ranks)
        counts, applications, groups = _applications(connection, reached, limit)
    models = [_model(reached, number) for number in reached.top]
    registered = [_model(reached, number) for number in reached.registered]
    return {
        "schema": "licet.impact/1",
        "subject": reached.subject,
        "date": judge.use.on,
        "interpretation": judge.interpretation.name,
        "use": use_to_data(judge.use.stated) if stated else {},
        "counts": {**reached.counts, **counts},
        "models": models,
        "registered": registered,
        "applications": applications,
        "user_groups": groups,
        "knowledge": {"version": desk.knowledge.version, "digest": desk.knowledge.digest},
    }


def _kind_of(desk: Desk, connection: Connection, name: str) -> str:
    """Whether a name is that of a dataset, a model or a licence: the very name of a licence first, then a model, then any name of a licence.

    Raises:
        UnknownModelError: It is none of these.
    """
    from registry.catalogue.queries.find_model import find_model

    if split_reference(name)[0] == "dataset":
        return "model"
    if desk.knowledge.license_of(name) is not None:
        return "license"
    try:
        find_model(connection, name)
    except UnknownModelError as error:
        try:
            desk.knowledge.find(name)
        except UnknownLicenseError as other:
            near = tuple(dict.fromkeys([*error.nearest, *other.nearest]))
            hint = f"did you mean {', '.join(f'`{each}`' for each in near)}?" if near else "`licet models` and `licet license ls` list what is known"
            raise UnknownModelError(f"neither a model nor a licence is called `{name}`", hint, near) from error
        return "license"
    return "model"


def _judge(desk: Desk, raw: Mapping[str, Any]) -> Judge:
    knowledge = desk.knowledge
    use = resolve_named_licenses(knowledge, read_use(knowledge, raw, desk.settings.facts))
    reading = knowledge.interpretation(desk.interpretation(raw.get("interpretation")))
    return Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, reading)


def _ranks(connection: Connection, judge: Judge) -> dict[int, int]:
    from registry.catalogue.queries.profile_ranks import read_bindings

    return ranks_of_profiles(connection, judge, read_bindings(connection))


def _model(reached: Reached, number: int) -> dict[str, Any]:
    return {**reached.info[number], "verdict": verdict_of(reached, number), "path": reached.paths[number]}


def _applications(connection: Connection, reached: Reached, limit: int) -> tuple[dict[str, int], list[dict[str, Any]], list[dict[str, Any]]]:
    """How many applications use what is reached and how many groups of users these have; then each with its users; and the groups."""
    from registry.catalogue.queries.applications import count_groups, read_applications

    numbers = {reached.info[number]["model"]: number for number in reached.used}
    names = sorted({name for apps in reached.used.values() for name in apps})
    items: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    for row in read_applications(connection, names[:limit]):
        uses = [used for used in row.used if used.use.model in numbers]
        months = row.monthly_users
        last = max(months, default=None)
        items.append(
            {
                "application": row.application.name,
                "title": row.application.title,
                "owner": row.application.owner,
                "commercial": row.application.commercial,
                "distribution": list(row.application.distribution),
                "countries": list(row.application.countries),
                "month": last,
                "users": months[last] if last is not None else None,
                "uses": [
                    {
                        "model": used.use.model,
                        "host": used.use.host,
                        "purpose": used.use.purpose,
                        "verdict": verdict_of(reached, numbers[used.use.model]),
                        "path": reached.paths[numbers[used.use.model]],
                    }
                    for used in uses
                ],
            }
        )
        groups += _groups(row)
    return {"applications": len(names), "user_groups": count_groups(connection, names)}, items, groups[:limit]


def _groups(row: ApplicationRow) -> Iterable[dict[str, Any]]:
    for group in row.user_groups:
        month = max(group.monthly_users, default=None)
        yield {
            "application": row.application.name,
            "group": group.name,
            "segment": group.segment,
            "countries": list(group.countries),
            "seats": group.seats,
            "month": month,
            "users": group.monthly_users[month] if month is not None else None,
        }


def impact_as_rows(result: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """What `read_impact` gave as one row a thing: models, then applications by model, then groups of users."""
    seen: Collection[str] = {item["model"] for item in result["registered"]}
    rows = [
        {"kind": "model", "name": item["model"], **item} for item in (*result["registered"], *(each for each in result["models"] if each["model"] not in seen))
    ]
    for item in result["applications"]:
        rows += [{"kind": "application", "name": item["application"], **{key: item[key] for key in ("owner", "month", "users")}, **use} for use in item["uses"]]
    rows += [
        {"kind": "user-group", "name": f"{item['application']}/{item['group']}", **{key: item[key] for key in ("month", "users")}}
        for item in result["user_groups"]
    ]
    return rows
