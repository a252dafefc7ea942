"""Indexes over part of a table. They stand apart because describing one loads both engines' dialects, which a reader need not pay for."""

from __future__ import annotations

from sqlalchemy import Index, text

from registry.catalogue.tables.license import statement
from registry.catalogue.tables.lineage import edge_evidence
from registry.catalogue.tables.model import model
from registry.catalogue.tables.remark import remark

_HELD = text("retired_set IS NULL")

INDEXES = (
    Index("ix_model_by_name_only", model.c.profile_id, sqlite_where=text("recorded = 0"), postgresql_where=text("NOT recorded")),
    Index("uq_statement_held", statement.c.digest, unique=True, sqlite_where=_HELD, postgresql_where=_HELD),
    Index("uq_remark_held", remark.c.digest, unique=True, sqlite_where=_HELD, postgresql_where=_HELD),
    Index("uq_edge_evidence_held", edge_evidence.c.digest, unique=True, sqlite_where=_HELD, postgresql_where=_HELD),
)
"""The indexes; the migrations make them."""
