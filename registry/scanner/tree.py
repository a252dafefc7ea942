"""The files of a folder, as git would take them: what is ignored is left out, no link is followed out of it, every size is bounded."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from registry.scanner.reference import Note

MAX_BYTES = 4_000_000
"""A larger text is not read."""

MAX_KEPT = 24_000_000
"""So many bytes of files are kept, for searches among them."""

MAX_FILES = 500_000
"""So many files are looked at."""

SKIPPED = frozenset((".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", "site-packages", ".ipynb_checkpoints", ".eggs", ".next", ".terraform"))  # fmt: skip
"""Folders that hold nothing that people wrote here."""


class Tree:
    """The files of a folder, or one file.

    Args:
        root: The folder or file.
        left_out: Patterns as in `.gitignore` of what else is left out.
        honour_ignores: Whether `.gitignore` counts.
    """

    def __init__(self, root: Path, left_out: Sequence[str] = (), honour_ignores: bool = True) -> None:
        self._root = root
        self._left_out = tuple(left_out)
        self._honour = honour_ignores
        self._sizes: dict[str, int] = {}
        self._kept: dict[str, bytes] = {}
        self._kept_bytes = 0
        self._held: dict[tuple[bytes, str], tuple[str, ...]] = {}
        self.notes: list[Note] = []
        self.ignored = 0
        if root.is_file():
            self._base = root.parent
            self._sizes[root.name] = root.stat().st_size
        else:
            self._base = root
            for path, size in self._walk():
                self._sizes[path] = size
        self.paths = tuple(sorted(self._sizes))

    def note(self, note: Note) -> None:
        """Keep a note, once."""
        if note not in self.notes:
            self.notes.append(note)

    def size(self, path: str) -> int:
        """How large a file is, in bytes."""
        return self._sizes.get(path, 0)

    def open(self, path: str) -> Path:
        """Where a file stands."""
        return self._base / path

    def read(self, path: str) -> bytes | None:
        """What a file holds; None, with a note, where it cannot be read or is too large."""
        kept = self._kept.get(path)
        if kept is not None:
            return kept
        if self.size(path) > MAX_BYTES:
            self.note(Note("too-large", f"{self.size(path):,} bytes, not read", path))
            return None
        try:
            # A file that was swapped for a pipe since it was listed must not hold us up.
            handle = os.open(os.path.join(self._base, path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            try:
                data = os.read(handle, MAX_BYTES + 1)
            finally:
                os.close(handle)
        except OSError as error:
            self.note(Note("unreadable", f"cannot be read: {error.strerror}", path))
            return None
        if len(data) > MAX_BYTES:
            self.note(Note("too-large", "not read", path))
            return None
        if self._kept_bytes + len(data) <= MAX_KEPT:
            self._kept[path] = data
            self._kept_bytes += len(data)
        return data

    def holding(self, word: bytes, ending: str) -> tuple[str, ...]:
        """The files with that ending which hold a word."""
        key = (word, ending)
        if key not in self._held:
            if len(self._held) > 500:
                self._held.clear()
            self._held[key] = tuple(path for path in self.paths if path.endswith(ending) and (data := self.read(path)) is not None and word in data)
        return self._held[key]

    def _walk(self) -> Iterator[tuple[str, int]]:
        pending: list[tuple[str, tuple[tuple[str, object], ...]]] = [("", self._given())]
        count = 0
        while pending:
            folder, specs = pending.pop()
            try:
                entries = sorted(os.scandir(os.path.join(self._base, folder)), key=lambda each: each.name)
            except OSError as error:
                self.note(Note("unreadable", f"folder cannot be read: {error.strerror}", folder or "."))
                continue
            if self._honour and any(each.name == ".gitignore" for each in entries):
                specs = (*specs, *self._ignores(folder))
            for entry in entries:
                path = f"{folder}{entry.name}"
                try:
                    if entry.is_symlink():
                        continue  # what it leads to is either here under its own name, or not ours
                    if entry.is_dir():
                        if entry.name in SKIPPED or _matches(specs, path + "/"):
                            self.ignored += 1
                            continue
                        pending.append((path + "/", specs))
                    elif not _matches(specs, path):
                        status = entry.stat(follow_symlinks=False)
                        if stat.S_ISREG(status.st_mode):
                            count += 1
                            if count > MAX_FILES:
                                self.note(Note("cut-short", f"more than {MAX_FILES:,} files; the rest was not looked at"))
                                return
                            yield path, status.st_size
                    else:
                        self.ignored += 1
                except OSError as error:
                    self.note(Note("unreadable", f"cannot be read: {error.strerror}", path))

    def _given(self) -> tuple[tuple[str, object], ...]:
        if not self._left_out:
            return ()
        from pathspec import GitIgnoreSpec

        return (("", GitIgnoreSpec.from_lines(self._left_out)),)

    def _ignores(self, folder: str) -> tuple[tuple[str, object], ...]:
        from pathspec import GitIgnoreSpec

        try:
            text = (self._base / folder / ".gitignore").read_text(encoding="utf-8", errors="replace")[:1_000_000]
            return ((folder, GitIgnoreSpec.from_lines(text.splitlines())),)
        except (OSError, ValueError):
            self.note(Note("unreadable", "cannot be read, so that nothing is left out by it", f"{folder}.gitignore"))
            return ()


def _matches(specs: tuple[tuple[str, object], ...], path: str) -> bool:
    """Whether a path is left out; the innermost file that speaks of it has the last word."""
    from pathspec import GitIgnoreSpec

    for folder, spec in reversed(specs):
        if isinstance(spec, GitIgnoreSpec):
            result = spec.check_file(path[len(folder) :])
            if result.include is not None:
                return bool(result.include)
    return False
