"""Where a model comes from and what was made from it, with who says so and where they contradict each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

from registry.desk.facts import read_use, resolve_named_licenses, today
from registry.desk.session import refuse_folder
from registry.errors import UsageError
from registry.lineage.bindings import Binding, Profile
from registry.lineage.contradictions import Claim, find_circles, find_contradictions
from registry.lineage.judge import Judge
from registry.supplychain.relation import WEIGHTS
from registry.terms.verdict import Verdict

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection
    from registry.catalogue.queries.family import Claim as StoredClaim
    from registry.catalogue.queries.family import Family, Member, Step
    from registry.catalogue.queries.lineage import Evidence
    from registry.desk.session import Desk
    from registry.terms.facts import Use

MOST_MODELS = 1000
"""So many models are given each way, the nearest first and of these the most downloaded; what is left out is counted."""

TOP = 5
"""So many of the most downloaded models stand in a summary."""

Key = tuple[bool, int]
"""Whether it is a dataset, and its number."""


def read_lineage(
    desk: Desk, name: str, up: bool = True, down: bool = False, depth: int | None = None, limit: int = MOST_MODELS, raw: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The lineage of a model as `licet.lineage/1`: nodes with licence and verdict, edges with relation, evidence and sources.

    The verdict is for the use that the settings state, unless another is given. It is worked out once for each profile, however many models share it.

    Args:
        desk: The desk.
        name: The model.
        up: Whether its ancestors are wanted.
        down: Whether its descendants are.
        depth: How many steps to go; all, if not given.
        limit: How many models are given each way, and how many datasets of theirs.
        raw: The facts of another use, as given; statements then count as of its date.

    Raises:
        UnknownModelError: None, or several, go by the name.
    """
    from registry.catalogue.queries.family import read_claims, read_family, read_members
    from registry.catalogue.queries.find_model import find_model

    refuse_folder(name)
    with desk.catalogue.reading() as connection:
        found = find_model(connection, name)
        families = {word: read_family(connection, found.id, up=word == "up", depth=depth) for word, wanted in (("up", up), ("down", down)) if wanted}
        members = read_members(connection, {number for family in families.values() for number in family.distances} | {found.id}, _day(raw))
        kept: set[Key] = {(False, found.id)}
        for family in families.values():
            kept.update(_nearest(family, members, limit))
        every = {step.id: step for family in families.values() for step in family.steps}
        steps = [step for step in every.values() if (False, step.child) in kept and _end(step) in kept]
        judged = _Judged(desk, connection, [members[number].profile for number in members], raw or {})
        names = _names(connection, kept)
        nodes = _nodes(judged, names, members, kept)
        claims = read_claims(connection, {step.child for step in steps})
        summary = {word: _summary(judged, family, members, found.id, connection) for word, family in families.items()}
        total = {(False, number) for family in families.values() for number in family.distances} | {_end(step) for step in every.values()}
        sets_evidence = _dataset_evidence(connection, steps)
    return {
        "schema": "licet.lineage/1",
        "model": found.name,
        "nodes": nodes,
        "edges": _edges(steps, names, claims, sets_evidence),
        "omitted": {"nodes": len(total) - len(kept), "edges": len(every) - len(steps)},
        "summary": summary,
    }


def draw_lineage(graph: Mapping[str, Any], form: str) -> str:
    """A lineage as a document: `dot` for Graphviz, `mermaid`, or `svg`.

    Raises:
        UsageError: There is no such form.
    """
    from registry.reports.lineage.dot import render_dot
    from registry.reports.lineage.mermaid import render_mermaid
    from registry.reports.lineage.svg import render_svg

    forms = {"dot": render_dot, "mermaid": render_mermaid, "svg": render_svg}
    if form not in forms:
        raise UsageError(f"a lineage cannot be drawn as `{form}`", f"the forms are {', '.join(forms)}")
    return forms[form](graph)


def _day(raw: Mapping[str, Any] | None) -> str:
    """The day whose statements count."""
    return str((raw or {}).get("date") or today())


def _end(step: Step) -> Key:
    """The upper end of a link."""
    return (False, step.parent) if step.parent is not None else (True, step.dataset or 0)


def _nearest(family: Family, members: Mapping[int, Member], limit: int) -> set[Key]:
    """What is kept of a family: the models nearest first, of these the most downloaded, so that each hangs on another that is kept; then their datasets."""
    order = sorted(family.distances, key=lambda number: (family.distances[number], -members[number].downloads, number))
    models = set(order[: limit + 1])
    sets: dict[int, int] = {}
    for step in family.steps:
        if step.dataset is not None and step.child in models:
            away = family.distances[step.child]
            sets[step.dataset] = min(away, sets.get(step.dataset, away))
    nearest = sorted(sets, key=lambda number: (sets[number], number))[:limit]
    return {(False, number) for number in models} | {(True, number) for number in nearest}


def _names(connection: Connection, kept: Iterable[Key]) -> dict[Key, str]:
    from registry.catalogue.queries.family import read_dataset_names, read_names

    models = {number for is_set, number in kept if not is_set}
    sets = {number for is_set, number in kept if is_set}
    named: dict[Key, str] = {(False, number): name for number, name in read_names(connection, models).items()}
    if sets:
        named.update({(True, number): name for number, name in read_dataset_names(connection, sets).items()})
    return named


@dataclass(frozen=True, slots=True)
class _Standing:
    """What all models of one profile have in common."""

    license: str | None
    license_type: str | None
    verdict: str


class _Judged:
    """The standing of profiles, each judged once."""

    def __init__(self, desk: Desk, connection: Connection, wanted: Iterable[int | None], raw: Mapping[str, Any]) -> None:
        from registry.catalogue.profiles import read_profiles

        knowledge = desk.knowledge
        use: Use = resolve_named_licenses(knowledge, read_use(knowledge, raw, desk.settings.facts))
        interpretation = knowledge.interpretation(desk.interpretation(raw.get("interpretation")))
        self._knowledge = knowledge
        self._on = _day(raw)
        self._judge = Judge(knowledge.evaluator, knowledge.license_of, knowledge.expression_of, use, interpretation)
        numbers = {number for number in wanted if number is not None}
        self._desk, self._connection = desk, connection
        self.standings = {number: self._of(stored.profile) for number, stored in read_profiles(connection, numbers).items()}

    def _of(self, profile: Profile) -> _Standing:
        own = sorted(binding.license for binding in profile.bindings if binding.reach == "original")
        verdict = self._judge.rank_of(profile.bindings, profile.conflicts)
        return _Standing(" AND ".join(own) or None, self._type_of(own), Verdict(verdict).word)

    def _type_of(self, licenses: Sequence[str]) -> str | None:
        first = self._knowledge.license_of(licenses[0]) if licenses else None
        return first.type if first is not None and not first.placeholder else None

    def of_model(self, member: Member) -> _Standing:
        """The standing of a model; of one that nobody recorded, that its terms are missing."""
        if member.profile is not None and member.profile in self.standings:
            return self.standings[member.profile]
        return self._of(Profile(frozenset({Binding("unstated" if member.recorded else "missing-ancestor")})))

    def of_datasets(self, numbers: Iterable[int]) -> dict[int, _Standing]:
        """The standing of datasets, by what is said of their licences."""
        from registry.catalogue.queries.statements import statements_of_datasets
        from registry.desk.profiles import resolve_statement
        from registry.supplychain.statement import statements_on

        wanted = set(numbers)
        said = statements_of_datasets(self._connection, wanted)
        standings = {}
        for number in wanted:
            statements = statements_on([each.statement for each in said.get(number, ())], self._on)
            resolved = (resolve_statement(self._knowledge, statement, None) for statement in statements)
            licenses = tuple(dict.fromkeys(part for license in resolved for part in self._knowledge.parts_of(license))) or ("unstated",)
            standing = self._of(Profile(frozenset(Binding(license) for license in licenses)))
            standings[number] = _Standing(" AND ".join(licenses), self._type_of(licenses), standing.verdict)
        return standings


def _nodes(judged: _Judged, names: Mapping[Key, str], members: Mapping[int, Member], kept: set[Key]) -> list[dict[str, Any]]:
    sets = judged.of_datasets(number for is_set, number in kept if is_set) if any(is_set for is_set, _ in kept) else {}
    nodes = []
    for key, name in sorted(names.items(), key=lambda item: item[1]):
        is_set, number = key
        standing = sets[number] if is_set else judged.of_model(members[number])
        downloads = None if is_set or members[number].downloads < 0 else members[number].downloads
        nodes.append(
            {
                "id": name,
                "kind": "dataset" if is_set else "model",
                "license": standing.license,
                "license_type": standing.license_type,
                "verdict": standing.verdict,
                "downloads": downloads,
            }
        )
    return nodes


def _dataset_evidence(connection: Connection, steps: Iterable[Step]) -> dict[int, tuple[Evidence, ...]]:
    from registry.catalogue.queries.lineage import evidence_of_links

    wanted = [step.id for step in steps if step.dataset is not None]
    return evidence_of_links(connection, wanted) if wanted else {}


def _edges(
    steps: Iterable[Step], names: Mapping[Key, str], claims: Iterable[StoredClaim], sets_evidence: Mapping[int, tuple[Evidence, ...]]
) -> list[dict[str, Any]]:
    by_child: dict[int, list[StoredClaim]] = {}
    for claim in claims:
        by_child.setdefault(claim.child, []).append(claim)
    contradicted = {child: find_contradictions([word for claim in own for word in _words(claim)]) for child, own in by_child.items()}
    evidence = {(claim.child, claim.parent_id, claim.relation): claim.evidence for own in by_child.values() for claim in own}
    held = list(steps)
    circles = find_circles((step.child, step.parent) for step in held if step.parent is not None)
    edges = []
    for step in held:
        parent = names[_end(step)]
        sources = sets_evidence.get(step.id, ()) if step.parent is None else evidence.get((step.child, step.parent, step.relation), ())
        contradiction = contradicted.get(step.child, {}).get((parent, step.relation))
        edges.append(
            {
                "child": names[(False, step.child)],
                "parent": parent,
                "relation": step.relation,
                "evidence": step.grade,
                "sources": [_source(each) for each in sources],
                "contradicted": contradiction is not None,
                "contradiction": contradiction,
                "circle": step.parent is not None and (step.child, step.parent) in circles,
            }
        )
    return sorted(edges, key=lambda edge: (edge["child"], edge["parent"], edge["relation"]))


def _words(claim: StoredClaim) -> Iterable[Claim]:
    for each in claim.evidence:
        said_by = each.source.reference if each.source else each.origin
        yield Claim(claim.parent, claim.relation, each.grade, said_by, each.against, each.origin == WEIGHTS)


def _source(each: Evidence) -> dict[str, Any]:
    return {
        "grade": each.grade,
        "source": each.source.reference if each.source else None,
        "read_on": each.source.read_on if each.source else None,
        "says": each.says,
        "origin": each.origin,
        "against": each.against,
    }


def _summary(judged: _Judged, family: Family, members: Mapping[int, Member], start: int, connection: Connection) -> dict[str, Any]:
    """A family in numbers: by relation and licence, and the most downloaded; datasets are counted apart."""
    from registry.catalogue.queries.family import read_names

    away = {number: steps for number, steps in family.distances.items() if number != start}
    licenses_of = {profile: standing.license or "unstated" for profile, standing in judged.standings.items()}
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    seen: set[tuple[str, int]] = set()
    up = any(step.child == start for step in family.steps)
    relation_of: dict[int, str] = {}
    for step in family.steps:
        reached = step.parent if up else step.child
        if reached is None or reached not in away or (step.relation, reached) in seen:
            continue
        seen.add((step.relation, reached))
        relation_of.setdefault(reached, step.relation)
        own = members[reached]
        counted[step.relation][licenses_of.get(own.profile or 0) or judged.of_model(own).license or "unstated"] += 1
    top = nsmallest(TOP, away, key=lambda number: (-members[number].downloads, number))
    names = read_names(connection, top)
    relations = sorted(counted.items(), key=lambda item: (-item[1].total(), item[0]))
    return {
        "models": len(away),
        "direct": sum(1 for steps in away.values() if steps == 1),
        "steps": max(away.values(), default=0),
        "datasets": len({step.dataset for step in family.steps if step.dataset is not None}),
        "relations": [
            {
                "relation": relation,
                "models": licenses.total(),
                "licenses": [{"license": license, "models": count} for license, count in sorted(licenses.items(), key=lambda item: (-item[1], item[0]))],
            }
            for relation, licenses in relations
        ],
        "top": [
            {
                "id": names[number],
                "relation": relation_of.get(number),
                "license": judged.of_model(members[number]).license,
                "verdict": judged.of_model(members[number]).verdict,
                "downloads": members[number].downloads if members[number].downloads >= 0 else None,
            }
            for number in top
        ],
    }
