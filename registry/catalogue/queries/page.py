"""A page of a list, with the key to go on from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
"""What the list is of."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list."""

    items: tuple[Item, ...]
    """The items, in the list's order."""

    next: str | None
    """The key to ask the next page with; none if this is the last."""
