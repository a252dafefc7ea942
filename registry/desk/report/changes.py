"""What is otherwise than in an earlier report, read from its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from registry.errors import UsageError
from registry.reports.report import Change, Changes, Report, report_to_data
from registry.reports.report_words import value_words, visible

MOST_BYTES = 200_000_000
"""A larger file is no report."""

MOST_CHANGES = 1_000
"""So many changes are listed."""


def read_earlier(path: str) -> Mapping[str, Any]:
    """An earlier report.

    Raises:
        UsageError: The file cannot be read, or holds no report.
    """
    hint = "name the JSON form of an earlier report, as `licet report TARGET --out FILE.json` writes it"
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UsageError(f"`{path}` is larger than {MOST_BYTES:,} bytes", hint)
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{path}` cannot be read: {error}", hint) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"`{path}` is not JSON: {error}", hint) from error
    if not isinstance(data, dict) or data.get("schema") != "licet.report/1":
        raise UsageError(f"`{path}` is not a report", hint)
    return data


def changes_since(earlier: Mapping[str, Any], report: Report) -> Changes:
    """What is otherwise now, line by line.

    Raises:
        UsageError: The earlier report lacks what a report holds.
    """
    try:
        changes = tuple(_changes(earlier, report_to_data(report)))
        since = visible(earlier["made_on"], 40)
        knowledge = f"{visible(earlier['knowledge']['version'], 40)} ({visible(earlier['knowledge']['digest'], 90)})"
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"the earlier report is not whole: {error}", "make it anew") from error
    return Changes(since, knowledge, changes[:MOST_CHANGES])


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for what, label in (("interpretation", "interpretation"), ("date", "date of the use")):
        yield from _one("the report", label, before[what], now[what])
    for fact in sorted({*before["use"], *now["use"]}):
        yield from _one("the use", fact.replace("_", " "), before["use"].get(fact), now["use"].get(fact))
    yield from _one("licence knowledge", "digest", before["knowledge"]["digest"], now["knowledge"]["digest"])
    yield from _one("catalogue", "head of its history", before["catalogue"]["head"], now["catalogue"]["head"])
    old, new = ({(entry["name"], entry.get("host")): entry for entry in side["entries"]} for side in (before, now))
    for key in [*new, *(key for key in old if key not in new)]:
        yield from _of_entry(visible(key[0]), old.get(key), new.get(key))
    yield from _of_licenses({each["id"]: each for each in before["licenses"]}, {each["id"]: each for each in now["licenses"]})
    rows = [{row["model"]: row for row in (side.get("portfolio") or {"rows": []})["rows"]} for side in (before, now)]
    if not now["entries"]:
        for name in sorted({*rows[0], *rows[1]}):
            was, has = rows[0].get(name), rows[1].get(name)
            yield from _one(visible(name), "verdict", was and was["verdict"], has and has["verdict"])
            yield from _one(visible(name), "licence", was and was["license"], has and has["license"])


def _of_entry(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(name, "model", None if old is None else "in the report", None if new is None else "in the report")
        return
    before, now = old["answer"], new["answer"]
    yield from _one(name, "verdict", before["verdict"], now["verdict"])
    yield from _one(name, "yes when", before["yes_when"], now["yes_when"])
    yield from _one(name, "revision", before["revision"], now["revision"])
    for part, key in (("licenses", ("id", "reach", "from")), ("obligations", ("license", "section", "summary")), ("findings", ("code", "summary"))):
        was, has = ({tuple(str(each[field]) for field in key): None for each in side[part]} for side in (before, now))
        label = {"licenses": "licence", "obligations": "duty", "findings": "finding"}[part]
        for each in was:
            if each not in has:
                yield Change(name, label, visible(", ".join(each)), None)
        for each in has:
            if each not in was:
                yield Change(name, label, None, visible(", ".join(each)))


def _of_licenses(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted({*old} & {*new}):
        for field in ("name", "type", "released", "in_force", "amendment", "governing_law", "termination"):
            yield from _one(name, field.replace("_", " "), old[name].get(field), new[name].get(field))


def _one(subject: str, what: str, before: Any, now: Any) -> Iterator[Change]:
    if before != now:
        yield Change(subject, what, *(None if value is None else visible(value_words(value)) for value in (before, now)))
