"""What a source of records is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from registry.supplychain.record import Record


@runtime_checkable
class Source(Protocol):
    """Something outside that yields records."""

    @property
    def name(self) -> str:
        """The origin that its records carry: short, lower case, stable."""

    def records(self) -> Iterator[Record]:
        """The records, each naming only what it or an earlier one describes.

        Raises:
            SourceError: The source cannot be read; the message says where.
        """
