"""From flags and `licet.yaml` to the facts of a use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from registry.errors import FactError
from registry.knowledge.store import Knowledge
from registry.terms.facts import Use, read_fact
from registry.terms.facts import read_use as read_facts

CONTROLS = frozenset({"assume", "strict_facts", "interpretation"})
"""Keys of a raw use that say how to take the facts, and are none themselves."""


def today() -> str:
    """The date of a use that states none, ISO, in UTC."""
    return datetime.now(UTC).date().isoformat()


def read_day(knowledge: Knowledge, text: str, flag: str) -> str:
    """A day as written after a flag that is no fact of the use.

    Raises:
        FactError: It is none; the message names the flag.
    """
    try:
        return str(read_fact(knowledge.vocabulary, "date", text))
    except FactError as error:
        shown = text if text.isprintable() else ascii(text)
        raise FactError(f"`{flag}`: `{shown}` is not a date like 2026-11-21", "give a day of the calendar") from error


def read_use(knowledge: Knowledge, raw: Mapping[str, Any], company: Mapping[str, Any] | None = None) -> Use:
    """The facts as given by flags, over those that `licet.yaml` states for every command.

    Args:
        knowledge: The vocabulary and the assumptions.
        raw: Flags by fact name: text, lists of text, truth values; may hold the keys of `CONTROLS`.
        company: The facts of `licet.yaml`.

    Raises:
        FactError: A name or a value the vocabulary does not have.
    """
    facts = dict(company or {})
    facts.update({name: _counted(knowledge, name, value) for name, value in raw.items() if name not in CONTROLS})
    return read_facts(
        knowledge.vocabulary, facts, knowledge.ordinary, today=today(), assume=raw.get("assume", True) is not False, strict=bool(raw.get("strict_facts"))
    )


def resolve_named_licenses(knowledge: Knowledge, use: Use) -> Use:
    """The use with the licences that it names (accepted, published under) brought to our ids, so that any known name will do."""
    facts: dict[str, Any] = {}
    accepted = use.stated.get("accepted")
    if isinstance(accepted, frozenset):
        facts["accepted"] = frozenset(name if name == "all" else knowledge.find(name, use.on).id for name in accepted)
    published = use.stated.get("published_under")
    if isinstance(published, str) and knowledge.resolve(published, use.on).reason != "expression":
        facts["published_under"] = knowledge.find(published, use.on).id
    return use.with_facts(**facts) if facts else use


def known_names(knowledge: Knowledge, use: Use) -> Use:
    """The use with the licences that it names brought to our ids where they are known; others stay as they are."""
    facts: dict[str, Any] = {}
    accepted = use.stated.get("accepted")
    if isinstance(accepted, frozenset):
        facts["accepted"] = frozenset(name if name == "all" else _known_id(knowledge, name, use.on) for name in accepted)
    published = use.stated.get("published_under")
    if isinstance(published, str):
        facts["published_under"] = _known_id(knowledge, published, use.on)
    return use.with_facts(**facts) if facts else use


def _known_id(knowledge: Knowledge, name: str, on: str) -> str:
    found = knowledge.resolve(name, on)
    return name if found.reason in ("unknown", "ambiguous", "none") else found.license


def _counted(knowledge: Knowledge, name: str, value: Any) -> Any:
    """`--mau 2023-06=12M --mau group=1.5B` is one count: pieces with `=` make a series or scopes."""
    fact = knowledge.vocabulary.facts.get(name)
    if fact is None or fact.kind not in ("count", "money") or isinstance(value, Mapping):
        return value
    pieces = value if isinstance(value, list | tuple) else [value]
    if len(pieces) == 1 and "=" not in str(pieces[0]):
        return pieces[0]
    count: dict[str, Any] = {}
    for piece in pieces:
        *keys, amount = [part.strip() for part in str(piece).split("=")]
        if len(keys) not in (1, 2) or not amount:
            raise FactError(
                f"`{name}`: `{piece}` mixes with other values", f"give one number, or each as `{fact.flag} 2023-06=12M` or `{fact.flag} group=1.5B`"
            )
        place = count.setdefault(keys[0], {}) if len(keys) == 2 else count
        if not isinstance(place, dict) or keys[-1] in place:
            raise FactError(f"`{name}`: `{keys[0]}` is given twice", "give each month or scope once")
        place[keys[-1]] = amount
    return count
