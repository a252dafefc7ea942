"""The files of a folder, as git would take them: what is ignored is left out, no link is followed out of it, every size is bounded."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from registry.scanner.reference import Note

MAX_BYTES = 4_000_000
"""A larger text is not read."""

MAX_NOTEBOOK = 32_000_000
"""A larger notebook is not read; most of such a one are the pictures among its outputs."""

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
        self._kept: dict[str, bytes] = {}
        self._kept_bytes = 0
        self.notes: list[Note] = []
        self.ignored = 0
        if root.is_file():
            self._base = root.parent
            self.paths: tuple[str, ...] = (root.name,)
        else:
            self._base = root
            self.paths = tuple(sorted(self._walk()))
        self._before = os.path.join(self._base, "")

    def note(self, note: Note) -> None:
        """Keep a note, once."""
        if note not in self.notes:
            self.notes.append(note)

    def size(self, path: str) -> int:
        """How large a file is, in bytes; 0 where that cannot be told."""
        try:
            return os.stat(os.path.join(self._base, path), follow_symlinks=False).st_size
        except OSError:
            return 0

    def open(self, path: str) -> Path:
        """Where a file stands."""
        return self._base / path

    def read(self, path: str) -> bytes | None:
        """What a file holds; None, with a note, where it cannot be read or is too large."""
        kept = self._kept.get(path)
        if kept is not None:
            return kept
        try:
            # A file that was swapped for a pipe since it was listed must not hold us up.
            handle = os.open(self._before + path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            try:
                size = os.fstat(handle).st_size
                most = MAX_NOTEBOOK if path.endswith(".ipynb") else MAX_BYTES
                if size > most:
                    self.note(Note("too-large", f"{size:,} bytes, not read: at most {most:,} are", path))
                    return None
                data = os.read(handle, size)
            finally:
                os.close(handle)
        except OSError as error:
            self.note(Note("unreadable", f"cannot be read: {error.strerror}", path))
            return None
        if self._kept_bytes + len(data) <= MAX_KEPT:
            self._kept[path] = data
            self._kept_bytes += len(data)
        return data

    def _walk(self) -> Iterator[str]:
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
                        if entry.name in SKIPPED or (specs and _matches(specs, path + "/")):
                            self.ignored += 1
                            continue
                        pending.append((path + "/", specs))
                    elif specs and _matches(specs, path):
                        self.ignored += 1
                    elif entry.is_file(follow_symlinks=False):
                        count += 1
                        if count > MAX_FILES:
                            self.note(Note("cut-short", f"more than {MAX_FILES:,} files; the rest was not looked at"))
                            return
                        yield path
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
