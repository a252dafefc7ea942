"""The desk: the knowledge and the catalogue of one call, opened when they are needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registry.errors import UsageError
from registry.knowledge.store import Knowledge
from registry.resources import resource_dir
from registry.settings import Settings

if TYPE_CHECKING:
    from registry.catalogue.engine import Catalogue

Progress = Callable[[str], None]
"""Told what takes time."""


@dataclass
class Desk:
    """What the use cases work with.

    Attributes:
        settings: Where things are, and the facts stated once for every command.
        progress: Told what takes time.
    """

    settings: Settings
    progress: Progress
    _knowledge: Knowledge | None = field(default=None, repr=False)
    _catalogue: Catalogue | None = field(default=None, repr=False)

    @property
    def knowledge(self) -> Knowledge:
        """The licence knowledge, read on first use."""
        if self._knowledge is None:
            self._knowledge = Knowledge.load(resource_dir("data"), self.settings.cache_folder)
        return self._knowledge

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue, opened on first use; a SQLite file that is not there is made and seeded.

        Raises:
            CatalogueError: It cannot be used; the message says why.
        """
        if self._catalogue is None:
            from registry.catalogue.opening import open_catalogue

            self._catalogue = open_catalogue(
                self.settings.catalogue,
                fill=self._fill,
                automatic_upgrade=self.settings.catalogue_is_default,
                progress=self.progress,
            )
        return self._catalogue

    def _fill(self, catalogue: Catalogue) -> None:
        from registry.desk.seeding import fill

        fill(catalogue, self.knowledge, self.progress)

    def close(self) -> None:
        """Let go of the catalogue."""
        if self._catalogue is not None:
            self._catalogue.close()
            self._catalogue = None

    def interpretation(self, name: str | None) -> str:
        """The interpretation asked for, else the settings' own.

        Raises:
            UsageError: There is none of that name.
        """
        return self.knowledge.interpretation(name or self.settings.interpretation).name


def open_desk(settings: Settings, progress: Progress) -> Desk:
    """A desk for one call; nothing is opened yet."""
    return Desk(settings, progress)


def is_folder(reference: str) -> bool:
    """Whether a reference is written as a folder."""
    return reference in (".", "..") or reference.startswith(("./", "../", "/", "~", ".\\", "..\\"))


def refuse_folder(reference: str) -> None:
    """Refuse a reference to a folder, which no use case of the catalogue can answer.

    Raises:
        UsageError: The reference is a path.
    """
    if is_folder(reference):
        raise UsageError(f"`{reference}` is a folder, not a model of the catalogue", "record it with `licet register NAME --base MODEL`")
