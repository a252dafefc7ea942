"""How `licet catalog changes` is printed."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote
from typing import Any

from registry.cli.output import Column, Output, clean
from registry.cli.words import DISCLAIMER, number

KEYS = (
    *("subject", "kind", "seq", "at", "actor", "before", "after", "verdict_before", "verdict_after", "changes"),
    *("derivatives", "derivative_count", "applications", "application_count"),
)
"""The columns of CSV; lists are joined by `; `."""

WORDS = {"license": "licence", "lineage": "lineage", "retired": "gone", "new": "new", "load": "load", "other": "other"}
"""What the kinds are called in a count."""

COLUMNS = (
    Column("WHAT", lambda item: item["kind"]),
    Column("WHERE", lambda item: item["subject"]),
    Column("BEFORE -> AFTER", lambda item: said(item), wraps=True),
    Column("FOR YOUR USE", lambda item: turned(item), wraps=True, spare=2),
    Column("REACHES", lambda item: reaches(item), wraps=True, spare=1),
    Column("ON", lambda item: item["at"][:10], spare=3),
    Column("SET", lambda item: item["seq"], right=True, spare=4),
)
"""The columns of the table."""


def said(item: Mapping[str, Any]) -> str:
    """What changed, in a few words."""
    before, after = ("; ".join(clean(part) for part in item[side]) for side in ("before", "after"))
    if item["kind"] == "load":
        return ", ".join(clean(part) for part in item["after"])
    if item["kind"] == "new" and (after or not clean(item["subject"]).startswith(("app:", "developer:", "host:"))):
        return after or "nothing declared"
    if item["kind"] in ("license", "lineage", "retired"):
        nothing = "nothing" if item["kind"] == "lineage" else "nothing declared"
        return f"{before or nothing} -> {'gone' if item['kind'] == 'retired' else after or nothing}"
    lines = [f"{clean(row['what'])}: {clean(row['change'])}" for row in item["changes"]]
    return lines[0] + (f" (and {len(lines) - 1} more)" if len(lines) > 1 else "") if lines else ""


def turned(item: Mapping[str, Any]) -> str:
    """What a changed licence, by itself, turns for the use that the settings state."""
    before, after = item["verdict_before"], item["verdict_after"]
    return f"{_brief(before)} -> {_brief(after)}" if before != after else ""


def _brief(verdict: str) -> str:
    return "with-obligations" if verdict == "permitted-with-obligations" else verdict


def reaches(item: Mapping[str, Any]) -> str:
    """The derivatives and applications that a change reaches: named where they are few, counted where they are many."""
    parts = []
    for count, names, word in (
        (item["derivative_count"], item["derivatives"], "registered derivative"),
        (item["application_count"], item["applications"], "application"),
    ):
        if count:
            parts.append(", ".join(clean(name) for name in names) if count <= 2 else f"{number(count)} {word}s")
    return "; ".join(parts)


def print_changes(output: Output, result: Mapping[str, Any], form: str) -> None:
    """What changed, as a table, JSON or CSV."""
    if form == "json":
        output.json(result)
        return
    items = result["items"]
    if form == "csv":
        output.csv(KEYS, ({key: _cell(item[key]) for key in KEYS} for item in items))
    elif items:
        output.table(COLUMNS, items)
        several = [each for each in result["affected"] if each["changes"] > 1]
        if several:
            output.heading("Reached by several of them")
            output.table([Column("WHO", lambda each: each["id"]), Column("CHANGES", lambda each: each["changes"], right=True)], several, indent=2)
    counts = ", ".join(f"{number(count)} {WORDS[kind]}" for kind, count in result["counts"].items())
    more = f"; more with `--after {quote(clean(result['next']))}`" if result["next"] else ""
    of = f"{counts or 'nothing changed'} between change sets {result['since']} and {result['until']}"
    output.talk(f"{of}{more}; next time `--since {result['until']}`. {DISCLAIMER}")


def _cell(value: object) -> object:
    if isinstance(value, list):
        return "; ".join(clean(f"{part['what']}: {part['change']}" if isinstance(part, Mapping) else part) for part in value)
    return value
