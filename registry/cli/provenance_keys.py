"""Keys for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.cli.output import Column, Output


def print_key(output: Output, key: Mapping[str, Any]) -> None:
    """One key that was made or trusted."""
    output.fields(
        [
            ("key", key["id"]),
            ("kind", key["kind"]),
            ("name", key["name"]),
            ("valid from", key["not_before"]),
            ("valid until", key["not_after"]),
            ("private", key.get("private")),
            ("public", key["public"]),
            ("trusted", key["trusted"]),
        ]
    )


def print_keys(output: Output, items: Sequence[Mapping[str, Any]]) -> None:
    """A table of keys."""
    if not items:
        output.line("There is no key yet; `licet provenance keygen` makes one.")
        return
    output.table(
        [
            Column("KEY", lambda item: item["id"][:16]),
            Column("NAME", lambda item: item["name"], wraps=True),
            Column("KIND", lambda item: item["kind"]),
            Column(
                "VALID",
                lambda item: " to ".join(day or "..." for day in (item["not_before"], item["not_after"])) if item["not_before"] or item["not_after"] else "",
            ),
            Column("", lambda item: ", ".join(word for word in ("own", "trusted") if item[word])),
        ],
        items,
    )
