"""Titles, versions and dates at the top of licence texts: what tells apart texts that are all but the same, or stand under one name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from registry.knowledge.license_words import plain_text, words_of

_MONTHS = {
    name: number
    for number, name in enumerate(["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"], 1)
}
_MONTH = "|".join(f"{name}|{name[:3]}" for name in _MONTHS)
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\.?,?\s+(\d{{4}})\b")
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b")
_ISO = re.compile(r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
_GENERIC = frozenset(
    [
        "a",
        "non",
        "commercial",
        "noncommercial",
        "apache",
        "mit",
        "bsd",
        "gnu",
        "modified",
        "other",
        "custom",
        "agreement",
        "ai",
        "and",
        "community",
        "for",
        "license",
        "licence",
        "licensing",
        "model",
        "models",
        "of",
        "open",
        "public",
        "research",
        "terms",
        "the",
        "use",
        "version",
        "weights",
        "policy",
        "acceptable",
    ]
)
_HEAD_LINES = 6
_HEAD_CHARACTERS = 1_200
_HEAD_WORDS = 30


@dataclass(frozen=True, slots=True)
class Title:
    """A title of a licence."""

    license: str
    """The licence."""

    words: tuple[str, ...]
    """The words of the title."""

    dates: frozenset[str] = frozenset()
    """The dates of its texts."""

    part: str = "license"
    """`license`, or `use-policy` for the title of the policy that goes with it."""

    open: bool = False
    """Whether it is an open licence, which is named for its title only where no text of it is at hand."""

    @classmethod
    def of(cls, license: str, name: str, dates: frozenset[str] = frozenset(), *, part: str = "license", open: bool = False) -> Title | None:
        """A title from a name; None where it has no word of its own, or none that says licence."""
        core = re.split(r"[(,:;]| of (?=\d{4})", name)[0]
        words = _title_words(core)
        says = any(word.startswith(("licen", "agreement", "term", "polic")) for word in words)
        return (
            cls(license, words, dates, part, open)
            if says and len(words) > 1 and any(word not in _GENERIC and not word[0].isdigit() for word in words)
            else None
        )


def titles_in(text: str, titles: Iterable[Title]) -> list[Title]:
    """The titles that stand at the top of a text; of those that hold one another, the longest."""
    lines = [line for line in plain_text(text[:20_000]).splitlines() if line.strip()][:_HEAD_LINES]
    rows = [_title_words(line) for line in lines]
    heads = [row for row in rows if 0 < len(row) <= 16] + [(*one, *two) for one, two in itertools.pairwise(rows) if 0 < len(one) + len(two) <= 16]
    found = [title for title in titles if any(_holds(head, title.words) for head in heads)]
    longest = max((len(title.words) for title in found), default=0)
    return [title for title in found if len(title.words) == longest]


def head_words(text: str) -> list[str]:
    """The words at the top of a text, where its title and version stand."""
    return words_of(text[:_HEAD_CHARACTERS])[:_HEAD_WORDS]


def versions_in(words: list[str]) -> frozenset[str]:
    """The version numbers among words: `1.0`, `3.2`; `v2` counts where it follows `version`."""
    found = {word for word in words if re.fullmatch(r"\d{1,2}\.\d{1,2}(?:\.\d{1,2})?", word)}
    found |= {f"{number}.0" for word, number in itertools.pairwise(words) if word in ("version", "v") and re.fullmatch(r"\d{1,2}", number)}
    return frozenset(found)


def dates_in(text: str) -> frozenset[str]:
    """The dates at the top of a text, as `2025-04-28`."""
    head = " ".join(plain_text(text[: 2 * _HEAD_CHARACTERS])[:_HEAD_CHARACTERS].casefold().split())
    found = {_date(year, month, day) for day, month, year in _DAY_FIRST.findall(head)}
    found |= {_date(year, month, day) for month, day, year in _MONTH_FIRST.findall(head)}
    found |= {f"{year}-{int(month):02}-{int(day):02}" for year, month, day in _ISO.findall(head)}
    return frozenset(found)


def _date(year: str, month: str, day: str) -> str:
    number = next(number for name, number in _MONTHS.items() if name.startswith(month[:3]))
    return f"{year}-{number:02}-{int(day):02}"


def _title_words(text: str) -> tuple[str, ...]:
    words = [re.sub(r"^licence", "license", word) for word in words_of(text) if word not in ("the", "v", "version", "dev")]
    return tuple(words)


def _holds(row: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether words stand in a row, one after another."""
    return any(row[start : start + len(words)] == words for start in range(len(row) - len(words) + 1))
