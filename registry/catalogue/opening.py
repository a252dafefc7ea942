"""Opening a catalogue: found as it should be, upgraded, or made new.

A new SQLite catalogue is built in a file beside its place and put there when it is complete, so that whatever interrupts
the making leaves nothing half-made, and two processes that start at once do not meet.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from registry.catalogue.engine import WAIT_SECONDS, Catalogue, Target, make_engine, read_target
from registry.catalogue.problems import explained
from registry.catalogue.upgrade import migrate, read_status, require_current, upgrade_target
from registry.errors import CatalogueError

LEFTOVER_SECONDS = 3600
"""A half-made file older than this belongs to a process that is gone."""

Fill = Callable[[Catalogue], None]
"""Fills a new catalogue; called with the one being built."""

Progress = Callable[[str], None]
"""Told what takes time."""


def _silent(_message: str) -> None:
    """Say nothing."""


def open_catalogue(
    where: str | Path,
    *,
    fill: Fill | None = None,
    create: bool = True,
    automatic_upgrade: bool = False,
    progress: Progress = _silent,
    wait_seconds: float = WAIT_SECONDS,
) -> Catalogue:
    """Open a catalogue that this program can use.

    Args:
        where: A path, or a `sqlite:///` or `postgresql://` URL.
        fill: Puts the first rows into a new SQLite catalogue.
        create: Make a SQLite catalogue that is not there.
        automatic_upgrade: Upgrade an older SQLite catalogue instead of refusing it.
        progress: Told what takes time.
        wait_seconds: How long to wait for another writer.

    Raises:
        CatalogueNewerError: A newer licet wrote it.
        CatalogueOutdatedError: It has to be upgraded first, or (PostgreSQL) made.
        CatalogueLockedError: Another process holds it.
        CatalogueError: It cannot be used for another reason, which the message says.
    """
    target = read_target(where)
    if target.path is not None and is_missing(target.path, target.label):
        if not create:
            raise CatalogueError(f"there is no catalogue at `{target.label}`", "check the path given with `--db`")
        build_catalogue(target, fill=fill, progress=progress)
    catalogue = Catalogue(target, make_engine(target, wait_seconds=wait_seconds))
    try:
        with catalogue.reading() as connection:
            status = read_status(connection)
        if status.state == "outdated" and automatic_upgrade and target.path is not None:
            progress(f"upgrading the catalogue `{target.label}`")
            upgrade_target(target)
        else:
            require_current(status, target.label)
    except BaseException:
        catalogue.close()
        raise
    return catalogue


def is_missing(path: Path, label: str) -> bool:
    """Whether there is no file yet, or an empty one as `touch` makes."""
    with explained(label):
        if path.is_dir():
            raise IsADirectoryError(21, "Is a directory", str(path))
        return not path.exists() or path.stat().st_size == 0


def build_catalogue(target: Target, *, fill: Fill | None = None, progress: Progress = _silent) -> None:
    """Make a new SQLite catalogue at a target where there is none; if another process was faster, keep its file."""
    path = target.path
    if path is None:
        raise CatalogueError(f"`{target.label}` is not a file", "run `licet db upgrade`")
    with explained(target.label):
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        building = path.with_name(f".{path.name}.{uuid4().hex}.building")
        try:
            progress(f"making the catalogue `{target.label}`")
            new = read_target(building)
            catalogue = Catalogue(Target(new.url, building, target.label), make_engine(new, building=True))
            try:
                with catalogue.writing() as connection:
                    migrate(connection)
                if fill is not None:
                    fill(catalogue)
                with catalogue.engine.connect() as connection:
                    raw: Any = connection.connection.driver_connection
                    broken = raw.execute("PRAGMA foreign_key_check").fetchone()
                    raw.execute("PRAGMA journal_mode=WAL")
                if broken is not None:
                    raise CatalogueError(
                        f"the new catalogue `{target.label}` has rows that point nowhere ({broken[0]})", "report this with the command that you ran"
                    )
            finally:
                catalogue.close()
            _put_in_place(building, path)
        finally:
            _remove(building)


def _put_in_place(building: Path, path: Path) -> None:
    """Give a complete file its name, unless another process has done so by now."""
    with building.open("rb+") as file:
        os.fsync(file.fileno())
    if path.exists() and path.stat().st_size == 0:
        building.replace(path)
        return
    try:
        os.link(building, path)
    except FileExistsError:
        return
    except OSError:
        # Some file systems have no hard links.
        if not path.exists():
            building.replace(path)


def _remove(building: Path) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        building.with_name(building.name + ending).unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove what processes that were killed have left."""
    for left in path.parent.glob(f".{path.name}.*.building*"):
        if time.time() - left.stat().st_mtime > LEFTOVER_SECONDS:
            left.unlink(missing_ok=True)
