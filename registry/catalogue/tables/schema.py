"""All tables together: importing this module is what fills the metadata."""

from __future__ import annotations

from registry.catalogue.tables import (
    application,
    compute,
    data,
    developer,
    history,
    host,
    license,
    lineage,
    model,
    partial,
    profile,
    remark,
    revenue,
    source,
    user,
)
from registry.catalogue.tables.columns import METADATA

FILES = (application, compute, data, developer, history, host, license, lineage, model, partial, profile, remark, revenue, source, user)
"""The files that tables are described in."""

__all__ = ["FILES", "METADATA"]
