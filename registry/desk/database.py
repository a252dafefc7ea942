"""The catalogue's database: where it is, whether it is up to date, copied, whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from registry.catalogue.backup import backup_catalogue
from registry.catalogue.checkup import check_catalogue
from registry.catalogue.engine import Catalogue, make_engine, read_target
from registry.catalogue.opening import is_missing, open_catalogue
from registry.catalogue.queries.stats import is_empty
from registry.catalogue.upgrade import head_revision, read_status, upgrade_target
from registry.desk.seeding import fill
from registry.desk.session import Desk
from registry.settings import Settings


def status(settings: Settings) -> dict[str, Any]:
    """Where the catalogue is and which version it has; nothing is made or changed."""
    target = read_target(settings.catalogue)
    found: dict[str, Any] = {"schema": "licet.db/1", "catalogue": target.label, "default": settings.catalogue_is_default}
    if target.path is not None and is_missing(target.path, target.label) and not target.path.exists():
        return {**found, "state": "missing", "revision": None, "wanted": head_revision(), "pending": [], "hint": "it is made on first use"}
    catalogue = Catalogue(target, make_engine(target))
    try:
        with catalogue.reading() as connection:
            current = read_status(connection)
    finally:
        catalogue.close()
    size = target.path.stat().st_size if target.path is not None else None
    return {**found, "state": current.state, "revision": current.revision, "wanted": current.head, "pending": list(current.pending), "bytes": size}


def upgrade(settings: Settings, progress: Callable[[str], None]) -> dict[str, Any]:
    """Make the catalogue if it is not there, carry out the migrations it lacks, and seed it if it is empty.

    Raises:
        CatalogueNewerError: A newer licet wrote it.
        CatalogueError: It cannot be used; it is then as it was.
    """
    desk = Desk(settings, progress)
    target = read_target(settings.catalogue)
    before: str | None = None
    if target.path is None or target.path.exists():
        before = upgrade_target(target).revision
    try:
        catalogue = desk.catalogue
        with catalogue.reading() as connection:
            empty = is_empty(connection)
        if empty:
            fill(catalogue, desk.knowledge, progress)
    finally:
        desk.close()
    return {"schema": "licet.db/1", "catalogue": target.label, "before": before, "now": head_revision(), "seeded": empty or before is None}


def backup(settings: Settings, to: Path, *, overwrite: bool = False) -> dict[str, Any]:
    """Copy the catalogue to a file in one consistent state; over one that is there only with `overwrite`.

    Raises:
        UsageError: There is a file of that name already.
        CatalogueError: It cannot be read or written.
    """
    catalogue = open_catalogue(settings.catalogue, create=False)
    try:
        copy = backup_catalogue(catalogue, to, overwrite=overwrite)
    finally:
        catalogue.close()
    return {"schema": "licet.db/1", "catalogue": catalogue.label, "copy": str(copy), "bytes": copy.stat().st_size}


def check(settings: Settings) -> dict[str, Any]:
    """Whether the database is sound, its references hold, and its history was not altered."""
    catalogue = open_catalogue(settings.catalogue, create=False)
    try:
        report = check_catalogue(catalogue)
    finally:
        catalogue.close()
    return {
        "schema": "licet.db/1",
        "catalogue": catalogue.label,
        "ok": not report.problems,
        "problems": list(report.problems),
        "change_sets": report.change_sets,
        "head": report.head,
    }
