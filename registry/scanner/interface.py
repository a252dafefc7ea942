"""What finds references in one kind of file, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from registry.scanner.reference import Note, Reference


class Files(Protocol):
    """The files of what is scanned."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file, relative to what is scanned, sorted."""

    def read(self, path: str) -> bytes | None:
        """What a file holds; None where it cannot be read or is too large."""

    def size(self, path: str) -> int:
        """How large a file is, in bytes."""

    def note(self, note: Note) -> None:
        """Keep a note."""


class Detector(Protocol):
    """Finds references in one kind of file."""

    @property
    def name(self) -> str:
        """What it is called."""

    def takes(self, path: str) -> bool:
        """Whether it reads files of that name."""

    def wants(self, data: bytes) -> bool:
        """Whether what a file holds is worth being read closely; quick, and never wrong about a file that holds a reference."""

    def find(self, path: str, data: bytes, files: Files) -> Iterator[Reference]:
        """The references in a file."""
