"""The error tree. Everything licet raises derives from `RegistryError`.

RegistryError                 exit code 4
├── UsageError                the request is wrong (exit 2)
│   ├── FactError             a fact of a use has an unknown name or a wrong value
│   ├── UnknownModelError     no model of that name; carries the nearest names
│   ├── UnknownLicenseError   no licence of that name; carries the nearest names
│   └── LineageError          a relation that cannot be (a cycle, an unknown base)
├── KnowledgeError            a file in data/ breaks its schema (file, line, field)
├── CatalogueError            the catalogue cannot be opened, read or written
│   ├── CatalogueLockedError  another process holds it
│   ├── CatalogueNewerError   it was written by a newer licet
│   └── CatalogueOutdatedError it has to be upgraded first
├── SourceError               an outside source cannot be read
├── ProvenanceError           a key, a record or a signature cannot be read or written
├── RunError                  a run could not be done; carries the reason and the last checkpoint
├── RefusedError              the recorded licences do not allow what was asked (exit 1)
├── UndecidedError            whether they do depends on facts that are not stated (exit 3)
└── MissingExtraError         an optional part is not installed; names the extra
"""

from __future__ import annotations


class RegistryError(Exception):
    """What went wrong, in one line, with what the reader can do about it.

    Args:
        message: What happened and where, in one line.
        hint: What to do next, if anything can be done.
    """

    exit_code = 4

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(RegistryError):
    """The request itself is wrong."""

    exit_code = 2


class FactError(UsageError):
    """A fact of a use has a name that is not in the vocabulary, or a value it does not take."""


class UnknownModelError(UsageError):
    """No model goes by that name; `nearest` holds the names that come closest."""

    def __init__(self, message: str, hint: str | None = None, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.nearest = nearest


class UnknownLicenseError(UsageError):
    """No licence goes by that name; `nearest` holds the names that come closest."""

    def __init__(self, message: str, hint: str | None = None, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.nearest = nearest


class LineageError(UsageError):
    """A relation that cannot be: a cycle, a self-loop, or a base that nobody knows."""


class KnowledgeError(RegistryError):
    """A file of the licence knowledge breaks its schema."""


class CatalogueError(RegistryError):
    """The catalogue cannot be opened, read or written."""


class CatalogueLockedError(CatalogueError):
    """Another process holds the catalogue."""


class CatalogueNewerError(CatalogueError):
    """The catalogue was written by a newer licet."""


class CatalogueOutdatedError(CatalogueError):
    """The catalogue has to be upgraded before this licet can use it."""


class SourceError(RegistryError):
    """An outside source cannot be read."""


class ProvenanceError(RegistryError):
    """A key, a record or a signature cannot be read or written."""


class UntrustedError(ProvenanceError):
    """A signed record does not hold, is about something else, or nobody known has signed it; what was asked on its strength is refused."""

    exit_code = 1


class RunError(RegistryError):
    """A run could not be done, or not to its end."""

    def __init__(self, message: str, hint: str | None = None, reason: str = "internal", checkpoint: str | None = None) -> None:
        super().__init__(message, hint)
        self.reason = reason
        self.checkpoint = checkpoint


class RefusedError(RegistryError):
    """The recorded licences do not allow what was asked, and nobody has approved it."""

    exit_code = 1


class UndecidedError(RegistryError):
    """Whether the recorded licences allow what was asked depends on facts that are not stated."""

    exit_code = 3


class MissingExtraError(RegistryError):
    """An optional part of licet is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the `{extra}` extra", f"run `python -m pip install 'licet[{extra}]'`")
        self.extra = extra
