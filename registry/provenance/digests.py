"""Digests of files and folders: SHA-256, several files at once, in bounded memory, following no link out of the folder."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from registry.errors import ProvenanceError
from registry.provenance.layout import IGNORED
from registry.provenance.run import FileDigest

Progress = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""

MAX_FILES = 100_000
"""A folder with more files is none of a model."""

MAX_DEPTH = 32
"""Folders are not followed deeper."""

BUFFER_BYTES = 1 << 20
"""So much of a file is held at a time."""

TICK_SECONDS = 0.2
"""How often progress is told."""


@dataclass(frozen=True, slots=True)
class FolderDigest:
    """The files of a folder with their digests.

    Attributes:
        files: In the order of their names, by code point.
        sha256: One digest for all: SHA-256 over the digests of the files in that order, as OpenSSF model signing has it.
    """

    files: tuple[FileDigest, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as it was found: its name within the folder, where its bytes are, and how many."""

    name: str
    path: Path
    size: int


def tree_digest(files: Iterable[FileDigest]) -> str:
    """SHA-256 over the raw digests of files, sorted by name: the subject of a signature in the manner of OpenSSF model signing."""
    whole = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        whole.update(bytes.fromhex(file.sha256))
    return whole.hexdigest()


def digest_folder(
    folder: Path, *, progress: Progress | None = None, ignored: Sequence[str] = IGNORED, within: Path | None = None, threads: int | None = None
) -> FolderDigest:
    """Digest every file of a folder.

    Args:
        folder: The folder.
        progress: Told how far it is.
        ignored: Files and folders that are left out, by their path below the folder.
        within: Links are followed to files below this folder; without it a link is an error. The Hub's cache is made of links.
        threads: So many files at once; by default one for each core, up to eight.

    Raises:
        ProvenanceError: It cannot be read, holds no file or too many, a link, or a file that changed while it was read.
    """
    found = list_files(folder, ignored=ignored, within=within)
    if not found:
        raise ProvenanceError(f"`{folder}` holds no file to digest", "name a folder that holds a model")
    files = digest_files(found, progress=progress, threads=threads)
    return FolderDigest(files, tree_digest(files))


def digest_file(path: Path, name: str | None = None, *, progress: Progress | None = None) -> FileDigest:
    """Digest one file; its own name is taken where none is given.

    Raises:
        ProvenanceError: It is no regular file, cannot be read, or changed while it was read.
    """
    try:
        target = path.resolve(strict=True)
        size = target.stat().st_size
    except (OSError, RuntimeError) as error:
        raise _unreadable(path, error) from error
    return digest_files([FoundFile(name or path.name, target, size)], progress=progress, threads=1)[0]


def list_files(folder: Path, *, ignored: Sequence[str] = IGNORED, within: Path | None = None, refused: list[tuple[str, str]] | None = None) -> list[FoundFile]:
    """The files of a folder, sorted by name.

    Args:
        folder: The folder.
        ignored: Files and folders that are left out, by their path below the folder.
        within: Links are followed to files below this folder.
        refused: Takes names and reasons of what cannot be a file of a model (links, devices), which is an error without it.

    Raises:
        ProvenanceError: It cannot be listed, holds too many files, a link, a name that is no text, or what is no regular file.
    """
    try:
        root = folder.resolve(strict=True)
        bounds = within.resolve(strict=True) if within else None
    except (OSError, RuntimeError) as error:
        raise _unreadable(folder, error) from error
    if not root.is_dir():
        raise ProvenanceError(f"`{folder}` is no folder", "name the folder that holds the model")
    left_out = frozenset(path.strip("/") for path in ignored)
    found: list[FoundFile] = []
    for file in _Walk(left_out, bounds, refused).files(root, "", 0):
        if len(found) >= MAX_FILES:
            raise ProvenanceError(f"`{folder}` holds more than {MAX_FILES:,} files", "name the folder of one model")
        found.append(file)
    return sorted(found, key=lambda file: file.name)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One way through a folder."""

    left_out: frozenset[str]
    bounds: Path | None
    refused: list[tuple[str, str]] | None

    def files(self, folder: Path, prefix: str, depth: int) -> Iterator[FoundFile]:
        if depth > MAX_DEPTH:
            raise ProvenanceError(f"`{prefix}` lies more than {MAX_DEPTH} folders deep", "name the folder of one model")
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            raise _unreadable(folder, error) from error
        for entry in entries:
            name = prefix + entry.name
            if name in self.left_out:
                continue
            if not name.isprintable():
                self._refuse(ascii(name), "has a name that cannot be shown")
            elif entry.is_dir(follow_symlinks=False):
                yield from self.files(folder / entry.name, f"{name}/", depth + 1)
            elif file := self._file(Path(entry.path), name):
                yield file

    def _file(self, path: Path, name: str) -> FoundFile | None:
        try:
            if path.is_symlink():
                target = path.resolve(strict=True)
                if self.bounds is None or not target.is_relative_to(self.bounds):
                    self._refuse(name, "is a link" if self.bounds is None else "is a link that leads out of the folder")
                    return None
                path = target
            about = path.stat(follow_symlinks=False)
        except (OSError, RuntimeError) as error:
            self._refuse(name, f"cannot be read: {getattr(error, 'strerror', None) or error}")
            return None
        if not stat.S_ISREG(about.st_mode):
            self._refuse(name, "is no regular file")
            return None
        return FoundFile(name, path, about.st_size)

    def _refuse(self, name: str, reason: str) -> None:
        if self.refused is None:
            raise ProvenanceError(f"`{name}` {reason}", "put the file itself in its place, or remove it")
        self.refused.append((name, reason))


def digest_files(
    found: Sequence[FoundFile], *, progress: Progress | None = None, threads: int | None = None, algorithm: str = "sha256"
) -> tuple[FileDigest, ...]:
    """Digest files, the largest first, several at once; the answers come in the order asked.

    Args:
        found: The files.
        progress: Told how many bytes are done, and of how many.
        threads: So many at once; by default one for each core, up to eight.
        algorithm: `sha256`; another one of hashlib's stands in the same field of the answer.

    Raises:
        ProvenanceError: One cannot be read, or changed while it was read.
    """
    if not found:
        return ()
    total = sum(file.size for file in found)
    meter = _Meter()
    workers = max(1, min(threads or min(8, _cores()), len(found)))
    with ThreadPoolExecutor(workers, thread_name_prefix="digest") as pool:
        pending: dict[Future[str], int] = {}
        try:
            for index in sorted(range(len(found)), key=lambda index: -found[index].size):
                pending[pool.submit(_digest, found[index], meter, algorithm)] = index
            left: set[Future[str]] = set(pending)
            while left:
                done, left = wait(left, timeout=TICK_SECONDS if progress else None, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
                if progress:
                    progress(meter.done, total)
        except BaseException:
            meter.stopped.set()
            for future in pending:
                future.cancel()
            raise
    digests = {index: future.result() for future, index in pending.items()}
    return tuple(FileDigest(file.name, file.size, digests[index]) for index, file in enumerate(found))


class _Meter:
    """How many bytes all threads have done, and whether they shall stop."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.done = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        with self._lock:
            self.done += count


def _digest(file: FoundFile, meter: _Meter, algorithm: str) -> str:
    own = hashlib.new(algorithm)
    # A small file needs no large buffer, and a folder may hold very many small files.
    buffer = memoryview(bytearray(min(BUFFER_BYTES, file.size + 1)))
    read = 0
    try:
        handle = os.open(file.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb", buffering=0) as stream:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise ProvenanceError(f"`{file.name}` is no regular file", "remove it, or name another folder")
            while not meter.stopped.is_set() and (count := stream.readinto(buffer)):
                own.update(buffer[:count])
                read += count
                meter.add(count)
            after = os.fstat(handle)
    except OSError as error:
        raise _unreadable(Path(file.name), error) from error
    if not meter.stopped.is_set() and (read != file.size or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)):
        raise ProvenanceError(f"`{file.name}` changed while it was read", "wait until nothing writes to the folder, and run it again")
    return own.hexdigest()


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux tells which cores are ours
        return os.cpu_count() or 1


def _unreadable(path: Path, error: BaseException) -> ProvenanceError:
    return ProvenanceError(f"`{path}` cannot be read: {getattr(error, 'strerror', None) or error}", "check the path and its permissions")
