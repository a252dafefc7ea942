"""What the engines complain about, in words for people: every database error leaves this room as a `CatalogueError`."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from registry.errors import CatalogueError, CatalogueLockedError, MissingExtraError, RegistryError

_LOCKED = "wait for the other licet process to finish, or end it, and run this again"
_DAMAGED = "restore a backup made with `licet db backup`, or move the file away and run this again to make a new catalogue"
_SQLITE = {
    sqlite3.SQLITE_BUSY: (CatalogueLockedError, "another process is writing to it", _LOCKED),
    sqlite3.SQLITE_LOCKED: (CatalogueLockedError, "another process is writing to it", _LOCKED),
    sqlite3.SQLITE_READONLY: (CatalogueError, "it is read-only", "make the file and its folder writable, or choose another catalogue with `--db`"),
    sqlite3.SQLITE_PERM: (CatalogueError, "access is not permitted", "check the permissions of the file and its folder"),
    sqlite3.SQLITE_FULL: (CatalogueError, "the disk is full; nothing was written", "free some space and run this again"),
    sqlite3.SQLITE_IOERR: (CatalogueError, "reading or writing the disk failed; nothing was written", "check the disk and its free space"),
    sqlite3.SQLITE_CORRUPT: (CatalogueError, "the file is damaged", _DAMAGED),
    sqlite3.SQLITE_NOTADB: (CatalogueError, "the file is not a catalogue (file is not a database)", _DAMAGED),
    sqlite3.SQLITE_CANTOPEN: (CatalogueError, "the file cannot be opened", "check that the folder exists and that you may read it"),
    sqlite3.SQLITE_AUTH: (CatalogueError, "access is not permitted", "check the permissions of the file and its folder"),
    sqlite3.SQLITE_TOOBIG: (CatalogueError, "a value is too large for it", "shorten the value"),
}
_POSTGRESQL = {
    "55P03": (CatalogueLockedError, "another process is writing to it", _LOCKED),
    "40P01": (CatalogueLockedError, "another process is writing to it", _LOCKED),
    "40001": (CatalogueLockedError, "another process wrote to it at the same time", "run this again"),
    "53100": (CatalogueError, "the server's disk is full; nothing was written", "free some space on the server and run this again"),
    "25006": (CatalogueError, "it is read-only", "connect to a server or role that may write"),
    "42501": (CatalogueError, "access is not permitted", "grant the role the rights it lacks"),
    "28P01": (CatalogueError, "the server refused the password", "correct the user name or password in the URL"),
    "3D000": (CatalogueError, "the server has no such database", "create it with `createdb`, then run `licet db upgrade`"),
}
_OS = {
    errno.ENOSPC: ("the disk is full; nothing was written", "free some space and run this again"),
    errno.EDQUOT: ("the disk quota is used up; nothing was written", "free some space and run this again"),
    errno.EROFS: ("it stands on a read-only disk", "choose another catalogue with `--db`"),
    errno.EACCES: ("access is not permitted", "check the permissions of the file and its folder"),
    errno.EPERM: ("access is not permitted", "check the permissions of the file and its folder"),
    errno.ENOENT: ("the file or its folder does not exist", "check the path"),
    errno.ENOTDIR: ("a part of its path is not a folder", "check the path"),
    errno.EISDIR: ("it is a folder", "name a file"),
}


def explain(error: BaseException, label: str) -> RegistryError:
    """The error of ours that says what a database, driver or system error means for the catalogue called `label`."""
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        return explain(error.orig, label)
    if isinstance(error, exc.NoSuchModuleError):
        return CatalogueError(f"`{label}` names a kind of database that licet does not know", "use a SQLite file or a `postgresql://` URL")
    if isinstance(error, ModuleNotFoundError):
        return MissingExtraError("a PostgreSQL catalogue", "postgres")
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and (code & 0xFF) in _SQLITE:
            kind, what, hint = _SQLITE[code & 0xFF]
            return kind(f"cannot use the catalogue `{label}`: {what}", hint)
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state in _POSTGRESQL:
        kind, what, hint = _POSTGRESQL[state]
        return kind(f"cannot use the catalogue `{label}`: {what}", hint)
    first = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if isinstance(error, OSError):
        what, hint = _OS.get(error.errno or 0, (error.strerror or first, "check the path and the disk"))
        return CatalogueError(f"cannot use the catalogue `{label}`: {what}", hint)
    if type(error).__module__.startswith("psycopg") and type(error).__name__ == "OperationalError":
        return CatalogueError(f"cannot reach the catalogue `{label}`: {first}", "check the URL and that the server runs")
    return CatalogueError(f"cannot use the catalogue `{label}`: {first}", "run `licet db check`")


@contextmanager
def explained(label: str, *, files: bool = True) -> Iterator[None]:
    """Turn database and system errors of the body into ours; errors of ours pass through.

    Args:
        label: What to call the catalogue: its path, or its URL without the password.
        files: Whether system errors and missing modules are the catalogue's too; they are not where the body does other work.
    """
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        raise explain(error, label) from error
    except OSError as error:
        if not files:
            raise
        raise explain(error, label) from error
    except ModuleNotFoundError as error:
        if not files or not (error.name or "").startswith("psycopg"):
            raise
        raise explain(error, label) from error
