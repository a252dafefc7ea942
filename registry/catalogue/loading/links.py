"""The lineage of listings: gathered while they are read, resolved when every name is known, and written at the end."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Sequence
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import select

from registry.catalogue.ingest.bases import fold, near_names, settle
from registry.catalogue.ingest.claims import settle_grades
from registry.catalogue.loading.state import LoadState
from registry.catalogue.loading.things import Datasets, Models, Names
from registry.catalogue.stream import BATCH, among, change, next_number, stream, write
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.lineage import edge, edge_evidence
from registry.catalogue.tables.model import model
from registry.supplychain.listing import Listing
from registry.supplychain.names import check_name
from registry.supplychain.words import GRADES

_DATASET_CLAIM = ("trained-on", "declared", None)
_EDGE_COLUMNS = ("id", "child_id", "parent_id", "dataset_id", "relation", "grade")
_EVIDENCE_COLUMNS = ("edge_id", "origin", "source_id", "grade", "says", "digest", "added_set")


class Links:
    """The links of a load.

    Args:
        state: The load.
        names: The numbers of models.
    """

    def __init__(self, state: LoadState, names: Names) -> None:
        self._state = state
        self._names = names
        self._children = array("i")
        self._parents = array("i")
        self._claims = array("i")
        self._written: dict[str, int] = {}
        self._kinds: dict[tuple[str, str, str | None], int] = {}
        query = select(edge_evidence.c.digest, edge_evidence.c.id).where(edge_evidence.c.origin == state.origin, edge_evidence.c.retired_set.is_(None))
        self._held: dict[int, int] = {int(digest[:16], 16): number for digest, number in stream(state.connection, query)}
        self.itself: list[tuple[int, str]] = []
        """Models that name themselves as their base, in another spelling, with what was written."""

    def take(self, listing: Listing, numbers: Sequence[int | None]) -> None:
        """Gather the links of a listing."""
        for link in listing.bases:
            self._gather(numbers[link.position], link.base, (link.relation, link.evidence, link.says))
        for at, name in listing.datasets:
            self._gather(numbers[at], f"dataset:{name}", _DATASET_CLAIM)

    def _gather(self, child: int | None, parent: str, claim: tuple[str, str, str | None]) -> None:
        if child is None:
            return
        number = self._written.get(parent)
        if number is None:
            check_name(parent.removeprefix("dataset:"), "dataset" if parent.startswith("dataset:") else "model")
            number = self._written[parent] = len(self._written)
        kind = self._kinds.setdefault(claim, len(self._kinds))
        self._children.append(child)
        self._parents.append(number)
        self._claims.append(kind)

    def finish(self, models: Models, datasets: Datasets, listed: Callable[[int], bool], progress: Callable[[str], None]) -> None:
        """Resolve the names of bases, write what is new and retire what is no longer said."""
        if self._children:
            progress(f"resolving {len(self._children):,} links")
            self._write(self._resolved(models, datasets))
        self._retire(listed)

    def _resolved(self, models: Models, datasets: Datasets) -> list[tuple[str, int]]:
        """The recorded name and number of every parent that was written; unknown ones are noted by name."""
        known = self._names.numbers
        bases = [name for name in self._written if not name.startswith("dataset:")]
        recorded = {name for name in bases if name in known and models.is_recorded(known[name])}
        near = self._near([name for name in bases if name not in recorded], models)
        noted = models.note_by_name(name for name in bases if name not in known and name not in near)
        sets = [name[8:] for name in self._written if name.startswith("dataset:")]
        datasets.note_by_name(name for name in sets if name not in datasets.names.numbers)
        found: list[tuple[str, int]] = []
        for name in self._written:
            if name.startswith("dataset:"):
                found.append((name, datasets.names.numbers[name[8:]]))
            else:
                own = near.get(name, name)
                found.append((own, noted[own] if own in noted else known[own]))
        return found

    def _near(self, written: list[str], models: Models) -> dict[str, str]:
        """The recorded names that written names stand for. A first load has its names at hand, and no index to look them up by."""
        if not self._state.first:
            return near_names(self._state.connection, written)
        folded = fold(written)
        found: dict[str, set[str]] = {}
        for name, number in self._names.numbers.items():
            if (key := name.casefold()) in folded and models.is_recorded(number):
                found.setdefault(key, set()).add(name)
        for key, names in models.aliases(folded).items():
            found.setdefault(key, set()).update(names)
        return settle(folded, found)

    def _write(self, parents: Sequence[tuple[str, int]]) -> None:
        state = self._state
        written, kinds = list(self._written), list(self._kinds)
        is_set = [name.startswith("dataset:") for name in written]
        wanted = set(self._children)
        child_names = {number: name for name, number in self._names.numbers.items() if number in wanted}
        digest_of = _digests(state.origin, state.reference)
        old_edges = self._old_edges(sorted(child for child in wanted if child < self._names.known_before))
        del wanted
        edges: list[tuple[Any, ...]] = []
        evidence: list[tuple[Any, ...]] = []
        changed: set[int] = set()
        first_free = next_number(state.connection, edge)
        order = array("i", sorted(range(len(self._children)), key=self._children.__getitem__))
        own: dict[tuple[bool, int, str], int] = {}
        said: set[str] = set()
        before = -1
        for at in order:
            child, which = self._children[at], self._parents[at]
            parent_name, parent = parents[which]
            if child != before:
                before, own = child, {}
                said.clear()
                if len(evidence) >= BATCH:
                    first_free += self._write_batch(edges, evidence)
            if not is_set[which] and parent == child:
                self.itself.append((child, written[which]))
                continue
            relation, grade, says = kinds[self._claims[at]]
            name = child_names[child]
            digest = digest_of(name, parent_name, relation, grade, says)
            if digest in said:
                continue
            said.add(digest)
            if child < self._names.known_before and self._held.pop(int(digest[:16], 16), None) is not None:
                continue
            key = (is_set[which], parent, relation)
            number = own.get(key) or old_edges.get((child, *key))
            if number is None:
                number = first_free + len(edges)
                edges.append((number, child, None if is_set[which] else parent, parent if is_set[which] else None, relation, grade))
            elif number >= first_free:
                known = edges[number - first_free]
                if GRADES.index(grade) > GRADES.index(known[5]):
                    edges[number - first_free] = (*known[:5], grade)
            else:
                changed.add(number)
            own[key] = number
            evidence.append((number, state.origin, state.source_id, grade, says, digest, state.log.seq))
            if not state.first or child < self._names.known_before:
                state.log.add(name, "relation", None, _shown(state, parent_name, relation, grade, says))
                state.touched.add(child)
        self._write_batch(edges, evidence)
        settle_grades(state.connection, changed)

    def _write_batch(self, edges: list[tuple[Any, ...]], evidence: list[tuple[Any, ...]]) -> int:
        """Write links with their evidence and forget them; says how many links there were."""
        write(self._state.connection, edge, _EDGE_COLUMNS, edges)
        write(self._state.connection, edge_evidence, _EVIDENCE_COLUMNS, evidence)
        self._state.added["relation"] += len(evidence)
        self._state.take_in(row[5] for row in evidence)
        count = len(edges)
        edges.clear()
        evidence.clear()
        return count

    def _old_edges(self, children: Sequence[int]) -> dict[tuple[int, bool, int, str], int]:
        """The links that children which were known before have already, by child, kind of parent, parent and relation."""
        if not children:
            return {}
        query = select(edge.c.id, edge.c.child_id, edge.c.parent_id, edge.c.dataset_id, edge.c.relation).where(
            among(self._state.connection, edge.c.child_id, children)
        )
        found = {}
        for number, child, parent, of_set, relation in self._state.connection.execute(query.order_by(edge.c.id)):
            found[(child, parent is None, of_set if parent is None else parent, relation)] = number
        return found

    def _retire(self, listed: Callable[[int], bool]) -> None:
        """Retire what is held of this origin and was not said again, of the models that the load described."""
        state = self._state
        if not self._held:
            return
        parent = model.alias("parent")
        query = (
            select(
                edge_evidence.c.id,
                edge_evidence.c.edge_id,
                edge_evidence.c.grade,
                edge_evidence.c.says,
                edge.c.child_id,
                edge.c.relation,
                model.c.name,
                parent.c.name.label("parent"),
                dataset.c.name.label("dataset"),
            )
            .join(edge, edge.c.id == edge_evidence.c.edge_id)
            .join(model, model.c.id == edge.c.child_id)
            .outerjoin(parent, parent.c.id == edge.c.parent_id)
            .outerjoin(dataset, dataset.c.id == edge.c.dataset_id)
            .where(among(state.connection, edge_evidence.c.id, list(self._held.values())))
            .order_by(edge_evidence.c.id)
        )
        stale = [row for row in state.connection.execute(query) if listed(row.child_id)]
        for row in stale:
            name = row.parent if row.parent is not None else f"dataset:{row.dataset}"
            state.log.add(row.name, "relation", _shown(state, name, row.relation, row.grade, row.says), None)
            state.touched.add(row.child_id)
        change(state.connection, edge_evidence, ("retired_set",), [(state.log.seq, row.id) for row in stale])
        settle_grades(state.connection, {row.edge_id for row in stale})
        state.retired["relation"] += len(stale)


def _shown(state: LoadState, parent: str, relation: str, grade: str, says: str | None) -> dict[str, object]:
    values = {"parent": parent, "relation": relation, "evidence": grade, "source": state.reference, "says": says, "origin": state.origin}
    return {key: value for key, value in values.items() if value is not None}


def _digests(origin: str, reference: str) -> Callable[[str, str, str, str, str | None], str]:
    """What makes the digest of a relation: the same bytes as the ordinary door takes it from, put together by hand for their number."""
    of_origin, of_source = encode_basestring(origin), encode_basestring(reference)

    def digest_of(child: str, parent: str, relation: str, grade: str, says: str | None) -> str:
        told = "" if says is None else f'"says":{encode_basestring(says)},'
        text = (
            f'{{"child":{encode_basestring(child)},"evidence":"{grade}","origin":{of_origin},'
            f'"parent":{encode_basestring(parent)},"relation":"{relation}",{told}"source":{of_source}}}'
        )
        return hashlib.sha256(text.encode()).hexdigest()

    return digest_of
