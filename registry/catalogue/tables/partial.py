"""Indexes over part of a table. They stand apart because describing one loads both engines' dialects, which a reader need not pay for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, text

from registry.catalogue.tables.developer import developer
from registry.catalogue.tables.license import statement
from registry.catalogue.tables.lineage import edge_evidence
from registry.catalogue.tables.model import model
from registry.catalogue.tables.remark import remark

_HELD = text("retired_set IS NULL")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


INDEXES = (
    Index("ix_model_modality", model.c.modality, model.c.recorded, model.c.profile_id),
    Index("ix_model_parameters", model.c.parameters, model.c.recorded, model.c.profile_id, **_where("parameters IS NOT NULL")),
    Index("ix_model_training_flop", model.c.training_flop, **_where("training_flop IS NOT NULL")),
    Index("ix_developer_title", developer.c.title, **_where("title IS NOT NULL")),
    Index("ix_model_by_name_only", model.c.profile_id, sqlite_where=text("recorded = 0"), postgresql_where=text("NOT recorded")),
    Index("uq_statement_held", statement.c.digest, unique=True, sqlite_where=_HELD, postgresql_where=_HELD),
    Index("uq_remark_held", remark.c.digest, unique=True, sqlite_where=_HELD, postgresql_where=_HELD),
    Index("ix_edge_evidence_own", edge_evidence.c.edge_id, **_where("origin IN ('register', 'run') AND retired_set IS NULL")),
    Index("uq_edge_evidence_held", edge_evidence.c.digest, unique=True, sqlite_where=_HELD, postgresql_where=_HELD),
)
"""The indexes; the migrations make them."""
