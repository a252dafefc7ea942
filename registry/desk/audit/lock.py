"""The lock of an application: which models at which revision under which texts it was last agreed to; what differs since is drift."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.desk.audit.terms_digest import terms_digest
from registry.desk.audit.used import recorded_state
from registry.errors import UsageError
from registry.terms.facts import use_to_data

if TYPE_CHECKING:
    from registry.desk.audit.used import Thing
    from registry.desk.session import Desk

FILE = "licet.lock"
"""The file that holds it, in the folder that is audited."""

MAX_BYTES = 50_000_000
"""A larger lock is refused."""


def lock_of(desk: Desk, things: Iterable[Thing]) -> dict[str, Any]:
    """The lock of what an application uses; what stands only in tests and documents is not locked."""
    return {"schema": "licet.lock/1", "things": [_entry(desk, thing) for thing in sorted(things, key=lambda each: (each.about, each.name)) if not thing.aside]}


def _entry(desk: Desk, thing: Thing) -> dict[str, Any]:
    given = thing.answer
    licenses = []
    for binding in dict.fromkeys(given.ways) if given is not None else ():
        license = desk.knowledge.license_of(binding.license)
        texts = [{"id": text.id, "dated": text.dated, "digest": text.digest} for text in license.texts] if license is not None else []
        entry = {"id": binding.license, "reach": binding.reach, "texts": texts, "terms": terms_digest(license) if license is not None else None}
        if entry not in licenses:
            licenses.append(entry)
    said = given.question.use.value("accepted") if given is not None else None
    accepted = use_to_data({"accepted": said}) if said is not None else {}
    commit, digests = recorded_state(desk, thing.name) if thing.recorded and thing.about == "model" and thing.first.kind != "artifact" else (None, [])
    return {
        "name": thing.name,
        "about": thing.about,
        "revisions": sorted({each.revision for each in thing.references if each.revision is not None}),
        "recorded_revision": commit,
        "text_digests": digests,
        "hosts": list(thing.hosts),
        "licenses": sorted(licenses, key=lambda each: (str(each["id"]), str(each["reach"]))),
        "accepted": accepted.get("accepted", []),
    }


def write_lock(path: Path, lock: dict[str, Any]) -> None:
    """Write the lock, one thing a line, so that a change shows as one.

    Raises:
        UsageError: The file cannot be written.
    """
    lines = ",\n".join("  " + json.dumps(each, sort_keys=True) for each in lock["things"])
    try:
        path.write_text(f'{{"schema": "{lock["schema"]}", "things": [\n{lines}\n]}}\n', encoding="utf-8")
    except OSError as error:
        raise UsageError(f"`{path}` cannot be written: {error.strerror}", "audit a folder that is yours") from error


def read_lock(path: Path) -> dict[str, Any]:
    """The lock that was written before.

    Raises:
        UsageError: There is none, or it is no lock.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"`{path}` is larger than {MAX_BYTES:,} bytes", "write it anew with `licet audit PATH --lock`")
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}", "write it with `licet audit PATH --lock`") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"`{path}` is not a lock", "write it anew with `licet audit PATH --lock`") from error
    things = data.get("things") if isinstance(data, dict) else None
    if not isinstance(things, list) or not all(isinstance(each, dict) and isinstance(each.get("name"), str) for each in things):
        raise UsageError(f"`{path}` is not a lock", "write it anew with `licet audit PATH --lock`")
    return {"schema": data.get("schema"), "things": things}


def drift(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs between two locks, a sentence each."""
    old = {(each.get("about"), each["name"]): each for each in before["things"]}
    new = {(each["about"], each["name"]): each for each in now["things"]}
    told = [f"{name} is in use and not in the lock" for (about, name) in new if (about, name) not in old]
    told += [f"{name} is in the lock and no longer in use" for (about, name) in old if (about, name) not in new]
    for key in (key for key in new if key in old):
        told += [f"{key[1]}: {text}" for text in _differences(old[key], new[key])]
    return told


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """What differs about one thing."""
    for field in ("revisions", "hosts", "accepted"):
        if before.get(field) != now[field]:
            yield f"{field} were {_words(before.get(field))} and are {_words(now[field])}"
    was, held = before.get("recorded_revision"), now["recorded_revision"]
    if not now["revisions"] and isinstance(was, str) and held is not None and was != held:
        yield f"its revision is not pinned, and the newest on record was {was[:40]} and is {held}"
    seen = before.get("text_digests")
    if isinstance(seen, list) and seen and now["text_digests"] and seen != now["text_digests"]:
        yield f"the licence texts that were seen with it were {_words(seen)} and are {_words(now['text_digests'])}"
    yield from _of_licenses(before.get("licenses"), now["licenses"])


def _of_licenses(before: Any, now: list[dict[str, Any]]) -> Iterator[str]:
    """What differs about the licences that bind it; a lock that does not tell their terms is not held against them."""
    listed = [each for each in before if isinstance(each, dict)] if isinstance(before, list) else []
    plain = [{key: value for key, value in each.items() if key != "terms"} for each in listed]
    if plain != [{key: value for key, value in each.items() if key != "terms"} for each in now]:
        yield f"licenses were {_words(before)} and are {_words(now)}"
        return
    for was, held in zip(listed, now, strict=True):
        if isinstance(was.get("terms"), str) and was["terms"] != held["terms"]:
            yield f"what is recorded of the terms of {held['id']} changed"


def _words(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return "none"
    return ", ".join(
        f"{each.get('id')} ({', '.join(str(text.get('dated')) for text in each.get('texts', ()) if isinstance(text, dict))})"
        if isinstance(each, dict)
        else str(each)
        for each in value
    )[:500]
