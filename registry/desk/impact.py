"""What a change of terms reaches: everything downstream of a model, a dataset or a licence, with the way there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

from registry.desk.facts import read_use, resolve_named_licenses, today
from registry.desk.models import ranks_of_profiles
from registry.errors import UnknownLicenseError, UnknownModelError, UsageError
from registry.lineage.judge import Judge
from registry.lineage.trace import Tracer
from registry.supplychain.names import split_reference
from registry.terms.combine import license_ids
from registry.terms.facts import use_to_data
from registry.terms.verdict import Verdict

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.queries.applications import ApplicationRow
    from registry.catalogue.queries.impact import Descent
    from registry.desk.session import Desk
    from registry.knowledge.store import Knowledge

REACHES = ("original", "derivative", "copy", "output-model", "data")
"""In what capacity a licence reaches a model, the closest first."""

MOST = 10_000
"""So many of each kind are listed at most; all are counted."""

Path = list[dict[str, str]]
"""The way from a thing up to what changes: `{"model": ...}`, then `{"relation": ..., "model": ...}` for each link."""


@dataclass
class _Reached:
    """What is reached, before it is put into words."""

    subject: dict[str, Any]
    counts: dict[str, Any]
    top: list[int]
    registered: list[int]
    used: dict[int, list[str]]
    info: dict[int, dict[str, Any]]
    paths: dict[int, Path]
    ranks: Mapping[int, int]
    profiles: Mapping[int, int | None]


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
        reached = _below_license(desk, connection, name, limit, ranks) if kind == "license" else _below(connection, name, limit, ranks)
        applications, groups = _applications(connection, reached, limit)
    models = [_model(reached, number) for number in reached.top]
    registered = [_model(reached, number) for number in reached.registered]
    return {
        "schema": "licet.impact/1",
        "subject": reached.subject,
        "date": judge.use.on,
        "interpretation": judge.interpretation.name,
        "use": use_to_data(judge.use.stated) if stated else {},
        "counts": {**reached.counts, "applications": applications.pop("count"), "user_groups": len(groups)},
        "models": models,
        "registered": registered,
        "applications": applications["items"],
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


def _below(connection: Connection, name: str, limit: int, ranks: Mapping[int, int]) -> _Reached:
    """What comes from a model, or from the models that used a dataset."""
    from registry.catalogue.queries.affected import used_in_applications
    from registry.catalogue.queries.family import read_members, read_names
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.impact import find_dataset_number, read_descent, registered_among, trained_on

    if split_reference(name)[0] == "dataset":
        first = trained_on(connection, find_dataset_number(connection, name))
        called, start, origin = f"dataset:{split_reference(name)[1]}", None, 1
        descent = read_descent(connection, first.keys())
        descent.reached_by.update({number: step for number, step in first.items() if descent.depths[number] == 0})
    else:
        found = find_model(connection, name)
        called, start, origin = found.name, found.id, 0
        descent = read_descent(connection, [found.id])
    below = [number for number in descent.depths if number != start]
    members = read_members(connection, [*below, *([start] if start is not None else [])], today())
    own = registered_among(connection, below)
    used = {number: apps for number, apps in used_in_applications(connection).items() if number in descent.depths}
    order = {number: (-members[number].downloads, number) for number in below}
    top = nsmallest(limit, below, key=order.__getitem__)
    registered = nsmallest(limit, own, key=order.__getitem__)
    shown = {*top, *registered, *used}
    names = read_names(connection, {*shown, *(number for each in shown for step in descent.path(each) for number in (step.child, step.parent) if number)})
    info = {
        number: {
            "model": names[number],
            "relation": descent.reached_by[number].relation if number in descent.reached_by else None,
            "depth": descent.depths[number] + origin,
            "downloads": members[number].downloads if members[number].downloads >= 0 else None,
            "registered": number in own,
        }
        for number in shown
    }
    counts = {
        "models": len(below),
        "registered": len(own),
        "imported": len(below) - len(own),
        "by_relation": _tally("relation", Counter(descent.reached_by[number].relation for number in below)),
        "by_depth": [{"depth": depth, "models": count} for depth, count in sorted(Counter(descent.depths[number] + origin for number in below).items())],
        "by_verdict": _by_verdict(Counter(ranks.get(members[number].profile or 0) for number in below)) if ranks else [],
    }
    paths = {number: _path(descent, names, number, called) for number in shown}
    profiles = {number: members[number].profile for number in shown}
    return _Reached({"kind": "dataset" if start is None else "model", "name": called}, counts, top, registered, used, info, paths, ranks, profiles)


def _path(descent: Descent, names: Mapping[int, str], number: int, called: str) -> Path:
    steps: Path = [{"model": names[number]}]
    steps += [{"relation": step.relation, "model": names[step.parent] if step.parent is not None else called} for step in descent.path(number)]
    return steps


def _below_license(desk: Desk, connection: Connection, name: str, limit: int, ranks: Mapping[int, int]) -> _Reached:
    """The models that a licence binds, in whatever capacity and however far down."""
    from registry.catalogue.queries.affected import used_in_applications
    from registry.catalogue.queries.family import read_members, read_names
    from registry.catalogue.queries.impact import profiles_of, registered_among
    from registry.catalogue.queries.models_listing import list_models
    from registry.catalogue.queries.profile_ranks import profile_sizes, profiles_with, read_bindings

    license = desk.knowledge.find(name)
    written = sorted({each.license for each in read_bindings(connection).values() if license.id in license_ids(desk.knowledge.expression_of(each.license))})
    reached: dict[int, str] = {}
    for reach in REACHES:
        for number in profiles_with(connection, written, reach) if written else ():
            reached.setdefault(number, reach)
    sizes = {number: size for number, size in profile_sizes(connection).items() if number in reached}
    used = used_in_applications(connection)
    profiles = profiles_of(connection, used)
    used = {number: apps for number, apps in used.items() if profiles[number] in reached}
    own = registered_among(connection, profiles=list(reached)) if reached else set()
    listed = list_models(connection, dict.fromkeys(reached, 0), limit=limit).items if reached and limit else ()
    top = [row.id for row in listed]
    members = read_members(connection, {*top, *own, *used}, today())
    registered = nsmallest(limit, own, key=lambda number: (-members[number].downloads, number))
    shown = {*top, *registered, *used}
    names = read_names(connection, shown)
    by_reach: Counter[str] = Counter()
    for number, size in sizes.items():
        by_reach[reached[number]] += size
    paths = _ways(desk.knowledge, connection, license.id, names)
    info = {
        number: {
            "model": names[number],
            "relation": paths[number][1]["relation"] if len(paths[number]) > 1 else None,
            "depth": len(paths[number]) - 1,
            "downloads": members[number].downloads if members[number].downloads >= 0 else None,
            "registered": number in own,
        }
        for number in shown
    }
    total = sum(sizes.values())
    by_rank: Counter[int | None] = Counter()
    for number, size in sizes.items():
        by_rank[ranks.get(number)] += size
    counts = {
        "models": total,
        "registered": len(own),
        "imported": total - len(own),
        "by_reach": _tally("reach", by_reach),
        "by_verdict": _by_verdict(by_rank) if ranks else [],
    }
    subject = {"kind": "license", "name": license.id, "title": license.name, "digest": desk.knowledge.license_digest(license.id)}
    return _Reached(subject, counts, top, registered, used, info, paths, ranks, {number: members[number].profile for number in shown})


def _ways(knowledge: Knowledge, connection: Connection, license: str, names: Mapping[int, str]) -> dict[int, Path]:
    """The shortest way by which a licence came to each of some models."""
    from registry.catalogue.queries.profile_graph import profile_graph
    from registry.desk.profiles import lineage_on

    tracer = Tracer(knowledge.relations, knowledge.license_of)
    paths: dict[int, Path] = {}
    graph = lineage_on(profile_graph(connection, names.keys()), knowledge, today()) if names else None
    ways = tracer.ways(graph) if graph is not None else {}
    for number, name in names.items():
        ways_of = [way for binding, way in ways[name].items() if license in license_ids(knowledge.expression_of(binding.license))]
        edges = min((way.path for way in ways_of), key=len, default=())
        paths[number] = [{"model": name}, *({"relation": each.relation, "model": each.parent} for each in edges)]
    return paths


def _tally(word: str, counted: Counter[str]) -> list[dict[str, Any]]:
    return [{word: name, "models": count} for name, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]


def _by_verdict(counted: Counter[int | None]) -> list[dict[str, Any]]:
    """Models by what the use comes to for them; what is not recorded has terms that are not known."""
    found: Counter[int] = Counter()
    for rank, count in counted.items():
        found[int(Verdict.UNDETERMINED) if rank is None else rank] += count
    return [{"verdict": Verdict(rank).word, "models": count} for rank, count in sorted(found.items(), reverse=True)]


def _model(reached: _Reached, number: int) -> dict[str, Any]:
    return {**reached.info[number], "verdict": _verdict(reached, number), "path": reached.paths[number]}


def _verdict(reached: _Reached, number: int) -> str | None:
    if not reached.ranks:
        return None
    return Verdict(reached.ranks.get(reached.profiles[number] or 0, int(Verdict.UNDETERMINED))).word


def _applications(connection: Connection, reached: _Reached, limit: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The applications that use what is reached, each with its users; and the groups of these."""
    from registry.catalogue.queries.applications import read_applications

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
                        "verdict": _verdict(reached, numbers[used.use.model]),
                        "path": reached.paths[numbers[used.use.model]],
                    }
                    for used in uses
                ],
            }
        )
        groups += _groups(row)
    return {"count": len(names), "items": items}, groups


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
