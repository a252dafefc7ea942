"""Files of records and keys: read with bounds, written whole or not at all."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from registry.errors import ProvenanceError


def read_bounded(path: Path, limit: int, what: str, refuse_mode: int = 0) -> bytes:
    """The bytes of a regular file.

    Args:
        path: The file.
        limit: No more bytes than this.
        what: What it is taken for, for the message.
        refuse_mode: Permissions that the file may not have.

    Raises:
        ProvenanceError: It is not there, cannot be read, is no regular file, is larger, or others can read it.
    """
    try:
        # A pipe or a device would keep us waiting for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise ProvenanceError(f"`{path}` is no regular file", f"name the file of a {what}")
        if os.name == "posix" and about.st_mode & refuse_mode:
            mode = f"{about.st_mode & 0o777:04o}"
            raise ProvenanceError(f"the {what} `{path}` can be read by others (mode {mode})", f"run `chmod 600 {path}`, and think about who may have read it")
        with open(handle, "rb", closefd=False) as stream:
            data = stream.read(limit + 1) if about.st_size <= limit else None
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(handle)
    if data is None or len(data) > limit:
        raise ProvenanceError(f"`{path}` is larger than {limit:,} bytes", f"no {what} is that large; do not trust it")
    return data


def _unreadable(path: Path, error: OSError) -> ProvenanceError:
    return ProvenanceError(f"`{path}` cannot be read: {error.strerror or error}", "check the path and its permissions")


def write_json(path: Path, value: Any) -> None:
    """Write a document so that it is there whole or not at all.

    Raises:
        ProvenanceError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as stream:
            json.dump(value, stream, indent=2, ensure_ascii=False)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ProvenanceError(f"`{path}` cannot be written: {error.strerror or error}", "check the folder and the space on the disk") from error


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Write a file that is not there yet, and that from the start nobody can read whom `mode` does not allow to.

    Raises:
        OSError: It is there, or cannot be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), mode)
    with open(handle, "wb") as stream:
        stream.write(data)
