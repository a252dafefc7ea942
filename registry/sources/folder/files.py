"""The files of a model folder, listed and read with bounds: no link out of it is followed, nothing is run, no weight is loaded."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from registry.errors import SourceError
from registry.sources.notes import Note, shown

MAX_FILES = 20_000
"""A folder with more files is none of a model."""

MAX_DEPTH = 8
"""Folders below this depth are not looked at."""

MAX_JSON_BYTES = 16_000_000
"""A larger configuration is not read."""

_SKIPPED = frozenset({".git", ".cache", "__pycache__", ".ipynb_checkpoints", ".venv"})
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One regular file of a folder."""

    name: str
    """Its path below the folder, with `/`."""

    path: Path
    """Where its bytes are."""

    size: int
    """Its size in bytes."""


@dataclass(frozen=True, slots=True)
class DigestedFile:
    """One file with its digest."""

    name: str
    """Its path below the folder, with `/`."""

    sha256: str
    """Its SHA-256 in hex."""

    size: int
    """Its size in bytes."""


class FolderFiles:
    """The files of one folder.

    Args:
        folder: The folder.
        within: Links are followed only to files below this one; the folder itself, if not given.

    Raises:
        SourceError: It is no folder, cannot be listed, or holds too many files.
    """

    def __init__(self, folder: Path, within: Path | None = None) -> None:
        try:
            self.root = folder.resolve(strict=True)
            self._within = (within or folder).resolve(strict=True)
        except (OSError, RuntimeError, ValueError) as error:
            raise SourceError(f"`{shown(folder, 200)}` cannot be read: {_why(error)}", "name a folder that is there") from error
        if not self.root.is_dir():
            raise SourceError(f"`{shown(folder, 200)}` is no folder", "name the folder that holds the model")
        self.notes: list[Note] = []
        """What was left out."""
        found: list[FolderFile] = []
        for file in self._walk(self.root, "", 0):
            if len(found) >= MAX_FILES:
                raise SourceError(f"`{shown(self.root, 200)}` holds more than {MAX_FILES:,} files", "name the folder of one model")
            found.append(file)
        self.files: dict[str, FolderFile] = {file.name: file for file in sorted(found, key=lambda file: file.name)}
        """The files by name, sorted."""

    def _walk(self, folder: Path, prefix: str, depth: int) -> Iterator[FolderFile]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if depth == 0:
                raise SourceError(f"`{shown(folder, 200)}` cannot be read: {_why(error)}", "check the permissions of the folder") from error
            self.notes.append(Note("folder-unreadable", f"a folder cannot be listed: {_why(error)}", file=shown(prefix.rstrip("/"), 200)))
            return
        for entry in entries:
            name = prefix + entry.name
            if not name.isprintable():  # control characters, and bytes that are no text
                self.notes.append(Note("name-unreadable", "its name holds what cannot be shown, so it was left out", file=shown(ascii(name), 200)))
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name in _SKIPPED:
                        continue
                    if depth >= MAX_DEPTH:
                        self.notes.append(Note("folder-deep", f"folders below {MAX_DEPTH} levels were not looked at", file=shown(name, 200)))
                        continue
                    yield from self._walk(folder / entry.name, name + "/", depth + 1)
                    continue
                file = self._file(Path(entry.path), name, entry.is_symlink())
            except (OSError, RuntimeError) as error:
                self.notes.append(Note("file-unreadable", f"it cannot be looked at: {_why(error)}", file=shown(name, 200)))
                continue
            if file is not None:
                yield file

    def _file(self, path: Path, name: str, linked: bool) -> FolderFile | None:
        """A regular file, or none with a note why not."""
        target = path
        if linked:
            target = path.resolve(strict=True)
            if not target.is_relative_to(self._within):
                self.notes.append(Note("link-outside", "a link leads out of the folder and was not followed", file=shown(name, 200)))
                return None
            if target.is_dir():
                self.notes.append(Note("link-to-folder", "a link to a folder was not followed", file=shown(name, 200)))
                return None
        about = target.stat(follow_symlinks=False)
        if not stat.S_ISREG(about.st_mode):
            self.notes.append(Note("file-special", "it is no regular file and was not opened", file=shown(name, 200)))
            return None
        return FolderFile(name, target, about.st_size)

    def top(self, suffix: str = "") -> list[FolderFile]:
        """The files at the top of the folder whose names end so, in any letter case."""
        return [file for name, file in self.files.items() if "/" not in name and name.lower().endswith(suffix)]

    def read(self, name: str, limit: int) -> bytes | None:
        """The first bytes of a file; None, with a note, where it cannot be read.

        Args:
            name: The file's name below the folder.
            limit: So many bytes at most.
        """
        data: bytes | None = self.look(name, lambda stream, _: stream.read(limit))
        return data

    def look(self, name: str, reader: Callable[[BinaryIO, int], Any]) -> Any:
        """Open a file that is listed and hand it, with its size, to a reader; None, with a note, where that fails."""
        file = self.files.get(name)
        if file is None:
            return None
        try:
            with open_regular(file.path) as stream:
                return reader(stream, os.fstat(stream.fileno()).st_size)
        except OSError as error:
            self.notes.append(Note("file-unreadable", f"it cannot be read: {_why(error)}", file=name))
            return None

    def read_json(self, name: str) -> dict[str, Any] | None:
        """A JSON object; None, with a note, where the file is another thing."""
        if name not in self.files:
            return None
        if self.files[name].size > MAX_JSON_BYTES:
            self.notes.append(Note("file-large", f"it has more than {MAX_JSON_BYTES:,} bytes and was not read", file=name))
            return None
        data = self.read(name, MAX_JSON_BYTES)
        if data is None:
            return None
        value, problem = parse_json_object(data)
        if problem is not None:
            self.notes.append(Note("json-unreadable", problem[0], problem[1], file=name))
        return value

    def digests(self) -> list[DigestedFile]:
        """Every file with its SHA-256 and size, sorted by name.

        Raises:
            SourceError: A file cannot be read to its end.
        """
        found: list[DigestedFile] = []
        for name, file in self.files.items():
            try:
                with open_regular(file.path) as stream:
                    own = hashlib.sha256()
                    size = 0
                    while chunk := stream.read(_CHUNK):
                        own.update(chunk)
                        size += len(chunk)
            except OSError as error:
                raise SourceError(f"`{shown(name, 200)}` cannot be read: {_why(error)}", "check the file, and run it again") from error
            found.append(DigestedFile(name, own.hexdigest(), size))
        return found

    def digest(self, digests: Iterable[DigestedFile] | None = None) -> str:
        """One digest of the folder: SHA-256 over the sorted lines `DIGEST  NAME` of its files, as `sha256:HEX`.

        Args:
            digests: Those of its files, where they were taken already.

        Raises:
            SourceError: A file cannot be read to its end.
        """
        whole = hashlib.sha256()
        for each in self.digests() if digests is None else digests:
            whole.update(f"{each.sha256}  {each.name}\n".encode())
        return f"sha256:{whole.hexdigest()}"


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading if it is still a regular one and no link.

    Raises:
        OSError: It is not.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("it is no regular file")
        return os.fdopen(handle, "rb")
    except OSError:
        os.close(handle)
        raise


def parse_json_object(data: bytes) -> tuple[dict[str, Any] | None, tuple[str, int | None] | None]:
    """A JSON object, or why there is none, with the line where it is known."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return None, ("it is not UTF-8", data.count(b"\n", 0, error.start) + 1)
    except json.JSONDecodeError as error:
        return None, (f"it is no JSON: {shown(error.msg)}", error.lineno)
    except (RecursionError, ValueError):
        return None, ("it is nested too deep, or holds a number that is too long", None)
    if not isinstance(value, dict):
        return None, ("it is no JSON object", 1)
    return value, None


def _why(error: BaseException) -> str:
    return shown(getattr(error, "strerror", None) or error, 120)
