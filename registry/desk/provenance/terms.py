"""What a statement of terms says beyond its own run: the lineage above what went in, as the catalogue has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.errors import UsageError
from registry.provenance.run import Run
from registry.provenance.terms import Link, Terms, terms_of

if TYPE_CHECKING:
    from registry.desk.session import Desk

MOST_LINKS = 10_000
"""A statement names no more links; there is no such lineage, and a record is to be read by people, too."""


def terms_with_ancestors(desk: Desk, run: Run, license: str | None = None) -> Terms:
    """The statement of terms of a run, with every ancestor that the catalogue knows above what went in.

    Args:
        desk: The desk.
        run: The run.
        license: The licence that the outcome carries.
    """
    from registry.catalogue.queries.find_model import find_model
    from registry.catalogue.queries.lineage import read_ancestors

    links: dict[Link, None] = {}
    with desk.catalogue.reading() as connection:
        for material in run.materials:
            if material.kind not in ("model", "adapter") or not material.relation:
                continue
            try:
                model = find_model(connection, material.name)
            except UsageError:
                continue
            for link in read_ancestors(connection, model.id).links:
                links[Link(material.name if link.child == model.name else link.child, link.parent, link.relation, link.grade)] = None
    return terms_of(run, tuple(list(links)[:MOST_LINKS]), license)
