"""How much the catalogue holds, layer by layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from registry.catalogue.tables.application import application
from registry.catalogue.tables.compute import training_run
from registry.catalogue.tables.data import dataset
from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.history import chain_head
from registry.catalogue.tables.host import host, hosting
from registry.catalogue.tables.license import acceptance, statement
from registry.catalogue.tables.lineage import edge
from registry.catalogue.tables.model import model
from registry.catalogue.tables.profile import binding, profile
from registry.catalogue.tables.user import user_group


@dataclass(frozen=True, slots=True)
class Stats:
    """What the catalogue holds."""

    counts: Mapping[str, int]
    """How many of each: the six layers, models, statements, links, profiles, acceptances, change sets."""

    modalities: Mapping[str, int]
    """Recorded models by modality."""

    accesses: Mapping[str, int]
    """Recorded models by access."""

    head: str
    """Hash of the last change set."""


def read_stats(connection: Connection) -> Stats:
    """Count what the catalogue holds."""
    tables = {
        "developers": developer,
        "datasets": dataset,
        "training_runs": training_run,
        "hosts": host,
        "hostings": hosting,
        "applications": application,
        "user_groups": user_group,
        "profiles": profile,
        "bindings": binding,
        "acceptances": acceptance,
    }
    counts = {name: int(connection.execute(select(func.count()).select_from(table)).scalar_one()) for name, table in tables.items()}
    models: Counter[bool] = Counter()
    modalities: Counter[str] = Counter()
    accesses: Counter[str] = Counter()
    # One pass over the models, which are by far the most.
    kinds = select(model.c.recorded, model.c.modality, model.c.access, func.count()).group_by(model.c.recorded, model.c.modality, model.c.access)
    for recorded, modality, access, count in connection.execute(kinds.order_by(None)):
        models[bool(recorded)] += count
        if recorded:
            modalities[modality or "unknown"] += count
            accesses[access or "unknown"] += count
    counts["models"], counts["models_known_by_name_only"] = models[True], models[False]
    counts["statements"] = int(connection.execute(select(func.count()).select_from(statement).where(statement.c.retired_set.is_(None))).scalar_one())
    counts["links"] = int(connection.execute(select(func.count()).select_from(edge).where(edge.c.grade.is_not(None))).scalar_one())
    head = connection.execute(select(chain_head.c.seq, chain_head.c.hash)).one()
    counts["change_sets"] = head.seq
    return Stats(dict(sorted(counts.items())), dict(sorted(modalities.items())), dict(sorted(accesses.items())), head.hash)


def is_empty(connection: Connection) -> bool:
    """Whether nothing was ever written to the catalogue, as after its schema is made."""
    return bool(connection.execute(select(chain_head.c.seq)).scalar_one() == 0)
