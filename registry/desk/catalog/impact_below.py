"""The models downstream of a model, a dataset or a licence, with the way to each that is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from heapq import nsmallest
from typing import TYPE_CHECKING

from registry.desk.catalog.impact_reached import Reached, Way, by_verdict, tally
from registry.desk.facts import today
from registry.lineage.trace import Tracer
from registry.supplychain.names import split_reference
from registry.terms.combine import license_ids

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.queries.impact import Descent
    from registry.desk.session import Desk
    from registry.knowledge.store import Knowledge

REACHES = ("original", "derivative", "copy", "output-model", "data")
"""In what capacity a licence reaches a model, the closest first."""


def below_model(connection: Connection, name: str, limit: int, ranks: Mapping[int, int]) -> Reached:
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
        "by_relation": tally("relation", Counter(descent.reached_by[number].relation for number in below)),
        "by_depth": [{"depth": depth, "models": count} for depth, count in sorted(Counter(descent.depths[number] + origin for number in below).items())],
        "by_verdict": by_verdict(Counter(ranks.get(members[number].profile or 0) for number in below)) if ranks else [],
    }
    paths = {number: _path(descent, names, number, called) for number in shown}
    profiles = {number: members[number].profile for number in shown}
    return Reached({"kind": "dataset" if start is None else "model", "name": called}, counts, top, registered, used, info, paths, ranks, profiles)


def _path(descent: Descent, names: Mapping[int, str], number: int, called: str) -> Way:
    steps: Way = [{"model": names[number]}]
    steps += [{"relation": step.relation, "model": names[step.parent] if step.parent is not None else called} for step in descent.path(number)]
    return steps


def below_license(desk: Desk, connection: Connection, name: str, limit: int, ranks: Mapping[int, int]) -> Reached:
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
        "by_reach": tally("reach", by_reach),
        "by_verdict": by_verdict(by_rank) if ranks else [],
    }
    subject = {"kind": "license", "name": license.id, "title": license.name, "digest": desk.knowledge.license_digest(license.id)}
    return Reached(subject, counts, top, registered, used, info, paths, ranks, {number: members[number].profile for number in shown})


def _ways(knowledge: Knowledge, connection: Connection, license: str, names: Mapping[int, str]) -> dict[int, Way]:
    """The shortest way by which a licence came to each of some models."""
    from registry.catalogue.queries.profile_graph import profile_graph
    from registry.desk.profiles import lineage_on

    tracer = Tracer(knowledge.relations, knowledge.license_of)
    paths: dict[int, Way] = {}
    graph = lineage_on(profile_graph(connection, names.keys()), knowledge, today()) if names else None
    ways = tracer.ways(graph) if graph is not None else {}
    for number, name in names.items():
        ways_of = [way for binding, way in ways[name].items() if license in license_ids(knowledge.expression_of(binding.license))]
        edges = min((way.path for way in ways_of), key=len, default=())
        paths[number] = [{"model": name}, *({"relation": each.relation, "model": each.parent} for each in edges)]
    return paths
