"""The held relations of a whole catalogue as long rows of numbers, and the parts of its lineage that an audit looks at closely."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from registry.catalogue.ingest.rows import chunks
from registry.catalogue.queries.profile_columns import RELATIONS
from registry.catalogue.stream import among, stream
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.lineage.circles import Links
from registry.supplychain.words import GRADES


@dataclass(frozen=True, slots=True)
class CatalogueLinks:
    """Models by their own number, datasets by theirs added to `first_dataset`."""

    links: Links
    """The relations, in the order in which they were recorded."""

    kinds: bytearray
    """Of each, its relation and the grade of its evidence in one number."""

    first_dataset: int
    """What the numbers of datasets are counted from."""

    def above(self, number: int) -> tuple[tuple[int, int], ...]:
        """The relations of a model: to what, and of what relation and evidence."""
        return tuple((self.links.parent[link], self.kinds[link]) for link in self.links.up(number))

    def with_ancestors(self, models: Collection[int]) -> set[int]:
        """Some models and all models that they come from."""
        found = set(models)
        pending = list(found)
        while pending:
            for parent in self.links.parents(pending.pop()):
                if parent < self.first_dataset and parent not in found:
                    found.add(parent)
                    pending.append(parent)
        return found


def read_links(connection: Connection) -> CatalogueLinks:
    """All held relations of the catalogue."""
    first = int(connection.execute(select(func.coalesce(func.max(model.c.id), 0))).scalar_one()) + 1
    sets = int(connection.execute(select(func.coalesce(func.max(dataset.c.id), 0))).scalar_one()) + 1
    kind_of = {(relation, grade): len(GRADES) * at + of for at, relation in enumerate(RELATIONS) for of, grade in enumerate(GRADES)}
    children, parents, kinds = array("i"), array("i"), bytearray()
    query = select(edge.c.child_id, edge.c.parent_id, edge.c.dataset_id, edge.c.relation, edge.c.grade).where(edge.c.grade.is_not(None)).order_by(edge.c.id)
    for child, parent, of_set, relation, grade in stream(connection, query):
        children.append(child)
        parents.append(parent if parent is not None else first + of_set)
        kinds.append(kind_of[relation, grade])
    return CatalogueLinks(Links(first + sets, children, parents), kinds, first)


def dataset_names(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """The names of datasets."""
    query = select(dataset.c.id, dataset.c.name).where(among(connection, dataset.c.id, numbers)).order_by(dataset.c.id)
    return {row.id: row.name for row in connection.execute(query)} if numbers else {}


def developers_with_title(connection: Connection, titles: Collection[str]) -> frozenset[int]:
    """The numbers of developers that are called by one of some titles, letter by letter as the lineage compares them."""
    found: set[int] = set()
    for part in chunks(sorted(titles)):
        found.update(connection.execute(select(developer.c.id).where(developer.c.title.in_(part)).order_by(developer.c.id)).scalars())
    return frozenset(found)
