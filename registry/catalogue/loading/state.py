"""What the parts of a load share: the connection, what the history is told, and what was counted and touched."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from registry.catalogue.history import ChangeLog
from registry.catalogue.ingest.checking import check_words


@dataclass
class LoadState:
    """The state of one load."""

    connection: Connection
    """The writing connection."""

    log: ChangeLog
    """The change set being written."""

    origin: str
    """The origin of all that is claimed."""

    reference: str
    """What it was read from, as the claims say."""

    source_id: int
    """The number of that source."""

    first: bool
    """Whether this is a first load, of which the history keeps counts and a digest instead of every row."""

    added: Counter[str] = field(default_factory=Counter)
    """Rows added, by kind."""

    changed: Counter[str] = field(default_factory=Counter)
    """Rows changed, by kind."""

    retired: Counter[str] = field(default_factory=Counter)
    """Claims retired, by kind."""

    touched: set[int] = field(default_factory=set)
    """Models whose profile may differ now; not kept for a first load, which touches all."""

    touched_datasets: set[int] = field(default_factory=set)
    """Datasets whose licence may differ now."""

    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _checked: set[str] = field(default_factory=set)

    def note(self, subject: str, what: str, before: dict[str, object] | None, after: dict[str, object] | None) -> None:
        """Tell the history of something new; of a first load it is told as a whole. What changes something that was known before is always told."""
        if not self.first:
            self.log.add(subject, what, before, after)

    def take_in(self, values: Iterable[object]) -> None:
        """Take values that were written into the digest of the load."""
        self._digest.update("\x1f".join(map(str, values)).encode("utf-8", "surrogatepass"))
        self._digest.update(b"\x1e")

    @property
    def digest(self) -> str:
        """SHA-256 over all that was written so far, in its order."""
        return self._digest.hexdigest()

    def check(self, value: str, field: str, owner: str) -> str:
        """Refuse text that the engines cannot keep; each text is looked at once.

        Raises:
            UsageError: It is too long or holds control characters.
        """
        if value not in self._checked:
            check_words(value, field, owner)
            self._checked.add(value)
        return value
