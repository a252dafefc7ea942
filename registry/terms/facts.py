"""Facts of a use: read from what people wrote, stated or assumed, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from registry.errors import FactError
from registry.terms.counts import Count, count_to_data, read_count
from registry.terms.vocabulary import Fact, Vocabulary

Value = bool | str | frozenset[str] | Count

_DATE = re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True)
class Use:
    """The facts of a use.

    Attributes:
        stated: What the asker said.
        assumed: What stands in where nothing was said; printed with the answer when it mattered.
        on: The date of the use, ISO.
        strict: A bare number does not stand for a month long past.
    """

    stated: Mapping[str, Value]
    assumed: Mapping[str, Value] = field(default_factory=dict)
    on: str = "1970-01-01"
    strict: bool = False

    def value(self, fact: str) -> Value | None:
        """The stated value, else the assumed one, else None for unknown."""
        found = self.stated.get(fact)
        return self.assumed.get(fact) if found is None else found

    def with_facts(self, **facts: Value) -> Use:
        """The same use with these facts stated."""
        return replace(self, stated={**self.stated, **facts})

    def without(self, *facts: str) -> Use:
        """The same use with these facts not stated."""
        return replace(self, stated={name: value for name, value in self.stated.items() if name not in facts})


def read_fact(vocabulary: Vocabulary, name: str, raw: Any) -> Value:
    """One fact from what was written.

    Raises:
        FactError: The vocabulary has no such fact, or the fact no such value.
    """
    fact = vocabulary.facts.get(name)
    if fact is None:
        near = ", ".join(sorted(vocabulary.facts))
        raise FactError(f"`{name}` is not a fact of a use", f"the facts are {near}")
    try:
        return _read(vocabulary, fact, raw)
    except ValueError as error:
        raise FactError(f"`{name}`: {error}", _how_to_give(fact)) from error


def _how_to_give(fact: Fact) -> str:
    flag = fact.flag if fact.flag != "--fact" else f"--fact {fact.name}=VALUE"
    if fact.values:
        return f"give it with `{flag}`; it takes {', '.join(sorted(fact.values))}"
    return f"give it with `{flag}`"


def _read(vocabulary: Vocabulary, fact: Fact, raw: Any) -> Value:
    if raw is None:
        raise ValueError("nothing was given; leave the fact out to say that it is unknown")
    if fact.kind == "boolean":
        return _read_boolean(raw)
    if fact.kind in ("count", "money"):
        return read_count(raw, fact.kind == "money", fact.scoped, fact.series)
    if fact.kind in ("choices", "countries", "texts"):
        items = [item.strip() for item in raw.split(",") if item.strip()] if isinstance(raw, str) else raw
        if not isinstance(items, list | tuple | set | frozenset):
            raise ValueError(f"`{raw}` is not a list")
        if fact.kind == "countries":
            return frozenset(code for item in items for code in _read_places(vocabulary, item))
        return frozenset(_read_word(fact, item) for item in items)
    if isinstance(raw, list | tuple | Mapping):
        raise ValueError("it takes one value, not a list")
    text = str(raw).strip()
    if fact.kind == "country":
        return _read_country(vocabulary, text)
    if fact.kind == "date" and not _is_day(text):
        raise ValueError(f"`{text}` is not a date like 2026-11-21")
    if fact.kind == "month":
        text = text[:7] if _DATE.match(text) else text
        if not _MONTH.match(text):
            raise ValueError(f"`{text}` is not a month like 2023-06")
    return _read_word(fact, text)


def _is_day(text: str) -> bool:
    """Whether a text is a day that the calendar has."""
    if not _DATE.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read_boolean(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"`{raw}` is neither true nor false")


def _read_word(fact: Fact, raw: Any) -> str:
    text = str(raw).strip()
    if not text or not text.isprintable():
        raise ValueError("it is empty or holds control characters")
    if fact.values and text not in fact.values and not any(text.startswith(f"{prefix}:") for prefix in fact.prefixes):
        raise ValueError(f"`{text}` is not one of its values")
    return text


def _read_country(vocabulary: Vocabulary, raw: Any) -> str:
    code = str(raw).strip().upper()
    if code in vocabulary.regions:
        raise ValueError(f"`{raw}` is a region; name the country")
    if code not in vocabulary.countries:
        known = {"UK": "GB", "EN": "GB", "EL": "GR", "USA": "US"}.get(code)
        raise ValueError(f"`{raw}` is not a country code of ISO 3166-1" + (f"; did you mean {known}?" if known else ""))
    return code


def _read_places(vocabulary: Vocabulary, raw: Any) -> list[str]:
    region = vocabulary.regions.get(str(raw).strip().upper())
    if region is not None:
        return sorted(code for code, membership in region.items() if membership.until is None)
    return [_read_country(vocabulary, raw)]


def read_use(vocabulary: Vocabulary, raw: Mapping[str, Any], ordinary: Mapping[str, Any], *, today: str, assume: bool = True, strict: bool = False) -> Use:
    """A use from raw facts.

    Args:
        vocabulary: The words.
        raw: Fact names to what was written; None values are left out.
        ordinary: The assumptions of `data/uses/ordinary.yaml`; an entry `{from: FACT, values: {...}}` follows another fact.
        today: The date of the use where none is stated.
        assume: Whether assumptions stand in at all.
        strict: Whether a bare number is unknown for a month long past.

    Raises:
        FactError: A name or a value the vocabulary does not have.
    """
    stated = {name: read_fact(vocabulary, name, value) for name, value in raw.items() if value is not None}
    assumed: dict[str, Value] = {}
    if assume:
        for name, value in ordinary.items():
            if not isinstance(value, Mapping):
                assumed[name] = read_fact(vocabulary, name, value)
        for name, value in ordinary.items():
            if isinstance(value, Mapping):
                source = stated.get(value["from"], assumed.get(value["from"]))
                if source in value["values"]:
                    assumed[name] = read_fact(vocabulary, name, value["values"][source])
    on = stated.get("date", today)
    return Use(stated=stated, assumed=assumed, on=str(on), strict=strict)


def use_to_data(facts: Mapping[str, Value]) -> dict[str, Any]:
    """Facts as plain data with a stable order, for JSON and reports."""
    data: dict[str, Any] = {}
    for name in sorted(facts):
        value = facts[name]
        if isinstance(value, Count):
            data[name] = count_to_data(value)
        elif isinstance(value, frozenset):
            data[name] = sorted(value)
        else:
            data[name] = value
    return data
