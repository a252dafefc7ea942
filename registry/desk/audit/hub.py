"""Names in an application that the catalogue does not have, looked up on the Hub: judged by what it says of them, and not recorded.

So many names and seconds are spent at most. The first time that the Hub does not answer is the last time that it is asked.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registry.errors import SourceError, UsageError
from registry.reports.report_words import counted

if TYPE_CHECKING:
    from registry.desk.answer import Answer
    from registry.desk.session import Desk
    from registry.lineage.graph import Edge, Graph, Node
    from registry.supplychain.record import Record
    from registry.terms.facts import Use

MOST_NAMES = 40
"""So many names are asked for in one audit, their bases included."""

MOST_SECONDS = 30.0
"""After so many seconds no further name is asked for."""

TIMEOUT = 6.0
"""Seconds without a byte, after which the Hub does not answer."""

_REFUSED = re.compile(r"\((?:400|401|403|404|410|451)\)")
"""In a message: the Hub answers, and has the name not, or not for us."""

_ON_HUB = re.compile(r"(?:dataset:)?[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


@dataclass
class HubLookup:
    """What the Hub says of names.

    Attributes:
        desk: The desk.
        clock: Tells the seconds.
        records: What was found, by the name that was asked for.
        names: What the Hub calls what was asked for.
        asked: The names that were asked for.
        trouble: Why the Hub is asked no more.
    """

    desk: Desk
    clock: Callable[[], float] = time.monotonic
    records: dict[str, Record] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    trouble: str | None = None
    _until: float | None = None

    def look_up(self, names: Iterable[str]) -> None:
        """Ask for some names, and for what these come from as far as the catalogue does not have it."""
        wanted = [name for name in dict.fromkeys(names) if _ON_HUB.fullmatch(name)]
        if not wanted:
            return
        self.desk.progress(f"asking the Hub about {counted(len(wanted), 'name that is', 'names that are')} not recorded")
        self._until = self.clock() + MOST_SECONDS
        while wanted and self.trouble is None:
            name = wanted.pop(0)
            if name in self.asked:
                continue
            if len(self.asked) >= MOST_NAMES or self.clock() > self._until:
                self.trouble = f"only {len(self.asked):,} of them could be asked for in the time that an audit takes"
                return
            self.asked.append(name)
            record = self._fetch(name)
            if record is not None:
                self.records[name] = record
                wanted += [each.parent for each in record.relations if _ON_HUB.fullmatch(each.parent) and not self._is_recorded(each.parent)]

    def _fetch(self, name: str) -> Record | None:
        from registry.sources.hub.source import HubSource

        def refuse(seconds: float) -> None:
            raise SourceError(f"it does not answer at once, and asks to wait {seconds:,.0f} seconds")

        try:
            source = HubSource([name], wait=refuse, timeout=TIMEOUT)
            record = next(iter(source.records()), None)
        except UsageError:  # it cannot be there
            return None
        except SourceError as error:
            if not _REFUSED.search(error.message):
                self.trouble = "the Hub did not answer"
            return None
        called = [*(f"dataset:{each.name}" for each in record.datasets), *(each.name for each in record.models)] if record is not None else []
        found = next((each for each in called if each.startswith("dataset:") is name.startswith("dataset:")), None)
        if found is None:
            return None
        self.names[name] = found
        return record

    def _is_recorded(self, name: str) -> bool:
        from registry.desk.facts import today

        return self._known(name, today()) is not None

    def _known(self, name: str, on: str) -> Graph | None:
        from registry.desk.lookup import known_graph

        try:
            return known_graph(self.desk, name, on)
        except UsageError:  # what cannot be a name
            return None

    def answer(self, name: str, use: Use, reading: str, revision: str | None = None) -> Answer | None:
        """What the use comes to for a name, by what the Hub says of it and the catalogue of what it comes from; None where the Hub has it not."""
        if name not in self.records:
            return None
        from registry.desk.answer import Question, answer
        from registry.desk.check import answer_model
        from registry.errors import UnknownModelError
        from registry.lineage.graph import Graph

        called = self.names[name]
        if called != name:
            try:
                return answer_model(self.desk, called, use, reading)
            except (UnknownModelError, UsageError):
                pass
        nodes, edges = self._around(name, use)
        graph = Graph.of(nodes.values(), edges, circles=True)
        return answer(self.desk.knowledge, Question(graph, called, use, reading, revision=revision, unknown_revision=False))

    def _around(self, name: str, use: Use) -> tuple[dict[str, Node], list[Edge]]:
        """The lineage of a name: what the Hub says, and above that what the catalogue knows."""
        from registry.desk.lookup import date_of_terms
        from registry.desk.profiles import licenses_of
        from registry.lineage.graph import Edge, Node
        from registry.supplychain.statement import statements_on

        on = date_of_terms(use)
        nodes: dict[str, Node] = {}
        edges: list[Edge] = []
        pending, seen = [name], set[str]()
        while pending:
            each = pending.pop()
            if each in seen:
                continue
            seen.add(each)
            record = self.records.get(each)
            if record is None:
                known = self._known(each, on)
                for node in known.nodes.values() if known is not None else ():
                    nodes.setdefault(node.name, node)
                edges += [edge for own in known.parents.values() for edge in own] if known is not None else []
                if known is None:
                    is_set = each.startswith("dataset:")
                    nodes[each] = Node(each, ("unstated" if is_set else "missing-ancestor",), "dataset" if is_set else "model", basis="inferred")
                continue
            called = self.names[each]
            said = statements_on(record.statements, on)
            model = record.models[0] if record.models else None
            licenses = licenses_of(self.desk.knowledge, said, model.released_on if model else None, recorded=True)
            basis = said[0].basis if said else "inferred"
            kind = "model" if model is not None else "dataset"
            nodes[called] = Node(called, licenses, kind, model.released_on if model else None, model.modality if model else None, basis)
            for relation in record.relations:
                parent = self.names.get(relation.parent, relation.parent)
                edges.append(Edge(called, parent, relation.relation, relation.evidence))
                pending.append(relation.parent)
        return nodes, [edge for edge in edges if edge.child != edge.parent and edge.parent in nodes]

    def told(self) -> str:
        """What was asked of the Hub, as part of a sentence."""
        if not self.asked:
            return "no network was used"
        found = f"the Hub was asked about {len(self.asked):,} names and knows {len(self.records):,} of them, which were judged and not recorded"
        return f"{found}; {self.trouble}" if self.trouble else found
