"""Values of the supply chain as plain data, for JSON and for the printers of commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from registry.supplychain.source import Source


def to_data(value: Any, *, without: tuple[str, ...] = ()) -> Any:
    """A frozen value as plain data: sources as one line, tuples as lists, empty fields kept out of sight."""
    if isinstance(value, Source):
        return f"{value.reference} (read {value.read_on})" if value.read_on else value.reference
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_data(getattr(value, field.name)) for field in fields(value) if field.name not in without}
    if isinstance(value, Mapping):
        return {str(key): to_data(part) for key, part in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [to_data(part) for part in value]
    return value
