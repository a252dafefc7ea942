"""Filling a new catalogue with the seed data, and computing the profiles of what it holds."""

from __future__ import annotations

from collections.abc import Callable

from registry.catalogue.engine import Catalogue
from registry.catalogue.ingest.writer import ingest
from registry.desk.profiles import refresh_profiles
from registry.knowledge.store import Knowledge
from registry.sources.seed import SeedSource

ACTOR = "licet"
"""Who writes the seed data into the history."""


def fill(catalogue: Catalogue, knowledge: Knowledge, progress: Callable[[str], None]) -> None:
    """Write the seed data into an empty catalogue, in one transaction.

    Raises:
        KnowledgeError: A file of the seed data is wrong.
    """
    records = list(SeedSource().records())
    progress(f"seeding {sum(len(record.models) for record in records)} models")
    with catalogue.writing() as connection:
        ingest(connection, records, actor=ACTOR, kind="seed", allow_unknown_bases=True)
        refresh_profiles(connection, knowledge, None)
