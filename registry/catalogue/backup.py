"""A copy of the catalogue that is complete whatever is being written meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from registry.catalogue.engine import Catalogue
from registry.catalogue.problems import explained
from registry.errors import CatalogueError, UsageError


def backup_catalogue(catalogue: Catalogue, to: str | Path, *, overwrite: bool = False) -> Path:
    """Copy a SQLite catalogue to a file.

    Args:
        catalogue: The catalogue.
        to: The file.
        overwrite: Take the place of a file that is there.

    Raises:
        UsageError: There is a file of that name already.
        CatalogueError: It cannot be written, or the catalogue is on a server.
    """
    target = Path(to).expanduser()
    path = catalogue.target.path
    if path is None:
        raise CatalogueError(f"`{catalogue.label}` is on a server", "copy it with `pg_dump`")
    if target.exists() and not overwrite:
        raise UsageError(f"`{target}` is there already", "name a new file")
    with explained(str(target)):
        target.parent.mkdir(parents=True, exist_ok=True)
        copying = target.with_name(f".{target.name}.{uuid4().hex}.copying")
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source, closing(sqlite3.connect(copying)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
            copying.replace(target)
        finally:
            copying.unlink(missing_ok=True)
    return target
