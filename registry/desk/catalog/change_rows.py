"""What the rows of one changed thing come to: the kind of change, and each row in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.catalogue.queries.changes import ChangedRow

THINGS = frozenset({"model", "dataset", "developer", "host", "application"})
"""The rows that say that a thing is there."""

SAID = ("basis", "license", "raw_name", "raw_link", "text_digest", "revision", "valid_from", "valid_to")
"""What of a statement is about the licence; the rest says who said it, and when."""

LINKED = ("parent", "relation")
"""What of a relation is about the lineage."""


def kind_of(rows: Sequence[ChangedRow]) -> str:
    """What happened, by the rows alone: whether the licence itself came out otherwise is looked up later."""
    things = [row for row in rows if row.what in THINGS]
    if any(row.what == "load" for row in rows):
        return "load"
    if things and things[-1].after is None:
        return "retired"
    if things and _is_recorded(things):
        return "new"
    if differs(rows, "statement", SAID):
        return "license"
    return "lineage" if differs(rows, "relation", LINKED) else "other"


def _is_recorded(things: Sequence[ChangedRow]) -> bool:
    """Whether a thing came to be recorded: a base that is only named is not."""
    first = things[0].before
    was = first is not None and first.get("recorded", True) is not False
    named = [row.after["recorded"] for row in things if row.after is not None and "recorded" in row.after]
    return not was and (named[-1] is not False if named else first is None)


def differs(rows: Iterable[ChangedRow], what: str, keys: Sequence[str]) -> bool:
    """Whether what was added of a kind of row is something else than what was taken away."""
    net: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        if row.what == what:
            for values, sign in ((row.before, -1), (row.after, 1)):
                if values is not None:
                    net[tuple(values.get(key) for key in keys)] += sign
    return any(net.values())


def rows_in_words(rows: Sequence[ChangedRow]) -> Iterator[dict[str, str]]:
    """The rows of a change as lines; what one source said before and says now is one line, though the history has it as two rows."""
    gone = [row for row in rows if row.after is None and row.what in ("statement", "relation")]
    paired: dict[int, ChangedRow] = {}
    for alike in (_says, _told_by):
        for row in rows:
            if row.before is None and row.what in ("statement", "relation") and id(row) not in paired:
                old = next((each for each in gone if each.what == row.what and alike(each) == alike(row)), None)
                if old is not None:
                    gone.remove(old)
                    paired[id(row)] = old
    told = {id(row) for row in paired.values()}
    for row in rows:
        if id(row) not in told:
            yield {"what": row.what, "change": change_in_words(paired[id(row)].before if id(row) in paired else row.before, row.after)}


def _says(row: ChangedRow) -> tuple[Any, ...]:
    values = row.after or row.before or {}
    return tuple(values.get(key) for key in (SAID if row.what == "statement" else LINKED))


def _told_by(row: ChangedRow) -> tuple[Any, ...]:
    values = row.after or row.before or {}
    return values.get("origin"), values.get("basis")


def change_in_words(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """A change as one line: `license: yi-2.1 -> apache-2.0`."""
    if after is None:
        return f"withdrawn: {'; '.join(f'{key}: {value}' for key, value in (before or {}).items())}"
    old, new = before or {}, after
    changed = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
    return "; ".join(
        f"{key}: {new[key]}" if key not in old else f"{key}: {old[key]} removed" if key not in new else f"{key}: {old[key]} -> {new[key]}" for key in changed
    )
