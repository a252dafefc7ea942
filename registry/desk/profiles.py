"""Profiles of the catalogue's models: worked out from recorded statements and relations, stored for listings."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from registry.catalogue.profiles import Period, Standing, intern_profiles, store_periods, store_standing
from registry.catalogue.queries.lineage import ancestor_ids, descendant_ids
from registry.catalogue.queries.profile_columns import RELATIONS, ProfileColumns, model_names, profile_columns
from registry.catalogue.queries.profile_graph import GraphNode, ProfileGraph
from registry.desk.concluding import conclude, parts_held
from registry.desk.facts import today
from registry.knowledge.store import Knowledge
from registry.lineage.bindings import Binding, Profile
from registry.lineage.circles import Links
from registry.lineage.conflicts import find_conflicts
from registry.lineage.graph import EVIDENCE, Edge, Graph, Node
from registry.lineage.spread import NO_FLOOR, Own, Spread
from registry.lineage.steps import Steps
from registry.supplychain.statement import LicenseStatement, statements_on
from registry.terms.names import breaks_name_rule

if TYPE_CHECKING:
    from registry.catalogue.engine import Connection

MANY = 20_000
"""With so many models touched, all are computed anew: to find what comes from them would take longer."""


def lineage_on(recorded: ProfileGraph, knowledge: Knowledge, on: str) -> Graph:
    """The lineage graph of what is recorded, with the licences that hold on a date."""
    nodes = [_node(node, knowledge, on) for node in recorded.nodes.values()]
    edges = [Edge(link.child, link.parent, link.relation, link.grade) for link in recorded.links]
    return Graph.of(nodes, edges, circles=True)


def _node(node: GraphNode, knowledge: Knowledge, on: str) -> Node:
    statements = statements_on(node.statements, on)
    licenses = licenses_of(knowledge, statements, node.released_on, recorded=node.recorded)
    basis = statements[0].basis if statements else "inferred"
    return Node(node.name, licenses, node.kind, node.released_on, node.modality, basis, node.developer)


def licenses_of(knowledge: Knowledge, statements: Sequence[LicenseStatement], released_on: str | None, *, recorded: bool) -> tuple[str, ...]:
    """The licences that statements on one thing come to; a placeholder where there are none."""
    if not statements:
        return ("unstated" if recorded else "missing-ancestor",)
    return parts_held(knowledge, [resolve_statement(knowledge, statement, released_on) for statement in statements])


def resolve_statement(knowledge: Knowledge, statement: LicenseStatement, released_on: str | None) -> str:
    """The licence behind a statement, by the order of `registry.desk.concluding`."""
    on = statement.stated_on or released_on
    return conclude(knowledge, statement.license, statement.raw_name, statement.raw_link, statement.text_digest, on).license


def refresh_profiles(connection: Connection, knowledge: Knowledge, models: Collection[int] | None) -> list[tuple[str, ...]]:
    """Compute the profiles of models, and of everything that comes from them, anew.

    Args:
        connection: A writing connection.
        knowledge: The licences.
        models: Their numbers; all models of the catalogue, if None.

    Returns:
        The circles in which models that were looked at stand, by name.
    """
    if models is not None and not models:
        return []
    wanted = None
    if models is not None and len(models) <= MANY:
        # Their ancestors' sets are worked out on the way; what is stored of those stays as it is.
        wanted = ancestor_ids(connection, descendant_ids(connection, models))
    columns = profile_columns(connection, wanted)
    refresh = _Refresh(connection, knowledge, columns, whole=wanted is None)
    refresh.run()
    return refresh.circles()


class _Refresh:
    """One computation over columns."""

    def __init__(self, connection: Connection, knowledge: Knowledge, columns: ProfileColumns, *, whole: bool) -> None:
        self._whole = whole
        self._connection = connection
        self._knowledge = knowledge
        self._columns = columns
        self._spread = Spread(Steps(knowledge.relations, knowledge.license_of), RELATIONS)
        self._stewards = {license.steward for license in knowledge if license.steward}
        self._licenses: dict[tuple[int, str | None, bool, str], tuple[str, ...]] = {}
        self._dated: dict[int, bool] = {}
        self._profiles: dict[int, Profile] = {}
        self._circles: list[list[int]] = []

    def run(self) -> None:
        """Compute and store."""
        columns = self._columns
        links = Links(len(columns.recorded), columns.children, columns.parents)
        now = today()
        own = array("i", self._owns(now))
        sets, floors = self._spread.run(links, own, columns.relations, columns.grades)
        numbers = self._intern(set(sets[: len(columns.model_ids)]))
        self._circles = [[columns.model_ids[at] for at in circle] for circle in self._spread.circles]
        store_standing(self._connection, self._standings(sets, floors, numbers))
        self._store_periods(links, sets)

    def circles(self) -> list[tuple[str, ...]]:
        """The circles that were met, by name."""
        names = model_names(self._connection, {number for circle in self._circles for number in circle})
        return sorted(tuple(sorted(names[number] for number in circle)) for circle in self._circles)

    def _own(self, at: int, on: str) -> int:
        """What one model or dataset brings along on a date."""
        columns, is_model = self._columns, at < len(self._columns.model_ids)
        licenses = self._licenses_of(at, on)
        if not is_model:
            return self._spread.own(Own(licenses, None, None, None))
        reads_release, reads_modality = self._spread.what_is_read(licenses)
        released, developer = columns.released[at], columns.developer[at]
        return self._spread.own(
            Own(
                licenses,
                released[:7] if reads_release and released else None,
                columns.modality[at] if reads_modality else None,
                developer if developer in self._stewards else None,
            )
        )

    def _owns(self, on: str) -> Iterator[int]:
        """What every model and dataset brings along; most of it depends on what is said of them alone, and is looked up by that."""
        columns, models = self._columns, len(self._columns.model_ids)
        plain: dict[int, int | None] = {}
        for at, saying in enumerate(columns.saying):
            if at < models and columns.developer[at] is None:
                key = 2 * saying + columns.recorded[at]
                number = plain.get(key, -1)
                if number == -1:
                    depends = saying >= 0 and self._depends_on_date(saying)
                    read = depends or any(self._spread.what_is_read(self._licenses_of(at, on)))
                    number = plain[key] = None if read else self._own(at, on)
                yield self._own(at, on) if number is None else number
            else:
                yield self._own(at, on)

    def _licenses_of(self, at: int, on: str) -> tuple[str, ...]:
        columns = self._columns
        saying = columns.saying[at]
        released = columns.released[at] if at < len(columns.model_ids) and saying >= 0 and self._depends_on_date(saying) else None
        key = (saying, released, bool(columns.recorded[at]), on)
        if key not in self._licenses:
            said = [columns.said[number] for number in columns.sayings[saying]] if saying >= 0 else []
            self._licenses[key] = licenses_of(self._knowledge, statements_on(said, on), released, recorded=key[2])
        return self._licenses[key]

    def _depends_on_date(self, saying: int) -> bool:
        """Whether the release date of what it is said of could change what is meant."""
        if saying not in self._dated:
            said = [self._columns.said[number] for number in self._columns.sayings[saying]]
            names = [name for each in said for name in (each.license, each.text_digest, each.raw_link, each.raw_name) if name]
            self._dated[saying] = any(self._knowledge.depends_on_date(name) for name in names)
        return self._dated[saying]

    def _profile(self, number: int) -> Profile:
        """The profile of a set; only bindings without open points can clash for every interpretation."""
        if number not in self._profiles:
            bindings = self._spread.bindings(number)
            settled = [binding for binding in bindings if not binding.points]
            self._profiles[number] = Profile(bindings, find_conflicts(settled, self._knowledge.license_of))
        return self._profiles[number]

    def _intern(self, sets: Iterable[int]) -> dict[int, int]:
        """The catalogue's number of the profile of each set."""
        wanted = {number: self._profile(number) for number in sets}
        known = intern_profiles(self._connection, wanted.values())
        return {number: known[each] for number, each in wanted.items()}

    def _standings(self, sets: Sequence[int], floors: Sequence[int], numbers: dict[int, int]) -> Iterator[Standing]:
        """What is computed for each model and differs from what is stored."""
        columns = self._columns
        rules = {number: _name_rules(self._spread.bindings(number), self._knowledge) for number in numbers}
        ruled = [columns.model_ids[at] for at in range(len(columns.model_ids)) if rules[sets[at]]]
        names = model_names(self._connection, ruled)
        words = {**dict(enumerate(EVIDENCE)), NO_FLOOR: None}
        for at, model_id in enumerate(columns.model_ids):
            profile_id, floor, name_ok = numbers[sets[at]], words[floors[at]], None
            if rules[sets[at]]:
                name_ok = not any(breaks_name_rule(names[model_id], rule) for rule in rules[sets[at]])
            if (profile_id, floor, name_ok) != (columns.profile_ids[at], columns.floors[at], columns.name_ok[at]):
                yield Standing(model_id, profile_id, floor, name_ok, columns.profile_ids[at] or None)

    def _store_periods(self, links: Links, sets: Sequence[int]) -> None:
        """Keep the profiles that models have at other times: those below a statement that begins or ends."""
        columns = self._columns
        dated = {number for number, each in enumerate(columns.said) if each.valid_from is not None or each.valid_to is not None}
        sayings = {at for at, numbers in enumerate(columns.sayings) if dated.intersection(numbers)}
        begun = [at for at in range(links.count) if columns.saying[at] in sayings]
        below = links.below(begun)
        dates = {day for number in dated for day in (columns.said[number].valid_from, columns.said[number].valid_to) if day is not None}
        starts = ["", *sorted(dates)]
        periods: dict[int, list[Period]] = {columns.model_ids[at]: [] for at in sorted(below) if at < len(columns.model_ids)}
        part, place, kept = links.part(below)
        relations = [columns.relations[link] for link in kept]
        grades = [columns.grades[link] for link in kept]
        for start, end in zip(starts, [*starts[1:], None], strict=True) if periods else ():
            then = array("i", (self._own(at, start) if at in below else self._spread.standing(sets[at]) for at in place))
            found, _ = self._spread.run(part, then, relations, grades)
            for here, at in enumerate(place):
                if at not in below or at >= len(columns.model_ids):
                    continue
                profile = self._profile(found[here])
                held = periods[columns.model_ids[at]]
                if held and held[-1].profile == profile:
                    held[-1] = Period(held[-1].from_on, end, profile)
                else:
                    held.append(Period(start or None, end, profile))
        store_periods(self._connection, periods, None if self._whole else columns.model_ids)


def _name_rules(bindings: Iterable[Binding], knowledge: Knowledge) -> list[object]:
    """The name rules of ancestors' licences that reach a model."""
    return [
        term.rule
        for binding in bindings
        if binding.reach != "original" and (license := knowledge.license_of(binding.license)) is not None
        for term in license.terms
        if term.do == "name-rule" and term.must and binding.reach in term.binds
    ]
