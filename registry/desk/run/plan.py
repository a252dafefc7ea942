"""The licence gate of a run: what the recorded licences make of the outcome as it is planned, before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from registry.desk.answer import Question, answer
from registry.desk.answer_item import to_item
from registry.desk.facts import read_use, resolve_named_licenses
from registry.desk.lookup import Subject, date_of_terms, find_subject
from registry.desk.profiles import licenses_of
from registry.desk.run.plan_license import Choice, choose_license
from registry.errors import UnknownModelError, UsageError
from registry.lineage.graph import Edge, Graph, Node
from registry.supplychain.statement import statements_on
from registry.terms.verdict import Verdict

if TYPE_CHECKING:
    from registry.desk.session import Desk
    from registry.supplychain.record import Record
    from registry.terms.facts import Use

REFUSED = frozenset({"prohibited", "needs-permission"})
"""Verdicts on which a run stops."""

OUTWARD = frozenset({"internal", "api", "outputs", "product", "saas", "weights"})
"""Every way in which the outcome of a run can be used and reach others."""

OPEN = frozenset({"conditional", "undetermined"})
"""Verdicts on which a run asks."""


@dataclass(frozen=True, slots=True)
class PlannedModel:
    """A model that goes into a run.

    Attributes:
        name: Its name in the registry.
        relation: What the outcome will be to it.
        record: What its own folder says of it, where the catalogue does not know it.
        license: The licence that the user states for it.
        only_if_open: The statement is for those among several of which no licence is on record.
    """

    name: str
    relation: str
    record: Record | None = None
    license: str | None = None
    only_if_open: bool = False


@dataclass(frozen=True, slots=True)
class PlannedData:
    """A dataset that goes into a run.

    Attributes:
        name: Its name in the registry, without `dataset:`.
        relation: `trained-on` or `tested-on`.
        license: The licence that the user states for it.
        outputs_of: The models whose outputs it is made of.
    """

    name: str
    relation: str = "trained-on"
    license: str | None = None
    outputs_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A run as planned.

    Attributes:
        name: The name in the registry of what will come out; None where no model comes out, and the models are only run.
        models: The models that go in.
        data: The datasets that go in.
        license: The licence that the user wants the outcome to carry.
        modality: The outcome's modality.
    """

    name: str | None
    models: tuple[PlannedModel, ...]
    data: tuple[PlannedData, ...] = ()
    license: str | None = None
    modality: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the licences make of a planned run.

    Attributes:
        item: The item of `licet.check/1`.
        outward: The same for a use in which the outcome reaches others in every way: what must be done then.
        choice: The licence that the outcome carries, where a model comes out.
        licenses: The licences that are held for everything that goes in, by name.
        stated: The licences that the user stated where none was on record, by name.
        use: The facts that the answer rests on.
    """

    item: Mapping[str, Any]
    outward: Mapping[str, Any]
    choice: Choice | None
    licenses: Mapping[str, tuple[str, ...]]
    stated: Mapping[str, str]
    use: Use = field(repr=False)

    @property
    def verdict(self) -> str:
        """The verdict."""
        return str(self.item["verdict"])


def plan_run(desk: Desk, planned: Planned, raw: Mapping[str, Any]) -> Plan:
    """Judge the outcome of a run as if it existed: its bases by their relations, its data, and the models whose outputs the data is.

    To run a model is itself an act: whatever else is stated, the use inside the house is part of the use.

    Args:
        desk: The desk.
        planned: The run.
        raw: The facts of the use as given.

    Raises:
        FactError: A fact cannot be read.
        UnknownModelError: A model is neither in the catalogue nor described by its own folder.
        UnknownLicenseError: A licence that is stated is not known.
        UsageError: A licence is stated where another is on record.
    """
    knowledge = desk.knowledge
    use = resolve_named_licenses(knowledge, read_use(knowledge, raw, desk.settings.facts))
    reading = desk.interpretation(raw.get("interpretation"))
    distribution = use.stated.get("distribution")
    use = use.with_facts(distribution=frozenset({"internal"}) | (distribution if isinstance(distribution, frozenset) else frozenset()))
    on = date_of_terms(use)
    gathered = _Gathered(desk, on)
    for model in planned.models:
        gathered.add_model(model)
    for data in planned.data:
        gathered.add_data(data)
    if gathered.accepted and "accepted" not in use.stated:
        use = replace(use, assumed={**use.assumed, "accepted": frozenset(gathered.accepted)})
    if planned.name is None:
        return _of_inputs(desk, planned, gathered, use, reading)
    if planned.license is not None:
        stated = knowledge.resolve(planned.license, on)
        license = stated.license if stated.reason == "expression" else knowledge.find(planned.license, on).id
        use = use.with_facts(published_under=license)
    use = use.with_facts(modified=True)
    name = planned.name if planned.name not in gathered.nodes else f"{planned.name} (planned)"
    edges = [*gathered.edges, *(Edge(name, model.name, model.relation, "attested") for model in planned.models)]
    for data in planned.data:
        edges.append(Edge(name, f"dataset:{data.name}", data.relation, "attested"))
        edges += [Edge(name, model, "trained-on-outputs", "attested") for model in data.outputs_of if data.relation == "trained-on"]
    nodes = {**gathered.nodes, name: Node(name, (), modality=planned.modality)}
    bare = Graph.of(nodes.values(), edges, circles=True)
    if planned.license is not None:
        published = str(use.stated["published_under"])
        choice = Choice(published, "stated", choose_license(knowledge, bare, name, reading).inherited)
    else:
        choice = choose_license(knowledge, bare, name, reading)
    # An inherited licence binds over its ancestor already, and there the path shows where it comes from.
    own = knowledge.parts_of(choice.license) if choice.license is not None and choice.why == "stated" else ()
    graph = Graph({**bare.nodes, name: replace(bare.nodes[name], licenses=own)}, bare.parents)

    def ask(facts: Use) -> dict[str, Any]:
        given = answer(knowledge, Question(graph, name, facts, reading, name_to_judge=planned.name, change_is_lineage=True))
        return {**to_item(knowledge, given), "model": planned.name, "carries": choice.license}

    return Plan(ask(use), ask(use.with_facts(distribution=OUTWARD)), choice, gathered.licenses(), gathered.stated, use)


def _of_inputs(desk: Desk, planned: Planned, gathered: _Gathered, use: Use, reading: str) -> Plan:
    """The worst answer over models that are only run."""
    graph = Graph.of(gathered.nodes.values(), gathered.edges, circles=True)

    def ask(facts: Use) -> dict[str, Any]:
        items = [to_item(desk.knowledge, answer(desk.knowledge, Question(graph, model.name, facts, reading))) for model in planned.models]
        return max(items, key=lambda item: Verdict.from_word(item["verdict"]))

    return Plan(ask(use), ask(use.with_facts(distribution=OUTWARD)), None, gathered.licenses(), gathered.stated, use)


class _Gathered:
    """The nodes and edges around everything that goes in."""

    def __init__(self, desk: Desk, on: str) -> None:
        self._desk = desk
        self._on = on
        self._inputs: list[str] = []
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.accepted: set[str] = set()
        self.stated: dict[str, str] = {}

    def licenses(self) -> dict[str, tuple[str, ...]]:
        """The licences held for each thing that goes in."""
        return {name: self.nodes[name].licenses for name in self._inputs if name in self.nodes}

    def add_model(self, model: PlannedModel) -> None:
        """A model with all its ancestors."""
        self._inputs.append(model.name)
        if model.record is not None:
            self._add_described(model.name, model.record)
        else:
            self._add_recorded(find_subject(self._desk, model.name, self._on))
        if model.license is not None and not (model.only_if_open and self._held(model.name)):
            self._state(model.name, model.license)

    def add_data(self, data: PlannedData) -> None:
        """A dataset, and the models whose outputs it is made of."""
        name = f"dataset:{data.name}"
        self._inputs.append(name)
        known = self._known(name)
        if known is not None and known.name == name:
            self._add_recorded(known)
        else:
            self.nodes.setdefault(name, Node(name, ("unstated",), "dataset", basis="inferred"))
        if data.license is not None:
            self._state(name, data.license)
        for model in data.outputs_of:
            made_by = self._known(model)
            if made_by is not None:
                self._add_recorded(made_by, alias=model)
            else:
                self.nodes.setdefault(model, Node(model, ("missing-ancestor",)))

    def _known(self, name: str) -> Subject | None:
        try:
            return find_subject(self._desk, name, self._on)
        except (UnknownModelError, UsageError):
            return None

    def _add_recorded(self, found: Subject, alias: str | None = None) -> None:
        self.nodes.update({name: node for name, node in found.graph.nodes.items() if name not in self.nodes})
        self.edges += [edge for own in found.graph.parents.values() for edge in own]
        self.accepted |= found.accepted
        if alias is not None and alias != found.name and alias not in self.nodes:
            self.nodes[alias] = replace(self.nodes[found.name], name=alias)
            self.edges += [replace(edge, child=alias) for edge in found.graph.parents.get(found.name, ())]

    def _add_described(self, name: str, record: Record) -> None:
        """A model that the catalogue does not know, as its own folder describes it."""
        knowledge = self._desk.knowledge
        described = next((each for each in record.models if each.name == name), None)
        said = statements_on([each for each in record.statements if each.subject == name], self._on)
        licenses = licenses_of(knowledge, said, self._on, recorded=True)
        basis = said[0].basis if said else "inferred"
        self.nodes[name] = Node(name, licenses, modality=described.modality if described else None, basis=basis)
        for relation in record.relations:
            known = self._known(relation.parent)
            if known is not None:
                self._add_recorded(known, alias=relation.parent)
            else:
                kind = "dataset" if relation.parent.startswith("dataset:") else "model"
                self.nodes.setdefault(
                    relation.parent, Node(relation.parent, ("unstated" if kind == "dataset" else "missing-ancestor",), kind, basis="inferred")
                )
            self.edges.append(Edge(name, relation.parent, relation.relation, relation.evidence))

    def _state(self, name: str, license: str) -> None:
        """The licence that the user states, which stands in where none is on record and speaks over none that is."""
        knowledge = self._desk.knowledge
        held = self._held(name)
        found = knowledge.resolve(license, self._on)
        stated = found.license if found.reason == "expression" else knowledge.find(license, self._on).id
        if held and set(knowledge.parts_of(stated)) != set(self.nodes[name].licenses):
            recorded = " and ".join(self.nodes[name].licenses)
            raise UsageError(
                f"the licence of `{name}` is on record: {recorded}, not {stated}", "leave it out; a wrong record is corrected with `licet catalog add`"
            )
        if not held:
            self.stated[name] = stated
        self.nodes[name] = replace(self.nodes[name], licenses=knowledge.parts_of(stated), basis="declared")

    def _held(self, name: str) -> bool:
        """Whether a licence is on record for it."""
        license_of = self._desk.knowledge.license_of
        return any((known := license_of(each)) is None or not known.placeholder for each in self.nodes[name].licenses)
